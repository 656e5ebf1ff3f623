"""`strawline verification`: the detectors on a month's tickets."""

from __future__ import annotations

from datetime import date, datetime

import click

from app.cli_context import app_or_refusal
from app.database.engine import db, only_reading
from app.verification.desk import SuspicionState, month_states
from app.verification.runs import look_at_month, store_look

_MONTHS_SHOWN = 120


@click.group("verification")
def verification_group() -> None:
    """Look for what is wrong with tickets before money is claimed for them."""


@verification_group.command("run")
@click.option("--month", required=True, type=click.DateTime(["%Y-%m"]), help="Such as 2026-11.")
def run(month: datetime) -> None:
    """Run all detectors on a month's tickets; what they suspect waits on the verification desk for a person."""
    first = date(month.year, month.month, 1)
    with app_or_refusal():
        with only_reading():
            look = look_at_month(db.session, first)
            db.session.rollback()
        store_look(db.session, look)
        db.session.commit()
        with only_reading():
            state = next((it for it in month_states(db.session, None, most=_MONTHS_SHOWN) if it.month == first), None)
    if state is None:
        click.echo(f"{first:%Y-%m}: no tickets.")
        return
    click.echo(
        f"{first:%Y-%m}: {state.tickets} tickets, {len(look.seen)} suspicions, {state.open} of them"
        f" {SuspicionState.OPEN.value}; {state.verified_kg / 1000:.3f} t of {state.net_kg / 1000:.3f} t verified."
    )
