"""What a worker does of a county's season: a morning's programme, a day in full, the bound, the plan of all days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from solver.crew import PackedScenario
from solver.day_plan import DayPlan, Overnight, plan_day
from solver.linear_program import NoSolution
from solver.plan import Plan
from solver.plan_check import Violation, check_plan
from solver.planner import assembled_season
from solver.roads.matrices import ways_of
from solver.roads.ways import Ways
from solver.scenario import Scenario
from solver.season.bound import season_bound_yuan
from solver.season.distance import Scarcity, scarcity
from solver.season.geometry import SeasonGeometry, season_geometry
from solver.season.programme import NEAR_DAYS, Programme, season_programme
from solver.season.reasons import Blocked
from solver.season.state import SeasonState

COUNTIES_KEPT = 12  # a worker meets the counties in turn


@dataclass(frozen=True, slots=True)
class SentCounty:
    """A county as workers get it; `cache_folder`: of ways, on the worker's own disk."""

    packed: PackedScenario
    cache_folder: str | None


@dataclass(frozen=True, slots=True)
class Unsolved:
    """In place of an answer: the season's program could not be solved."""

    message: str


def programme_stage(
    county: SentCounty, state: SeasonState, number: int, before: Programme | None
) -> Programme | Unsolved:
    """Return the programme of the morning of day `number`, the first of all days, later ones of the near days;
    `before`: that of the morning before."""
    scenario, _, geometry = _known(county)
    try:
        near_days = NEAR_DAYS if number else None
        return season_programme(scenario, geometry, state, scenario.dates[number], near_days=near_days, before=before)
    except NoSolution as error:
        return Unsolved(str(error))


def day_stage(
    county: SentCounty,
    state: SeasonState,
    programme: Programme,
    overnight: Overnight,
    number: int,
    seconds: float,
    seed: int,
) -> tuple[DayPlan, SeasonState]:
    """Return the day in full, and what stands where on its evening."""
    scenario, ways, _ = _known(county)
    planned = plan_day(
        scenario,
        ways,
        state,
        programme,
        scenario.dates[number],
        overnight=overnight,
        seconds=seconds,
        workers=1,
        seed=seed + number,
    )
    return planned, state


def bound_stage(county: SentCounty) -> tuple[float, Scarcity] | Unsolved:
    """Return the season's lower bound, yuan, and what bays and weather cost beyond it."""
    scenario, ways, geometry = _known(county)
    try:
        bound_yuan = season_bound_yuan(scenario, geometry, ways)
        return bound_yuan, scarcity(scenario, geometry, ways, bound_yuan)
    except NoSolution as error:
        return Unsolved(str(error))


def finish_stage(
    county: SentCounty,
    planned: tuple[tuple[date, DayPlan], ...],
    reasons: Mapping[str, Blocked],
    programme: Programme,
    bound: tuple[float, Scarcity] | None,
    seed: int,
    seconds: float,
) -> tuple[Plan, tuple[Violation, ...]]:
    """Return the plan of the days, and what the check says against it."""
    scenario, ways, geometry = _known(county)
    bound_yuan, scarce = bound or (None, None)
    plan = assembled_season(
        scenario,
        ways,
        geometry,
        planned,
        reasons,
        bound_yuan,
        programme=programme,
        scarce=scarce,
        seed=seed,
        seconds=seconds,
    )
    return plan, tuple(check_plan(scenario, plan))


@lru_cache(maxsize=COUNTIES_KEPT)
def _known(county: SentCounty) -> tuple[Scenario, Ways, SeasonGeometry]:
    scenario = county.packed.unpacked()
    folder = None if county.cache_folder is None else Path(county.cache_folder).expanduser()
    ways = ways_of(scenario, cache_folder=folder)
    return scenario, ways, season_geometry(scenario, ways)
