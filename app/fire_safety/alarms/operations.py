"""Alarms raised and told. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.accounts.device_models import Device
from app.database.base import Base
from app.fire_safety.alarms.models import (
    PAGE,
    ROBOT,
    TABLET,
    Alarm,
    AlarmAnswer,
    AlarmEnd,
    AlarmNotice,
    WatchTick,
)
from app.fire_safety.alarms.queries import gravest_first, is_unanswered
from app.intake.arriving import Arrived
from yard_rules.audiences import Audience
from yard_rules.finding import Severity

# Of what robots did not answer: how long until the next try, the last for all later ones.
_TRY_AGAIN_AFTER = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 300, 600, 1800))
# Whoever began a try has this long to say what became of it, before somebody else tries.
_TRY_LASTS = timedelta(seconds=60)
# An alarm of longer ago is not told to a robot that is new.
_TOLD_TO_NEW_ROBOTS = timedelta(hours=72)


def raise_alarm(
    session: Session,
    *,
    yard_id: str,
    kind: str,
    subject: str,
    said: Mapping[str, Any],
    key: str,
    moment: datetime,
    severity: Severity = Severity.MEND,
    told: Iterable[Audience] = (Audience.ATTENDANT, Audience.MANAGER),
) -> int | None:
    """Put an alarm into the book and on the list of what is to be told; returns its id, None where `key` was raised
    before. `told`: for whose pages it is; the yard's tablets show every alarm."""
    row = {
        "key": key,
        "yard_id": yard_id,
        "kind": kind,
        "subject": subject,
        "severity": severity.value,
        "said": dict(said),
        "raised_at": moment,
    }
    alarm_id: int | None = session.scalar(
        _insert(session, Alarm).values(row).on_conflict_do_nothing(index_elements=["key"]).returning(Alarm.id)
    )
    if alarm_id is None:
        return None
    devices = session.scalars(
        select(Device.id).where(Device.place_kind == "yard", Device.place_id == yard_id, Device.revoked_at.is_(None))
    )
    notices = [(PAGE, audience.value) for audience in told] + [(TABLET, str(device_id)) for device_id in devices]
    for channel, recipient in notices:
        _notice(session, alarm_id, channel, recipient, next_try_at=None)
    return alarm_id


def raised_before(session: Session, keys: Collection[str]) -> Collection[str]:
    """Return which of these keys stand in the book already: whoever looks again and again raises only the others."""
    return set(session.scalars(select(Alarm.key).where(Alarm.key.in_(keys)))) if keys else set()


def end_alarms(session: Session, alarm_ids: Iterable[int], moment: datetime) -> None:
    """Keep that what these alarms told of is over; one that has ended stays as it is."""
    for alarm_id in alarm_ids:
        added = _insert(session, AlarmEnd).values(alarm_id=alarm_id, ended_at=moment)
        session.execute(added.on_conflict_do_nothing(index_elements=["alarm_id"]))


def answer_of(arrived: Arrived, alarm_id: int, what: str | None) -> tuple[type[Any], dict[str, Any]]:
    """Return the row with which a record answers an alarm."""
    return AlarmAnswer, {
        "record_id": arrived.id,
        "alarm_id": alarm_id,
        "yard_id": arrived.place_id,
        "answered_by": arrived.operator_id,
        "answered_name": arrived.operator_name,
        "answered_at": arrived.happened_at,
        "what": what,
    }


def prepare_robot_notices(session: Session, robots: Sequence[str], moment: datetime) -> None:
    """See to it that every alarm that nobody has answered will be told to every robot, by name."""
    for robot in robots:
        told = select(AlarmNotice.alarm_id).where(AlarmNotice.channel == ROBOT, AlarmNotice.recipient == robot)
        untold = select(Alarm.id).where(
            Alarm.raised_at >= moment - _TOLD_TO_NEW_ROBOTS, is_unanswered(), Alarm.id.not_in(told)
        )
        for alarm_id in session.scalars(untold.order_by(Alarm.id)).all():
            _notice(session, alarm_id, ROBOT, robot, next_try_at=moment)


def due_robot_notices(session: Session, robots: Sequence[str], moment: datetime) -> list[AlarmNotice]:
    """Return what is to be told to robots now: what nobody has answered first, of that the gravest, then the oldest."""
    due = (
        select(AlarmNotice)
        .join(Alarm, Alarm.id == AlarmNotice.alarm_id)
        .where(AlarmNotice.channel == ROBOT, AlarmNotice.recipient.in_(robots), AlarmNotice.next_try_at <= moment)
        .order_by(case((is_unanswered(), 0), else_=1), *gravest_first(), AlarmNotice.id)
    )
    return list(session.scalars(due))


def begin_try(session: Session, notice: AlarmNotice, moment: datetime) -> bool:
    """Take a notice for one try; False where somebody else has taken it. To be committed before the try."""
    taken = session.execute(
        update(AlarmNotice)
        .where(AlarmNotice.id == notice.id, AlarmNotice.tries == notice.tries, AlarmNotice.sent_at.is_(None))
        .values(tries=notice.tries + 1, next_try_at=moment + _TRY_LASTS)
        .execution_options(synchronize_session=False)
    )
    return bool(getattr(taken, "rowcount", 0) == 1)


def end_try(session: Session, notice_id: int, tries: int, error: str | None, moment: datetime) -> None:
    """Keep what became of the try with this number: told, or why not and when to try again."""
    again_after = _TRY_AGAIN_AFTER[min(tries, len(_TRY_AGAIN_AFTER)) - 1]
    outcome = {"sent_at": moment, "next_try_at": None} if error is None else {"next_try_at": moment + again_after}
    session.execute(
        update(AlarmNotice)
        .where(AlarmNotice.id == notice_id, AlarmNotice.sent_at.is_(None))
        .values(error=error, **outcome)
        .execution_options(synchronize_session=False)
    )


def told_to_tablet(session: Session, device_id: int, alarm_ids: Sequence[int], moment: datetime) -> None:
    """Keep that a tablet has been given these alarms."""
    _told(session, TABLET, [str(device_id)], alarm_ids, moment)


def shown_on_page(session: Session, audiences: Collection[str], alarm_ids: Collection[int], moment: datetime) -> None:
    """Keep that somebody of these audiences has opened a page with these alarms."""
    _told(session, PAGE, audiences, alarm_ids, moment)


def _told(
    session: Session, channel: str, recipients: Collection[str], alarm_ids: Collection[int], moment: datetime
) -> None:
    """The first time counts."""
    session.execute(
        update(AlarmNotice)
        .where(
            AlarmNotice.channel == channel,
            AlarmNotice.recipient.in_(recipients),
            AlarmNotice.alarm_id.in_(alarm_ids),
            AlarmNotice.sent_at.is_(None),
        )
        .values(sent_at=moment)
        .execution_options(synchronize_session=False)
    )


def note_tick(session: Session, moment: datetime) -> None:
    """Keep that everything was looked at."""
    row = {"name": "watch", "ticked_at": moment}
    changed = _insert(session, WatchTick).values(row)
    session.execute(changed.on_conflict_do_update(index_elements=["name"], set_={"ticked_at": moment}))


def _notice(
    session: Session,
    alarm_id: int,
    channel: str,
    recipient: str,
    *,
    next_try_at: datetime | None,
) -> None:
    row = {
        "alarm_id": alarm_id,
        "channel": channel,
        "recipient": recipient,
        "tries": 0,
        "sent_at": None,
        "next_try_at": next_try_at,
    }
    session.execute(_insert(session, AlarmNotice).values(row).on_conflict_do_nothing())


def _insert(session: Session, model: type[Base]) -> Any:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(model)
