"""`strawline plan` and `strawline as-of` on a folder: what is written, what is removed, what is refused."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from solver.scenario_files import read_scenario, write_scenario
from tests.solver.small_county import FIRST, small_county

SECOND, FOURTH = FIRST + timedelta(days=1), FIRST + timedelta(days=3)


def strawline(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def county(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("app.dispatch.planning_commands.CACHE_FOLDER", tmp_path / "cache")
    write_scenario(small_county(fields=5, days=4), tmp_path / "county")
    return tmp_path / "county"


def test_a_plan_that_ends_before_the_morning_is_refused(county: Path, tmp_path: Path) -> None:
    answer = strawline("plan", county, "--days", 1, "--seconds", 0.3, "--out", tmp_path / "plan")
    assert answer.exit_code == 0, answer.output
    answer = strawline("as-of", county, "--plan", tmp_path / "plan", "--date", FOURTH, "--out", tmp_path / "later")
    assert answer.exit_code == 2
    assert f"plans the days to {FIRST} only" in answer.output
    assert not (tmp_path / "later").exists()
    answer = strawline("as-of", county, "--plan", tmp_path / "plan", "--date", SECOND, "--out", tmp_path / "later")
    assert answer.exit_code == 0, answer.output
    assert read_scenario(tmp_path / "later").season_start == SECOND


def test_a_new_plan_takes_the_parts_of_the_old_one_away_and_no_other_file(county: Path, tmp_path: Path) -> None:
    out = tmp_path / "plan"
    assert strawline("plan", county, "--day", FIRST, "--seconds", 0.3, "--out", out).exit_code == 0
    assert (out / "scenario" / "scenario.toml").exists()
    (out / "scenario" / "my notes.txt").write_text("mine", encoding="utf-8")
    assert strawline("plan", county, "--rule", "greedy", "--out", out).exit_code == 0
    assert [p.name for p in (out / "scenario").iterdir()] == ["my notes.txt"]
    assert not (out / "programme").exists()


def test_the_scenario_that_is_read_is_never_removed(county: Path, tmp_path: Path) -> None:
    out = tmp_path / "plan"
    assert strawline("plan", county, "--day", FIRST, "--seconds", 0.3, "--out", out).exit_code == 0
    assert strawline("plan", out / "scenario", "--days", 1, "--seconds", 0.3, "--out", out).exit_code == 0
    assert read_scenario(out / "scenario").season_start == FIRST


def test_a_scenario_where_no_plan_stood_is_not_taken_for_a_part(county: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    write_scenario(read_scenario(county), out / "scenario")
    assert strawline("plan", county, "--rule", "greedy", "--out", out).exit_code == 0
    assert (out / "scenario" / "scenario.toml").exists()
