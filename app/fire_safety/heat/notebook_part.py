"""What a tablet needs to know of heat to measure and to report smoke without a network."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import now
from app.fire_safety.alarms.texts import CAUSE_TEXTS, LEVEL_TEXTS
from app.fire_safety.heat.models import HeatLook
from app.fire_safety.heat.queries import stack_heat
from app.intake.bodies import moment_text
from app.storage.queries import StackNow
from yard_rules.heat.state import HeatState

_MOST_PLACES = 6
_MOST_KEPT = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """`places`: where the stack was measured, the latest first."""

    state: HeatState
    measured_at: datetime | None
    places: list[str]


# Tablets ask every minute, and a state is work: it is kept as long as the watching sees nothing new of its stack.
_kept: OrderedDict[tuple[str, ...], _Known] = OrderedDict()


def heat_for_notebook(session: Session, stacks: Sequence[StackNow]) -> list[dict[str, Any]]:
    """Return, of each of the yard's stacks with bales, its level with what makes it, when it is to be measured next,
    and where it was measured; the hottest level first."""
    held = [each for each in stacks if each.content.bales > 0]
    looks = select(HeatLook).where(HeatLook.stack_id.in_([each.stack.stack_id for each in held]))
    look_by_stack = {look.stack_id: look for look in session.scalars(looks)}
    moment = now()
    found = [_told(_heat(session, each, look_by_stack.get(each.stack.stack_id), moment)) for each in held]
    return sorted(found, key=lambda told: (-told["level"], told["stack_id"]))


def _heat(session: Session, each: StackNow, look: HeatLook | None, moment: datetime) -> _Known:
    if look is None or (look.changes_at is not None and look.changes_at <= moment):
        return _known(session, each, moment)
    key = (str(session.get_bind().engine.url), each.stack.stack_id, look.rested_on, str(look.changes_at))
    known = _kept.get(key)
    if known is None:
        known = _kept[key] = _known(session, each, moment)
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return known


def _known(session: Session, each: StackNow, moment: datetime) -> _Known:
    found = stack_heat(session, each, moment)
    return _Known(
        state=found.state,
        measured_at=found.readings[-1].measured_at if found.readings else None,
        places=list(dict.fromkeys(reading.probe for reading in reversed(found.readings)))[:_MOST_PLACES],
    )


def _told(known: _Known) -> dict[str, Any]:
    state = known.state
    return {
        "stack_id": state.stack_id,
        "level": int(state.level),
        "words": gettext(LEVEL_TEXTS[state.level]),
        "why": [
            {
                "words": gettext(CAUSE_TEXTS[reason.cause]),
                "place": reason.probe,
                "temperature_dc": reason.measured_dc,
            }
            for reason in state.reasons[:3]
        ],
        "hottest_dc": state.hottest_dc,
        "measured_at": None if known.measured_at is None else moment_text(known.measured_at.astimezone(UTC)),
        "due_at": moment_text(state.next_probe_due.astimezone(UTC)),
        "places": known.places,
    }
