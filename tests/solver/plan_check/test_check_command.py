"""`strawline check`: exit status and what is printed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from checked_plan import checked_plan, checked_scenario
from click.testing import CliRunner, Result

from app.cli import main
from solver.plan_files import write_plan
from solver.scenario_files import write_scenario


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    scenario = checked_scenario()
    write_scenario(scenario, tmp_path / "scenario")
    write_plan(checked_plan(scenario), tmp_path / "plan")
    return tmp_path / "scenario", tmp_path / "plan"


def _check(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["check", *map(str, arguments)])


def test_a_clean_plan_exits_with_0(folders: tuple[Path, Path]) -> None:
    told = _check(*folders)
    assert told.exit_code == 0
    assert "keeps all seven rules" in told.stdout
    told = _check(*folders, "--json")
    assert told.exit_code == 0
    assert json.loads(told.stdout) == {"ok": True, "violations": []}


def test_a_broken_plan_exits_with_1_and_names_rule_file_and_row(folders: tuple[Path, Path]) -> None:
    scenario = checked_scenario()
    plan = checked_plan(scenario)
    write_plan(replace(plan, unserved=(replace(plan.unserved[0], dry_t=9.0), plan.unserved[1])), folders[1])
    told = _check(*folders, "--json")
    assert told.exit_code == 1
    assert json.loads(told.stdout) == {
        "ok": False,
        "violations": [
            {
                "rule": 1,
                "file": "unserved.csv",
                "row": 2,
                "message": "field F3 keeps 1.000 t, listed are 9.000 t",
            }
        ],
    }
    told = _check(*folders)
    assert told.exit_code == 1
    assert "Rule 1" in told.stdout
    assert "1 violation of 1 of the seven rules" in told.stdout


def test_many_violations_are_counted_not_all_shown(folders: tuple[Path, Path]) -> None:
    plan = checked_plan(checked_scenario())
    write_plan(replace(plan, truck_stops=()), folders[1])
    told = _check(*folders)
    assert told.exit_code == 1
    assert "more under rule 7" in told.stdout


def test_what_cannot_be_read_exits_with_2_and_tells_all_faults(folders: tuple[Path, Path]) -> None:
    scenario, plan = folders
    (scenario / "towns.csv").unlink()
    (plan / "stock.csv").write_text("date\n")
    told = _check(scenario, plan, "--json")
    assert told.exit_code == 2
    answer = json.loads(told.stdout)
    assert answer["ok"] is False
    assert answer["violations"] == []
    assert {fault["file"] for fault in answer["faults"]} == {"towns.csv", "stock.csv"}
    told = _check(scenario, plan)
    assert told.exit_code == 2
    assert "towns.csv" in told.stderr


def test_folders_that_are_not_there_exit_with_2(tmp_path: Path) -> None:
    told = _check(tmp_path / "a", tmp_path / "b", "--json")
    assert told.exit_code == 2
    assert len(json.loads(told.stdout)["faults"]) == 2
