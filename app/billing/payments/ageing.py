"""What plants owe, by how long: payments pay the month that they name, then the oldest that is open."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.billing.ledger.models import PAYMENT_SUBJECT, LedgerEntry, LedgerLine
from app.billing.ledger.months import after
from app.billing.statements.models import Statement
from yard_rules.rulebook import rulebook

# Overdue by more than so many days; the last has no end.
OVERDUE_BY_DAYS: Final = (0, 30, 60, 90)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMonth:
    """What of a month's charges is not paid. `due_on`: the last day on which it is in time."""

    month: date
    open_fen: int
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccount:
    """A plant's months of which something is open, oldest first; `credit_fen`: what it paid too much."""

    plant_id: str
    months: tuple[OpenMonth, ...]
    credit_fen: int

    @property
    def owed_fen(self) -> int:
        """What the ledger says; below 0 where the plant has paid too much."""
        return sum(it.open_fen for it in self.months) - self.credit_fen

    def overdue(self, day: date) -> tuple[OpenMonth, ...]:
        """Return the months that had to be paid before the day."""
        return tuple(it for it in self.months if it.due_on < day)

    def overdue_fen(self, day: date) -> tuple[int, ...]:
        """Return what is overdue on the day by days, as `OVERDUE_BY_DAYS`, in fen."""
        sums = [0] * len(OVERDUE_BY_DAYS)
        for it in self.overdue(day):
            late = (day - it.due_on).days
            sums[max(at for at, days in enumerate(OVERDUE_BY_DAYS) if late > days)] += it.open_fen
        return tuple(sums)


def due_on(month: date) -> date:
    """Return the day until which what stands in the books of a month has to be paid."""
    return after(month) + timedelta(days=rulebook("payments").whole("days_to_pay", month) - 1)


def open_accounts(session: Session) -> list[OpenAccount]:
    """Return every plant that the ledger knows, with what is open of it."""
    charged, paid = _charged(session), _paid(session)
    for (plant_id, month), fen in _refunded(session).items():
        of_plant = charged.setdefault(plant_id, {})
        of_plant[month] = of_plant.get(month, 0) + fen
    return [matched(it, charged.get(it, {}), paid.get(it, {})) for it in sorted({*charged, *paid})]


def matched(plant_id: str, charged_fen: Mapping[date, int], paid_fen: Mapping[date | None, int]) -> OpenAccount:
    """Match what was charged by month with what was paid by the month that it names (None: it names none).

    A month below 0 is credit, as is what a payment leaves over of the month that it names; credit pays the oldest.
    """
    open_fen = {month: max(fen, 0) for month, fen in sorted(charged_fen.items())}
    credit_fen = sum(-min(fen, 0) for fen in charged_fen.values())
    for month, fen in paid_fen.items():
        settled = 0 if month is None else min(fen, open_fen.get(month, 0))
        if month is not None and settled:
            open_fen[month] -= settled
        credit_fen += fen - settled
    for month, fen in open_fen.items():
        settled = min(credit_fen, fen)
        open_fen[month] -= settled
        credit_fen -= settled
    months = (OpenMonth(month=it, open_fen=fen, due_on=due_on(it)) for it, fen in open_fen.items() if fen)
    return OpenAccount(plant_id=plant_id, months=tuple(months), credit_fen=credit_fen)


def _charged(session: Session) -> dict[str, dict[date, int]]:
    rows = session.execute(
        select(LedgerLine.account, LedgerEntry.month, func.sum(LedgerLine.amount_fen))
        .join(LedgerEntry, LedgerEntry.number == LedgerLine.entry_number)
        .where(LedgerEntry.subject_kind != PAYMENT_SUBJECT, LedgerLine.account.like("plant/%/owed"))
        .group_by(LedgerLine.account, LedgerEntry.month)
    )
    found: defaultdict[str, dict[date, int]] = defaultdict(dict)
    for account, month, fen in rows:
        found[account.split("/")[1]][month] = int(fen)
    return found


def _paid(session: Session) -> dict[str, dict[date | None, int]]:
    """Payments, and those taken back: both say which statement they are for, if any."""
    months = {row.number: row.month for row in session.execute(select(Statement.number, Statement.month))}
    found: defaultdict[str, defaultdict[date | None, int]] = defaultdict(lambda: defaultdict(int))
    for plant_id, _month, said, fen in _movements(session):
        if not said.get("is_refund"):
            found[plant_id][months.get(said.get("statement"))] -= fen
    return {plant_id: dict(by_month) for plant_id, by_month in found.items()}


def _refunded(session: Session) -> Counter[tuple[str, date]]:
    """What went back to plants, by the month in whose books it stands: it uses up their credit as a charge does."""
    found: Counter[tuple[str, date]] = Counter()
    for plant_id, month, said, fen in _movements(session):
        if said.get("is_refund"):
            found[plant_id, month] += fen
    return found


def _movements(session: Session) -> Iterator[tuple[str, date, Mapping[str, Any], int]]:
    """Plant, month, what the entry says, and what it adds to what the plant owes."""
    rows = session.execute(
        select(LedgerLine.account, LedgerEntry.month, LedgerEntry.said, LedgerLine.amount_fen)
        .join(LedgerEntry, LedgerEntry.number == LedgerLine.entry_number)
        .where(LedgerEntry.subject_kind == PAYMENT_SUBJECT, LedgerLine.account.like("plant/%/owed"))
    )
    for account, month, said, fen in rows:
        yield account.split("/")[1], month, said, fen
