"""The only place that reads the clock: aware UTC for the database, the county's day for everything seen."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

COUNTY_ZONE = ZoneInfo("Asia/Shanghai")
# A day outside of these is a slip of the keyboard; counting on from there would leave the calendar.
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2099, 12, 31)


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return datetime.now(UTC)


def business_day(moment: datetime | None = None) -> date:
    """Return the county's calendar day at `moment` (aware; now if None)."""
    return (moment or now()).astimezone(COUNTY_ZONE).date()


def end_of(day: date) -> datetime:
    """Return the moment at which the county's day is over."""
    return datetime.combine(day + timedelta(days=1), time.min, COUNTY_ZONE)
