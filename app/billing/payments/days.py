"""On which days money can have come or gone: another day is a slip that would open months nobody closes."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.billing.ledger.models import PAYMENT_SUBJECT, LedgerEntry
from app.clock import business_day
from yard_rules.rulebook import rulebook


def believable_days(session: Session) -> tuple[date, date]:
    """Return the first and the last day: not after today, not so long ago that nobody owes it any more, and not long
    before the first thing that the ledger charged."""
    book, today = rulebook("payments"), business_day()
    first = today - timedelta(days=book.whole("oldest_payment_days", today))
    charged = session.scalar(select(func.min(LedgerEntry.day)).where(LedgerEntry.subject_kind != PAYMENT_SUBJECT))
    if charged is not None:
        first = max(first, charged - timedelta(days=book.whole("paid_ahead_days", today)))
    return first, today
