"""What people decide of loads whose fee waits. Nothing here commits."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.clock import now
from app.deliveries.hold_states import OF_FEE
from app.deliveries.models import Hold, HoldAnswer, HoldDecision
from app.deliveries.operations import load_to_write
from app.errors import NO_SUCH_TOWN, NOT_HELD, REASON_NEEDED, Refusal
from app.registry.models import Town


def decide_holds(
    session: Session, delivery_id: str, answer: HoldAnswer, *, reason: str, town_id: str | None = None
) -> list[HoldDecision]:
    """Keep whether a load that waits is charged or left out, or which town it is of; what was decided before may be
    decided anew. Raises Refusal without a reason, where nothing of that kind waits, and for an unknown town."""
    load = load_to_write(session, delivery_id)
    if not reason:
        raise Refusal(REASON_NEEDED, [load.ticket.number])
    is_of_town = answer is HoldAnswer.TOWN_NAMED
    holds = load.holds & ({Hold.NO_TOWN} if is_of_town else OF_FEE)
    if not holds:
        raise Refusal(NOT_HELD, [load.ticket.number])
    if is_of_town and session.scalar(select(Town.id).where(Town.town_id == town_id)) is None:
        raise Refusal(NO_SUCH_TOWN, [town_id or "–"])
    actor = acting_now()
    made = [
        HoldDecision(
            delivery_id=delivery_id,
            plant_id=load.delivery.plant_id,
            hold=hold,
            answer=answer,
            town_id=town_id if is_of_town else None,
            reason=reason,
            decided_by=actor.account_id,
            decided_name=actor.name,
            decided_at=now(),
        )
        for hold in sorted(holds)
    ]
    session.add_all(made)
    session.flush()
    after = {"holds": [it.hold for it in made], "reason": reason} | ({"town": town_id} if is_of_town else {})
    record(session, what=f"hold.{answer}", subject_kind="delivery", subject_id=load.ticket.number, after=after)
    return made
