"""A season from the programme to the checked plan: stopping, the same again, and why fields keep their straw."""

from __future__ import annotations

import multiprocessing
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from small_county import FIRST, CrowWays, small_county

from solver.plan import Plan, SeasonRow
from solver.planner import Cancelled, Progress, plan_season
from solver.scenario import Scenario
from solver.season import bound_beside
from solver.season.bound_beside import BoundBeside
from solver.season.geometry import season_geometry
from solver.season.programme import Programme
from solver.unserved_reasons import UnservedReasons

SECOND, THIRD = (FIRST + timedelta(days=i) for i in (1, 2))
NO_ROOM = ("no room", "there were room")


def planned(county: Scenario, **choices: object) -> Plan:
    return plan_season(county, CrowWays(county), seconds_per_day=0.3, **choices).plan  # type: ignore[arg-type]


def an_hour_long(*_: object) -> float:
    time.sleep(3600)
    return 0.0


# --- stopping --------------------------------------------------------------------------------------------------------


def test_who_stops_while_the_bound_is_computed_keeps_the_plan_and_leaves_no_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bound_beside, "season_bound_yuan", an_hour_long)
    county = small_county(fields=6, days=2)
    checks = []

    def told(step: Progress) -> bool:
        checks.append(step.stage)
        return checks.count("check") < 3

    started = time.monotonic()
    plan = planned(county, workers=2, told=told)
    assert time.monotonic() - started < 60
    assert "to" not in plan.summary
    assert "lower_bound_yuan" not in plan.summary
    assert multiprocessing.active_children() == []


def test_who_stops_on_a_day_keeps_the_days_until_then_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bound_beside, "season_bound_yuan", an_hour_long)
    county = small_county(fields=6, days=4)
    plan = planned(county, workers=2, told=lambda step: step.day is None or step.day < SECOND)
    assert plan.summary["to"] == FIRST.isoformat()
    assert multiprocessing.active_children() == []


def test_who_stops_before_the_first_day_gets_nothing_and_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bound_beside, "season_bound_yuan", an_hour_long)
    with pytest.raises(Cancelled):
        planned(small_county(fields=6, days=2), workers=2, told=lambda step: step.stage != "day")
    assert multiprocessing.active_children() == []


def test_a_fault_of_the_bounds_process_is_raised_in_the_planner(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> float:
        raise ArithmeticError("no bound")

    monkeypatch.setattr(bound_beside, "season_bound_yuan", fails)
    county = small_county(fields=2, days=1)
    ways = CrowWays(county)
    with (
        BoundBeside(county, season_geometry(county, ways), ways) as bound,
        pytest.raises(ArithmeticError, match="no bound"),
    ):
        bound.bound_yuan(lambda: True)


def test_the_bound_comes_from_its_process_whatever_the_workers() -> None:
    county = small_county(fields=6, days=2)
    one, two = (planned(county, workers=workers).summary["lower_bound_yuan"] for workers in (1, 2))
    assert one == pytest.approx(two)
    assert one > 0


def test_the_parts_of_the_distance_to_the_bound_add_up() -> None:
    summary = planned(small_county(fields=12, days=4)).summary
    distance = summary["distance_to_bound"]
    above = summary["cost_yuan"]["total"] - summary["lower_bound_yuan"]
    assert sum(distance["parts_yuan"].values()) == pytest.approx(above, abs=0.5)
    assert distance["parts_yuan"]["rounding"] > 0
    assert distance["gap_without_field_work_percent"] > summary["gap_percent"]


# --- why fields keep their straw -------------------------------------------------------------------------------------


def test_every_tonne_of_a_season_is_hauled_or_explained() -> None:
    county = replace(small_county(fields=24, days=4), balers=small_county().balers[:1])
    plan = planned(county)
    tonnes = plan.summary["tonnes"]
    explained_t = sum(row.dry_t for row in plan.unserved)
    assert explained_t > 1.0
    assert tonnes["hauled"] + explained_t == pytest.approx(tonnes["straw"], abs=0.01 * len(county.fields))
    assert all(row.reason and row.would_be_served_if for row in plan.unserved)


def test_a_field_keeps_what_was_said_of_it_before_its_deadline() -> None:
    county = small_county(fields=1, days=5)
    county = replace(county, fields=(replace(county.fields[0], ready_date=FIRST, clear_by=SECOND),))
    (farm_field,) = county.fields
    reasons = UnservedReasons(county)
    reasons.hear(_programme(blocked=NO_ROOM), SECOND)
    reasons.hear(_programme(blocked=("its window ended on the second", "it could be cleared later")), THIRD)
    assert reasons.by_field[farm_field.field_id] == NO_ROOM


def test_a_field_that_the_programme_found_a_day_for_again_is_not_blamed_on_the_old_reason() -> None:
    county = small_county(fields=1, days=5)
    county = replace(county, fields=(replace(county.fields[0], clear_by=SECOND),))
    reasons = UnservedReasons(county)
    reasons.hear(_programme(blocked=NO_ROOM), FIRST)
    reasons.hear(_programme(SeasonRow("F000", FIRST, SECOND, "Y1", 1.0)), SECOND)
    reason, remedy = reasons.by_field["F000"]
    assert reason == f"the programme had it fetched on {SECOND}, but that day's trucks did not get through"
    assert "trucks" in remedy
    reasons.hear(_programme(SeasonRow("F000", SECOND, THIRD, "Y1", 1.0)), FIRST)
    assert reasons.by_field == {}


def _programme(*rows: SeasonRow, blocked: tuple[str, str] | None = None) -> Programme:
    return Programme(rows, (), 0.0, {}, {"F000": blocked} if blocked else {})


# --- a fleet with holes ----------------------------------------------------------------------------------------------


def test_trucks_without_hours_are_no_fleet() -> None:
    county = small_county(fields=6, days=2)
    idle = tuple(replace(t, shift_hours=0.0) if t.truck_class == "small" else t for t in county.trucks)
    county = replace(county, trucks=idle)
    assert season_geometry(county, CrowWays(county)).classes == ("large", "semi")
    only_small = replace(county, fields=tuple(replace(f, max_truck_class="small") for f in county.fields))
    plan = planned(only_small)
    assert plan.summary["tonnes"]["hauled"] == 0
    assert {row.reason for row in plan.unserved} == {"no truck of the fleet is small enough: it admits small at most"}
