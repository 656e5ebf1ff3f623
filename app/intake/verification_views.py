"""The page behind a ticket's QR code: whether the ticket is real, for whoever holds the paper, and nobody's data."""

from __future__ import annotations

import re

from flask import Blueprint, current_app, render_template, request
from sqlalchemy import select

from app.accounts.permissions import Door, needs
from app.accounts.throttle import caller, count_wrong, minutes_to_wait
from app.database.engine import db
from app.errors import TOO_MANY_TRIES, Refusal
from app.intake.models import WeighTicket
from app.intake.queries import ticket_proof
from app.intake.remark_texts import ACCEPTANCE_TEXTS, MARK_TEXTS, PURPOSE_TEXTS, STATE_BADGES, STATE_TEXTS
from app.intake.ticket_names import names_for

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

verification_views = Blueprint("verification", __name__)


@verification_views.get("/v/<ticket_id>")
@needs(Door.ANYONE)
def ticket(ticket_id: str) -> str | tuple[str, int]:
    """Wrong ids are counted by address, so that nobody tries them out."""
    address = request.remote_addr or ""
    who = caller(ticket_id[:64], address, key=f"ticket page {current_app.secret_key!r}")
    found = None
    if _ID.fullmatch(ticket_id):
        found = db.session.scalar(select(WeighTicket).where(WeighTicket.id == ticket_id))
    if found is None:
        db.session.rollback()
        if minutes_to_wait(db.engine, who):
            raise Refusal(TOO_MANY_TRIES)
        count_wrong(db.engine, who)
        return render_template("intake/verification.html", proof=None, shown_id=ticket_id[:13]), 404
    proof = ticket_proof(db.session, found)
    return render_template(
        "intake/verification.html",
        proof=proof,
        names=names_for(db.session, [found]),
        states=STATE_TEXTS,
        badges=STATE_BADGES,
        marks=MARK_TEXTS,
        purposes=PURPOSE_TEXTS,
        acceptance=ACCEPTANCE_TEXTS,
    )
