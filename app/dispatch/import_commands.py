"""`strawline import`: scenario and plan folders, tables and parcels into the database."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from app.cli_context import app_or_refusal
from app.config import Config
from app.database.engine import db
from app.dispatch.operations import import_plan, import_scenario
from app.file_exchange.coordinates import CoordinateSystem
from app.registry.importing.files import IMPORTED_KINDS, read_file
from app.registry.importing.operations import ImportPreview, apply_preview, lock_register, preview_of, touched_keys

FAULTS_SHOWN = 50
FOLDER = click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
KEY_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
SYSTEM = click.option(
    "--system",
    type=click.Choice([system.value for system in CoordinateSystem]),
    default=CoordinateSystem.WGS84.value,
    show_default=True,
    help="What the file's coordinates are.",
)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Only say what the file would do.")
WITHDRAW = click.option("--withdraw-missing", is_flag=True, help="Withdraw records that the file does not name.")
GOOD_ROWS = click.option("--good-rows-only", is_flag=True, help="Leave rows with faults out instead of refusing.")


@click.group("import")
def import_group() -> None:
    """Load a scenario, a plan, a table or parcels into the database."""


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


@import_group.command("table")
@click.argument("key", type=click.Choice(IMPORTED_KINDS))
@KEY_FILE
@SYSTEM
@DRY_RUN
@WITHDRAW
@GOOD_ROWS
def table_command(
    key: str, file: Path, system: str, dry_run: bool, withdraw_missing: bool, good_rows_only: bool
) -> None:
    """Load FILE (.xlsx, .csv) into the register's records of the kind KEY."""
    _import(key, file, system, dry_run=dry_run, withdraw_missing=withdraw_missing, good_rows_only=good_rows_only)


@import_group.command("parcels")
@KEY_FILE
@SYSTEM
@DRY_RUN
@WITHDRAW
@GOOD_ROWS
def parcels_command(file: Path, system: str, dry_run: bool, withdraw_missing: bool, good_rows_only: bool) -> None:
    """Load FILE (GeoJSON, or a zipped shapefile) as the register's fields with their outlines."""
    _import("fields", file, system, dry_run=dry_run, withdraw_missing=withdraw_missing, good_rows_only=good_rows_only)


def _import(key: str, file: Path, system: str, *, dry_run: bool, withdraw_missing: bool, good_rows_only: bool) -> None:
    with app_or_refusal():
        read = read_file(file.read_bytes(), key, system=CoordinateSystem(system))
        if not dry_run:
            lock_register(db.session, touched_keys(read))
        preview = preview_of(db.session, read, scope=None, with_procedures=True)
        _tell(preview)
        if dry_run:
            return
        done = apply_preview(
            db.session,
            preview,
            source_name=file.name,
            read=read,
            withdraw_missing=withdraw_missing,
            good_rows_only=good_rows_only,
        )
        db.session.commit()
        click.echo(f"Applied as import {done.id}: {_counts_text(done.counts) or 'nothing to change'}")


def _tell(preview: ImportPreview) -> None:
    for fault in preview.faults[:FAULTS_SHOWN]:
        place = ", ".join(part for part in (fault.sheet, f"row {fault.row}", fault.heading) if part)
        allowed = f" Allowed: {fault.allowed}." if fault.allowed else ""
        click.echo(f"{place}: {fault.value!r}: {fault.what}{allowed}", err=True)
    if len(preview.faults) > FAULTS_SHOWN:
        click.echo(f"... and {len(preview.faults) - FAULTS_SHOWN} more faults", err=True)
    for heading in preview.missing_headings:
        click.echo(f"column missing: {heading}", err=True)
    if preview.refusal is not None:
        click.echo(f"not read: {preview.refusal}", err=True)
    click.echo(
        f"{_counts_text(preview.counts()) or 'nothing to change'}; unchanged {sum(preview.unchanged.values())}, "
        f"not named {sum(map(len, preview.missing.values()))}, faults {len(preview.faults)}, "
        f"warnings {len(preview.warnings)}"
    )


def _counts_text(counts: Mapping[str, Mapping[str, int]]) -> str:
    return ", ".join(f"{key} {kind} {count}" for key, of in counts.items() for kind, count in of.items())
