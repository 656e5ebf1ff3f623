"""Who reads of alarms on pages, and what they are called by whom they were told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.device_models import Device
from app.accounts.scope import roles_held
from app.clock import now
from app.database.engine import db, read_from_here, write_from_here
from app.fire_safety.alarms.models import PAGE, ROBOT, TABLET
from app.fire_safety.alarms.operations import shown_on_page
from app.fire_safety.alarms.queries import untold_on_page
from app.fire_safety.alarms.texts import AUDIENCE_TEXTS
from app.group_robots import Robot
from app.texts import _
from yard_rules.audiences import Audience

# By role: for whom its people look at a page.
_AUDIENCES: Final[Mapping[str, Audience]] = {
    "attendant": Audience.ATTENDANT,
    "yard_manager": Audience.MANAGER,
    "dispatcher": Audience.FRANCHISE,
    "plant": Audience.PLANT,
    "town_official": Audience.TOWN,
    "fire_brigade": Audience.BRIGADE,
    "city_official": Audience.CITY,
}
_ROBOT_TEXTS: Final[Mapping[str, str]] = {
    "wecom": _("WeCom robot %(number)d"),
    "dingtalk": _("DingTalk robot %(number)d"),
}


def own_audiences() -> list[Audience]:
    """Return for whom whoever asks now looks at a page."""
    return [_AUDIENCES[role.name] for role in roles_held(current_user) if role.name in _AUDIENCES]


def note_shown(alarm_ids: Collection[int]) -> bool:
    """Keep that whoever asks now has these alarms before them; returns whether that was new."""
    audiences = [audience.value for audience in own_audiences()]
    if not alarm_ids or not untold_on_page(db.session, audiences, alarm_ids):
        return False
    write_from_here()
    shown_on_page(db.session, audiences, alarm_ids, now())
    db.session.commit()
    read_from_here()
    return True


def recipient_names(session: Session, robots: Sequence[Robot]) -> dict[str, dict[str, str]]:
    """Return what recipients of notices are called, by channel and recipient."""
    devices = session.execute(select(Device.id, Device.name))
    return {
        PAGE: {audience: gettext(text) for audience, text in AUDIENCE_TEXTS.items()},
        TABLET: {str(device.id): device.name for device in devices},
        ROBOT: robot_names(robots),
    }


def robot_names(robots: Sequence[Robot]) -> dict[str, str]:
    """Return what robots are called: by their setting, else by their service and number."""
    seen: Counter[str] = Counter()
    names = {}
    for robot in robots:
        seen[robot.kind] += 1
        names[robot.name] = robot.title or gettext(_ROBOT_TEXTS[robot.kind], number=seen[robot.kind])
    return names
