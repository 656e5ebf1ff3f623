"""The office has a ticket voided: one person asks with a reason, another agrees or declines. All are records of the
place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, current_app, flash, redirect, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission, needs
from app.config import Config
from app.database.engine import db
from app.errors import NO_SUCH_TICKET, NOT_ALLOWED, REASON_NEEDED, Refusal
from app.intake.arriving import RefusedHere
from app.intake.models import VoidRequest, WeighTicket
from app.intake.office_records import store_office_record
from app.intake.records import Kinds
from app.intake.ticket_views import may_void, own_ticket
from app.intake.void_wishes import open_void_request
from yard_rules.dry_straw import DryStrawMethod

_LONGEST_REASON = 500
# Under this name the app keeps all kinds of records: those of tickets and of what other capabilities add.
KINDS_EXTENSION = "strawline.record_kinds"

void_views = Blueprint("voids", __name__, template_folder="templates")


def set_up_voids(app: Flask, kinds: Kinds) -> None:
    """Add the routes; `kinds` say what a record makes, stock and all."""
    app.extensions[KINDS_EXTENSION] = kinds
    app.register_blueprint(void_views)


@void_views.post("/tickets/<number>/void")
@needs(Permission.VOID_TICKETS)
def ask(number: str) -> Response:
    ticket = _voidable(number)
    _store("void_request", ticket, {"ticket_id": ticket.id, "reason": _reason()})
    db.session.commit()
    flash(gettext("Asked for. It takes effect when another person agrees."), "success")
    return redirect(url_for("tickets.ticket", number=number))


@void_views.post("/tickets/<number>/void/agree")
@needs(Permission.VOID_TICKETS)
def agree(number: str) -> Response:
    ticket = _voidable(number)
    _store("void", ticket, {"ticket_id": ticket.id, "request_id": _asked(ticket).record_id})
    db.session.commit()
    flash(gettext("The ticket is void. Its number stays."), "success")
    return redirect(url_for("tickets.ticket", number=number))


@void_views.post("/tickets/<number>/void/decline")
@needs(Permission.VOID_TICKETS)
def decline(number: str) -> Response:
    ticket = _voidable(number)
    said = {"ticket_id": ticket.id, "request_id": _asked(ticket).record_id, "reason": _reason()}
    _store("void_decline", ticket, said)
    db.session.commit()
    flash(gettext("The ticket stays as it is."), "success")
    return redirect(url_for("tickets.ticket", number=number))


def record_kinds() -> Kinds:
    """All kinds of records of this app."""
    kinds: Kinds = current_app.extensions[KINDS_EXTENSION]
    return kinds


def dry_method() -> DryStrawMethod:
    """How this installation reads the plan's words on dry straw."""
    config: Config = current_app.extensions["strawline.config"]
    return DryStrawMethod(config.dry_straw)


def _voidable(number: str) -> WeighTicket:
    ticket = own_ticket(number)
    if not may_void(ticket):
        raise Refusal(NOT_ALLOWED)
    return ticket


def _asked(ticket: WeighTicket) -> VoidRequest:
    asked = open_void_request(db.session, ticket.id)
    if asked is None:
        raise Refusal(NO_SUCH_TICKET, [ticket.number])
    return asked


def _reason() -> str:
    reason = request.form.get("reason", "").strip()[:_LONGEST_REASON]
    if not reason:
        raise Refusal(REASON_NEEDED)
    return reason


def _store(kind: str, ticket: WeighTicket, body: Mapping[str, Any]) -> None:
    try:
        store_office_record(
            db.session,
            kind=kind,
            place=(ticket.place_kind, ticket.place_id),
            body=body,
            account=current_user,
            kinds=record_kinds(),
            dry_method=dry_method(),
        )
    except RefusedHere as refused:
        raise Refusal(refused.kind, refused.details) from None
