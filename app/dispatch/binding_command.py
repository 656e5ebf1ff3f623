"""`strawline binding`: what holds a season back."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from solver.roads.matrices import ways_of
from solver.scenario_files import ScenarioFaults, read_scenario
from solver.season.binding import binding_lines
from solver.season.geometry import season_geometry

UNREADABLE = 2


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--relax", default=10.0, show_default=True, help="Percent by which each limit is relaxed in turn.")
def binding(scenario: Path, relax: float) -> None:
    """Print on how many days of SCENARIO each limit binds and what relaxing it would save.

    Solves the season's programme once for every limit, which may take minutes. Exit status: 2 the scenario cannot be
    read.
    """
    console = Console()
    try:
        county = read_scenario(scenario)
    except ScenarioFaults as faults:
        for fault in faults.faults:
            console.print(escape(str(fault)), soft_wrap=True)
        sys.exit(UNREADABLE)
    geometry = season_geometry(county, ways_of(county))
    with console.status("solving the season") as status:
        cost_yuan, lines = binding_lines(
            county,
            geometry,
            relax_percent=relax,
            told=lambda limit: status.update(f"solving the season {f'with more {limit}' if limit else ''}"),
        )
    table = Table(title=f"{county.name}: the programme costs {cost_yuan:,.0f} yuan", title_justify="left")
    table.add_column("limit")
    table.add_column("days it binds", justify="right")
    table.add_column(f"saved by {relax:g} % more, yuan", justify="right")
    table.add_column("share of the cost", justify="right")
    for line in lines:
        share = line.saved_yuan / cost_yuan if cost_yuan else 0.0
        table.add_row(line.limit, str(line.days), f"{line.saved_yuan:,.0f}", f"{share:.2%}")
    console.print(table)
