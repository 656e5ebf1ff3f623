"""Claims held against the ledger: what it says of them is what their steps say."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.billing.charging.posted import sums_of
from app.billing.ledger.models import LedgerEntry
from app.billing.ledger_check import MoneyFault
from app.subsidies.posting import DUE, PAID, claims_money


def first_claim_fault(session: Session) -> MoneyFault | None:
    """Return the first claim of which the ledger says something else than its steps, None if all is well. Claims from
    before the ledger knew of any are not in it until somebody charges: they are told, and no fault."""
    known = claims_money(session)
    for about in (DUE, PAID):
        chosen = select(LedgerEntry.subject_id, func.count()).where(LedgerEntry.subject_kind == about)
        posted = dict(session.execute(chosen.group_by(LedgerEntry.subject_id)).all())
        sums = sums_of(session, about, list(posted))
        for number in sorted(posted):
            wanted = known[number].amounts.get(about, {}) if number in known else {}
            if sums.get(number, {}) != wanted:
                return MoneyFault(f"claim {number}", "stands in the ledger with another amount than its steps say")
    return None
