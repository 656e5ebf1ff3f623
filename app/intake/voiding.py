"""A ticket becomes void: one person asks with a reason, another whom the server knows agrees or declines."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from app.errors import ASKED_ALREADY, SAME_PERSON, TICKET_NOT_KNOWN, VOID_DECLINED
from app.intake.arriving import Arrived, Effects, RefusedHere
from app.intake.bodies import VoidAgreed, VoidAsked, VoidDeclined
from app.intake.books import Books
from app.intake.models import TicketVoid, VoidDecline, VoidRequest
from app.intake.openings import ticket_in_force
from app.intake.void_wishes import open_void_request


def void_asked(books: Books, arrived: Arrived, body: VoidAsked) -> Effects:
    """The wish, which waits for another person."""
    ticket = ticket_in_force(books, arrived, body.ticket_id)
    if open_void_request(books.session, ticket.id) is not None:
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


def void_agreed(books: Books, arrived: Arrived, body: VoidAgreed) -> Effects:
    """The ticket counts no more."""
    ticket, request = _asked(books, arrived, body)
    if request.asked_by == arrived.operator_id:
        raise RefusedHere(HTTPStatus.CONFLICT, SAME_PERSON, [ticket.number])
    row = {
        "ticket_id": ticket.id,
        "record_id": arrived.id,
        "request_id": body.request_id,
        "agreed_by": arrived.operator_id,
        "agreed_name": arrived.operator_name,
        "voided_at": arrived.happened_at,
    }
    return Effects([(TicketVoid, row)], ticket_number=ticket.number)


def void_declined(books: Books, arrived: Arrived, body: VoidDeclined) -> Effects:
    """The ticket stays as it is; somebody may ask anew. Whoever asked takes it back so."""
    ticket, _request = _asked(books, arrived, body)
    row = {
        "request_id": body.request_id,
        "record_id": arrived.id,
        "ticket_id": ticket.id,
        "declined_by": arrived.operator_id,
        "declined_name": arrived.operator_name,
        "reason": body.reason,
        "declined_at": arrived.happened_at,
    }
    return Effects([(VoidDecline, row)], ticket_number=ticket.number)


def _asked(books: Books, arrived: Arrived, body: VoidAgreed | VoidDeclined) -> tuple[Any, VoidRequest]:
    """The ticket and the wish that it be void, which nobody has declined."""
    ticket = ticket_in_force(books, arrived, body.ticket_id)
    request = books.session.get(VoidRequest, body.request_id)
    if request is None or request.ticket_id != ticket.id:
        raise RefusedHere(HTTPStatus.FAILED_DEPENDENCY, TICKET_NOT_KNOWN, [body.request_id])
    declined = books.session.get(VoidDecline, request.record_id)
    if declined is not None:
        raise RefusedHere(HTTPStatus.CONFLICT, VOID_DECLINED, [ticket.number, declined.reason])
    return ticket, request
