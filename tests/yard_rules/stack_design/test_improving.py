"""A drawn layout with small faults: stacks are moved, none is lost, nothing is added that no finding asks for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from shapely.affinity import translate

from tests.yard_rules.stack_design.yards import RULES, rectangle
from yard_rules.finding import Severity
from yard_rules.fire import check_yard
from yard_rules.stack_design.design import design_figures
from yard_rules.stack_design.improve import improve_yard
from yard_rules.stack_design.nudges import nudged, stack_conflicts
from yard_rules.yard_drawing import Cover, Stack, YardDrawing, from_geojson

DRAWN = Path(__file__).resolve().parents[3] / "data" / "yards" / "Y02.geojson"


@pytest.fixture
def drawn() -> YardDrawing:
    return from_geojson(json.loads(DRAWN.read_text(encoding="utf-8")))


def pushed(drawing: YardDrawing, stack_id: str, x_m: float, y_m: float) -> YardDrawing:
    stacks = [replace(it, shape=translate(it.shape, x_m, y_m)) if it.id == stack_id else it for it in drawing.stacks]
    return replace(drawing, stacks=tuple(stacks))


def grave(drawing: YardDrawing) -> list[str]:
    return [it.rule for it in check_yard(drawing, RULES) if it.severity is not Severity.ADVICE]


def test_a_stack_a_little_too_near_is_moved_back_and_the_missing_extinguisher_added(drawn: YardDrawing) -> None:
    broken = pushed(drawn, "stack-2", 1.5, 0)
    broken = replace(broken, extinguishers=tuple(it for it in broken.extinguishers if it.id != "extinguisher-1"))
    assert len(grave(broken)) >= 2
    found = improve_yard(broken, RULES)
    assert grave(found.drawing) == []
    assert [(it.what, it.thing) for it in found.moves] == [("move", "stack-2"), ("add", "extinguisher-01")]
    assert found.bales_after == found.bales_before
    old, new = (next(it.shape for it in drawing.stacks if it.id == "stack-2") for drawing in (broken, found.drawing))
    assert pytest.approx(old.centroid.distance(new.centroid), abs=1e-6) == 1.5


def test_a_layout_that_keeps_every_rule_gets_no_stack_and_no_light_added(drawn: YardDrawing) -> None:
    roomier = replace(drawn, stacks=drawn.stacks[1:], lights=drawn.lights[:1])
    assert grave(roomier) == []
    found = improve_yard(roomier, RULES)
    assert found.moves == ()
    assert found.drawing.stacks == roomier.stacks


def row_of_stacks(*wests_m: float) -> list[Stack]:
    return [
        Stack(
            id=f"stack-{n}",
            shape=shapely.box(west, 0, west + 10, 10),
            group="A",
            height_m=3.0,
            layers=3,
            cover=Cover.FIRE_SHEET,
        )
        for n, west in enumerate(wests_m, start=1)
    ]


def test_where_one_move_is_not_enough_its_neighbour_makes_room() -> None:
    figures = design_figures(RULES, rectangle(60, 60))
    stacks, ground = row_of_stacks(0, 13, 27), shapely.box(0, 0, 38, 10)
    moved = nudged(stacks, ground, ground, figures)
    assert [it.shape.bounds[0] for it in moved] == pytest.approx([0, 14, 28])
    assert stack_conflicts(moved, ground, figures) == []


def test_what_no_small_move_ends_stays_for_the_choice_of_what_goes() -> None:
    figures = design_figures(RULES, rectangle(60, 60))
    stacks, ground = row_of_stacks(0, 13, 27), shapely.box(0, 0, 37, 10)
    assert nudged(stacks, ground, ground, figures) == tuple(stacks)
    assert stack_conflicts(stacks, ground, figures) == [(0, 1)]
