"""`strawline yard`: drawings of yards."""

from __future__ import annotations

import click

from app.command_group import CommandsByName

YARD_COMMANDS = {
    "check": "app.fire_safety.check_command:check",
    "design": "app.fire_safety.design_command:design",
}


@click.group(cls=CommandsByName, found_at=YARD_COMMANDS)
def yard() -> None:
    """Check and lay out a yard from its drawing (docs/yard_drawing.md)."""
