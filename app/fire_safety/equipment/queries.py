"""The pieces of equipment that the drawing in force shows, with what is due on each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from app.clock import business_day
from app.fire_safety.drawings.models import YardDrawingVersion
from app.fire_safety.drawings.queries import known_drawing
from app.fire_safety.equipment.models import EquipmentCheck
from app.registry.legal_capacity import DrawnCapacity
from yard_rules.equipment import DUTIES, DueState, Duty, DutyDue, Equipment, EquipmentKind, duties_due
from yard_rules.yard_drawing import BuildingUse, YardDrawing

Key = tuple[str, EquipmentKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of equipment. `last`: when each duty was last done to it; `made_on`: by its plate, where known."""

    equipment_id: str
    kind: EquipmentKind
    name: str
    in_use_since: date
    made_on: date | None
    last: Mapping[Duty, date]
    due: tuple[DutyDue, ...]

    @property
    def key(self) -> Key:
        return self.equipment_id, self.kind

    @property
    def state(self) -> DueState:
        """The worst of its duties."""
        return max((it.state for it in self.due), key=list(DueState).index, default=DueState.DONE)


def equipment_of(session: Session, yard_id: str, day: date | None = None) -> list[Piece]:
    """Return the pieces of the yard's drawing in force, kind by kind; none where no drawing is in force."""
    day = day or business_day()
    since, names = _drawn(session, yard_id)
    renewed = _renewed(session, yard_id)
    done = _done(session, yard_id)
    made = _made(session, yard_id)
    pieces = []
    for (equipment_id, kind), name in names.items():
        key = equipment_id, kind
        new_since = renewed.get(key)
        last = {duty: on for duty, on in done.get(key, {}).items() if new_since is None or on >= new_since}
        piece = Equipment(
            equipment_id=equipment_id,
            kind=kind,
            in_use_since=new_since or since[key],
            made_on=made.get(key),
            done=last,
        )
        pieces.append(
            Piece(
                equipment_id=equipment_id,
                kind=kind,
                name=name,
                in_use_since=piece.in_use_since,
                made_on=piece.made_on,
                last=last,
                due=duties_due(piece, day),
            )
        )
    order = list(EquipmentKind)
    return sorted(pieces, key=lambda it: (order.index(it.kind), len(it.equipment_id), it.equipment_id))


def latest_checks(session: Session, yard_id: str, limit: int) -> Sequence[EquipmentCheck]:
    """Return the latest checks of a yard, the newest first."""
    return session.scalars(
        select(EquipmentCheck)
        .where(EquipmentCheck.yard_id == yard_id)
        .order_by(EquipmentCheck.checked_at.desc(), EquipmentCheck.id)
        .limit(limit)
    ).all()


def photos_of_checks(session: Session, yard_id: str) -> set[str]:
    """Return the hashes of all photos of checks of the yard."""
    rows = session.scalars(select(EquipmentCheck.photos).where(EquipmentCheck.yard_id == yard_id))
    return {sha for photos in rows for sha in photos}


@lru_cache(maxsize=128)
def pieces_drawn(geojson: str, yard_id: str) -> Mapping[Key, str]:
    """Return the name of each piece that a drawing shows. A hose lies ready at each thing with hose; a pump stands in
    each pump house and at each pond with hose."""
    return dict(_pieces(known_drawing(geojson, yard_id)))


def _pieces(drawing: YardDrawing) -> Iterator[tuple[Key, str]]:
    for kind, things in (
        (EquipmentKind.EXTINGUISHER, drawing.extinguishers),
        (EquipmentKind.HYDRANT, drawing.hydrants),
        (EquipmentKind.HOSE, [*drawing.hose_points, *(it for it in drawing.hydrants if it.hose_m)]),
        (EquipmentKind.POND, drawing.ponds),
        (EquipmentKind.CAMERA, drawing.cameras),
        (EquipmentKind.LIGHTING, drawing.lights),
    ):
        for thing in things:
            yield (thing.id, kind), thing.name or thing.id
    for pond in drawing.ponds:
        if pond.hose_m:
            yield (pond.id, EquipmentKind.HOSE), pond.name or pond.id
            yield (pond.id, EquipmentKind.PUMP), pond.name or pond.id
    for building in drawing.buildings:
        if building.use is BuildingUse.PUMP_HOUSE:
            yield (building.id, EquipmentKind.PUMP), building.name or building.id


def _drawn(session: Session, yard_id: str) -> tuple[dict[Key, date], Mapping[Key, str]]:
    """Since when each piece has stood there, by the drawings in force without a gap until now; and its name now."""
    rows = session.execute(
        select(DrawnCapacity.since, YardDrawingVersion)
        .join(
            YardDrawingVersion,
            (YardDrawingVersion.yard_id == DrawnCapacity.yard_id)
            & (YardDrawingVersion.version == DrawnCapacity.drawing_version),
        )
        .where(DrawnCapacity.yard_id == yard_id)
        .order_by(DrawnCapacity.id)
        .options(undefer(YardDrawingVersion.geojson))
    ).all()
    since: dict[Key, date] = {}
    names: Mapping[Key, str] = {}
    for row in rows:
        names = pieces_drawn(row.YardDrawingVersion.geojson, yard_id)
        since = {key: since.get(key, business_day(row.since)) for key in names}
    return since, names


def _done(session: Session, yard_id: str) -> dict[Key, dict[Duty, date]]:
    columns = EquipmentCheck.equipment_id, EquipmentCheck.kind, EquipmentCheck.duty
    rows = session.execute(
        select(*columns, func.max(EquipmentCheck.checked_on).label("day"))
        .where(EquipmentCheck.yard_id == yard_id)
        .group_by(*columns)
    )
    done: dict[Key, dict[Duty, date]] = {}
    for row in rows:
        kind, duty = EquipmentKind(row.kind), Duty(row.duty)
        if duty in DUTIES[kind]:
            done.setdefault((row.equipment_id, kind), {})[duty] = row.day
    return done


def _renewed(session: Session, yard_id: str) -> dict[Key, date]:
    """When the piece that stands there now replaced another."""
    columns = EquipmentCheck.equipment_id, EquipmentCheck.kind
    rows = session.execute(
        select(*columns, func.max(EquipmentCheck.checked_on).label("day"))
        .where(EquipmentCheck.yard_id == yard_id, EquipmentCheck.is_new_piece)
        .group_by(*columns)
    )
    return {(row.equipment_id, EquipmentKind(row.kind)): row.day for row in rows}


def _made(session: Session, yard_id: str) -> dict[Key, date]:
    """What was last read on its plate; nothing of the piece before it."""
    rows = session.execute(
        select(EquipmentCheck.equipment_id, EquipmentCheck.kind, EquipmentCheck.made_on)
        .where(EquipmentCheck.yard_id == yard_id, EquipmentCheck.made_on.is_not(None) | EquipmentCheck.is_new_piece)
        .order_by(EquipmentCheck.checked_at, EquipmentCheck.id)
    )
    made: dict[Key, date] = {}
    for row in rows:
        key = row.equipment_id, EquipmentKind(row.kind)
        if row.made_on is None:
            made.pop(key, None)
        else:
            made[key] = row.made_on
    return made
