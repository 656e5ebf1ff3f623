"""`strawline plan` and `strawline as-of`: a scenario in, a checked plan out; a scenario as it stands on a morning."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from solver.as_of import PlanEndsEarlier, scenario_as_of
from solver.greedy import plan_greedy
from solver.linear_program import NoSolution
from solver.plan import Plan
from solver.plan_check import check_plan
from solver.plan_files import SUMMARY_FILE, PlanUnreadable, read_plan, write_plan
from solver.planner import Cancelled, PlanBreaksRules, PlannedSeason, plan_season
from solver.planner import Progress as Step
from solver.programme_files import remove_files, remove_programme, write_programme
from solver.roads.matrices import ways_of
from solver.scenario import Scenario
from solver.scenario_files import ROADS_FILE, ScenarioFaults, read_scenario, write_scenario
from solver.scenario_tables import COLUMNS as SCENARIO_COLUMNS
from solver.season.geometry import season_geometry
from solver.season.programme import Programme, season_programme
from solver.season.state import SeasonState

BROKEN, UNREADABLE, CANCELLED = 1, 2, 130
SHOWN_FAULTS = 50
STAGES = {
    "season": "season's programme",
    "day": "day",
    "check": "checking the plan",
    "run": "seasons played",
    "counties": "days planned",
}
# The parts of `distance_to_bound` (solver.season.distance says what each is) and the limits of `advice`.
DISTANCE_PARTS = {
    "relaxed": "programme: what the bound lets pass",
    "bays_planned": "programme: bays",
    "weather_planned": "programme: weather",
    "rounding": "driven: loads that are not full",
    "bays": "driven: waiting at bays",
    "routing_trucks": "driven: other ways of trucks",
    "routing_balers": "driven: ways of balers",
    "lateness": "driven: nights in the field",
    "left_and_short": "driven: straw left, shortage",
}
LIMITS = {
    "truck": "truck of the class",
    "baler": "baler at home in",
    "yard_bay": "bay of the yard",
    "plant_bay": "bay of the plant",
    "yard_room_100_t": "100 t of room in",
}
SHOWN_WORTHS = 4
DAY = click.DateTime(["%Y-%m-%d"])
SCENARIO_FILES = ("scenario.toml", *SCENARIO_COLUMNS, ROADS_FILE)
CACHE_FOLDER = Path("~/.cache/strawline").expanduser()


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the plan.")
@click.option("--day", type=DAY, help="Plan this one day; the scenario of its morning goes to OUT/scenario.")
@click.option("--days", type=click.IntRange(min=1), help="Plan only so many days from the season's start.")
@click.option("--seconds", type=click.FloatRange(min=0.1), help="Seconds of search for a day.")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Cores to use.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="One seed, one worker: one plan."
)
@click.option("--rule", type=click.Choice(["greedy"]), help="Plan by a dispatcher's simple rule, for comparison.")
def plan(
    scenario: Path,
    out: Path,
    day: datetime | None,
    days: int | None,
    seconds: float | None,
    workers: int,
    seed: int,
    rule: str | None,
) -> None:
    """Plan the season of the scenario in folder SCENARIO, check the plan and write it.

    Ctrl-C keeps the days that are planned by then. Exit status: 0 written, 1 the check refused it, 2 the scenario
    cannot be read, 130 stopped before anything was planned.
    """
    if day is not None and days is not None:
        raise click.UsageError("--day and --days exclude each other")
    if rule is not None and (day is not None or days is not None):
        raise click.UsageError("--rule plans the whole season: leave out --day and --days")
    console = Console(stderr=True)
    county = read_county(console, scenario)
    ways = ways_of(county, cache_folder=CACHE_FOLDER)
    try:
        with telling(console) as told:
            if rule is not None:
                planned, whole, s2 = _by_rule(county, told), None, None
            elif day is not None:
                planned, whole, s2 = _one_day(console, county, day.date(), seconds, workers, seed, told)
            else:
                answer = plan_season(
                    county, ways, days=days, seconds_per_day=seconds, workers=workers, seed=seed, told=told
                )
                planned, whole, s2 = answer.plan, answer.programme, None
    except Cancelled:
        console.print("Stopped before the first day was planned: nothing is written.")
        sys.exit(CANCELLED)
    except PlanBreaksRules as error:
        tell_violations(console, error)
        sys.exit(BROKEN)
    except NoSolution as error:
        console.print(f"The season's program could not be solved: {escape(str(error))}. Nothing is written.")
        sys.exit(BROKEN)
    _write(out, scenario, county, planned, whole, s2)
    _show(Console(), planned, out)


@click.command("as-of")
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--date", "morning", required=True, type=DAY, help="The morning as of which the scenario is written.")
@click.option(
    "--plan", "plan_folder", type=click.Path(path_type=Path), help="What was done until then; else the programme."
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the new scenario.")
def as_of(scenario: Path, morning: datetime, plan_folder: Path | None, out: Path) -> None:
    """Write the scenario in folder SCENARIO as it stands on the morning of a day.

    Exit status: 0 written, 1 the plan does not pass the check, 2 scenario or plan cannot be read, or the plan ends
    before that morning.
    """
    console = Console(stderr=True)
    county = read_county(console, scenario)
    done: Plan | Programme
    if plan_folder is not None:
        done = checked_plan(console, county, plan_folder)
    else:
        _in_season(county, morning.date())
        geometry = season_geometry(county, ways_of(county, cache_folder=CACHE_FOLDER))
        with console.status("Deciding the season's programme"):
            done = season_programme(county, geometry, SeasonState(county), county.season_start)
    _in_season(county, morning.date())
    try:
        later = scenario_as_of(county, done, morning.date())
    except PlanEndsEarlier as error:
        console.print(
            f"{escape(str(plan_folder))} plans the days to {error.last_day} only: the scenario as of {error.morning} "
            f"needs them to {error.morning - timedelta(days=1)}. Nothing is written.",
            soft_wrap=True,
        )
        sys.exit(UNREADABLE)
    write_scenario(later, out)
    Console().print(f"{escape(str(out))}: {escape(county.name)} as of {morning.date()}")


def _write(
    out: Path, read_from: Path, county: Scenario, planned: Plan, whole: Programme | None, morning: Scenario | None
) -> None:
    """The plan with its parts. Where a plan stood before, its parts that this one lacks go: the files that a run
    writes and nothing else, and never the scenario that was read."""
    replaces = (out / SUMMARY_FILE).is_file()
    out.mkdir(parents=True, exist_ok=True)
    if morning is not None:
        write_scenario(morning, out / "scenario")
    elif replaces and read_from.resolve() != (out / "scenario").resolve():
        remove_files(out / "scenario", SCENARIO_FILES)
    if whole is not None:
        write_programme(county, whole, out / "programme")
    elif replaces:
        remove_programme(out / "programme")
    write_plan(planned, out)


def checked_plan(console: Console, county: Scenario, folder: Path) -> Plan:
    try:
        done = read_plan(folder)
    except PlanUnreadable as error:
        _tell_faults(console, folder, [str(fault) for fault in error.faults])
    violations = check_plan(county, done)
    if violations:
        tell_violations(console, PlanBreaksRules(violations))
        sys.exit(BROKEN)
    return done


def _one_day(
    console: Console,
    county: Scenario,
    day: date,
    seconds: float | None,
    workers: int,
    seed: int,
    told: _Told,
) -> tuple[Plan, Programme, Scenario]:
    """The plan of one day, the programme of the whole season that leads to it, the scenario of its morning."""
    _in_season(county, day)
    told(Step("season", None, 0.0))
    geometry = season_geometry(county, ways_of(county, cache_folder=CACHE_FOLDER))
    whole = season_programme(county, geometry, SeasonState(county), county.season_start)
    morning = scenario_as_of(county, whole, day)
    ways = ways_of(morning, cache_folder=CACHE_FOLDER)
    answer: PlannedSeason = plan_season(
        morning, ways, days=1, seconds_per_day=seconds, workers=workers, seed=seed, before=whole, told=told
    )
    return answer.plan, whole, morning


def _by_rule(county: Scenario, told: _Told) -> Plan:
    ways = ways_of(county, cache_folder=CACHE_FOLDER)

    def told_days(done: int, of: int) -> None:
        if not told(Step("day", county.dates[min(done, of - 1)], done / of)):
            raise Cancelled

    planned = plan_greedy(county, ways, progress=told_days)
    violations = check_plan(county, planned)
    if violations:
        raise PlanBreaksRules(violations)
    return planned


class _Told:
    """Shows the planner's steps and passes on that somebody pressed Ctrl-C."""

    def __init__(self, bar: Progress) -> None:
        self.bar, self.stopped = bar, False
        self.task = bar.add_task("reading", total=1.0)

    def __call__(self, step: Step) -> bool:
        what = STAGES[step.stage]
        text = f"{what} {step.day:%m-%d}" if step.day else what
        if step.stage in ("day", "run", "counties"):
            self.bar.update(self.task, completed=step.share, description=text)
        else:
            self.bar.update(self.task, description=text)
        return not self.stopped


@contextmanager
def telling(console: Console, kept: str = "the days planned by now are kept") -> Iterator[_Told]:
    """A progress bar; Ctrl-C stops the work at its next step, a second one at once. `kept`: what is not lost by it."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        told = _Told(bar)

        def stop(_signal: int, _frame: FrameType | None) -> None:
            if told.stopped:
                raise KeyboardInterrupt
            told.stopped = True
            console.print(f"Stopping; {kept}. Ctrl-C again stops at once.")

        before = signal.signal(signal.SIGINT, stop)
        try:
            yield told
        finally:
            signal.signal(signal.SIGINT, before)


def read_county(console: Console, folder: Path) -> Scenario:
    try:
        return read_scenario(folder)
    except ScenarioFaults as error:
        _tell_faults(console, folder, [str(fault) for fault in error.faults])


def _tell_faults(console: Console, folder: Path, faults: list[str]) -> NoReturn:
    console.print(f"{escape(str(folder))} cannot be used, {len(faults)} faults:")
    for fault in faults[:SHOWN_FAULTS]:
        console.print(f"  {escape(fault)}", soft_wrap=True)
    if len(faults) > SHOWN_FAULTS:
        console.print(f"  … and {len(faults) - SHOWN_FAULTS} more")
    sys.exit(UNREADABLE)


def tell_violations(console: Console, error: PlanBreaksRules) -> None:
    console.print(f"The check refuses the plan, nothing is written: {len(error.violations)} violations.")
    for violation in error.violations[:SHOWN_FAULTS]:
        console.print(f"  rule {violation.rule}, {violation.file}: {escape(violation.message)}", soft_wrap=True)


def _in_season(county: Scenario, day: date) -> None:
    if not county.season_start <= day <= county.season_end:
        raise click.UsageError(f"{day} lies outside the season {county.season_start} to {county.season_end}")


def _show(console: Console, planned: Plan, out: Path) -> None:
    """The figures that one asks for first."""
    summary = planned.summary
    tonnes, km, cost = summary["tonnes"], summary["km"], summary["cost_yuan"]
    table = Table(title=escape(str(out)), show_header=False)
    rows = [
        ("straw, t", f"{tonnes['straw']:,.1f}"),
        ("baled, t", f"{tonnes['baled']:,.1f}"),
        ("hauled from fields, t", f"{tonnes['hauled']:,.1f}"),
        ("hauled yard to plant, t", f"{tonnes['linehauled']:,.1f}"),
        ("left in fields, t", f"{tonnes['left']:,.1f}"),
        ("short at plants, t", f"{tonnes['short']:,.1f}"),
        ("cost, yuan", f"{cost['total']:,.0f}"),
        ("cost, yuan per hauled tonne", f"{cost['total'] / tonnes['hauled']:,.1f}" if tonnes["hauled"] else "-"),
        ("loaded km", f"{km['loaded']:,.0f}"),
        ("empty km", f"{km['empty']:,.0f}"),
    ]
    if "gap_percent" in summary:
        rows.append(("above the lower bound, %", f"{summary['gap_percent']:.2f}"))
    if len(summary["hauling"]) == 1:
        (hauling,) = summary["hauling"].values()
        rows.append(("wanted moved, t", f"{hauling['wanted_t']:,.1f}"))
        rows.append(("moved, t", f"{hauling['hauled_t']:,.1f}"))
        rows.append(("hauling above its lower bound, %", f"{hauling['gap_percent']:.2f}"))
    rows.append(("seconds", f"{summary['seconds']:,.1f}"))
    for name, value in rows:
        table.add_row(name, value)
    console.print(table)
    if "distance_to_bound" in summary:
        _show_distance(console, summary["distance_to_bound"])
    if summary.get("advice"):
        _show_advice(console, summary["advice"])


def _show_distance(console: Console, distance: dict[str, Any]) -> None:
    """From the bound to what was driven, part by part."""
    table = Table(title="From the lower bound to what was driven", title_justify="left")
    table.add_column("part")
    table.add_column("yuan", justify="right")
    table.add_column("% of the cost", justify="right")
    driven = max(distance["driven_yuan"], 1e-9)
    lines = [("lower bound", distance["bound_yuan"])]
    lines += [(text, distance["parts_yuan"][name]) for name, text in DISTANCE_PARTS.items()]
    lines.append(("driven", distance["driven_yuan"]))
    for text, yuan in lines:
        table.add_row(text, f"{yuan:,.0f}", f"{100 * yuan / driven:.2f}")
    console.print(table)
    console.print(
        f"Without the balers' time in the fields, {distance['field_work_yuan']:,.0f} yuan that no plan can avoid, the "
        f"gap is {distance['gap_without_field_work_percent']:.2f} %."
    )


def _show_advice(console: Console, advice: Sequence[dict[str, Any]]) -> None:
    """The first week in which anything more would be worth something, the dearest of each limit."""
    first = advice[0]["from"]
    week = [worth for worth in advice if worth["from"] == first]
    table = Table(title=f"What one more would be worth from {first} to {week[0]['to']}", title_justify="left")
    table.add_column("one more")
    table.add_column("of or at")
    table.add_column("yuan", justify="right")
    shown: dict[str, int] = {}
    for worth in week:
        shown[worth["limit"]] = shown.get(worth["limit"], 0) + 1
        if shown[worth["limit"]] <= SHOWN_WORTHS:
            table.add_row(LIMITS[worth["limit"]], escape(worth["of_id"]), f"{worth['yuan']:,.0f}")
    console.print(table)
