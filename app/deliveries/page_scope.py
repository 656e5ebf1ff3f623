"""Whose loads whoever asks now may see, and for whom they speak."""

from __future__ import annotations

from flask import request
from flask_login import current_user

from app.accounts.permissions import Permission
from app.accounts.scope import scope_of
from app.database.engine import db
from app.deliveries.models import Side
from app.deliveries.operations import the_load
from app.deliveries.queries import Load
from app.errors import REASON_NEEDED, Refusal

LONGEST_REASON = 500


def own_plants(permission: Permission = Permission.READ_DELIVERIES) -> frozenset[str] | None:
    """The plants of whoever may see no others; None where all may be seen."""
    scope = scope_of(current_user, permission)
    return None if scope is None else scope.plant_ids


def own_load(delivery_id: str, permission: Permission = Permission.READ_DELIVERIES) -> Load:
    """The load, if it is one that whoever asks may read or, by this permission, write of; raises Refusal as if it were
    not there."""
    return the_load(db.session, delivery_id, own_plants(permission))


def own_side(permission: Permission) -> Side:
    """For whom somebody speaks: whoever sees one plant only speaks for it, all others for the franchise company."""
    return Side.COMPANY if own_plants(permission) is None else Side.PLANT


def reason_given(name: str = "reason") -> str:
    """What the form gives as a reason; raises Refusal where it gives none."""
    reason = request.form.get(name, "").strip()[:LONGEST_REASON]
    if not reason:
        raise Refusal(REASON_NEEDED)
    return reason
