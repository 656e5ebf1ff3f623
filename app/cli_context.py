"""What the commands that touch the database share: the app, and refusals told in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask

from app import create_app
from app.errors import Refusal

DETAILS_SHOWN = 50
EXIT_REFUSED = 1


@contextmanager
def app_or_refusal() -> Iterator[Flask]:
    """Give the app inside its context; a Refusal raised within ends the command with its text and status 1."""
    try:
        app = create_app()
        with app.app_context():
            yield app
    except Refusal as refusal:
        click.echo(refusal_text(refusal), err=True)
        raise SystemExit(EXIT_REFUSED) from refusal


def refusal_text(refusal: Refusal) -> str:
    """Return the refusal in English: what was wrong, its details one a line, what to do next."""
    shown = [f"  {detail}" for detail in refusal.details[:DETAILS_SHOWN]]
    rest = len(refusal.details) - len(shown)
    if rest > 0:
        shown.append(f"  ... and {rest} more")
    return "\n".join([f"{refusal.kind.what} [{refusal.kind.code}]", *shown, refusal.kind.next_step])
