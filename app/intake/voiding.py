"""A ticket becomes void: one person asks with a reason, another whom the server knows agrees."""

from __future__ import annotations

from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import ASKED_ALREADY, SAME_PERSON, TICKET_NOT_KNOWN
from app.intake.arriving import Arrived, Effects, RefusedHere
from app.intake.bodies import VoidAgreed, VoidAsked
from app.intake.models import TicketVoid, VoidRequest
from app.intake.openings import ticket_in_force


def void_asked(session: Session, arrived: Arrived, body: VoidAsked) -> Effects:
    """The wish, which waits for another person."""
    ticket = ticket_in_force(session, arrived, body.ticket_id)
    asked = select(VoidRequest.record_id).where(VoidRequest.ticket_id == ticket.id).limit(1)
    if session.scalar(asked) is not None:
        raise RefusedHere(HTTPStatus.CONFLICT, ASKED_ALREADY, [ticket.number])
    row = {
        "record_id": arrived.id,
        "ticket_id": ticket.id,
        "asked_by": arrived.operator_id,
        "asked_name": arrived.operator_name,
        "reason": body.reason,
        "asked_at": arrived.happened_at,
    }
    return Effects([(VoidRequest, row)], ticket_number=ticket.number)


def void_agreed(session: Session, arrived: Arrived, body: VoidAgreed) -> Effects:
    """The ticket counts no more."""
    ticket = ticket_in_force(session, arrived, body.ticket_id)
    request = session.get(VoidRequest, body.request_id)
    if request is None or request.ticket_id != ticket.id:
        raise RefusedHere(HTTPStatus.FAILED_DEPENDENCY, TICKET_NOT_KNOWN, [body.request_id])
    if request.asked_by == arrived.operator_id:
        raise RefusedHere(HTTPStatus.CONFLICT, SAME_PERSON, [ticket.number])
    row = {
        "ticket_id": ticket.id,
        "record_id": arrived.id,
        "request_id": request.record_id,
        "agreed_by": arrived.operator_id,
        "agreed_name": arrived.operator_name,
        "voided_at": arrived.happened_at,
    }
    return Effects([(TicketVoid, row)], ticket_number=ticket.number)
