"""Which rounds a yard made and which were due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.clock import COUNTY_ZONE, business_day
from app.fire_safety.patrols.models import PatrolPoint, PatrolRound, WatchShift, YardCondition
from yard_rules.heat.ladder import HeatLevel, Task, ladder
from yard_rules.patrols.interval import Conditions, Danger, PatrolInterval, Weather, is_red_flag
from yard_rules.patrols.punctuality import Punctuality, punctuality
from yard_rules.patrols.rounds import (
    DueRound,
    NextRound,
    PointScan,
    Round,
    due_rounds,
    intervals_ahead,
    next_round,
)
from yard_rules.rulebook import rulebook
from yard_rules.timed_finding import TimedFinding
from yard_rules.watch_roster import Shift, StrawInside, roster_findings

# Enough to know the last complete one, also after weeks in which none was.
_LATEST_ROUNDS = 200
_ROUNDS_BEFORE = timedelta(days=2)
# Of hundreds of rounds and conditions, columns are read in half the time of whole rows.
_OF_A_ROUND: Final[tuple[InstrumentedAttribute[Any], ...]] = (
    PatrolRound.record_id,
    PatrolRound.walker_name,
    PatrolRound.scans,
    PatrolRound.received_at,
    PatrolRound.note,
)
_OF_CONDITIONS: Final[tuple[InstrumentedAttribute[Any], ...]] = (
    YardCondition.since,
    YardCondition.stock_kg,
    YardCondition.heat,
    YardCondition.humidity_permille,
    YardCondition.wind_force,
    YardCondition.dangers,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patrols:
    """The rounds of a yard: which is next, which were due in the time looked at, how punctual they were. `rounds`: what
    was made, as _OF_A_ROUND has it, the latest first."""

    following: NextRound
    due: Sequence[DueRound]
    figures: Punctuality
    rounds: Sequence[Row[Any]]


def points_of(session: Session, yard_id: str) -> Sequence[PatrolPoint]:
    """Return the yard's points that are in use."""
    return session.scalars(
        select(PatrolPoint)
        .where(PatrolPoint.yard_id == yard_id, PatrolPoint.withdrawn_at.is_(None))
        .order_by(PatrolPoint.id)
    ).all()


def round_after(session: Session, yard_id: str, moment: datetime) -> NextRound | None:
    """Return the round that comes next; None where the yard has no points to pass."""
    points = _codes(session, yard_id)
    if not points:
        return None
    rounds = session.execute(_latest_rounds(yard_id, moment).limit(_LATEST_ROUNDS))
    conditions = yard_conditions(session, yard_id)
    return next_round(conditions, map(_round, rounds), points=points, moment=moment.astimezone(COUNTY_ZONE))


def intervals_after(
    session: Session, yard_id: str, moment: datetime, until: datetime
) -> Sequence[tuple[datetime, PatrolInterval]]:
    """Return how often rounds are due from when on, as things stand."""
    in_county = moment.astimezone(COUNTY_ZONE)
    return intervals_ahead(yard_conditions(session, yard_id), moment=in_county, until=until)


def patrols_of(session: Session, yard_id: str, since: datetime, moment: datetime) -> Patrols | None:
    """Return the rounds of a yard since a moment; None where it has no points to pass."""
    points = _codes(session, yard_id)
    if not points:
        return None
    looked_from, latest = since - _ROUNDS_BEFORE, _latest_rounds(yard_id, moment)
    last_of_latest = latest.with_only_columns(PatrolRound.received_at).offset(_LATEST_ROUNDS - 1).limit(1)
    latest_from = session.scalar(last_of_latest)
    if latest_from is not None:
        latest = latest.where(PatrolRound.received_at >= min(looked_from, latest_from))
    stored = session.execute(latest).all()
    rounds = [_round(row) for row in stored]
    conditions = yard_conditions(session, yard_id)
    begins = max(looked_from, conditions[0].since) if conditions else since
    in_county = moment.astimezone(COUNTY_ZONE)
    told = due_rounds(_from(conditions, begins), rounds, points=points, until=in_county)
    due = [it for it in told if it.due_at >= since]
    return Patrols(
        following=next_round(conditions, rounds[:_LATEST_ROUNDS], points=points, moment=in_county),
        due=due,
        figures=punctuality(due, moment),
        rounds=[it for it in stored if it.received_at >= since],
    )


def yard_conditions(session: Session, yard_id: str) -> list[Conditions]:
    """Return what held in a yard, by time."""
    rows = session.execute(
        select(*_OF_CONDITIONS)
        .where(YardCondition.yard_id == yard_id)
        .order_by(YardCondition.since, YardCondition.number)
    )
    return [_conditions(row) for row in rows]


def last_condition(session: Session, yard_id: str) -> YardCondition | None:
    """Return what holds in a yard now, as it was noted last."""
    return session.scalar(
        select(YardCondition).where(YardCondition.yard_id == yard_id).order_by(YardCondition.number.desc()).limit(1)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherNow:
    """What is known of a yard's weather: `condition` holds it while `holds`; `unknown_since` is None while it is known,
    and where nobody has ever said it. `is_red_flag_kept`: dry air or strong wind was said last, which rounds go by
    until somebody says otherwise."""

    condition: YardCondition | None
    holds: bool
    unknown_since: datetime | None
    is_red_flag_kept: bool


def weather_now(session: Session, yard_id: str, moment: datetime) -> WeatherNow:
    """Return whether what somebody said of the weather is still to be believed: `weather_holds_h` of
    rulebooks/patrols.toml."""
    last = last_condition(session, yard_id)
    told_at = None if last is None else last.weather_told_at
    if last is None or told_at is None:
        # Who took the figures away said that they are not known from then on.
        cleared = session.scalar(
            select(YardCondition.since)
            .where(YardCondition.yard_id == yard_id, YardCondition.number > _last_told(session, yard_id))
            .order_by(YardCondition.number)
            .limit(1)
        )
        return WeatherNow(condition=last, holds=False, unknown_since=cleared, is_red_flag_kept=False)
    until = told_at + weather_holds(moment)
    holds = moment < until
    weather = _conditions(last).weather
    kept = not holds and is_red_flag(weather, moment.astimezone(COUNTY_ZONE))
    return WeatherNow(condition=last, holds=holds, unknown_since=None if holds else until, is_red_flag_kept=kept)


def weather_holds(moment: datetime) -> timedelta:
    """Return for how long what somebody said of the weather is believed."""
    return timedelta(hours=rulebook("patrols").whole("weather_holds_h", business_day(moment)))


def _last_told(session: Session, yard_id: str) -> int:
    """The number of the last row that held a weather; very high where none ever did."""
    told = select(func.max(YardCondition.number)).where(
        YardCondition.yard_id == yard_id,
        or_(YardCondition.told_at.is_not(None), YardCondition.humidity_permille.is_not(None), YardCondition.rains),
    )
    return session.scalar(told) or 2**31 - 1


def shifts_of(session: Session, yard_id: str, begins: datetime, until: datetime) -> Sequence[WatchShift]:
    """Return the shifts that lie in a time, at least in part."""
    return session.scalars(
        select(WatchShift)
        .where(
            WatchShift.yard_id == yard_id,
            WatchShift.withdrawn_at.is_(None),
            WatchShift.begins_at < until,
            WatchShift.ends_at > begins,
        )
        .order_by(WatchShift.begins_at)
    ).all()


def roster_faults(session: Session, yard_id: str, begins: datetime, until: datetime) -> Sequence[TimedFinding]:
    """Return what is wrong with the planned watch, as if what straw there is now stayed."""
    last = last_condition(session, yard_id)
    straw = [StrawInside(begins=begins, ends=None)] if last is not None and last.stock_kg > 0 else []
    shifts = [
        Shift(shift_id=str(row.id), who=row.watcher, begins=row.begins_at, ends=row.ends_at)
        for row in shifts_of(session, yard_id, begins, until)
    ]
    in_county = (begins.astimezone(COUNTY_ZONE), until.astimezone(COUNTY_ZONE))
    return roster_findings(yard_id, shifts, straw, begins=in_county[0], until=in_county[1])


def _latest_rounds(yard_id: str, moment: datetime) -> Select[*tuple[Any, ...]]:
    """Those that were known at a moment, the latest first."""
    return (
        select(*_OF_A_ROUND)
        .where(PatrolRound.yard_id == yard_id, PatrolRound.received_at <= moment)
        .order_by(PatrolRound.received_at.desc())
    )


def _codes(session: Session, yard_id: str) -> frozenset[str]:
    return frozenset(point.code for point in points_of(session, yard_id))


def _round(row: Row[Any]) -> Round:
    return Round(
        round_id=row.record_id,
        who=row.walker_name,
        scans=tuple(PointScan(point=code, at=datetime.fromisoformat(at)) for code, at in row.scans),
        received_at=row.received_at,
    )


def _conditions(row: Row[Any] | YardCondition) -> Conditions:
    weather = None
    if row.humidity_permille is not None and row.wind_force is not None:
        weather = Weather(humidity_permille=row.humidity_permille, wind_force=row.wind_force)
    return Conditions(
        since=row.since,
        stock_kg=row.stock_kg,
        heat=HeatLevel(row.heat),
        weather=weather,
        dangers=frozenset(map(Danger, row.dangers)),
        is_left=Task.EVACUATE in ladder(business_day(row.since))[row.heat].tasks,
    )


def _from(conditions: Sequence[Conditions], begins: datetime) -> list[Conditions]:
    """The conditions from a moment on, the one that held then among them."""
    before = [it for it in conditions if it.since <= begins]
    return [*before[-1:], *(it for it in conditions if it.since > begins)]
