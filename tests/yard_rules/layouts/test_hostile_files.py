from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.yard_rules.layouts.base_yards import small
from tests.yard_rules.layouts.drawing import box, point
from tests.yard_rules.layouts.hostile import HOSTILE_FILES, HostileFile, degrees_beyond_the_globe
from yard_rules.yard_drawing import DrawingFaults, read_yard_drawing


def faults_of(content: bytes, folder: Path) -> DrawingFaults:
    file = folder / "yard.geojson"
    file.write_bytes(content)
    with pytest.raises(DrawingFaults) as told:
        read_yard_drawing(file)
    return told.value


@pytest.mark.parametrize("hostile", HOSTILE_FILES, ids=lambda hostile: hostile.name)
def test_a_faulty_file_is_told_what_is_faulty_and_nothing_else(hostile: HostileFile, tmp_path: Path) -> None:
    told = faults_of(hostile.content, tmp_path).faults
    for feature, part in hostile.named:
        assert any(fault.feature == feature and part in (None, fault.part) for fault in told), told
    assert {fault.feature for fault in told} == {feature for feature, _ in hostile.named}
    for fault in told:
        assert fault.text.strip()
        assert len(str(fault)) < 400


def test_metres_that_are_said_to_be_degrees_are_refused(tmp_path: Path) -> None:
    (fault,) = faults_of(degrees_beyond_the_globe(), tmp_path).faults
    assert 'write "m" as the unit' in fault.text


@pytest.mark.parametrize("many", [5_001, 20_000])
def test_too_many_features_are_refused(many: int, tmp_path: Path) -> None:
    content = small().geojson()
    light = {"type": "Feature", "properties": {"kind": "light"}, "geometry": point(5, 33)}
    content["features"] += [{**light, "id": f"light {number}"} for number in range(many)]
    assert faults_of(json.dumps(content).encode(), tmp_path).faults[0].feature is None


def test_a_line_of_too_many_points_is_refused(tmp_path: Path) -> None:
    yard = small().put(
        "long", "fence", {"type": "LineString", "coordinates": [[1, 1 + n / 1e4] for n in range(100_001)]}
    )
    assert faults_of(json.dumps(yard.geojson()).encode(), tmp_path).faults


def test_many_faults_are_all_told(tmp_path: Path) -> None:
    yard = small()
    for number in range(200):
        yard = yard.put(f"T{number}", "stack", box(25, 9, 41, 17), height_m=-1)
    told = faults_of(json.dumps(yard.geojson()).encode(), tmp_path).faults
    assert {fault.feature for fault in told} == {f"T{number}" for number in range(200)}


@pytest.mark.parametrize("lead", [b"\xef\xbb\xbf", b"\n\t "])
def test_a_mark_of_the_byte_order_and_space_before_the_file_do_no_harm(lead: bytes, tmp_path: Path) -> None:
    file = tmp_path / "yard.geojson"
    file.write_bytes(lead + json.dumps(small().geojson()).encode())
    assert read_yard_drawing(file).yard_id == "Y99"
