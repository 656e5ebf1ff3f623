"""`strawline ledger verify`: everything that the gate's ledger says, computed again."""

from __future__ import annotations

import click

from app.cli_context import app_or_refusal
from app.database.engine import db, only_reading
from app.intake.ledger_check import PlaceHead, first_ledger_fault, place_heads
from app.kept_heads import HeadType
from app.storage.ledger_check import first_stock_fault

EXIT_BROKEN = 2
_HEAD = HeadType(
    "PLACE:LENGTH:HASH",
    r"(yard|plant|body)/([^:]{1,64}):(\d{1,18}):([0-9a-f]{64})",
    lambda found: PlaceHead((found[1], found[2]), int(found[3]), found[4]),
    example="yard/Y01:LENGTH:HASH",
)


@click.group("ledger")
def ledger_group() -> None:
    """Look after the ledger of tickets and stock."""


@ledger_group.command("verify")
@click.option("--head", "heads", type=_HEAD, multiple=True, help="A head that was printed earlier and kept.")
def verify(heads: tuple[PlaceHead, ...]) -> None:
    """Compute every chain, ticket and stock transfer again and name the first bad row.

    Prints the head of each place's chain. Kept by somebody outside and given back with --head, they show also that a
    chain has not been written anew as a whole.
    """
    with app_or_refusal(), only_reading():
        fault = first_ledger_fault(db.session, heads) or first_stock_fault(db.session)
        if fault is not None:
            click.echo(f"Ledger broken: {fault.where} {fault.what}.", err=True)
            raise SystemExit(EXIT_BROKEN)
        found = place_heads(db.session)
    records = sum(head.length for head in found)
    click.echo(f"Ledger in order: {records} records of {len(found)} places. Heads, to be kept outside this machine:")
    for head in found:
        click.echo(str(head))
