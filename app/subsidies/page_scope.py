"""Whose claims whoever asks now may see."""

from __future__ import annotations

from flask_login import current_user

from app.accounts.permissions import Permission
from app.accounts.scope import scope_of
from app.database.engine import db
from app.subsidies.queries import WholeClaim, whole_claim


def own_towns(permission: Permission = Permission.READ_CLAIMS) -> frozenset[str] | None:
    """The towns of whoever may see no others; None where all may be seen."""
    scope = scope_of(current_user, permission)
    return None if scope is None else scope.town_ids


def own_claim(claim_id: int, permission: Permission = Permission.READ_CLAIMS) -> WholeClaim:
    """The claim, if it is one that whoever asks may read or, by this permission, act on; raises Refusal as if it were
    not there."""
    return whole_claim(db.session, claim_id, own_towns(permission))
