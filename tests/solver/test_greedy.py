"""The dispatcher's rule: every plan of it passes the check, and it does what its description says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_county import FIRST, CrowWays, lone_field, small_county

from solver.greedy import plan_greedy
from solver.plan import Plan
from solver.plan_check import check_plan
from solver.roads.matrices import ways_of
from solver.scenario import OpeningHours, Scenario
from solver.scenario_files import read_scenario

ONE_TOWN = Path(__file__).parents[2] / "data" / "one_town"


def _planned(scenario: Scenario) -> Plan:
    """The plan by the rule, after it has passed the check."""
    plan = plan_greedy(scenario, CrowWays(scenario))
    assert check_plan(scenario, plan) == ()
    return plan


def _all_days_open(**changes: object) -> Scenario:
    """One field of 8.2 t that everybody reaches, ready at once, to be cleared by the fourth day."""
    return lone_field(
        small_county(),
        **{
            "area_mu": 20.0,
            "dry_straw_t": 8.2,
            "ready_date": FIRST,
            "clear_by": FIRST + timedelta(days=3),
            "max_truck_class": None,
        }
        | changes,
    )


def test_a_small_county_is_served_and_the_plan_passes_the_check() -> None:
    scenario = small_county()
    plan = _planned(scenario)
    assert plan.summary["tonnes"]["hauled"] >= 0.9 * plan.summary["tonnes"]["straw"]


def test_one_town_is_served_and_the_plan_passes_the_check() -> None:
    scenario = read_scenario(ONE_TOWN)
    plan = plan_greedy(scenario, ways_of(scenario))
    assert check_plan(scenario, plan) == ()
    assert plan.summary["tonnes"]["hauled"] >= 0.95 * plan.summary["tonnes"]["straw"]


def test_the_same_scenario_gives_the_same_plan() -> None:
    scenario = small_county(seed=3)
    first, second = _planned(scenario), _planned(scenario)
    assert (first.season, first.baler_stops, first.truck_stops) == (
        second.season,
        second.baler_stops,
        second.truck_stops,
    )


def test_progress_is_told_after_every_day() -> None:
    scenario = small_county()
    told: list[tuple[int, int]] = []
    plan_greedy(scenario, CrowWays(scenario), progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def test_straw_baled_before_the_season_is_fetched_on_the_first_day() -> None:
    plan = _planned(_all_days_open(area_mu=0.0, already_baled_t=8.2))
    assert {(row.bale_date, row.haul_date) for row in plan.season} == {(None, FIRST)}
    assert plan.baler_stops == ()


def test_trucks_fetch_behind_a_baler_that_is_still_at_work() -> None:
    plan = _planned(_all_days_open(area_mu=60.0, dry_straw_t=24.6))
    first_load = min(stop.start_min for stop in plan.truck_stops if stop.action == "load" and stop.day == FIRST)
    assert first_load < max(stop.end_min for stop in plan.baler_stops if stop.day == FIRST)


def test_a_large_field_is_baled_by_several_at_once() -> None:
    plan = _planned(_all_days_open(area_mu=140.0, dry_straw_t=57.4))
    assert len({stop.baler_id for stop in plan.baler_stops if stop.day == FIRST}) >= 2


def test_no_baler_works_on_a_day_of_rain() -> None:
    scenario = replace(_all_days_open(), workable_fraction_by_date={FIRST: 0.0})
    assert {stop.day for stop in _planned(scenario).baler_stops} == {FIRST + timedelta(days=1)}


def test_trucks_without_a_load_stay_at_home() -> None:
    scenario = _all_days_open(area_mu=0.0, dry_straw_t=0.0)
    plan = _planned(replace(scenario, plants=()))
    assert plan.truck_stops == ()


def test_one_truck_is_called_for_one_load() -> None:
    scenario = replace(_all_days_open(area_mu=0.0, dry_straw_t=2.5, already_baled_t=2.5), plants=())
    assert len([stop for stop in _planned(scenario).truck_stops if stop.action == "leave"]) == 1


def test_a_truck_leaves_home_just_in_time_for_its_first_load() -> None:
    plan = _planned(_all_days_open())
    firsts = [stop for stop in plan.truck_stops if stop.seq == 2]
    assert firsts
    assert all(stop.start_min - stop.arrive_min <= 1 for stop in firsts)


def test_remainders_of_near_fields_fill_one_truck() -> None:
    county = small_county(fields=6)
    lots = tuple(
        replace(
            f, lon=120.6, lat=30.5 + 0.001 * i, area_mu=0.0, dry_straw_t=0.7, already_baled_t=0.7, max_truck_class=None
        )
        for i, f in enumerate(county.fields)
    )
    plan = _planned(replace(county, fields=lots))
    assert max(len(haul.origin_ids) for haul in plan.hauls) >= 3


def test_straw_goes_straight_to_an_approved_plant_that_is_hardly_farther() -> None:
    scenario = replace(_all_days_open(area_mu=0.0, already_baled_t=8.2, lon=120.64, lat=30.51), direct_hauls=())
    assert "direct" not in {haul.kind for haul in _planned(scenario).hauls}
    approved = tuple(replace(a, valid_from=FIRST) for a in small_county().direct_hauls)
    assert "direct" in {haul.kind for haul in _planned(replace(scenario, direct_hauls=approved)).hauls}


def test_a_plant_that_runs_short_is_served_from_the_yards() -> None:
    scenario = _all_days_open(area_mu=0.0, dry_straw_t=0.0)
    plants = (replace(scenario.plants[0], opening_stock_t=0.0, daily_need_t=8.0),)
    plan = _planned(replace(scenario, plants=plants))
    assert plan.summary["tonnes"]["linehauled"] >= 20.0


def test_the_plant_with_the_least_straw_comes_before_the_nearest() -> None:
    scenario = _all_days_open(area_mu=0.0, dry_straw_t=0.0)
    near = replace(scenario.plants[0], opening_stock_t=400.0, daily_need_t=10.0)
    far = replace(near, plant_id="P2", name="Far mill", lon=120.75, opening_stock_t=2.0)
    plan = _planned(replace(scenario, plants=(near, far)))
    assert {haul.destination_id for haul in plan.hauls} == {"P2"}


def test_a_departure_from_the_nearest_plant_is_listed() -> None:
    scenario = _all_days_open(area_mu=0.0, dry_straw_t=0.0)
    near = replace(scenario.plants[0], town_id="T1", opening_stock_t=400.0, daily_need_t=10.0)
    far = replace(near, plant_id="P2", town_id="T2", lon=120.75, opening_stock_t=2.0)
    town = replace(scenario.towns[0], town_id="T2", name="Lower Mill")
    plan = _planned(replace(scenario, towns=(*scenario.towns, town), plants=(near, far)))
    deviations = plan.summary["allocation_deviations"]
    assert {(d["rule"], d["destination_id"], d["preferred_id"]) for d in deviations} == {("H16", "P2", "P1")}
    assert sum(d["dry_t"] for d in deviations) == pytest.approx(plan.summary["tonnes"]["linehauled"])


def test_a_yard_serves_nobody_before_it_opens() -> None:
    scenario = small_county()
    opens_on = FIRST + timedelta(days=2)
    yards = (replace(scenario.yards[0], opens_on=opens_on), *scenario.yards[1:])
    plan = _planned(replace(scenario, yards=yards))
    days = {haul.day for haul in plan.hauls if haul.destination_id == "Y1" or "Y1" in haul.origin_ids}
    assert days
    assert min(days) >= opens_on


def test_a_shift_over_midnight_keeps_to_the_rules() -> None:
    scenario = small_county()
    night = OpeningHours(open_min=0, close_min=1440)
    scenario = replace(
        scenario,
        yards=tuple(replace(y, hours=night) for y in scenario.yards),
        plants=tuple(replace(p, hours=night) for p in scenario.plants),
        trucks=tuple(replace(t, shift_start_min=18 * 60) for t in scenario.trucks),
    )
    plan = _planned(scenario)
    assert max(stop.end_min for stop in plan.truck_stops) > 1440


def test_a_field_that_no_truck_may_enter_says_so() -> None:
    scenario = _all_days_open(max_truck_class="small")
    scenario = replace(scenario, trucks=tuple(t for t in scenario.trucks if t.truck_class != "small"))
    (row,) = _planned(scenario).unserved
    assert row.reason == "no truck that it admits has a way to it"


def test_a_field_without_baler_hours_says_so() -> None:
    (row,) = _planned(replace(_all_days_open(), balers=())).unserved
    assert "no baler hours" in row.reason


def test_a_field_whose_straw_finds_no_room_says_so() -> None:
    scenario = _all_days_open()
    yards = tuple(replace(y, opening_stock_t=y.capacity_t) for y in scenario.yards)
    (row,) = _planned(replace(scenario, yards=yards, plants=())).unserved
    assert "had room" in row.reason


def test_a_field_for_which_the_trucks_have_no_hours_says_so() -> None:
    scenario = _all_days_open()
    trucks = tuple(replace(t, shift_hours=0.5) for t in scenario.trucks)
    (row,) = _planned(replace(scenario, trucks=trucks)).unserved
    assert "had hours left" in row.reason


def test_a_county_of_nothing_has_an_empty_plan() -> None:
    plan = _planned(replace(small_county(), fields=(), plants=(), trucks=(), balers=()))
    assert plan.hauls == ()


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_the_plan_of_any_small_county_passes_the_check(data: st.DataObject) -> None:
    scenario = small_county(
        fields=data.draw(st.integers(1, 30)), days=data.draw(st.integers(1, 6)), seed=data.draw(st.integers(0, 10_000))
    )
    draw = data.draw
    opens, lasts = draw(st.integers(0, 18 * 60)), draw(st.integers(60, 24 * 60))
    hours = OpeningHours(open_min=opens, close_min=opens + lasts)
    scenario = replace(
        scenario,
        road_speed_km_h=draw(st.floats(5.0, 60.0)),
        load_minutes_per_t=draw(st.floats(0.0, 12.0)),
        unload_minutes_per_t=draw(st.floats(0.0, 8.0)),
        weigh_minutes=draw(st.floats(0.0, 10.0)),
        bale_dry_t=draw(st.floats(0.05, 0.3)),
        fields=tuple(
            replace(f, already_baled_t=draw(st.sampled_from([0.0, 0.0, f.dry_straw_t / 3]))) for f in scenario.fields
        ),
        yards=tuple(
            replace(
                y,
                capacity_t=draw(st.floats(20.0, 150.0)),
                bays=draw(st.integers(1, 3)),
                hours=draw(st.sampled_from([y.hours, hours])),
                opens_on=draw(st.sampled_from([None, FIRST + timedelta(days=1)])),
            )
            for y in scenario.yards
        ),
        plants=tuple(
            replace(
                p,
                storage_t=draw(st.floats(40.0, 200.0)),
                daily_max_t=draw(st.floats(0.0, 60.0)),
                hours=draw(st.sampled_from([p.hours, hours])),
            )
            for p in scenario.plants
        ),
        balers=tuple(
            replace(b, rate_mu_per_h=draw(st.floats(2.0, 20.0)), shift_hours=draw(st.floats(0.0, 12.0)))
            for b in scenario.balers
        ),
        trucks=tuple(
            replace(
                t,
                shift_start_min=draw(st.integers(0, 20 * 60)),
                shift_hours=draw(st.sampled_from([0.0, 4.5, 10.0, 20.0])),
            )
            for t in scenario.trucks
        ),
        workable_fraction_by_date={day: draw(st.sampled_from([0.0, 0.37, 1.0])) for day in scenario.dates},
        hours_by_place_and_date=draw(
            st.sampled_from([{}, {("Y1", FIRST): None}, {("P1", FIRST): OpeningHours(600, 660)}])
        ),
    )
    _planned(scenario)
