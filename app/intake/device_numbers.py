"""Which records of a device have come: it counts them, so what is missing shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Subquery,
    bindparam,
    func,
    select,
    union_all,
)

from app.database.lists import given_rows
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
    known = [(device_id, number) for device_id, number in complete_to.items() if number]
    told = {
        device_id: DeviceNumbers(last, [], last)
        for device_id, first, last, come in (connection.execute(_COME_SINCE, {"known": known}) if known else ())
        if last is not None and come == last - first + 1
    }
    # the first time, or not all is there that was, or what came since has gaps
    return told | {device_id: _looked_at(connection, device_id) for device_id in complete_to if device_id not in told}


def _looked_at(connection: Connection, device_id: int) -> DeviceNumbers:
    last = connection.scalar(_LAST, {"device_id": device_id})
    if last is None:
        return DeviceNumbers(0, [], 0)
    first = max(1, last - _LOOKED_AT + 1)
    come = set(connection.execute(_COME, {"device_id": device_id, "first": first}).scalars())
    missing = [number for number in range(first, last + 1) if number not in come]
    return DeviceNumbers(last, missing, missing[0] - 1 if missing else last)


def _numbers(device_id: ColumnElement[int], first: ColumnElement[int], *given: Subquery) -> Subquery:
    """What of the device has come from the first on: stored, or refused and kept."""
    return union_all(
        *(
            select(columns.device_number.label("number"))
            .where(columns.device_id == device_id, columns.device_number >= first)
            .correlate(*given)
            for columns in (GateRecord.__table__.c, RefusedRecord.__table__.c)
        )
    ).subquery()


_GIVEN = given_rows("known", Integer(), Integer())
_SINCE = _numbers(_GIVEN.c.cell_0, _GIVEN.c.cell_1, _GIVEN)
# Of devices with a number each: the last, and how many have come from that one on. Asked of each by itself, which an
# index answers; joined, a whole table would be read.
_COME_SINCE = select(
    _GIVEN.c.cell_0,
    _GIVEN.c.cell_1,
    select(func.max(_SINCE.c.number)).correlate(_GIVEN).scalar_subquery(),
    select(func.count(_SINCE.c.number.distinct())).correlate(_GIVEN).scalar_subquery(),
)
_OF_DEVICE = _numbers(bindparam("device_id", type_=Integer()), bindparam("first", 1))
_LAST = select(func.max(_OF_DEVICE.c.number))
_COME = select(_OF_DEVICE.c.number)
