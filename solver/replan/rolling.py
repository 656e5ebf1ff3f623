"""A plan day by day: its rows, and what lies where on each morning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from solver.day_plan import Overnight
from solver.plan import BalerStop, Haul, Plan, SeasonRow, TruckStop
from solver.replan.day import DayRows, overnight_of
from solver.scenario import Scenario
from solver.season.state import SeasonState


def rows_by_day(plan: Plan) -> dict[date, DayRows]:
    balers: dict[date, list[BalerStop]] = {}
    hauls: dict[date, list[Haul]] = {}
    trucks: dict[date, list[TruckStop]] = {}
    for baling in plan.baler_stops:
        balers.setdefault(baling.day, []).append(baling)
    for haul in plan.hauls:
        hauls.setdefault(haul.day, []).append(haul)
    for stop in plan.truck_stops:
        trucks.setdefault(stop.day, []).append(stop)
    return {
        day: DayRows(tuple(balers.get(day, ())), tuple(hauls.get(day, ())), tuple(trucks.get(day, ())))
        for day in {*balers, *hauls, *trucks}
    }


def mornings(
    scenario: Scenario, plan: Plan, by_day: Mapping[date, DayRows]
) -> Iterator[tuple[date, SeasonState, Overnight]]:
    """Every morning of the season, what lies where then, and what the night before still does. The state is moved on
    when the next morning is asked for: who keeps it keeps a copy."""
    state, overnight = SeasonState(scenario), Overnight()
    taken: dict[date, list[SeasonRow]] = {}
    for row in plan.season:
        taken.setdefault(row.haul_date, []).append(row)
    for day in scenario.dates:
        yield day, state, overnight
        rows = by_day.get(day, DayRows())
        for stop in rows.baler_stops:
            state.bale(stop.field_id, day, stop.area_mu)
        for row in taken.get(day, ()):
            state.take(row.field_id, row.dry_t)
        for haul in rows.hauls:
            state.stock_t[haul.destination_id] += haul.dry_t
            if haul.kind == "linehaul":
                state.stock_t[haul.origin_ids[0]] -= haul.dry_t
        overnight = overnight_of(scenario, state, rows.baler_stops, rows.truck_stops)
        state.end_day(scenario)
