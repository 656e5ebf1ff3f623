"""The fast rule beside the full planner, where all goes as reckoned: on single days, and over the whole season."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from solver.as_of import state_as_of
from solver.plan import Plan
from solver.simulation.day_world import DayWorld, PlayedRows
from solver.simulation.figures import calm_figures
from solver.simulation.known_county import KnownCounty
from solver.simulation.played_day import play_day
from solver.simulation.run import play_season, rows_as_plan
from solver.simulation.standing import Standing
from solver.simulation.weather import scenario_weather

TRUCK_PRICES = ("truck_day", "truck_hour", "truck_km")
BALER_PRICES = ("baler_hour", "baler_km")


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one of both did. `moved_t`: from fields, and from yards to plants."""

    trucks_yuan: float
    moved_t: float
    balers_yuan: float
    baled_t: float

    @property
    def trucks_yuan_per_t(self) -> float:
        """Per tonne moved; 0 where none was."""
        return self.trucks_yuan / self.moved_t if self.moved_t > 0 else 0.0

    @property
    def balers_yuan_per_t(self) -> float:
        """Per tonne baled; 0 where none was."""
        return self.balers_yuan / self.baled_t if self.baled_t > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCompared:
    """One day from the same morning, that of the plan. Both decide themselves how much of the season's work it does."""

    day: date
    planner: Side
    rule: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonCompared:
    """The whole season: total cost with straw lost, shortage and lateness, and what of it is which."""

    planner_yuan: float
    rule_yuan: float
    planner: Side
    rule: Side
    planner_lost_t: float
    rule_lost_t: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """`season` None: the plan is of a part of the season."""

    days: tuple[DayCompared, ...]
    season: SeasonCompared | None


def days_to_compare(plan: Plan, count: int = 5) -> tuple[date, ...]:
    """Return `count` days spread over those on which the plan collects, each the nearest to its place."""
    tonnes: dict[date, float] = {}
    for row in plan.season:
        tonnes[row.haul_date] = tonnes.get(row.haul_date, 0.0) + row.dry_t
    days = [d for d in sorted(tonnes) if tonnes[d] >= 0.25 * max(tonnes.values())]
    places: npt.NDArray[np.float64] = np.linspace(0, len(days) - 1, min(count, len(days))) if days else np.zeros(0)
    return tuple(days[round(float(p))] for p in places)


def compare(known: KnownCounty, plan: Plan, days: Sequence[date]) -> Comparison:
    """Return the rule beside `plan` on each of `days`, and over the season where the plan has all of it."""
    scenario = known.scenario
    whole = "to" not in plan.summary
    compared = tuple(_day(known, plan, day) for day in days)
    if not whole:
        return Comparison(compared, None)
    weather = scenario_weather(scenario)
    fractions = [scenario.workable_fraction(day) for day in scenario.dates]
    forecasts = [fractions[i:] for i in range(len(fractions))]
    played = play_season(known, calm_figures(), weather, forecasts, None, seed=0, run=0).plan
    return Comparison(
        compared,
        SeasonCompared(
            planner_yuan=plan.summary["cost_yuan"]["total"],
            rule_yuan=played.summary["cost_yuan"]["total"],
            planner=_side(known, plan),
            rule=_side(known, played),
            planner_lost_t=plan.summary["tonnes"]["left"],
            rule_lost_t=played.summary["tonnes"]["left"],
        ),
    )


def _day(known: KnownCounty, plan: Plan, day: date) -> DayCompared:
    """Both from the plan's morning, judged alike: the rows of the day, assembled as a plan of that morning."""
    scenario, county = known.scenario, known.county
    number = county.day_index(day)
    standing = Standing.of_state(county, state_as_of(scenario, plan, day))
    fractions = [scenario.workable_fraction(d) for d in scenario.dates[number:]]
    orders = known.rule.orders(standing, number, fractions)
    rows = PlayedRows()
    world = DayWorld(
        known,
        calm_figures(),
        standing,
        rows,
        day=number,
        workable=fractions[0],
        moisture=np.zeros(len(county.fields)),
        rng=np.random.Generator(np.random.PCG64(0)),
    )
    play_day(world, orders)
    by_rule = rows_as_plan(known, scenario, rows, first=day, last=day)
    by_planner = PlayedRows(
        baler_stops=[s for s in plan.baler_stops if s.day == day],
        hauls=[h for h in plan.hauls if h.day == day],
        truck_stops=[s for s in plan.truck_stops if s.day == day],
    )
    planned = rows_as_plan(known, scenario, by_planner, first=day, last=day)
    return DayCompared(day=day, planner=_side(known, planned), rule=_side(known, by_rule))


def _side(known: KnownCounty, plan: Plan) -> Side:
    cost, county = plan.summary["cost_yuan"], known.county
    return Side(
        trucks_yuan=sum(cost[name] for name in TRUCK_PRICES),
        moved_t=sum(h.dry_t for h in plan.hauls),
        balers_yuan=sum(cost[name] for name in BALER_PRICES),
        baled_t=sum(s.area_mu * float(county.kg_per_mu[known.field_index[s.field_id]]) for s in plan.baler_stops)
        / 1000,
    )
