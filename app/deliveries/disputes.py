"""The steps of a dispute about a load's weight. Nothing here commits."""

from __future__ import annotations

from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.actors import acting_now
from app.accounts.audit import record
from app.accounts.models import Account, AccountPlace
from app.accounts.permissions import Permission
from app.accounts.roles import permissions_of
from app.accounts.scope import roles_held
from app.clock import now
from app.deliveries.dispute_states import Dispute, DisputeState, agreed_quality
from app.deliveries.models import Basis, DisputeEvent, DisputeStep, Side
from app.deliveries.operations import MOST_KG, load_to_write, noted_quality, quality_faults
from app.deliveries.queries import DeliveryState, Load
from app.errors import (
    BOTH_OF_COMPANY,
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
from yard_rules.both_ends import reweighed_range_kg
from yard_rules.rounding import whole_kg, whole_permille
from yard_rules.tariffs import NOT_LOOKED_AT, Quality


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
    session: Session,
    delivery_id: str,
    *,
    side: Side,
    basis: Basis,
    reweighed_kg: int | None = None,
    quality: Quality | None = None,
    said: str,
) -> DisputeEvent:
    """Propose on what weight to settle and, where `quality` is given, on what else counts instead of what the plant
    found; raises Refusal where a proposal waits, or the load has no such weight."""
    load, dispute = _open_dispute(session, delivery_id)
    if dispute.proposal is not None:
        raise Refusal(SETTLED_ALREADY, [load.ticket.number])
    kg, permille = settled_kg(load, basis, reweighed_kg), settled_permille(load, basis)
    counts = load.weights.quality if quality is None else quality
    if quality_faults(counts, load.delivery.day):
        raise Refusal(NOT_TO_SETTLE_ON, [load.ticket.number])
    return _taken(
        session,
        load,
        DisputeStep.PROPOSED,
        side,
        said=said,
        basis=basis,
        agreed_kg=kg,
        agreed_permille=permille,
        quality=counts,
    )


def answer_proposal(
    session: Session, delivery_id: str, *, side: Side, is_agreed: bool, said: str | None = None
) -> DisputeEvent:
    """Agree to what somebody else proposed, which settles the dispute, or decline it; whoever proposed it may take it
    back so. For a plant of which nobody has an account here, two people of the company write down what it agreed to.
    Raises Refusal where two people of one side would settle it else, and where a weight has changed since."""
    load, dispute = _open_dispute(session, delivery_id)
    proposal = dispute.proposal
    if proposal is None:
        raise Refusal(SETTLED_ALREADY, [load.ticket.number])
    if not is_agreed:
        return _taken(session, load, DisputeStep.DECLINED, side, said=said)
    _another_than(proposal, load)
    if side is Side.PLANT and proposal.side == Side.PLANT:
        raise Refusal(BOTH_OF_PLANT, [load.ticket.number])
    if side is Side.COMPANY and proposal.side == Side.COMPANY and _has_people(session, load.delivery.plant_id):
        raise Refusal(BOTH_OF_COMPANY, [load.ticket.number])
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
        agreed_permille=proposal.agreed_permille,
        quality=agreed_quality(proposal),
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
    known_kg = [it for it in (yard_kg, plant_kg) if it is not None]
    least_kg, most_kg = reweighed_range_kg(known_kg, load.delivery.day) if known_kg else (1, MOST_KG)
    if kg is None or not 0 < kg <= MOST_KG:
        raise Refusal(NOT_TO_SETTLE_ON, [load.ticket.number])
    if not least_kg <= kg <= most_kg:
        raise Refusal(NOT_TO_SETTLE_ON, [f"{load.ticket.number}: {least_kg}–{most_kg} kg"])
    return kg


def settled_permille(load: Load, basis: Basis) -> int | None:
    """Return the moisture that a settlement on this basis comes to; None where nobody measured any."""
    yard, plant = load.weights.yard_permille, load.weights.plant_permille
    if yard is None or plant is None:
        return plant if yard is None else yard
    match basis:
        case Basis.YARD:
            return yard
        case Basis.PLANT:
            return plant
        case Basis.MEAN:
            return whole_permille(Fraction(yard + plant, 2))
        case Basis.REWEIGHED:
            return load.weights.moisture_permille


def _has_people(session: Session, plant_id: str) -> bool:
    """Whether somebody of the plant could agree here."""
    chosen = (
        select(Account)
        .join(AccountPlace, AccountPlace.account_id == Account.id)
        .where(AccountPlace.kind == "plant", AccountPlace.place_id == plant_id, Account.active)
    )
    held = (permissions_of(role.name for role in roles_held(account)) for account in session.scalars(chosen))
    return any(Permission.DISPUTE_WEIGHTS in permissions for permissions in held)


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
    agreed_permille: int | None = None,
    quality: Quality = NOT_LOOKED_AT,
) -> DisputeEvent:
    actor = acting_now()
    event = DisputeEvent(
        delivery_id=load.delivery.delivery_id,
        plant_id=load.delivery.plant_id,
        step=step,
        said=said,
        basis=basis,
        agreed_kg=agreed_kg,
        agreed_permille=agreed_permille,
        yard_kg=load.delivery.yard_kg,
        plant_kg=load.delivery.plant_kg,
        yard_permille=load.weights.yard_permille,
        plant_permille=load.weights.plant_permille,
        impurity_permille=load.weights.quality.impurity_permille,
        mould_grade=load.weights.quality.mould_grade,
        agreed_impurity_permille=quality.impurity_permille,
        agreed_mould_grade=quality.mould_grade,
        side=side,
        taken_by=actor.account_id,
        taken_name=actor.name,
        taken_at=now(),
    )
    session.add(event)
    session.flush()
    after = {
        "yard_kg": event.yard_kg,
        "plant_kg": event.plant_kg,
        "agreed_kg": agreed_kg,
        "reason": said,
    } | noted_quality(quality)
    record(
        session,
        what=f"dispute.{step}",
        subject_kind="delivery",
        subject_id=load.ticket.number,
        after={name: value for name, value in after.items() if value is not None},
    )
    return event
