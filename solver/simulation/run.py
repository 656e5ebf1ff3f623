"""One run: a whole season played day after day, tomorrow planned each evening by the fast rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from solver.greedy.straw import ALREADY_BALED
from solver.plan import Plan, SeasonRow
from solver.plan_assembly import assemble_plan
from solver.scenario import Scenario
from solver.simulation.day_world import DayWorld, PlayedRows
from solver.simulation.evening import DayOrders
from solver.simulation.figures import SimulationFigures
from solver.simulation.known_county import KnownCounty
from solver.simulation.played_day import play_day
from solver.simulation.standing import Standing
from solver.simulation.weather import SeasonWeather, SwathMoisture, draw_weather

# Streams of chance of one run; each its own, so that more of one changes nothing of another.
WEATHER_STREAM, FORECAST_STREAM, DAY_STREAM = range(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What a run came to. `finish_day`: the first evening on which less than the figures' share of all straw can still
    be fetched, in days from the season's start (0); as many as the season has days: not within it. `open_t`: straw
    that can still be fetched, by evening. Moisture as shares, wet basis."""

    run: int
    cost_yuan: float
    straw_t: float
    hauled_t: float
    lost_t: float
    short_t: float
    overflow_t: float
    overflow_peak_t: float
    finish_day: int
    rain_days: int
    workable_days: float
    moisture_mean: float
    picked_up_wet_share: float
    truck_breakdowns: int
    baler_breakdowns: int
    overtime_h: float
    open_t: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PlayedSeason:
    """`plan`: what was done, written as a plan is, with the same sums."""

    result: RunResult
    plan: Plan
    scenario: Scenario


class Stopped(Exception):
    """Somebody asked to stop in the middle of a run."""


def play_run(
    known: KnownCounty, figures: SimulationFigures, first_orders: DayOrders | None, *, seed: int, run: int
) -> PlayedSeason:
    """Play run number `run` of `seed`: the same two give the same season, whoever else runs what.

    `first_orders`: what the first day was told before anything happened, None: the rule's.
    """
    scenario = known.scenario
    weather = draw_weather(scenario, figures, _stream(seed, run, WEATHER_STREAM))
    usual = known.usual_fraction(figures)
    forecasts = _forecasts(scenario, figures, weather, usual, _stream(seed, run, FORECAST_STREAM))
    return play_season(known, figures, weather, forecasts, first_orders, seed=seed, run=run)


def play_season(
    known: KnownCounty,
    figures: SimulationFigures,
    weather: SeasonWeather,
    forecasts: list[list[float]],
    first_orders: DayOrders | None,
    *,
    seed: int,
    run: int,
    told: Callable[[int], bool] = lambda day: True,
) -> PlayedSeason:
    """Play a season in this weather; `forecasts`: by evening before each day, fractions of it and of all days after.

    `told` hears every day and answers False to stop, which raises Stopped.
    """
    scenario, county = known.scenario, known.county
    standing, rows = Standing(county), PlayedRows()
    moisture = SwathMoisture(scenario, figures, weather)
    clear_by = np.array([county.day_index(f.clear_by) for f in county.fields], dtype=np.int64)
    open_t = []
    for day, today in enumerate(scenario.dates):
        if not told(day):
            raise Stopped
        orders = first_orders if day == 0 and first_orders is not None else None
        if orders is None:
            orders = known.rule.orders(standing, day, forecasts[day])
        world = DayWorld(
            known,
            figures,
            standing,
            rows,
            day=day,
            workable=float(weather.workable[weather.index(today)]),
            moisture=moisture.on_morning(today),
            rng=_stream(seed, run, DAY_STREAM + day),
        )
        play_day(world, orders)
        standing.end_day()
        open_t.append(float(((standing.unbaled_kg + standing.lying_kg) * (clear_by > day)).sum()) / 1000)
    real = replace(scenario, workable_fraction_by_date=weather.fractions(scenario))
    plan = _as_plan(known, real, rows)
    return PlayedSeason(_result(scenario, figures, weather, rows, plan, open_t, run), plan, real)


def rows_as_plan(known: KnownCounty, scenario: Scenario, rows: PlayedRows, *, first: date, last: date) -> Plan:
    """Return what was done from `first` to `last` as a plan of `scenario`, perhaps the county on a later morning."""
    county = known.county
    season = [
        SeasonRow(
            field_id=county.field_ids[field],
            bale_date=None if bale_day == ALREADY_BALED else known.date(bale_day),
            haul_date=known.date(haul_day),
            destination_id=county.hub_ids[hub],
            dry_t=kg / 1000,
        )
        for (field, bale_day, haul_day, hub), kg in sorted(rows.season_kg.items())
    ]
    return assemble_plan(
        scenario,
        known.ways,
        season=season,
        baler_stops=rows.baler_stops,
        hauls=rows.hauls,
        truck_stops=rows.truck_stops,
        unserved_reasons={},
        hauling={},
        first_day=first,
        last_day=last,
        seed=0,
        seconds=0.0,
        lower_bound_yuan=None,
        lengths=known.lengths,
    )


def _as_plan(known: KnownCounty, scenario: Scenario, rows: PlayedRows) -> Plan:
    return rows_as_plan(known, scenario, rows, first=scenario.season_start, last=scenario.season_end)


def _result(
    scenario: Scenario,
    figures: SimulationFigures,
    weather: SeasonWeather,
    rows: PlayedRows,
    plan: Plan,
    open_t: list[float],
    run: int,
) -> RunResult:
    tonnes: dict[str, Any] = plan.summary["tonnes"]
    season = slice(weather.index(scenario.season_start), None)
    finished = [t < figures.finished_below_share * tonnes["straw"] for t in open_t]
    picked_kg = sum(kg for kg, _ in rows.picked_up)
    wet_kg = sum(kg for kg, share in rows.picked_up if share > figures.paid_as_weighed_up_to)
    return RunResult(
        run=run,
        cost_yuan=plan.summary["cost_yuan"]["total"],
        straw_t=tonnes["straw"],
        hauled_t=tonnes["hauled"],
        lost_t=tonnes["left"],
        short_t=tonnes["short"],
        overflow_t=rows.overflow_kg / 1000,
        overflow_peak_t=rows.overflow_peak_kg / 1000,
        finish_day=finished.index(True) if any(finished) else len(open_t),
        rain_days=int((weather.rain_mm[season] > 0).sum()),
        workable_days=float(weather.workable[season].sum()),
        moisture_mean=sum(kg * share for kg, share in rows.picked_up) / picked_kg if picked_kg else 0.0,
        picked_up_wet_share=wet_kg / picked_kg if picked_kg else 0.0,
        truck_breakdowns=rows.truck_breakdowns,
        baler_breakdowns=rows.baler_breakdowns,
        overtime_h=rows.overtime_min / 60,
        open_t=tuple(round(t, 3) for t in open_t),
    )


def _forecasts(
    scenario: Scenario,
    figures: SimulationFigures,
    weather: SeasonWeather,
    usual: dict[int, float],
    rng: np.random.Generator,
) -> list[list[float]]:
    """By evening what is thought of tomorrow, right or of another day of the month, and the usual of the days after."""
    real = [float(weather.workable[weather.index(day)]) for day in scenario.dates]
    later = [usual[day.month] for day in scenario.dates]
    draws = rng.random((2, len(real)))
    answer = []
    for i, day in enumerate(scenario.dates):
        alike = [real[j] for j, other in enumerate(scenario.dates) if other.month == day.month]
        right = draws[0, i] < figures.forecast_right
        tomorrow = real[i] if right else alike[int(draws[1, i] * len(alike))]
        # Told that it rains, the balers still hear where to go should it stay dry.
        answer.append([tomorrow or later[i], *later[i + 1 :]])
    return answer


def _stream(seed: int, run: int, stream: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy=seed, spawn_key=(run, stream))))
