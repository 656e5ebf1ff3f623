"""How far a driven season lies above its lower bound, in parts that have a name and add up.

From the bound to the season's programme:
- `bays_planned`: what scarce bays cost the programme (the programme less one with bays without end), less what they
  cost the bound, which counts every open minute of a bay as used.
- `weather_planned`: what rain costs the programme (less one with every day dry), less what it costs the bound.
- `relaxed`: the rest of what the programme pays beyond the bound: what the bound lets pass, such as waiting, loads
  chosen freely, balers that fly from field to field.

From the programme to what was driven, each the driven figure less the programme's:
- `rounding`: the part of the trucks' driving and days that carries no straw because loads are not full.
- `bays`: hours that trucks stood waiting at yards and plants.
- `routing_trucks`, `routing_balers`: what else trucks and balers cost more than the programme reckons with: where it is
  negative, trucks picked up on their way back.
- `lateness`, `left_and_short`: more nights in the field; straw left and shortage.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from solver.plan import Plan, TruckStop
from solver.roads.ways import Ways
from solver.scenario import Scenario
from solver.season.bound import season_bound_yuan
from solver.season.geometry import SeasonGeometry, full_load_t
from solver.season.programme import Programme, season_programme
from solver.season.state import SeasonState

# So many bays are never a limit.
MANY_BAYS = 1000


@dataclass(frozen=True, slots=True)
class Scarcity:
    """Yuan that bays and weather cost the programme beyond what they cost the bound."""

    bays_yuan: float
    weather_yuan: float


def scarcity(scenario: Scenario, geometry: SeasonGeometry, ways: Ways, bound_yuan: float) -> Scarcity:
    """By two more bounds and three programmes: as things are, with bays without end, with every day dry.

    `bound_yuan`: the bound as things are.
    """
    many = replace(
        scenario,
        yards=tuple(replace(y, bays=MANY_BAYS) for y in scenario.yards),
        plants=tuple(replace(p, bays=MANY_BAYS) for p in scenario.plants),
    )
    dry = replace(scenario, workable_fraction_by_date={})
    above = _programme_yuan(scenario, geometry) - bound_yuan
    above_many, above_dry = (
        _programme_yuan(other, geometry) - season_bound_yuan(other, geometry, ways) for other in (many, dry)
    )
    return Scarcity(bays_yuan=above - above_many, weather_yuan=above - above_dry)


def _programme_yuan(scenario: Scenario, geometry: SeasonGeometry) -> float:
    return season_programme(scenario, geometry, SeasonState(scenario), scenario.season_start).cost_yuan


def distance_to_bound(
    scenario: Scenario, plan: Plan, programme: Programme, *, bound_yuan: float, scarce: Scarcity
) -> dict[str, object]:
    """For `summary.json`: the three costs in yuan, the `parts_yuan` between bound and driven, which add up, and the gap
    of the work that a planner can change (all but the balers' time in the fields), in percent of it."""
    cost: Mapping[str, float] = plan.summary["cost_yuan"]
    planned = programme.cost_parts_yuan
    trucks = cost["truck_day"] + cost["truck_hour"] + cost["truck_km"]
    unfilled, waiting = _unfilled_and_waiting_yuan(scenario, plan, trucks)
    driven_yuan = cost["total"]
    parts = {
        "relaxed": programme.cost_yuan - bound_yuan - scarce.bays_yuan - scarce.weather_yuan,
        "bays_planned": scarce.bays_yuan,
        "weather_planned": scarce.weather_yuan,
        "rounding": unfilled,
        "bays": waiting,
        "routing_trucks": trucks - planned.get("trucks", 0.0) - unfilled - waiting,
        "routing_balers": cost["baler_hour"] + cost["baler_km"] - planned.get("balers", 0.0),
        "lateness": cost["lateness"] - planned.get("lateness", 0.0),
        "left_and_short": cost["left_in_field"]
        + cost["shortage"]
        - planned.get("left_in_field", 0.0)
        - planned.get("shortage", 0.0),
    }
    work = sum(
        stop.area_mu * baler.yuan_per_h / baler.rate_mu_per_h
        for stop in plan.baler_stops
        for baler in (scenario.baler_by_id[stop.baler_id],)
    )
    changeable = driven_yuan - work
    return {
        "bound_yuan": round(bound_yuan, 2),
        "programme_yuan": round(programme.cost_yuan, 2),
        "driven_yuan": driven_yuan,
        "parts_yuan": {name: round(yuan, 2) for name, yuan in parts.items()},
        "field_work_yuan": round(work, 2),
        "gap_without_field_work_percent": round(
            100.0 * (driven_yuan - bound_yuan) / changeable if changeable > 0 else 0.0, 4
        ),
        "programme_left_t": round(planned.get("left_in_field", 0.0) / max(scenario.value_yuan_per_t, 1e-9), 3),
    }


def _unfilled_and_waiting_yuan(scenario: Scenario, plan: Plan, trucks_yuan: float) -> tuple[float, float]:
    """Of all that trucks cost: the part of driving and days for room in the trucks that stayed empty, by truck and day;
    and the hours of waiting at yards and plants."""
    by_day: dict[tuple[date, str], list[TruckStop]] = defaultdict(list)
    for stop in plan.truck_stops:
        by_day[stop.day, stop.truck_id].append(stop)
    hubs = {*scenario.yard_by_id, *scenario.plant_by_id}
    driven_h: dict[tuple[date, str], float] = {}
    unfilled: dict[tuple[date, str], float] = {}
    standing = waiting = 0.0
    for key, stops in by_day.items():
        truck = scenario.truck_by_id[key[1]]
        stops.sort(key=lambda s: s.seq)
        hours = (stops[-1].end_min - stops[0].arrive_min) / 60.0
        served = sum(s.end_min - s.start_min for s in stops) / 60.0
        waited = {s.seq: (s.start_min - s.arrive_min) / 60.0 for s in stops}
        driven_h[key] = max(hours - served - sum(waited.values()), 0.0)
        standing += (served + sum(waited.values())) * truck.yuan_per_h
        waiting += sum(waited[s.seq] for s in stops if s.place_id in hubs) * truck.yuan_per_h
        loads = [s.dry_t for s in stops if s.action == "unload"]
        full_t = len(loads) * full_load_t(scenario, truck.truck_class)
        unfilled[key] = max(1.0 - sum(loads) / full_t, 0.0) if full_t > 0 else 0.0
    total_h = sum(driven_h.values())
    empty_share = sum(unfilled[key] * h for key, h in driven_h.items()) / total_h if total_h > 0 else 0.0
    return (trucks_yuan - standing) * empty_share, waiting
