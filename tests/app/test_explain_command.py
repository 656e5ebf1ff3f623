"""`strawline explain` in words and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from solver.greedy import plan_greedy
from solver.plan_files import write_plan
from solver.roads.matrices import ways_of
from solver.scenario_files import write_scenario
from tests.solver.small_county import small_county


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A county without balers: all straw stays."""
    county = replace(small_county(fields=3, days=3), balers=())
    write_scenario(county, tmp_path / "county")
    write_plan(plan_greedy(county, ways_of(county)), tmp_path / "plan")
    return tmp_path


def explained(folder: Path, field_id: str, *more: str) -> Result:
    return CliRunner().invoke(main, ["explain", str(folder / "county"), str(folder / "plan"), field_id, *more])


def test_straw_that_stays_is_explained_with_the_remedy_in_chinese_and_as_json(folder: Path) -> None:
    answer = explained(folder, "F000")
    assert answer.exit_code == 0, answer.output
    assert "最省的办法：最近的中转场增加一台打捆机" in answer.output
    told = json.loads(explained(folder, "F000", "--json", "--language", "en").output)
    assert told["cheapest"]["relaxed"] == ["balers"]
    assert told["cheapest"]["text"] == "one more baler at the nearest yard"
    assert told["left_t"] == pytest.approx(told["dry_straw_t"])


def test_a_field_that_is_not_there_is_refused(folder: Path) -> None:
    answer = explained(folder, "F999")
    assert answer.exit_code == 2
    assert "场景中没有田块 F999" in answer.output
