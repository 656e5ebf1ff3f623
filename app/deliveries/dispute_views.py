"""Disputes about weights: those that are open with their deadlines, and the steps that people take in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission, needs
from app.clock import business_day
from app.database.engine import db
from app.deliveries.delivery_lists import difference_kg
from app.deliveries.disputes import (
    answer_dispute,
    answer_proposal,
    open_dispute,
    propose_settlement,
    withdraw_dispute,
)
from app.deliveries.models import Basis
from app.deliveries.names import place_names
from app.deliveries.page_scope import LONGEST_REASON, own_load, own_plants, own_side, reason_given
from app.deliveries.queries import DeliveryState, loads
from app.deliveries.texts import DISPUTE_BADGES, DISPUTE_TEXTS, SIDE_TEXTS
from app.errors import NOT_TO_SETTLE_ON, Refusal
from app.said import permille_said
from yard_rules.tariffs import Quality

dispute_views = Blueprint("disputes", __name__, template_folder="templates")


@dispute_views.get("/disputes")
@needs(Permission.READ_DELIVERIES)
def disputes() -> str:
    is_over = request.args.get("show") == "over"
    found = [
        it
        for it in loads(db.session, plants=own_plants())
        if it.dispute is not None and it.delivery.state is not DeliveryState.VOID and it.dispute.is_open is not is_over
    ]
    found.sort(key=lambda it: (it.dispute.due_on if it.dispute else it.delivery.day, it.ticket.id), reverse=is_over)
    return render_template(
        "deliveries/disputes.html",
        rows=found,
        is_over=is_over,
        names=place_names(db.session, (it.delivery for it in found)),
        difference_kg=difference_kg,
        today=business_day(),
        dispute_texts=DISPUTE_TEXTS,
        dispute_badges=DISPUTE_BADGES,
        side_texts=SIDE_TEXTS,
    )


@dispute_views.post("/deliveries/<delivery_id>/dispute/open")
@needs(Permission.DISPUTE_WEIGHTS)
def open_here(delivery_id: str) -> Response:
    return _step(delivery_id, open_dispute, said=reason_given)


@dispute_views.post("/deliveries/<delivery_id>/dispute/answer")
@needs(Permission.DISPUTE_WEIGHTS)
def answer(delivery_id: str) -> Response:
    return _step(delivery_id, answer_dispute, said=reason_given)


@dispute_views.post("/deliveries/<delivery_id>/dispute/propose")
@needs(Permission.DISPUTE_WEIGHTS)
def propose(delivery_id: str) -> Response:
    return _step(
        delivery_id, propose_settlement, said=reason_given, basis=_basis, reweighed_kg=_reweighed_kg, quality=_quality
    )


@dispute_views.post("/deliveries/<delivery_id>/dispute/agree")
@needs(Permission.DISPUTE_WEIGHTS)
def agree(delivery_id: str) -> Response:
    return _step(delivery_id, answer_proposal, is_agreed=lambda: True, said=_note)


@dispute_views.post("/deliveries/<delivery_id>/dispute/decline")
@needs(Permission.DISPUTE_WEIGHTS)
def decline(delivery_id: str) -> Response:
    return _step(delivery_id, answer_proposal, is_agreed=lambda: False, said=reason_given)


@dispute_views.post("/deliveries/<delivery_id>/dispute/withdraw")
@needs(Permission.DISPUTE_WEIGHTS)
def withdraw(delivery_id: str) -> Response:
    return _step(delivery_id, withdraw_dispute, said=reason_given)


def _step(delivery_id: str, operation: Callable[..., Any], **given: Callable[[], Any]) -> Response:
    """Take a step in the dispute about a load of whoever asks. The form is read after that is known: of others' loads
    nobody hears what is wrong with it."""
    own_load(delivery_id, Permission.DISPUTE_WEIGHTS)
    said = {name: read() for name, read in given.items()}
    operation(db.session, delivery_id, side=own_side(Permission.DISPUTE_WEIGHTS), **said)
    db.session.commit()
    flash(gettext("Stored."), "success")
    return redirect(url_for("deliveries.delivery", delivery_id=delivery_id))


def _note() -> str | None:
    return request.form.get("reason", "").strip()[:LONGEST_REASON] or None


def _basis() -> Basis:
    try:
        return Basis(request.form.get("basis", ""))
    except ValueError:
        raise Refusal(NOT_TO_SETTLE_ON) from None


def _reweighed_kg() -> int | None:
    text = request.form.get("reweighed_kg", "").replace(",", "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _quality() -> Quality | None:
    """What is to count beside the weight; None where the form does not ask for it."""
    if "mould_grade" not in request.form:
        return None
    impurity, grade = request.form.get("impurity_percent", "").strip(), request.form["mould_grade"].strip()
    impurity_permille = permille_said(impurity)
    if (impurity and impurity_permille is None) or (grade and not (grade.isascii() and grade.isdecimal())):
        raise Refusal(NOT_TO_SETTLE_ON, [f"{impurity} {grade}".strip()[:50]])
    return Quality(impurity_permille=impurity_permille, mould_grade=int(grade[:3]) if grade else None)
