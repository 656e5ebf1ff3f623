from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon, box
from shapely.affinity import rotate, translate

from tests.yard_rules.stack_design.yards import DRAWN_YARDS, RULES, home, rectangle, site
from yard_rules.finding import Severity
from yard_rules.fire import check_yard, legal_capacity
from yard_rules.fire.yard import Yard
from yard_rules.stack_design import Goal, NoDesign, design_yard
from yard_rules.stack_design.design import design_figures
from yard_rules.stack_design.improve import improve_yard
from yard_rules.stack_design.indoors import stored_stacks
from yard_rules.yard_drawing import (
    Building,
    BuildingUse,
    Column,
    YardDrawing,
    from_geojson,
    read_yard_drawing,
    to_geojson,
)

INNER_CORNER = [(0.0, 0.0), (60.0, 0.0), (60.0, 30.0), (34.0, 30.0), (34.0, 46.0), (0.0, 46.0)]


@pytest.fixture(scope="module")
def designed() -> YardDrawing:
    found = design_yard(rectangle(40, 46), RULES, seconds=0.2, goals=[Goal.ROOM])
    return found.proposals[0].drawing


@pytest.mark.parametrize(
    "drawing",
    [site(INNER_CORNER), rectangle(36, 44, neighbours=[home(-45, 10)])],
    ids=["inner corner", "home nearby"],
)
def test_any_design_passes_the_check_and_stays_below_the_bound(drawing: YardDrawing) -> None:
    found = design_yard(drawing, RULES, seconds=0.2, goals=[Goal.ROOM])
    (proposal,) = found.proposals
    assert _grave(proposal.drawing) == []
    assert 0 < proposal.figures.bales <= proposal.figures.bound_bales <= proposal.figures.any_shape_bound_bales


@pytest.mark.parametrize("path", DRAWN_YARDS.values(), ids=DRAWN_YARDS)
def test_a_yard_drawn_by_hand_is_designed_about_its_scale_and_apron_with_no_less_room(path: Path) -> None:
    by_hand = read_yard_drawing(path)
    (proposal,) = design_yard(by_hand, RULES, seconds=0.5, goals=[Goal.ROOM]).proposals
    assert (proposal.drawing.scales, proposal.drawing.aprons) == (by_hand.scales, by_hand.aprons)
    assert _grave(proposal.drawing) == []
    assert legal_capacity(by_hand, RULES).bales <= proposal.figures.bales <= proposal.figures.bound_bales
    # What a file keeps, to a tenth of a millimetre, holds what the proposal says.
    again = from_geojson(to_geojson(proposal.drawing))
    assert _grave(again) == []
    assert legal_capacity(again, RULES).bales == proposal.figures.bales


@pytest.mark.parametrize("name", ["beside its apron", "with stacks in the open"])
def test_a_store_is_filled_with_its_aisles(name: str) -> None:
    if name == "beside its apron":
        drawing = read_yard_drawing(DRAWN_YARDS["Y05"])
    else:
        store = Building(id="store", shape=box(8, 44, 38, 62), use=BuildingUse.STORE, fire_grade=2, height_m=5.0)
        drawing = replace(rectangle(48, 70), buildings=(store,))
    found = design_yard(drawing, RULES, seconds=0.5, goals=[Goal.ROOM])
    (proposal,) = found.proposals
    assert _grave(proposal.drawing) == []
    indoors = sum(it.bales or 0 for stacks in Yard(proposal.drawing, RULES).indoor_stacks.values() for it in stacks)
    (floor,) = [it.shape.area for it in drawing.buildings if it.use is BuildingUse.STORE]
    # Three layers on two thirds of the floor, and no less than somebody has drawn there by hand.
    assert indoors > max(2 * floor, legal_capacity(drawing, RULES).bales)
    assert (len(proposal.drawing.stack_areas) > 0) == (name == "with stacks in the open")
    assert legal_capacity(proposal.drawing, RULES).bales == proposal.figures.bales <= proposal.figures.bound_bales


def test_a_store_of_another_shape_is_filled_where_a_rectangle_lies_in_it() -> None:
    corner = box(8, 30, 40, 62).difference(box(26, 44, 40, 62))
    store = Building(id="store", shape=corner, use=BuildingUse.STORE, fire_grade=2, height_m=3.2)
    column = Column(id="column", shape=box(38.0, 31.5, 38.4, 31.9))
    drawing = replace(rectangle(48, 70), buildings=(store,), columns=(column,))
    figures = design_figures(RULES, drawing)
    stacks = stored_stacks(drawing, figures.distances, figures.indoors, figures.stacks)
    # Half a metre below the roof only two layers.
    assert {it.layers for it in stacks} == {2}
    assert sum(it.shape.area for it in stacks) > 0.4 * 31 * 13
    indoor = (
        "wall_gap",
        "column_gap",
        "roof_gap",
        "stack_gap",
        "indoor_aisle",
        "escape_way",
        "stack_area_m2",
        "overlap",
    )
    assert not [it for it in check_yard(replace(drawing, stacks=stacks), RULES) if it.rule in indoor]


@settings(max_examples=2, deadline=None)
@given(st.floats(34, 44), st.floats(34, 44), st.floats(-5, 5), st.floats(-5, 5), st.floats(0, 3))
def test_a_design_on_any_quadrilateral_passes_the_check(
    width_m: float, length_m: float, lean_m: float, rise_m: float, turn: float
) -> None:
    corners = [(0.0, 0.0), (width_m, 0.0), (width_m + lean_m, length_m), (lean_m / 2, length_m + rise_m)]
    turned = rotate(Polygon(corners), turn, origin=(0, 0), use_radians=True)
    found = design_yard(site(list(turned.exterior.coords)[:4]), RULES, seconds=0.5, goals=[Goal.ROOM])
    assert _grave(found.proposals[0].drawing) == []


def test_a_design_still_passes_after_it_was_written_and_read(designed: YardDrawing) -> None:
    assert _grave(from_geojson(to_geojson(designed))) == []


def test_a_site_without_a_gate_for_vehicles_is_refused() -> None:
    with pytest.raises(NoDesign, match="no gate for vehicles"):
        design_yard(rectangle(50, 60, with_gate=False), RULES, seconds=1)


def test_homes_all_too_near_are_named_with_what_they_take() -> None:
    with pytest.raises(NoDesign) as refused:
        design_yard(rectangle(40, 50, neighbours=[home(18, 54)]), RULES, seconds=1)
    assert any("home: 50 m to it leave" in reason for reason in refused.value.reasons)


def test_a_strip_of_land_is_told_how_wide_it_has_to_be() -> None:
    with pytest.raises(NoDesign, match="needs 16 m"):
        design_yard(rectangle(150, 15), RULES, seconds=1)


def test_a_layout_without_faults_is_left_as_it_is(designed: YardDrawing) -> None:
    found = improve_yard(designed, RULES)
    assert [move.what for move in found.moves if "stack" in move.text] == []
    assert found.findings_after == 0


def test_one_stack_too_near_is_the_only_one_that_moves(designed: YardDrawing) -> None:
    first, *others = designed.stacks
    pushed = replace(designed, stacks=(replace(first, shape=translate(first.shape, -3.0, -3.0)), *others))
    assert _grave(pushed)
    found = improve_yard(pushed, RULES)
    assert _grave(found.drawing) == []
    moved = [move for move in found.moves if "stack" in move.text]
    assert [move.thing for move in moved] == [first.id]


def test_a_missing_extinguisher_is_added_and_nothing_else(designed: YardDrawing) -> None:
    poorer = replace(designed, extinguishers=designed.extinguishers[1:])
    assert _grave(poorer)
    found = improve_yard(poorer, RULES)
    assert _grave(found.drawing) == []
    assert [move.text.split(" ")[:2] for move in found.moves] == [["add", "extinguisher"]]


def test_a_camera_in_the_lane_is_moved(designed: YardDrawing) -> None:
    area = designed.stack_areas[0].shape
    x, y = area.exterior.coords[0]
    camera = replace(designed.cameras[0], shape=Point(x - 2.0, y - 2.0) if x > 0 else Point(x + 2.0, y))
    found = improve_yard(replace(designed, cameras=(camera, *designed.cameras[1:])), RULES)
    assert _grave(found.drawing) == []


def _grave(drawing: YardDrawing) -> list[str]:
    return [it.rule for it in check_yard(drawing, RULES) if it.severity is not Severity.ADVICE]
