"""`strawline bench routing`: our routing beside plain PyVRP on files of known problems, or on a large one made up."""

from __future__ import annotations

import csv
import json
import multiprocessing
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from solver.routing.comparison import Comparison, compare
from solver.routing.readers import SUFFIXES, Instance, UnreadableInstance, read_instance
from solver.routing.synthetic import many_depots

UNREADABLE = 2


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True), required=False)
@click.option("--seconds", type=float, default=30.0, show_default=True, help="For each instance and each of the two.")
@click.option("--workers", type=int, default=2, show_default=True, help="Processes of ours; PyVRP has one.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--large", is_flag=True, help="A problem of 5,000 stops and 15 depots made up from the seed, no FOLDER.")
@click.option("--vehicles-first", is_flag=True, help="Solomon texts only: fewest vehicles first, against .hier.sol.")
@click.option(
    "--best",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="CSV of name,cost for instances without a .sol beside.",
)
@click.option(
    "--clock",
    type=click.Choice(["wall", "processor"]),
    default="wall",
    show_default=True,
    help="What the seconds are of; processor for a machine shared with others.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
def routing(
    folder: Path | None,
    seconds: float,
    workers: int,
    seed: int,
    large: bool,
    vehicles_first: bool,
    best: Path | None,
    clock: Any,
    as_json: bool,
) -> None:
    """Compare our routing with plain PyVRP on every instance in FOLDER and below (CVRPLIB, Solomon, Cordeau, VRPLIB).

    Exit status: 0 compared, 2 nothing to compare or a file that cannot be read.
    """
    if large == (folder is not None):
        raise click.UsageError("give either FOLDER or --large")
    console = Console(stderr=True)
    instances, faults = _instances(folder, seed, vehicles_first)
    for fault in faults:
        console.print(fault, markup=False)
    if not instances:
        console.print("nothing to compare")
        sys.exit(UNREADABLE)
    rows: list[Comparison] = []
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=max(workers, 1), mp_context=context) as executor:
        list(executor.map(_ready, range(max(workers, 1))))
        known = _best_known(best)
        options = {"seconds": seconds, "seed": seed, "workers": workers, "executor": executor, "clock": clock}
        for row in compare(instances, best_known=known, **options):
            console.print(_line(row), markup=False)
            rows.append(row)
    summary = {"seconds": seconds, "workers": workers, "seed": seed, "clock": clock, **_summary(rows)}
    if as_json:
        click.echo(json.dumps({**summary, "instances": [_json_row(row) for row in rows]}, indent=1))
    else:
        Console().print(_table(rows, summary))
    sys.exit(UNREADABLE if faults else 0)


def _ready(number: int) -> int:
    """Loads the engines in a worker before any clock runs; the pause leaves the next call to the next worker."""
    time.sleep(0.5)
    return number


def _instances(folder: Path | None, seed: int, vehicles_first: bool) -> tuple[list[Instance], list[str]]:
    if folder is None:
        return [Instance(f"large-{seed}", many_depots(seed=seed), 1, "round", None)], []
    files = sorted(p for p in folder.rglob("*") if p.suffix in SUFFIXES) if folder.is_dir() else [folder]
    instances, faults = [], []
    for path in files:
        try:
            instances.append(read_instance(path, vehicles_first=vehicles_first))
        except (UnreadableInstance, ValueError) as error:
            faults.append(f"not compared: {error}")
    return instances, faults


def _best_known(path: Path | None) -> Mapping[str, float]:
    if path is None:
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["name"].lower(): float(row["cost"]) for row in csv.DictReader(file)}


def _summary(rows: Sequence[Comparison]) -> dict[str, float | None]:
    both = [(r.ours_gap, r.plain_gap) for r in rows]
    gaps = [(ours, plain) for ours, plain in both if ours is not None and plain is not None]
    beside = [r.ours_to_plain for r in rows if r.ours_to_plain is not None]
    return {
        "mean_ours_gap": _mean(ours for ours, _ in gaps),
        "mean_plain_gap": _mean(plain for _, plain in gaps),
        "mean_ours_to_plain": _mean(iter(beside)),
        "worst_ours_to_plain": max(beside, default=None),
    }


def _mean(values: Iterator[float]) -> float | None:
    known = list(values)
    return sum(known) / len(known) if known else None


def _json_row(row: Comparison) -> dict[str, object]:
    gaps = {"ours_gap": row.ours_gap, "plain_gap": row.plain_gap, "ours_to_plain": row.ours_to_plain}
    return {**asdict(row), **gaps}


def _figures(row: Comparison) -> list[str]:
    def cost(value: float | None, broken: int) -> str:
        return f"{value:,.2f}" if value is not None else f"{broken} rules broken" if broken else "-"

    def percent(value: float | None) -> str:
        return "-" if value is None else f"{value:+.3f}"

    costs = [cost(row.best_known, 0), cost(row.ours, row.ours_broken), cost(row.plain, row.plain_broken)]
    return [row.name, str(row.stops), *costs, *map(percent, (row.ours_gap, row.plain_gap, row.ours_to_plain))]


def _line(row: Comparison) -> str:
    return "  ".join(_figures(row))


def _table(rows: Sequence[Comparison], summary: Mapping[str, Any]) -> Table:
    heads = ("instance", "stops", "best known", "ours", "plain PyVRP", "ours, gap %", "plain, gap %", "ours to plain %")
    table = Table(*heads, title=f"{summary['seconds']:g} s of {summary['clock']} each, {summary['workers']} workers")
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows:
        table.add_row(*_figures(row))
    means = (summary[name] for name in ("mean_ours_gap", "mean_plain_gap", "mean_ours_to_plain"))
    table.add_section()
    table.add_row("mean", "", "", "", "", *("-" if mean is None else f"{mean:+.3f}" for mean in means))
    return table
