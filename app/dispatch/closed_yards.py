"""Yards and plants that take nothing in now, and what the plan still sends there: it was made before that."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.dispatch.models import PlanHaul, PlanVersion
from app.registry.names import names_of_codes
from app.registry.plant_strikes import struck_off_plants
from app.registry.suspensions import suspended_yards


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPlace:
    """`hauls`: how many are planned to come."""

    place_id: str
    name: str
    hauls: int


def closed_yards(session: Session, version: PlanVersion, *, since: date) -> Sequence[ClosedPlace]:
    """Return the yards that are closed now, with the hauls to them that are planned from this day on."""
    return _closed(session, "yards", suspended_yards(session), version, since)


def closed_plants(session: Session, version: PlanVersion, *, since: date) -> Sequence[ClosedPlace]:
    """Return the same of the plants that are struck off (H16): what is planned anew leaves them out."""
    return _closed(session, "plants", struck_off_plants(session), version, since)


def _closed(
    session: Session, kind: str, closed: Collection[str], version: PlanVersion, since: date
) -> Sequence[ClosedPlace]:
    if not closed:
        return []
    chosen = select(PlanHaul.destination_id, func.count().label("hauls")).where(
        PlanHaul.plan_id == version.id, PlanHaul.day >= since, PlanHaul.destination_id.in_(sorted(closed))
    )
    planned = {row.destination_id: row.hauls for row in session.execute(chosen.group_by(PlanHaul.destination_id))}
    names = names_of_codes(session, kind, closed)
    return [
        ClosedPlace(place_id=place_id, name=names.get(place_id, place_id), hauls=planned.get(place_id, 0))
        for place_id in sorted(closed)
    ]
