"""What the commands that touch the database share: the app, and refusals told in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask

from app import create_app
from app.database.engine import db
from app.database.migrate import current_revision, head_revision
from app.errors import OTHER_SCHEMA, Refusal

DETAILS_SHOWN = 50
EXIT_REFUSED = 1


@contextmanager
def app_or_refusal(*, any_schema: bool = False) -> Iterator[Flask]:
    """Give the app inside its context; a Refusal raised within ends the command with its text and status 1.

    A database that is not at the newest revision is refused, unless `any_schema`.
    """
    try:
        app = create_app()
        try:
            with app.app_context():
                if not any_schema:
                    _refuse_other_schema()
                yield app
        finally:
            with app.app_context():
                db.engine.dispose()
    except Refusal as refusal:
        click.echo(refusal_text(refusal), err=True)
        raise SystemExit(EXIT_REFUSED) from refusal


def _refuse_other_schema() -> None:
    found, wanted = current_revision(db.engine), head_revision()
    if found != wanted:
        raise Refusal(OTHER_SCHEMA, [f"{found} ≠ {wanted}"])


def refusal_text(refusal: Refusal) -> str:
    """Return the refusal in English: what was wrong, its details one a line, what to do next."""
    shown = [f"  {detail}" for detail in refusal.details[:DETAILS_SHOWN]]
    rest = len(refusal.details) - len(shown)
    if rest > 0:
        shown.append(f"  ... and {rest} more")
    return "\n".join([f"{refusal.kind.what} [{refusal.kind.code}]", *shown, refusal.kind.next_step])
