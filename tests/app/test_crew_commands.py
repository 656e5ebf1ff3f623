"""`strawline simulate` and `strawline plan-counties`: what they write and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from solver.scenario_files import write_scenario
from tests.solver.small_county import small_county


def strawline(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for module in ("planning_commands", "simulate_command", "counties_command"):
        monkeypatch.setattr(f"app.dispatch.{module}.CACHE_FOLDER", tmp_path / "cache")
    write_scenario(small_county(fields=6, days=3), tmp_path / "county")
    return tmp_path / "county"


def test_a_simulation_writes_figures_and_pictures_in_both_languages(county: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan"
    assert strawline("plan", county, "--rule", "greedy", "--out", plan).exit_code == 0
    answer = strawline("simulate", county, plan, "--runs", 3, "--language", "en")
    assert answer.exit_code == 0, answer.output
    assert "straw lost, t" in answer.output
    said = json.loads((plan / "simulation" / "simulation.json").read_text(encoding="utf-8"))
    assert said["runs"] == 3
    assert said["distributions"]["lost_t"]["least"] >= 0
    assert len(said["rule_beside_planner"]["days"]) >= 1
    pictures = {p.name: p.stat().st_size for p in (plan / "simulation").iterdir() if p.suffix in (".png", ".svg")}
    assert set(pictures) == {
        f"{name}.{ending}" for name in ("distributions", "straw_left") for ending in ("png", "svg")
    }
    assert min(pictures.values()) > 5000
    again = strawline("simulate", county, plan, "--runs", 3)  # plays nothing: the runs are kept
    assert again.exit_code == 0
    assert "损失秸秆" in again.output
    assert json.loads((plan / "simulation" / "simulation.json").read_text(encoding="utf-8")) == said


def test_figures_that_cannot_be_read_are_told_at_once(county: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("[no_such]\n[neither]\n", encoding="utf-8")
    answer = strawline("simulate", county, tmp_path / "plan", "--figures", own)
    assert answer.exit_code == 2
    assert "no_such is no figure" in answer.output
    assert "neither is no figure" in answer.output


def test_counties_are_planned_into_a_folder_each(county: Path, tmp_path: Path) -> None:
    answer = strawline(
        "plan-counties", county, "--days", 1, "--seconds", 0.1, "--out", tmp_path / "all", "--language", "en"
    )
    assert answer.exit_code == 0, answer.output
    assert strawline("check", county, tmp_path / "all" / "county").exit_code == 0
    twice = strawline("plan-counties", county, county, "--out", tmp_path / "all")
    assert twice.exit_code == 2
    assert "one name" in twice.output


def test_a_cluster_that_is_not_there_is_told(county: Path, tmp_path: Path) -> None:
    answer = strawline("plan-counties", county, "--cluster", "nonsense://127.0.0.1:1", "--out", tmp_path / "all")
    assert answer.exit_code == 2
    assert "no scheduler" in answer.output
