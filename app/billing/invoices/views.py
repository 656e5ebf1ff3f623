"""The pages of who papers about money name, and of invoices."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from pydantic import ValidationError
from werkzeug.wrappers import Response

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.billing.invoices.operations import invoice_data, note_invoice, note_red_letter
from app.billing.invoices.parties import Party, keep_party, parties
from app.billing.invoices.workbook import invoice_workbook
from app.billing.queries import names_of
from app.billing.statements.models import Statement
from app.database.engine import db
from app.downloads import download
from app.errors import BAD_INVOICE_NUMBER, NO_INVOICE, NO_SUCH_THING, Refusal
from app.said import day_said
from app.texts import _

_COMPANY = "company"
_FAULTS = {
    "plant_id": _("Choose who it is."),
    "legal_name": _("Enter the name as registered."),
    "credit_code": _("This is no unified social credit code: 18 characters, the last of which checks the others."),
    "address": _("The address is too long."),
    "bank_name": _("The bank's name is too long."),
    "bank_account": _("The account has digits only."),
}

invoice_views = Blueprint("invoices", __name__)


@invoice_views.get("/money/parties")
@needs(Permission.READ_MONEY)
def parties_page() -> str:
    return _page([])


@invoice_views.post("/money/parties")
@needs(Permission.KEEP_MONEY)
def keep() -> Response | tuple[str, int]:
    """Keep how a plant or the company is named from now on."""
    values = {name: request.form.get(name, "") for name in Party.model_fields}
    try:
        party = Party.model_validate(values | {"plant_id": _plant_id(values["plant_id"])})
    except ValidationError as fault:
        names = dict.fromkeys(str(it["loc"][0]) for it in fault.errors())
        return _page([(name, gettext(_FAULTS[name])) for name in names]), 422
    keep_party(db.session, party)
    db.session.commit()
    flash(gettext("Stored."), "success")
    return redirect(url_for("invoices.parties_page"))


@invoice_views.get("/money/statements/<number>/invoice")
@needs(Permission.READ_MONEY)
def invoice_file(number: str) -> Response:
    """The data of the invoice; refused with all that keeps it from being made."""
    data = invoice_data(db.session, _statement(number))
    if data.faults:
        raise Refusal(NO_INVOICE, [fault.value for fault in data.faults])
    return download(invoice_workbook(data), f"{number}-invoice.xlsx")


@invoice_views.post("/money/statements/<number>/invoice")
@needs(Permission.KEEP_MONEY)
def note(number: str) -> Response:
    """Keep which invoice the platform made."""
    statement, said = _statement(number), request.form.get("invoice_number", "").strip()
    note_invoice(db.session, statement, said, _issued_on(said))
    db.session.commit()
    flash(gettext("Stored."), "success")
    return redirect(url_for("statements.statement", number=number))


@invoice_views.post("/money/statements/<number>/red-letter")
@needs(Permission.KEEP_MONEY)
def take_back(number: str) -> Response:
    """Keep which red-letter invoice the platform made of an invoice whose statement holds no more."""
    statement, said = _statement(number), request.form.get("red_number", "").strip()
    note_red_letter(db.session, statement, request.form.get("invoice", ""), said, _issued_on(said))
    db.session.commit()
    flash(gettext("Stored."), "success")
    return redirect(url_for("statements.statement", number=number))


def _page(faults: list[tuple[str, str]]) -> str:
    return render_template(
        "billing/parties.html",
        parties=parties(db.session),
        names=names_of(db.session),
        company=_COMPANY,
        form=request.form,
        faults=faults,
        may_keep=may(Permission.KEEP_MONEY),
    )


def _plant_id(said: str) -> str | None:
    if not said:
        raise Refusal(NO_SUCH_THING)
    return None if said == _COMPANY else said


def _issued_on(invoice_number: str) -> date:
    day = day_said(request.form.get("issued_on", ""))
    if day is None:
        raise Refusal(BAD_INVOICE_NUMBER, [invoice_number])
    return day


def _statement(number: str) -> Statement:
    found = db.session.get(Statement, number)
    if found is None:
        raise Refusal(NO_SUCH_THING, [number])
    return found
