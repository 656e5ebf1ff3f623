"""How dangers came and went, week by week, and how punctual the rounds were."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import business_day
from app.fire_safety.alarms.models import Alarm
from app.fire_safety.alarms.queries import settled_alarms
from app.fire_safety.inspections.models import ActionStep, CorrectiveAction, Step
from app.fire_safety.overview.levels import worst_by_day
from app.fire_safety.patrols.queries import patrols_of
from app.registry.suspension_models import LiftStep, Suspension, SuspensionStep
from yard_rules.heat.ladder import HeatLevel
from yard_rules.patrols.punctuality import Punctuality, punctuality

_A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """From Monday on: dangers that came and that ended, yard-days on which a stack was a warning or hotter."""

    monday: date
    opened: int
    closed: int
    hot_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """How punctual a yard's rounds were in the last 7 and 30 days; `next_due_at` is None where none is needed. A round
    that is due is overdue a little later, when the alarm is raised."""

    week: Punctuality
    month: Punctuality
    next_due_at: datetime | None
    is_due: bool
    is_overdue: bool


def weeks_of(session: Session, yard_ids: Collection[str], moment: datetime, count: int) -> list[Week]:
    """Return the last weeks, this one included, the oldest first. Alarms end when they are answered or over, corrective
    actions with their check. What an action closed is told by the action."""
    this = business_day(moment)
    mondays = [this - timedelta(days=this.weekday()) - number * _A_WEEK for number in reversed(range(count))]
    settled = settled_alarms()
    opened = _by_week(
        [
            *session.scalars(select(CorrectiveAction.found_at).where(CorrectiveAction.yard_id.in_(yard_ids))),
            *session.scalars(select(Alarm.raised_at).where(Alarm.yard_id.in_(yard_ids))),
            *session.scalars(
                select(Suspension.set_at).where(Suspension.yard_id.in_(yard_ids), Suspension.action_id.is_(None))
            ),
        ],
        moment,
    )
    closed = _by_week(
        [
            *session.scalars(
                select(ActionStep.taken_at)
                .join(CorrectiveAction, CorrectiveAction.id == ActionStep.action_id)
                .where(CorrectiveAction.yard_id.in_(yard_ids), ActionStep.step == Step.CHECKED)
            ),
            *session.scalars(select(settled.c.settled_at).where(settled.c.yard_id.in_(yard_ids))),
            *session.scalars(
                select(SuspensionStep.taken_at)
                .join(Suspension, Suspension.id == SuspensionStep.suspension_id)
                .where(
                    Suspension.yard_id.in_(yard_ids),
                    Suspension.action_id.is_(None),
                    SuspensionStep.step == LiftStep.LIFTED,
                )
            ),
        ],
        moment,
    )
    worst = worst_by_day(session, yard_ids, mondays[0], this)
    hot = [day for days in worst.values() for day, level in days.items() if level >= HeatLevel.WARNING]
    return [
        Week(
            monday=monday,
            opened=opened.get(monday, 0),
            closed=closed.get(monday, 0),
            hot_days=sum(monday <= day < monday + _A_WEEK for day in hot),
        )
        for monday in mondays
    ]


def rounds_of(session: Session, yard_id: str, moment: datetime) -> Rounds | None:
    """Return how punctual the yard's rounds were; None where it has no points to pass."""
    found = patrols_of(session, yard_id, moment - timedelta(days=30), moment)
    if found is None:
        return None
    return Rounds(
        week=punctuality([it for it in found.due if it.due_at >= moment - _A_WEEK], moment),
        month=found.figures,
        next_due_at=found.following.due_at,
        is_due=found.following.is_due,
        is_overdue=found.following.is_overdue,
    )


def _by_week(moments: Iterable[datetime | None], until: datetime) -> dict[date, int]:
    counts: dict[date, int] = {}
    for at in moments:
        if at is not None and at <= until:
            day = business_day(at)
            monday = day - timedelta(days=day.weekday())
            counts[monday] = counts.get(monday, 0) + 1
    return counts


def week_names(weeks: Sequence[Week]) -> list[str]:
    """Return the weeks as a chart has them: the day and month of their Monday."""
    return [f"{week.monday:%m-%d}" for week in weeks]
