"""A season in which something is impossible is planned as far as it goes: no exception, and a reason for the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from small_county import FIRST, small_county

from solver.greedy import plan_greedy
from solver.plan_check import check_plan
from solver.planner import plan_season
from solver.roads.matrices import ways_of
from solver.roads.ways import WayTable
from solver.scenario import Outage, Scenario

DAYS = [FIRST, FIRST + timedelta(days=1)]


def _closed(scenario: Scenario, *place_ids: str) -> Scenario:
    return replace(scenario, hours_by_place_and_date={(p, day): None for p in place_ids for day in DAYS})


def _small_trucks_gone(scenario: Scenario) -> Scenario:
    fields = tuple(replace(f, max_truck_class="small") for f in scenario.fields)
    return replace(scenario, fields=fields, trucks=tuple(t for t in scenario.trucks if t.truck_class != "small"))


CASES: dict[str, Callable[[Scenario], Scenario]] = {
    "no truck is small enough": _small_trucks_gone,
    "there is no truck": lambda s: replace(s, trucks=()),
    "no truck has hours": lambda s: replace(s, trucks=tuple(replace(t, shift_hours=0.0) for t in s.trucks)),
    "the yards are closed": lambda s: _closed(s, "Y1", "Y2"),
    "everything is closed": lambda s: _closed(s, "Y1", "Y2", "P1"),
    "everything is out": lambda s: replace(
        s, outages=tuple(Outage("place", p, day, 0, 1440) for p in ("Y1", "Y2", "P1") for day in DAYS)
    ),
    "no yard has room": lambda s: replace(
        s, yards=tuple(replace(y, capacity_t=0.0, opening_stock_t=0.0) for y in s.yards)
    ),
    "the plant is full": lambda s: replace(
        s, plants=tuple(replace(p, opening_stock_t=p.storage_t, daily_need_t=0.0) for p in s.plants)
    ),
    "the plant takes nothing in": lambda s: replace(s, plants=tuple(replace(p, daily_max_t=0.0) for p in s.plants)),
    "there is no baler": lambda s: replace(s, balers=()),
    "all balers are out": lambda s: replace(
        s, outages=tuple(Outage("baler", b.baler_id, day, 0, 1440) for b in s.balers for day in DAYS)
    ),
    "it rains every day": lambda s: replace(s, workable_fraction_by_date=dict.fromkeys(DAYS, 0.0)),
    "there is no field": lambda s: replace(s, fields=()),
    "there is no plant": lambda s: replace(s, plants=(), direct_hauls=()),
}


class NoWays:
    """No truck and no baler gets from one place to another."""

    def __init__(self, scenario: Scenario) -> None:
        self.ways = ways_of(scenario)

    def table(self, origins: list[str], destinations: list[str], truck_class: str | None) -> WayTable:
        table = self.ways.table(origins, destinations, truck_class)
        apart = [[float("inf") if a != b else 0.0 for b in destinations] for a in origins]
        return WayTable(km=table.km + apart, hours=table.hours + apart)


@pytest.mark.parametrize("case", sorted(CASES))
def test_what_can_be_done_is_planned_and_the_rest_has_reasons(case: str) -> None:
    scenario = CASES[case](small_county(fields=6, days=2))
    plan = plan_season(scenario, ways_of(scenario), seconds_per_day=0.1).plan
    assert check_plan(scenario, plan) == ()
    assert all(row.reason and row.would_be_served_if for row in plan.unserved)
    assert plan.hauls or plan.unserved or not scenario.fields


@pytest.mark.parametrize("case", ["there is no truck", "there is no baler", "no yard has room", "everything is closed"])
def test_the_dispatchers_rule_does_what_can_be_done_too(case: str) -> None:
    scenario = CASES[case](small_county(fields=6, days=2))
    assert check_plan(scenario, plan_greedy(scenario, ways_of(scenario))) == ()


def test_without_ways_nothing_moves_and_everything_has_a_reason() -> None:
    scenario = small_county(fields=6, days=2)
    plan = plan_season(scenario, NoWays(scenario), seconds_per_day=0.1).plan  # type: ignore[arg-type]
    assert not plan.hauls
    assert len(plan.unserved) == 6


def test_straw_that_full_yards_keep_in_the_fields_is_said_to_lack_room() -> None:
    scenario = CASES["no yard has room"](small_county(fields=6, days=2))
    plan = plan_season(scenario, ways_of(scenario), seconds_per_day=0.1).plan
    assert any("the room of Y1" in row.reason for row in plan.unserved)
