"""Wishes that a ticket be void: which of them still wait for a second person."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from app.intake.models import VoidDecline, VoidRequest, WeighTicket


def is_open_wish() -> ColumnElement[bool]:
    """Of a row of VoidRequest: nobody has declined it."""
    return ~exists().where(VoidDecline.request_id == VoidRequest.record_id)


def is_asked() -> ColumnElement[bool]:
    """Of a row of WeighTicket: somebody wishes it void, and nobody has declined that."""
    return exists().where(VoidRequest.ticket_id == WeighTicket.id, is_open_wish())


def open_void_request(session: Session, ticket_id: str) -> VoidRequest | None:
    """The wish that a ticket be void, if somebody has it; one that was agreed to stays the ticket's."""
    return session.scalar(
        select(VoidRequest)
        .where(VoidRequest.ticket_id == ticket_id, is_open_wish())
        .order_by(VoidRequest.asked_at.desc())
        .limit(1)
    )
