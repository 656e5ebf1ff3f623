"""`strawline plan-counties`: several counties' seasons in one run, on some processes or on a cluster."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from flask_babel import gettext as _
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.command_group import LANGUAGES_OF_COMMANDS
from app.dispatch.crew_options import crew_of, crew_options
from app.dispatch.planning_commands import BROKEN, CACHE_FOLDER, CANCELLED, read_county, tell_violations, telling
from app.i18n import spoken
from solver.counties import CountyOutcome, CountyTask, plan_counties
from solver.plan_files import write_plan
from solver.planner import PlanBreaksRules
from solver.planner import Progress as Step
from solver.programme_files import write_programme

KEPT_FOLDER = ".units"


@click.command("plan-counties")
@click.argument("scenarios", metavar="SCENARIO...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the plans, one folder for each.")
@click.option("--days", type=click.IntRange(min=1), help="Plan only so many days from each season's start.")
@click.option("--seconds", type=click.FloatRange(min=0.1), help="Seconds of search for a day.")
@crew_options
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="One seed: one plan of each.")
@click.option("--language", type=LANGUAGES_OF_COMMANDS, default="zh", show_default=True, help="Of the table.")
def plan_several(
    scenarios: tuple[Path, ...],
    out: Path,
    days: int | None,
    seconds: float | None,
    workers: int,
    cluster: str | None,
    seed: int,
    language: str,
) -> None:
    """Plan the seasons of the counties in the folders SCENARIO... in one run, and write each into OUT.

    A unit of work is one stage of one day of one county; a worker that dies loses none, and after Ctrl-C the same
    command goes on where it stopped. Exit status: 0 all written, 1 a county has no plan (the others are written), 2 a
    scenario cannot be read or no worker lives, 130 stopped.
    """
    console = Console(stderr=True)
    names = [scenario.resolve().name for scenario in scenarios]
    if len(set(names)) < len(names):
        raise click.UsageError("two of the folders have one name: their plans would be one folder")
    tasks = [
        CountyTask(name, read_county(console, scenario), out / name / KEPT_FOLDER)
        for name, scenario in zip(names, scenarios, strict=True)
    ]
    with (
        telling(console, "what is done by now is kept") as told,
        crew_of(console, workers=workers, cluster=cluster) as crew,
    ):
        outcomes = plan_counties(
            tasks,
            crew,
            days=days,
            seconds_per_day=seconds,
            seed=seed,
            cache_folder=str(CACHE_FOLDER),
            told=lambda share: told(Step("counties", None, share)),
        )
    for task, outcome in zip(tasks, outcomes, strict=True):
        if outcome.plan is not None and not outcome.violations:
            if outcome.programme is not None:
                write_programme(task.scenario, outcome.programme, out / task.name / "programme")
            write_plan(outcome.plan, out / task.name)
        elif outcome.violations:
            tell_violations(console, PlanBreaksRules(outcome.violations))
    with spoken(language):
        Console().print(_table(outcomes, out))
    sys.exit(_status(outcomes))


def _status(outcomes: Sequence[CountyOutcome]) -> int:
    if any(o.failure or o.violations for o in outcomes):
        return BROKEN
    return CANCELLED if any(o.plan is None for o in outcomes) else 0


def _table(outcomes: Sequence[CountyOutcome], out: Path) -> Table:
    table = Table(title=escape(str(out)), title_justify="left")
    table.add_column(_("county"))
    for heading in (_("straw, t"), _("fetched, t"), _("lost, t"), _("cost, yuan"), _("above the bound, percent")):
        table.add_column(heading, justify="right")
    for outcome in outcomes:
        name = escape(outcome.name)
        if outcome.violations:
            table.add_row(name, _("the check refuses the plan"))
        elif outcome.plan is None:
            table.add_row(name, escape(outcome.failure) if outcome.failure else _("not whole yet"))
        else:
            tonnes, cost = outcome.plan.summary["tonnes"], outcome.plan.summary["cost_yuan"]
            gap = outcome.plan.summary.get("gap_percent")
            table.add_row(
                name,
                *(f"{tonnes[member]:,.1f}" for member in ("straw", "hauled", "left")),
                f"{cost['total']:,.0f}",
                "-" if gap is None else f"{gap:.2f}",
            )
    return table
