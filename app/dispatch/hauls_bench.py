"""`strawline bench hauls`: a made-up day of hauls planned, judged and set beside its lower bound."""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from solver.hauling.day_answer import judge, truck_loads
from solver.hauling.day_files import write_day
from solver.hauling.improvement import improved_schedule
from solver.hauling.network import haul_flow
from solver.hauling.plan import SHIFT_SHARE
from solver.hauling.problem import HaulArrays
from solver.hauling.schedule import Prices
from solver.synthetic.haul_days import HAUL_DAYS, SEED, synthetic_haul_day, without_bays

BROKEN, NOT_WRITTEN = 1, 2
# What is kept of the seconds for the judge and the writing.
REST_S = 0.5
LEAST_SEARCH_S = 0.2
# Of a day's size, what is planned before the clock runs.
SMALL_SHARE = 0.05


@click.command()
@click.argument("problem", type=click.Choice(sorted(HAUL_DAYS)))
@click.option("--seconds", type=click.FloatRange(min=0.1), default=60.0, show_default=True, help="For bound and plan.")
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Cores to use.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the search.")
@click.option("--day-seed", type=click.IntRange(min=0), default=SEED, show_default=True, help="Of the made-up day.")
@click.option("--no-bays", is_flag=True, help="The same day with a bay for every truck.")
@click.option("--save", type=click.Path(path_type=Path, file_okay=False), help="Folder for the day and our answer.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
def hauls(
    problem: str,
    seconds: float,
    workers: int,
    seed: int,
    day_seed: int,
    no_bays: bool,
    save: Path | None,
    as_json: bool,
) -> None:
    """Plan the made-up day PROBLEM: A (573 hauls, empty km), B (1,500) or C (6,000 hauls, yuan, bays).

    `seconds` of the answer counts the bound and the plan, from the day in memory to its rows. Exit status: 0 done, 1
    the judge found a broken rule, 2 the folder cannot be written.
    """
    kind = HAUL_DAYS[problem]
    day = synthetic_haul_day(kind, day_seed)
    if no_bays:
        day = without_bays(day)
    # what was compiled before is read now, as a server would have it
    improved_schedule(*_of_a_small_day(day_seed), seconds=0.01, workers=workers, seed=seed)
    began = time.monotonic()
    flow = haul_flow(day)
    guide = haul_flow(day, shift_share=SHIFT_SHARE)
    left_s = seconds - (time.monotonic() - began) - REST_S
    schedule, _ = improved_schedule(
        day,
        guide.prices,
        guide.truck_days,
        seconds=max(left_s, LEAST_SEARCH_S),
        workers=workers,
        seed=seed,
        by_clock=True,
    )
    took_s = time.monotonic() - began
    rows = truck_loads(schedule)
    verdict = judge(day, rows)
    # loaded kilometres are the same in every plan that leaves nothing
    apart = verdict.loaded_km if kind.is_empty_km_only else 0.0
    cost, bound = verdict.cost - apart, flow.bound_yuan - apart
    result = {
        "problem": problem,
        "bays": not no_bays and kind.has_bays,
        "unit": "empty km" if kind.is_empty_km_only else "yuan",
        "cost": round(cost, 3),
        "bound": round(bound, 3),
        "gap_percent": round(100.0 * (cost / bound - 1.0), 4),
        "seconds": round(took_s, 2),
        "trucks": verdict.trucks,
        "loads": len(rows),
        "left": verdict.left,
        "faults": list(verdict.faults),
        "workers": workers,
        "seed": seed,
        "day_seed": day_seed,
        "versions": {name: version(name) for name in ("strawline", "ortools", "numba", "numpy")},
    }
    if save is not None:
        try:
            write_day(save, day, rows, result)
        except OSError as error:
            Console(stderr=True).print(f"{save}: {error.strerror}", markup=False)
            sys.exit(NOT_WRITTEN)
    if as_json:
        click.echo(json.dumps(result, indent=1))
    else:
        table = Table("problem", "unit", "cost", "bound", "above the bound, %", "seconds", "trucks", "left")
        table.add_row(
            problem,
            str(result["unit"]),
            f"{cost:,.2f}",
            f"{bound:,.2f}",
            f"{result['gap_percent']:.2f}",
            f"{took_s:.1f}",
            str(verdict.trucks),
            str(verdict.left),
        )
        Console().print(table)
    for fault in verdict.faults:
        Console(stderr=True).print(fault, markup=False)
    sys.exit(BROKEN if verdict.faults else 0)


def _of_a_small_day(day_seed: int) -> tuple[HaulArrays, Prices, npt.NDArray[np.float64]]:
    """A day of a few hauls, its prices and truck-days."""
    day = synthetic_haul_day(HAUL_DAYS["A"].sized(SMALL_SHARE), day_seed)
    flow = haul_flow(day)
    return day, flow.prices, flow.truck_days
