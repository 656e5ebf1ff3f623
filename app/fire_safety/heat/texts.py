"""What a level of heat asks for and forbids, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from flask_babel import gettext

from app.fire_safety.emergency.texts import BAN_TEXTS, TASK_TEXTS
from app.texts import _
from yard_rules.heat.ladder import HeatLevel, Task, ladder

# What only makes sense on the emergency card is said otherwise.
_TASK_TEXTS: Final[Mapping[str, str]] = {
    **TASK_TEXTS,
    Task.CALL_119: _("Call 119. What to say stands on the emergency card."),
}


def level_tasks(level: HeatLevel, day: date) -> list[str]:
    """Return what is to be done at a level, in the reader's language and in the order in which it is done."""
    return [gettext(_TASK_TEXTS[task]) for task in ladder(day)[level].tasks]


def level_bans(level: HeatLevel, day: date) -> list[str]:
    """Return what may not be done with a stack at a level, in the reader's language."""
    return [gettext(BAN_TEXTS[ban]) for ban in ladder(day)[level].bans]
