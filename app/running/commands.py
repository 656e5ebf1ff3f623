"""`strawline backup`, `restore` and `doctor`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import Engine

from app.cli_context import EXIT_REFUSED, refusal_text
from app.config import Config, config_from_environment
from app.database.engine import make_engine
from app.errors import Refusal
from app.running.backup import key_mark, restore_backup, take_backup
from app.running.doctor import Level, examine
from app.running.last_backup import remember_backup

_MARKS = {Level.OK: "ok     ", Level.WARNING: "WARNING", Level.FAULT: "FAULT  "}


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write the whole database into FILE while the server runs.

    Where FILE is a folder, a new file in it is named after the moment. Files that are there are never overwritten. The
    secret key is not in the backup: keep it apart, once (docs/deploy.md).
    """
    with _database_or_refusal() as (config, engine):
        path, manifest = take_backup(engine, file, secret_key=config.secret_key)
        remember_backup(config, path, manifest.made_at)
    click.echo(f"{path}: {manifest.rows} rows of {len(manifest.tables)} tables at revision {manifest.revision}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put the backup FILE into an empty database, of either kind, and bring it up to date.

    The database is the one of the settings; it must not have any tables. All is stored, or nothing.
    """
    with _database_or_refusal() as (config, engine):
        manifest = restore_backup(engine, file)
        target = engine.url.render_as_string()
    click.echo(
        f"{target}: {manifest.rows} rows of {len(manifest.tables)} tables, as of {manifest.made_at:%Y-%m-%d %H:%M} UTC"
    )
    for name, said in manifest.witnesses.items():
        click.echo(f"  {name}: {said}")
    if manifest.key_mark != key_mark(config.secret_key):
        click.echo(
            "Note: this installation has another secret key than the one that was backed up. Nobody can log in with "
            "their old password until that key is put back (secret_key in the settings, or the file secret-key).",
            err=True,
        )


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def doctor(as_json: bool) -> None:
    """Say whether this installation is fit to run, and what to do where it is not.

    Ends with status 1 where something is at fault, else 0.
    """
    try:
        config = config_from_environment()
    except Refusal as refusal:
        if as_json:
            click.echo(json.dumps([{"check": "settings", "level": Level.FAULT, "found": "; ".join(refusal.details)}]))
        else:
            click.echo(refusal_text(refusal), err=True)
        raise SystemExit(EXIT_REFUSED) from refusal
    findings = examine(config)
    if as_json:
        click.echo(json.dumps([finding.as_dict() for finding in findings], indent=1, ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{_MARKS[finding.level]} {finding.check}: {finding.found}")
            if finding.next_step:
                click.echo(f"        → {finding.next_step}")
    raise SystemExit(EXIT_REFUSED if any(finding.level is Level.FAULT for finding in findings) else 0)


@contextmanager
def _database_or_refusal() -> Iterator[tuple[Config, Engine]]:
    """The settings and their database, without the pages; a Refusal raised within ends the command with status 1."""
    try:
        config = config_from_environment()
        engine = make_engine(config.database_url, busy_timeout_ms=config.busy_timeout_ms)
        try:
            yield config, engine
        finally:
            engine.dispose()
    except Refusal as refusal:
        click.echo(refusal_text(refusal), err=True)
        raise SystemExit(EXIT_REFUSED) from refusal
