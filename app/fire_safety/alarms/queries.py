"""What the book of alarms says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.fire_safety.alarms.models import TABLET, Alarm, AlarmAnswer, AlarmNotice, WatchTick
from app.fire_safety.alarms.texts import alarm_text
from app.intake.bodies import moment_text

_MOST_ON_TABLET = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BookEntry:
    """An alarm with who was told and who answered."""

    alarm: Alarm
    notices: list[AlarmNotice]
    answers: list[AlarmAnswer]


def alarm_book(session: Session, yard_ids: Collection[str], *, limit: int, open_only: bool = False) -> list[BookEntry]:
    """Return the latest alarms of these yards, the newest first; with `open_only` those that nobody has answered."""
    chosen = select(Alarm).where(Alarm.yard_id.in_(yard_ids))
    if open_only:
        chosen = chosen.where(Alarm.id.not_in(select(AlarmAnswer.alarm_id)))
    alarms = session.scalars(chosen.order_by(Alarm.raised_at.desc(), Alarm.id.desc()).limit(limit)).all()
    ids = [alarm.id for alarm in alarms]
    notices, answers = AlarmNotice, AlarmAnswer
    told = session.scalars(select(notices).where(notices.alarm_id.in_(ids)).order_by(notices.id)).all()
    answered = session.scalars(select(answers).where(answers.alarm_id.in_(ids)).order_by(answers.answered_at)).all()
    return [
        BookEntry(
            alarm=alarm,
            notices=[it for it in told if it.alarm_id == alarm.id],
            answers=[it for it in answered if it.alarm_id == alarm.id],
        )
        for alarm in alarms
    ]


def alarm_of(session: Session, alarm_id: int, yard_ids: Collection[str]) -> Alarm | None:
    """Return the alarm, where it is of one of these yards."""
    return session.scalar(select(Alarm).where(Alarm.id == alarm_id, Alarm.yard_id.in_(yard_ids)))


def alarms_for_notebook(session: Session, yard_id: str) -> list[dict[str, Any]]:
    """Return the yard's alarms that nobody has answered, the newest first, for its tablets."""
    entries = alarm_book(session, [yard_id], limit=_MOST_ON_TABLET, open_only=True)
    return [
        {
            "id": entry.alarm.id,
            "kind": entry.alarm.kind,
            "subject": entry.alarm.subject,
            "severity": entry.alarm.severity,
            "said": entry.alarm.said,
            "words": alarm_text(entry.alarm),
            "raised_at": moment_text(entry.alarm.raised_at),
        }
        for entry in entries
    ]


def untold_on_tablet(session: Session, device_id: int, alarm_ids: Collection[int]) -> list[int]:
    """Return those of these alarms that the tablet was not given before."""
    untold = select(AlarmNotice.alarm_id).where(
        AlarmNotice.channel == TABLET,
        AlarmNotice.recipient == str(device_id),
        AlarmNotice.alarm_id.in_(alarm_ids),
        AlarmNotice.sent_at.is_(None),
    )
    return list(session.scalars(untold))


def last_tick(session: Session) -> datetime | None:
    """Return when the watching last looked at everything."""
    return session.scalar(select(WatchTick.ticked_at))
