"""Why straw goes where it does, and which limits keep it in its field: each proven by relaxing it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from small_county import FIRST, small_county

from solver.explain import Explanation, explain
from solver.greedy import plan_greedy
from solver.plan import Plan
from solver.planner import plan_season
from solver.roads.matrices import ways_of
from solver.scenario import Scenario

LAST = FIRST + timedelta(days=1)


def one_field(**changes: object) -> Scenario:
    """One field of 8 t, to be baled and cleared on two dry days."""
    county = small_county(fields=1, days=3)
    values: dict[str, object] = {
        "area_mu": 20.0, "dry_straw_t": 8.0, "ready_date": FIRST, "clear_by": LAST, "max_truck_class": None,
    }  # fmt: skip
    fields = (replace(county.fields[0], **(values | changes)),)  # type: ignore[arg-type]
    return replace(county, fields=fields, workable_fraction_by_date={}, direct_hauls=())


def explained(county: Scenario, plan: Plan | None = None) -> Explanation:
    plan = plan or plan_season(county, ways_of(county), seconds_per_day=0.1).plan
    return explain(county, ways_of(county), plan, county.fields[0].field_id)


def proven(answer: Explanation) -> set[tuple[str, ...]]:
    return {remedy.limits for remedy in answer.remedies if remedy.proven}


def test_a_field_that_is_served_names_its_machines_and_what_else_would_cost() -> None:
    answer = explained(one_field())
    assert answer.left_t == pytest.approx(0.0, abs=0.01)
    assert answer.baled
    assert answer.fetched
    assert {a.destination_id for a in answer.alternatives if a.kind == "destination"} == {
        {"Y1": "Y2", "Y2": "Y1"}[answer.fetched[0].haul.destination_id]
    }
    assert answer.remedies == ()


def test_without_balers_only_a_baler_helps() -> None:
    answer = explained(replace(one_field(), balers=()))
    assert proven(answer) == {("balers",)}
    assert answer.cheapest is not None
    assert answer.cheapest.limits == ("balers",)


def test_rain_in_the_whole_window_is_healed_by_dry_days_or_a_later_deadline() -> None:
    rain = dict.fromkeys((FIRST, LAST), 0.0)
    answer = explained(replace(one_field(), workable_fraction_by_date=rain))
    assert ("weather",) in proven(answer)
    assert any(limits[0].startswith("deadline") for limits in proven(answer))
    assert ("balers",) not in proven(answer)


def test_a_field_that_no_truck_can_reach_needs_a_smaller_truck_or_a_road() -> None:
    county = one_field(max_truck_class="small")
    county = replace(county, trucks=tuple(t for t in county.trucks if t.truck_class != "small"))
    assert proven(explained(county)) == {("trucks small",), ("roads",)}


def test_full_yards_are_healed_by_room() -> None:
    county = one_field()
    yards = tuple(replace(y, capacity_t=1.0, opening_stock_t=1.0) for y in county.yards)
    plants = tuple(replace(p, bays=1, daily_max_t=0.0) for p in county.plants)
    answer = explained(replace(county, yards=yards, plants=plants))
    assert proven(answer) == {("yard room",)}


def test_two_limits_at_once_are_found_together() -> None:
    county = replace(one_field(), balers=(), trucks=())
    answer = explained(county)
    assert {"balers"} < {limit for limits in proven(answer) for limit in limits}
    assert all(len(limits) == 2 for limits in proven(answer))


def test_straw_that_the_plan_left_without_need_is_found_to_be_free() -> None:
    county = one_field()
    nothing = plan_greedy(replace(county, balers=()), ways_of(county))
    answer = explained(county, nothing)
    assert proven(answer) == {()}
    assert answer.cheapest is not None
    assert 0 < answer.cheapest.yuan < answer.value_yuan


def test_straw_that_is_not_worth_its_way_is_said_to_be_cheaper_left() -> None:
    county = replace(one_field(), value_yuan_per_t=5.0)
    answer = explained(county, plan_greedy(replace(county, balers=()), ways_of(county)))
    as_it_is = answer.remedies[0]
    assert as_it_is.possible
    assert as_it_is.yuan > answer.value_yuan
    assert proven(answer) == set()
    assert answer.cheapest is None
