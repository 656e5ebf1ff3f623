"""`strawline init`: the database brought to today's schema, the roles, the materials, and on request the demo
accounts."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from app.accounts.operations import ensure_roles, open_demo_accounts
from app.accounts.roles import ROLES
from app.cli_context import app_or_refusal
from app.config import Config
from app.database.engine import db
from app.database.migrate import current_revision, upgrade
from app.fire_safety.drawings.demo_drawings import ensure_demo_drawings
from app.fire_safety.emergency.operations import ensure_demo_numbers
from app.registry.demo_instruments import ensure_demo_instruments
from app.registry.demo_points import ensure_demo_points
from app.registry.materials import ensure_materials
from app.registry.queries import place_choices

DEMO_ACCOUNTS_FILE = "demo-accounts.json"


@click.command()
@click.option("--demo", is_flag=True, help="Also open one made-up account a role and print their passwords.")
def init(demo: bool) -> None:
    """Make the database, or bring it up to date."""
    with app_or_refusal(any_schema=True) as app:
        config: Config = app.extensions["strawline.config"]
        upgrade(db.engine)
        ensure_roles(db.session)
        ensure_materials(db.session)
        passwords_file = config.instance / DEMO_ACCOUNTS_FILE
        passwords = {}
        if demo:
            ensure_demo_instruments(db.session)
            ensure_demo_points(db.session)
            ensure_demo_drawings(db.session)
            ensure_demo_numbers(db.session)
            known = _known_passwords(passwords_file)
            passwords = open_demo_accounts(db.session, known, places=place_choices(db.session))
        db.session.commit()
        click.echo(f"Database at revision {current_revision(db.engine)}: {db.engine.url.render_as_string()}")
        if demo:
            _keep_passwords(passwords_file, passwords)
            click.echo(f"Demo accounts, made up for this installation (kept in {passwords_file}):")
            click.echo(accounts_table(passwords))


def accounts_table(passwords: dict[str, str]) -> str:
    """Return the demo accounts one a line: address, password, what the role does."""
    return "\n".join(
        f"  {kind.demo_email:<26}{passwords[kind.demo_email]:<18}{kind.description}"
        for kind in ROLES
        if kind.demo_email in passwords
    )


def _known_passwords(path: Path) -> dict[str, str]:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _keep_passwords(path: Path, passwords: dict[str, str]) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(passwords, file, indent=1)
