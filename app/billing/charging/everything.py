"""All that the ledger is charged with, brought up to what is known now. Nothing here commits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.billing.charging.operations import Difference, post_charges
from app.billing.charging.purchases import post_purchases
from app.billing.ledger.entries import NewEntry
from app.billing.ledger.head import locked_head
from app.billing.statements.corrections import issue_corrections
from app.billing.statements.models import Statement
from app.deliveries.queries import Delivered, delivered
from app.intake.purchase_queries import bought


@dataclass(frozen=True, slots=True)
class Charged:
    """What was posted of loads to plants, and of what recycling points bought; `looked_at`: of how many loads;
    `corrections`: the statements that plants got of a true-up among it."""

    deliveries: Sequence[Difference]
    purchases: Sequence[NewEntry]
    looked_at: int
    corrections: Sequence[Statement]


def charge_everything(session: Session, *, progress: Callable[[int, int], None] = lambda _some, _of: None) -> Charged:
    """Post what the ledger lacks or says too much of all deliveries and purchases. `progress` is told how many
    deliveries more were looked at, and of how many."""
    found = delivered(session)
    made, corrections = charge_deliveries(session, found, progress=lambda some: progress(some, len(found)))
    return Charged(made, post_purchases(session, bought(session)), len(found), corrections)


def charge_deliveries(
    session: Session, deliveries: Sequence[Delivered], *, progress: Callable[[int], None] | None = None
) -> tuple[Sequence[Difference], Sequence[Statement]]:
    """Post what the ledger lacks or says too much of these deliveries, and issue the statements of a true-up among it;
    returns both."""
    before = locked_head(session).last_number
    made = post_charges(session, deliveries, progress=progress)
    return made, issue_corrections(session, before)
