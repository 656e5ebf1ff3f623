"""Prices on their pages: proposed, looked at, agreed to, declined; faults come back with what was typed."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient

from app.billing.ledger_check import first_money_fault
from app.clock import business_day
from app.database.engine import db
from tests.app.billing.money import agreed_price, balance_fen, registered
from tests.app.billing.pages import post, proposed
from tests.app.deliveries.road import Road


def test_a_price_is_proposed_looked_at_agreed_to_and_charged(
    road: Road, people: tuple[FlaskClient, FlaskClient]
) -> None:
    first, second = people
    delivery_id = road.sent(5_000)
    road.weighed(delivery_id, 4_990)
    material_id = road.one(delivery_id).material_id
    page = proposed(first, material_id)
    assert "1 deliveries would cost something else." in page
    assert "998.00" in page
    assert "another person has to agree" in page
    price = re.search(r"/money/prices/(\d+)/decline", page)
    assert price is not None
    address = f"/money/prices/{price[1]}"
    assert "does not agree to it too" in post(first, f"{address}/agree", "/money/prices")
    assert "1 deliveries charged" in post(second, f"{address}/agree", "/money/prices")
    with road.app.app_context():
        assert balance_fen(db.session, f"plant/{road.plant_id}/owed") == 99_800
    home = first.get("/money").text
    assert "998.00" in home
    assert "money/ledger:1:" in home
    ledger = first.get("/money/ledger").text
    entry = re.search(r'/money/ledger/([0-9a-f-]{36})"', ledger)
    assert entry is not None
    told = first.get(f"/money/ledger/{entry[1]}").text
    assert "4.990 t" in told
    assert re.search(r'href="/tickets/[^"]+"', told)
    for narrowed in (f"account=plant/{road.plant_id}/owed", f"about={delivery_id}", f"month={business_day():%Y-%m}"):
        assert entry[1] in first.get(f"/money/ledger?{narrowed}").text
    assert "0 deliveries charged, 0 corrected, 0 taken back." in post(first, "/money/charge", "/money")


def test_a_price_with_faults_comes_back_with_all_of_them_and_what_was_typed(
    road: Road, people: tuple[FlaskClient, FlaskClient]
) -> None:
    faults = {
        "yuan_per_t": "a lot",
        "valid_from": "",
        "town_percent": "120",
        "above-1": "20",
        "off-1": "x",
        "reason": "",
    }
    page = proposed(people[0], "straw", **faults)
    for said in ("yuan per tonne", "day from which it holds", "town&#39;s part", "Deductions need", "Say why"):
        assert said in page, said
    assert 'value="a lot"' in page
    for field, said, told in (
        ("town_percent", "inf", "town&#39;s part"),
        ("town_percent", "12.34", "one decimal"),
        ("above-1", "1e400", "Deductions need"),
        ("valid_from", "0001-01-01", "day from which it holds"),
        ("valid_to", "9999-12-31", "last day is no day"),
    ):
        assert told in proposed(people[0], "straw", **{field: said}), said
    assert first_fault(road.app) is None


def test_a_declined_price_says_why_and_a_month_that_is_not_over_stays_open(
    road: Road, people: tuple[FlaskClient, FlaskClient]
) -> None:
    first, second = people
    delivery_id = road.sent(5_000)
    road.weighed(delivery_id, 5_000)
    page = proposed(first, road.one(delivery_id).material_id)
    number = re.search(r"/money/prices/(\d+)/decline", page)
    assert number is not None
    address = f"/money/prices/{number[1]}"
    post(second, f"{address}/decline", "/money/prices", reason="too low")
    assert "too low" in first.get(address).text
    month = f"{business_day():%Y-%m}"
    assert "not over yet" in post(first, f"/money/months/{month}/close", "/money/prices")
    assert "closed last" in post(first, f"/money/months/{month}/reopen", "/money/prices", reason="late")
    assert first.get("/money/months").status_code == 404


def test_a_deduction_without_a_share_takes_nothing_off(road: Road, people: tuple[FlaskClient, FlaskClient]) -> None:
    with road.app.app_context():
        registered(db.session)
        db.session.commit()
    page = proposed(people[0], "straw", **{"above-1": "20", "off-1": ""})
    assert "above 20 % moisture 0 % off" in page


def test_a_price_of_nothing_or_for_nobody_is_refused(road: Road, people: tuple[FlaskClient, FlaskClient]) -> None:
    assert "plants and materials of the register" in proposed(people[0], "nothing")
    with road.app.app_context():
        registered(db.session)
        db.session.commit()
    assert "plants and materials of the register" in proposed(people[0], "straw", plant_id="nobody")


def test_form_preview_and_list_name_whom_a_price_for_all_does_not_reach_and_what_is_above_a_ceiling(
    road: Road, people: tuple[FlaskClient, FlaskClient]
) -> None:
    first, second = people
    with road.app.app_context():
        agreed_price(db.session, plant_id=road.plant_id, yuan_per_t=140)
        db.session.commit()
    assert "does not reach plants with a price of their own" in first.get("/money/prices").text
    page = proposed(first, "straw", kind="final", yuan_per_t="145")
    assert "does not reach plants with a contract of their own" in page
    assert "140.00 yuan/t" in page
    assert "Still provisional" not in first.get("/money/prices").text
    number = re.search(r"/money/prices/(\d+)/decline", page)
    assert number is not None
    post(second, f"/money/prices/{number[1]}/agree", "/money/prices")
    assert "Still provisional" in first.get("/money/prices").text
    page = proposed(first, "straw", kind="ceiling", yuan_per_t="142")
    assert "These prices are above the ceiling" in page
    assert "145.00 yuan/t" in page
    assert "140.00 yuan/t" not in page


def first_fault(app: Flask) -> object:
    with app.app_context():
        return first_money_fault(db.session)
