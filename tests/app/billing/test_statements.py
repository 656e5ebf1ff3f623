"""Statements: what they say, their numbers, and that they can be made again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.accounts.actors import acting_as
from app.billing.charging.operations import post_charges
from app.billing.ledger.entries import Line, NewEntry, post
from app.billing.ledger.models import EntryKind
from app.billing.ledger.months import ask_to_reopen, close_month, reopen_month
from app.billing.statements.models import Statement
from app.billing.statements.operations import StatementOf, issue_statements, made_again, statement_text
from app.billing.statements.papers import Papers
from app.database.engine import make_engine
from tests.app.billing.money import actor, agreed_price, load

NOVEMBER, DECEMBER, JANUARY = date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    engine = make_engine(database_url)
    with Session(engine) as session:
        agreed_price(session)
        yield session
        session.rollback()
    engine.dispose()


def closed(session: Session, month: date) -> list[Statement]:
    return issue_statements(session, close_month(session, month))


def told(statement: Statement) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(statement.text)
    return said


def paid(session: Session, fen: int, day: date) -> None:
    lines = [Line("company/bank", fen), Line("plant/P1/owed", -fen)]
    entry = NewEntry(kind=EntryKind.PAYMENT, day=day, subject_kind="payment", subject_id="B1", lines=lines)
    post(session, [entry])


def test_a_statement_brings_forward_what_was_owed_and_lists_what_came(session: Session) -> None:
    post_charges(session, [load("D1"), load("D2", plant_id="P2")])
    assert [it.number for it in closed(session, NOVEMBER)] == ["S2025-0001", "S2025-0002"]
    agreed_price(session, kind="final", yuan_per_t=210, valid_to=date(2025, 12, 31))
    paid(session, 150_000, date(2025, 12, 5))
    post_charges(session, [load("D1"), load("D2", plant_id="P2"), load("D3", day=date(2025, 12, 2))])
    first, second = closed(session, DECEMBER)
    assert (first.number, first.plant_id, second.plant_id) == ("S2025-0003", "P1", "P2")
    said = told(first)
    assert said["brought_forward_fen"] == 200_000
    assert said["sums_fen"] == {"charge": 210_000, "payment": -150_000, "true_up": 10_000}
    assert said["carried_forward_fen"] == 270_000
    assert [line["kind"] for line in said["lines"]] == ["true_up", "charge", "payment"]
    assert {line["price_kind"] for line in said["lines"]} == {"final", None}
    assert said["kg"] == 10_000


def test_it_is_made_again_byte_for_byte_whatever_came_since(session: Session) -> None:
    post_charges(session, [load("D1")])
    (statement,) = closed(session, NOVEMBER)
    post_charges(session, [load("D1", plant_kg=9_000), load("D9", day=date(2025, 11, 3))])
    closed(session, DECEMBER)
    assert made_again(session, statement) == statement.text


def test_whoever_still_owes_gets_one_without_a_delivery_and_whoever_does_not_gets_none(session: Session) -> None:
    post_charges(session, [load("D1"), load("D2", plant_id="P2", day=date(2026, 1, 5))])
    closed(session, NOVEMBER)
    (still,) = closed(session, DECEMBER)
    assert (still.plant_id, told(still)["lines"]) == ("P1", [])
    paid(session, 200_000, date(2026, 1, 6))
    assert [it.plant_id for it in closed(session, JANUARY)] == ["P1", "P2"]
    assert [it.plant_id for it in closed(session, date(2026, 2, 1))] == ["P2"]


def test_a_month_that_is_closed_again_replaces_only_the_statements_that_changed(session: Session) -> None:
    post_charges(session, [load("D1"), load("D2", plant_id="P2")])
    closed(session, NOVEMBER)
    with acting_as(actor(1)):
        wish = ask_to_reopen(session, NOVEMBER, "one load was forgotten")
    with acting_as(actor(2)):
        reopen_month(session, NOVEMBER, wish.id)
    post_charges(session, [load("D3", plant_id="P2")])
    (again,) = closed(session, NOVEMBER)
    assert (again.number, again.replaces, again.plant_id) == ("S2025-0003", "S2025-0002", "P2")
    assert told(again)["carried_forward_fen"] == 400_000


def test_a_line_says_both_weights_which_counts_and_what_is_taken_off(session: Session) -> None:
    agreed_price(session, plant_id="P2", counted_end="yard", deductions=((150, 100),))
    agreed_price(session, plant_id="P3", counted_end="mean")
    loads = [
        load("D1"), load("D2", plant_id="P2"), load("D3", plant_id="P3"), load("D4", plant_id="P3", agreed_kg=9_990),
        load("D5", plant_id="P2", yard_id=None, town_id="T1", yard_kg=None),
    ]  # fmt: skip
    post_charges(session, loads)
    lines = [line for statement in closed(session, NOVEMBER) for line in told(statement)["lines"]]
    assert [
        (it["yard_kg"], it["plant_kg"], it["agreed_kg"], it["counted"], it["kg"], it["deduction_fen"]) for it in lines
    ] == [
        (10_020, 10_000, None, "plant", 10_000, 0),
        (10_020, 10_000, None, "yard", 10_020, 20_040),
        (None, 10_000, None, "plant", 10_000, 20_000),
        (10_020, 10_000, None, "mean", 10_010, 0),
        (10_020, 10_000, 9_990, "agreed", 9_990, 0),
    ]
    assert not any(it["is_disputed"] for it in lines)


def test_what_was_issued_in_the_layout_of_before_is_made_again_in_it_and_not_replaced(session: Session) -> None:
    post_charges(session, [load("D1"), load("D2", plant_id="P2")])
    event = close_month(session, NOVEMBER)
    meant = StatementOf(
        number="S2025-0001", replaces=None, plant_id="P1", plant_name="P1", month=NOVEMBER,
        last_number=event.last_number, last_hash=event.last_hash, payer=None, payee=None, layout=1,
    )  # fmt: skip
    text_then = statement_text(session, meant)
    assert set(json.loads(text_then)["lines"][0]) == {
        "entry", "entry_id", "kind", "is_payment", "day", "ticket", "kg", "fen_per_t", "price_kind", "amount_fen",
        "town_part_fen",
    }  # fmt: skip
    before = Papers(session, 2025).issue("P1", NOVEMBER, text_then)
    assert made_again(session, before) == text_then
    # only the other plant has none yet
    assert [it.plant_id for it in issue_statements(session, event)] == ["P2"]


def test_the_database_refuses_to_change_a_statement(session: Session) -> None:
    post_charges(session, [load("D1")])
    closed(session, NOVEMBER)
    with pytest.raises(DatabaseError):
        session.execute(text("UPDATE plant_statement SET text = ''"))
