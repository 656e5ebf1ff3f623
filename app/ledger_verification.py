"""What `strawline ledger verify` computes again: parts that know nothing of each other, side by side in processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from sqlalchemy.orm import Session

from app.billing.ledger_check import MoneyFault, MoneyHead, first_money_fault
from app.billing.payments.check import first_payment_fault
from app.billing.statements.check import first_statement_fault
from app.database.engine import as_of_one_moment, db, only_reading
from app.intake.ledger_check import LedgerFault, PlaceHead, fault_of_place, fault_of_tickets, places_to_verify
from app.storage.ledger_check import first_stock_fault
from app.subsidies.ledger_check import first_claim_fault

Fault = LedgerFault | MoneyFault
Part = Callable[[Session], Fault | None]


def parts_to_verify(
    session: Session, place_heads_kept: Sequence[PlaceHead], money_heads_kept: Sequence[MoneyHead]
) -> list[Part]:
    """Return everything that is to be computed again, what is told first first."""
    places = places_to_verify(session, place_heads_kept)
    return [
        *(partial(fault_of_place, place=place, kept_heads=place_heads_kept) for place in places),
        fault_of_tickets,
        first_stock_fault,
        partial(first_money_fault, kept_heads=money_heads_kept),
        first_payment_fault,
        first_statement_fault,
        first_claim_fault,
    ]


def first_fault(parts: Sequence[Part], *, processes: int, progress: Callable[[int], None]) -> Fault | None:
    """Return what the first of the parts that is not in order says, None if all are. Each is read as of one moment.

    The session and the connections of this process are given up where others are made of it.
    """
    with _done(parts, processes) as done:
        for fault in done:
            progress(1)
            if fault is not None:
                return fault
    return None


@contextmanager
def _done(parts: Sequence[Part], processes: int) -> Iterator[Iterator[Fault | None]]:
    """What the parts say, in their order."""
    if processes == 1 or "fork" not in multiprocessing.get_all_start_methods():
        yield map(_fault_of, parts)
        return
    db.session.close()
    db.engine.dispose()
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        yield pool.imap(_fault_of, parts)


def _fault_of(part: Part) -> Fault | None:
    """In a process that was made of one with an app: it is in the same context."""
    with only_reading(), Session(db.engine) as session:
        as_of_one_moment(session)
        return part(session)
