"""`strawline demo-data`: writes the two made-up counties again, byte for byte."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from solver.scenario_files import write_scenario
from solver.synthetic.capacity_report import capacity_lines, report_rows, straw_baled_by_day_t
from solver.synthetic.demo_counties import DEMO_COUNTIES


@click.command("demo-data")
@click.option(
    "--out",
    default=Path("data"),
    type=click.Path(file_okay=False, path_type=Path),
    show_default=True,
    help="Folder that receives haining/ and one_town/.",
)
@click.option("--report", is_flag=True, help="Also print what is asked of machines and places beside what they can do.")
def demo_data(out: Path, report: bool) -> None:
    """Write the synthetic counties."""
    console = Console()
    for folder_name, build in DEMO_COUNTIES.items():
        scenario = build()
        write_scenario(scenario, out / folder_name)
        straw_t = sum(f.dry_straw_t for f in scenario.fields)
        console.print(f"{out / folder_name}: {len(scenario.fields)} fields, {straw_t:,.0f} t of dry straw")
        if report:
            table = Table("what", "asked", "offered", "unit", "load", "days full", title=scenario.name)
            for row in report_rows(capacity_lines(scenario)):
                table.add_row(*row)
            console.print(table)
            baled_t = straw_baled_by_day_t(scenario)
            for day, tonnes in zip(scenario.dates, baled_t, strict=True):
                console.print(f"{day}  workable {scenario.workable_fraction(day):.1f}  baled {tonnes:7.0f} t")
