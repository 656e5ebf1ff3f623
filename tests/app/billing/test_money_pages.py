"""The pages of money, from a load on the road to the entry that is its price."""

from __future__ import annotations

import re
from datetime import date, timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from app.billing.charging.operations import post_charges
from app.billing.ledger.models import LedgerEntry
from app.billing.ledger.months import close_month
from app.billing.statements.operations import issue_statements
from app.billing.waiting import uncharged_loads
from app.clock import business_day
from app.database.engine import db
from tests.app.billing.money import agreed_price, load, settled_month
from tests.app.billing.pages import post
from tests.app.deliveries.road import Road
from tests.app.members import member
from tests.conftest import csrf_token


def test_loads_of_which_money_is_missing_are_told(road: Road, people: tuple[FlaskClient, FlaskClient]) -> None:
    first, _second = people
    late, disputed = road.sent(5_000), road.sent(6_000, plate="浙F54321")
    road.weighed(disputed, 5_000)
    material_id = road.one(late).material_id
    with road.app.app_context():
        today = uncharged_loads(db.session, business_day())
        later = uncharged_loads(db.session, business_day() + timedelta(days=4))
        agreed_price(db.session, material_id=material_id)
        db.session.commit()
        priced = uncharged_loads(db.session, business_day() + timedelta(days=4))
    assert (today.unweighed.number, today.unpriced.number, today.disputed.number) == (0, 1, 0)
    assert (later.unweighed.number, later.unweighed.kg) == (1, 5_000)
    assert (priced.unpriced.number, priced.disputed.kg) == (0, 5_000)
    page = first.get("/money").text
    assert "1 loads, 5.0 t, count by the contract until their disputes are settled" in page


def test_from_a_load_a_way_leads_to_its_entry_and_up_to_the_statement(
    road: Road, people: tuple[FlaskClient, FlaskClient]
) -> None:
    first, _second = people
    with road.app.app_context():
        agreed_price(db.session)
        post_charges(db.session, [load("D1", plant_id=road.plant_id)])
        entry_id = db.session.scalars(select(LedgerEntry.id)).one()
        db.session.commit()
    address = f"/money/ledger/{entry_id}"
    page = first.get(address)
    assert page.status_code == 200
    assert "/money/statements/" not in page.text.split("<main", 1)[1]
    with road.app.app_context():
        issue_statements(db.session, close_month(db.session, date(2025, 11, 1)))
        db.session.commit()
    assert "/money/statements/S2025-0001" in first.get(address).text
    delivery_id = road.sent(5_000)
    number = re.search(r"/tickets/([^\"]+)\"", first.get(f"/deliveries/{delivery_id}").text)
    assert number is not None
    for page in (f"/deliveries/{delivery_id}", f"/tickets/{number[1]}"):
        assert f"/money/ledger?about={delivery_id}" in first.get(page).text, page


def test_the_first_page_of_finance_says_what_waits(road: Road, people: tuple[FlaskClient, FlaskClient]) -> None:
    first, _second = people
    assert "Nothing waits." in first.get("/").text
    with road.app.app_context():
        settled_month(db.session, road.plant_id, "T1")
        db.session.commit()
    page = first.get("/").text
    for said in ("1 price waits", "2025-12 can be closed", "1 movement of the bank", "1 plant is overdue", "5,000.00"):
        assert said in page, said


def test_a_month_is_closed_on_the_page_and_opened_again_by_two_people(
    road: Road, people: tuple[FlaskClient, FlaskClient]
) -> None:
    first, second = people
    with road.app.app_context():
        agreed_price(db.session, town_permille=300)
        post_charges(db.session, [load("D1", plant_id=road.plant_id, yard_id=None, town_id="T1")])
        db.session.commit()
    assert "Part of" in first.get("/money/ledger?account=town/T1/part").text
    page = post(first, "/money/months/2025-11/close", "/money")
    assert "2025-11 is closed, 1 statements are issued" in page
    assert "money/ledger:1:" in page
    assert first.get("/money/statements/S2025-0001").status_code == 200
    assert "reason" in post(first, "/money/months/2025-11/reopen", "/money", reason=" ")
    assert "Another person has to agree" in post(first, "/money/months/2025-11/reopen", "/money", reason="late")
    assert "has asked already" in post(second, "/money/months/2025-11/reopen", "/money", reason="my own")
    wish = re.search(r'name="wish" value="(\d+)"', second.get("/money").text)
    assert wish is not None
    declined = post(second, "/money/months/2025-11/reopen/decline", "/money", wish=wish[1], reason="not needed")
    assert "Declined; the month stays closed." in declined
    assert "no such wish" in post(second, "/money/months/2025-11/reopen/agree", "/money", wish=wish[1])
    post(first, "/money/months/2025-11/reopen", "/money", reason="late")
    wish = re.search(r'name="wish" value="(\d+)"', second.get("/money").text)
    assert wish is not None
    agreed = ("/money/months/2025-11/reopen/agree", "/money")
    assert "does not agree to it too" in post(first, *agreed, wish=wish[1])
    assert "no such wish" in post(second, *agreed)
    assert "2025-11 is open again" in post(second, *agreed, wish=wish[1])
    assert "2025-11 is closed, 0 statements are issued" in post(second, "/money/months/2025-11/close", "/money")


def test_addresses_of_money_that_is_not_there_are_not_found(people: tuple[FlaskClient, FlaskClient]) -> None:
    first, _second = people
    for address in (
        "/money/prices/99",
        "/money/ledger/none",
        "/money/ledger?month=2025-13",
        "/money/ledger?account=plant/P1",
    ):
        assert first.get(address).status_code == 404, address
    token = {"csrf_token": csrf_token(first, "/money")}
    for address in ("/money/prices/99/agree", "/money/prices/99/perhaps", "/money/months/now/close"):
        assert first.post(address, data=token).status_code == 404, address


def test_whoever_has_nothing_to_do_with_money_does_not_see_it(road: Road) -> None:
    browser = member(road.app, "plant")
    assert [browser.get(page).status_code for page in ("/money", "/money/prices", "/money/ledger")] == [403] * 3
