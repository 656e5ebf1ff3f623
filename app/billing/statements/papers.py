"""What statements of months and of true-ups have in common: numbers, parties, and one way of writing. Nothing here
commits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.billing.invoices.models import InvoiceParty
from app.billing.invoices.parties import parties
from app.billing.ledger.models import LedgerLine
from app.billing.statements.models import Statement
from app.registry.models import EndUsePlant

_OF_PARTY = ("legal_name", "credit_code", "address", "bank_name", "bank_account")


class Papers:
    """Issues statements of a year under its next numbers; how plants and the company are named now is read once."""

    def __init__(self, session: Session, year: int) -> None:
        self._session, self._year = session, year
        last = session.scalar(select(func.max(Statement.year_number)).where(Statement.year == year))
        self._year_number = (last or 0) + 1
        names = session.execute(select(EndUsePlant.plant_id, EndUsePlant.name))
        self._names: dict[str, str] = {row.plant_id: row.name for row in names}
        self._parties = parties(session)

    @property
    def number(self) -> str:
        """The number that the next statement gets."""
        return f"S{self._year}-{self._year_number:04}"

    def named(self, plant_id: str) -> dict[str, Any]:
        """Return what a statement says of its parties: how the plant is called, who pays and who is paid (None: not
        entered)."""
        return {
            "plant_name": self._names.get(plant_id, plant_id),
            "payer": _named(self._parties.get(plant_id)),
            "payee": _named(self._parties.get(None)),
        }

    def issue(
        self,
        plant_id: str,
        month: date,
        text: str,
        *,
        replaces: str | None = None,
        entries: tuple[int, int] | None = None,
    ) -> Statement:
        """Keep a statement under the next number; `entries`: the first and the last that one of a true-up is of."""
        first_entry, last_entry = entries or (None, None)
        statement = Statement(
            number=self.number,
            year=self._year,
            year_number=self._year_number,
            plant_id=plant_id,
            month=month,
            replaces=replaces,
            first_entry=first_entry,
            last_entry=last_entry,
            text=text,
            text_hash=hashlib.sha256(text.encode()).hexdigest(),
            issued_name=acting_now().name[:255],
        )
        self._session.add(statement)
        said = {"plant": plant_id, "month": month.isoformat(), "digest": statement.text_hash}
        record(
            self._session, what="statement.issued", subject_kind="statement", subject_id=statement.number, after=said
        )
        self._year_number += 1
        return statement


def text_of(whole: Mapping[str, Any]) -> str:
    """Return what a statement says in the one way of writing it."""
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def said_by(statement: Statement) -> dict[str, Any]:
    """Return what a statement says: amounts in fen, masses in kg, days as ISO texts."""
    said: dict[str, Any] = json.loads(statement.text)
    return said


def town_parts(session: Session, entries: Select[int]) -> dict[int, int]:
    """Return what of fees goes to towns for direct hauls (H18), in fen, by number of the entry; `entries`: which."""
    rows = session.execute(
        select(LedgerLine.entry_number, func.sum(-LedgerLine.amount_fen))
        .where(LedgerLine.account.like("town/%/part"), LedgerLine.entry_number.in_(entries))
        .group_by(LedgerLine.entry_number)
    )
    return {number: int(fen) for number, fen in rows}


def _named(party: InvoiceParty | None) -> dict[str, str] | None:
    return None if party is None else {name: getattr(party, name) for name in _OF_PARTY}
