"""Inspections of stubble in the field (H7): how high it stands, and whether it was removed. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, select, true
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.clock import business_day
from app.database.parts import in_parts
from app.errors import BAD_INSPECTION, NO_SUCH_THING, OTHER_BYTES, Refusal
from app.registry.models import FarmField
from app.subsidies.models import StubbleInspection
from yard_rules.rulebook import rulebook

HIGHEST_MM: Final = 2_000
_MM_PER_CM: Final = 10
_MOST_READINGS: Final = 20


class Missing(StrEnum):
    """What an inspection may lack: it counts, and says so."""

    READINGS = "readings"
    PHOTO = "photo"
    POSITION = "position"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What somebody saw of a field. `id`: the form's own; `position`: longitude, latitude and accuracy in metres, None
    where the phone did not say."""

    id: str
    inspected_on: date
    readings_mm: tuple[int, ...]
    is_removed: bool
    photos: Sequence[str] = ()
    position: tuple[float, float, float] | None = None
    note: str | None = None


def keep_inspection(session: Session, field_id: str, seen: Seen) -> StubbleInspection:
    """Keep the inspection; the same again is the same one. Raises Refusal for a field that is not there, for readings
    or a day that cannot be, and where the id is that of another inspection."""
    field = session.scalar(select(FarmField).where(FarmField.field_id == field_id))
    if field is None:
        raise Refusal(NO_SUCH_THING, [field_id])
    if faults := inspection_faults(seen):
        raise Refusal(BAD_INSPECTION, faults)
    known = session.get(StubbleInspection, seen.id)
    if known is not None:
        if (known.field_id, known.readings_mm, known.is_removed) != (field_id, [*seen.readings_mm], seen.is_removed):
            raise Refusal(OTHER_BYTES, [seen.id])
        return known
    actor = acting_now()
    lon, lat, accuracy_m = seen.position or (None, None, None)
    kept = StubbleInspection(
        id=seen.id,
        field_id=field_id,
        town_id=field.town_id,
        inspected_on=seen.inspected_on,
        readings_mm=[*seen.readings_mm],
        is_removed=seen.is_removed,
        photos=[*seen.photos],
        lon=lon,
        lat=lat,
        accuracy_m=accuracy_m,
        note=seen.note,
        inspected_by=actor.account_id,
        inspected_name=actor.name[:255],
    )
    session.add(kept)
    session.flush()
    record(
        session,
        what="stubble.inspected",
        subject_kind="field",
        subject_id=field_id,
        after={"is_removed": kept.is_removed, "readings_mm": kept.readings_mm, "photos": len(kept.photos)},
    )
    return kept


def inspection_faults(seen: Seen) -> list[str]:
    """Return what of it cannot be, by the names of its members."""
    faults = []
    try:
        UUID(seen.id)
    except ValueError:
        faults.append("id")
    # before the rule was in force nobody looked at stubble for it
    since = rulebook("subsidies").figures["stubble_most_cm"][0].since
    if not since <= seen.inspected_on <= business_day():
        faults.append("inspected_on")
    needed = 0 if seen.is_removed else rulebook("subsidies").whole("stubble_readings", business_day())
    within = all(0 <= it <= HIGHEST_MM for it in seen.readings_mm)
    if not needed <= len(seen.readings_mm) <= _MOST_READINGS or not within:
        faults.append("readings_cm")
    if seen.position is not None and not (abs(seen.position[0]) <= 180 and abs(seen.position[1]) <= 90):
        faults.append("position")
    return faults


def missing_of(inspection: StubbleInspection) -> list[Missing]:
    """Return what would prove the inspection, and is not there."""
    there = {
        Missing.READINGS: bool(inspection.readings_mm),
        Missing.PHOTO: bool(inspection.photos),
        Missing.POSITION: inspection.lon is not None,
    }
    return [what for what, is_there in there.items() if not is_there]


def limit_mm(day: date) -> int:
    """Return how high stubble may stand (H7), in millimetres."""
    return int(rulebook("subsidies").figure("stubble_most_cm", day).value * _MM_PER_CM)


def is_within_limit(inspection: StubbleInspection) -> bool:
    """Whether the stubble was removed, or stands nowhere above the limit."""
    return inspection.is_removed or max(inspection.readings_mm, default=0) <= limit_mm(inspection.inspected_on)


def mean_cm(inspection: StubbleInspection) -> Decimal | None:
    """Return the mean height in centimetres; None where nothing was measured."""
    readings = inspection.readings_mm
    return Decimal(sum(readings)) / len(readings) / _MM_PER_CM if readings else None


def newest_inspections(
    session: Session, field_ids: Collection[str], *, until: date | None = None
) -> dict[str, StubbleInspection]:
    """Return the newest inspection of each of these fields (`until`: up to this day), by field; without those that
    nobody looked at."""
    up_to = true() if until is None else StubbleInspection.inspected_on <= until
    rows: list[StubbleInspection] = in_parts(
        session,
        sorted(field_ids),
        lambda some: (
            select(StubbleInspection)
            .where(StubbleInspection.field_id.in_(some), up_to)
            .order_by(StubbleInspection.inspected_on, StubbleInspection.recorded_at, StubbleInspection.id)
        ),
    )
    return {it.field_id: it for it in rows}


def inspections_shown(
    session: Session, towns: Collection[str] | None, *, town_id: str = "", limit: int
) -> Sequence[StubbleInspection]:
    """Return the newest inspections of these towns (None: of all)."""
    chosen = select(StubbleInspection).order_by(
        StubbleInspection.inspected_on.desc(), StubbleInspection.recorded_at.desc(), StubbleInspection.id
    )
    if towns is not None:
        chosen = chosen.where(StubbleInspection.town_id.in_(towns))
    if town_id:
        chosen = chosen.where(StubbleInspection.town_id == town_id)
    return session.scalars(chosen.limit(limit)).all()


def fields_found(session: Session, towns: Collection[str] | None, words: str, *, limit: int) -> Sequence[FarmField]:
    """Return fields of these towns (None: of all) whose code or grower holds the words; without words those that are
    cleared soonest."""
    chosen = select(FarmField).where(FarmField.withdrawn_at.is_(None)).order_by(FarmField.clear_by, FarmField.id)
    if towns is not None:
        chosen = chosen.where(FarmField.town_id.in_(towns))
    for word in words.split():
        chosen = chosen.where(
            or_(FarmField.field_id.icontains(word, autoescape=True), FarmField.grower.icontains(word, autoescape=True))
        )
    return session.scalars(chosen.limit(limit)).all()


def fields_by_id(session: Session, field_ids: Collection[str]) -> Mapping[str, Any]:
    """Return the fields of the register with these codes."""
    rows = in_parts(session, sorted(field_ids), lambda some: select(FarmField).where(FarmField.field_id.in_(some)))
    return {row.field_id: row for row in rows}
