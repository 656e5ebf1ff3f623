"""`strawline second-factor reset`: for the administrator who has lost phone and recovery codes, and is the only one."""

from __future__ import annotations

import click
from sqlalchemy import select

from app.accounts.models import Account
from app.accounts.two_factor import has_second_factor, reset
from app.cli_context import app_or_refusal
from app.database.engine import db
from app.errors import NO_SECOND_FACTOR, NO_SUCH_PERSON, Refusal


@click.group("second-factor")
def second_factor_group() -> None:
    """Look after the second factor of accounts."""


@second_factor_group.command("reset")
@click.argument("email")
def reset_command(email: str) -> None:
    """Take the second factor away from the account with this address; its sessions end, and the trail says so."""
    with app_or_refusal():
        account = db.session.scalar(select(Account).where(Account.email == email.strip().lower()))
        if account is None:
            raise Refusal(NO_SUCH_PERSON)
        if not has_second_factor(account):
            raise Refusal(NO_SECOND_FACTOR)
        reset(db.session, account)
        db.session.commit()
    click.echo("The second factor is taken away: the next login asks for the password alone.")
