"""Wishes to take back payments of closed months that wait for a second person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.billing.payments.alike import last_matches
from app.billing.payments.models import BankLine, BankMatch, UndoDecline, UndoWish


@dataclass(frozen=True, slots=True)
class WaitingUndo:
    """A wish, and the movement and what was said of it that is to be taken back."""

    wish: UndoWish
    match: BankMatch
    line: BankLine


def undo_wish(session: Session, match: BankMatch) -> UndoWish | None:
    """Return the wish to take back what was said of a line."""
    return undo_wishes(session, [match.id]).get(match.id)


def undo_wishes(session: Session, match_ids: Collection[int]) -> dict[int, UndoWish]:
    """Return the wishes that nobody has declined, by the match that they would take back."""
    chosen = select(UndoWish).where(UndoWish.match_id.in_(match_ids), _STANDS)
    return {it.match_id: it for it in session.scalars(chosen)}


def waiting_undos(session: Session) -> Sequence[WaitingUndo]:
    """Return the wishes that wait, oldest first: what was said of their lines holds still."""
    rows = session.execute(
        select(UndoWish, BankMatch, BankLine)
        .join(BankMatch, BankMatch.id == UndoWish.match_id)
        .join(BankLine, BankLine.id == BankMatch.bank_line_id)
        .where(_STANDS)
        .order_by(UndoWish.id)
    ).all()
    last = last_matches(session) if rows else {}
    return [WaitingUndo(wish, match, line) for wish, match, line in rows if last[line.id].id == match.id]


_STANDS: ColumnElement[bool] = ~select(UndoDecline.wish_id).where(UndoDecline.wish_id == UndoWish.id).exists()
