"""`strawline yard design`: layouts of a yard from its site."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from time import monotonic

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from app.clock import business_day
from app.command_group import LANGUAGES_OF_COMMANDS
from yard_rules.fire import FireRules
from yard_rules.rulebook import read_rulebook
from yard_rules.stack_design import TIME_IS_OVER, Design, Goal, NoDesign, Proposal, TimeUp, design_yard
from yard_rules.stack_design.improve import Improvement, improve_yard
from yard_rules.yard_drawing import DrawingFaults, YardDrawing, read_yard_drawing, write_yard_drawing

# Of the time: the search; the rest is for pictures, or for writing alone.
_SEARCH_SHARE = 0.7
_SEARCH_ALONE_SHARE = 0.92
_LEAST_S = 0.01
DONE, IMPOSSIBLE, UNREADABLE = 0, 1, 2
ALL = "all"
ROWS = (
    *("bales", "tonnes", "of the upper bound", "stacks in groups", "wheeled extinguishers", "hydrants", "hose, m"),
    *("cameras", "lights", "fire lane, m2", "gate to apron, m", "minutes for a truck", "yuan", "yuan for a tonne"),
)


@click.command()
@click.argument("site", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder for the drawings.")
@click.option("--seconds", type=click.FloatRange(5, 3600), default=45.0, show_default=True, help="Limit of the run.")
@click.option(
    "--goal",
    type=click.Choice([*(goal.value for goal in Goal), ALL]),
    default=ALL,
    show_default=True,
    help="room, flow, cost or all.",
)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Day whose rules hold. Default: today.")
@click.option(
    "--rules", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A county's figures (TOML)."
)
@click.option("--improve", is_flag=True, help="Keep the layout that is drawn: as few moves as mend its findings.")
@click.option("--pictures/--no-pictures", default=True, help="Draw each proposal as SVG and PNG too.")
@click.option("--language", type=LANGUAGES_OF_COMMANDS, default="zh", show_default=True, help="Of the pictures' words.")
def design(
    site: Path,
    out: Path,
    seconds: float,
    goal: str,
    day: datetime | None,
    rules: Path | None,
    improve: bool,
    pictures: bool,
    language: str,
) -> None:
    """Lay out the yard of drawing SITE: most room, fastest flow, least cost.

    Writes FOLDER/<goal>.geojson, pictures and proposals.json. Every proposal passes `strawline yard check` but for what
    is wrong with the site itself. Exit status: 0 done, 1 nothing can be built here (it says why), 2 unreadable.
    The run ends within --seconds: what was found by then is the answer; pictures that are not done are left out.
    """
    began = monotonic()
    if pictures:
        # Read before the search, which takes the time that is left: the library takes a second to load, or some.
        from app.fire_safety import yard_pictures  # noqa: F401
    search_s = seconds * (_SEARCH_SHARE if pictures else _SEARCH_ALONE_SHARE)
    console = Console(soft_wrap=True)
    drawn = language if pictures else None
    drawing, held = _read(site, rules, day.date() if day else business_day())
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise click.UsageError(f"--out {out}: {fault.strerror or fault}") from fault
    with console.status("") as status:
        try:
            with _limited(search_s - (monotonic() - began)):
                if improve:
                    improved = improve_yard(drawing, held)
                else:
                    goals = list(Goal) if goal == ALL else [Goal(goal)]
                    left_s = search_s - (monotonic() - began)
                    found = design_yard(drawing, held, seconds=left_s, goals=goals, report=status.update)
        except (NoDesign, TimeUp) as error:
            for reason in error.reasons if isinstance(error, NoDesign) else [TIME_IS_OVER]:
                click.echo(reason, err=True)
            sys.exit(IMPOSSIBLE)
        if improve:
            _write_improvement(console, improved, drawing, held, out)
            _draw_all([(improved.drawing, out / "improved")], held, drawn, began + seconds)
            return
        status.update("drawings")
        drawings = [(proposal.drawing, out / proposal.goal.value) for proposal in found.proposals]
        for each, stem in drawings:
            write_yard_drawing(each, stem.with_suffix(".geojson"))
    answer = {
        "site": drawing.yard_id,
        "day": held.day.isoformat(),
        "synthetic": drawing.is_synthetic,
        "proposals": [proposal.as_json() for proposal in found.proposals],
        "site_findings": [finding.as_json() for finding in found.site_findings],
    }
    _write_json(out / "proposals.json", answer)
    _draw_all(drawings, held, drawn, began + seconds)
    _show(console, found)
    console.print(f"Drawings in {escape(str(out))}", highlight=False)


def _read(site: Path, rules: Path | None, day: date) -> tuple[YardDrawing, FireRules]:
    """Return drawing and rules; ends the command where one of them cannot be read."""
    try:
        county = None if rules is None else read_rulebook(rules)
        return read_yard_drawing(site), FireRules(day, county)
    except DrawingFaults as error:
        for fault in error.faults:
            click.echo(f"{site}: {fault}", err=True)
    except ValueError as error:
        click.echo(f"{rules}: {error}", err=True)
    sys.exit(UNREADABLE)


def _show(console: Console, found: Design) -> None:
    table = Table(title="Proposals", title_justify="left")
    table.add_column("", no_wrap=True)
    for proposal in found.proposals:
        table.add_column(proposal.goal.value, justify="right", no_wrap=True)
    for name, *values in zip(ROWS, *(_column(proposal) for proposal in found.proposals), strict=True):
        table.add_row(name, *values)
    console.print(table)
    bound = found.proposals[0].figures
    console.print(
        f"No layout of rectangular stacks holds more than {bound.bound_bales:,} bales, of stacks of any shape "
        f"{bound.any_shape_bound_bales:,}. Prices and minutes are estimates.",
        highlight=False,
    )
    for finding in found.site_findings:
        console.print(f"The site itself: {finding.rule} ({finding.severity.value})", highlight=False)


def _column(proposal: Proposal) -> list[str]:
    """The figures in the order of ROWS."""
    figures = proposal.figures
    return [
        f"{figures.bales:,}",
        f"{figures.tonnes:,.0f}",
        f"{figures.bound_share:.1%}",
        f"{figures.stacks} in {figures.groups}",
        str(figures.extinguishers),
        str(figures.hydrants),
        f"{figures.hose_m:g}",
        str(figures.cameras),
        str(figures.lights),
        f"{figures.lane_m2:,.0f}",
        f"{figures.truck_way_m:.0f}",
        f"{figures.loading_min:.0f}",
        f"{figures.cost_yuan:,}",
        f"{figures.yuan_per_t:,.0f}",
    ]


def _write_improvement(console: Console, found: Improvement, before: YardDrawing, rules: FireRules, out: Path) -> None:
    write_yard_drawing(found.drawing, out / "improved.geojson")
    _write_json(out / "improvement.json", {"site": before.yard_id, "day": rules.day.isoformat(), **found.as_json()})
    for move in found.moves:
        console.print(move.text, highlight=False, markup=False)
    console.print(
        f"{len(found.moves)} moves; findings to block or mend: {found.findings_before} before, "
        f"{found.findings_after} after; bales: {found.bales_before:,} before, {found.bales_after:,} after",
        highlight=False,
    )


def _draw_all(
    drawings: Sequence[tuple[YardDrawing, Path]], rules: FireRules, language: str | None, until: float
) -> None:
    """Draw each, until the time is over. `language`: None where there are to be no pictures."""
    if language is None:
        return
    path = None
    try:
        with _limited(until - monotonic()):
            from app.fire_safety.yard_pictures import draw_yard
            from app.picture_fonts import readable_language
            from yard_rules.fire import check_yard

            readable = readable_language(language)
            for drawing, stem in drawings:
                findings = check_yard(drawing, rules)
                for suffix in (".svg", ".png"):
                    path = stem.with_suffix(suffix)
                    draw_yard(drawing, findings, path, day=rules.day, language=readable)
                    path = None
    except TimeUp:
        if path is not None:
            path.unlink(missing_ok=True)
        click.echo("The time was over before all pictures were drawn: strawline yard check draws them.", err=True)


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise TimeUp within when so much time has passed; nothing where the system has no timers, and in threads."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def is_over(_number: int, _frame: object) -> None:
        raise TimeUp

    before = signal.signal(signal.SIGALRM, is_over)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, _LEAST_S))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _write_json(path: Path, answer: object) -> None:
    path.write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
