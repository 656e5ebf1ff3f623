"""The kind of records with which somebody answers an alarm."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NO_SUCH_ALARM
from app.fire_safety.alarms.models import Alarm
from app.fire_safety.alarms.operations import answer_of
from app.intake.arriving import Arrived, Body, Effects, RecordKind, RefusedHere
from app.intake.bodies import Words


class AlarmAnswered(Body):
    alarm_id: Annotated[int, Field(ge=1, le=2**31 - 1)]
    what: Words | None = None


def _answered(session: Session, arrived: Arrived, body: AlarmAnswered) -> Effects:
    of_yard = select(Alarm.id).where(Alarm.id == body.alarm_id, Alarm.yard_id == arrived.place_id)
    if session.scalar(of_yard) is None:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, NO_SUCH_ALARM, [str(body.alarm_id)])
    return Effects([answer_of(arrived, body.alarm_id, body.what)])


ALARM_KINDS: Final[Mapping[str, RecordKind]] = {
    "alarm_answer": RecordKind(AlarmAnswered, _answered, frozenset({"yard"})),
}
