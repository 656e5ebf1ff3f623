"""The season's programme for the small town, whole and with parts of it missing."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from solver.roads.matrices import ways_of
from solver.scenario import Scenario
from solver.scenario_files import read_scenario
from solver.season.geometry import season_geometry
from solver.season.model import SeasonChoices
from solver.season.periods import periods_of
from solver.season.programme import NEAR_DAYS, Programme, season_programme
from solver.season.state import SeasonState

ONE_TOWN = Path(__file__).parents[3] / "data" / "one_town"


@pytest.fixture(scope="module")
def town() -> Scenario:
    return read_scenario(ONE_TOWN)


@pytest.fixture(scope="module")
def without_roads(town: Scenario) -> Scenario:
    """The town by great circles: ways are found at once, so a test may change what it likes."""
    return replace(town, roads=None)


def programme_of(scenario: Scenario, **keywords: object) -> Programme:
    geometry = season_geometry(scenario, ways_of(scenario))
    return season_programme(scenario, geometry, SeasonState(scenario), scenario.season_start, **keywords)  # type: ignore[arg-type]


def straw_t(scenario: Scenario) -> float:
    return sum(f.dry_straw_t for f in scenario.fields)


def test_the_small_town_is_served_whole(town: Scenario) -> None:
    programme = programme_of(town)
    assert sum(r.dry_t for r in programme.rows) == pytest.approx(straw_t(town))
    assert not programme.blocked_by


def test_a_field_is_baled_on_dry_days_of_its_window_and_cleared_by_its_deadline(town: Scenario) -> None:
    for row in programme_of(town).rows:
        farm_field = town.field_by_id[row.field_id]
        assert row.haul_date <= min(farm_field.clear_by, town.season_end)
        if row.bale_date is None:
            assert farm_field.already_baled_t > 0
            continue
        assert farm_field.ready_date <= row.bale_date <= row.haul_date
        assert town.workable_fraction(row.bale_date) > 0


def test_most_fields_go_as_a_whole_to_one_place_on_one_day(town: Scenario) -> None:
    rows_of_field = Counter(row.field_id for row in programme_of(town).rows)
    assert sum(count > 1 for count in rows_of_field.values()) < 0.15 * len(rows_of_field)


def test_yards_stay_within_their_room_by_the_rows(town: Scenario) -> None:
    programme = programme_of(town)
    moved: dict[tuple[str, object], float] = defaultdict(float)
    for row in programme.rows:
        moved[row.destination_id, row.haul_date] += row.dry_t
    for line in programme.linehauls:
        moved[line.yard_id, line.day] -= line.dry_t
    for yard in town.yards:
        closing = yard.opening_stock_t + np.cumsum([moved[yard.yard_id, d] for d in town.dates])
        assert closing.min() > -0.01
        assert closing.max() <= yard.capacity_t


def test_no_load_leaves_a_yard_before_its_straw_is_there(without_roads: Scenario) -> None:
    """Whole fields come on other days than the program's tonnes: empty yards show it."""
    yards = tuple(replace(y, opening_stock_t=0.0) for y in without_roads.yards)
    plants = tuple(replace(p, opening_stock_t=0.0) for p in without_roads.plants)
    empty = replace(without_roads, yards=yards, plants=plants)
    programme = programme_of(empty)
    moved: dict[tuple[str, object], float] = defaultdict(float)
    for row in programme.rows:
        moved[row.destination_id, row.haul_date] += row.dry_t
    for line in programme.linehauls:
        moved[line.yard_id, line.day] -= line.dry_t
    for yard in yards:
        assert np.cumsum([moved[yard.yard_id, d] for d in empty.dates]).min() > -1e-6


def test_linehauls_are_full_loads(town: Scenario) -> None:
    geometry = season_geometry(town, ways_of(town))
    for line in programme_of(town).linehauls:
        assert any(line.dry_t / load == pytest.approx(round(line.dry_t / load)) for load in geometry.load_t)


def test_the_programme_is_the_same_twice(without_roads: Scenario) -> None:
    first, second = programme_of(without_roads), programme_of(without_roads)
    assert first.rows == second.rows
    assert first.linehauls == second.linehauls


def test_bundling_far_days_changes_the_cost_little(town: Scenario) -> None:
    exact, bundled = programme_of(town), programme_of(town, near_days=3)
    assert sum(r.dry_t for r in bundled.rows) == pytest.approx(straw_t(town))
    assert bundled.cost_yuan == pytest.approx(exact.cost_yuan, rel=0.05)


def test_a_programme_can_start_in_the_middle_of_the_season(without_roads: Scenario) -> None:
    state = SeasonState(without_roads)
    morning = without_roads.season_start + timedelta(days=2)
    farm_field = without_roads.fields[0]
    state.bale(farm_field.field_id, without_roads.season_start, farm_field.area_mu)
    geometry = season_geometry(without_roads, ways_of(without_roads))
    programme = season_programme(without_roads, geometry, state, morning, near_days=NEAR_DAYS)
    assert all(row.haul_date >= morning for row in programme.rows)
    lying = [row for row in programme.rows if row.field_id == farm_field.field_id]
    assert all(row.bale_date is None for row in lying)
    assert (
        sum(row.dry_t for row in lying) + 0.01 >= farm_field.dry_straw_t or farm_field.field_id in programme.blocked_by
    )


@pytest.mark.parametrize("missing", ["plants", "balers", "trucks", "fields", "weather", "direct_hauls", "large trucks"])
def test_whatever_is_missing_is_told_and_never_raises(without_roads: Scenario, missing: str) -> None:
    changes: dict[str, dict[str, object]] = {
        "plants": {"plants": (), "direct_hauls": ()},
        "balers": {"balers": ()},
        "trucks": {"trucks": ()},
        "fields": {"fields": ()},
        "weather": {"workable_fraction_by_date": dict.fromkeys(without_roads.dates, 0.0)},
        "direct_hauls": {"direct_hauls": ()},
        "large trucks": {"trucks": tuple(t for t in without_roads.trucks if t.truck_class == "c30")},
    }
    scenario = replace(without_roads, **changes[missing])  # type: ignore[arg-type]
    for near_days in (None, 2):
        programme = programme_of(scenario, near_days=near_days)
        hauled: dict[str, float] = defaultdict(float)
        for row in programme.rows:
            hauled[row.field_id] += row.dry_t
        left = {f.field_id for f in scenario.fields if f.dry_straw_t - hauled[f.field_id] > 0.01}
        assert left == set(programme.blocked_by)
        assert all(reason and remedy for reason, remedy in programme.blocked_by.values())


def test_without_dry_days_the_reason_is_the_weather(without_roads: Scenario) -> None:
    wet = replace(without_roads, workable_fraction_by_date=dict.fromkeys(without_roads.dates, 0.0))
    reasons = [reason for reason, _ in programme_of(wet).blocked_by.values()]
    assert reasons
    assert all("no dry day" in reason for reason in reasons)


def test_a_field_for_small_trucks_is_left_when_the_fleet_has_none(without_roads: Scenario) -> None:
    smallest = min(without_roads.truck_classes, key=lambda c: c.rank).truck_class
    trucks = tuple(t for t in without_roads.trucks if t.truck_class != smallest)
    scenario = replace(without_roads, trucks=trucks)
    narrow = {f.field_id for f in scenario.fields if f.max_truck_class == smallest}
    blocked = programme_of(scenario).blocked_by
    assert narrow
    assert all("small enough" in blocked[field_id][0] for field_id in narrow)


def test_closed_yards_leave_straw_with_the_reason(without_roads: Scenario) -> None:
    after = without_roads.season_end + timedelta(days=1)
    yards = tuple(replace(y, opens_on=after) for y in without_roads.yards)
    programme = programme_of(replace(without_roads, yards=yards, direct_hauls=()))
    assert not programme.rows
    assert {reason for reason, _ in programme.blocked_by.values()} == {
        "no yard or approved plant near it is open in its window"
    }


def test_straw_worth_nothing_is_left_because_that_is_cheaper(without_roads: Scenario) -> None:
    programme = programme_of(replace(without_roads, value_yuan_per_t=1.0, shortage_yuan_per_t=0.0))
    assert not programme.rows
    assert all("leaving it is cheaper" in reason for reason, _ in programme.blocked_by.values())


def test_too_few_balers_are_named_as_the_limit(without_roads: Scenario) -> None:
    scenario = replace(without_roads, balers=tuple(replace(b, shift_hours=0.5) for b in without_roads.balers))
    blocked = programme_of(scenario).blocked_by
    assert blocked
    assert Counter("balers" in reason for reason, _ in blocked.values())[True] > 0.8 * len(blocked)


def test_a_limit_relaxed_never_makes_the_season_dearer(town: Scenario) -> None:
    base = programme_of(town)
    for limit in base.binding:
        relaxed = programme_of(town, choices=SeasonChoices(relaxed=((limit, 1.1),)))
        assert relaxed.cost_yuan <= base.cost_yuan + 50.0  # the preferences may pay a little


def test_periods_cover_every_day_once() -> None:
    for near_days in (None, 0, 3, 99):
        periods = periods_of(11, near_days=near_days)
        assert periods.length.sum() == 11
        assert list(periods.sums(np.ones(11))) == list(periods.length)
        assert np.array_equal(np.repeat(np.arange(len(periods)), periods.length), periods.of_day)
