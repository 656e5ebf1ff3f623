"""`strawline demo-money`: a demonstration whose month before is settled."""

from __future__ import annotations

import click

from app.cli_context import app_or_refusal
from app.database.engine import db
from app.subsidies.demo_money import play_demo_money


@click.command()
def demo_money() -> None:
    """Settle the made-up loads of a demonstration: weights, prices, a closed month, a payment, a claim."""
    with app_or_refusal():
        made = play_demo_money(db.session)
        db.session.commit()
    click.echo(f"{made} made-up entries of the ledger of money." if made else "Left as it is: no made-up month.")
