from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from tests.yard_rules.stack_design.yards import RULES
from yard_rules.stack_design.cover import fewest
from yard_rules.stack_design.figures import StackFigures
from yard_rules.stack_design.packing import PlacedStack, columns_of, directions, packed

FIGURES = StackFigures.read(RULES.value)


def test_two_groups_of_four_fill_a_right_angled_ground() -> None:
    stacks = packed(box(0, 0, 38, 54.7), FIGURES, angle_rad=0.0, step_m=1.0)
    assert columns_of(stacks) == 1152
    assert sorted(stack.group for stack in stacks) == [0] * 4 + [1] * 4


def test_a_ground_that_is_too_narrow_holds_nothing() -> None:
    assert packed(box(0, 0, 3, 60), FIGURES, angle_rad=0.0, step_m=1.0) == []
    assert packed(Polygon(), FIGURES, angle_rad=0.0, step_m=1.0) == []


def test_finer_cells_hold_no_less() -> None:
    ground = Polygon([(0, 0), (50, 3), (41, 33), (4, 30)])
    coarse, fine = (packed(ground, FIGURES, angle_rad=0.1, step_m=step_m) for step_m in (1.0, 0.5))
    assert columns_of(fine) >= columns_of(coarse)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 60), st.floats(0, 60)), min_size=3, max_size=7),
    st.floats(0, 1.5),
)
def test_stacks_lie_in_the_ground_and_keep_their_gaps(points: list[tuple[float, float]], angle_rad: float) -> None:
    ground = Polygon(points).convex_hull
    if ground.geom_type != "Polygon":
        return
    stacks = packed(ground, FIGURES, angle_rad=angle_rad, step_m=1.0)
    _assert_kept(stacks, ground)


def test_a_hole_in_the_ground_is_gone_round() -> None:
    ground = box(0, 0, 60, 50).difference(box(20, 20, 30, 30))
    stacks = packed(ground, FIGURES, angle_rad=0.0, step_m=1.0)
    assert columns_of(stacks) > 800
    _assert_kept(stacks, ground)


def test_rows_go_along_the_long_sides() -> None:
    tilted = Polygon([(0, 0), (40, 30), (28, 46), (-12, 16)])
    assert np.degrees(directions(tilted)[0]) == pytest.approx(36.9, abs=0.1)


def test_the_fewest_that_cover_are_found() -> None:
    serves = np.array([[1, 0, 1], [1, 0, 0], [0, 1, 1], [0, 1, 0]], dtype=bool)
    assert fewest(serves) == [0, 1]
    assert fewest(np.zeros((1, 3), dtype=bool)) is None
    assert fewest(np.zeros((0, 3), dtype=bool)) == []


def _assert_kept(stacks: list[PlacedStack], ground: Polygon) -> None:
    for stack in stacks:
        assert ground.buffer(1e-4, join_style="mitre").covers(stack.outline)
        assert stack.columns <= FIGURES.most_columns
    for one, other in combinations(stacks, 2):
        gap_m = FIGURES.stack_gap_m if one.group == other.group else FIGURES.group_gap_m
        assert one.outline.distance(other.outline) >= gap_m - 1e-6
    for group in {stack.group for stack in stacks}:
        assert sum(stack.group == group for stack in stacks) <= FIGURES.group_most_stacks
