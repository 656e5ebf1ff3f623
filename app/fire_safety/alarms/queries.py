"""What the book of alarms says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Subquery, case, exists, func, select, true, union_all
from sqlalchemy.orm import Session

from app.fire_safety.alarms.models import PAGE, TABLET, Alarm, AlarmAnswer, AlarmEnd, AlarmNotice, WatchTick
from app.fire_safety.alarms.texts import alarm_tasks, alarm_text
from app.intake.bodies import moment_text
from yard_rules.finding import Severity

_MOST_ON_TABLET = 20


class AlarmState(StrEnum):
    NEW = "new"  # nobody has seen it
    SEEN = "seen"
    ANSWERED = "answered"  # somebody has said what they do about it
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookEntry:
    """An alarm with who was told and who has seen or answered it; `ended_at` is None while what it tells of lasts."""

    alarm: Alarm
    notices: list[AlarmNotice]
    answers: list[AlarmAnswer]
    ended_at: datetime | None

    @property
    def state(self) -> AlarmState:
        """How far it has come."""
        if self.ended_at is not None:
            return AlarmState.OVER
        if any(answer.what is not None for answer in self.answers):
            return AlarmState.ANSWERED
        return AlarmState.SEEN if self.answers else AlarmState.NEW


@dataclass(frozen=True, slots=True)
class LastingAlarm:
    """An alarm that is not over, and whether somebody has still to say what they do about it."""

    alarm: Alarm
    is_unanswered: bool


def is_over(at: datetime | None = None) -> ColumnElement[bool]:
    """Return the condition that what an alarm tells of is over, now or at a moment."""
    by_then = true() if at is None else AlarmEnd.ended_at <= at
    return exists().where(AlarmEnd.alarm_id == Alarm.id, by_then)


def is_unanswered(at: datetime | None = None) -> ColumnElement[bool]:
    """Return the condition that an alarm is not over and nobody has said what they do about it, now or at a moment."""
    by_then = true() if at is None else AlarmAnswer.answered_at <= at
    answered = exists().where(AlarmAnswer.alarm_id == Alarm.id, AlarmAnswer.what.is_not(None), by_then)
    return ~is_over(at) & ~answered


def gravest_first() -> tuple[ColumnElement[Any], ...]:
    """Return the order by severity, of alarms of heat the highest level first, then by age, the oldest first."""
    level = func.coalesce(Alarm.said["level"].as_integer(), 0)
    order = {severity.value: number for number, severity in enumerate(Severity)}
    return (
        case(order, value=Alarm.severity, else_=len(order)),
        level.desc(),
        Alarm.raised_at.expression,
        Alarm.id.expression,
    )


def settled_alarms() -> Subquery:
    """Return a table of `alarm_id`, `yard_id` and `settled_at`: when an alarm was first answered, or over."""
    ended = select(AlarmEnd.alarm_id, Alarm.yard_id, AlarmEnd.ended_at.label("at")).join(
        Alarm, Alarm.id == AlarmEnd.alarm_id
    )
    answered = select(AlarmAnswer.alarm_id, AlarmAnswer.yard_id, AlarmAnswer.answered_at.label("at")).where(
        AlarmAnswer.what.is_not(None)
    )
    either = union_all(ended, answered).subquery()
    return (
        select(either.c.alarm_id, either.c.yard_id, func.min(either.c.at).label("settled_at"))
        .group_by(either.c.alarm_id, either.c.yard_id)
        .subquery()
    )


def alarm_book(session: Session, yard_ids: Collection[str], *, limit: int, open_only: bool = False) -> list[BookEntry]:
    """Return the latest alarms of these yards, the newest first; with `open_only` those that are not over, the gravest
    first, then the oldest."""
    chosen = select(Alarm).where(Alarm.yard_id.in_(yard_ids))
    if open_only:
        chosen = chosen.where(~is_over()).order_by(*gravest_first())
    else:
        chosen = chosen.order_by(Alarm.raised_at.desc(), Alarm.id.desc())
    alarms = session.scalars(chosen.limit(limit)).all()
    ids = [alarm.id for alarm in alarms]
    notices, answers = AlarmNotice, AlarmAnswer
    told = session.scalars(select(notices).where(notices.alarm_id.in_(ids)).order_by(notices.id)).all()
    answered = session.scalars(select(answers).where(answers.alarm_id.in_(ids)).order_by(answers.answered_at)).all()
    ended = {it.alarm_id: it.ended_at for it in session.scalars(select(AlarmEnd).where(AlarmEnd.alarm_id.in_(ids)))}
    return [
        BookEntry(
            alarm=alarm,
            notices=[it for it in told if it.alarm_id == alarm.id],
            answers=[it for it in answered if it.alarm_id == alarm.id],
            ended_at=ended.get(alarm.id),
        )
        for alarm in alarms
    ]


def unanswered_alarms(session: Session, yard_ids: Collection[str], at: datetime | None = None) -> list[Alarm]:
    """Return the alarms of these yards that are not over and that nobody has answered, now or at a moment, the gravest
    first, then the oldest."""
    raised = true() if at is None else Alarm.raised_at <= at
    chosen = select(Alarm).where(Alarm.yard_id.in_(yard_ids), raised, is_unanswered(at))
    return list(session.scalars(chosen.order_by(*gravest_first())))


def lasting_alarms(session: Session, yard_ids: Collection[str]) -> list[LastingAlarm]:
    """Return the alarms of these yards that are not over, the gravest first, then the oldest."""
    chosen = select(Alarm, is_unanswered()).where(Alarm.yard_id.in_(yard_ids), ~is_over()).order_by(*gravest_first())
    return [LastingAlarm(alarm, bool(waits)) for alarm, waits in session.execute(chosen)]


def unanswered_count(session: Session, yard_ids: Collection[str]) -> int:
    """Return how many there are."""
    return session.scalar(select(func.count(Alarm.id)).where(Alarm.yard_id.in_(yard_ids), is_unanswered())) or 0


def alarm_of(session: Session, alarm_id: int, yard_ids: Collection[str]) -> Alarm | None:
    """Return the alarm, where it is of one of these yards."""
    return session.scalar(select(Alarm).where(Alarm.id == alarm_id, Alarm.yard_id.in_(yard_ids)))


def alarms_for_notebook(session: Session, yard_id: str) -> list[dict[str, Any]]:
    """Return the yard's alarms that nobody has answered, the gravest first, for its tablets."""
    return [
        {
            "id": alarm.id,
            "kind": alarm.kind,
            "subject": alarm.subject,
            "severity": alarm.severity,
            "said": alarm.said,
            "words": alarm_text(alarm),
            "tasks": alarm_tasks(alarm),
            "raised_at": moment_text(alarm.raised_at),
        }
        for alarm in unanswered_alarms(session, [yard_id])[:_MOST_ON_TABLET]
    ]


def untold_on_tablet(session: Session, device_id: int, alarm_ids: Collection[int]) -> list[int]:
    """Return those of these alarms that the tablet was not given before."""
    return _untold(session, TABLET, [str(device_id)], alarm_ids)


def untold_on_page(session: Session, audiences: Collection[str], alarm_ids: Collection[int]) -> list[int]:
    """Return those of these alarms that are for one of the audiences and stood on no page that it opened."""
    return _untold(session, PAGE, audiences, alarm_ids)


def _untold(session: Session, channel: str, recipients: Collection[str], alarm_ids: Collection[int]) -> list[int]:
    untold = select(AlarmNotice.alarm_id).where(
        AlarmNotice.channel == channel,
        AlarmNotice.recipient.in_(recipients),
        AlarmNotice.alarm_id.in_(alarm_ids),
        AlarmNotice.sent_at.is_(None),
    )
    return list(session.scalars(untold))


def last_tick(session: Session) -> datetime | None:
    """Return when the watching last looked at everything."""
    return session.scalar(select(WatchTick.ticked_at))
