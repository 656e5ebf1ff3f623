"""Months of the ledger are closed one after the other; what comes late for a closed one stands in the next open one.
Nothing here commits."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.billing.ledger.head import locked_head
from app.billing.ledger.models import LedgerEntry, LedgerHead, MonthEvent, MonthEventKind
from app.clock import business_day, now
from app.errors import (
    MONTH_IS_NOT_NEXT,
    MONTH_IS_NOT_OVER,
    NOT_THE_LAST_MONTH,
    REOPEN_ASKED,
    REOPEN_NOT_ASKED,
    SAME_PERSON,
    Refusal,
)


def month_of(day: date) -> date:
    """Return the first day of the day's month."""
    return day.replace(day=1)


def after(month: date) -> date:
    """Return the month that follows."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def open_month(session: Session, day: date) -> date:
    """Return in whose month's books something of this day goes."""
    closed = last_closed(session)
    month = month_of(day)
    return month if closed is None or month > closed else after(closed)


def last_closed(session: Session) -> date | None:
    """Return the last month that is closed: of which a close is the newest that was done. Those before it are too."""
    moved = (MonthEventKind.CLOSED, MonthEventKind.REOPENED)
    newest = select(func.max(MonthEvent.id)).where(MonthEvent.kind.in_(moved)).group_by(MonthEvent.month)
    return session.scalar(
        select(func.max(MonthEvent.month)).where(MonthEvent.id.in_(newest), MonthEvent.kind == MonthEventKind.CLOSED)
    )


def next_to_close(session: Session) -> date | None:
    """Return the month that is closed next: the one after the last closed, else the first with an entry that was not
    taken back in the same month, as what was noted for a wrong day is."""
    closed = last_closed(session)
    if closed is not None:
        return after(closed)
    back = aliased(LedgerEntry)
    taken_back = select(back.id).where(back.reverses == LedgerEntry.id, back.month == LedgerEntry.month).exists()
    return session.scalar(select(func.min(LedgerEntry.month)).where(LedgerEntry.reverses.is_(None), ~taken_back))


def close_month(session: Session, month: date) -> MonthEvent:
    """Close the month: its sums do not change any more. Raises Refusal where it is not over or not the next."""
    head = locked_head(session)
    if month_of(business_day()) <= month:
        raise Refusal(MONTH_IS_NOT_OVER, [_said(month)])
    if month != next_to_close(session):
        raise Refusal(MONTH_IS_NOT_NEXT, [_said(month)])
    return _noted(session, month, MonthEventKind.CLOSED, head, None)


def ask_to_reopen(session: Session, month: date, reason: str) -> MonthEvent:
    """Ask that the last closed month be opened again; another person has to agree. Raises Refusal where somebody has
    asked already: whoever asks too has not seen it, and does not agree by that."""
    head = locked_head(session)
    if month != last_closed(session):
        raise Refusal(NOT_THE_LAST_MONTH, [_said(month)])
    asked = reopen_wish(session)
    if asked is not None:
        raise Refusal(REOPEN_ASKED, [asked.made_name, asked.reason or ""])
    return _noted(session, month, MonthEventKind.REOPEN_ASKED, head, reason)


def reopen_month(session: Session, month: date, wish_id: int) -> MonthEvent:
    """Open the last closed month again, as another person asked with this wish; raises Refusal where it waits no more,
    or is one's own."""
    head = locked_head(session)
    asked = _wished(session, month, wish_id)
    if asked.made_by is None or asked.made_by == acting_now().account_id:
        raise Refusal(SAME_PERSON)
    return _noted(session, month, MonthEventKind.REOPENED, head, asked.reason)


def decline_to_reopen(session: Session, month: date, wish_id: int, reason: str) -> MonthEvent:
    """Say no to this wish with a reason, or take back one's own; raises Refusal where it waits no more."""
    head = locked_head(session)
    _wished(session, month, wish_id)
    return _noted(session, month, MonthEventKind.REOPEN_DECLINED, head, reason)


def reopen_wish(session: Session) -> MonthEvent | None:
    """Return the wish to open the last closed month again that waits for a second person; whatever happens to a month
    after it ends it."""
    last = session.scalar(select(MonthEvent).order_by(MonthEvent.id.desc()).limit(1))
    return last if last is not None and last.kind == MonthEventKind.REOPEN_ASKED else None


def _wished(session: Session, month: date, wish_id: int) -> MonthEvent:
    if month != last_closed(session):
        raise Refusal(NOT_THE_LAST_MONTH, [_said(month)])
    asked = reopen_wish(session)
    if asked is None or (asked.id, asked.month) != (wish_id, month):
        raise Refusal(REOPEN_NOT_ASKED, [_said(month)])
    return asked


def _noted(session: Session, month: date, kind: MonthEventKind, head: LedgerHead, reason: str | None) -> MonthEvent:
    actor = acting_now()
    event = MonthEvent(
        month=month,
        kind=kind.value,
        reason=reason,
        last_number=head.last_number,
        last_hash=head.last_hash,
        made_by=actor.account_id,
        made_name=actor.name[:255],
        made_at=now(),
    )
    session.add(event)
    session.flush()
    said = {"reason": reason, "entries": head.last_number, "digest": head.last_hash}
    record(session, what=f"ledger.month_{kind.value}", subject_kind="month", subject_id=_said(month), after=said)
    return event


def _said(month: date) -> str:
    return month.strftime("%Y-%m")
