"""`strawline weighbridge`: what runs beside the scale."""

from __future__ import annotations

import click

from app.command_group import CommandsByName

# Name behind `strawline weighbridge`: where the command lives.
COMMANDS = {
    "enrol": "app.weighbridge.enrol_command:enrol",
    "read": "app.weighbridge.read_command:read",
    "simulate": "app.weighbridge.simulation.command:simulate",
}


@click.group("weighbridge", cls=CommandsByName, found_at=COMMANDS)
def weighbridge() -> None:
    """Read a weighbridge, or play one."""
