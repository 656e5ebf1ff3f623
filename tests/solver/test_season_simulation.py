"""A played season: nothing is made or lost, nobody bales in the rain, and what is worse makes it no better."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_county import CrowWays, lone_field, small_county

from solver.crew import Crew
from solver.greedy import plan_greedy
from solver.plan_check import check_plan
from solver.roads.matrices import ways_of
from solver.scenario import Scenario
from solver.scenario_files import read_scenario
from solver.simulation.comparison import compare, days_to_compare
from solver.simulation.evening import DayOrders
from solver.simulation.figures import (
    FiguresUnreadable,
    SimulationFigures,
    calm_figures,
    default_figures,
    read_figures,
)
from solver.simulation.known_county import KnownCounty
from solver.simulation.run import PlayedSeason, RunResult, play_run, play_season
from solver.simulation.simulation import Simulation, simulate, summary_of
from solver.simulation.weather import (
    NoRainFigure,
    SwathMoisture,
    draw_weather,
    scenario_weather,
    workable_after,
)

ONE_TOWN = Path(__file__).parents[2] / "data" / "one_town"
# Nothing quicker than a plan may count on: so that what is played can be judged by the rules of plans.
NOT_QUICKER = dict.fromkeys(("service_time", "driving_time", "baling_time"), (1.0, 1.0, 1.5))


@cache
def _one_town() -> KnownCounty:
    scenario = read_scenario(ONE_TOWN)
    return KnownCounty(scenario, ways_of(scenario))


def _known(scenario: Scenario) -> KnownCounty:
    return KnownCounty(scenario, CrowWays(scenario))


def _calm(known: KnownCounty) -> PlayedSeason:
    scenario = known.scenario
    fractions = [scenario.workable_fraction(day) for day in scenario.dates]
    forecasts = [fractions[i:] for i in range(len(fractions))]
    return play_season(known, calm_figures(), scenario_weather(scenario), forecasts, None, seed=0, run=0)


def _means(known: KnownCounty, figures: SimulationFigures, runs: int = 6) -> dict[str, float]:
    """The mean of every figure over the runs."""
    results = [asdict(play_run(known, figures, None, seed=3, run=run).result) for run in range(runs)]
    return {name: float(np.mean([r[name] for r in results])) for name in results[0] if name != "open_t"}


def test_where_all_goes_as_reckoned_only_queues_make_a_day_late() -> None:
    played = _calm(_one_town())
    found = check_plan(played.scenario, played.plan)
    assert all(v.rule == 2 and "after its shift" in v.message for v in found)
    assert played.result.lost_t < 0.01 * played.result.straw_t


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    fields=st.integers(1, 25),
    county_seed=st.integers(0, 1000),
    seed=st.integers(0, 1000),
    capacity_t=st.sampled_from([10.0, 40.0, 200.0]),
)
def test_whatever_goes_wrong_tonnes_balance_and_no_rule_of_straw_is_broken(
    fields: int, county_seed: int, seed: int, capacity_t: float
) -> None:
    """The check shares no code with what plays: rules 1, 3, 6 and 7 are those of straw, loads and sums."""
    county = small_county(fields=fields, seed=county_seed)
    yards = tuple(replace(y, capacity_t=capacity_t, opening_stock_t=0.0) for y in county.yards)
    known = _known(replace(county, yards=yards))
    played = play_run(known, replace(default_figures(), **NOT_QUICKER), None, seed=seed, run=0)
    found = check_plan(played.scenario, played.plan)
    assert [v for v in found if v.rule in (1, 3, 6, 7)] == []
    result = played.result
    assert result.hauled_t + result.lost_t <= result.straw_t + 0.02
    if not any(v.rule == 5 for v in found):
        assert result.overflow_t >= 0
    else:
        assert result.overflow_t > 0


def test_all_straw_is_hauled_lost_or_can_still_be_fetched() -> None:
    for run in range(4):
        result = play_run(_one_town(), default_figures(), None, seed=1, run=run).result
        past_the_season = result.straw_t - result.hauled_t - result.lost_t
        assert past_the_season == pytest.approx(0.0, abs=0.01 * len(_one_town().scenario.fields))


def test_nobody_bales_longer_than_the_weather_allows() -> None:
    known = _one_town()
    for run in range(6):
        played = play_run(known, default_figures(), None, seed=2, run=run)
        minutes: dict[tuple[date, str], int] = {}
        for stop in played.plan.baler_stops:
            key = (stop.day, stop.baler_id)
            minutes[key] = minutes.get(key, 0) + stop.end_min - stop.start_min
        for (day, baler_id), worked in minutes.items():
            shift = known.scenario.baler_by_id[baler_id].shift_hours * 60
            assert worked <= played.scenario.workable_fraction(day) * shift + 1


def test_more_rain_ends_no_season_earlier_and_saves_no_straw_in_the_mean() -> None:
    known = _known(small_county(fields=30, days=8, seed=5))
    dry, usual, wet = (_means(known, replace(default_figures(), rain_factor=f)) for f in (0.0, 1.0, 2.0))
    for member in ("finish_day", "lost_t", "rain_days"):
        assert dry[member] <= usual[member] <= wet[member]
    assert dry["lost_t"] < wet["lost_t"]


def test_more_rain_only_ever_adds_to_the_same_draws() -> None:
    scenario = _one_town().scenario
    for seed in range(30):
        usual, wet = (
            draw_weather(scenario, replace(default_figures(), rain_factor=f), np.random.default_rng(seed))
            for f in (1.0, 1.6)
        )
        assert (wet.rain_mm >= usual.rain_mm).all()
        assert (wet.workable <= usual.workable).all()


def test_rain_days_and_millimetres_are_those_of_the_figures() -> None:
    scenario = replace(_one_town().scenario, season_start=date(2026, 11, 1), season_end=date(2026, 11, 30))
    drawn = [draw_weather(scenario, default_figures(), np.random.default_rng(seed)) for seed in range(300)]
    assert np.mean([(w.rain_mm[-30:] > 0).sum() for w in drawn]) == pytest.approx(9.0, abs=0.5)
    assert np.mean([w.rain_mm[-30:].sum() for w in drawn]) == pytest.approx(65.0, abs=5.0)


def test_a_day_is_lost_to_rain_and_more_days_to_more_of_it() -> None:
    rain_mm = np.array([0.0, 3.0, 0, 0, 8.0, 0, 0, 20.0, 0, 0, 0, 0])
    assert workable_after(rain_mm, default_figures()).tolist() == [1, 0, 0.5, 1, 0, 0, 1, 0, 0, 0, 0.5, 1]


def test_straw_dries_in_the_sun_and_gets_wet_in_the_rain() -> None:
    scenario = lone_field(small_county(), ready_date=date(2026, 11, 2))
    weather = scenario_weather(scenario)
    dry = SwathMoisture(scenario, default_figures(), weather).on_morning(date(2026, 11, 4))[0]
    rain_mm = weather.rain_mm.copy()
    rain_mm[weather.index(date(2026, 11, 3))] = 5.0
    wet = SwathMoisture(scenario, default_figures(), replace(weather, rain_mm=rain_mm)).on_morning(date(2026, 11, 4))
    assert 0.17 < dry < 0.30
    before = SwathMoisture(scenario, default_figures(), weather).on_morning(date(2026, 11, 3))
    assert wet[0] == pytest.approx(before[0] + 0.10, abs=1e-9)


def test_breakdowns_cost_time() -> None:
    known = _known(small_county(fields=30, days=5, seed=4))
    never = replace(
        default_figures(), rain_factor=0.0, truck_hours_between_breakdowns=1e9, baler_hours_between_breakdowns=1e9
    )
    often = replace(never, truck_hours_between_breakdowns=8.0, baler_hours_between_breakdowns=8.0)
    sound, broken = _means(known, never), _means(known, often)
    assert sound["truck_breakdowns"] == 0 < broken["truck_breakdowns"]
    assert broken["lost_t"] > sound["lost_t"]


def test_straw_that_finds_no_room_is_stacked_beside_and_counted() -> None:
    county = small_county(fields=30, days=5, seed=2)
    yards = tuple(replace(y, capacity_t=12.0, opening_stock_t=0.0) for y in county.yards)
    slow = replace(default_figures(), rain_factor=0.0, truck_hours_between_breakdowns=10.0)
    results = [play_run(_known(replace(county, yards=yards)), slow, None, seed=5, run=run).result for run in range(4)]
    assert any(r.overflow_t > 0 for r in results)
    assert all(r.overflow_peak_t <= r.overflow_t + 1e-9 for r in results)


def test_the_first_day_is_the_plans() -> None:
    known = _one_town()
    plan = plan_greedy(known.scenario, known.ways)
    first = DayOrders.of_plan(plan, known.scenario.season_start)
    played = play_season(
        known,
        calm_figures(),
        scenario_weather(known.scenario),
        [[1.0] * (6 - i) for i in range(6)],
        first,
        seed=0,
        run=0,
    ).plan
    day = known.scenario.season_start
    asked = sum(h.dry_t for h in plan.hauls if h.day == day)
    assert sum(h.dry_t for h in played.hauls if h.day == day) == pytest.approx(asked, rel=0.02)


def test_one_seed_gives_one_answer_whoever_plays_it_and_what_was_played_is_kept(tmp_path: Path) -> None:
    scenario = read_scenario(ONE_TOWN)
    plan = plan_greedy(scenario, _one_town().ways)
    told: list[int] = []

    def stop_after_three(done: int) -> bool:
        told.append(done)
        return done < 3

    def simulated(workers: int, kept: str, told=lambda done: True) -> Simulation:  # type: ignore[no-untyped-def]
        return simulate(
            scenario,
            plan,
            default_figures(),
            runs=6,
            seed=9,
            crew=Crew(workers=workers),
            kept=tmp_path / kept,
            told=told,
        )

    alone = simulated(1, "alone", stop_after_three)
    assert 3 <= len(alone.results) < 6
    first = DayOrders.of_plan(plan, scenario.season_start)
    here = [play_run(_one_town(), default_figures(), first, seed=9, run=run).result for run in range(6)]
    two = simulated(2, "two")
    assert list(two.results) == here
    assert list(simulated(1, "alone").results) == here
    summary = summary_of(two)
    assert summary["finish"]["by_date"][scenario.season_end.isoformat()] <= 6
    assert summary["rule_beside_planner"]["season"]["rule_yuan"] > 0


def test_the_rule_stands_beside_the_plan_on_days_and_over_the_season() -> None:
    known = _one_town()
    plan = plan_greedy(known.scenario, known.ways)
    compared = compare(known, plan, days_to_compare(plan))
    assert compared.season is not None
    assert compared.season.planner_yuan == plan.summary["cost_yuan"]["total"]
    assert sum(c.planner.moved_t for c in compared.days) <= sum(h.dry_t for h in plan.hauls) + 1e-6
    first = compared.days[0]
    assert first.rule.moved_t > 0
    assert first.rule.trucks_yuan_per_t > 0


def test_a_month_without_rain_figures_is_told() -> None:
    scenario = replace(_one_town().scenario, season_start=date(2027, 2, 1), season_end=date(2027, 2, 3))
    with pytest.raises(NoRainFigure) as error:
        draw_weather(scenario, default_figures(), np.random.default_rng(0))
    assert error.value.months == (1, 2)


def test_own_figures_stand_in_the_place_of_ours_and_all_faults_are_told(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    entry = 'unit = "h"\nsource = "measured here"\ndate = 2026-11-24\nkind = "measured"\n'
    own.write_text(f"[truck_hours_between_breakdowns]\nvalue = 90\n{entry}")
    assert read_figures(own) == replace(default_figures(), truck_hours_between_breakdowns=90.0)
    own.write_text(
        f"[no_such]\nvalue = 1\n{entry}[truck_repair_h]\nvalue = [3, 2, 1]\n{entry}[forecast_right]\nvalue = 2\n{entry}"
        "[patience_min]\nvalue = 3\n"
    )
    with pytest.raises(FiguresUnreadable) as error:
        read_figures(own)
    assert len(error.value.faults) == 4


def test_a_run_that_comes_back_from_a_file_is_the_same() -> None:
    result = play_run(_one_town(), default_figures(), None, seed=1, run=0).result
    assert RunResult(**asdict(result)) == result
