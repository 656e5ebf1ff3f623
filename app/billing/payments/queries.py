"""What came to the bank, and whose it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.billing.payments.alike import last_matches, typed_lines, typed_payments
from app.billing.payments.matching import Guess, Matcher
from app.billing.payments.models import BankLine, BankMatch, MatchKind, PaymentReminder, RefundWish, UndoWish
from app.billing.payments.refunds import waiting_refunds
from app.billing.payments.undo_wishes import undo_wishes
from app.billing.statements.models import Statement
from app.billing.statements.queries import HOLDS


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLine:
    """A movement of which nobody has said whose it is; `undone`: why what was said does not hold. `typed`: what was
    typed in and may be the same money, where the movement is of a bank's file. `refund_wish`: somebody says that it
    went back to a plant, and another has to agree."""

    line: BankLine
    guesses: Sequence[Guess]
    undone: BankMatch | None
    typed: Sequence[BankLine]
    refund_wish: RefundWish | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedLine:
    """A movement, and whose it is. `waits_for_bank`: it was typed in, and no line of the bank's confirms it.
    `undo_wish`: somebody wishes that it be taken back, of a month that is closed."""

    line: BankLine
    match: BankMatch
    waits_for_bank: bool
    undo_wish: UndoWish | None


def open_lines(session: Session) -> list[OpenLine]:
    """Return what waits for somebody to say whose it is, oldest first."""
    rows = [(line, match) for line, match in _lines(session) if match is None or match.kind == MatchKind.UNDONE]
    if not rows:
        return []
    matcher = Matcher(session)
    typed = typed_payments(session, matcher)
    wishes = {it.bank_line_id: it for it in waiting_refunds(session)}

    def typed_like(line: BankLine) -> Sequence[BankLine]:
        if line.bank_file_id is None:
            return ()
        plant_id = matcher.sure_plant(line.payer, line.said)
        return typed.like(amount_fen=line.amount_fen, paid_on=line.paid_on, plant_id=plant_id)

    return [
        OpenLine(
            line=line,
            guesses=matcher.guesses(line.payer, line.said, line.amount_fen),
            undone=match,
            typed=typed_like(line),
            refund_wish=wishes.get(line.id),
        )
        for line, match in rows
    ]


def matched_lines(session: Session, limit: int) -> list[MatchedLine]:
    """Return the movements that are somebody's, the newest first."""
    rows = [(line, match) for line, match in _lines(session) if match is not None and match.kind != MatchKind.UNDONE]
    shown = rows[-limit:]
    confirmed = set(typed_lines(session).values())
    wishes = undo_wishes(session, [match.id for _line, match in shown])
    return [
        MatchedLine(
            line=line,
            match=match,
            waits_for_bank=match.kind == MatchKind.PLANT and line.bank_file_id is None and line.id not in confirmed,
            undo_wish=wishes.get(match.id),
        )
        for line, match in reversed(shown)
    ]


def reminders(session: Session, limit: int) -> Sequence[PaymentReminder]:
    """Return who was reminded, newest first."""
    return session.scalars(select(PaymentReminder).order_by(PaymentReminder.id.desc()).limit(limit)).all()


def statements_of_plants(session: Session) -> list[tuple[str, str]]:
    """Return plant and number of the statements that hold, newest first."""
    rows = session.execute(
        select(Statement.plant_id, Statement.number)
        .where(HOLDS)
        .order_by(Statement.month.desc(), Statement.number.desc())
    )
    return [(row.plant_id, row.number) for row in rows]


def _lines(session: Session) -> list[tuple[BankLine, BankMatch | None]]:
    last = last_matches(session)
    lines = session.scalars(select(BankLine).order_by(BankLine.paid_on, BankLine.id))
    return [(line, last.get(line.id)) for line in lines]
