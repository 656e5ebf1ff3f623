from __future__ import annotations

import pytest

from tests.yard_rules.stack_design.yards import RULES, home, rectangle, site
from yard_rules.stack_design.design import design_figures
from yard_rules.stack_design.ground import stack_ground

DISTANCES = design_figures(RULES, rectangle(50, 60)).distances


def test_whole_metres_fit_between_the_lanes() -> None:
    ground = stack_ground(rectangle(44, 61), DISTANCES)
    left, low, right, high = ground.bounds
    assert 32.0 <= right - left < 32.001
    assert 49.0 <= high - low < 49.001


def test_the_ground_for_a_bound_holds_all_other_ground() -> None:
    drawing = site([(0, 0), (60, 0), (60, 30), (34, 30), (34, 46), (0, 46)], neighbours=[home(-45, 10)])
    most, usual = (stack_ground(drawing, DISTANCES, is_bound=is_bound) for is_bound in (True, False))
    assert usual.difference(most).area < 1e-3
    assert most.area > usual.area + 1.0


def test_homes_keep_their_distance() -> None:
    drawing = rectangle(60, 50, neighbours=[home(-40, 20)])
    assert stack_ground(drawing, DISTANCES).distance(drawing.neighbours[0].shape) == pytest.approx(50, abs=1e-3)
