"""`strawline yard`: drawings of yards."""

from __future__ import annotations

import click

from app.command_group import CommandsByName
from app.config import county_rules_from_environment
from app.errors import Refusal
from yard_rules.rulebook import use_county

YARD_COMMANDS = {
    "check": "app.fire_safety.check_command:check",
    "design": "app.fire_safety.design_command:design",
}


@click.group(cls=CommandsByName, found_at=YARD_COMMANDS)
def yard() -> None:
    """Check and lay out a yard from its drawing (docs/yard_drawing.md)."""
    try:
        use_county(county_rules_from_environment())
    except Refusal as refusal:
        raise click.UsageError("; ".join(refusal.details)) from refusal
