"""Pictures of yards with many faults: each number can be read, each camera shows what it sees."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from app.fire_safety.drawings.sketch import Sketch, sketch_of
from app.fire_safety.number_places import Box, Wanted, number_places
from app.fire_safety.yard_picture_margins import spans
from app.fire_safety.yard_picture_styles import camera_view
from tests.yard_rules.fire.bench import yard_of_60_stacks
from yard_rules.fire import FireRules, check_yard
from yard_rules.yard_drawing import from_geojson, to_geojson

DRAWN = Path(__file__).resolve().parents[3] / "data" / "yards" / "Y01.geojson"
RULES = FireRules(date(2026, 11, 23))


def yard_with_a_shed_in_the_ring() -> dict[str, Any]:
    """Four measures on one line of 9 m, no water, each stack out of reach of a hose."""
    content: dict[str, Any] = json.loads(DRAWN.read_text(encoding="utf-8"))
    gone = ("hydrant", "pond", "hose_point")
    content["features"] = [it for it in content["features"] if it["properties"]["kind"] not in gone]
    shed = [[1, 17], [5, 17], [5, 22], [1, 22], [1, 17]]
    line = [[-3, -20], [-3, 60]]
    content["features"] += [
        feature("shed", {"type": "Polygon", "coordinates": [shed]}, kind="building", fire_grade=4, height_m=3.0),
        feature("wire", {"type": "LineString", "coordinates": line}, kind="power_line", pole_height_m=8.0),
    ]
    return content


def feature(name: str, geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "id": name, "properties": properties, "geometry": geometry}


def sketched(content: dict[str, Any]) -> Sketch:
    drawing = from_geojson(content)
    return sketch_of(drawing, check_yard(drawing, RULES))


def lie_over_each_other(one: Box, other: Box) -> bool:
    return all(one[i] + one[i + 2] > other[i] + 1e-6 and other[i] + other[i + 2] > one[i] + 1e-6 for i in (0, 1))


@pytest.mark.parametrize("content", [yard_with_a_shed_in_the_ring(), yard_of_60_stacks()], ids=["shed", "60 stacks"])
def test_no_number_of_a_finding_lies_over_another_or_is_cut_off(app: Flask, content: dict[str, Any]) -> None:
    with app.test_request_context():
        sketch = sketched(content)
    labels = [mark.label for mark in sketch.marks if mark.label is not None]
    assert len(labels) >= 8
    assert {it.number for it in labels} <= set(range(1, 200))
    assert not [(a.text, b.text) for a, b in combinations(labels, 2) if lie_over_each_other(a.box, b.box)]
    for x, y, width, height in (it.box for it in labels):
        assert x >= -1e-6
        assert y >= -1e-6
        assert x + width <= sketch.width_m + 1e-6
        assert y + height <= sketch.height_m + 1e-6


def test_a_number_away_from_its_place_has_a_line_to_it_and_measures_stand_where_there_is_room() -> None:
    frame = (0.0, 0.0, 60.0, 40.0)
    many = [Wanted(number=n, measure="1.3 m of 6 m", at=(30, 20), extent=(30, 20, 0, 0)) for n in range(1, 15)]
    places = number_places(many, frame, 1.0, ())
    led = [it for it in places if it.leader is not None]
    assert led
    assert all(it.leader is not None and it.leader[0] == (30, 20) for it in led)
    assert any(it.text == f"{it.number} · 1.3 m of 6 m" for it in places)
    [alone] = number_places(many[:1], frame, 1.0, ())
    assert (alone.text, alone.leader) == ("1 · 1.3 m of 6 m", None)


def test_a_camera_is_shown_with_its_true_range_and_angle(app: Flask) -> None:
    drawing = from_geojson(json.loads(DRAWN.read_text(encoding="utf-8")))
    [camera] = [it for it in drawing.cameras if it.id == "camera-1"]
    view = camera_view(camera)
    assert view.area == pytest.approx(3.14159 * 60**2 * 100 / 360, rel=1e-3)
    west, south, east, north = view.bounds
    assert (east - camera.shape.x, north - camera.shape.y) == pytest.approx((60, 60), abs=0.1)
    assert (west, south) == pytest.approx((camera.shape.x - 5.2, camera.shape.y - 5.2), abs=0.1)
    with app.test_request_context():
        sketch = sketch_of(drawing, ())
    assert all(it.view for it in sketch.things if it.kind == "camera")
    waiting = next(it for it in drawing.waiting_areas)
    assert waiting.shape.bounds[2] < sketch.west_m + sketch.width_m


def test_what_no_camera_sees_is_hatched(app: Flask) -> None:
    content = json.loads(DRAWN.read_text(encoding="utf-8"))
    for camera in (it["properties"] for it in content["features"] if it["properties"]["kind"] == "camera"):
        camera["range_m"] = 20
    with app.test_request_context():
        sketch = sketched(content)
    blind = [mark for mark in sketch.marks if mark.finding.rule == "camera_blind" and mark.shape == "area"]
    assert blind
    assert all(mark.is_hatched for mark in blind)


@pytest.mark.parametrize(("numbers", "words"), [([1, 2, 3, 7], "1–3, 7"), ([4], "4"), ([1, 3, 4], "1, 3–4"), ([], "")])
def test_numbers_in_a_row_are_told_as_a_span(numbers: Sequence[int], words: str) -> None:
    assert spans(numbers) == words


def test_a_given_clear_height_stands_in_the_picture_and_is_kept(app: Flask) -> None:
    content = yard_with_a_shed_in_the_ring()
    wire = next(it for it in content["features"] if it["id"] == "wire")
    wire["properties"]["clear_height_m"] = 3.5
    with app.test_request_context(), force_locale("zh_Hans_CN"):
        names = {thing.id: thing.label for thing in sketched(content).things}
    assert names["wire"] == "净空 3.5 m"
    assert [label for id_, label in names.items() if "gate" in id_] == [None]
    kept = next(it for it in to_geojson(from_geojson(content))["features"] if it["id"] == "wire")
    assert kept["properties"]["clear_height_m"] == 3.5
