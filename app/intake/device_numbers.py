"""Which records of a device have come: it counts them, so what is missing shows."""

from __future__ import annotations

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from app.intake.record_models import GateRecord, RefusedRecord

# So many of its last numbers are looked at.
_LOOKED_AT = 2000


def device_numbers(session: Session, device_id: int) -> tuple[int, list[int]]:
    """Return the last number of the device and those missing before it; 0 and none where nothing has come.

    What was refused has come: it is kept, and needs a person.
    """
    numbers = union_all(
        *(
            select(table.device_number.label("number")).where(
                table.device_id == device_id, table.device_number.is_not(None)
            )
            for table in (GateRecord, RefusedRecord)
        )
    ).subquery()
    last = session.scalar(select(func.max(numbers.c.number))) or 0
    first = max(1, last - _LOOKED_AT + 1)
    inside = numbers.c.number >= first
    count = session.scalar(select(func.count(numbers.c.number.distinct())).where(inside)) or 0
    if last == 0 or count == last - first + 1:
        return last, []
    come = set(session.scalars(select(numbers.c.number).where(inside)))
    return last, [number for number in range(first, last + 1) if number not in come]
