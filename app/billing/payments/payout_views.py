"""Forms by which payments for what recycling points bought are asked for, answered and taken back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission, needs
from app.billing.page_forms import reason_said
from app.billing.payments.payments_page import fen_said
from app.billing.payments.payouts import Payout, agree_to_payout, ask_payout, decline_payout, take_back_payout
from app.database.engine import db
from app.errors import NOT_A_PAYMENT, Refusal
from app.said import day_said

_LONGEST = 100

payout_views = Blueprint("payouts", __name__)


@payout_views.post("/money/payouts")
@needs(Permission.KEEP_MONEY)
def ask() -> Response:
    """Ask that what was paid to a recycling point, or to whoever recycles, be noted."""
    paid_on, fen = day_said(request.form.get("paid_on", "")), fen_said(request.form.get("payout_yuan", "").strip())
    reference = request.form.get("reference", "").strip()[:_LONGEST]
    if paid_on is None or fen is None or not reference:
        raise Refusal(NOT_A_PAYMENT)
    payee = request.form.get("payee", "")
    ask_payout(db.session, Payout(payee=payee, amount_fen=fen, paid_on=paid_on, reference=reference))
    return _done(gettext("Asked for. Another person has to agree."))


@payout_views.post("/money/payouts/<wish_id>/agree")
@needs(Permission.KEEP_MONEY)
def agree(wish_id: str) -> Response:
    """Agree to a payment that another person asked for."""
    agree_to_payout(db.session, wish_id)
    return _done(gettext("Posted as a payment."))


@payout_views.post("/money/payouts/<wish_id>/decline")
@needs(Permission.KEEP_MONEY)
def decline(wish_id: str) -> Response:
    """Decline a payment, with a reason."""
    decline_payout(db.session, wish_id, reason_said())
    return _done(gettext("Declined; nothing was posted."))


@payout_views.post("/money/payouts/<entry_id>/undo")
@needs(Permission.KEEP_MONEY)
def undo(entry_id: str) -> Response:
    """Take back a payment that was wrong, with the reason."""
    take_back_payout(db.session, entry_id, reason_said())
    return _done(gettext("The payment is taken back."))


def _done(told: str) -> Response:
    db.session.commit()
    flash(told, "success")
    return redirect(url_for("billing.finance_page"))
