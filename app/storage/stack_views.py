"""Stacks added, changed, taken out of use and put back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission, needs
from app.clock import business_day
from app.database.engine import db
from app.errors import CHANGED_MEANWHILE, STACK_NOT_EMPTY, Refusal
from app.registry.models import TransferYard
from app.storage.layouts import (
    STACK_MEMBERS,
    add_stack,
    change_stack,
    restore_stack,
    stack_of,
    withdraw_stack,
)
from app.storage.models import BaleStack, StackKind
from app.storage.texts import STACK_KIND_TEXTS
from app.storage.views import own_yard
from yard_rules.rulebook import rulebook

_LONGEST_NAME = 80
_LEAST_METRES = {"x_m": Decimal(0), "y_m": Decimal(0), "width_m": Decimal("0.5"), "length_m": Decimal("0.5")}
_MOST_METRES = 1000
_MOST_BALES = 100_000
# What a new form begins with.
_USUAL = {"kind": StackKind.STACK_FREELY, "x_m": "6", "y_m": "6", "width_m": "15", "length_m": "10"}
Answer = str | Response | tuple[str, int]

stack_views = Blueprint("stacks", __name__)


@stack_views.get("/stock/<yard_id>/stacks/new")
@needs(Permission.WRITE_STACKS)
def new_stack(yard_id: str) -> str:
    return _page(own_yard(yard_id), None, dict(_USUAL), {})


@stack_views.post("/stock/<yard_id>/stacks/new")
@needs(Permission.WRITE_STACKS)
def add_new_stack(yard_id: str) -> Answer:
    yard, typed = own_yard(yard_id), _typed()
    values, faults = _read(typed)
    if faults:
        return _page(yard, None, typed, faults), 422
    stack = add_stack(db.session, yard, values)
    db.session.commit()
    flash(gettext("Added."), "success")
    _warn_of_size(stack)
    return redirect(url_for("stock.yard_page", yard_id=yard_id))


@stack_views.get("/stock/<yard_id>/stacks/<stack_id>/change")
@needs(Permission.WRITE_STACKS)
def change_page(yard_id: str, stack_id: str) -> str:
    yard = own_yard(yard_id)
    stack = stack_of(db.session, yard_id, stack_id)
    return _page(yard, stack, _shown(stack), {})


@stack_views.post("/stock/<yard_id>/stacks/<stack_id>/change")
@needs(Permission.WRITE_STACKS)
def change(yard_id: str, stack_id: str) -> Answer:
    yard, typed = own_yard(yard_id), _typed()
    stack = stack_of(db.session, yard_id, stack_id)
    values, faults = _read(typed)
    if faults:
        return _page(yard, stack, typed, faults), 422
    try:
        changed = change_stack(db.session, stack, values, seen_version=request.form.get("version", 0, type=int))
    except Refusal as refusal:
        if refusal.kind is not CHANGED_MEANWHILE:
            raise
        return _page(yard, stack, typed, {"name": gettext(CHANGED_MEANWHILE.what)}), 409
    db.session.commit()
    flash(gettext("Saved.") if changed else gettext("Nothing was changed."), "success")
    _warn_of_size(stack)
    return redirect(url_for("stock.yard_page", yard_id=yard_id))


@stack_views.post("/stock/<yard_id>/stacks/<stack_id>/withdraw")
@needs(Permission.WRITE_STACKS)
def withdraw(yard_id: str, stack_id: str) -> Response:
    own_yard(yard_id)
    try:
        withdraw_stack(db.session, stack_of(db.session, yard_id, stack_id))
        db.session.commit()
        flash(gettext("The stack is out of use."), "success")
    except Refusal as refusal:
        if refusal.kind is not STACK_NOT_EMPTY:
            raise
        db.session.rollback()
        flash(f"{gettext(STACK_NOT_EMPTY.what)} {gettext(STACK_NOT_EMPTY.next_step)}", "error")
    return redirect(url_for("stock.yard_page", yard_id=yard_id))


@stack_views.post("/stock/<yard_id>/stacks/<stack_id>/restore")
@needs(Permission.WRITE_STACKS)
def restore(yard_id: str, stack_id: str) -> Response:
    own_yard(yard_id)
    restore_stack(db.session, stack_of(db.session, yard_id, stack_id))
    db.session.commit()
    flash(gettext("It is in use again."), "success")
    return redirect(url_for("stock.yard_page", yard_id=yard_id))


def _page(yard: TransferYard, stack: BaleStack | None, typed: Mapping[str, Any], faults: Mapping[str, str]) -> str:
    return render_template(
        "storage/stack.html",
        yard=yard,
        stack=stack,
        typed=typed,
        faults=faults,
        kinds=[(str(kind), gettext(text)) for kind, text in STACK_KIND_TEXTS.items()],
        most_m2=rulebook("stacks").whole("stack_most_m2", business_day()),
    )


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "").strip() for name in STACK_MEMBERS}


def _shown(stack: BaleStack) -> dict[str, Any]:
    return {name: _written(getattr(stack, name)) for name in STACK_MEMBERS}


def _written(value: object) -> object:
    return f"{value:g}" if isinstance(value, float) else value


def _read(typed: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values, and what is wrong with those that cannot be read."""
    values: dict[str, Any] = {"name": typed["name"][:_LONGEST_NAME], "kind": typed["kind"]}
    faults: dict[str, str] = {}
    if not values["name"]:
        faults["name"] = gettext("A name is needed.")
    if values["kind"] not in set(StackKind):
        faults["kind"] = gettext("Choose what the stack is for.")
    for name, least in (
        ("x_m", Decimal(0)),
        ("y_m", Decimal(0)),
        ("width_m", Decimal("0.5")),
        ("length_m", Decimal("0.5")),
    ):
        metres = _number(typed[name])
        if metres is None or not least <= metres <= _MOST_METRES:
            faults[name] = gettext("This is no length from %(least)s to %(most)s m.", least=least, most=_MOST_METRES)
        else:
            values[name] = float(round(metres, 1))
    bales = _number(typed["most_bales"])
    if bales is None or bales != int(bales) or not 1 <= bales <= _MOST_BALES:
        faults["most_bales"] = gettext("This is no whole number from 1 to %(most)s.", most=_MOST_BALES)
    else:
        values["most_bales"] = int(bales)
    return values, faults


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _warn_of_size(stack: BaleStack) -> None:
    """A place larger than the fire rules have it is possible, and said."""
    most_m2 = rulebook("stacks").whole("stack_most_m2", business_day())
    if stack.width_m * stack.length_m > most_m2:
        flash(gettext("The stack covers more than %(most)s m². Ask the fire brigade.", most=most_m2), "warning")
