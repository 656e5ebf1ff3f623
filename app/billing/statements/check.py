"""Statements computed again: each says what the ledger said when it was issued, and none is missing."""

from __future__ import annotations

import hashlib
from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.billing.ledger.models import LedgerEntry
from app.billing.ledger_check import MoneyFault
from app.billing.statements.models import Statement
from app.billing.statements.operations import made_again
from app.billing.statements.papers import said_by


def first_statement_fault(session: Session) -> MoneyFault | None:
    """Make every statement again from the ledger; return the first that says something else, None if all is well."""
    expected: Counter[int] = Counter()
    for statement in session.scalars(select(Statement).order_by(Statement.year, Statement.year_number)):
        expected[statement.year] += 1
        if statement.year_number != expected[statement.year]:
            where = f"statement S{statement.year}-{expected[statement.year]:04}"
            return MoneyFault(where, "is missing")
        what = _fault_of(session, statement)
        if what is not None:
            return MoneyFault(f"statement {statement.number}", what)
    return _overlap(session)


def _overlap(session: Session) -> MoneyFault | None:
    """No true-up stands on two statements."""
    corrections = select(Statement).where(Statement.first_entry.is_not(None))
    ended: dict[str, int] = {}
    for it in session.scalars(corrections.order_by(Statement.first_entry, Statement.number)):
        if (it.first_entry or 0) <= ended.get(it.plant_id, 0):
            return MoneyFault(f"statement {it.number}", "is of entries that stand on another statement already")
        ended[it.plant_id] = it.last_entry or 0
    return None


def _fault_of(session: Session, statement: Statement) -> str | None:
    if hashlib.sha256(statement.text.encode()).hexdigest() != statement.text_hash:
        return "says something else than its hash speaks for"
    try:
        again, ledger = made_again(session, statement), said_by(statement)["ledger"]
    except (KeyError, ValueError):
        return "cannot be read"
    if again != statement.text:
        return "says something else than the ledger"
    hash_then = session.scalar(select(LedgerEntry.entry_hash).where(LedgerEntry.number == ledger["length"]))
    return None if hash_then == ledger["hash"] else "speaks for another ledger"
