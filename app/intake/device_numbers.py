"""Which records of a device have come: it counts them, so what is missing shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Select, Subquery, bindparam, func, literal, select, union_all

from app.intake.record_models import GateRecord, RefusedRecord

# So many of its last numbers are looked at.
_LOOKED_AT = 2000


@dataclass(frozen=True, slots=True)
class DeviceNumbers:
    """The last number of a device and those missing before it; 0 and none where nothing has come. `complete_to`: up to
    this one none is missing."""

    last: int
    missing: list[int]
    complete_to: int


def device_numbers(connection: Connection, device_id: int) -> DeviceNumbers:
    """Return what has come of the device. What was refused has come: it is kept, and needs a person."""
    return numbers_of_devices(connection, {device_id: 0})[device_id]


def numbers_of_devices(connection: Connection, complete_to: Mapping[int, int]) -> dict[int, DeviceNumbers]:
    """The same for several devices, by id; what is known to be complete of one, up to a number or 0, is not looked at
    again."""
    asked: dict[str, int] = {}
    for place, (device_id, known) in enumerate(complete_to.items()):
        asked |= {f"device_{place}": device_id, f"since_{place}": max(known, 1)}
    rows = connection.execute(_last_and_count(len(complete_to)), asked).all() if complete_to else []
    told: dict[int, DeviceNumbers] = {}
    for (_place, last, count), (device_id, known) in zip(sorted(rows), complete_to.items(), strict=True):
        if last is not None and count == last - max(1, known, last - _LOOKED_AT + 1) + 1:
            told[device_id] = DeviceNumbers(last, [], last)
        elif known:  # not all of it is there any more: an older backup was restored, or a transaction failed
            told |= numbers_of_devices(connection, {device_id: 0})
        else:
            told[device_id] = _with_missing(connection, device_id, last)
    return told


def _with_missing(connection: Connection, device_id: int, last: int | None) -> DeviceNumbers:
    if last is None:
        return DeviceNumbers(0, [], 0)
    come = set(connection.execute(_come(), {"device_0": device_id, "since_0": 1}).scalars())
    missing = [number for number in range(max(1, last - _LOOKED_AT + 1), last + 1) if number not in come]
    return DeviceNumbers(last, missing, missing[0] - 1)


def _numbers(place: int) -> Subquery:
    """The device's numbers from one on."""
    return union_all(
        *(
            select(columns.device_number.label("number")).where(
                columns.device_id == bindparam(f"device_{place}", type_=columns.device_id.type),
                columns.device_number >= bindparam(f"since_{place}", type_=columns.device_number.type),
            )
            for columns in (GateRecord.__table__.c, RefusedRecord.__table__.c)
        )
    ).subquery()


@cache
def _last_and_count(devices: int) -> Executable:
    """Of each device, with its place among those asked for."""
    of_each = []
    for place in range(devices):
        numbers = _numbers(place)
        last = select(func.max(numbers.c.number)).correlate(None).scalar_subquery()
        of_each.append(
            select(literal(place).label("place"), func.max(numbers.c.number), func.count(numbers.c.number.distinct()))
            .where(numbers.c.number > last - _LOOKED_AT)
        )  # fmt: skip
    return union_all(*of_each)


@cache
def _come() -> Select[Any]:
    numbers = _numbers(0)
    last = select(func.max(numbers.c.number)).correlate(None).scalar_subquery()
    return select(numbers.c.number).where(numbers.c.number > last - _LOOKED_AT)
