"""`strawline demo-gate`: a demonstration whose yards have been at work."""

from __future__ import annotations

import click

from app.cli_context import app_or_refusal
from app.clock import now
from app.database.engine import db
from app.tablet.demo_gate import play_demo_gate


@click.command()
def demo_gate() -> None:
    """Play made-up days at the gates of a demonstration where nobody has weighed yet: the last three, and some of the
    month before."""
    with app_or_refusal():
        made = play_demo_gate(db.session, now())
        db.session.commit()
    click.echo(f"{made} made-up records of the gates." if made else "Left as it is: no demonstration, or one in use.")
