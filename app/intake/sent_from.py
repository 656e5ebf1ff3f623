"""Whose devices concern somebody."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true

from app.accounts.scope import Scope
from app.registry.models import CollectingBody


def sent_from(scope: Scope | None, kind: Any, place_id: Any) -> ColumnElement[bool]:
    """Return whether a device of the place, given by two columns, concerns somebody: those of own yards, plants and
    recycling points, and the phones of the collecting bodies of own towns."""
    if scope is None:
        return true()
    bodies = select(CollectingBody.body_id).where(CollectingBody.town_id.in_(scope.town_ids))
    return or_(
        and_(kind == "yard", place_id.in_(scope.yard_ids)),
        and_(kind == "plant", place_id.in_(scope.plant_ids)),
        and_(kind == "point", place_id.in_(scope.point_ids)),
        and_(kind == "body", place_id.in_(bodies)),
    )
