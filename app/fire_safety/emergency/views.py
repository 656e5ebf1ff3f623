"""A yard's emergency card for paper, and what the office sets on it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.accounts.scope import scope_of
from app.clock import business_day, now
from app.database.engine import db
from app.errors import NO_SUCH_THING, Refusal
from app.fire_safety.alarms.texts import LEVEL_TEXTS
from app.fire_safety.emergency.operations import set_sheet
from app.fire_safety.emergency.queries import sheet_of
from app.fire_safety.emergency.words import card_words
from app.fire_safety.heat.kept import yard_heat_now
from app.registry.models import TransferYard
from app.storage.queries import stacks_now, yard_within, yards_within

_HOTTEST = 6
_LONGEST = {"address": 200, "access": 300, "gathering": 200}
NUMBER_LINES = 8
_LONGEST_NAME, _LONGEST_NUMBER = 60, 40

emergency_views = Blueprint("emergency", __name__, template_folder="templates")


@emergency_views.get("/emergency")
@needs(Permission.READ_STOCK)
def all_yards() -> str:
    """Every yard with its card, for a finger in a hurry; and the county's numbers."""
    yards = yards_within(db.session, scope_of(current_user, Permission.READ_STOCK))
    return render_template(
        "emergency/yards.html",
        yards=yards,
        county=sheet_of(db.session, None),
        may_set_county=_may_set_county(),
        lines=NUMBER_LINES,
    )


@emergency_views.post("/emergency/numbers")
@needs(Permission.WRITE_STACKS)
def set_county() -> Response:
    """The numbers that stand on the card of every yard."""
    if not _may_set_county():
        raise Refusal(NO_SUCH_THING, ["emergency"])
    set_sheet(db.session, None, _numbers())
    db.session.commit()
    flash(gettext("Saved. It stands on the card of every yard."), "success")
    return redirect(url_for("emergency.all_yards"))


@emergency_views.get("/yards/<yard_id>/emergency")
@needs(Permission.READ_STOCK)
def card(yard_id: str) -> str:
    yard, moment = _yard(yard_id), now()
    stacks = [it for it in stacks_now(db.session, yard_id, moment) if it.content.bales > 0]
    heats = yard_heat_now(db.session, yard_id, moment)
    return render_template(
        "emergency/card.html",
        **card_words(db.session, yard, business_day()),
        stock_bales=sum(it.content.bales for it in stacks),
        stock_kg=sum(max(0, it.content.kg) for it in stacks),
        hottest=heats[:_HOTTEST],
        more_stacks=len(heats[_HOTTEST:]),
        contents={it.stack.stack_id: it.content for it in stacks},
        level_texts=LEVEL_TEXTS,
        printed_at=moment,
        may_write=may(Permission.WRITE_STACKS),
    )


@emergency_views.get("/yards/<yard_id>/emergency/edit")
@needs(Permission.WRITE_STACKS)
def edit(yard_id: str) -> str:
    return render_template(
        "emergency/edit.html", yard=_yard(yard_id), sheet=sheet_of(db.session, yard_id), lines=NUMBER_LINES
    )


@emergency_views.post("/yards/<yard_id>/emergency/edit")
@needs(Permission.WRITE_STACKS)
def save(yard_id: str) -> Response:
    yard = _yard(yard_id)
    said = {name: request.form.get(name, "").strip()[:longest] or None for name, longest in _LONGEST.items()}
    set_sheet(db.session, yard.yard_id, _numbers(), **said)
    db.session.commit()
    flash(gettext("Saved."), "success")
    return redirect(url_for("emergency.card", yard_id=yard_id))


def _numbers() -> list[dict[str, str]]:
    """The lines of the form that have both a name and a number."""
    lines = []
    for line in range(1, NUMBER_LINES + 1):
        name = request.form.get(f"name-{line}", "").strip()[:_LONGEST_NAME]
        number = request.form.get(f"number-{line}", "").strip()[:_LONGEST_NUMBER]
        if name and number:
            lines.append({"name": name, "number": number})
    return lines


def _may_set_county() -> bool:
    return may(Permission.WRITE_STACKS) and scope_of(current_user, Permission.WRITE_STACKS) is None


def _yard(yard_id: str) -> TransferYard:
    found = yard_within(db.session, yard_id, scope_of(current_user, Permission.READ_STOCK))
    if found is None:
        raise Refusal(NO_SUCH_THING, [yard_id])
    return found
