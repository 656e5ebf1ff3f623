"""The keeper of a recycling point buys on a page; names of sellers stay with those who meet them."""

from __future__ import annotations

import hashlib
import io
import re
from base64 import b64encode

from flask import Flask
from PIL import Image

from app.accounts.operations import open_account
from app.clock import now
from app.database.engine import db
from app.intake.ids import new_record_id
from tests.app.purchases.point import OTHER_POINT, bought_by_form, keeper_browser
from tests.conftest import PASSWORD, csrf_token, log_in


def number_in(answer) -> str:
    return re.search(r"R01-\d{8}-\d{4}", answer.headers["Location"])[0]


def test_the_keeper_buys_and_the_ticket_says_what_was_paid(county_app: Flask) -> None:
    keeper = keeper_browser(county_app)
    record_id = new_record_id(now())
    answers = [bought_by_form(keeper, record_id=record_id, seller="Demo seller") for _time in range(2)]
    assert len({number_in(answer) for answer in answers}) == 1
    page = keeper.get(answers[0].headers["Location"]).text
    assert "240.00" in page
    assert "72.00" in page
    assert "Demo seller" in page
    assert "Demo seller" in keeper.get("/tickets?purpose=purchase").text
    with county_app.app_context():
        open_account(db.session, email="c@tests.example", name="City", password=PASSWORD, role_names=["city_official"])
        db.session.commit()
    city = log_in(county_app, "c@tests.example")
    number = number_in(answers[0])
    assert number in keeper.get("/tickets?q=seller").text
    assert number not in city.get("/tickets?q=seller").text
    for address in (answers[0].headers["Location"], "/tickets?purpose=purchase", "/tickets"):
        page = city.get(address)
        assert page.status_code == 200
        assert "Demo seller" not in page.text
    assert city.get("/purchases/new").status_code == 403


def test_both_sign_on_the_screen_and_only_those_who_meet_them_see_it(county_app: Flask) -> None:
    keeper = keeper_browser(county_app)
    pictures = {name: picture(shade) for shade, name in enumerate(("seller_png", "point_png"))}
    drawn = {name: b64encode(content).decode() for name, content in pictures.items()}
    assert bought_by_form(keeper, paper_number="", seller_png=drawn["seller_png"]).status_code == 422
    assert bought_by_form(keeper, paper_number="", seller_png=drawn["seller_png"], point_png="?").status_code == 422
    answer = bought_by_form(keeper, paper_number="", **drawn)
    address = answer.headers["Location"]
    assert "not-trade" not in keeper.get(address).text
    with county_app.app_context():
        open_account(db.session, email="c@tests.example", name="City", password=PASSWORD, role_names=["city_official"])
        db.session.commit()
    city = log_in(county_app, "c@tests.example")
    for content in pictures.values():
        signature = f"{address}/attachments/{hashlib.sha256(content).hexdigest()}"
        assert signature in keeper.get(address).text
        assert keeper.get(signature).data == content
        assert signature not in city.get(address).text
        assert city.get(signature).status_code == 404


def picture(shade: int) -> bytes:
    """Some PNG."""
    kept = io.BytesIO()
    Image.new("RGB", (8, 8), (shade, 0, 0)).save(kept, "PNG")
    return kept.getvalue()


def test_a_form_that_lacks_something_stores_nothing(county_app: Flask) -> None:
    keeper = keeper_browser(county_app)
    for changed in (
        {"kg": "0"},
        {"kg": "12.5"},
        {"seller": " "},
        {"paper_number": ""},
        {"recyclable": ""},
        {"material": "rice_straw"},
        {"point": OTHER_POINT},
        {"record_id": "x"},
    ):
        answer = bought_by_form(keeper, **changed)
        assert answer.status_code == 422, changed
        assert "field-error" in answer.text or "fault-list" in answer.text
    assert "R01-" not in keeper.get("/tickets").text


def test_money_page_shows_points_and_who_bears_them(county_app: Flask) -> None:
    bought_by_form(keeper_browser(county_app))
    with county_app.app_context():
        open_account(db.session, email="f@tests.example", name="Finance", password=PASSWORD, role_names=["finance"])
        db.session.commit()
    finance = log_in(county_app, "f@tests.example")
    finance.post("/money/charge", data={"csrf_token": csrf_token(finance, "/money")})
    page = finance.get("/money").text
    assert "Point R01" in page
    assert "312.00" in page
    assert finance.get("/money/ledger").status_code == 200
    entry = re.search(r"/money/ledger/([0-9a-f-]{36})", finance.get("/money/ledger").text)[1]
    assert "156.00" in finance.get(f"/money/ledger/{entry}").text
