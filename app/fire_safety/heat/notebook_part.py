"""What a tablet needs to know of heat to measure and to report smoke without a network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from flask_babel import gettext
from sqlalchemy.orm import Session

from app.clock import business_day, now
from app.fire_safety.alarms.texts import CAUSE_TEXTS, LEVEL_TEXTS
from app.fire_safety.heat.kept import HeatNow, heat_now
from app.fire_safety.heat.texts import level_bans, level_tasks
from app.intake.bodies import moment_text
from app.storage.queries import StackNow


def heat_for_notebook(session: Session, stacks: Sequence[StackNow]) -> list[dict[str, Any]]:
    """Return, of each of the yard's stacks with bales, its level with what makes it and what it asks for, when it is to
    be measured next, and where it was measured; the hottest level first."""
    held = [each for each in stacks if each.content.bales > 0]
    found = sorted(heat_now(session, held, now()), key=lambda it: (-it.summary.level, it.stack.stack_id))
    return [_told(each) for each in found]


def _told(each: HeatNow) -> dict[str, Any]:
    summary, day = each.summary, business_day(each.moment)
    return {
        "stack_id": each.stack.stack_id,
        "level": int(summary.level),
        "words": gettext(LEVEL_TEXTS[summary.level]),
        "tasks": level_tasks(summary.level, day),
        "forbidden": level_bans(summary.level, day),
        "why": [
            {"words": gettext(CAUSE_TEXTS[it.cause]), "place": it.probe, "temperature_dc": it.measured_dc}
            for it in summary.causes
        ],
        "hottest_dc": summary.hottest_dc,
        "measured_at": None if summary.measured_at is None else moment_text(summary.measured_at.astimezone(UTC)),
        "due_at": moment_text(summary.next_probe_due.astimezone(UTC)),
        "places": list(summary.places),
    }
