"""`strawline audit verify`: the hash chain of the audit trail computed again."""

from __future__ import annotations

import click

from app.accounts.audit_queries import ChainHead, chain_head, first_fault
from app.cli_context import app_or_refusal
from app.database.engine import db, only_reading
from app.kept_heads import HeadType

EXIT_BROKEN = 2
_HEAD = HeadType(
    "LENGTH:HASH",
    r"(\d{1,18}):([0-9a-f]{64})",
    lambda found: ChainHead(int(found[1]), found[2]),
    example="LENGTH:HASH",
)


@click.group("audit")
def audit_group() -> None:
    """Look after the audit trail."""


@audit_group.command("verify")
@click.option("--head", "heads", type=_HEAD, multiple=True, help="A head that was printed earlier and kept.")
def verify(heads: tuple[ChainHead, ...]) -> None:
    """Compute the hash chain again and name the first bad entry.

    Prints the head of the chain. Kept by somebody outside and given back with --head, it shows also that the trail has
    not been written anew as a whole.
    """
    with app_or_refusal(), only_reading():
        fault = first_fault(db.session, heads)
        if fault is not None:
            click.echo(f"Audit trail broken: entry {fault.entry_id} {fault.what}.", err=True)
            raise SystemExit(EXIT_BROKEN)
        head = chain_head(db.session)
    click.echo(f"Audit trail in order: {head.length} entries. Head, to be kept outside this machine:")
    click.echo(str(head))
