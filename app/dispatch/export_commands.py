"""`strawline export`: the register as files."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli_context import app_or_refusal
from app.command_group import LANGUAGES_OF_COMMANDS
from app.database.engine import db, only_reading
from app.dispatch.scenario_exchange import write_register
from app.errors import FILE_EXISTS, Refusal
from app.file_exchange.workbooks_out import write_workbook
from app.registry.kinds import KINDS, kind_of
from app.registry.lists import list_page


@click.group("export")
def export_group() -> None:
    """Write the register into files."""


@export_group.command("scenario")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def scenario_command(folder: Path) -> None:
    """Write the register as a scenario into FOLDER, which must be new or empty."""
    with app_or_refusal(), only_reading():
        if folder.exists() and any(folder.iterdir()):
            raise Refusal(FILE_EXISTS, [str(folder)])
        scenario = write_register(db.session, folder)
        click.echo(f"Wrote {scenario.name} into {folder}: {len(scenario.fields)} fields")


@export_group.command("table")
@click.argument("key")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--language", type=LANGUAGES_OF_COMMANDS, default="zh", show_default=True, help="Of headings and names.")
def table_command(key: str, file: Path, language: str) -> None:
    """Write the records of the kind KEY (fields, yards …; `all` for every kind) into the workbook FILE."""
    with app_or_refusal(), only_reading():
        if file.exists():
            raise Refusal(FILE_EXISTS, [str(file)])
        kinds = list(KINDS.values()) if key == "all" else [kind_of(key)]
        sheets = [
            (
                kind.table,
                [
                    {column.key: getattr(row, column.key) for column in kind.columns}
                    for row in list_page(db.session, kind.key, scope=None).rows
                ],
            )
            for kind in kinds
        ]
        file.write_bytes(write_workbook(sheets, language=language))
        click.echo(f"Wrote {sum(len(rows) for _table, rows in sheets)} records into {file}")
