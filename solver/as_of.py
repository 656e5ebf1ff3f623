"""A scenario as it stands on the morning of a day: after a plan, or after the season's programme, up to then."""

from __future__ import annotations

from datetime import date, timedelta

from solver.plan import Plan
from solver.scenario import Scenario
from solver.season.programme import Programme
from solver.season.state import SeasonState


class PlanEndsEarlier(ValueError):
    """The plan does not reach the morning asked for: nobody knows what the days between did."""

    def __init__(self, last_day: date, morning: date) -> None:
        self.last_day, self.morning = last_day, morning
        super().__init__(f"the plan ends on {last_day}, before the day that ends on the morning of {morning}")


def scenario_as_of(scenario: Scenario, done: Plan | Programme, morning: date) -> Scenario:
    """The scenario on `morning`, everything that `done` does before then being done.

    Raises ValueError for a day outside the season, PlanEndsEarlier (a ValueError) for one that the plan, a part of a
    season, does not reach.
    """
    if not scenario.season_start <= morning <= scenario.season_end:
        raise ValueError(f"{morning} lies outside the season {scenario.season_start} to {scenario.season_end}")
    last_day = (
        date.fromisoformat(done.summary.get("to", scenario.season_end.isoformat())) if isinstance(done, Plan) else None
    )
    if last_day is not None and last_day < morning - timedelta(days=1):
        raise PlanEndsEarlier(last_day, morning)
    return state_as_of(scenario, done, morning).as_scenario(scenario, morning)


def state_as_of(scenario: Scenario, done: Plan | Programme, morning: date) -> SeasonState:
    """What lies where on `morning`."""
    state = SeasonState(scenario)
    day = scenario.season_start
    while day < morning:
        if isinstance(done, Plan):
            _follow_plan(state, done, day)
        else:
            _follow_programme(state, done, day)
        state.end_day(scenario)
        day += timedelta(days=1)
    return state


def _follow_plan(state: SeasonState, plan: Plan, day: date) -> None:
    for stop in plan.baler_stops:
        if stop.day == day:
            state.bale(stop.field_id, day, stop.area_mu)
    for row in plan.season:
        if row.haul_date == day:
            state.take(row.field_id, row.dry_t)
    for haul in plan.hauls:
        if haul.day == day:
            state.stock_t[haul.destination_id] += haul.dry_t
            if haul.kind == "linehaul":
                state.stock_t[haul.origin_ids[0]] -= haul.dry_t


def _follow_programme(state: SeasonState, programme: Programme, day: date) -> None:
    """What the programme moves, and no more than is there."""
    for row in programme.rows:
        if row.bale_date == day:
            yield_t = state.yield_t_per_mu(row.field_id)
            if yield_t > 0:
                state.bale(row.field_id, day, row.dry_t / yield_t)
    for row in programme.rows:
        if row.haul_date == day:
            state.stock_t[row.destination_id] += sum(lot.dry_t for lot in state.take(row.field_id, row.dry_t))
    for linehaul in programme.linehauls:
        if linehaul.day == day:
            moved_t = min(linehaul.dry_t, max(state.stock_t[linehaul.yard_id], 0.0))
            state.stock_t[linehaul.yard_id] -= moved_t
            state.stock_t[linehaul.plant_id] += moved_t
