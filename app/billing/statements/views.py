"""The pages of statements: the list, and each as it was issued, on paper, as a workbook and to the byte."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.billing.invoices.operations import invoice_data
from app.billing.queries import names_of
from app.billing.statements.capitals import in_capitals
from app.billing.statements.models import Statement
from app.billing.statements.papers import said_by
from app.billing.statements.queries import replacement_of, statements_shown
from app.billing.statements.workbook import correction_workbook, statement_workbook
from app.billing.texts import COUNTED_TEXTS, ENTRY_TEXTS, INVOICE_FAULTS, PRICE_TEXTS, STATEMENT_SUMS, off_text
from app.clock import business_day
from app.database.engine import db
from app.downloads import download
from app.errors import NO_SUCH_THING, Refusal

statement_views = Blueprint("statements", __name__)


@statement_views.get("/money/statements")
@needs(Permission.READ_MONEY)
def statements() -> str:
    plant_id = request.args.get("plant") or None
    return render_template(
        "billing/statements.html",
        rows=statements_shown(db.session, plant_id),
        plant_id=plant_id,
        names=names_of(db.session),
    )


@statement_views.get("/money/statements/<number>")
@needs(Permission.READ_MONEY)
def statement(number: str) -> str:
    found = _statement(number)
    said = said_by(found)
    words: dict[str, Any] = {
        "statement": found,
        "said": said,
        "invoice": invoice_data(db.session, found),
        "invoice_faults": INVOICE_FAULTS,
        "today": business_day(),
        "may_keep": may(Permission.KEEP_MONEY),
        "off_text": off_text,
    }
    if found.is_correction:
        return render_template("billing/correction.html", capitals=in_capitals(said["amount_fen"]), **words)
    return render_template(
        "billing/statement.html",
        facts=facts_of(said),
        capitals=in_capitals(said["carried_forward_fen"]),
        replacement=replacement_of(db.session, number),
        entry_texts=ENTRY_TEXTS,
        price_texts=PRICE_TEXTS,
        counted_texts=COUNTED_TEXTS,
        **words,
    )


@statement_views.get("/money/statements/<number>/excel")
@needs(Permission.READ_MONEY)
def workbook(number: str) -> Response:
    found = _statement(number)
    said = said_by(found)
    content = correction_workbook(said) if found.is_correction else statement_workbook(said, facts_of)
    return download(content, f"{number}-{said['plant_name']}.xlsx")


@statement_views.get("/money/statements/<number>/issued")
@needs(Permission.READ_MONEY)
def as_issued(number: str) -> Response:
    """The statement's own text, whose hash is kept."""
    return download(_statement(number).text, f"{number}.json", "application/json")


def facts_of(said: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return what a statement comes to, by name and in fen: what was brought forward, what came, what is owed."""
    sums = [(gettext(STATEMENT_SUMS[kind]), fen) for kind, fen in said["sums_fen"].items()]
    return [
        (gettext("Brought forward"), said["brought_forward_fen"]),
        *sums,
        (gettext("Owed at the end"), said["carried_forward_fen"]),
    ]


def _statement(number: str) -> Statement:
    found = db.session.get(Statement, number)
    if found is None:
        raise Refusal(NO_SUCH_THING, [number])
    return found
