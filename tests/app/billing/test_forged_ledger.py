"""Whoever writes the ledger past the app, hashes and all, still has to write what adds up: `first_money_fault`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from app.billing.charging.operations import post_charges
from app.billing.ledger.entries import Line, body_hash_of, entry_hash_of
from app.billing.ledger.models import LedgerEntry, LedgerHead, LedgerLine
from app.billing.ledger.months import close_month
from app.billing.ledger_check import first_money_fault, money_head
from app.clock import now
from app.database.engine import make_engine
from tests.app.billing.money import agreed_price, load

OWED = Line("plant/P1/owed", 100_000, 5_000)
EARNED = Line("company/fee_provisional", -100_000, -5_000)
SAID = {"amount_fen": 100_000, "kg": 5_000, "fen_per_t": 20_000, "gross_fen": 100_000, "deduction_fen": 0}


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A ledger with one charge, of November."""
    engine = make_engine(database_url)
    with Session(engine) as session:
        agreed_price(session)
        post_charges(session, [load("D1")])
        yield session
        session.rollback()
    engine.dispose()


def written(session: Session, lines: list[Line], **changed: Any) -> None:
    """An entry at the end of the ledger that no rule of the app has seen, in its chain as it should be."""
    head = money_head(session)
    entry = {
        "number": head.length + 1,
        "id": f"E{head.length + 1}",
        "kind": "charge",
        "day": date(2025, 11, 20),
        "month": date(2025, 11, 1),
        "subject_kind": "delivery",
        "subject_id": "D9",
        "reverses": None,
        "corrects": None,
        "said": SAID,
        "recorded_at": now(),
        "actor_name": "nobody",
        "previous_hash": head.last_hash,
        **changed,
    }
    own_hash = entry_hash_of(entry, lines, entry["previous_hash"])
    session.execute(insert(LedgerEntry), [entry | {"body_hash": body_hash_of(entry, lines), "entry_hash": own_hash}])
    rows = [
        {"entry_number": entry["number"], "line": at, "account": it.account, "amount_fen": it.amount_fen, "kg": it.kg}
        for at, it in enumerate(lines)
    ]
    session.execute(insert(LedgerLine), rows)
    session.execute(update(LedgerHead).values(last_number=entry["number"], last_hash=own_hash))
    session.flush()


def fault_of(session: Session) -> str:
    found = first_money_fault(session)
    return "" if found is None else found.what


def test_an_entry_as_the_app_would_make_it_is_no_fault(session: Session) -> None:
    written(session, [OWED, EARNED])
    payment = [Line("company/bank", 5), Line("plant/P1/owed", -5)]
    written(session, payment, kind="payment", subject_kind="payment", said={})
    assert first_money_fault(session) is None


@pytest.mark.parametrize(
    ("lines", "changed", "told"),
    [
        ([OWED, Line("company/fee_provisional", -99_999, -5_000)], {}, "do not add up"),
        ([OWED, Line("company/box", -100_000, -5_000)], {}, "account that there is not: company/box"),
        ([OWED, EARNED], {"number": 3}, "should have the number 2"),
        ([OWED, EARNED], {"previous_hash": "0" * 63 + "1"}, "does not follow"),
        ([OWED, EARNED], {"month": date(2025, 10, 1)}, "month before its day"),
        ([OWED, EARNED], {"said": SAID | {"amount_fen": 90_000}}, "says that the delivery costs 90000 fen"),
        ([OWED, EARNED], {"said": SAID | {"fen_per_t": 19_000}}, "reckons 5000 kg at 19000 fen per tonne wrongly"),
        ([OWED, EARNED], {"said": SAID | {"deduction_fen": 1}}, "wrongly"),
        ([OWED, EARNED], {"said": SAID | {"off": {"mould": 30}}}, "takes 0 fen off"),
    ],
)
def test_an_entry_that_says_what_cannot_be_is_named(
    session: Session, lines: list[Line], changed: dict[str, Any], told: str
) -> None:
    written(session, lines, **changed)
    assert told in fault_of(session)


def test_a_reversal_takes_back_the_whole_entry_and_only_once(session: Session) -> None:
    charge = session.query(LedgerEntry).one().id
    back = [Line("company/fee_provisional", 200_000, 10_000), Line("plant/P1/owed", -200_000, -10_000)]
    written(session, back[::-1], kind="reversal", subject_id="D1", reverses=charge, said={})
    assert "does not take back what it says" in fault_of(session)


def test_an_entry_does_not_correct_one_that_comes_after_it(session: Session) -> None:
    written(session, [OWED, EARNED], id="E2", corrects="E2")
    assert "corrects an entry that is not before it" in fault_of(session)


def test_nothing_is_written_into_a_month_that_was_closed_then(session: Session) -> None:
    close_month(session, date(2025, 11, 1))
    written(session, [OWED, EARNED])
    assert "books of 2025-11, which were closed" in fault_of(session)
