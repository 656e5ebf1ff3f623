"""An overdue drill raises an alarm, which the drill ends. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.clock import business_day
from app.fire_safety.alarms.models import Alarm, AlarmEnd
from app.fire_safety.alarms.operations import answer_of, raise_alarm
from app.fire_safety.alarms.queries import is_over
from app.fire_safety.drills.queries import drill_due
from app.intake.arriving import Arrived
from yard_rules.drills import DrillDue
from yard_rules.equipment import DueState

_KIND: Final = "drill_overdue"


def watch_drills(session: Session, yard_id: str, moment: datetime) -> None:
    """Raise an alarm for a drill that is overdue: one for each day on which it was due."""
    due = _overdue(session, yard_id, business_day(moment))
    if due is None:
        return
    key = _key(yard_id, due)
    if session.scalar(select(exists().where(Alarm.key == key))):
        return
    said = {"due_on": due.due_on.isoformat()}
    raise_alarm(session, yard_id=yard_id, kind=_KIND, subject=yard_id, said=said, key=key, moment=moment)


def overdue_drill_key(session: Session, yard_id: str, day: date) -> str | None:
    """Return what names the alarm of the drill that is overdue on a day; None where none is."""
    due = _overdue(session, yard_id, day)
    return None if due is None else _key(yard_id, due)


def ended_alarm(session: Session, arrived: Arrived, note: str | None) -> Sequence[tuple[type[Any], dict[str, Any]]]:
    """Return the rows with which a drill that was held answers and ends the alarm that is not over."""
    alarm_id = session.scalar(
        select(Alarm.id)
        .where(Alarm.yard_id == arrived.place_id, Alarm.kind == _KIND, ~is_over())
        .order_by(Alarm.id.desc())
        .limit(1)
    )
    if alarm_id is None:
        return []
    return [
        answer_of(arrived, alarm_id, note),
        (AlarmEnd, {"alarm_id": alarm_id, "ended_at": arrived.received_at}),
    ]


def _overdue(session: Session, yard_id: str, day: date) -> DrillDue | None:
    due = drill_due(session, yard_id, day)
    return due if due is not None and due.state is DueState.OVERDUE else None


def _key(yard_id: str, due: DrillDue) -> str:
    return f"drill/{yard_id}/{due.due_on}"
