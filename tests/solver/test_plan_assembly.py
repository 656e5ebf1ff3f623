"""The whole plan from its rows: stocks, unserved fields, sums."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from small_county import FIRST, CrowWays, lone_field, small_county

from solver.plan import BalerStop, Haul, Plan, SeasonRow, TruckStop
from solver.plan_assembly import assemble_plan
from solver.scenario import Scenario

SECOND = FIRST + timedelta(days=1)


def _field_of_ten_tonnes(**changes: object) -> Scenario:
    county = lone_field(
        small_county(),
        field_id="F1",
        area_mu=20.0,
        dry_straw_t=10.0,
        ready_date=FIRST,
        clear_by=SECOND,
        max_truck_class=None,
    )
    return replace(county, **changes)


def _three_loads(scenario: Scenario) -> dict[str, Sequence[object]]:
    """Six tonnes baled and hauled: two loads of F1 to Y1 on two days and one on to the plant."""
    stops = []
    for day, haul_id in ((FIRST, "H1"), (SECOND, "H2")):
        stops += [
            TruckStop(day, "K2", 1, "", "Y1", "leave", 700, 700, 700, 0.0),
            TruckStop(day, "K2", 2, haul_id, "F1", "load", 730, 730, 750, 3.0),
            TruckStop(day, "K2", 3, haul_id, "Y1", "unload", 790, 790, 805, 3.0),
            TruckStop(day, "K2", 4, "", "Y1", "return", 805, 805, 805, 0.0),
        ]
    stops += [
        TruckStop(SECOND, "K5", 3, "H3", "P1", "unload", 500, 500, 520, 4.0),
        TruckStop(SECOND, "K5", 2, "H3", "Y1", "load", 440, 440, 470, 4.0),
        TruckStop(SECOND, "K5", 1, "", "Y2", "leave", 420, 420, 420, 0.0),
        TruckStop(SECOND, "K5", 4, "", "Y2", "return", 540, 540, 540, 0.0),
    ]
    return {
        "season": [SeasonRow("F1", FIRST, FIRST, "Y1", 3.0), SeasonRow("F1", FIRST, SECOND, "Y1", 3.0)],
        "baler_stops": [BalerStop(FIRST, "B0", 1, "F1", 570, 570, 642, 12.0)],
        "hauls": [
            Haul(FIRST, "H1", "collect", ("F1",), "Y1", 3.0, 30),
            Haul(SECOND, "H2", "collect", ("F1",), "Y1", 3.0, 30),
            Haul(SECOND, "H3", "linehaul", ("Y1",), "P1", 4.0, 40),
        ],
        "truck_stops": stops,
    }


def _assembled(scenario: Scenario, **changes: object) -> Plan:
    arguments: dict[str, object] = {
        **_three_loads(scenario),
        "unserved_reasons": {},
        "hauling": {},
        "first_day": scenario.season_start,
        "last_day": scenario.season_end,
        "seed": 7,
        "seconds": 1.5,
        "lower_bound_yuan": 1000.0,
    }
    return assemble_plan(scenario, CrowWays(scenario), **(arguments | changes))  # type: ignore[arg-type]


def _km(scenario: Scenario, *places: str) -> float:
    ways = CrowWays(scenario)
    return sum(float(ways.table([a], [b], None).km[0, 0]) for a, b in itertools.pairwise(places) if a != b)


def test_stocks_carry_over_from_day_to_day_and_a_plant_uses_what_it_has() -> None:
    scenario = _field_of_ten_tonnes()
    stock = {(row.day, row.place_id): row for row in _assembled(scenario).stock}
    assert len(stock) == 5 * 3
    assert stock[FIRST, "Y1"].closing_t == pytest.approx(23.0)
    second = stock[SECOND, "Y1"]
    assert (second.opening_t, second.in_t, second.out_t, second.closing_t) == (23.0, 3.0, 4.0, 22.0)
    assert (stock[FIRST, "P1"].used_t, stock[FIRST, "P1"].closing_t) == (30.0, 10.0)
    assert (stock[SECOND, "P1"].used_t, stock[SECOND, "P1"].short_t) == (14.0, 16.0)
    assert stock[FIRST + timedelta(days=4), "P1"].short_t == 30.0


def test_a_field_that_keeps_straw_is_unserved_with_the_reason_given() -> None:
    scenario = _field_of_ten_tonnes()
    (row,) = _assembled(scenario, unserved_reasons={"F1": ("rain", "the sun shone")}).unserved
    assert (row.field_id, row.dry_t, row.reason, row.would_be_served_if) == ("F1", 4.0, "rain", "the sun shone")


def test_a_field_without_a_given_reason_gets_a_general_one() -> None:
    scenario = _field_of_ten_tonnes()
    (row,) = _assembled(scenario).unserved
    assert "not baled" in row.reason
    assert row.would_be_served_if


def test_ten_kilograms_left_are_not_unserved() -> None:
    scenario = _field_of_ten_tonnes()
    scenario = lone_field(scenario, dry_straw_t=6.01)
    assert _assembled(scenario).unserved == ()


def test_costs_are_those_of_the_rows() -> None:
    scenario = _field_of_ten_tonnes()
    cost = _assembled(scenario).summary["cost_yuan"]
    truck_km = 3.0 * 2 * _km(scenario, "Y1", "F1", "Y1") + 4.0 * _km(scenario, "Y2", "Y1", "P1", "Y2")
    home_km = _km(scenario, "Y1", "F1")
    assert cost["truck_day"] == 250 + 250 + 350
    assert cost["truck_hour"] == pytest.approx(2 * 80 * 105 / 60 + 110 * 2)
    assert cost["truck_km"] == pytest.approx(truck_km, abs=0.01)
    assert cost["baler_hour"] == pytest.approx(300 * (72 / 60 + 2 * home_km / 15.0), abs=0.01)
    assert cost["baler_km"] == pytest.approx(4.0 * 2 * home_km, abs=0.01)
    assert cost["left_in_field"] == pytest.approx(350 * 4.0)
    assert cost["shortage"] == pytest.approx(400 * (16.0 + 3 * 30.0))
    assert cost["lateness"] == pytest.approx(20 * 3.0)
    assert cost["total"] == pytest.approx(sum(v for k, v in cost.items() if k != "total"), abs=0.05)


def test_straw_that_lay_baled_before_the_season_is_late_from_its_start() -> None:
    scenario = _field_of_ten_tonnes()
    rows = [SeasonRow("F1", None, FIRST, "Y1", 3.0), SeasonRow("F1", None, SECOND, "Y1", 3.0)]
    assert _assembled(scenario, season=rows).summary["cost_yuan"]["lateness"] == pytest.approx(20 * 3.0)


def test_loaded_and_empty_kilometres_are_told_apart() -> None:
    scenario = _field_of_ten_tonnes()
    km = _assembled(scenario).summary["km"]
    assert km["loaded"] == pytest.approx(2 * _km(scenario, "F1", "Y1") + _km(scenario, "Y1", "P1"), abs=1e-3)
    empty = 2 * _km(scenario, "Y1", "F1") + _km(scenario, "Y2", "Y1") + _km(scenario, "P1", "Y2")
    assert km["empty"] == pytest.approx(empty, abs=1e-3)


def test_tonnes_are_summed_by_what_happened_to_them() -> None:
    scenario = lone_field(_field_of_ten_tonnes(), already_baled_t=2.0)
    tonnes = _assembled(scenario).summary["tonnes"]
    assert tonnes["straw"] == 10.0
    assert tonnes["baled"] == pytest.approx(2.0 + 12.0 / 20.0 * 8.0)
    assert (tonnes["hauled"], tonnes["linehauled"], tonnes["left"]) == (6.0, 4.0, 4.0)
    assert tonnes["short"] == pytest.approx(16.0 + 3 * 30.0)


def test_the_days_hauling_pays_for_wanted_tonnes_that_were_not_moved() -> None:
    scenario = _field_of_ten_tonnes()
    hauling = _assembled(scenario, hauling={FIRST.isoformat(): {"wanted_t": 5.0, "lower_bound_yuan": 500.0}}).summary[
        "hauling"
    ]
    assert len(hauling) == 5
    first = hauling[FIRST.isoformat()]
    trucks = 250 + 80 * 105 / 60 + 3.0 * _km(scenario, "Y1", "F1", "Y1")
    assert first["hauled_t"] == 3.0
    assert first["cost_yuan"] == pytest.approx(trucks + 350 * 2.0, abs=0.01)
    assert first["gap_percent"] == pytest.approx(100 * (first["cost_yuan"] - 500) / first["cost_yuan"], abs=1e-3)
    assert hauling[SECOND.isoformat()]["wanted_t"] == 7.0


def test_a_part_of_a_season_says_from_when_to_when_and_has_no_bound() -> None:
    scenario = _field_of_ten_tonnes()
    rows = _three_loads(scenario)
    first_only = {name: [row for row in part if getattr(row, "day", FIRST) == FIRST] for name, part in rows.items()}
    first_only["season"] = rows["season"][:1]
    plan = _assembled(scenario, **first_only, last_day=FIRST)
    assert (plan.summary["from"], plan.summary["to"]) == ("2026-11-02", "2026-11-02")
    assert "lower_bound_yuan" not in plan.summary
    assert "gap_percent" not in plan.summary
    assert plan.unserved == ()
    assert plan.summary["cost_yuan"]["left_in_field"] == 0.0
    assert {row.day for row in plan.stock} == {FIRST}


def test_a_deadline_after_the_season_means_the_seasons_end() -> None:
    scenario = lone_field(_field_of_ten_tonnes(), clear_by=FIRST + timedelta(days=90))
    assert len(_assembled(scenario).unserved) == 1
    assert _assembled(scenario, last_day=scenario.season_end - timedelta(days=1)).unserved == ()


def test_a_plan_without_rows_can_be_assembled() -> None:
    scenario = _field_of_ten_tonnes()
    plan = _assembled(scenario, season=[], baler_stops=[], hauls=[], truck_stops=[])
    assert plan.summary["tonnes"]["left"] == 10.0
    assert plan.summary["km"] == {"loaded": 0.0, "empty": 0.0, "baler": 0.0}
