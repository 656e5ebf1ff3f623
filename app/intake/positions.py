"""Where a device was when it made a record, as far as its person allows: at the place that it reports of, or far."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.intake.record_models import GateRecord
from app.registry.models import EndUsePlant, TransferYard
from yard_rules.rulebook import rulebook

_EARTH_M = 6_371_009
_PLACES: dict[str, tuple[Any, Any]] = {
    "yard": (TransferYard, TransferYard.yard_id),
    "plant": (EndUsePlant, EndUsePlant.plant_id),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """WGS-84 as the device said it. `distance_m` is that to the yard or plant of the register, None where there is
    none: a phone at the field is of no place. `is_far`: further than a device may be mistaken."""

    lon: float
    lat: float
    accuracy_m: float | None
    distance_m: int | None
    is_far: bool


def positions_of(session: Session, records: Iterable[GateRecord]) -> dict[str, Position]:
    """Return where the records were made, by their ids; without those that do not say."""
    places: dict[tuple[str, str], tuple[float, float] | None] = {}
    found = {}
    for record in records:
        where = json.loads(record.text).get("where")
        if where is None:
            continue
        place = record.place_kind, record.place_id
        if place not in places:
            places[place] = _place(session, *place)
        found[record.id] = _position(where, places[place], record)
    return found


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> int:
    """Return how far two places (lon, lat in degrees) lie apart over the ground."""
    (lon, lat), (other_lon, other_lat) = (tuple(map(radians, each)) for each in (one, other))
    across = sin((other_lat - lat) / 2) ** 2 + cos(lat) * cos(other_lat) * sin((other_lon - lon) / 2) ** 2
    return round(2 * _EARTH_M * asin(sqrt(min(1.0, across))))


def _position(where: dict[str, Any], place: tuple[float, float] | None, record: GateRecord) -> Position:
    apart_m = None if place is None else distance_m((where["lon"], where["lat"]), place)
    accuracy_m = where.get("accuracy_m")
    limit_m = rulebook("weighing").whole("position_far_m", record.business_day) + (accuracy_m or 0)
    return Position(
        lon=where["lon"],
        lat=where["lat"],
        accuracy_m=accuracy_m,
        distance_m=apart_m,
        is_far=apart_m is not None and apart_m > limit_m,
    )


def _place(session: Session, kind: str, place_id: str) -> tuple[float, float] | None:
    if kind not in _PLACES:
        return None
    model, code = _PLACES[kind]
    found = session.execute(select(model.lon, model.lat).where(code == place_id)).first()
    return None if found is None else (found.lon, found.lat)
