"""Which records of a device have come: it counts them, so what is missing shows."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select, union_all
from sqlalchemy.orm import Session

from app.intake.record_models import GateRecord, RefusedRecord

# So many of its last numbers are looked at.
_LOOKED_AT = 2000

_NUMBERS = union_all(
    *(
        select(columns.device_number.label("number")).where(
            columns.device_id == bindparam("device_id"), columns.device_number.is_not(None)
        )
        for columns in (GateRecord.__table__.c, RefusedRecord.__table__.c)
    )
).subquery()
_LAST = select(func.max(_NUMBERS.c.number)).correlate(None).scalar_subquery()
_COME = select(_NUMBERS.c.number).where(_NUMBERS.c.number > _LAST - _LOOKED_AT)
_LAST_AND_COUNT = select(func.max(_NUMBERS.c.number), func.count(_NUMBERS.c.number.distinct())).where(
    _NUMBERS.c.number > _LAST - _LOOKED_AT
)


def device_numbers(session: Session, device_id: int) -> tuple[int, list[int]]:
    """Return the last number of the device and those missing before it; 0 and none where nothing has come.

    What was refused has come: it is kept, and needs a person.
    """
    asked = {"device_id": device_id}
    last, count = session.execute(_LAST_AND_COUNT, asked).one()
    if last is None:
        return 0, []
    first = max(1, last - _LOOKED_AT + 1)
    if count == last - first + 1:
        return last, []
    come = set(session.scalars(_COME, asked))
    return last, [number for number in range(first, last + 1) if number not in come]
