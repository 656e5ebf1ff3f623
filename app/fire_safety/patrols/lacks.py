"""Yards with straw that nobody can go round, as they have no points, or that nobody watches for a time (H30, H39)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.clock import COUNTY_ZONE
from app.fire_safety.patrols.models import PatrolPoint, WatchShift, YardCondition
from app.fire_safety.patrols.queries import weather_holds, weather_now
from yard_rules.rulebook import rulebook
from yard_rules.watch_roster import Shift, StrawInside, watch_gaps

NO_POINTS: Final = "no_points"
WATCH_GAP: Final = "watch_gap"
NO_WEATHER: Final = "no_weather"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchLack:
    """`kind`: NO_POINTS, WATCH_GAP or NO_WEATHER; from when, and until when, None where no end is in sight;
    `due_at`: by when it is to be mended at the latest. `key` names it as long as it is the same."""

    kind: str
    yard_id: str
    begins: datetime
    ends: datetime | None
    due_at: datetime

    @property
    def key(self) -> str:
        """Return what its alarm is called."""
        return f"{self.kind}/{self.yard_id}/{self.begins.isoformat()}"


def watch_lacks(session: Session, yard_ids: Collection[str], moment: datetime) -> list[WatchLack]:
    """Return what the watch of these yards lacks now or in the hours to come, of those that hold straw."""
    straw = straw_since(session, yard_ids, moment)
    book, day = rulebook("patrols"), moment.astimezone(COUNTY_ZONE).date()
    ahead = moment + timedelta(hours=book.whole("roster_ahead_h", day))
    mend = timedelta(days=book.whole("roster_mend_days", day))
    pointed, shifts = _with_points(session, list(straw), moment), _shifts(session, straw, moment)
    found = [
        WatchLack(kind=NO_POINTS, yard_id=yard_id, begins=since, ends=None, due_at=since + mend)
        for yard_id, since in straw.items()
        if yard_id not in pointed
    ]
    for yard_id, since in straw.items():
        inside = [StrawInside(begins=since, ends=None)]
        for gap in watch_gaps(yard_id, shifts[yard_id], inside, begins=since, until=ahead):
            if gap.ends is not None and gap.ends > moment:
                ends = gap.ends if gap.ends < ahead else None
                found.append(
                    WatchLack(kind=WATCH_GAP, yard_id=yard_id, begins=gap.begins, ends=ends, due_at=gap.begins)
                )
    return found


def alarming_lacks(session: Session, yard_ids: Collection[str], moment: datetime) -> list[WatchLack]:
    """Return what of it raises an alarm. Weather only once it was unknown for as long as it would have held: until then
    it is asked for on the pages, and that is no danger by itself."""
    weather = [it for it in unknown_weather(session, yard_ids, moment) if it.due_at <= moment]
    return [*watch_lacks(session, yard_ids, moment), *weather]


def unknown_weather(session: Session, yard_ids: Collection[str], moment: datetime) -> list[WatchLack]:
    """Return the yards with straw whose weather nobody has said, or not for so long that it does not hold any more."""
    found = []
    for yard_id, since in straw_since(session, yard_ids, moment).items():
        known = weather_now(session, yard_id, moment)
        if not known.holds:
            begins = max(since, known.unknown_since or since)
            due_at = begins + weather_holds(moment)
            found.append(WatchLack(kind=NO_WEATHER, yard_id=yard_id, begins=begins, ends=None, due_at=due_at))
    return found


def straw_since(session: Session, yard_ids: Collection[str], moment: datetime) -> dict[str, datetime]:
    """Since when there is straw in each of the yards that hold some, as the watch noted it."""
    row = YardCondition
    known = (row.yard_id.in_(yard_ids), row.since <= moment)
    emptied = (
        select(row.yard_id, func.max(row.number).label("number"))
        .where(*known, row.stock_kg <= 0)
        .group_by(row.yard_id)
        .subquery()
    )
    rows = session.execute(
        select(row.yard_id, func.min(row.since).label("since"))
        .outerjoin(emptied, emptied.c.yard_id == row.yard_id)
        .where(*known, row.stock_kg > 0, or_(emptied.c.number.is_(None), row.number > emptied.c.number))
        .group_by(row.yard_id)
        .order_by(row.yard_id)
    )
    return {found.yard_id: found.since for found in rows}


def _with_points(session: Session, yard_ids: Collection[str], moment: datetime) -> frozenset[str]:
    point = PatrolPoint
    in_use = or_(point.withdrawn_at.is_(None), point.withdrawn_at > moment)
    return frozenset(
        session.scalars(select(point.yard_id).where(point.yard_id.in_(yard_ids), point.made_at <= moment, in_use))
    )


def _shifts(session: Session, straw: Mapping[str, datetime], moment: datetime) -> Mapping[str, list[Shift]]:
    found: defaultdict[str, list[Shift]] = defaultdict(list)
    shift = WatchShift
    planned = or_(shift.withdrawn_at.is_(None), shift.withdrawn_at > moment)
    rows = session.scalars(
        select(shift).where(
            shift.yard_id.in_(list(straw)),
            shift.made_at <= moment,
            planned,
            shift.ends_at > min(straw.values(), default=moment),
        )
    )
    for row in rows:
        found[row.yard_id].append(Shift(shift_id=str(row.id), who=row.watcher, begins=row.begins_at, ends=row.ends_at))
    return found
