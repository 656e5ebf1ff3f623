"""All that the ledger is charged with, brought up to what is known now. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.billing.charging.operations import Difference, post_charges
from app.billing.charging.purchases import post_purchases
from app.billing.ledger.entries import NewEntry
from app.deliveries.queries import delivered
from app.intake.purchase_queries import bought


@dataclass(frozen=True, slots=True)
class Charged:
    """What was posted of loads to plants, and of what recycling points bought."""

    deliveries: Sequence[Difference]
    purchases: Sequence[NewEntry]


def charge_everything(session: Session) -> Charged:
    """Post what the ledger lacks or says too much of all deliveries and purchases."""
    return Charged(post_charges(session, delivered(session)), post_purchases(session, bought(session)))
