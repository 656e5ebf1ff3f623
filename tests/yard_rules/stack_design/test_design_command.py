from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.fire_safety.design_command import design
from tests.yard_rules.stack_design.yards import home, rectangle
from yard_rules.yard_drawing import read_yard_drawing, write_yard_drawing


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "site.geojson"
    write_yard_drawing(rectangle(36, 40), path)
    return path


def test_a_proposal_is_written_with_its_picture_and_its_figures(site: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = ["--out", str(out), "--seconds", "10", "--goal", "room", "--day", "2026-11-01"]
    result = CliRunner().invoke(design, [str(site), *options])
    assert result.exit_code == 0, result.output
    assert "of the upper bound" in result.output
    answer = json.loads((out / "proposals.json").read_text(encoding="utf-8"))
    (proposal,) = answer["proposals"]
    assert proposal["goal"] == "room"
    assert sum(stack.bales or 0 for stack in read_yard_drawing(out / "room.geojson").stacks) == proposal["bales"]
    assert (out / "room.png").stat().st_size > 10_000
    assert (out / "room.svg").exists()


def test_a_drawn_layout_is_improved_by_few_moves(site: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    options = ["--seconds", "5", "--goal", "room", "--day", "2026-11-01", "--no-pictures"]
    CliRunner().invoke(design, [str(site), "--out", str(first), *options])
    drawing = json.loads((first / "room.geojson").read_text(encoding="utf-8"))
    kept = [it for it in drawing["features"] if it["id"] != "extinguisher-01"]
    site.write_text(json.dumps({**drawing, "features": kept}), encoding="utf-8")
    result = CliRunner().invoke(design, [str(site), "--out", str(second), "--improve", *options])
    assert result.exit_code == 0, result.output
    assert "add extinguisher" in result.output
    assert json.loads((second / "improvement.json").read_text(encoding="utf-8"))["findings_after"] == 0


def test_an_impossible_site_is_told_why(tmp_path: Path) -> None:
    path = tmp_path / "site.geojson"
    write_yard_drawing(rectangle(40, 50, neighbours=[home(18, 54)]), path)
    result = CliRunner().invoke(design, [str(path), "--out", str(tmp_path / "out")])
    assert result.exit_code == 1
    assert "home: 50 m to it leave" in result.output


def test_a_drawing_with_faults_is_told_all_of_them(tmp_path: Path) -> None:
    path = tmp_path / "site.geojson"
    path.write_text('{"type": "FeatureCollection"}', encoding="utf-8")
    result = CliRunner().invoke(design, [str(path), "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert str(path) in result.output


def test_a_folder_that_cannot_be_made_is_said_without_a_traceback(site: Path, tmp_path: Path) -> None:
    file = tmp_path / "a file"
    file.write_text("")
    result = CliRunner().invoke(design, [str(site), "--out", str(file / "folder")])
    assert result.exit_code == 2
    assert "--out" in result.output
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)
