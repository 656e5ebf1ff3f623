"""The balers' day: shifts, weather, ways home, fields shared, areas that add up."""

from __future__ import annotations

import itertools
import time
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from haul_days import LINE_KM, LineWays, line_county, one_day_plan
from hypothesis import given, settings
from hypothesis import strategies as st
from small_county import FIRST, CrowWays, small_county

from solver.baling import FAR_LIMIT_S, plan_baling
from solver.hauling.plan import HaulingResult
from solver.plan import BalerStop
from solver.plan_check import check_plan
from solver.roads.ways import Ways
from solver.scenario import Baler, Scenario

YIELD_T_PER_MU = 0.4


def baler(baler_id: str, home_id: str = "Y1", *, start_min: int = 540, hours: float = 7.0) -> Baler:
    """Ten mu an hour, 20 km/h: a kilometre of the line takes three minutes."""
    return Baler(baler_id, home_id, 10.0, 20.0, start_min, hours, 300.0, 4.0)


def baled(
    balers: list[Baler],
    wanted_mu: Mapping[str, float],
    *,
    spare_mu: Mapping[str, float] | None = None,
    fraction: float = 1.0,
    ways: Ways | None = None,
    day: date = FIRST,
    may_wait: Collection[str] = (),
    coming_mu: Mapping[str, float] | None = None,
) -> tuple[BalerStop, ...]:
    county = replace(line_county({}), balers=tuple(balers), workable_fraction_by_date={FIRST: fraction})
    yields = dict.fromkeys([*wanted_mu, *(coming_mu or {})], YIELD_T_PER_MU)
    return plan_baling(
        county,
        ways or LineWays(LINE_KM),
        day,
        wanted_mu,
        spare_mu or {},
        dry_t_per_mu=yields,
        may_wait=may_wait,
        coming_mu=coming_mu or {},
    )


def area_of(stops: tuple[BalerStop, ...], field_id: str) -> float:
    return sum(s.area_mu for s in stops if s.field_id == field_id)


def test_one_baler_drives_there_and_bales_at_its_rate() -> None:
    """Ten kilometres at 20 km/h from nine o'clock, then 7 mu at ten an hour: 42 min, as one load."""
    (stop,) = baled([baler("B1")], {"F1": 7.0})
    assert (stop.seq, stop.arrive_min, stop.start_min, stop.end_min) == (1, 570, 570, 612)
    assert stop.area_mu == pytest.approx(7.0)


def test_a_fields_bales_are_released_load_by_load_in_order() -> None:
    """30 mu give 12 t, four loads of 3 t: four stops end to end."""
    stops = baled([baler("B1")], {"F1": 30.0})
    assert [s.seq for s in stops] == [1, 2, 3, 4]
    assert [s.area_mu for s in stops] == pytest.approx([7.5] * 4)
    assert [(s.start_min, s.end_min) for s in stops] == [(570, 615), (615, 660), (660, 705), (705, 750)]


def test_work_and_both_ways_lie_within_the_shift() -> None:
    """Three hours: half an hour there, half back, two to bale 20 mu of the 50."""
    stops = baled([baler("B1", hours=3.0)], {"F1": 50.0})
    assert stops
    assert stops[0].arrive_min - 30 >= 540
    assert stops[-1].end_min + 30 <= 720
    assert area_of(stops, "F1") <= 20.0 + 1e-6


def test_what_the_shift_allows_is_baled_where_the_field_has_more() -> None:
    stops = baled([baler("B1", hours=3.0)], {"F1": 8.0}, spare_mu={"F1": 42.0})
    assert area_of(stops, "F1") == pytest.approx(20.0, abs=0.1)
    assert stops[-1].end_min + 30 <= 720


def test_a_small_field_far_from_all_others_may_wait_for_company() -> None:
    assert not baled([baler("B1")], {"F4": 5.0}, may_wait={"F4"})
    assert area_of(baled([baler("B1")], {"F4": 5.0}), "F4") == pytest.approx(5.0)


def test_what_comes_on_the_next_days_is_baled_where_it_lies_by_the_way() -> None:
    ways = LineWays(LINE_KM)
    by_the_way = baled([baler("B1")], {"F2": 10.0}, coming_mu={"F1": 10.0}, ways=ways)
    assert area_of(by_the_way, "F1") == pytest.approx(10.0)
    assert not area_of(baled([baler("B1")], {"F1": 10.0}, coming_mu={"F3": 10.0}, ways=ways), "F3")


def test_a_baler_with_time_left_begins_what_nobody_got_round_to() -> None:
    """An hour of seven on the road leaves 60 mu of the 64 wanted; 34 of them, in two parts, lie by the way home."""
    stops = baled([baler("B1")], {"F1": 30.0, "F4": 34.0})
    assert area_of(stops, "F1") == pytest.approx(30.0)
    assert area_of(stops, "F4") == pytest.approx(30.0, abs=0.1)


def test_no_more_than_the_spare_is_baled() -> None:
    stops = baled([baler("B1"), baler("B2")], {"F1": 30.0}, spare_mu={"F1": 3.0})
    assert area_of(stops, "F1") == pytest.approx(33.0)


def test_half_a_dry_day_is_half_the_work() -> None:
    stops = baled([baler("B1")], {"F1": 100.0}, fraction=0.5)
    assert 0 < sum(s.end_min - s.start_min for s in stops) <= 210


def test_a_day_that_dries_late_limits_the_work_but_not_the_way() -> None:
    """Thirty kilometres there and back are three of seven hours; half a day's work, 3.5 hours, still fits."""
    stops = baled([baler("B1", "Y2")], {"F1": 20.0}, spare_mu={"F1": 80.0}, fraction=0.5)
    assert 209 <= sum(s.end_min - s.start_min for s in stops) <= 210
    assert stops[0].start_min - 90 >= 540
    assert stops[-1].end_min + 90 <= 960


def test_balers_of_different_rates_share_a_day_that_dries_late() -> None:
    """Half of seven hours at ten and at six mu an hour."""
    slow = replace(baler("B2"), rate_mu_per_h=6.0)
    stops = baled([baler("B1"), slow], {"F1": 40.0, "F2": 15.0}, spare_mu={"F1": 60.0, "F2": 60.0}, fraction=0.5)
    assert sum(s.area_mu for s in stops) == pytest.approx(35.0 + 21.0, abs=0.5)


def test_a_shift_of_more_than_a_day_ends_before_the_next_begins() -> None:
    stops = baled([baler("B1", hours=30.0)], {"F1": 200.0}, spare_mu={"F1": 300.0})
    assert stops[-1].end_min + 30 <= 540 + 24 * 60
    assert area_of(stops, "F1") == pytest.approx(230.0, abs=0.1)


def test_the_search_of_a_busy_day_ends_by_itself_and_so_gives_the_same_stops_again() -> None:
    """78 balers and some 200 parts of fields: done long before the clock would cut it short."""
    county, wanted = _busy_day()
    started = time.monotonic()
    first = _of_busy_day(county, wanted)
    assert time.monotonic() - started < FAR_LIMIT_S / 4
    assert _of_busy_day(county, wanted) == first
    assert sum(s.area_mu for s in first) == pytest.approx(sum(wanted.values()))


def test_nothing_is_baled_on_a_rain_day() -> None:
    assert baled([baler("B1")], {"F1": 10.0}, fraction=0.0) == ()


@pytest.mark.parametrize("balers", [[], [baler("B1", hours=0.0)]])
def test_nothing_is_baled_without_balers(balers: list[Baler]) -> None:
    assert baled(balers, {"F1": 10.0}) == ()


def test_nothing_wanted_is_nothing_baled() -> None:
    assert baled([baler("B1")], {}) == ()


def test_a_field_too_far_for_the_shift_is_left() -> None:
    """Forty kilometres there and back take four hours."""
    assert baled([baler("B1", "Y2", hours=3.9)], {"F0": 1.0}, ways=LineWays(LINE_KM | {"F0": 0.0})) == ()


def test_several_balers_share_a_large_field() -> None:
    stops = baled([baler(f"B{i}") for i in range(3)], {"F1": 150.0})
    assert len({s.baler_id for s in stops}) == 3
    assert area_of(stops, "F1") == pytest.approx(150.0)


def test_the_nearer_balers_go() -> None:
    stops = baled([baler("B1", "Y1"), baler("B2", "Y2")], {"F4": 10.0, "F3": 10.0})
    assert {(s.baler_id, s.field_id) for s in stops} == {("B1", "F4"), ("B2", "F3")}


def test_a_night_shift_writes_hours_past_midnight() -> None:
    stops = baled([baler("B1", start_min=23 * 60, hours=4.0)], {"F1": 15.0})
    assert stops[-1].end_min == 23 * 60 + 30 + 90


def test_the_same_wishes_give_the_same_stops_in_whatever_order_they_come() -> None:
    county, wanted = _random_day(3)
    backwards = dict(reversed(wanted.items()))
    first, second = (
        plan_baling(county, CrowWays(county), FIRST, w, {}, dry_t_per_mu=dict.fromkeys(w, 0.41))
        for w in (wanted, backwards)
    )
    assert first == second


@settings(max_examples=15, deadline=None, derandomize=True)
@given(seed=st.integers(0, 1000))
def test_any_balers_day_passes_the_check_and_bales_no_more_than_there_is(seed: int) -> None:
    county, wanted = _random_day(seed)
    spare = {f: county.field_by_id[f].area_mu - mu for f, mu in wanted.items()}
    yields = {f: county.field_by_id[f].to_bale_t / county.field_by_id[f].area_mu for f in wanted}
    stops = plan_baling(county, CrowWays(county), FIRST, wanted, spare, dry_t_per_mu=yields)
    plan = one_day_plan(county, HaulingResult((), (), 0.0, 0.0, 0.0, 0.0), [], stops)
    assert check_plan(county, plan) == ()
    for field_id in wanted:
        assert area_of(stops, field_id) <= county.field_by_id[field_id].area_mu + 1e-6
    by_baler: dict[str, list[BalerStop]] = {}
    for stop in stops:
        by_baler.setdefault(stop.baler_id, []).append(stop)
    for day in by_baler.values():
        assert [s.seq for s in day] == list(range(1, len(day) + 1))
        assert all(a.end_min <= b.start_min for a, b in itertools.pairwise(day))


def _random_day(seed: int) -> tuple[Scenario, dict[str, float]]:
    rng = np.random.default_rng(seed)
    county = small_county(fields=int(rng.integers(1, 15)), days=1, seed=seed)
    county = replace(
        county,
        fields=tuple(replace(f, ready_date=FIRST, clear_by=FIRST) for f in county.fields),
        balers=tuple(
            replace(
                b,
                shift_start_min=int(rng.choice([300, 540, 1200])),
                shift_hours=float(rng.choice([1.5, 7.0, 10.0])),
                rate_mu_per_h=float(rng.choice([6.0, 10.0, 14.5])),
            )
            for b in county.balers
        ),
        workable_fraction_by_date={FIRST: float(rng.choice([0.2, 0.5, 1.0]))},
    )
    return county, {f.field_id: round(f.area_mu * float(rng.uniform(0.1, 1.0)), 3) for f in county.fields}


def _busy_day() -> tuple[Scenario, dict[str, float]]:
    county = small_county(fields=110, days=1, seed=7)
    balers = tuple(baler(f"B{i:02d}", f"Y{i % 2 + 1}") for i in range(78))
    return replace(county, balers=balers, workable_fraction_by_date={}), {f.field_id: f.area_mu for f in county.fields}


def _of_busy_day(county: Scenario, wanted: Mapping[str, float]) -> tuple[BalerStop, ...]:
    return plan_baling(county, CrowWays(county), FIRST, wanted, {}, dry_t_per_mu=dict.fromkeys(wanted, 0.41))
