"""All that the ledger is charged with, brought up to what is known now. Nothing here commits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.billing.charging.operations import Difference, post_charges
from app.billing.charging.purchases import post_purchases
from app.billing.ledger.entries import NewEntry
from app.deliveries.queries import delivered
from app.intake.purchase_queries import bought


@dataclass(frozen=True, slots=True)
class Charged:
    """What was posted of loads to plants, and of what recycling points bought; `looked_at`: of how many loads."""

    deliveries: Sequence[Difference]
    purchases: Sequence[NewEntry]
    looked_at: int


def charge_everything(session: Session, *, progress: Callable[[int, int], None] = lambda _some, _of: None) -> Charged:
    """Post what the ledger lacks or says too much of all deliveries and purchases. `progress` is told how many
    deliveries more were looked at, and of how many."""
    found = delivered(session)
    made = post_charges(session, found, progress=lambda some: progress(some, len(found)))
    return Charged(made, post_purchases(session, bought(session)), len(found))
