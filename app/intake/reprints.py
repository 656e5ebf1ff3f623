"""A ticket is printed again: two papers of one ticket must not pass for two loads."""

from __future__ import annotations

from http import HTTPStatus

from app.errors import NOT_AT_THIS_PLACE, TICKET_NOT_KNOWN
from app.intake.arriving import Arrived, Effects, RefusedHere
from app.intake.bodies import Reprinted
from app.intake.books import Books
from app.intake.models import TicketReprint


def reprinted(books: Books, arrived: Arrived, body: Reprinted) -> Effects:
    """Who printed it once more, when, and why where they say so; a void one is printed as such."""
    ticket = books.ticket(body.ticket_id)
    if ticket is None:
        raise RefusedHere(HTTPStatus.FAILED_DEPENDENCY, TICKET_NOT_KNOWN, [body.ticket_id])
    if (ticket.place_kind, ticket.place_id) != arrived.place:
        raise RefusedHere(HTTPStatus.UNPROCESSABLE_ENTITY, NOT_AT_THIS_PLACE, [ticket.number])
    row = {
        "record_id": arrived.id,
        "ticket_id": ticket.id,
        "printed_by": arrived.operator_id,
        "printed_name": arrived.operator_name,
        "reason": body.reason,
        "printed_at": arrived.happened_at,
    }
    return Effects([(TicketReprint, row)], ticket_number=ticket.number)
