"""An overdue drill raises an alarm, which the drill ends. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.clock import business_day
from app.fire_safety.alarms.models import Alarm, AlarmAnswer
from app.fire_safety.alarms.operations import answer_of, raise_alarm
from app.fire_safety.drills.queries import drill_due
from app.intake.arriving import Arrived
from yard_rules.equipment import DueState

_KIND: Final = "drill_overdue"


def watch_drills(session: Session, yard_id: str, moment: datetime) -> None:
    """Raise an alarm for a drill that is overdue: one for each day on which it was due."""
    due = drill_due(session, yard_id, business_day(moment))
    if due is None or due.state is not DueState.OVERDUE:
        return
    key = f"drill/{yard_id}/{due.due_on}"
    if session.scalar(select(exists().where(Alarm.key == key))):
        return
    said = {"due_on": due.due_on.isoformat()}
    raise_alarm(session, yard_id=yard_id, kind=_KIND, subject=yard_id, said=said, key=key, moment=moment)


def ended_alarm(session: Session, arrived: Arrived, note: str | None) -> Sequence[tuple[type[Any], dict[str, Any]]]:
    """Return the row with which a drill that was held answers the alarm that nobody has answered."""
    answered = select(AlarmAnswer.alarm_id).where(AlarmAnswer.yard_id == arrived.place_id)
    alarm_id = session.scalar(
        select(Alarm.id)
        .where(Alarm.yard_id == arrived.place_id, Alarm.kind == _KIND, Alarm.id.not_in(answered))
        .order_by(Alarm.id.desc())
        .limit(1)
    )
    return [] if alarm_id is None else [answer_of(arrived, alarm_id, note)]
