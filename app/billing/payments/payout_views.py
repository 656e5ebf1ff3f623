"""Forms by which payments for what recycling points bought are noted and taken back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission, needs
from app.billing.page_forms import reason_said
from app.billing.payments.payments_page import fen_said
from app.billing.payments.payouts import Payout, note_payout, take_back_payout
from app.database.engine import db
from app.errors import NOT_A_PAYMENT, Refusal
from app.said import day_said

_LONGEST = 100

payout_views = Blueprint("payouts", __name__)


@payout_views.post("/money/payouts")
@needs(Permission.KEEP_MONEY)
def note() -> Response:
    """Note what was paid to a recycling point, or to whoever recycles."""
    paid_on, fen = day_said(request.form.get("paid_on", "")), fen_said(request.form.get("payout_yuan", "").strip())
    reference = request.form.get("reference", "").strip()[:_LONGEST]
    if paid_on is None or fen is None or not reference:
        raise Refusal(NOT_A_PAYMENT)
    payee = request.form.get("payee", "")
    note_payout(db.session, Payout(payee=payee, amount_fen=fen, paid_on=paid_on, reference=reference))
    db.session.commit()
    flash(gettext("Posted as a payment."), "success")
    return redirect(url_for("billing.finance_page"))


@payout_views.post("/money/payouts/<entry_id>/undo")
@needs(Permission.KEEP_MONEY)
def undo(entry_id: str) -> Response:
    """Take back a payment that was wrong, with the reason."""
    take_back_payout(db.session, entry_id, reason_said())
    db.session.commit()
    flash(gettext("The payment is taken back."), "success")
    return redirect(url_for("billing.finance_page"))
