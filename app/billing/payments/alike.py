"""Payments that may be the same money: a person types one in, and later the bank's list tells of it too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.billing.payments.matching import Matcher
from app.billing.payments.models import BankLine, BankMatch, MatchKind, TypedMatch
from app.clock import business_day
from yard_rules.rulebook import rulebook


@dataclass(frozen=True, slots=True)
class _Payment:
    line: BankLine
    plant_id: str | None


class Payments:
    """Payments among which one may be the same money as another; `plant_of`: whose a line is, as far as is known."""

    def __init__(self, lines: Iterable[BankLine], plant_of: Callable[[BankLine], str | None]) -> None:
        self._by_fen: defaultdict[int, list[_Payment]] = defaultdict(list)
        for line in lines:
            self._by_fen[line.amount_fen].append(_Payment(line, plant_of(line)))

    def like(self, *, amount_fen: int, paid_on: date, plant_id: str | None) -> Sequence[BankLine]:
        """Return those of the same amount within some days that are not surely another plant's: surely the plant's own
        before others, then the nearest."""
        days = rulebook("payments").whole("same_payment_days", business_day())
        near = [
            it
            for it in self._by_fen.get(amount_fen, ())
            if abs((it.line.paid_on - paid_on).days) <= days
            and (plant_id is None or it.plant_id is None or it.plant_id == plant_id)
        ]
        near.sort(key=lambda it: (it.plant_id != plant_id, abs((it.line.paid_on - paid_on).days), it.line.id))
        return [it.line for it in near]


def typed_payments(session: Session, matcher: Matcher) -> Payments:
    """Return what was typed in and no line of the bank's confirms yet."""
    confirmed = set(typed_lines(session).values())
    chosen = select(BankLine).where(BankLine.bank_file_id.is_(None))
    return _payments(session, matcher, chosen, without=confirmed)


def noted_payments(session: Session, matcher: Matcher) -> Payments:
    """Return all that was noted, by the bank's lists or typed in."""
    return _payments(session, matcher, select(BankLine), without=set())


def typed_lines(session: Session) -> dict[int, int]:
    """Return which typed line a line of the bank's confirms, by the latter's id."""
    rows = session.execute(
        select(BankMatch.bank_line_id, TypedMatch.typed_line_id)
        .join(TypedMatch, TypedMatch.match_id == BankMatch.id)
        .where(BankMatch.id.in_(_NEWEST))
    )
    return {row.bank_line_id: row.typed_line_id for row in rows}


def last_matches(session: Session) -> dict[int, BankMatch]:
    """Return what was last said of each line, by the line's id."""
    return {it.bank_line_id: it for it in session.scalars(select(BankMatch).where(BankMatch.id.in_(_NEWEST)))}


_NEWEST = select(func.max(BankMatch.id)).group_by(BankMatch.bank_line_id)


def _payments(session: Session, matcher: Matcher, chosen: Select[BankLine], *, without: set[int]) -> Payments:
    last = last_matches(session)

    def plant_of(line: BankLine) -> str | None:
        match = last.get(line.id)
        if match is not None and match.kind == MatchKind.PLANT:
            return match.plant_id
        return matcher.sure_plant(line.payer, line.said)

    # what was put aside is nobody's payment, and what confirms a typed one counts once, as that
    ended = {line_id for line_id, it in last.items() if it.kind in (MatchKind.OTHER, MatchKind.SAME)} | without
    return Payments((it for it in session.scalars(chosen) if it.id not in ended), plant_of)
