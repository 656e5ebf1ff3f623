"""Parts of a season, real plans, and questions of the format that single mutations do not ask."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from checked_plan import D1, D2, D3, checked_plan, checked_scenario

from solver.greedy import plan_greedy
from solver.plan import Plan
from solver.plan_assembly import assemble_plan
from solver.plan_check import check_plan
from solver.plan_files import read_plan, write_plan
from solver.roads.matrices import ways_of
from solver.scenario import OpeningHours, Scenario, Truck
from solver.scenario_files import read_scenario

ONE_TOWN = Path(__file__).parents[3] / "data" / "one_town"
TABLES = ("season", "baler_stops", "hauls", "truck_stops", "stock")


def test_the_check_reads_nothing_of_the_solver_but_the_scenario_and_the_plan() -> None:
    script = "import sys, solver.plan_check; print(*(name for name in sys.modules if name.startswith('solver.')))"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    others = {name for name in told.stdout.split() if not name.startswith("solver.plan_check")}
    assert others == {"solver.scenario", "solver.plan"}


def _first_two_days(scenario: Scenario, plan: Plan) -> Plan:
    return assemble_plan(
        scenario,
        ways_of(scenario),
        season=[row for row in plan.season if row.haul_date <= D2],
        baler_stops=plan.baler_stops,
        hauls=[haul for haul in plan.hauls if haul.day <= D2],
        truck_stops=[stop for stop in plan.truck_stops if stop.day <= D2],
        unserved_reasons={},
        hauling={},
        first_day=D1,
        last_day=D2,
        seed=0,
        seconds=0.0,
        lower_bound_yuan=None,
    )


def test_a_part_of_a_season_counts_only_the_fields_due_in_it() -> None:
    scenario = checked_scenario()
    part = _first_two_days(scenario, checked_plan(scenario))
    assert part.summary["to"] == str(D2)
    assert [row.field_id for row in part.unserved] == ["F5"]
    assert check_plan(scenario, part) == ()


def test_a_part_lists_no_field_that_is_due_later_and_has_no_bound_of_the_season() -> None:
    scenario = checked_scenario()
    plan = checked_plan(scenario)
    part = _first_two_days(scenario, plan)
    early = replace(part, unserved=plan.unserved)
    assert {v.rule for v in check_plan(scenario, early)} == {1}
    bounded = replace(part, summary={**part.summary, "lower_bound_yuan": 1.0, "gap_percent": 99.0})
    assert {v.rule for v in check_plan(scenario, bounded)} == {7}


def test_a_part_has_rows_of_its_days_only() -> None:
    scenario = checked_scenario()
    plan = checked_plan(scenario)
    part = _first_two_days(scenario, plan)
    for name in ("hauls", "truck_stops", "stock"):
        longer = replace(part, **{name: getattr(plan, name)})
        assert check_plan(scenario, longer), name


def test_hours_past_midnight_of_the_day_before_a_yard_opens_count_by_the_rows_date() -> None:
    # Y2 opens on D2 and is open from 20:00 to 04:00; a truck is served there at 01:00 of D2.
    scenario = checked_scenario()
    plan = checked_plan(scenario)
    night = OpeningHours(1200, 1680)
    yards = tuple(replace(y, hours=night) if y.yard_id == "Y2" else y for y in scenario.yards)
    trucks = (*scenario.trucks, Truck("N1", "large", "Y2", 0, 10.0, 0.0, 0.0, 0.0))
    nightly = replace(scenario, yards=yards, trucks=trucks)
    [line] = [haul for haul in plan.hauls if haul.haul_id == "L2"]

    def rule_4(day_shift: int, minutes: int) -> list[str]:
        day = D2 - timedelta(days=day_shift)
        stops = tuple(
            replace(
                stop,
                truck_id="N1",
                day=day,
                arrive_min=stop.arrive_min + minutes,
                start_min=stop.start_min + minutes,
                end_min=stop.end_min + minutes,
            )
            for stop in plan.truck_stops
            if stop.haul_id == "L2"
        )
        moved = replace(plan, truck_stops=stops, hauls=(replace(line, day=day),))
        return [v.message for v in check_plan(nightly, moved) if v.rule == 4]

    assert rule_4(day_shift=0, minutes=60 - 1430) == []
    assert any("serves nobody" in message for message in rule_4(day_shift=1, minutes=1440 + 60 - 1430))
    assert any("outside its hours" in message for message in rule_4(day_shift=0, minutes=600 - 1430))


def test_a_real_plan_is_clean_and_stays_so_through_its_files(tmp_path: Path) -> None:
    scenario, plan = _part_of_a_town()
    assert check_plan(scenario, plan) == ()
    write_plan(plan, tmp_path / "plan")
    assert check_plan(scenario, read_plan(tmp_path / "plan")) == ()


@pytest.mark.parametrize("table", TABLES)
def test_no_row_of_a_real_plan_can_be_dropped_or_doubled(table: str) -> None:
    scenario, plan = _part_of_a_town()
    rows = getattr(plan, table)
    assert rows
    for index in np.random.default_rng(3).permutation(len(rows))[:10].tolist():
        dropped = replace(plan, **{table: rows[:index] + rows[index + 1 :]})
        assert check_plan(scenario, dropped), f"{table} without {rows[index]}"
        doubled = replace(plan, **{table: (*rows, rows[index])})
        assert check_plan(scenario, doubled), f"{table} with {rows[index]} twice"


@pytest.mark.parametrize(
    ("table", "column"),
    [
        *(("season", "dry_t"), ("hauls", "dry_t"), ("truck_stops", "dry_t")),
        *(("stock", column) for column in ("opening_t", "in_t", "out_t", "used_t", "closing_t", "short_t")),
        *(("baler_stops", "area_mu"), ("hauls", "bales"), ("truck_stops", "start_min"), ("baler_stops", "start_min")),
    ],
)
def test_no_figure_of_a_real_plan_can_be_changed(table: str, column: str) -> None:
    scenario, plan = _part_of_a_town()
    rows = getattr(plan, table)
    # Leave and return have no service that could be short.
    chosen = [i for i, row in enumerate(rows) if getattr(row, "haul_id", "x")]
    for index in np.random.default_rng(4).permutation(chosen)[:10].tolist():
        # A later start leaves too little time, which the rules grant one minute.
        change = 2 if column in ("bales", "start_min") else 0.05
        row = replace(rows[index], **{column: getattr(rows[index], column) + change})
        changed = replace(plan, **{table: (*rows[:index], row, *rows[index + 1 :])})
        assert check_plan(scenario, changed), f"{table}: {row}"


def _part_of_a_town() -> tuple[Scenario, Plan]:
    """Every third field of the town: a plan with hauls of every kind, and a round over three fields."""
    if not _KNOWN:
        scenario = read_scenario(ONE_TOWN)
        scenario = replace(scenario, fields=scenario.fields[::3])
        _KNOWN.append((scenario, plan_greedy(scenario, ways_of(scenario))))
    return _KNOWN[0]


_KNOWN: list[tuple[Scenario, Plan]] = []


def test_a_plan_without_anything_is_judged_by_what_it_leaves() -> None:
    scenario = checked_scenario()
    rules = {v.rule for v in check_plan(scenario, Plan((), (), (), (), (), (), {}))}
    assert rules == {1, 7}
    assert D3 in scenario.dates
