"""From now on: a plan repaired after what has happened (docs/events.md, docs/decisions/0022-replanning.md).

What is begun and what is locked stays; everybody else keeps the day they know as far as it can still be driven. What
no longer fits goes to whoever has time for it, today or on a later day.
"""

from __future__ import annotations

import time as clock
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from solver.allocation import allocation_deviations
from solver.plan import Haul, Plan
from solver.plan_assembly import LEFT_LIMIT_T, assemble_plan
from solver.plan_check import Violation, check_plan
from solver.plan_check.case import last_covered_day
from solver.replan.changes import changed_scenario, known_outs, with_outages
from solver.replan.day import DayRows, RepairedDay, Waiting, loads_of_fields, repaired_day, served_by
from solver.replan.events import Events
from solver.replan.locks import Lock
from solver.replan.rolling import mornings, rows_by_day
from solver.replan.told import Told, told_people
from solver.roads.ways import Ways
from solver.scenario import Scenario
from solver.season.geometry import season_geometry
from solver.season.reasons import Blocked


class MomentOutsidePlan(ValueError):
    """The plan covers other days than that of `now`."""

    def __init__(self, now: datetime, first: date, last: date) -> None:
        self.now, self.first, self.last = now, first, last
        super().__init__(f"{now} lies outside the plan, {first} to {last}")


@dataclass(frozen=True)
class Replanned:
    """`scenario`: as the events have changed it; `told`: who has to hear of it; `dropped_locks`: locked hauls that an
    event has made impossible; `violations`: what could not be helped (a plan within its rules has none)."""

    plan: Plan
    scenario: Scenario
    told: tuple[Told, ...]
    dropped_locks: tuple[str, ...]
    violations: tuple[Violation, ...]


def replan(
    scenario: Scenario,
    ways: Ways,
    plan: Plan,
    *,
    now: datetime,
    events: Events,
    locks: Mapping[str, Lock],
    days: int | None = None,
) -> Replanned:
    """The plan from `now` on for so many days (None: all that it covers); `scenario` and `ways` have the events'
    extra fields and weather already (`changed_scenario`). Raises MomentOutsidePlan."""
    started = clock.monotonic()
    today, last_day = now.date(), last_covered_day(scenario, plan.summary)
    if not scenario.season_start <= today <= last_day:
        raise MomentOutsidePlan(now, scenario.season_start, last_day)
    if days is not None:
        last_day = min(last_day, today + timedelta(days=days - 1))
    by_day = rows_by_day(plan)
    state, overnight = next((s, o) for day, s, o in mornings(scenario, plan, by_day) if day == today)
    waiting = Waiting(
        loads_of_fields(scenario, [f.field_id for f in events.fields], ways),
        {f.field_id: f.area_mu for f in events.fields if f.area_mu > 0},
    )
    haul_ids = {haul.haul_id for haul in plan.hauls}
    # what earlier events have taken away is still away
    all_events = replace(events, outs=(*events.outs, *known_outs(scenario)))
    done: dict[date, RepairedDay] = {}
    lost: dict[str, str] = {}
    day = today
    while day <= last_day:
        result = repaired_day(
            scenario, ways, state, day, by_day.get(day, DayRows()), now=now, events=all_events, locks=locks,
            waiting=waiting, overnight=overnight, haul_ids=haul_ids,
        )  # fmt: skip
        done[day], waiting, overnight = result, result.waiting, result.overnight
        for load in waiting.loads:
            for origin in load.origin_ids:
                lost[origin] = load.reason or "no truck that it admits had time for it"
        day += timedelta(days=1)
    for field_id in waiting.area_mu:
        lost.setdefault(field_id, "no baler had time for it")
    new_plan = _assembled(scenario, ways, plan, by_day, done, events, lost, today, last_day, started)
    told = told_people(scenario, by_day, {d: r.rows for d, r in done.items()})
    dropped = tuple(haul_id for result in done.values() for haul_id in result.dropped_locks)
    new_plan.summary["replan"] = {
        "now": f"{now:%Y-%m-%d %H:%M}",
        "events": list(events.names),
        "told_today": sorted({t.own_id for t in told if t.day == today}),
        "told": len({t.own_id for t in told}),
        "dropped_locks": list(dropped),
    }
    begun = {d: r.begun for d, r in done.items()}
    # shifts that began yesterday end as planned
    begun[today - timedelta(days=1)] = served_by(by_day.get(today - timedelta(days=1), DayRows()))
    judged = with_outages(scenario, events, now, begun)
    return Replanned(new_plan, judged, told, dropped, check_plan(judged, new_plan))


def _assembled(
    scenario: Scenario,
    ways: Ways,
    plan: Plan,
    by_day: Mapping[date, DayRows],
    done: Mapping[date, RepairedDay],
    events: Events,
    lost: Mapping[str, str],
    today: date,
    last_day: date,
    started: float,
) -> Plan:
    rows = {day: done[day].rows if day in done else part for day, part in by_day.items()} | {
        day: result.rows for day, result in done.items()
    }
    kept = [(day, rows[day]) for day in sorted(rows) if day <= last_day]
    season = [row for row in plan.season if row.haul_date < today]
    season += [row for day in sorted(done) for row in done[day].season]
    hauls = [haul for _, part in kept for haul in part.hauls]
    reasons: dict[str, Blocked] = {u.field_id: (u.reason, u.would_be_served_if) for u in plan.unserved}
    after = f" after {', '.join(events.names)}"[:200] if events.names else ""
    reasons |= {
        field_id: (f"{reason}{after}", "a truck or baler had time left before its deadline, or it were later")
        for field_id, reason in lost.items()
    }
    hauling: dict[str, dict[str, float]] = {}
    for day, part in kept:
        was = plan.summary.get("hauling", {}).get(day.isoformat(), {})
        hauling[day.isoformat()] = _wanted(was, by_day.get(day, DayRows()).hauls, part.hauls)
    extra_t = sum(f.dry_straw_t for f in events.fields)
    bound = plan.summary.get("lower_bound_yuan")
    return assemble_plan(
        scenario,
        ways,
        season=season,
        baler_stops=[stop for _, part in kept for stop in part.baler_stops],
        hauls=hauls,
        truck_stops=[stop for _, part in kept for stop in part.truck_stops],
        unserved_reasons=reasons,
        hauling=hauling,
        first_day=scenario.season_start,
        last_day=last_day,
        seed=int(plan.summary.get("seed", 0)),
        seconds=clock.monotonic() - started,
        # events only take away; a tonne of an extra field spares at most a tonne of shortage
        lower_bound_yuan=None if bound is None else max(bound - extra_t * scenario.shortage_yuan_per_t, 0.0),
        allocation_deviations=allocation_deviations(scenario, season_geometry(scenario, ways), season, hauls),
    )


def _wanted(was: Mapping[str, float], before: Sequence[Haul], after: Sequence[Haul]) -> dict[str, float]:
    """What is wanted of a day: what was, and what came to it. What bounded its cost from below still does as long as
    everything wanted goes where it was to go or counts as not moved."""
    undone_t, diverted_t = (_fewer_t(before, after, with_destination=flag) for flag in (False, True))
    beyond_t = max(was.get("wanted_t", 0.0) - sum(h.dry_t for h in before), 0.0)
    bound = was.get("lower_bound_yuan", 0.0) if abs(diverted_t - undone_t) < LEFT_LIMIT_T else 0.0
    return {"wanted_t": sum(h.dry_t for h in after) + undone_t + beyond_t, "lower_bound_yuan": bound}


def _fewer_t(before: Sequence[Haul], after: Sequence[Haul], *, with_destination: bool) -> float:
    """Tonnes by origin that `before` has and `after` has not."""
    more_t: dict[tuple[tuple[str, ...], str], float] = {}
    for sign, hauls in ((1.0, before), (-1.0, after)):
        for haul in hauls:
            key = haul.origin_ids, haul.destination_id if with_destination else ""
            more_t[key] = more_t.get(key, 0.0) + sign * haul.dry_t
    return sum(max(dry_t, 0.0) for dry_t in more_t.values())


__all__ = ["MomentOutsidePlan", "Replanned", "changed_scenario", "replan"]
