"""Whose turn it is in a claim, for whoever asks now."""

from __future__ import annotations

from typing import Final

from app.accounts.login import may
from app.accounts.permissions import Permission
from app.database.engine import db
from app.subsidies.models import ClaimStep
from app.subsidies.page_scope import own_towns
from app.subsidies.queries import OF_THE_TOWN, ClaimRow, claim_rows

# What each step needs.
STEP_NEEDS: Final = {
    ClaimStep.CONFIRMED: Permission.MAKE_CLAIMS,
    ClaimStep.CHECKED: Permission.CHECK_CLAIMS,
    ClaimStep.APPROVED: Permission.APPROVE_CLAIMS,
    ClaimStep.PAID: Permission.PAY_CLAIMS,
    ClaimStep.RETURNED: Permission.CHECK_CLAIMS,
    ClaimStep.WITHDRAWN: Permission.MAKE_CLAIMS,
}
_NEXT: Final = {
    ClaimStep.CONFIRMED: ClaimStep.CHECKED,
    ClaimStep.CHECKED: ClaimStep.APPROVED,
    ClaimStep.APPROVED: ClaimStep.PAID,
}


def is_my_turn(row: ClaimRow) -> bool:
    """Whether the next step is for somebody like whoever asks. Who took the steps before is not looked at here."""
    if row.state in OF_THE_TOWN:
        towns = own_towns(Permission.MAKE_CLAIMS) if may(Permission.MAKE_CLAIMS) else frozenset()
        return towns is None or row.claim.town_id in towns
    return row.state in _NEXT and may(STEP_NEEDS[_NEXT[row.state]])


def claims_waiting() -> list[ClaimRow]:
    """Return the claims whose next step is for whoever asks, those that have waited longest first."""
    if not may(Permission.READ_CLAIMS):
        return []
    rows = [it for it in claim_rows(db.session, own_towns()) if is_my_turn(it)]
    return sorted(rows, key=lambda it: it.last.taken_at)
