"""The pages of claims, as people of a town and of the city see them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.actors import acting_as
from app.accounts.models import AccountPlace
from app.accounts.operations import open_account
from app.clock import business_day
from app.database.engine import db
from app.registry.models import Town
from app.subsidies.models import SubsidyClaim
from app.subsidies.operations import confirm_claim, draft_claim
from app.verification.queries import Standing
from tests.app.subsidies.claim_book import FIRST_DAY, ClaimBook, claim_book, person
from tests.conftest import PASSWORD, csrf_token, log_in

BOARD = "/subsidies"


@pytest.fixture
def towns(county_app: Flask) -> list[str]:
    with county_app.app_context():
        found = list(db.session.scalars(select(Town.town_id).order_by(Town.id)))
        if len(found) < 2:
            db.session.add(Town(town_id="elsewhere", name="Elsewhere", lon=120.6, lat=30.5))
            db.session.commit()
            found.append("elsewhere")
        return found


@pytest.fixture
def book(county_app: Flask, monkeypatch: pytest.MonkeyPatch) -> ClaimBook:
    with county_app.app_context():
        book = claim_book(db.session, monkeypatch)
        db.session.commit()
        return book


@contextmanager
def opened(app: Flask, book: ClaimBook) -> Iterator[ClaimBook]:
    """Inside, tickets are written into the book; they are stored afterwards."""
    with app.app_context():
        book.session = db.session
        yield book
        db.session.commit()


def somebody(app: Flask, name: str, role: str, town: str | None = None) -> FlaskClient:
    email = f"{name}@tests.example"
    with app.app_context():
        account = open_account(db.session, email=email, name=name, password=PASSWORD, role_names=[role])
        if town is not None:
            account.places.append(AccountPlace(kind="town", place_id=town))
        db.session.commit()
    return log_in(app, email)


def posted(browser: FlaskClient, address: str, **form: str) -> str:
    answer = browser.post(address, data={"csrf_token": csrf_token(browser, "/account"), **form}, follow_redirects=True)
    return answer.text if answer.status_code == 200 else f"{answer.status_code} {answer.text}"


def test_a_claim_goes_from_its_town_to_the_payment(county_app: Flask, towns: list[str], book: ClaimBook) -> None:
    with opened(county_app, book):
        book.took_in(8_001, town=towns[0])
        book.took_in(2_000, town=towns[0], body=None)
        book.standings[book.took_in(3_000, town=towns[0])] = Standing.UNVERIFIED
    official = somebody(county_app, "Town", "town_official", towns[0])
    assert "还没有申报" in official.get(BOARD).text
    page = posted(official, "/subsidies/claims", town=towns[0], month=f"{FIRST_DAY:%Y-%m}")
    assert "150,015.00" not in page
    assert "1,500.15" in page
    assert "未核验" in page
    assert "Y1-00003" in page
    page = posted(official, "/subsidies/claims/1/confirm")
    number = f"B{business_day().year}-0001"
    assert number in page
    for ticket, is_held in (("Y1-00001", True), ("Y1-00003", False)):
        found = official.get(f"{BOARD}?ticket={ticket}").text.split("</form>")[-1]
        assert ("/subsidies/claims/1" in found) is is_held
    checker, approver = (somebody(county_app, name, "city_official") for name in ("Check", "Approve"))
    assert "409" in posted(official, "/subsidies/claims/1/confirm")
    assert posted(official, "/subsidies/claims/1/check").startswith("403")
    assert "/subsidies/claims/1/check" in checker.get("/subsidies/claims/1").text
    posted(checker, "/subsidies/claims/1/check", note="three tickets looked at")
    assert "/subsidies/claims/1/approve" not in checker.get("/subsidies/claims/1").text
    assert posted(checker, "/subsidies/claims/1/approve").startswith("409")
    posted(approver, "/subsidies/claims/1/approve")
    for judge in (checker, approver):
        assert "/subsidies/claims/1/pay" not in judge.get("/subsidies/claims/1").text
        assert posted(judge, "/subsidies/claims/1/pay", paid_on=business_day().isoformat(), reference="x")[:3] == "409"
    cashier = somebody(county_app, "Cash", "finance")
    assert posted(cashier, "/subsidies/claims/1/pay", paid_on="soon", reference="x").startswith("422")
    page = posted(cashier, "/subsidies/claims/1/pay", paid_on=business_day().isoformat(), reference="order 17")
    assert "order 17" in page
    assert "three tickets looked at" in page
    assert number in official.get(BOARD).text
    kept = official.get("/subsidies/claims/1/as-confirmed/1.json")
    assert json.loads(kept.text)["number"] == number
    assert official.get("/subsidies/claims/1/as-confirmed/2.json").status_code == 404
    with official.get("/subsidies/claims/1.xlsx") as workbook:
        assert workbook.data.startswith(b"PK")
    assert "Y1-00002" in official.get("/subsidies/claims/1?body=-").text


def test_a_returned_claim_says_why_and_is_withdrawn(county_app: Flask, towns: list[str], book: ClaimBook) -> None:
    official, checker = confirmed_claim(county_app, towns, book)
    assert posted(checker, "/subsidies/claims/1/return").startswith("422")
    assert "weights missing" in posted(checker, "/subsidies/claims/1/return", reason="weights missing")
    assert "weights missing" in official.get("/subsidies/claims/1").text
    page = posted(official, "/subsidies/claims/1/withdraw", reason="made anew")
    assert "made anew" in page
    assert "/subsidies/claims/1/confirm" not in page


def test_a_ticket_that_fell_since_is_shown_before_the_check(
    county_app: Flask, towns: list[str], book: ClaimBook
) -> None:
    _official, checker = confirmed_claim(county_app, towns, book)
    book.standings["ticket-1"] = Standing.SUSPECTED
    page = checker.get("/subsidies/claims/1").text
    assert 'role="alert"' in page
    assert "Y1-00001" in posted(checker, "/subsidies/claims/1/check")


def test_a_town_sees_and_claims_its_own_straw_only(county_app: Flask, towns: list[str], book: ClaimBook) -> None:
    confirmed_claim(county_app, towns, book)
    other = somebody(county_app, "Other", "town_official", towns[1])
    assert "B20" not in other.get(BOARD).text
    for address in ("/subsidies/claims/1", "/subsidies/claims/1.xlsx", "/subsidies/claims/1/as-confirmed/1.json"):
        assert other.get(address).status_code == 404
    assert posted(other, "/subsidies/claims/1/withdraw", reason="not mine").startswith("404")
    assert posted(other, "/subsidies/claims", town=towns[0], month="2025-11").startswith("404")
    with county_app.app_context():
        assert len(db.session.scalars(select(SubsidyClaim)).all()) == 1


def test_the_board_shows_what_waits_for_whom(county_app: Flask, towns: list[str], book: ClaimBook) -> None:
    official, checker = confirmed_claim(county_app, towns, book)
    assert "B20" in checker.get(f"{BOARD}?mine=y").text
    assert "B20" not in official.get(f"{BOARD}?mine=y").text
    assert "/subsidies?mine=y&amp;state=confirmed" in checker.get("/").text
    assert "/subsidies?mine" not in official.get("/").text
    assert "B20" in official.get(f"{BOARD}?state=confirmed&year=2025&town={towns[0]}").text
    assert "B20" not in official.get(f"{BOARD}?state=paid").text
    assert posted(official, "/subsidies/claims", town=towns[0], first_day="2025-11-02").startswith("422")
    assert posted(
        official, "/subsidies/claims", town=towns[0], first_day="2025-11-02", last_day="2025-11-01"
    ).startswith("422")


def confirmed_claim(app: Flask, towns: list[str], book: ClaimBook) -> tuple[FlaskClient, FlaskClient]:
    """Somebody of the town that confirmed a claim of ten tonnes, and somebody of the city."""
    with opened(app, book):
        book.took_in(10_000, town=towns[0])
        with acting_as(person(999)):
            claim = draft_claim(db.session, towns[0], FIRST_DAY, FIRST_DAY)
            confirm_claim(db.session, claim.id)
    return somebody(app, "Town", "town_official", towns[0]), somebody(app, "City", "city_official")
