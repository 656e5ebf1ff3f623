"""The scenario of a morning: after a plan, after the season's programme, from what the days leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from small_county import FIRST, small_county

from solver.as_of import PlanEndsEarlier, scenario_as_of, state_as_of
from solver.plan import BalerStop, Haul, Plan, SeasonRow
from solver.scenario import FarmField, Scenario
from solver.scenario_files import read_scenario, write_scenario
from solver.season.programme import LinehaulRow, Programme
from solver.season.state import Lot, SeasonState

SECOND, THIRD, FOURTH = (FIRST + timedelta(days=i) for i in (1, 2, 3))


def _field(field_id: str = "F1", **changes: object) -> FarmField:
    """20 mu that give ten tonnes, and two tonnes that lie there baled."""
    values: dict[str, object] = {
        "town_id": "T1", "grower": "Somebody", "lon": 120.6, "lat": 30.5, "area_mu": 20.0, "crop": "rice",
        "dry_straw_t": 12.0, "already_baled_t": 2.0, "ready_date": FIRST, "clear_by": FOURTH,
    }  # fmt: skip
    return FarmField(field_id, **(values | changes))  # type: ignore[arg-type]


def _county(*fields: FarmField) -> Scenario:
    """Five days; Y1 20 t of 120, Y2 10 of 90, the plant 40 t with a need of 30 a day."""
    return replace(small_county(fields=1, days=5), fields=fields or (_field(),))


def _plan(**rows: object) -> Plan:
    empty: dict[str, object] = {
        "season": (), "baler_stops": (), "hauls": (), "truck_stops": (), "stock": (), "unserved": (),
    }  # fmt: skip
    return Plan(**(empty | rows))  # type: ignore[arg-type]


def _haul(day: date, kind: str, origin: str, to: str, dry_t: float) -> Haul:
    return Haul(day, f"{day:%d}{origin}{to}", kind, (origin,), to, dry_t, 1)  # type: ignore[arg-type]


# --- what lies where -------------------------------------------------------------------------------------------------


def test_bales_are_taken_the_oldest_first() -> None:
    state = SeasonState(_county())
    assert state.bale("F1", FIRST, 4.0) == pytest.approx(2.0)
    assert state.bale("F1", SECOND, 6.0) == pytest.approx(3.0)
    taken = state.take("F1", 4.5)
    assert [(lot.bale_date, lot.dry_t) for lot in taken] == [
        (None, pytest.approx(2.0)),
        (FIRST, pytest.approx(2.0)),
        (SECOND, pytest.approx(0.5)),
    ]
    assert state.lots["F1"] == [Lot(SECOND, pytest.approx(2.5))]  # type: ignore[arg-type]
    assert state.left_t("F1") == pytest.approx(7.5)


def test_no_more_bales_are_taken_than_lie_there() -> None:
    state = SeasonState(_county())
    assert sum(lot.dry_t for lot in state.take("F1", 5.0)) == pytest.approx(2.0)
    assert state.take("F1", 1.0) == []


def test_a_field_gives_no_more_than_its_area() -> None:
    state = SeasonState(_county())
    assert state.bale("F1", FIRST, 30.0) == pytest.approx(10.0)
    assert (state.area_mu["F1"], state.to_bale_t["F1"]) == (0.0, 0.0)
    assert state.bale("F1", SECOND, 1.0) == 0.0
    assert state.baled_t("F1") == pytest.approx(12.0)


def test_the_last_crumb_of_area_takes_all_straw_with_it() -> None:
    state = SeasonState(_county(_field(area_mu=0.3, dry_straw_t=0.1, already_baled_t=0.0)))
    for _ in range(3):
        state.bale("F1", FIRST, 0.1)
    assert (state.area_mu["F1"], state.to_bale_t["F1"]) == (0.0, 0.0)
    assert state.left_t("F1") == pytest.approx(0.1, abs=1e-12)


def test_plants_use_their_need_and_no_more_than_they_have() -> None:
    county = _county()
    state = SeasonState(county)
    for stock_t in (10.0, 0.0, 0.0):
        state.end_day(county)
        assert state.stock_t["P1"] == pytest.approx(stock_t)
    assert state.stock_t["Y1"] == 20.0


# --- as of a morning -------------------------------------------------------------------------------------------------


def test_as_of_the_first_morning_the_scenario_is_the_same() -> None:
    county = small_county(days=5)
    assert scenario_as_of(county, _plan(), FIRST) == county
    assert scenario_as_of(county, Programme((), (), 0.0), FIRST) == county


def test_what_a_plan_did_before_the_morning_is_done_and_what_comes_later_is_not() -> None:
    plan = _plan(
        baler_stops=(
            BalerStop(FIRST, "B0", 1, "F1", 570, 570, 618, 8.0),
            BalerStop(THIRD, "B0", 1, "F1", 570, 570, 618, 8.0),
        ),
        season=(
            SeasonRow("F1", None, SECOND, "Y1", 2.0),
            SeasonRow("F1", FIRST, SECOND, "Y1", 1.0),
            SeasonRow("F1", FIRST, THIRD, "P1", 1.5),
        ),
        hauls=(
            _haul(SECOND, "collect", "F1", "Y1", 3.0),
            _haul(SECOND, "linehaul", "Y1", "P1", 4.8),
            _haul(THIRD, "direct", "F1", "P1", 1.5),
        ),
    )
    later = scenario_as_of(_county(), plan, THIRD)
    (field,) = later.fields
    assert later.season_start == THIRD
    assert (field.area_mu, field.dry_straw_t, field.already_baled_t) == pytest.approx((12.0, 9.0, 3.0))
    assert field.to_bale_t == pytest.approx(6.0)
    assert [y.opening_stock_t for y in later.yards] == pytest.approx([20 + 3 - 4.8, 10.0])
    # 40 - 30 used on the first day; 10 + 4.8 on the second, all used
    assert later.plants[0].opening_stock_t == 0.0


def test_a_programme_moves_straw_as_its_rows_say() -> None:
    programme = Programme(
        rows=(SeasonRow("F1", FIRST, FIRST, "Y2", 4.0), SeasonRow("F1", None, SECOND, "P1", 2.0)),
        linehauls=(LinehaulRow(FIRST, "Y1", "P1", 15.0), LinehaulRow(THIRD, "Y1", "P1", 5.0)),
        cost_yuan=0.0,
    )
    state = state_as_of(_county(), programme, THIRD)
    assert (state.area_mu["F1"], state.to_bale_t["F1"]) == pytest.approx((12.0, 6.0))
    assert state.stock_t == pytest.approx({"Y1": 5.0, "Y2": 14.0, "P1": 0.0})
    # the row of the second day takes the oldest bales: what the first day took were those that lay there
    assert sum(lot.dry_t for lot in state.lots["F1"]) == pytest.approx(0.0)
    assert scenario_as_of(_county(), programme, THIRD).fields[0].already_baled_t == 0.0


def test_a_programme_that_wants_more_than_lies_there_makes_no_straw() -> None:
    programme = Programme(
        rows=(SeasonRow("F1", FIRST, FIRST, "Y2", 15.0),),
        linehauls=(LinehaulRow(FIRST, "Y1", "P1", 25.0),),
        cost_yuan=0,
    )
    state = state_as_of(_county(), programme, SECOND)
    assert state.left_t("F1") == pytest.approx(0.0)
    # 12 t lay in the field and 20 in the yard; the plant had 40 and used 30
    assert state.stock_t == pytest.approx({"Y1": 0.0, "Y2": 22.0, "P1": 30.0})


def test_a_part_of_a_season_reaches_the_morning_after_its_last_day_and_no_further() -> None:
    part = _plan(summary={"from": FIRST.isoformat(), "to": SECOND.isoformat()})
    assert scenario_as_of(_county(), part, THIRD).season_start == THIRD
    with pytest.raises(PlanEndsEarlier, match="ends on 2026-"):
        scenario_as_of(_county(), part, FOURTH)


def test_fields_past_their_day_and_empty_ones_are_left_out() -> None:
    county = _county(
        _field("F1", clear_by=FIRST), _field("F2", clear_by=SECOND), _field("F3", area_mu=0.0, dry_straw_t=2.0)
    )
    plan = _plan(season=(SeasonRow("F3", None, FIRST, "Y1", 2.0),), hauls=(_haul(FIRST, "collect", "F3", "Y1", 2.0),))
    assert [f.field_id for f in scenario_as_of(county, plan, SECOND).fields] == ["F2"]


def test_stocks_are_rounded_into_what_the_yard_may_hold() -> None:
    county = _county()
    state = SeasonState(county)
    state.stock_t |= {"Y1": 120.0000004, "Y2": -3e-7, "P1": 12.3456789}
    later = state.as_scenario(county, SECOND)
    assert [y.opening_stock_t for y in later.yards] == [120.0, 0.0]
    assert later.plants[0].opening_stock_t == pytest.approx(12.345679)


@pytest.mark.parametrize("morning", [FIRST - timedelta(days=1), FIRST + timedelta(days=5)])
def test_a_morning_outside_the_season_is_refused(morning: date) -> None:
    with pytest.raises(ValueError, match="outside the season"):
        scenario_as_of(_county(), _plan(), morning)


@pytest.mark.parametrize("baled_mu", [1 / 3, 19.9999, 19.999995, 19.9999985, 20.0])
def test_what_is_written_of_a_morning_can_be_read_again(tmp_path: Path, baled_mu: float) -> None:
    """However little of a field is left to bale: its area and its straw vanish together."""
    plan = _plan(baler_stops=(BalerStop(FIRST, "B0", 1, "F1", 570, 570, 690, baled_mu),))
    later = scenario_as_of(_county(), plan, SECOND)
    write_scenario(later, tmp_path)
    (field,) = read_scenario(tmp_path).fields
    assert field.dry_straw_t == pytest.approx(12.0, abs=1e-5)
    assert field.already_baled_t == pytest.approx(2.0 + baled_mu / 2, abs=1e-5)
    assert (field.area_mu > 0) == (field.to_bale_t > 0)


def test_a_field_that_yields_a_little_from_a_lot_can_be_read_again(tmp_path: Path) -> None:
    """A millionth of a tonne on a rich field is less than a millionth of a mu."""
    county = _county(_field(area_mu=2.0, dry_straw_t=8.0, already_baled_t=0.0))
    plan = _plan(baler_stops=(BalerStop(FIRST, "B0", 1, "F1", 570, 570, 590, 2.0 - 1.2e-6),))
    write_scenario(scenario_as_of(county, plan, SECOND), tmp_path)
    assert read_scenario(tmp_path).fields[0].dry_straw_t == pytest.approx(8.0, abs=1e-5)
