"""Drills held in a yard, and when the next one is due."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clock import business_day
from app.fire_safety.drills.models import FireDrill
from app.registry.legal_capacity import DrawnCapacity
from app.storage.models import StockTransfer
from yard_rules.drills import DrillDue, next_drill


def drills_of(session: Session, yard_id: str, limit: int) -> Sequence[FireDrill]:
    """Return the drills of a yard, the newest first."""
    return session.scalars(
        select(FireDrill)
        .where(FireDrill.yard_id == yard_id)
        .order_by(FireDrill.held_on.desc(), FireDrill.told_at.desc())
        .limit(limit)
    ).all()


def photos_of_drills(session: Session, yard_id: str) -> set[str]:
    """Return the hashes of all photos of drills of the yard."""
    rows = session.scalars(select(FireDrill.photos).where(FireDrill.yard_id == yard_id))
    return {sha for photos in rows for sha in photos}


def last_drills(session: Session, yard_ids: Collection[str], day: date) -> Mapping[str, date]:
    """Return when each yard held its last drill; yards without one are left out."""
    rows = session.execute(
        select(FireDrill.yard_id, func.max(FireDrill.held_on).label("day"))
        .where(FireDrill.yard_id.in_(yard_ids), FireDrill.held_on <= day)
        .group_by(FireDrill.yard_id)
    )
    return {row.yard_id: row.day for row in rows}


def drill_due(session: Session, yard_id: str, day: date | None = None) -> DrillDue | None:
    """Return when the yard's next drill is due: counted from its last one, else from the day on which it had its first
    drawing in force or its first straw; None where it had neither."""
    day = day or business_day()
    last = last_drills(session, [yard_id], day).get(yard_id)
    moments = [
        session.scalar(select(func.min(DrawnCapacity.since)).where(DrawnCapacity.yard_id == yard_id)),
        session.scalar(select(func.min(StockTransfer.happened_at)).where(StockTransfer.yard_id == yard_id)),
    ]
    since = min((business_day(it) for it in moments if it is not None), default=None)
    if last is None and since is None:
        return None
    return next_drill(last, since or last or day, day)
