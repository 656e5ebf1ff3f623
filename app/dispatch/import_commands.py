"""`strawline import`: scenario and plan folders into the database."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli_context import app_or_refusal
from app.config import Config
from app.database.engine import db
from app.dispatch.operations import import_plan, import_scenario

FOLDER = click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))


@click.group("import")
def import_group() -> None:
    """Load a scenario or a plan into the database."""


@import_group.command("scenario")
@FOLDER
def scenario_command(folder: Path) -> None:
    """Load the scenario in FOLDER as the county that is shown."""
    with app_or_refusal():
        season = import_scenario(db.session, folder)
        db.session.commit()
        click.echo(f"Loaded {season.name}: {season.season_start} to {season.season_end}")


@import_group.command("plan")
@FOLDER
def plan_command(folder: Path) -> None:
    """Load the plan in FOLDER; one that breaks a rule is refused."""
    with app_or_refusal() as app:
        config: Config = app.extensions["strawline.config"]
        version = import_plan(db.session, folder, cache_folder=config.cache_folder)
        db.session.commit()
        click.echo(f"Loaded plan {version.id}: {version.first_day} to {version.last_day} in detail")
