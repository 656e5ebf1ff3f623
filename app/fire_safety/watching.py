"""One look at everything that may need an alarm. Several may look at once: what they find is kept once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.fire_safety.alarm_ends import watch_ends
from app.fire_safety.alarms.models import Alarm
from app.fire_safety.alarms.operations import begin_try, due_robot_notices, end_try, note_tick, prepare_robot_notices
from app.fire_safety.alarms.texts import message_of
from app.fire_safety.drills.operations import watch_drills
from app.fire_safety.equipment.operations import watch_equipment
from app.fire_safety.heat.bans import watch_bans
from app.fire_safety.heat.operations import watch_heat
from app.fire_safety.inspections.drawing_closings import watch_drawing
from app.fire_safety.inspections.escalating import watch_actions
from app.fire_safety.patrols.operations import watch_rounds, watch_the_watch
from app.fire_safety.vehicles.double_weighings import watch_double_weighings
from app.fire_safety.vehicles.operations import watch_vehicles
from app.group_robots import Robot, tell_robot
from app.i18n import LANGUAGES
from app.registry.models import TransferYard

# What is looked at in each yard, each in a transaction of its own: (session, yard_id, moment).
WATCHES: list[Callable[[Session, str, datetime], None]] = [
    watch_heat,
    watch_bans,
    watch_drawing,
    watch_rounds,
    watch_the_watch,
    watch_actions,
    watch_equipment,
    watch_drills,
    watch_vehicles,
    watch_double_weighings,
    watch_ends,
]
_log = logging.getLogger(__name__)


def look_at_all(session: Session, robots: Sequence[Robot], moment: datetime, *, address: str | None = None) -> int:
    """Look at every yard and tell robots what they were not told, with links to the server's `address` where it is
    known; commits as it goes. Returns how many looks failed: they are in the log, the others are not kept from it."""
    failed = 0
    yard_ids = session.scalars(select(TransferYard.yard_id).where(TransferYard.withdrawn_at.is_(None))).all()
    session.commit()
    for yard_id in yard_ids:
        for watch in WATCHES:
            try:
                watch(session, yard_id, moment)
                session.commit()
            except Exception:
                session.rollback()
                failed += 1
                _log.exception("watching %s of %s failed", watch.__name__, yard_id)
    prepare_robot_notices(session, [robot.name for robot in robots], moment)
    note_tick(session, moment)
    session.commit()
    _tell_robots(session, robots, moment, address)
    return failed


def _tell_robots(session: Session, robots: Sequence[Robot], moment: datetime, address: str | None) -> None:
    """No transaction is open while a service is asked; one that does not answer is not asked again in this look."""
    by_name = {robot.name: robot for robot in robots}
    silent: set[str] = set()
    due = due_robot_notices(session, list(by_name), moment)
    session.commit()
    for notice in due:
        if notice.recipient in silent or not begin_try(session, notice, moment):
            session.rollback()
            continue
        alarm = session.get_one(Alarm, notice.alarm_id)
        number, tries, recipient = notice.id, notice.tries, notice.recipient
        with force_locale(LANGUAGES[0]):
            text = message_of(session, alarm, address)
        session.commit()
        error = tell_robot(by_name[recipient], text, moment)
        if error is not None:
            silent.add(recipient)
        end_try(session, number, tries + 1, error, moment)
        session.commit()
