"""Forms by which money goes back to a plant: one person asks, another answers."""

from __future__ import annotations

from flask import Blueprint, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission, needs
from app.billing.page_forms import reason_said
from app.billing.payments.days import believable_days
from app.billing.payments.operations import Movement
from app.billing.payments.payments_page import done, fen_said, payments_page
from app.billing.payments.refunds import agree_to_refund, ask_refund, decline_refund, note_refund
from app.billing.queries import names_of
from app.database.engine import db
from app.said import day_said

_LONGEST = 200

refund_views = Blueprint("refunds", __name__)


@refund_views.post("/money/refunds")
@needs(Permission.KEEP_MONEY)
def type_in() -> Response | tuple[str, int]:
    """Note a transfer to a plant that a person types in, and ask another to agree."""
    plant_id, went, faults = _read_form()
    if went is None:
        return payments_page(faults), 422
    note_refund(db.session, plant_id, went, reason_said())
    return _asked()


@refund_views.post("/money/payments/<int:line_id>/refund")
@needs(Permission.KEEP_MONEY)
def ask(line_id: int) -> Response:
    """Say that a movement of the bank's went back to a plant."""
    ask_refund(db.session, line_id, request.form.get("plant", ""), reason_said())
    return _asked()


@refund_views.post("/money/payments/<int:line_id>/refund/agree")
@needs(Permission.KEEP_MONEY)
def agree(line_id: int) -> Response:
    """Agree to the refund that the page showed."""
    agree_to_refund(db.session, line_id, request.form.get("wish", 0, type=int))
    return done(gettext("Posted as a refund to the plant."))


@refund_views.post("/money/payments/<int:line_id>/refund/decline")
@needs(Permission.KEEP_MONEY)
def decline(line_id: int) -> Response:
    """Decline the refund that the page showed, with a reason."""
    decline_refund(db.session, line_id, request.form.get("wish", 0, type=int), reason_said())
    return done(gettext("Declined; the movement waits again."))


def _asked() -> Response:
    return done(gettext("Asked for. Another person has to agree."))


def _read_form() -> tuple[str, Movement | None, list[tuple[str, str]]]:
    """Return the plant and the transfer that the form says, or all its faults by field."""
    said = {name: request.form.get(name, "").strip() for name in ("plant", "refund_yuan", "went_on", "reference")}
    faults = []
    names, went_on, fen = names_of(db.session).plants, day_said(said["went_on"]), fen_said(said["refund_yuan"])
    first, last = believable_days(db.session)
    if said["plant"] not in names:
        faults.append(("refund-plant", gettext("Choose the plant.")))
    if fen is None:
        faults.append(("refund_yuan", gettext("Enter an amount in yuan above 0, with two decimals at most.")))
    if went_on is None or not first <= went_on <= last:
        told = gettext("Enter the day on which it went out: from %(first)s to %(last)s.", first=first, last=last)
        faults.append(("went_on", told))
    if not said["reference"]:
        faults.append(("reference", gettext("Enter the reference of the transfer.")))
    if faults or fen is None or went_on is None:
        return said["plant"], None, faults
    went = Movement(
        paid_on=went_on,
        amount_fen=-fen,
        payer=names[said["plant"]],
        said=said["reference"][:_LONGEST],
        bank_number=None,
    )
    return said["plant"], went, []
