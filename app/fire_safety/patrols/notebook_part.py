"""What a tablet needs to know to go round a yard without a network."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from flask_babel import gettext
from sqlalchemy.orm import Session

from app.clock import COUNTY_ZONE, business_day, now
from app.fire_safety.alarms.texts import LEVEL_TEXTS
from app.fire_safety.patrols.queries import (
    WeatherNow,
    intervals_after,
    last_condition,
    points_of,
    round_after,
    weather_now,
)
from app.fire_safety.patrols.texts import DANGER_TEXTS, REASON_TEXTS
from app.intake.bodies import moment_text
from app.pages.formats import figure
from yard_rules.patrols.interval import PatrolInterval

# So far ahead a tablet is told how often rounds are due: to the end of tomorrow.
_AHEAD: Final = timedelta(days=2)


def patrol_for_notebook(session: Session, yard_id: str) -> dict[str, Any] | None:
    """Return the points of a round, when the last one was complete, when the next is due and why so soon, from when on
    it is overdue, and what holds in the yard; None where the yard has no points to pass."""
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
        "holds": _holding(session, yard_id, moment),
    }


def _holding(session: Session, yard_id: str, moment: datetime) -> list[str]:
    """What the interval goes by, in words: stock, weather, the hottest stack, other dangers; as the watch noted it."""
    last = last_condition(session, yard_id)
    if last is None or last.stock_kg <= 0:
        return []
    return [
        gettext("%(tonnes)s t of straw", tonnes=figure(last.stock_kg / 1000, 1)),
        *_weather_words(weather_now(session, yard_id, moment)),
        gettext("hottest stack: %(level)s", level=gettext(LEVEL_TEXTS[last.heat])),
        *(gettext(DANGER_TEXTS[danger]) for danger in last.dangers),
    ]


def _weather_words(known: WeatherNow) -> list[str]:
    said = known.condition
    if said is None or not known.holds:
        kept = [gettext("said last: dry air or strong wind")] if known.is_red_flag_kept else []
        return [gettext("weather not known"), *kept]
    found = [gettext("rain")] if said.rains else []
    if said.humidity_permille is not None and said.wind_force is not None:
        humidity = f"{said.humidity_permille // 10} %"
        found.insert(
            0, gettext("humidity %(humidity)s, wind force %(force)d", humidity=humidity, force=said.wind_force)
        )
    return found


def _minutes(interval: PatrolInterval) -> int | None:
    return None if interval.every is None else interval.every // timedelta(minutes=1)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment_text(moment.astimezone(UTC))
