"""`strawline ledger`: everything that the ledgers of the gate and of money say, computed again; charges are posted."""

from __future__ import annotations

import os
import re
import sys

import click

from app.billing.charging.everything import charge_everything
from app.billing.charging.operations import differences_of
from app.billing.ledger_check import MoneyHead, money_head
from app.billing.prices.queries import PriceBook
from app.cli_context import app_or_refusal
from app.database.engine import db, only_reading
from app.deliveries.queries import delivered
from app.intake.ledger_check import PlaceHead, place_heads
from app.kept_heads import HeadType
from app.ledger_verification import first_fault, parts_to_verify
from app.subsidies.posting import claim_differences, post_claims

EXIT_BROKEN = 2
# Fewer are verified sooner than other processes are made.
_RECORDS_OF_ONE_PROCESS = 5_000


def _head(found: re.Match[str]) -> PlaceHead | MoneyHead:
    if found[1] == "money":
        return MoneyHead(int(found[3]), found[4])
    return PlaceHead((found[1], found[2]), int(found[3]), found[4])


_HEAD = HeadType(
    "PLACE:LENGTH:HASH",
    r"(yard|plant|body|point|money)/([^:]{1,64}):(\d{1,18}):([0-9a-f]{64})",
    _head,
    example="yard/Y01:LENGTH:HASH",
)


@click.group("ledger")
def ledger_group() -> None:
    """Look after the ledgers of tickets, stock and money."""


@ledger_group.command("verify")
@click.option("--head", "heads", type=_HEAD, multiple=True, help="A head that was printed earlier and kept.")
@click.option("--processes", type=click.IntRange(1, 64), help="Side by side; by default one for each processor.")
def verify(heads: tuple[PlaceHead | MoneyHead, ...], processes: int | None) -> None:
    """Compute every chain, ticket, stock transfer, entry of money and statement again and name the first bad row.

    Says too of how many deliveries the ledger of money says something else than their weights and prices do now.
    Prints the head of each place's chain, and that of the ledger of money. Kept by somebody
    outside and given back with --head, they show also that a chain has not been written anew as a whole.
    """
    with app_or_refusal():
        with only_reading():
            found, money = place_heads(db.session), money_head(db.session)
            parts = parts_to_verify(
                db.session,
                [it for it in heads if isinstance(it, PlaceHead)],
                [it for it in heads if isinstance(it, MoneyHead)],
            )
        many = sum(head.length for head in found) > _RECORDS_OF_ONE_PROCESS
        with click.progressbar(length=len(parts), label="Verifying", file=sys.stderr) as bar:
            fault = first_fault(parts, processes=processes or (os.cpu_count() or 1 if many else 1), progress=bar.update)
        if fault is not None:
            click.echo(f"Ledger broken: {fault.where} {fault.what}.", err=True)
            raise SystemExit(EXIT_BROKEN)
        with only_reading():
            others = differences_of(db.session, delivered(db.session), PriceBook(db.session))
            claims = claim_differences(db.session)
    if others:
        fen = sum(it.after_fen - it.before_fen for it in others)
        told = f"{len(others)} deliveries cost otherwise by all that is known now ({fen / 100:+,.2f} yuan)"
        click.echo(f"{told}: `strawline ledger charge` posts the difference.")
    if claims:
        click.echo(f"{len(claims)} entries of claims are missing: `strawline ledger charge` posts them.")
    records = sum(head.length for head in found)
    click.echo(f"Ledger in order: {records} records of {len(found)} places. Heads, to be kept outside this machine:")
    for head in (*found, money):
        click.echo(str(head))


@ledger_group.command("charge")
def charge() -> None:
    """Post what the ledger of money lacks, or says too much, of the loads that plants took and of what
    recycling points bought.

    Every delivery is reckoned by all that is known now: weights, disputes, voids, prices. Only differences are posted,
    so a second time there is nothing to do.
    """
    with app_or_refusal():
        with click.progressbar(length=1, label="Charging") as bar:

            def looked_at(some: int, of: int) -> None:
                bar.length = of
                bar.update(some)

            made = charge_everything(db.session, progress=looked_at)
        issued = [it.number for it in made.corrections]
        of_claims = post_claims(db.session)
        db.session.commit()
    click.echo(f"{made.looked_at} deliveries, {len(made.deliveries)} of them charged, corrected or taken back.")
    if made.purchases:
        click.echo(f"{len(made.purchases)} entries of purchases.")
    if of_claims:
        click.echo(f"{len(of_claims)} entries of claims.")
    if issued:
        click.echo(f"Statements of the true-up: {', '.join(issued)}.")
