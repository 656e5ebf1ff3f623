"""What a tablet needs to know to go round a yard without a network."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext
from sqlalchemy.orm import Session

from app.clock import now
from app.fire_safety.patrols.queries import points_of, round_after
from app.fire_safety.patrols.texts import REASON_TEXTS
from app.intake.bodies import moment_text


def patrol_for_notebook(session: Session, yard_id: str) -> dict[str, Any] | None:
    """Return the points of a round, when the last one was complete, when the next is due and why so soon, and from when
    on it is overdue; None where the yard has no points to pass."""
    following = round_after(session, yard_id, now())
    if following is None:
        return None
    every = following.interval.every
    return {
        "points": [{"code": point.code, "name": point.name} for point in points_of(session, yard_id)],
        "last_at": _text(following.last_at),
        "due_at": _text(following.due_at),
        "overdue_at": _text(following.alarm_at),
        "every_min": None if every is None else int(every.total_seconds() // 60),
        "why": [gettext(REASON_TEXTS[reason]) for reason in following.interval.reasons],
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment_text(moment.astimezone(UTC))
