"""Days in full, one after the other: what the programme wants, what goes on after midnight, what the check says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from haul_days import LOAD_T, line_county, lying_field, truck
from small_county import FIRST, CrowWays

from solver.day_plan import DayPlan, Overnight, plan_day, stops_of
from solver.plan import Plan, SeasonRow
from solver.plan_assembly import assemble_plan
from solver.plan_check import check_plan
from solver.scenario import Baler, DirectHaulApproval, FarmField, OpeningHours, Scenario, Truck
from solver.season.programme import LinehaulRow, Programme
from solver.season.state import SeasonState

SECOND = FIRST + timedelta(days=1)
THIRD = FIRST + timedelta(days=2)
ROUND_THE_CLOCK = OpeningHours(0, 1440)


def standing_field(field_id: str, dry_t: float = 8.0, **changes: object) -> FarmField:
    """A field still to be baled: 0.4 t a mu, half a kilometre and more from Y1."""
    values: dict[str, object] = {
        "area_mu": dry_t / 0.4, "dry_straw_t": dry_t, "already_baled_t": 0.0, "clear_by": THIRD, "lon": 120.585,
        "lat": 30.515,
    }  # fmt: skip
    return lying_field(field_id, dry_t, **(values | changes))


def days_county(fields: Sequence[FarmField], trucks: Sequence[Truck] = (truck("K1"),), **changes: object) -> Scenario:
    county = line_county(fields, trucks, season_end=THIRD)
    balers = (Baler("B1", "Y1", 10.0, 20.0, 540, 7.0, 300.0, 4.0),)
    values: dict[str, object] = {"balers": balers, "workable_fraction_by_date": {}, "direct_hauls": ()}
    return replace(county, **(values | changes))  # type: ignore[arg-type]


def planned(county: Scenario, programme: Programme, days: Sequence[date] = (FIRST, SECOND, THIRD)) -> list[DayPlan]:
    state, overnight, plans = SeasonState(county), Overnight(), []
    ways = CrowWays(county)
    for day in days:
        plan = plan_day(county, ways, state, programme, day, overnight=overnight, seconds=0.4, workers=1, seed=3)
        overnight = plan.overnight
        plans.append(plan)
    return plans


def assembled(county: Scenario, plans: Sequence[DayPlan]) -> Plan:
    baler_stops, hauls, truck_stops = stops_of(plans)
    last = county.season_start + timedelta(days=len(plans) - 1)
    hauling: Mapping[str, Mapping[str, float]] = {
        (county.season_start + timedelta(days=i)).isoformat(): {
            "wanted_t": p.hauling.wanted_t, "lower_bound_yuan": p.hauling.bound_yuan,
        }
        for i, p in enumerate(plans)
    }  # fmt: skip
    return assemble_plan(
        county,
        CrowWays(county),
        season=[row for p in plans for row in p.season],
        baler_stops=baler_stops,
        hauls=hauls,
        truck_stops=truck_stops,
        unserved_reasons={},
        hauling=hauling,
        first_day=county.season_start,
        last_day=last,
        seed=3,
        seconds=0.0,
        lower_bound_yuan=None,
    )


def wanted(*rows: SeasonRow, linehauls: Sequence[LinehaulRow] = ()) -> Programme:
    return Programme(rows, tuple(linehauls), 0.0)


def test_a_field_is_baled_and_hauled_on_its_days_and_the_check_agrees() -> None:
    county = days_county([standing_field("F1"), standing_field("F2", 6.0)])
    programme = wanted(SeasonRow("F1", FIRST, FIRST, "Y1", 8.0), SeasonRow("F2", FIRST, SECOND, "Y2", 6.0))
    plans = planned(county, programme)
    assert sum(s.area_mu for s in plans[0].baler_stops) == pytest.approx(35.0)
    assert sum(p.hauling.hauled_t for p in plans) == pytest.approx(14.0, abs=0.01)
    assert check_plan(county, assembled(county, plans)) == ()


def test_what_rain_keeps_from_being_baled_is_not_hauled() -> None:
    county = days_county([standing_field("F1")], workable_fraction_by_date={FIRST: 0.0})
    (plan,) = planned(county, wanted(SeasonRow("F1", FIRST, FIRST, "Y1", 8.0)), [FIRST])
    assert (plan.baler_stops, plan.hauling.hauls, plan.season) == ((), (), ())


def test_lying_bales_leave_before_todays_and_the_season_rows_say_so() -> None:
    county = days_county([standing_field("F1", 8.0, dry_straw_t=11.0, already_baled_t=3.0)])
    programme = wanted(SeasonRow("F1", None, FIRST, "Y1", 3.0), SeasonRow("F1", FIRST, FIRST, "Y1", 8.0))
    plans = planned(county, programme)
    rows = {(r.bale_date, r.haul_date): r.dry_t for p in plans for r in p.season}
    assert rows[None, FIRST] == pytest.approx(3.0)
    assert check_plan(county, assembled(county, plans)) == ()


def test_the_night_shift_goes_on_after_midnight_and_the_next_day_knows_it() -> None:
    """One bay, round the clock: linehauls of the night hold it and take straw that the morning's trucks reckon with."""
    night = [truck(f"K{i}", start_min=22 * 60, hours=6.0) for i in range(3)]
    early = [truck(f"M{i}", start_min=0, hours=6.0) for i in range(3)]
    county = days_county([lying_field("F1", 40.0, clear_by=THIRD, lon=120.585, lat=30.515)], [*night, *early])
    yard, other = county.yards
    yard = replace(yard, bays=1, hours=ROUND_THE_CLOCK, capacity_t=24.0, opening_stock_t=15.0)
    plants = (replace(county.plants[0], hours=ROUND_THE_CLOCK),)
    county = replace(county, yards=(yard, other), plants=plants)
    programme = wanted(
        *(SeasonRow("F1", None, day, "Y1", 12.0) for day in (FIRST, SECOND, THIRD)),
        linehauls=[LinehaulRow(day, "Y1", "P1", 12.0) for day in (FIRST, SECOND, THIRD)],
    )
    plans = planned(county, programme)
    assert any(s.end_min > 1440 for p in plans for s in p.hauling.truck_stops)
    assert any(p.overnight.bookings and p.overnight.stock_events for p in plans)
    assert check_plan(county, assembled(county, plans)) == ()


def test_bales_of_the_night_are_not_loaded_before_they_are_made() -> None:
    """The baler works until four in the morning; the early truck starts at midnight of the next day."""
    balers = (Baler("B1", "Y1", 2.0, 20.0, 21 * 60, 7.0, 300.0, 4.0),)
    county = days_county([standing_field("F1", 5.0)], [truck("K1", start_min=0, hours=8.0)], balers=balers)
    county = replace(county, yards=tuple(replace(y, hours=ROUND_THE_CLOCK) for y in county.yards))
    programme = wanted(SeasonRow("F1", FIRST, SECOND, "Y1", 5.0))
    plans = planned(county, programme)
    assert any(s.end_min > 1440 for s in plans[0].baler_stops)
    assert plans[1].hauling.hauls
    assert check_plan(county, assembled(county, plans)) == ()


def test_straw_for_an_approval_of_tomorrow_waits_for_it() -> None:
    """Two fields are baled today; one is hauled today to the yard, the other tomorrow to the plant."""
    approval = DirectHaulApproval("T1", "P1", SECOND, THIRD)
    county = days_county([standing_field("F1", 6.0), standing_field("F2", 6.0)], direct_hauls=(approval,))
    programme = wanted(SeasonRow("F1", FIRST, FIRST, "Y1", 6.0), SeasonRow("F2", FIRST, SECOND, "P1", 6.0))
    assert check_plan(county, assembled(county, planned(county, programme))) == ()


def test_whole_loads_never_bring_a_plant_more_than_it_takes_in_a_day() -> None:
    """Two yards send 4.8 t each (a full load of the largest truck) to a plant that takes 10; the fields' loads too."""
    approval = DirectHaulApproval("T1", "P1", FIRST, THIRD)
    fields = [lying_field(f"F{i}", 9.0, clear_by=THIRD, lon=120.63, lat=30.51) for i in range(1, 4)]
    county = days_county(fields, [truck(f"K{i}") for i in range(4)], direct_hauls=(approval,))
    county = replace(county, plants=(replace(county.plants[0], daily_max_t=10.0),))
    rows = [SeasonRow(f"F{i}", None, FIRST, "P1", 2.0) for i in range(1, 4)]
    linehauls = [LinehaulRow(FIRST, y, "P1", 2.0) for y in ("Y1", "Y2")]
    plans = planned(county, wanted(*rows, linehauls=linehauls))
    assert sum(h.dry_t for h in plans[0].hauling.hauls) <= 10.0 + 0.01
    assert check_plan(county, assembled(county, plans)) == ()


def test_whole_loads_never_fill_a_plant_beyond_its_storage() -> None:
    county = days_county([], [truck(f"K{i}") for i in range(4)])
    plant = replace(county.plants[0], storage_t=50.0, opening_stock_t=50.0, daily_need_t=4.0)
    county = replace(county, plants=(plant,))
    plans = planned(county, wanted(linehauls=[LinehaulRow(FIRST, y, "P1", 2.0) for y in ("Y1", "Y2")]))
    assert check_plan(county, assembled(county, plans)) == ()


def test_a_day_on_which_nothing_is_wanted_is_empty() -> None:
    county = days_county([standing_field("F1")])
    plans = planned(county, wanted())
    assert all((p.baler_stops, p.season, p.hauling.hauls) == ((), (), ()) for p in plans)
    assert check_plan(county, assembled(county, plans)) == ()


def test_a_truckless_county_bales_and_leaves_its_bales() -> None:
    county = days_county([standing_field("F1")], [])
    plans = planned(county, wanted(SeasonRow("F1", FIRST, FIRST, "Y1", 8.0)))
    assert plans[0].baler_stops
    assert check_plan(county, assembled(county, plans)) == ()


def test_the_same_seed_gives_the_same_days() -> None:
    county = days_county([standing_field(f"F{i}", 4.0 + i) for i in range(6)], [truck("K1"), truck("K2", "Y2")])
    programme = wanted(*(SeasonRow(f"F{i}", FIRST, FIRST, "Y1", 4.0 + i) for i in range(6)))
    assert planned(county, programme, [FIRST]) == planned(county, programme, [FIRST])


def test_full_loads_are_taken_and_little_rests_are_not_left_behind() -> None:
    """The programme wants 6.5 t of 7.3 lying: a rest of 0.8 t is not worth a trip of its own another day."""
    county = days_county([lying_field("F1", 7.3, clear_by=THIRD, lon=120.585, lat=30.515)])
    (plan,) = planned(county, wanted(SeasonRow("F1", None, FIRST, "Y1", 6.5)), [FIRST])
    assert plan.hauling.wanted_t == pytest.approx(7.3, abs=1e-5)
    assert LOAD_T in [pytest.approx(h.dry_t) for h in plan.hauling.hauls]
