"""What alarms told of comes to an end: found out of what holds now, kind by kind. Nothing here commits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import business_day
from app.fire_safety.alarms.models import Alarm
from app.fire_safety.alarms.operations import end_alarms
from app.fire_safety.alarms.queries import is_over
from app.fire_safety.drawings.models import DrawingWishAnswer
from app.fire_safety.drawings.wishes import WISH_ALARM
from app.fire_safety.drills.operations import overdue_drill_key
from app.fire_safety.equipment.operations import overdue_pieces
from app.fire_safety.heat.models import HeatLook
from app.fire_safety.heat.operations import level_key, standing_key
from app.fire_safety.heat.queries import last_level
from app.fire_safety.inspections.escalating import found_key, is_still_due
from app.fire_safety.inspections.queries import ActionState, unfinished_actions
from app.fire_safety.patrols.lacks import NO_POINTS, NO_WEATHER, WATCH_GAP, alarming_lacks
from app.fire_safety.patrols.operations import overdue_round_key
from app.fire_safety.patrols.queries import round_after
from app.fire_safety.vehicles.double_weighings import not_void
from app.fire_safety.vehicles.operations import unsafe_inside

# (session, yard_id, alarms of the kind, moment): those of them whose cause still lasts.
Lasting = Callable[[Session, str, Sequence[Alarm], datetime], Collection[int]]


def watch_ends(session: Session, yard_id: str, moment: datetime) -> None:
    """Keep which of the yard's alarms are over; twice changes nothing."""
    rows = session.scalars(select(Alarm).where(Alarm.yard_id == yard_id, Alarm.kind.in_(LASTING), ~is_over())).all()
    for kind, lasting in LASTING.items():
        alarms = [row for row in rows if row.kind == kind]
        if alarms:
            still = lasting(session, yard_id, alarms, moment)
            end_alarms(session, [alarm.id for alarm in alarms if alarm.id not in still], moment)


def _levels(session: Session, _yard_id: str, alarms: Sequence[Alarm], _moment: datetime) -> Collection[int]:
    """A stack's alarm lasts until its level changes: of a higher one another alarm tells, a lower one needs none."""
    found = ((alarm, last_level(session, alarm.subject)) for alarm in alarms)
    return {alarm.id for alarm, last in found if last is None or alarm.key == level_key(alarm.subject, last.number)}


def _told_apart(session: Session, _yard_id: str, alarms: Sequence[Alarm], _moment: datetime) -> Collection[int]:
    standing = tuple(
        f"{standing_key(look.stack_id, *name.split('/', 1))}/"
        for look in session.scalars(select(HeatLook))
        for name in look.standing
    )
    return {alarm.id for alarm in alarms if alarm.key.startswith(standing)}


def _rounds(session: Session, yard_id: str, alarms: Sequence[Alarm], moment: datetime) -> Collection[int]:
    following = round_after(session, yard_id, moment)
    if following is None or not following.is_overdue:
        return ()
    return {alarm.id for alarm in alarms if alarm.key == overdue_round_key(yard_id, following)}


def _actions(session: Session, yard_id: str, alarms: Sequence[Alarm], moment: datetime) -> Collection[int]:
    undone = {it.action.id: it for it in unfinished_actions(session, yard_id, moment)}
    found = ((alarm, undone.get(str(alarm.said.get("action")))) for alarm in alarms)
    return {alarm.id for alarm, it in found if it is not None and is_still_due(it, alarm.kind)}


def _found(session: Session, yard_id: str, alarms: Sequence[Alarm], moment: datetime) -> Collection[int]:
    unfinished = unfinished_actions(session, yard_id, moment)
    keys = {found_key(it.action.record_id) for it in unfinished if it.state is ActionState.OPEN}
    return {alarm.id for alarm in alarms if alarm.key in keys}


def _equipment(session: Session, yard_id: str, alarms: Sequence[Alarm], moment: datetime) -> Collection[int]:
    keys = overdue_pieces(session, yard_id, moment)
    return {alarm.id for alarm in alarms if alarm.key in keys}


def _drills(session: Session, yard_id: str, alarms: Sequence[Alarm], moment: datetime) -> Collection[int]:
    key = overdue_drill_key(session, yard_id, business_day(moment))
    return {alarm.id for alarm in alarms if alarm.key == key}


def _vehicles(session: Session, yard_id: str, alarms: Sequence[Alarm], moment: datetime) -> Collection[int]:
    keys = unsafe_inside(session, yard_id, moment)
    return {alarm.id for alarm in alarms if alarm.key in keys}


def _doubles(session: Session, _yard_id: str, alarms: Sequence[Alarm], _moment: datetime) -> Collection[int]:
    return not_void(session, alarms)


def _watch(session: Session, yard_id: str, alarms: Sequence[Alarm], moment: datetime) -> Collection[int]:
    keys = {lack.key for lack in alarming_lacks(session, [yard_id], moment)}
    return {alarm.id for alarm in alarms if alarm.key in keys}


def _wishes(session: Session, _yard_id: str, alarms: Sequence[Alarm], _moment: datetime) -> Collection[int]:
    answered = set(session.scalars(select(DrawingWishAnswer.wish_id)))
    return {alarm.id for alarm in alarms if alarm.said["wish"] not in answered}


# By kind of alarm. One of another kind is never over by itself: it is answered.
LASTING: Final[Mapping[str, Lasting]] = {
    "heat_level": _levels,
    "smoke": _told_apart,
    "lost_probe": _told_apart,
    "round_overdue": _rounds,
    "action_found": _found,
    "action_due": _actions,
    "action_overdue": _actions,
    "action_unchecked": _actions,
    "equipment_overdue": _equipment,
    "drill_overdue": _drills,
    "vehicle_unsafe": _vehicles,
    "double_weighing": _doubles,
    WISH_ALARM: _wishes,
    NO_POINTS: _watch,
    WATCH_GAP: _watch,
    NO_WEATHER: _watch,
}
