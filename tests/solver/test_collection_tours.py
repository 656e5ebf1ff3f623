"""Rests of fields joined into tours: what a tour may hold, what stays as it is."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from haul_days import LINE_KM, LineWays, collect, hauled, line_county, lying_field, truck
from hypothesis import given, settings
from hypothesis import strategies as st
from small_county import CrowWays, small_county

from solver.hauling.collection_tours import with_tours
from solver.hauling.problem import LARGEST_TOUR, Wish
from solver.roads.ways import Ways
from solver.scenario import Scenario
from solver.season.geometry import full_load_t


def toured(
    county: Scenario, wishes: list[Wish], *, ways: Ways | None = None, same_day_t: dict[str, float] | None = None
) -> tuple[Wish, ...]:
    rest_t = [rest_of(county, w) for w in wishes]
    return with_tours(county, ways or LineWays(LINE_KM), wishes, rest_t, same_day_t=same_day_t or {})


def rest_of(county: Scenario, wish: Wish) -> float:
    """What full loads of the largest truck that reaches the field leave over."""
    farm_field = county.field_by_id.get(wish.origin_ids[0])
    classes = {t.truck_class for t in county.trucks if farm_field and county.admits(farm_field, t.truck_class)}
    largest_t = max((full_load_t(county, c) for c in classes), default=math.inf)
    return wish.dry_t - math.floor(wish.dry_t / largest_t + 1e-6) * largest_t


def tours_of(wishes: tuple[Wish, ...]) -> list[Wish]:
    return [w for w in wishes if len(w.origin_ids) > 1]


def tonnes(wishes: tuple[Wish, ...] | list[Wish]) -> dict[tuple[str, str], float]:
    sums: dict[tuple[str, str], float] = {}
    for wish in wishes:
        for origin, part_t in zip(wish.origin_ids, wish.parts_t, strict=True):
            sums[origin, wish.destination_id] = sums.get((origin, wish.destination_id), 0.0) + part_t
    return sums


def test_two_small_rests_make_one_load() -> None:
    wishes = [collect("F1", 1.0), collect("F2", 1.5)]
    (tour,) = toured(line_county({"F1": 1.0, "F2": 1.5}), wishes)
    assert set(zip(tour.origin_ids, tour.parts_t, strict=True)) == {("F1", 1.0), ("F2", 1.5)}
    assert tour.destination_id == "Y1"


def test_full_loads_stay_with_their_field_and_only_the_rest_is_toured() -> None:
    wishes = [collect("F1", 7.0), collect("F2", 4.5)]
    result = toured(line_county({"F1": 7.0, "F2": 4.5}), wishes)
    (tour,) = tours_of(result)
    assert dict(zip(tour.origin_ids, tour.parts_t, strict=True)) == pytest.approx({"F1": 1.0, "F2": 1.5})
    assert tonnes(result) == pytest.approx(tonnes(wishes))


def test_a_lone_rest_stays_with_its_field() -> None:
    wishes = [collect("F1", 7.0), collect("F2", 6.0), collect("F3", 1.0, "Y2")]
    assert set(toured(line_county({"F1": 7.0, "F2": 6.0, "F3": 1.0}), wishes)) == set(wishes)


def test_rests_for_different_places_are_not_joined() -> None:
    wishes = [collect("F1", 1.0), collect("F2", 1.0, "Y2")]
    assert list(toured(line_county({"F1": 1.0, "F2": 1.0}), wishes)) == wishes


def test_a_rest_of_most_of_a_load_goes_alone() -> None:
    wishes = [collect("F1", 2.8), collect("F2", 0.1)]
    assert list(toured(line_county({"F1": 2.8, "F2": 0.1}), wishes)) == wishes


def test_straw_baled_only_today_is_not_toured() -> None:
    wishes = [collect("F1", 1.0), collect("F2", 1.5)]
    assert list(toured(line_county({"F1": 1.0, "F2": 1.5}), wishes, same_day_t={"F1": 1.0})) == wishes


def test_linehauls_are_left_as_they_are() -> None:
    wishes = [Wish(("Y1",), "P1", (1.0,)), Wish(("Y2",), "P1", (1.0,))]
    assert list(toured(line_county({}), wishes)) == wishes


def test_bales_are_counted_whole_in_every_field() -> None:
    """Five parts of 0.52 t fit 3 t, but six bales each do not fit 30 together with a sixth part."""
    fields = {f"F{i}": 0.52 for i in range(1, 7)}
    ways = LineWays({"Y1": 0.0, "Y2": 40.0, "P1": 20.0} | dict.fromkeys(fields, 10.0))
    wishes = [collect(f, t) for f, t in fields.items()]
    for tour in tours_of(toured(line_county(fields), wishes, ways=ways)):
        assert sum(math.ceil(t / 0.1 - 0.01) for t in tour.parts_t) <= 30


def test_a_field_for_small_trucks_only_limits_its_tour() -> None:
    """0.8 t is all that the small truck holds: the two small fields together, the third with none of them."""
    fields = [lying_field(f, 0.4, max_truck_class="small") for f in ("F1", "F2", "F4")]
    county = line_county(fields, [truck("K1", cls="small"), truck("K2")])
    for tour in tours_of(toured(county, [collect(f.field_id, 0.4) for f in fields])):
        assert tour.dry_t <= 0.8 + 1e-9


def test_rests_that_no_truck_of_the_fleet_may_fetch_stay() -> None:
    fields = [lying_field(f, 0.4, max_truck_class="small") for f in ("F1", "F2")]
    wishes = [collect(f.field_id, 0.4) for f in fields]
    assert list(toured(line_county(fields), wishes)) == wishes
    assert list(toured(line_county(fields, []), wishes)) == wishes


def test_rests_are_not_joined_for_a_class_that_has_no_way_to_them() -> None:
    """Only the large truck holds both, and no road lets it in: the small one takes a load of each."""
    county = line_county({"F1": 0.9, "F2": 0.9}, [truck("K1", cls="small"), truck("K2")])
    ways = LineWays(LINE_KM, closed_to={"large": frozenset({"F1", "F2"})})
    wishes = [collect("F1", 0.9), collect("F2", 0.9)]
    result = toured(county, wishes, ways=ways)
    assert set(result) == set(wishes)
    assert hauled(county, list(result), ways=ways).hauled_t == pytest.approx(1.6)


def test_nothing_wanted_makes_no_tour() -> None:
    assert toured(line_county({}), []) == ()


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 1000))
def test_any_tour_fits_a_truck_that_its_fields_admit_and_the_tonnes_stay(seed: int) -> None:
    rng = np.random.default_rng(seed)
    county = small_county(fields=int(rng.integers(2, 16)), days=1, seed=seed)
    county = replace(county, bale_dry_t=float(rng.choice([0.1, 0.13])))
    wishes = [
        Wish((f.field_id,), str(rng.choice(["Y1", "Y2"])), (round(float(rng.uniform(0.03, 9.0)), 3),))
        for f in county.fields
    ]
    result = toured(county, wishes, ways=CrowWays(county))
    assert tonnes(result) == pytest.approx(tonnes(wishes))
    for tour in tours_of(result):
        assert 2 <= len(tour.origin_ids) <= LARGEST_TOUR
        assert len(set(tour.origin_ids)) == len(tour.origin_ids)
        classes = {
            t.truck_class
            for t in county.trucks
            if all(county.admits(county.field_by_id[f], t.truck_class) for f in tour.origin_ids)
        }
        bales = sum(math.ceil(t / county.bale_dry_t - 0.01) for t in tour.parts_t)
        assert any(
            tour.dry_t <= full_load_t(county, c) + 1e-6 and bales <= county.class_by_name[c].bale_capacity
            for c in classes
        )
