"""The steps of a dispute about a load's weight. Nothing here commits."""

from __future__ import annotations

from fractions import Fraction

from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.clock import now
from app.deliveries.dispute_states import Dispute, DisputeState
from app.deliveries.models import Basis, DisputeEvent, DisputeStep, Side
from app.deliveries.operations import MOST_KG, load_to_write
from app.deliveries.queries import DeliveryState, Load
from app.errors import (
    BOTH_OF_PLANT,
    CHANGED_MEANWHILE,
    NO_PLANT_WEIGHT,
    NOT_ALLOWED,
    NOT_TO_SETTLE_ON,
    SAME_PERSON,
    SETTLED_ALREADY,
    TICKET_VOID,
    Refusal,
)
from yard_rules.rounding import whole_kg


def open_dispute(session: Session, delivery_id: str, *, side: Side, said: str) -> DisputeEvent:
    """Doubt the weight of a load; raises Refusal where that is done already, or there is no weight to doubt."""
    load = load_to_write(session, delivery_id)
    if load.delivery.state is DeliveryState.VOID:
        raise Refusal(TICKET_VOID, [load.ticket.number])
    if load.delivery.plant_kg is None:
        raise Refusal(NO_PLANT_WEIGHT, [load.ticket.number])
    if load.dispute is not None and load.dispute.is_open:
        raise Refusal(SETTLED_ALREADY, [load.ticket.number])
    return _taken(session, load, DisputeStep.OPENED, side, said=said)


def answer_dispute(session: Session, delivery_id: str, *, side: Side, said: str) -> DisputeEvent:
    """Say what the weight is doubted for, or why not; another person than the one who opened it. Raises Refusal where
    it is answered already."""
    load, dispute = _open_dispute(session, delivery_id)
    if dispute.state is not DisputeState.OPEN:
        raise Refusal(SETTLED_ALREADY, [load.ticket.number])
    _another_than(dispute.opened_by, load)
    return _taken(session, load, DisputeStep.ANSWERED, side, said=said)


def propose_settlement(
    session: Session, delivery_id: str, *, side: Side, basis: Basis, reweighed_kg: int | None = None, said: str
) -> DisputeEvent:
    """Propose on what weight to settle; raises Refusal where a proposal waits, or the load has no such weight."""
    load, dispute = _open_dispute(session, delivery_id)
    if dispute.proposal is not None:
        raise Refusal(SETTLED_ALREADY, [load.ticket.number])
    kg = settled_kg(load, basis, reweighed_kg)
    return _taken(session, load, DisputeStep.PROPOSED, side, said=said, basis=basis, agreed_kg=kg)


def answer_proposal(
    session: Session, delivery_id: str, *, side: Side, is_agreed: bool, said: str | None = None
) -> DisputeEvent:
    """Agree to what somebody else proposed, which settles the dispute, or decline it; whoever proposed it may take it
    back so. Raises Refusal where two people of the plant would settle it, and where a weight has changed since."""
    load, dispute = _open_dispute(session, delivery_id)
    proposal = dispute.proposal
    if proposal is None:
        raise Refusal(SETTLED_ALREADY, [load.ticket.number])
    if not is_agreed:
        return _taken(session, load, DisputeStep.DECLINED, side, said=said)
    _another_than(proposal, load)
    if side is Side.PLANT and proposal.side == Side.PLANT:
        raise Refusal(BOTH_OF_PLANT, [load.ticket.number])
    if not load.weights.are_those_of(proposal):
        raise Refusal(CHANGED_MEANWHILE, [load.ticket.number])
    return _taken(
        session,
        load,
        DisputeStep.AGREED,
        side,
        said=said,
        basis=Basis(str(proposal.basis)),
        agreed_kg=proposal.agreed_kg,
    )


def withdraw_dispute(session: Session, delivery_id: str, *, side: Side, said: str) -> DisputeEvent:
    """Take back a doubt; only the side that had it. What the difference of both weights opened nobody takes back: it is
    settled, or a weight corrected."""
    load, dispute = _open_dispute(session, delivery_id)
    if dispute.opened_by is None or dispute.opened_by.side != side:
        raise Refusal(NOT_ALLOWED, [load.ticket.number])
    return _taken(session, load, DisputeStep.WITHDRAWN, side, said=said)


def settled_kg(load: Load, basis: Basis, reweighed_kg: int | None = None) -> int:
    """Return the weight that a settlement on this basis comes to; raises Refusal where the load has none such."""
    yard_kg, plant_kg = load.delivery.yard_kg, load.delivery.plant_kg
    kg: int | None = None
    match basis:
        case Basis.YARD:
            kg = yard_kg
        case Basis.PLANT:
            kg = plant_kg
        case Basis.MEAN:
            kg = None if yard_kg is None or plant_kg is None else whole_kg(Fraction(yard_kg + plant_kg, 2))
        case Basis.REWEIGHED:
            kg = reweighed_kg
    if kg is None or not 0 < kg <= MOST_KG:
        raise Refusal(NOT_TO_SETTLE_ON, [load.ticket.number])
    return kg


def _open_dispute(session: Session, delivery_id: str) -> tuple[Load, Dispute]:
    load = load_to_write(session, delivery_id)
    if load.dispute is None or load.delivery.state is not DeliveryState.DISPUTED:
        raise Refusal(SETTLED_ALREADY, [load.ticket.number])
    return load, load.dispute


def _another_than(event: DisputeEvent | None, load: Load) -> None:
    actor = acting_now()
    if event is not None and (actor.account_id is None or actor.account_id == event.taken_by):
        raise Refusal(SAME_PERSON, [load.ticket.number])


def _taken(
    session: Session,
    load: Load,
    step: DisputeStep,
    side: Side,
    *,
    said: str | None,
    basis: Basis | None = None,
    agreed_kg: int | None = None,
) -> DisputeEvent:
    actor = acting_now()
    event = DisputeEvent(
        delivery_id=load.delivery.delivery_id,
        plant_id=load.delivery.plant_id,
        step=step,
        said=said,
        basis=basis,
        agreed_kg=agreed_kg,
        yard_kg=load.delivery.yard_kg,
        plant_kg=load.delivery.plant_kg,
        side=side,
        taken_by=actor.account_id,
        taken_name=actor.name,
        taken_at=now(),
    )
    session.add(event)
    session.flush()
    after = {"yard_kg": event.yard_kg, "plant_kg": event.plant_kg, "agreed_kg": agreed_kg, "reason": said}
    record(
        session,
        what=f"dispute.{step}",
        subject_kind="delivery",
        subject_id=load.ticket.number,
        after={name: value for name, value in after.items() if value is not None},
    )
    return event
