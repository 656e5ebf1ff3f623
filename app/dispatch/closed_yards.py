"""Yards that take nothing in now, and what the plan still sends there: it was made before they were closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.dispatch.models import PlanHaul, PlanVersion
from app.registry.names import names_of_codes
from app.registry.suspensions import suspended_yards


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedYard:
    """`hauls`: how many are planned to come."""

    yard_id: str
    name: str
    hauls: int


def closed_yards(session: Session, version: PlanVersion, *, since: date) -> Sequence[ClosedYard]:
    """Return the yards that are closed now, with the hauls to them that are planned from this day on."""
    closed = suspended_yards(session)
    if not closed:
        return []
    chosen = select(PlanHaul.destination_id, func.count().label("hauls")).where(
        PlanHaul.plan_id == version.id, PlanHaul.day >= since, PlanHaul.destination_id.in_(sorted(closed))
    )
    planned = {row.destination_id: row.hauls for row in session.execute(chosen.group_by(PlanHaul.destination_id))}
    names = names_of_codes(session, "yards", closed)
    return [
        ClosedYard(yard_id=yard_id, name=names.get(yard_id, yard_id), hauls=planned.get(yard_id, 0))
        for yard_id in sorted(closed)
    ]
