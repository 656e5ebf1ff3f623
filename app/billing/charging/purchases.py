"""What recycling points bought comes into the ledger, by differences as deliveries do (H19). Nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy.orm import Session

from app.billing.charging.mending import Amounts, difference, otherwise_posted, reversals, without_nothing
from app.billing.charging.posted import Posted
from app.billing.ledger.accounts import (
    CITY_PURCHASES,
    CITY_RECYCLING,
    RECYCLING,
    fee_of_point,
    paid_out_by_point,
    purchases_of_town,
)
from app.billing.ledger.entries import NewEntry, post
from app.billing.ledger.head import locked_head
from app.billing.ledger.models import EntryKind
from app.intake.purchase_queries import Bought
from yard_rules.purchases import PurchaseRates, purchase_cost, purchase_rates

PURCHASE: Final = "purchase"
_AT_ONCE: Final = 500


def post_purchases(session: Session, purchases: Sequence[Bought]) -> list[NewEntry]:
    """Post what the ledger lacks or says too much of these purchases; returns what was posted. What is void, not for
    settlement or of a material that nobody buys costs nothing."""
    locked_head(session)
    made: list[NewEntry] = []
    for first in range(0, len(purchases), _AT_ONCE):
        some = {it.ticket_id: it for it in purchases[first : first + _AT_ONCE]}
        said = {id_: said_of(it) for id_, it in some.items() if it.counts}
        wanted = {id_: without_nothing(amounts_of(said[id_])) if id_ in said else {} for id_ in some}
        entries = [
            entry
            for id_, posted in otherwise_posted(session, PURCHASE, wanted).items()
            for entry in _entries(some[id_], posted, wanted[id_], said.get(id_))
        ]
        post(session, entries)
        made += entries
    return made


def said_of(it: Bought) -> dict[str, Any]:
    """Return what an entry says of a purchase: what it was, the rates of its day, and what it comes to."""
    rates = purchase_rates(str(it.tariff), it.day)
    cost = purchase_cost(rates, it.kg, is_recyclable=it.is_recyclable)
    return {
        "point_id": it.point_id,
        "town_id": it.town_id,
        "material_id": it.material_id,
        "tariff": it.tariff,
        "kg": it.kg,
        "is_recyclable": it.is_recyclable,
        "rates": asdict(rates),
        **asdict(cost),
    }


def amounts_of(said: Mapping[str, Any]) -> Amounts:
    """Return the lines of a purchase by what its entry says, reckoned anew from weight and rates: the point paid and
    earns its fee, city and town owe both, and the city alone what is for recycling."""
    kg = said["kg"]
    cost = purchase_cost(PurchaseRates(**said["rates"]), kg, is_recyclable=said["is_recyclable"])
    return {
        paid_out_by_point(said["point_id"]): (-cost.price_fen, -kg),
        fee_of_point(said["point_id"]): (-cost.fee_fen, 0),
        CITY_PURCHASES: (cost.city_fen, kg),
        purchases_of_town(said["town_id"]): (cost.town_fen, 0),
        CITY_RECYCLING: (cost.recycling_fen, kg if said["is_recyclable"] else 0),
        RECYCLING: (-cost.recycling_fen, -kg if said["is_recyclable"] else 0),
    }


def _entries(
    it: Bought, posted: Posted, amounts: Amounts, said: Mapping[str, Any] | None
) -> tuple[NewEntry, ...]:  # fmt: skip
    if said is None:
        return reversals(posted, "void" if it.is_void else "not_for_settlement")
    kind = EntryKind.CORRECTION if posted.standing else EntryKind.PURCHASE
    return (difference(kind, (PURCHASE, it.ticket_id), it.day, posted, amounts, said),)
