"""`strawline replan` from files to files: written and judged clean, or refused with the place of every fault."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from solver.greedy import plan_greedy
from solver.plan_files import write_plan
from solver.roads.matrices import ways_of
from solver.scenario_files import write_scenario
from tests.solver.small_county import small_county

BROKEN_DOWN = {"kind": "breakdown", "truck": "K2", "until": "2026-11-04 09:00"}


def strawline(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    county = small_county(fields=8, days=3)
    write_scenario(county, tmp_path / "county")
    write_plan(plan_greedy(county, ways_of(county)), tmp_path / "plan")
    return tmp_path


def replanned(folder: Path, events: object, *more: object) -> Result:
    (folder / "events.json").write_text(json.dumps({"events": events}), encoding="utf-8")
    return strawline(
        "replan", folder / "county", folder / "plan", "--now", "2026-11-02 10:40", "--events", folder / "events.json",
        "--out", folder / "p2", *more,
    )  # fmt: skip


def test_a_repaired_plan_is_written_with_its_scenario_and_the_check_passes_it(folder: Path) -> None:
    answer = replanned(folder, [BROKEN_DOWN])
    assert answer.exit_code == 0, answer.output
    assert "今天需要通知" in answer.output
    answer = strawline("check", folder / "p2" / "scenario", folder / "p2")
    assert answer.exit_code == 0, answer.output
    assert "K2" in (folder / "p2" / "scenario" / "outages.csv").read_text()


def test_bad_events_are_refused_in_the_readers_language_and_nothing_is_written(folder: Path) -> None:
    bad = [BROKEN_DOWN | {"truck": "K9"}, {"kind": "storm"}]
    answer = replanned(folder, bad)
    assert answer.exit_code == 2
    assert "/events/0/truck: 场景中没有 K9" in answer.output
    assert "/events/1/kind: 没有这种事件" in answer.output
    assert "/events/0/truck: the scenario does not know K9" in replanned(folder, bad, "--language", "en").output
    assert not (folder / "p2").exists()


def test_a_moment_outside_the_plan_is_refused(folder: Path) -> None:
    answer = strawline(
        "replan", folder / "county", folder / "plan", "--now", "2027-01-01 10:40", "--out", folder / "p2"
    )
    assert answer.exit_code == 2
    assert "2027-01-01 10:40 不在计划之内" in answer.output
    assert not (folder / "p2").exists()
