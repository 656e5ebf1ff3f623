"""The kinds of records in which people report how hot stacks are and what they look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field
from sqlalchemy.orm import Session

from app.fire_safety.heat.bans import BAN_KINDS
from app.fire_safety.heat.models import MeasuredHeat, SmokeSeen, StackPicture
from app.intake.arriving import Arrived, Body, Effects, RecordKind
from app.intake.bodies import Code, Sha, Words
from app.storage.transfers import stacks_named

_COLDEST_DC, _HOTTEST_DC = -500, 15_000


class _HeldProbe(Body):
    """`place`: where in the stack somebody held the probe; the same place is the same probe."""

    place: Code
    temperature_dc: Annotated[int, Field(ge=_COLDEST_DC, le=_HOTTEST_DC)]
    depth_cm: Annotated[int, Field(ge=0, le=1000)] | None = None


class HeatMeasured(Body):
    stack_id: Code
    readings: Annotated[list[_HeldProbe], Field(min_length=1, max_length=50)]


class SmokeReported(Body):
    stack_id: Code
    note: Words | None = None


class PictureTaken(Body):
    stack_id: Code
    photos: Annotated[list[Sha], Field(min_length=1, max_length=10)]
    note: Words | None = None


def _measured(session: Session, arrived: Arrived, body: HeatMeasured) -> Effects:
    stacks_named(session.connection(), arrived, [body.stack_id])
    rows = [
        {
            "key": f"{arrived.id}/{number}",
            "record_id": arrived.id,
            "gateway_id": None,
            "yard_id": arrived.place_id,
            "stack_id": body.stack_id,
            "probe": one.place,
            "temperature_dc": one.temperature_dc,
            "depth_cm": one.depth_cm,
            "measured_at": arrived.happened_at,
            "received_at": arrived.received_at,
            "measured_name": arrived.operator_name,
        }
        for number, one in enumerate(body.readings)
    ]
    return Effects([(MeasuredHeat, row) for row in rows])


def _smoke(session: Session, arrived: Arrived, body: SmokeReported) -> Effects:
    stacks_named(session.connection(), arrived, [body.stack_id])
    row = {
        "record_id": arrived.id,
        "yard_id": arrived.place_id,
        "stack_id": body.stack_id,
        "seen_at": arrived.happened_at,
        "seen_name": arrived.operator_name,
        "note": body.note,
    }
    return Effects([(SmokeSeen, row)])


def _pictured(session: Session, arrived: Arrived, body: PictureTaken) -> Effects:
    stacks_named(session.connection(), arrived, [body.stack_id])
    same = {
        "record_id": arrived.id,
        "yard_id": arrived.place_id,
        "stack_id": body.stack_id,
        "taken_at": arrived.happened_at,
        "taken_name": arrived.operator_name,
        "note": body.note,
    }
    return Effects([(StackPicture, {**same, "sha256": sha256}) for sha256 in dict.fromkeys(body.photos)])


_YARD: Final = frozenset({"yard"})

HEAT_KINDS: Final[Mapping[str, RecordKind]] = {
    **BAN_KINDS,
    "heat_reading": RecordKind(HeatMeasured, _measured, _YARD),
    "stack_picture": RecordKind(PictureTaken, _pictured, _YARD),
    "smoke": RecordKind(SmokeReported, _smoke, _YARD),
}
