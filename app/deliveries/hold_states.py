"""Why a load's fee waits for a person: it follows from its tickets, its plant and what was decided of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.deliveries.models import Hold, HoldAnswer, HoldDecision
from app.intake.models import Outcome
from app.registry.plant_strikes import StrikeTime, strike_times

# While one of these is open nothing is charged; without a town the plant owes the whole fee all the same.
OF_FEE: Final = frozenset({Hold.STRUCK_OFF, Hold.YARD_NOT_FOR_TRADE, Hold.PLANT_NOT_FOR_TRADE})
_OF_TICKETS: Final = frozenset({Hold.YARD_NOT_FOR_TRADE, Hold.PLANT_NOT_FOR_TRADE})


@dataclass(frozen=True, slots=True)
class HoldsKnown:
    """What is known of plants and decisions; `decided`: the newest of each load, by hold."""

    strikes: Mapping[str, Sequence[StrikeTime]] = field(default_factory=dict)
    decided: Mapping[str, Mapping[str, HoldDecision]] = field(default_factory=dict)

    def holds(self, ticket: Any, at_plant: Any | None, plant_id: str, *, is_settled: bool) -> frozenset[Hold]:
        """Return why a load of these tickets waits, decided or not. `is_settled`: people agreed on its weight, so no
        scale has to answer for it."""
        is_direct = ticket is at_plant
        found: set[Hold] = set()
        if any(it.holds_at(ticket.opened_at) for it in self.strikes.get(plant_id, ())):
            found.add(Hold.STRUCK_OFF)
        if not is_direct and not ticket.is_trade:
            found.add(Hold.YARD_NOT_FOR_TRADE)
        if at_plant is not None and at_plant.outcome == Outcome.DELIVERED and not at_plant.is_trade:
            found.add(Hold.PLANT_NOT_FOR_TRADE)
        if is_direct and ticket.town_id is None:
            found.add(Hold.NO_TOWN)
        return frozenset(found - _OF_TICKETS if is_settled else found)

    def open_of(self, holds: Collection[Hold], delivery_id: str) -> frozenset[Hold]:
        """Return which of these nobody has decided yet."""
        return frozenset(holds) - {Hold(hold) for hold in self.decided.get(delivery_id, {})}

    def is_left_out(self, holds: Collection[Hold], delivery_id: str) -> bool:
        """Whether somebody decided, for a reason that still is one, that nothing is charged."""
        decided = self.decided.get(delivery_id, {})
        return any(hold in decided and decided[hold].answer == HoldAnswer.LEFT_OUT for hold in holds)

    def town_of(self, delivery_id: str) -> str | None:
        """Return the town that somebody named."""
        named = self.decided.get(delivery_id, {}).get(Hold.NO_TOWN)
        return None if named is None else named.town_id


def holds_known(session: Session, plants: Collection[str] | None) -> HoldsKnown:
    """Return what is known; of these plants, None of all."""
    chosen = select(HoldDecision).order_by(HoldDecision.id)
    if plants is not None:
        chosen = chosen.where(HoldDecision.plant_id.in_(plants))
    decided: dict[str, dict[str, HoldDecision]] = {}
    for row in session.scalars(chosen):
        decided.setdefault(row.delivery_id, {})[row.hold] = row
    return HoldsKnown(strike_times(session.connection(), plants), decided)


def decisions_of(session: Session, delivery_id: str) -> Sequence[HoldDecision]:
    """Return all that was decided of a load, first to last."""
    return session.scalars(
        select(HoldDecision).where(HoldDecision.delivery_id == delivery_id).order_by(HoldDecision.id)
    ).all()
