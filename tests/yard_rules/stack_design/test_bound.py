from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon, box
from shapely.affinity import rotate, translate

from tests.yard_rules.layouts.base_yards import BASE_YARDS
from tests.yard_rules.stack_design.yards import DRAWN_YARDS, RULES, small_bound_figures, small_figures
from yard_rules.fire import legal_capacity
from yard_rules.stack_design import site_bound
from yard_rules.stack_design.bound import _Box, group_costs_m2, least_loss_m2, most_bales, upper_bound
from yard_rules.stack_design.design import design_figures
from yard_rules.stack_design.figures import BoundFigures, StackFigures
from yard_rules.stack_design.layout import bare
from yard_rules.stack_design.packing import columns_of, packed
from yard_rules.yard_drawing import BuildingUse, YardDrawing, from_geojson, read_yard_drawing

Rectangle = tuple[int, int, int, int]
FIGURES = BoundFigures.outdoors(RULES.value)


@pytest.mark.parametrize(
    ("width_m", "length_m", "changes"),
    [
        (3, 4, {}),
        (5, 4, {}),
        (7, 3, {"group_most_stacks": 1}),
        (7, 3, {"most_columns": 4, "stack_most_m2": 4}),
        (11, 2, {}),
    ],
)
def test_no_layout_of_whole_metres_holds_more_than_the_bound(
    width_m: int, length_m: int, changes: dict[str, float]
) -> None:
    figures = small_figures(**changes)
    ground = box(0, 0, width_m, length_m)
    best = figures.layers * _best_by_trying_all(width_m, length_m, figures)
    bound = upper_bound(ground, ground.buffer(6), small_bound_figures(**changes), apron_m=None, ring_m=6)
    assert best <= bound.bales <= bound.any_shape_bales
    assert bound.bales <= figures.layers * width_m * length_m


def test_the_bound_is_less_than_area_times_height() -> None:
    ground = box(0, 0, 38, 55)
    bound = upper_bound(ground, ground.buffer(6), FIGURES, apron_m=None, ring_m=6)
    assert bound.bales < 0.65 * 3 * ground.area
    assert bound.any_shape_bales < 0.65 * 3 * ground.area


def test_one_small_place_holds_one_full_stack_and_the_bound_says_so() -> None:
    ground = box(0, 0, 10, 15)
    assert upper_bound(ground, ground.buffer(6), FIGURES, apron_m=None, ring_m=6).bales == 450


def test_a_place_that_is_no_whole_metres_is_counted_as_legal_capacity_counts_it() -> None:
    ground = box(0, 0, 10.05, 14.9)
    assert upper_bound(ground, ground.buffer(6), FIGURES, apron_m=None, ring_m=6).bales == 449


@pytest.mark.parametrize("yard", [*DRAWN_YARDS, *BASE_YARDS])
def test_no_drawn_yard_may_hold_more_than_the_bound_of_its_site(yard: str) -> None:
    drawing = _drawn(yard)
    site = bare(drawing)
    bound = site_bound(site, RULES, design_figures(RULES, site).building)
    assert 0 < legal_capacity(drawing, RULES).bales <= bound.bales <= bound.any_shape_bales


def test_what_a_store_holds_counts_to_the_bound() -> None:
    site = bare(_drawn("Y05"))
    building = design_figures(RULES, site).building
    (store,) = [it for it in site.buildings if it.use is BuildingUse.STORE]
    tent = replace(store, use=BuildingUse.OTHER)
    without = replace(site, buildings=tuple(tent if it is store else it for it in site.buildings))
    # Half of the floor, three layers high, at least.
    assert site_bound(site, RULES, building).bales > site_bound(without, RULES, building).bales + 1.5 * store.shape.area


@settings(max_examples=12, deadline=None)
@given(st.integers(12, 60), st.integers(12, 60), st.floats(0, 1.5))
def test_rows_of_stacks_never_hold_more_than_the_bound(width_m: int, length_m: int, angle_rad: float) -> None:
    figures = StackFigures.read(RULES.value)
    ground = box(0, 0, width_m, length_m)
    stacks = packed(ground, figures, angle_rad=angle_rad, step_m=1.0)
    bound = upper_bound(ground, ground.buffer(6), FIGURES, apron_m=None, ring_m=6)
    assert figures.layers * columns_of(stacks) <= bound.bales <= bound.any_shape_bales
    for reach_m in (2.0, 5.0):
        cost = group_costs_m2(FIGURES, reach_m, is_rectangle=True)
        area_m2 = ground.buffer(reach_m, quad_segs=64).area + 0.1
        assert figures.layers * columns_of(stacks) <= most_bales(cost, area_m2, 6_000)


@pytest.mark.parametrize("at", ["corner", "side", "middle", "across"])
@pytest.mark.parametrize("size_m", [3.0, 9.0, 14.0])
def test_what_is_widened_within_a_rectangle_takes_no_less_than_it_is_charged(at: str, size_m: float) -> None:
    ground = box(0, 0, 16, 40)
    place = {
        "corner": Point(0, 0).buffer(size_m).intersection(ground),
        "side": box(0, 10, size_m, 10 + size_m),
        "middle": Point(8, 20).buffer(size_m / 2),
        "across": box(0, 0, 16, size_m),
    }[at]
    about = _Box.about(ground, 0.0)
    for by_m in (0.5, 3.0, 12.0, 40.0):
        widened_m2 = place.buffer(by_m, quad_segs=64).intersection(ground).area
        charged_m2 = float(about.widened_m2(np.array([place.area]), by_m)[0])
        assert charged_m2 <= widened_m2 + 0.15
        # A corner and a strip are what takes least.
        assert at in ("side", "middle") or charged_m2 > 0.8 * widened_m2


def test_two_rooms_far_apart_hold_no_more_than_each_alone() -> None:
    near, far = box(0, 0, 20, 30), box(50, 0, 64, 30)
    alone = [upper_bound(it, it.buffer(6), FIGURES, apron_m=None, ring_m=6) for it in (near, far)]
    both = upper_bound(near.union(far), box(-6, -6, 70, 36), FIGURES, apron_m=None, ring_m=6)
    assert both.any_shape_bales <= sum(it.any_shape_bales for it in alone)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 150), st.integers(1, 150), st.floats(0.5, 5))
def test_a_group_of_two_takes_no_less_ground_than_it_is_charged(first: int, second: int, reach_m: float) -> None:
    figures = StackFigures.read(RULES.value)
    cost = group_costs_m2(FIGURES, reach_m, is_rectangle=True)
    one, other = _squarest(first), _squarest(second)
    other = translate(other, one.bounds[2] + figures.stack_gap_m - other.bounds[0], 0)
    widened = shapely.union(one, other).buffer(reach_m, quad_segs=64)
    assert cost[round(figures.layers * (one.area + other.area))] <= widened.area + 0.1


def test_the_ground_that_an_apron_takes_is_never_overstated() -> None:
    site = box(0, 0, 30, 24)
    room = box(6, 6, 24, 18).buffer(5)
    least = least_loss_m2(room, site, (6, 12), 1.0)
    assert least > 25
    apron = box(-6, -3, 6, 3)
    losses = [
        shapely.area(translate(rotate(apron, turn, origin=(0, 0)), x, y).buffer(1.0).intersection(room))
        for turn, x, y in product((0, 90), np.arange(3, 28, 1.0), np.arange(3, 22, 1.0))
        if site.covers(translate(rotate(apron, turn, origin=(0, 0)), x, y))
    ]
    assert least <= min(losses)


def test_an_apron_that_has_room_beside_the_ground_costs_nothing() -> None:
    assert least_loss_m2(box(0, 0, 10, 10), box(-60, 0, 10, 30), (6, 12), 1.0) == 0.0


def _drawn(yard: str) -> YardDrawing:
    if yard in BASE_YARDS:
        return from_geojson(BASE_YARDS[yard]().geojson())
    return read_yard_drawing(DRAWN_YARDS[yard])


def _squarest(columns: int) -> Polygon:
    width = max(w for w in range(1, columns + 1) if columns % w == 0 and w * w <= columns)
    return box(0, 0, width, columns // width)


def _best_by_trying_all(width_m: int, length_m: int, figures: StackFigures) -> int:
    """The most columns of all layouts of rectangles on the grid, by trying every one."""
    places: list[Rectangle] = [
        (x, y, x + w, y + h)
        for w, h in product(range(1, width_m + 1), range(1, length_m + 1))
        if w * h <= figures.most_columns
        for x, y in product(range(width_m - w + 1), range(length_m - h + 1))
    ]

    @cache
    def beside(one: Rectangle, other: Rectangle) -> float:
        dx = max(one[0] - other[2], other[0] - one[2], 0)
        dy = max(one[1] - other[3], other[1] - one[3], 0)
        overlaps = one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
        return -1.0 if overlaps else float(np.hypot(dx, dy))

    def area(place: Rectangle) -> int:
        return (place[2] - place[0]) * (place[3] - place[1])

    best = 0

    def extend(chosen: list[tuple[Rectangle, int]], start: int, total: int) -> None:
        nonlocal best
        best = max(best, total)
        if len(chosen) == 3:
            return
        groups = sorted({group for _, group in chosen})
        for at in range(start, len(places)):
            place = places[at]
            for group in [*groups, len(groups)]:
                if sum(other == group for _, other in chosen) >= figures.group_most_stacks:
                    continue
                gaps = [(figures.stack_gap_m if g == group else figures.group_gap_m, p) for p, g in chosen]
                if all(beside(place, p) >= gap_m for gap_m, p in gaps):
                    extend([*chosen, (place, group)], at + 1, total + area(place))

    extend([], 0, 0)
    return best
