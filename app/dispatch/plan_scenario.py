"""Which scenario a plan was made for, where a command is given both folders."""

from __future__ import annotations

from pathlib import Path

from flask_babel import gettext
from rich.console import Console

from solver.plan import Plan
from solver.scenario import Scenario
from solver.scenario_files import read_scenario


def scenario_of(console: Console, scenario_folder: Path, plan_folder: Path, plan: Plan) -> Scenario:
    """The scenario of the folder; for a plan that begins on another day (`strawline plan --day`) the scenario of its
    morning, which stands beside it, and a line that says so. Raises ScenarioFaults."""
    county = read_scenario(scenario_folder)
    begins, own = plan.summary.get("from"), plan_folder / "scenario"
    if begins in (None, county.season_start.isoformat()) or not (own / "scenario.toml").is_file():
        return county
    console.print(gettext("The plan begins on %(day)s: %(folder)s is taken.", day=begins, folder=own), soft_wrap=True)
    return read_scenario(own)
