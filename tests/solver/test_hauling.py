"""The hauling of a day, reckoned by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from haul_days import (
    LINE_KM,
    LOAD_T,
    LineWays,
    clock_of,
    collect,
    hauled,
    line_county,
    lying_field,
    services_at,
    truck,
)
from small_county import FIRST

from solver.hauling.plan import HaulingResult, bales_of
from solver.hauling.problem import Booking, StockEvent, Wish
from solver.scenario import OpeningHours, Scenario, TruckClass


def test_one_truck_and_one_load_take_the_minutes_and_the_money_of_the_hand_reckoning() -> None:
    """07:00 out, 10 min there, 18 to load, 10 back, 12 + 2 to unload and weigh: 52 min, 20 km, one day."""
    result = hauled(line_county({"F1": LOAD_T}), [collect("F1", LOAD_T)])
    assert clock_of(result.truck_stops) == [
        ("leave", "Y1", 420, 420),
        ("load", "F1", 430, 448),
        ("unload", "Y1", 458, 472),
        ("return", "Y1", 472, 472),
    ]
    assert [(h.kind, h.origin_ids, h.destination_id, h.dry_t, h.bales) for h in result.hauls] == [
        ("collect", ("F1",), "Y1", 3.0, 30)
    ]
    assert result.cost_yuan == pytest.approx(250 + 52 / 60 * 80 + 20 * 3)
    assert (result.wanted_t, result.hauled_t) == (pytest.approx(3.0), pytest.approx(3.0))
    assert result.bound_yuan <= result.cost_yuan


def test_a_field_of_two_and_a_half_loads_is_emptied_in_three_trips_of_one_truck() -> None:
    result = hauled(line_county({"F1": 7.5}), [collect("F1", 7.5)])
    assert sorted(h.dry_t for h in result.hauls) == pytest.approx([1.5, 3.0, 3.0])
    assert {s.truck_id for s in result.truck_stops} == {"K1"}
    # three ways out and back, ten minutes a tonne, three weighings
    assert result.cost_yuan == pytest.approx(250 + (60 + 75 + 6) / 60 * 80 + 60 * 3)


def test_the_bound_counts_ways_hours_and_the_share_of_the_day_that_they_fill() -> None:
    """Ten trips of 52 min and 20 km in a shift of 600 min; the schedule pays the whole day, the bound 520/600 of it."""
    result = hauled(line_county({"F1": 30.0}), [collect("F1", 30.0)])
    driven = 520 / 60 * 80 + 200 * 3
    assert result.cost_yuan == pytest.approx(driven + 250)
    assert result.bound_yuan == pytest.approx(driven + 250 * 520 / 600)


def test_the_bound_counts_whole_trips_to_a_field() -> None:
    """Four tonnes are two ways out and back for a truck of three; service goes by the tonne, weighing by the trip."""
    result = hauled(line_county({"F1": 4.0}), [collect("F1", 4.0)])
    minutes = 2 * 20 + 4 * 10 + 2 * 2
    assert result.bound_yuan == pytest.approx(minutes / 60 * 80 + 40 * 3 + 250 * minutes / 600)
    assert result.bound_yuan <= result.cost_yuan


def test_two_trucks_never_share_the_only_bay() -> None:
    county = line_county({"F1": 9.0, "F2": 9.0}, [truck("K1"), truck("K2")])
    yards = tuple(replace(y, bays=1) for y in county.yards)
    result = hauled(replace(county, yards=yards), [collect("F1", 9.0), collect("F2", 9.0)])
    services = services_at(result, "Y1")
    assert len(services) == 6
    assert all(a.end_min <= b.start_min for a, b in itertools.pairwise(services))


def test_a_field_serves_one_truck_at_a_time() -> None:
    trucks = [truck(f"K{i}", hours=1.8) for i in range(3)]
    result = hauled(line_county({"F1": 9.0}, trucks), [collect("F1", 9.0)])
    services = services_at(result, "F1")
    assert len(services) >= 2
    assert all(a.end_min <= b.start_min for a, b in itertools.pairwise(services))


def test_no_truck_leaves_before_its_shift_or_returns_after_it() -> None:
    trucks = [truck("K1", start_min=415, hours=2.0), truck("K2", "Y2", start_min=431, hours=3.1)]
    result = hauled(line_county({"F1": 60.0}, trucks), [collect("F1", 60.0)])
    ends = {t.truck_id: (t.shift_start_min, t.shift_start_min + t.shift_hours * 60) for t in trucks}
    assert {s.truck_id for s in result.truck_stops} == {"K1", "K2"}
    for stop in result.truck_stops:
        first, last = ends[stop.truck_id]
        assert first <= stop.arrive_min <= stop.end_min <= last
    assert result.hauled_t < 60.0
    assert result.cost_yuan >= (60.0 - result.hauled_t) * 350


def test_a_trip_that_ends_with_the_shift_is_driven_and_one_a_minute_longer_is_not() -> None:
    county = line_county({"F1": LOAD_T}, [truck("K1", hours=52 / 60)])
    assert hauled(county, [collect("F1", LOAD_T)]).hauled_t == pytest.approx(LOAD_T)
    county = line_county({"F1": LOAD_T}, [truck("K1", hours=51 / 60)])
    assert hauled(county, [collect("F1", LOAD_T)]).hauls == ()


def test_bales_are_loaded_only_when_they_are_ready() -> None:
    """Three tonnes at ten, three more at noon: the second load waits for noon, and the truck leaves in time for ten."""
    releases = {"F1": ((600.0, 3.0), (720.0, 3.0))}
    result = hauled(line_county({"F1": 6.0}), [collect("F1", 6.0)], released_t=releases)
    loads = services_at(result, "F1")
    assert [s.dry_t for s in loads] == pytest.approx([3.0, 3.0])
    assert loads[0].start_min >= 600
    assert loads[1].start_min >= 720
    assert result.truck_stops[0].start_min >= 590


def test_what_never_becomes_ready_is_not_loaded() -> None:
    result = hauled(line_county({"F1": 6.0}), [collect("F1", 6.0)], released_t={"F1": ((0.0, 3.0),)})
    assert result.hauled_t == pytest.approx(3.0)


def test_a_full_yard_takes_straw_only_as_linehauls_make_room() -> None:
    county = line_county({"F1": 12.0}, [truck("K1"), truck("K2")])
    full, other = county.yards
    county = replace(county, yards=(replace(full, capacity_t=21.0), other))
    result = hauled(county, [collect("F1", 12.0), Wish(("Y1",), "P1", (12.0,))])
    assert result.hauled_t == pytest.approx(24.0)
    _assert_stock_within(county, result)


def test_an_empty_yard_gives_only_what_came_before() -> None:
    county = line_county({"F1": 6.0}, [truck("K1"), truck("K2")])
    yard, other = county.yards
    county = replace(county, yards=(replace(yard, opening_stock_t=0.0), other))
    result = hauled(county, [collect("F1", 6.0), Wish(("Y1",), "P1", (9.0,))])
    assert result.hauled_t == pytest.approx(12.0)
    _assert_stock_within(county, result)


def _assert_stock_within(county: Scenario, result: HaulingResult) -> None:
    for yard in county.yards:
        events = [
            (s.start_min, -s.dry_t) if s.action == "load" else (s.end_min, s.dry_t)
            for s in services_at(result, yard.yard_id)
        ]
        stock_t = yard.opening_stock_t
        # straw that leaves and straw that comes in one minute may count in either order
        for _, minute in itertools.groupby(sorted(events), key=lambda e: e[0]):
            stock_t += sum(change_t for _, change_t in minute)
            assert -0.01 <= stock_t <= yard.capacity_t + 0.01


def test_no_service_lies_outside_the_opening_hours() -> None:
    county = line_county({"F1": 30.0}, [truck("K1"), truck("K2")])
    hours = {("Y1", FIRST): OpeningHours(8 * 60, 9 * 60 + 30)}
    result = hauled(replace(county, hours_by_place_and_date=hours), [collect("F1", 30.0)])
    services = services_at(result, "Y1")
    assert services
    assert all(s.start_min >= 480 and s.end_min <= 570 for s in services)


def test_a_closed_yard_and_one_not_yet_opened_serve_nobody() -> None:
    county = line_county({"F1": 3.0})
    closed = replace(county, hours_by_place_and_date={("Y1", FIRST): None})
    assert hauled(closed, [collect("F1", 3.0)]).hauls == ()
    yards = (replace(county.yards[0], opens_on=FIRST.replace(day=3)), county.yards[1])
    assert hauled(replace(county, yards=yards), [collect("F1", 3.0)]).hauls == ()


def test_opening_hours_of_two_days_that_touch_at_midnight_are_one() -> None:
    """A truck of the night shift unloads across midnight where both days are open round the clock."""
    county = line_county({"F1": 9.0}, [truck("K1", start_min=23 * 60, hours=4.0)])
    around = replace(county.yards[0], hours=OpeningHours(0, 1440))
    county = replace(county, yards=(around, county.yards[1]))
    result = hauled(county, [collect("F1", 9.0)])
    assert result.hauled_t == pytest.approx(9.0)
    assert clock_of(result.truck_stops)[2] == ("unload", "Y1", 1418, 1432)
    assert result.truck_stops[-1].end_min == 1380 + 3 * 52


def test_a_bay_that_a_truck_of_yesterday_still_holds_is_taken() -> None:
    county = line_county({"F1": 3.0})
    yards = (replace(county.yards[0], bays=1), county.yards[1])
    result = hauled(replace(county, yards=yards), [collect("F1", 3.0)], bookings=(Booking("Y1", -20, 500),))
    assert services_at(result, "Y1")[0].start_min >= 500


def test_straw_that_a_truck_of_yesterday_brings_is_there_only_from_then_on() -> None:
    county = line_county({}, [truck("K1")])
    result = hauled(
        county,
        [Wish(("Y1",), "P1", (3.0,))],
        stock_t={"Y1": 0.0, "Y2": 0.0},
        stock_events=(StockEvent("Y1", 540, 3.0),),
    )
    assert services_at(result, "Y1")[0].start_min == 540


def test_a_class_that_the_field_does_not_admit_is_never_sent() -> None:
    fields = [lying_field("F1", 3.6, max_truck_class="small"), lying_field("F2", 6.0, max_truck_class="large")]
    trucks = [truck("K1", cls="small"), truck("K2"), truck("K3", cls="semi")]
    result = hauled(line_county(fields, trucks), [collect("F1", 3.6), collect("F2", 6.0)])
    assert result.hauled_t == pytest.approx(9.6)
    assert {s.truck_id for s in services_at(result, "F1")} == {"K1"}
    assert {s.truck_id for s in services_at(result, "F2")} <= {"K1", "K2"}


def test_straw_that_no_truck_of_the_fleet_may_fetch_stays_at_its_value() -> None:
    county = line_county([lying_field("F1", 3.0, max_truck_class="small")])
    result = hauled(county, [collect("F1", 3.0)])
    assert (result.hauls, result.cost_yuan) == ((), pytest.approx(3.0 * 350))
    assert result.bound_yuan == pytest.approx(3.0 * 350)


def test_a_place_that_the_roads_shut_to_a_class_is_left_to_another() -> None:
    county = line_county({"F1": 3.0}, [truck("K1", cls="small"), truck("K2")])
    free = tuple(replace(t, yuan_per_km=0.0, yuan_per_h=0.0) for t in county.trucks)
    ways = LineWays(LINE_KM, closed_to={"large": frozenset({"F1"})})
    for trucks in (county.trucks, free):
        result = hauled(replace(county, trucks=trucks), [collect("F1", 3.0)], ways=ways)
        assert {s.truck_id for s in result.truck_stops} == {"K1"}
        assert result.bound_yuan <= result.cost_yuan


def test_the_bound_knows_the_way_between_places_at_one_spot() -> None:
    """Yard, plant and home at one spot: a linehaul drives nowhere, and neither may the bound."""
    county = line_county({}, [replace(truck("K1"), yuan_per_day=0.0)], weigh_minutes=0.0)
    ways = LineWays(LINE_KM | {"P1": 0.0})
    result = hauled(county, [Wish(("Y1",), "P1", (LOAD_T,))], ways=ways)
    assert result.cost_yuan == pytest.approx(30 / 60 * 80)
    assert result.bound_yuan == pytest.approx(30 / 60 * 80, abs=1e-4)


def test_the_bound_holds_where_short_services_fill_a_bay() -> None:
    """0.8 t take 3.2 minutes at the only bay, open for an hour: 18 loads, but 20 are fitted in by whole minutes."""
    fields = {f"F{i}": 3.2 for i in range(8)}
    trucks = [
        replace(truck(f"K{i}", cls="small", start_min=470, hours=1.3), yuan_per_day=0.0, yuan_per_h=8.0)
        for i in range(12)
    ]
    county = line_county(fields, trucks, weigh_minutes=0.0)
    yards = (replace(county.yards[0], bays=1, capacity_t=500.0), county.yards[1])
    county = replace(county, yards=yards, hours_by_place_and_date={("Y1", FIRST): OpeningHours(480, 540)})
    ways = LineWays({"Y1": 0.0, "Y2": 40.0, "P1": 20.0} | dict.fromkeys(fields, 0.5))
    result = hauled(county, [collect(f, t) for f, t in fields.items()], ways=ways)
    assert result.bound_yuan <= result.cost_yuan


def test_a_direct_haul_goes_from_the_field_to_the_plant() -> None:
    result = hauled(line_county({"F1": 3.0}), [collect("F1", 3.0, "P1")])
    assert [(h.kind, h.destination_id) for h in result.hauls] == [("direct", "P1")]
    # 10 + 18 + 10 + 14, and 20 km home
    assert clock_of(result.truck_stops)[-1] == ("return", "Y1", 492, 492)


def test_a_linehaul_weighs_at_both_ends() -> None:
    result = hauled(line_county({}), [Wish(("Y1",), "P1", (3.0,))])
    assert [h.kind for h in result.hauls] == ["linehaul"]
    assert clock_of(result.truck_stops)[1:3] == [("load", "Y1", 420, 440), ("unload", "P1", 460, 474)]


def test_a_linehaul_on_the_way_home_saves_the_empty_way() -> None:
    """A truck of Y2 collects to Y1 and takes a linehaul back towards its home before the next collect."""
    county = line_county({"F1": 3.0}, [truck("K1", "Y2")])
    result = hauled(county, [collect("F1", 3.0), Wish(("Y1",), "P1", (3.0,))])
    assert [h.kind for h in result.hauls] == ["collect", "linehaul"]
    assert result.cost_yuan == pytest.approx(250 + (30 + 18 + 10 + 14 + 20 + 20 + 14 + 20) / 60 * 80 + 80 * 3)


def test_a_wish_that_costs_more_than_its_value_is_left() -> None:
    """A tonne 30 km off: 250 for the day, 180 for the way, 96 for the hours, and it is worth 350."""
    result = hauled(line_county({"F3": 1.0}), [collect("F3", 1.0)])
    assert (result.hauls, result.hauled_t) == ((), 0.0)
    assert result.cost_yuan == pytest.approx(350.0)


def test_a_load_that_pays_for_its_way_but_not_for_the_day_is_left_too() -> None:
    """1.2 t are worth 420 yuan: 60 for the way, 45 for 34 min, 250 for the day; with a day of 330 they are left."""
    wish = collect("F1", 1.2)
    near = hauled(line_county({"F1": 1.2}), [wish])
    assert near.cost_yuan == pytest.approx(250 + 34 / 60 * 80 + 60)
    dear = hauled(line_county({"F1": 1.2}, [replace(truck("K1"), yuan_per_day=330.0)]), [wish])
    assert (dear.hauls, dear.cost_yuan) == ((), pytest.approx(420.0))


def test_a_tour_loads_each_of_its_fields_in_order() -> None:
    tour = Wish(("F1", "F2"), "Y1", (1.0, 1.5))
    result = hauled(line_county({"F1": 1.0, "F2": 1.5}), [tour])
    assert clock_of(result.truck_stops)[1:-1] == [
        ("load", "F1", 430, 436),
        ("load", "F2", 438, 447),
        ("unload", "Y1", 459, 471),
    ]
    assert [(h.origin_ids, h.dry_t, h.bales) for h in result.hauls] == [(("F1", "F2"), pytest.approx(2.5), 25)]


def test_a_tour_too_large_for_a_class_is_left_to_a_larger_one() -> None:
    tour = Wish(("F1", "F2"), "Y1", (1.2, 1.2))
    county = line_county({"F1": 1.2, "F2": 1.2}, [truck("K1", cls="small"), truck("K2")])
    assert {s.truck_id for s in hauled(county, [tour]).truck_stops} == {"K2"}
    assert hauled(replace(county, trucks=county.trucks[:1]), [tour]).hauls == ()


def test_a_day_without_wishes_moves_nothing_and_costs_nothing() -> None:
    result = hauled(line_county({}), [])
    assert result == HaulingResult((), (), 0.0, 0.0, 0.0, 0.0)


def test_a_county_without_trucks_leaves_everything() -> None:
    result = hauled(line_county({"F1": 3.0}, []), [collect("F1", 3.0)])
    assert result == HaulingResult((), (), 3.0, 0.0, 1050.0, 1050.0)


def test_trucks_whose_shift_has_no_hours_do_not_exist() -> None:
    idle = truck("K1", hours=0.0)
    result = hauled(line_county({"F1": 3.0}, [idle]), [collect("F1", 3.0)])
    assert (result.hauls, result.bound_yuan) == ((), pytest.approx(1050.0))
    beside = line_county({"F1": 3.0}, [truck("K1", cls="semi", hours=0.0), truck("K2")])
    assert hauled(beside, [collect("F1", 3.0)]).hauled_t == pytest.approx(3.0)


def test_no_load_holds_more_than_bales_and_payload_allow() -> None:
    county = line_county({"F1": 9.0}, [truck("K1"), truck("K2", cls="small")])
    classes = (TruckClass("small", 1, 1.75, 18), TruckClass("large", 2, 2.05, 30), TruckClass("semi", 3, 15.0, 48))
    county = replace(county, truck_classes=classes)
    result = hauled(county, [collect("F1", 9.0)])
    assert result.hauled_t == pytest.approx(9.0)
    cls_of = {h: s.truck_id for s in result.truck_stops if (h := s.haul_id)}
    for haul in result.hauls:
        payload_t, bales = (2.05, 30) if cls_of[haul.haul_id] == "K1" else (1.75, 18)
        assert haul.dry_t <= payload_t + 1e-6
        assert haul.bales <= bales


@pytest.mark.parametrize(("dry_t", "bales"), [(0.1, 1), (0.101, 1), (0.1011, 2), (2.95, 30), (3.0, 30), (3.002, 31)])
def test_a_hundredth_of_a_bale_is_let_pass(dry_t: float, bales: int) -> None:
    assert bales_of(dry_t, 0.1) == bales
