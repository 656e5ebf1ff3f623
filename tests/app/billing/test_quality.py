"""What the plant's reception finds of impurities and mould takes off what the contract says, until both sides agree to
something else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.actors import acting_as
from app.billing.charging.everything import charge_everything
from app.billing.charging.operations import post_charges
from app.billing.ledger.accounts import owed_by_plant
from app.billing.ledger.models import LedgerEntry
from app.billing.ledger.months import close_month
from app.billing.ledger_check import first_money_fault
from app.billing.statements.check import first_statement_fault
from app.billing.statements.operations import issue_statements, said_by
from app.clock import business_day
from app.database.engine import db
from app.deliveries.disputes import answer_proposal, open_dispute, propose_settlement
from app.deliveries.models import Basis, Side
from app.errors import NOT_A_PLANT_WEIGHT, NOT_TO_SETTLE_ON
from tests.app.billing.money import actor, agreed_price, balance_fen, load
from tests.app.billing.pages import post
from tests.app.deliveries.road import Road
from tests.app.deliveries.test_disputes import refused
from tests.app.deliveries.test_weight_files import HEADINGS, file_of, number_of, taken_in
from tests.app.members import member
from yard_rules.tariffs import NOT_LOOKED_AT, Quality

TERMS: dict[str, Any] = {"impurity_deductions": ((50, 20),), "mould_deductions": ((3, 100),)}
FOUND = Quality(impurity_permille=60, mould_grade=3)


def owed_fen(road: Road) -> int:
    with road.app.app_context():
        charge_everything(db.session)
        db.session.commit()
        assert (first_money_fault(db.session), first_statement_fault(db.session)) == (None, None)
        return balance_fen(db.session, owed_by_plant(road.plant_id))


def priced(road: Road, sent: str) -> None:
    material_id = road.one(sent).material_id
    with road.app.app_context():
        agreed_price(db.session, material_id=material_id, **TERMS)
        db.session.commit()


def test_what_was_found_is_taken_off_until_both_sides_settle_on_something_else(road: Road) -> None:
    sent = road.sent(5_000)
    road.weighed(sent, 5_000, quality=FOUND)
    priced(road, sent)
    assert (road.one(sent).quality, owed_fen(road)) == (FOUND, 88_000)
    with road.app.app_context():
        [entry] = db.session.scalars(select(LedgerEntry))
        assert entry.said["off"] == {"impurity": 20, "mould": 100}
    with road.app.app_context(), acting_as(actor(1)):
        open_dispute(db.session, sent, side=Side.COMPANY, said="it was dry and clean")
        with refused(NOT_TO_SETTLE_ON):
            wrong = Quality(mould_grade=9)
            propose_settlement(db.session, sent, side=Side.COMPANY, basis=Basis.PLANT, quality=wrong, said="x")
        better = Quality(impurity_permille=60, mould_grade=1)
        propose_settlement(db.session, sent, side=Side.COMPANY, basis=Basis.PLANT, quality=better, said="looked at")
        db.session.commit()
    assert owed_fen(road) == 88_000
    with road.app.app_context(), acting_as(actor(2)):
        answer_proposal(db.session, sent, side=Side.PLANT, is_agreed=True)
        db.session.commit()
    assert (road.one(sent).quality, owed_fen(road)) == (better, 98_000)


def test_a_statement_says_what_was_taken_off_for_what(county_app: Flask) -> None:
    with county_app.app_context():
        agreed_price(db.session, **TERMS)
        post_charges(db.session, [load("D1", quality=FOUND), load("D2")])
        [statement] = issue_statements(db.session, close_month(db.session, date(2025, 11, 1)))
        lines = said_by(statement)["lines"]
        assert [(it["amount_fen"], it.get("off")) for it in lines] == [
            (176_000, {"impurity": 20, "mould": 100}),
            (200_000, None),
        ]
        number = statement.number
        db.session.commit()
        assert first_statement_fault(db.session) is None
    browser = member(county_app, "finance", email="first@tests.example")
    post(browser, "/language/en", "/")
    assert "impurities 2 %, mould 10 %" in browser.get(f"/money/statements/{number}").text


def test_a_quality_that_cannot_be_is_refused_and_a_correction_says_why(road: Road) -> None:
    sent = road.sent(5_000)
    for wrong in (Quality(mould_grade=0), Quality(mould_grade=5), Quality(impurity_permille=1001)):
        with refused(NOT_A_PLANT_WEIGHT):
            road.weighed(sent, 5_000, quality=wrong)
    road.weighed(sent, 5_000, quality=FOUND)
    road.weighed(sent, 5_000, quality=FOUND)
    road.weighed(sent, 5_000, reason="another sent")
    assert road.one(sent).quality == NOT_LOOKED_AT


def test_a_file_brings_what_was_found_too(road: Road) -> None:
    sent = road.sent(5_000)
    line = f"{number_of(road, sent)},5000,{business_day()},,,,6.0,3"
    data = file_of(line).decode("utf-8-sig").replace(HEADINGS, f"{HEADINGS},杂质（%）,霉变等级").encode()
    assert taken_in(road, data) == 1
    assert road.one(sent).quality == FOUND


@pytest.mark.parametrize("typed", [{"mould-off-3": "200"}, {"impurity-above-1": "x", "impurity-off-1": "2"}])
def test_terms_that_cannot_be_come_back(road: Road, typed: dict[str, str]) -> None:
    sent, browser = road.sent(5_000), member(road.app, "finance", email="first@tests.example")
    post(browser, "/language/en", "/")
    page = post(browser, "/money/prices", "/money/prices", **_wish(road, sent) | typed)
    assert "with one decimal at most" in page


def test_terms_and_quality_are_typed_and_shown(road: Road) -> None:
    sent, browser = road.sent(5_000), member(road.app, "finance", email="first@tests.example")
    post(browser, "/language/en", "/")
    said = {"net_kg": "5000", "weighed_on": business_day().isoformat(), "impurity_percent": "6", "mould_grade": "3"}
    page = post(browser, f"/deliveries/{sent}/weight", f"/deliveries/{sent}", **said)
    assert "impurities 6.0 %" in page
    assert "mould: grade 3" in page
    terms = {"impurity-above-1": "5", "impurity-off-1": "2", "mould-off-3": "10"}
    page = post(browser, "/money/prices", "/money/prices", **_wish(road, sent) | terms)
    assert "above 5 % impurities 2 % off" in page
    assert "grade 3 of mould 10 % off" in page
    assert "880.00" in page


def _wish(road: Road, sent: str) -> dict[str, str]:
    return {
        "material_id": road.one(sent).material_id, "kind": "provisional", "yuan_per_t": "200", "reason": "trial",
        "valid_from": "2025-01-01", "counted_end": "plant", "basis": "as_weighed", "town_percent": "0",
    }  # fmt: skip
