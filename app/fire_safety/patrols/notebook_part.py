"""What a tablet needs to know to go round a yard without a network."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from flask_babel import gettext
from sqlalchemy.orm import Session

from app.clock import COUNTY_ZONE, business_day, now
from app.fire_safety.patrols.queries import intervals_after, points_of, round_after
from app.fire_safety.patrols.texts import REASON_TEXTS
from app.intake.bodies import moment_text
from yard_rules.patrols.interval import PatrolInterval

# So far ahead a tablet is told how often rounds are due: to the end of tomorrow.
_AHEAD: Final = timedelta(days=2)


def patrol_for_notebook(session: Session, yard_id: str) -> dict[str, Any] | None:
    """Return the points of a round, when the last one was complete, when the next is due and why so soon, and from when
    on it is overdue; None where the yard has no points to pass."""
    moment = now()
    following = round_after(session, yard_id, moment)
    if following is None:
        return None
    ahead = intervals_after(
        session, yard_id, moment, datetime.combine(business_day(moment) + _AHEAD, time.min, COUNTY_ZONE)
    )
    return {
        "points": [{"code": point.code, "name": point.name} for point in points_of(session, yard_id)],
        "last_at": _text(following.last_at),
        "due_at": _text(following.due_at),
        "overdue_at": _text(following.alarm_at),
        "every_min": _minutes(following.interval),
        # the first one holds already: no moment of its own, so that the notebook changes only where they do
        "intervals": [
            {"from": _text(begins) if number else None, "every_min": _minutes(interval)}
            for number, (begins, interval) in enumerate(ahead)
        ],
        "why": [gettext(REASON_TEXTS[reason]) for reason in following.interval.reasons],
    }


def _minutes(interval: PatrolInterval) -> int | None:
    return None if interval.every is None else interval.every // timedelta(minutes=1)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment_text(moment.astimezone(UTC))
