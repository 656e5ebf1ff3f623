"""Points, conditions and shifts go in, and rounds are watched. Nothing here commits."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.fire_safety.alarms.operations import raise_alarm
from app.fire_safety.heat.models import HeatChange
from app.fire_safety.patrols.lacks import alarming_lacks
from app.fire_safety.patrols.models import PatrolPoint, WatchShift, YardCondition
from app.fire_safety.patrols.queries import last_condition, round_after
from app.storage.queries import stacks_now
from yard_rules.audiences import Audience
from yard_rules.finding import Severity
from yard_rules.heat.ladder import HeatLevel
from yard_rules.patrols.interval import Danger, Weather, patrol_figures
from yard_rules.patrols.rounds import NextRound


def watch_rounds(session: Session, yard_id: str, moment: datetime) -> None:
    """Note what holds in a yard now, and raise the alarm of a round that is overdue: one for each silence."""
    note_conditions(session, yard_id, moment)
    following = round_after(session, yard_id, moment)
    if following is None or not following.is_overdue or following.due_at is None:
        return
    last = following.last_at
    raise_alarm(
        session,
        yard_id=yard_id,
        kind="round_overdue",
        subject=yard_id,
        said={
            "due_at": following.due_at.isoformat(),
            "last_at": last and last.isoformat(),
            "every_min": int(following.interval.every.total_seconds() // 60) if following.interval.every else None,
        },
        key=overdue_round_key(yard_id, following),
        moment=moment,
        severity=Severity.MEND,
    )


def watch_the_watch(session: Session, yard_id: str, moment: datetime) -> None:
    """Raise one alarm for each of them; it is over when the lack is."""
    for lack in alarming_lacks(session, [yard_id], moment):
        ends = None if lack.ends is None else lack.ends.isoformat()
        raise_alarm(
            session,
            yard_id=yard_id,
            kind=lack.kind,
            subject=yard_id,
            said={"begins": lack.begins.isoformat(), "ends": ends},
            key=lack.key,
            moment=moment,
            severity=Severity.ADVICE,
            told=(Audience.MANAGER, Audience.FRANCHISE),
        )


def overdue_round_key(yard_id: str, following: NextRound) -> str:
    """Return what names the alarm of a round that is overdue: the silence since the last one, or since people came
    back."""
    since = following.returned_at or following.last_at or following.due_at
    return f"round/{yard_id}/{since and since.isoformat()}"


def note_conditions(
    session: Session,
    yard_id: str,
    moment: datetime,
    *,
    weather: Weather | None = None,
    rains: bool | None = None,
    dangers: Collection[Danger] | None = None,
    is_whole: bool = False,
) -> None:
    """Note what decides about rounds where it differs from what was noted last; what is not given stays as it was, or,
    where what is given `is_whole`, is not known any more. Stock counts only as far as it matters: whether there is any,
    and whether it is much."""
    last = last_condition(session, yard_id)
    stacks = stacks_now(session, yard_id, moment)
    stock_kg = sum(max(0, each.content.kg) for each in stacks if each.content.bales > 0)
    heat = _hottest(session, [each.stack.stack_id for each in stacks])
    much_kg = int(patrol_figures(moment, None)["much_stock_kg"].value)
    row: dict[str, Any] = {
        "heat": int(heat),
        "humidity_permille": last.humidity_permille if last else None,
        "wind_force": last.wind_force if last else None,
        "rains": last.rains if last else False,
        "dangers": list(last.dangers) if last else [],
        "told_at": last.weather_told_at if last else None,
    }
    if is_whole:
        row |= {"humidity_permille": None, "wind_force": None, "rains": False, "dangers": [], "told_at": None}
    if weather is not None:
        row |= {"humidity_permille": weather.humidity_permille, "wind_force": weather.wind_force}
    if rains is not None:
        row["rains"] = rains
    if dangers is not None:
        row["dangers"] = sorted(danger.value for danger in dangers)
    if weather is not None or rains or (rains is not None and not is_whole):
        row["told_at"] = moment
    is_given = is_whole or weather is not None or rains is not None or dangers is not None
    if last is None:
        if stock_kg <= 0 and not is_given:
            return
    elif (
        not is_given
        and row["heat"] == last.heat
        and (stock_kg > 0, stock_kg >= much_kg) == (last.stock_kg > 0, last.stock_kg >= much_kg)
    ):
        return
    row |= {"yard_id": yard_id, "number": last.number + 1 if last else 1, "since": moment, "stock_kg": stock_kg}
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(dialect.insert(YardCondition).values(row).on_conflict_do_nothing())


def add_point(session: Session, yard_id: str, name: str, moment: datetime) -> PatrolPoint:
    """Return a new point of every round."""
    point = PatrolPoint(yard_id=yard_id, code=f"SLP-{secrets.token_hex(6).upper()}", name=name, made_at=moment)
    session.add(point)
    return point


def withdraw_point(session: Session, yard_id: str, point_id: int, moment: datetime) -> None:
    """Take a point out of the rounds."""
    found = session.scalar(select(PatrolPoint).where(PatrolPoint.id == point_id, PatrolPoint.yard_id == yard_id))
    if found is not None and found.withdrawn_at is None:
        found.withdrawn_at = moment


def add_shift(
    session: Session, yard_id: str, watcher: str, begins_at: datetime, ends_at: datetime, moment: datetime
) -> None:
    """Plan a shift of the watch."""
    session.add(WatchShift(yard_id=yard_id, watcher=watcher, begins_at=begins_at, ends_at=ends_at, made_at=moment))


def withdraw_shift(session: Session, yard_id: str, shift_id: int, moment: datetime) -> None:
    """Take a shift out of the plan."""
    found = session.scalar(select(WatchShift).where(WatchShift.id == shift_id, WatchShift.yard_id == yard_id))
    if found is not None and found.withdrawn_at is None:
        found.withdrawn_at = moment


def _hottest(session: Session, stack_ids: Collection[str]) -> HeatLevel:
    rows = session.execute(
        select(HeatChange.stack_id, HeatChange.level)
        .where(HeatChange.stack_id.in_(stack_ids))
        .order_by(HeatChange.number)
    )
    latest = {row.stack_id: row.level for row in rows}
    return HeatLevel(max(latest.values(), default=0))
