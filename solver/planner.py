"""From a scenario to a checked plan: the season's programme, then day after day in full.

Each morning the programme is decided anew for what is really left, so what a day could not do goes back into the
season. What no day could do stands in the plan's unserved fields with its reason.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from solver.allocation import allocation_deviations
from solver.day_plan import DayPlan, Overnight, plan_day, stops_of
from solver.plan import Plan
from solver.plan_assembly import assemble_plan
from solver.plan_check import Violation, check_plan
from solver.roads.ways import Ways
from solver.scenario import Scenario
from solver.season.advice import advice_members
from solver.season.bound_beside import BoundBeside
from solver.season.distance import Scarcity, distance_to_bound
from solver.season.geometry import SeasonGeometry, season_geometry
from solver.season.programme import NEAR_DAYS, Programme, season_programme
from solver.season.reasons import Blocked
from solver.season.state import SeasonState
from solver.unserved_reasons import UnservedReasons

# A day of a whole season gets this long where nobody says otherwise; a single day its own default.
SEASON_DAY_SECONDS = 6.0
ONE_DAY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Progress:
    """What is being done: a stage (a key of the command's STAGES), the day in hand, how far it is, 0 to 1."""

    stage: str
    day: date | None
    share: float


class PlanBreaksRules(Exception):
    """The planner made a plan that the check refuses; it is not written."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__(f"{len(violations)} rules broken; the first: {violations[0].message}")


class Cancelled(Exception):
    """Stopped before the first day was planned: there is nothing to keep."""


@dataclass(frozen=True, slots=True)
class PlannedSeason:
    """`plan` covers the days that were planned in full, `programme` the whole season as it was first decided."""

    plan: Plan
    programme: Programme


def plan_season(
    scenario: Scenario,
    ways: Ways,
    *,
    days: int | None = None,
    seconds_per_day: float | None = None,
    workers: int = 1,
    seed: int = 0,
    before: Programme | None = None,
    told: Callable[[Progress], bool] = lambda progress: True,
) -> PlannedSeason:
    """The plan of the first `days` days of the scenario (None: all), checked.

    `told` hears of every step and answers False to stop: the days planned so far are kept as a part of the season, all
    of them without the season's bound.
    `before`: a programme decided earlier, as for `season_programme`. One seed with one worker gives one plan.
    Raises Cancelled where nothing was planned yet, PlanBreaksRules where the check refuses the plan.
    """
    started = time.monotonic()
    dates = scenario.dates[: days or len(scenario.dates)]
    seconds = seconds_per_day or (ONE_DAY_SECONDS if len(dates) == 1 else SEASON_DAY_SECONDS)
    geometry = season_geometry(scenario, ways)
    state = SeasonState(scenario)
    if not told(Progress("season", None, 0.0)):
        raise Cancelled
    whole = len(dates) == len(scenario.dates)
    reasons = UnservedReasons(scenario)
    with BoundBeside(scenario, geometry, ways) as bound:
        if whole and workers > 1:
            bound.start()
        first = season_programme(scenario, geometry, state, dates[0], before=before)
        planned = _roll(
            scenario,
            ways,
            geometry,
            state,
            first,
            dates,
            reasons=reasons,
            seconds=seconds,
            workers=workers,
            seed=seed,
            told=told,
        )
        go_on = told(Progress("check", None, 0.0))
        bound_yuan = scarce = None
        if go_on and len(planned) == len(scenario.dates):
            bound_yuan = bound.bound_yuan(lambda: told(Progress("check", None, 0.0)))
        if bound_yuan is not None:
            scarce = bound.scarcity(lambda: told(Progress("check", None, 0.0)))
    seconds_taken = time.monotonic() - started
    plan = assembled_season(
        scenario,
        ways,
        geometry,
        planned,
        reasons.by_field,
        bound_yuan,
        programme=first,
        scarce=scarce,
        seed=seed,
        seconds=seconds_taken,
    )
    violations = check_plan(scenario, plan)
    if violations:
        raise PlanBreaksRules(violations)
    return PlannedSeason(plan, first)


def _roll(
    scenario: Scenario,
    ways: Ways,
    geometry: SeasonGeometry,
    state: SeasonState,
    programme: Programme,
    dates: Sequence[date],
    *,
    reasons: UnservedReasons,
    seconds: float,
    workers: int,
    seed: int,
    told: Callable[[Progress], bool],
) -> list[tuple[date, DayPlan]]:
    """Day after day in full, the rest of the season decided anew each morning; `reasons` hears every programme."""
    planned: list[tuple[date, DayPlan]] = []
    overnight = Overnight()
    go_on = True
    for number, day in enumerate(dates):
        if number:
            programme = season_programme(scenario, geometry, state, day, near_days=NEAR_DAYS, before=programme)

        def within(share: float, number: int = number, day: date = day) -> bool:
            nonlocal go_on
            go_on = go_on and told(Progress("day", day, (number + share) / len(dates)))
            return go_on

        if not within(0.0):
            break
        reasons.hear(programme, day)
        today = plan_day(
            scenario,
            ways,
            state,
            programme,
            day,
            overnight=overnight,
            seconds=seconds,
            workers=workers,
            seed=seed + number,
            progress=within,
        )
        planned.append((day, today))
        overnight = today.overnight
        if not go_on:
            break
    if not planned:
        raise Cancelled
    return planned


def assembled_season(
    scenario: Scenario,
    ways: Ways,
    geometry: SeasonGeometry,
    planned: Sequence[tuple[date, DayPlan]],
    reasons: Mapping[str, Blocked],
    bound_yuan: float | None,
    *,
    programme: Programme,
    scarce: Scarcity | None,
    seed: int,
    seconds: float,
) -> Plan:
    """The days planned in full as one plan, with the advice of the season's first `programme`; `bound_yuan` None leaves
    the season's bound out, `scarce` None the parts of the distance to it."""
    season = [row for _, day_plan in planned for row in day_plan.season]
    baler_stops, hauls, truck_stops = stops_of([day_plan for _, day_plan in planned])
    hauling = {
        day.isoformat(): {"wanted_t": p.hauling.wanted_t, "lower_bound_yuan": p.hauling.bound_yuan}
        for day, p in planned
    }
    plan = assemble_plan(
        scenario,
        ways,
        season=season,
        baler_stops=baler_stops,
        hauls=hauls,
        truck_stops=truck_stops,
        unserved_reasons=reasons,
        hauling=hauling,
        first_day=planned[0][0],
        last_day=planned[-1][0],
        seed=seed,
        seconds=seconds,
        lower_bound_yuan=bound_yuan,
        allocation_deviations=allocation_deviations(scenario, geometry, season, hauls),
    )
    plan.summary["advice"] = advice_members(programme.advice)
    if bound_yuan is not None and scarce is not None:
        distance = distance_to_bound(scenario, plan, programme, bound_yuan=bound_yuan, scarce=scarce)
        plan.summary["distance_to_bound"] = distance
    return plan
