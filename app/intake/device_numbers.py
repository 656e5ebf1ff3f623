"""Which records of a device have come: it counts them, so what is missing shows."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select, union_all

from app.intake.record_models import GateRecord, RefusedRecord

# So many of its last numbers are looked at.
_LOOKED_AT = 2000

_NUMBERS = union_all(
    *(
        select(columns.device_number.label("number")).where(
            columns.device_id == bindparam("device_id"), columns.device_number >= bindparam("since")
        )
        for columns in (GateRecord.__table__.c, RefusedRecord.__table__.c)
    )
).subquery()
_LAST = select(func.max(_NUMBERS.c.number)).correlate(None).scalar_subquery()
_COME = select(_NUMBERS.c.number).where(_NUMBERS.c.number > _LAST - _LOOKED_AT)
_LAST_AND_COUNT = select(func.max(_NUMBERS.c.number), func.count(_NUMBERS.c.number.distinct())).where(
    _NUMBERS.c.number > _LAST - _LOOKED_AT
)


@dataclass(frozen=True, slots=True)
class DeviceNumbers:
    """The last number of a device and those missing before it; 0 and none where nothing has come. `complete_to`: up to
    this one none is missing."""

    last: int
    missing: list[int]
    complete_to: int


def device_numbers(connection: Connection, device_id: int, *, complete_to: int = 0) -> DeviceNumbers:
    """Return what has come of the device; what is known to be complete is not looked at again.

    What was refused has come: it is kept, and needs a person.
    """
    last, count = connection.execute(_LAST_AND_COUNT, {"device_id": device_id, "since": max(complete_to, 1)}).one()
    if last is not None and count == last - max(1, complete_to, last - _LOOKED_AT + 1) + 1:
        return DeviceNumbers(last, [], last)
    if complete_to:  # not all of it is there any more: an older backup was restored, or a transaction failed
        return device_numbers(connection, device_id)
    if last is None:
        return DeviceNumbers(0, [], 0)
    come = set(connection.execute(_COME, {"device_id": device_id, "since": 1}).scalars())
    missing = [number for number in range(max(1, last - _LOOKED_AT + 1), last + 1) if number not in come]
    return DeviceNumbers(last, missing, missing[0] - 1)
