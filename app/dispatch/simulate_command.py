"""`strawline simulate`: a season played many times with what can go wrong."""

from __future__ import annotations

import json
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
from app.dispatch.planning_commands import CACHE_FOLDER, CANCELLED, UNREADABLE, checked_plan, read_county, telling
from app.dispatch.simulation_pictures import draw_simulation
from app.i18n import spoken
from app.picture_fonts import readable_language
from solver.planner import Progress as Step
from solver.simulation.figures import FiguresUnreadable, default_figures, read_figures
from solver.simulation.simulation import Simulation, distribution, simulate, summary_of
from solver.simulation.weather import NoRainFigure

JSON_FILE = "simulation.json"
RUNS_FOLDER = "runs"


@click.command("simulate")
@click.argument("scenario", type=click.Path(path_type=Path))
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the answer; else PLAN/simulation.")
@click.option("--runs", type=click.IntRange(min=1), default=200, show_default=True, help="Seasons to play.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="One seed: one answer.")
@crew_options
@click.option("--figures", type=click.Path(path_type=Path), help="Figures (TOML) in place of ours: docs/simulation.md.")
@click.option("--language", type=LANGUAGES_OF_COMMANDS, default="zh", show_default=True, help="Of tables and pictures.")
def simulate_plan(
    scenario: Path,
    plan: Path,
    out: Path | None,
    runs: int,
    seed: int,
    workers: int,
    cluster: str | None,
    figures: Path | None,
    language: str,
) -> None:
    """Play the season of SCENARIO many times, beginning with the first day of PLAN, and write what came of it.

    Rain, breakdowns, queues and slow loading are drawn anew in every run; each evening tomorrow is planned by a fast
    rule. Ctrl-C keeps the runs that are done, and the same command goes on with the rest. Exit status: 0 written, 1 the
    plan does not pass the check, 2 something cannot be read or no worker lives, 130 stopped before the first run.
    """
    console = Console(stderr=True)
    try:
        held = read_figures(figures) if figures is not None else default_figures()
    except (FiguresUnreadable, OSError) as error:
        console.print(escape(f"{figures}: {error}"), soft_wrap=True)
        sys.exit(UNREADABLE)
    county = read_county(console, scenario)
    first = checked_plan(console, county, plan)
    if first.summary.get("from", county.season_start.isoformat()) != county.season_start.isoformat():
        raise click.UsageError(f"PLAN begins on {first.summary['from']}, the season on {county.season_start}")
    folder = out or plan / "simulation"
    with (
        telling(console, "the runs played by now are kept") as told,
        crew_of(console, workers=workers, cluster=cluster) as crew,
    ):
        try:
            answer = simulate(
                county,
                first,
                held,
                runs=runs,
                seed=seed,
                crew=crew,
                kept=folder / RUNS_FOLDER,
                cache_folder=str(CACHE_FOLDER),
                told=lambda done: told(Step("run", None, done / runs)),
            )
        except NoRainFigure as error:
            raise click.UsageError(f"{error}: give them with --figures") from error
    if not answer.results:
        console.print("Stopped before the first run was played: nothing is written.")
        sys.exit(CANCELLED)
    (folder / JSON_FILE).write_text(json.dumps(summary_of(answer), ensure_ascii=False, indent=1), encoding="utf-8")
    draw_simulation(answer, folder, language=readable_language(language))
    with spoken(language):
        for table in _tables(answer, folder):
            Console().print(table)


def _tables(answer: Simulation, folder: Path) -> Sequence[Table]:
    tables = [_distributions(answer, folder)]
    if answer.comparison is not None:
        tables.append(_beside(answer))
    return tables


def _distributions(answer: Simulation, folder: Path) -> Table:
    results = answer.results
    table = Table(title=escape(f"{folder}: {answer.scenario.name}"), title_justify="left")
    table.add_column(_("%(runs)d seasons, seed %(seed)d", runs=len(results), seed=answer.seed))
    for heading in (_("mean"), _("one in ten below"), _("half"), _("one in ten above")):
        table.add_column(heading, justify="right")
    rows = (
        (_("straw lost, t"), [r.lost_t for r in results]),
        (_("of it in fields that may be cleared after the season, t"), [r.open_t[-1] for r in results]),
        (_("short at plants, t"), [r.short_t for r in results]),
        (_("stacked beside full yards, t"), [r.overflow_t for r in results]),
        (_("cost, yuan"), [r.cost_yuan for r in results]),
        (_("days of rain"), [float(r.rain_days) for r in results]),
        (_("days that can be worked"), [r.workable_days for r in results]),
        (_("picked up too wet to be paid as weighed, percent"), [100 * r.picked_up_wet_share for r in results]),
        (_("breakdowns of trucks"), [float(r.truck_breakdowns) for r in results]),
        (_("breakdowns of balers"), [float(r.baler_breakdowns) for r in results]),
    )
    table.add_row(_("last day of the season"), "", *_finish(answer))
    for name, values in rows:
        figures = distribution(values)
        table.add_row(name, *(f"{figures[part]:,.1f}" for part in ("mean", "p10", "p50", "p90")))
    return table


def _finish(answer: Simulation) -> list[str]:
    """The evening by which a tenth, half and nine tenths of the seasons had ended."""
    dates = answer.scenario.dates
    days = sorted(r.finish_day for r in answer.results)
    chosen = [days[min(int(share * len(days)), len(days) - 1)] for share in (0.1, 0.5, 0.9)]
    return [f"{dates[day]:%m-%d}" if day < len(dates) else _("not in time") for day in chosen]


def _beside(answer: Simulation) -> Table:
    """The fast rule beside the planner, where all goes as reckoned."""
    assert answer.comparison is not None
    table = Table(title=_("the fast rule beside the plan, where all goes as reckoned"), title_justify="left")
    table.add_column("")
    for heading in (
        _("t moved by the plan"),
        _("by the rule"),
        _("yuan per t moved, plan"),
        _("rule"),
        _("more, percent"),
        _("yuan per t baled, plan"),
        _("rule"),
        _("more, percent"),
    ):
        table.add_column(heading, justify="right")
    compared = [(f"{c.day:%m-%d}", c.planner, c.rule) for c in answer.comparison.days]
    season = answer.comparison.season
    if season is not None:
        compared.append((_("whole season"), season.planner, season.rule))
    for name, planner, rule in compared:
        table.add_row(
            name,
            f"{planner.moved_t:,.0f}",
            f"{rule.moved_t:,.0f}",
            *_pair(planner.trucks_yuan_per_t, rule.trucks_yuan_per_t),
            *_pair(planner.balers_yuan_per_t, rule.balers_yuan_per_t),
        )
    if season is not None:
        table.caption = _(
            "all costs: plan %(plan)s yuan, rule %(rule)s yuan, %(more)s percent; straw lost: %(left)s t, %(lost)s t",
            plan=f"{season.planner_yuan:,.0f}",
            rule=f"{season.rule_yuan:,.0f}",
            more=f"{100 * (season.rule_yuan / season.planner_yuan - 1):+.1f}",
            left=f"{season.planner_lost_t:,.0f}",
            lost=f"{season.rule_lost_t:,.0f}",
        )
    return table


def _pair(planner: float, rule: float) -> tuple[str, str, str]:
    more = f"{100 * (rule / planner - 1):+.1f}" if planner and rule else "-"
    return f"{planner:,.1f}", f"{rule:,.1f}", more
