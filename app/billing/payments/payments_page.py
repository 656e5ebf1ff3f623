"""The page of payments, and what its forms say of amounts."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.accounts.login import may
from app.accounts.permissions import Permission
from app.billing.payments.bank_files import BANK_TABLE
from app.billing.payments.queries import matched_lines, open_lines, statements_of_plants
from app.billing.payments.refunds import refundable_fen
from app.billing.queries import names_of
from app.clock import business_day
from app.database.engine import db
from app.i18n import reader_language

_SHOWN = 100
_MOST_FEN = 10**12


def payments_page(faults: list[tuple[str, str]]) -> str:
    """Return the page of payments with the faults of a form."""
    waiting = open_lines(db.session)
    return render_template(
        "billing/payments.html",
        waiting=waiting,
        matched=matched_lines(db.session, _SHOWN),
        statements=statements_of_plants(db.session) if waiting else [],
        refundable=refundable_fen(db.session) if may(Permission.KEEP_MONEY) else {},
        names=names_of(db.session),
        may_keep=may(Permission.KEEP_MONEY),
        faults=faults,
        form=request.form,
        today=business_day(),
        columns=[(column.name(reader_language()), column.required) for column in BANK_TABLE.columns],
    )


def done(told: str) -> Response:
    """Commit, say what was done, and show the page of payments."""
    db.session.commit()
    flash(told, "success")
    return redirect(url_for("payments.payments"))


def fen_said(text: str) -> int | None:
    """Return the amount in fen; None where it is none above 0, or has more than two decimals."""
    try:
        fen = Decimal(text.replace(",", "")) * 100
    except InvalidOperation:
        return None
    return int(fen) if fen.is_finite() and fen == int(fen) and 0 < fen <= _MOST_FEN else None
