"""The season's lower bound against plans of small counties."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from solver.greedy import plan_greedy
from solver.roads.matrices import ways_of
from solver.scenario import Scenario
from solver.scenario_files import read_scenario
from solver.season.bound import season_bound_yuan
from solver.season.geometry import season_geometry
from solver.season.least_baling import least_baling
from solver.season.least_ways import least_ways
from solver.season.periods import periods_of
from solver.season.programme import season_programme
from solver.season.state import SeasonState
from tests.solver.small_county import lone_field, small_county

ONE_TOWN = Path(__file__).parents[3] / "data" / "one_town"


def bound_of(scenario: Scenario) -> float:
    ways = ways_of(scenario)
    return season_bound_yuan(scenario, season_geometry(scenario, ways), ways)


def greedy_yuan(scenario: Scenario) -> float:
    return float(plan_greedy(scenario, ways_of(scenario)).summary["cost_yuan"]["total"])


def with_night_shifts(scenario: Scenario) -> Scenario:
    hours = replace(scenario.plants[0].hours, open_min=0, close_min=1440)
    return replace(
        scenario,
        trucks=tuple(replace(t, shift_start_min=18 * 60) for t in scenario.trucks),
        yards=tuple(replace(y, hours=hours) for y in scenario.yards),
        plants=tuple(replace(p, hours=hours) for p in scenario.plants),
    )


def left_and_short_yuan(scenario: Scenario) -> float:
    days = len(scenario.dates)
    left_t = sum(f.dry_straw_t for f in scenario.fields)
    short_t = sum(max(p.daily_need_t * days - p.opening_stock_t, 0.0) for p in scenario.plants)
    return left_t * scenario.value_yuan_per_t + short_t * scenario.shortage_yuan_per_t


@pytest.mark.parametrize("seed", range(6))
def test_no_greedy_plan_costs_less_than_the_bound(seed: int) -> None:
    scenario = small_county(fields=8 + 4 * seed, days=3 + seed, seed=seed)
    assert 0 < bound_of(scenario) <= greedy_yuan(scenario)


def test_no_greedy_plan_with_night_shifts_costs_less_than_the_bound() -> None:
    scenario = with_night_shifts(small_county(seed=3))
    assert 0 < bound_of(scenario) <= greedy_yuan(scenario)


def test_the_bound_of_the_small_town_is_near_its_programme() -> None:
    town = read_scenario(ONE_TOWN)
    ways = ways_of(town)
    geometry = season_geometry(town, ways)
    programme = season_programme(town, geometry, SeasonState(town), town.season_start)
    bound = season_bound_yuan(town, geometry, ways)
    assert 0.85 * programme.cost_yuan < bound <= greedy_yuan(town)


def test_one_field_with_one_load_is_bounded_by_its_own_costs() -> None:
    county = small_county()
    scenario = lone_field(county, area_mu=5.0, dry_straw_t=2.0, max_truck_class="large", ready_date=county.season_start)
    scenario = replace(scenario, shortage_yuan_per_t=0.0, direct_hauls=())
    baling = 5.0 / 10.0 * 300.0
    service = 2.0 * 10.0 / 60.0 * 80.0  # ten minutes a tonne in a large truck
    bound = bound_of(scenario)
    assert baling + service < bound <= greedy_yuan(scenario)


def test_straw_dearer_to_fetch_than_it_is_worth_is_bounded_by_its_value() -> None:
    scenario = replace(small_county(), value_yuan_per_t=2.0, shortage_yuan_per_t=0.0)
    assert bound_of(scenario) == pytest.approx(2.0 * sum(f.dry_straw_t for f in scenario.fields))


@pytest.mark.parametrize("missing", ["plants", "balers", "trucks", "fields", "dry days"])
def test_the_bound_stands_whatever_is_missing(missing: str) -> None:
    county = small_county()
    changes: dict[str, dict[str, object]] = {
        "plants": {"plants": (), "direct_hauls": ()},
        "balers": {"balers": ()},
        "trucks": {"trucks": ()},
        "fields": {"fields": ()},
        "dry days": {"workable_fraction_by_date": dict.fromkeys(county.dates, 0.0)},
    }
    scenario = replace(county, **changes[missing])  # type: ignore[arg-type]
    bound = bound_of(scenario)
    assert bound >= 0
    if missing == "trucks":
        assert bound == pytest.approx(left_and_short_yuan(scenario))
    if missing in {"balers", "dry days"}:
        left = sum(f.dry_straw_t for f in scenario.fields) * scenario.value_yuan_per_t
        assert left <= bound + 1e-6 <= left_and_short_yuan(scenario) + 1e-3


def test_a_plan_that_leaves_everything_costs_no_less_than_the_bound() -> None:
    for seed in range(3):
        scenario = small_county(seed=seed)
        assert bound_of(scenario) <= left_and_short_yuan(scenario)


def test_fewer_trucks_never_lower_the_bound() -> None:
    scenario = small_county(fields=40)
    fewer = replace(scenario, trucks=scenario.trucks[:2])
    assert bound_of(fewer) >= bound_of(scenario) - 1.0


def test_least_ways_cost_no_more_than_the_quickest_and_obey_the_triangle_inequality() -> None:
    town = read_scenario(ONE_TOWN)
    ways = ways_of(town)
    geometry = season_geometry(town, ways)
    least = least_ways(town, geometry, ways)
    for index, name in enumerate(geometry.classes):
        per_km = min(t.yuan_per_km for t in town.trucks if t.truck_class == name)
        table = ways.table(geometry.hub_ids, geometry.field_ids, name)
        quickest = table.km * per_km + table.hours * least.yuan_per_h[index]
        assert np.all(least.yuan_to_field[index] <= quickest + 1e-9)
        by_hub = least.yuan_hub[index][:, :, None] + least.yuan_to_field[index][None]
        assert np.all(least.yuan_to_field[index][:, None] <= by_hub + 1e-3 + 2e-4 * by_hub)


@pytest.mark.parametrize("with_roads", [True, False])
def test_balers_of_a_plan_pay_at_least_the_least_for_every_mu(with_roads: bool) -> None:
    town = read_scenario(ONE_TOWN)
    town = town if with_roads else replace(town, roads=None)
    ways = ways_of(town)
    plan = plan_greedy(town, ways)
    least = least_baling(town, ways, periods_of(len(town.dates), near_days=None))
    field = {f.field_id: i for i, f in enumerate(town.fields)}
    yuan_per_mu = least.yuan_per_mu.min(axis=0)
    at_least = sum(s.area_mu * yuan_per_mu[field[s.field_id], town.dates.index(s.day)] for s in plan.baler_stops)
    work = sum(s.area_mu * 55.0 for s in plan.baler_stops)  # 550 yuan an hour at 10 mu
    paid = plan.summary["cost_yuan"]["baler_hour"] + plan.summary["cost_yuan"]["baler_km"]
    assert work < at_least <= paid


def test_a_half_dry_day_makes_the_way_to_a_field_twice_as_dear() -> None:
    county = small_county(days=2)
    least = least_baling(county, ways_of(county), periods_of(2, near_days=None))
    work = 300.0 / 10.0
    whole, half = (least.yuan_per_mu[0, 0] - work)[:2]
    way_h = whole * 10.0 / (300.0 + 4.0 * 15.0)  # of the way for each hour of work
    assert half == pytest.approx(whole * (7.0 - 7.0 * way_h / (1.0 + way_h)) / 3.5)


def test_a_season_in_two_day_bundles_is_bounded_too() -> None:
    scenario = small_county(fields=12, days=64, seed=5)
    later = replace(scenario, season_end=scenario.season_end + timedelta(days=1))
    assert bound_of(later) <= greedy_yuan(later)
