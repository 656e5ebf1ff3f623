"""`strawline bench`: plans measured beside what others can do; each command's module is read when it is called."""

from __future__ import annotations

import click

from app.command_group import CommandsByName

MEASURED = {
    "hauls": "app.dispatch.hauls_bench:hauls",
    "routing": "app.dispatch.routing_bench:routing",
}


@click.group(cls=CommandsByName, found_at=MEASURED)
def bench_group() -> None:
    """Measure plans beside other engines and bounds."""
