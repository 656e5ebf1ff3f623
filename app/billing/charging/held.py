"""Loads that wait until somebody decides whether they are charged, or whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.billing.charging.everything import charge_deliveries
from app.billing.charging.operations import held_by
from app.billing.prices.queries import PriceBook
from app.deliveries.holds import decide_holds
from app.deliveries.models import Hold, HoldAnswer, HoldDecision
from app.deliveries.queries import Load, delivered, loads


@dataclass(frozen=True, slots=True)
class HeldLoad:
    """A load and why it waits; or (`decision`) what was decided of it last."""

    load: Load
    holds: frozenset[Hold]
    decision: HoldDecision | None = None


def held_loads(session: Session) -> list[HeldLoad]:
    """Return the loads that wait, the oldest first: without a price it is not known yet which ticket has to be for
    settlement, so all count."""
    book, found = PriceBook(session), []
    for load in loads(session):
        it = load.delivery
        if not it.open_holds or it.is_left_out:
            continue
        term = book.term(it.plant_id, it.material_id, it.day)
        holds = it.open_holds if term is None else held_by(it, term) | (it.open_holds & {Hold.NO_TOWN})
        if holds:
            found.append(HeldLoad(load, holds))
    return found


def decided_loads(session: Session) -> list[HeldLoad]:
    """Return the loads of which something was decided, the last decision first."""
    newest = {it.delivery_id: it for it in session.scalars(select(HoldDecision).order_by(HoldDecision.id))}
    found = [HeldLoad(it, it.holds, newest[it.ticket.id]) for it in loads(session, ids=newest)]
    return sorted(found, key=lambda it: it.decision.id if it.decision else 0, reverse=True)


def decide(session: Session, ids: Sequence[str], answer: HoldAnswer, *, reason: str, town_id: str | None) -> int:
    """Keep what is decided of these loads and charge them by it; returns how many. Raises Refusal as `decide_holds`
    does. Nothing here commits."""
    for delivery_id in ids:
        decide_holds(session, delivery_id, answer, reason=reason, town_id=town_id)
    charge_deliveries(session, delivered(session, ids=ids))
    return len(ids)
