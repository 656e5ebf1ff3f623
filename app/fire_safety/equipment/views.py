"""A yard's equipment: what is due on each piece, and checks entered, on a phone beside the piece too."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from pydantic import ValidationError
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.accounts.scope import scope_of
from app.clock import business_day, now
from app.database.engine import db, write_from_here
from app.errors import NO_SUCH_THING, Refusal
from app.fire_safety.drawings.queries import known_drawing, version_of
from app.fire_safety.drawings.rule_texts import KIND_TEXTS as DRAWN_TEXTS
from app.fire_safety.drawings.sketch import Sketch, sketch_of
from app.fire_safety.equipment.queries import Piece, equipment_of, latest_checks, photos_of_checks
from app.fire_safety.equipment.texts import DUE_BADGES, DUE_TEXTS, DUTY_TEXTS, KIND_TEXTS, piece_text
from app.fire_safety.inspections.other_actions import EQUIPMENT_FIT, subject_of
from app.fire_safety.inspections.photos import MOST_FORM_BYTES, kept_photos, photo_answer
from app.fire_safety.inspections.queries import ActionNow, undone_actions
from app.fire_safety.inspections.views import note_of, stored
from app.form_sizes import takes_up_to
from app.registry.legal_capacity import drawn_capacity
from app.registry.models import TransferYard
from app.storage.queries import yard_within
from yard_rules.equipment import DUTIES, DueState, Duty, EquipmentKind

_SHOWN_CHECKS = 40
_SAID = ("passed", "failed", "new_piece")

equipment_views = Blueprint("equipment", __name__, template_folder="templates")


@equipment_views.get("/yards/<yard_id>/equipment")
@needs(Permission.READ_STOCK)
def yard_page(yard_id: str) -> str:
    yard = _yard(yard_id)
    held, day = drawn_capacity(db.session, yard_id), business_day()
    pieces = [] if held is None else equipment_of(db.session, yard_id, day)
    undone = undone_actions(db.session, yard_id, now())
    broken = {
        it.equipment_id: undone[key] for it in pieces if (key := (EQUIPMENT_FIT, subject_of(it.equipment_id))) in undone
    }
    return render_template(
        "equipment/yard.html",
        yard=yard,
        held=held,
        groups=[(kind, list(group)) for kind, group in groupby(pieces, key=lambda it: it.kind)],
        counts={state: sum(it.state is state for it in pieces) for state in DueState},
        broken=broken,
        sketch=_sketch(yard_id) if pieces else None,
        looks=_looks(pieces, broken),
        checks=latest_checks(db.session, yard_id, _SHOWN_CHECKS),
        today=day,
        duties=DUTIES,
        kind_options={
            kind: [(f"{kind}.{duty}", gettext(DUTY_TEXTS[duty])) for duty in DUTIES[kind]] for kind in _drawn_kinds()
        },
        kind_texts=KIND_TEXTS,
        duty_texts=DUTY_TEXTS,
        piece_text=piece_text,
        due_texts=DUE_TEXTS,
        badges=DUE_BADGES,
        drawn_texts={kind: gettext(text) for kind, text in DRAWN_TEXTS.items()},
        may_check=may(Permission.INSPECT_YARDS),
    )


@equipment_views.post("/yards/<yard_id>/equipment")
@needs(Permission.INSPECT_YARDS)
@takes_up_to(MOST_FORM_BYTES)
def check(yard_id: str) -> BaseResponse:
    """Keep one duty done to the chosen pieces of a kind."""
    yard, here = _yard(yard_id), redirect(url_for("equipment.yard_page", yard_id=yard_id))
    kind, _, duty = request.form.get("duty", "").partition(".")
    pieces, said = request.form.getlist("piece"), request.form.get("said", "")
    if kind not in set(EquipmentKind) or duty not in set(Duty) or said not in _SAID:
        raise Refusal(NO_SUCH_THING, [kind[:32], duty[:32]])
    if not pieces:
        flash(gettext("Choose the pieces that were checked."), "error")
        return here
    write_from_here()
    body: dict[str, Any] = {
        "kind": kind,
        "duty": duty,
        "pieces": pieces,
        "passed": said != "failed",
        "is_new_piece": said == "new_piece",
        "made_on": _day(request.form.get("made_on", "")),
        "note": note_of("note"),
        "photos": kept_photos(db.session, request.files.getlist("photo")),
    }
    try:
        stored("equipment_check", yard.yard_id, body)
    except ValidationError as fault:
        db.session.rollback()
        flash(_why(body, fault), "error")
        return here
    if body["passed"]:
        flash(gettext("Entered for %(count)s pieces.", count=len(pieces)), "success")
    else:
        flash(gettext("Entered. It stands in the list of what is to be mended."), "success")
    return here


@equipment_views.get("/yards/<yard_id>/equipment/photos/<sha256>")
@needs(Permission.READ_STOCK)
def photo(yard_id: str, sha256: str) -> Response:
    _yard(yard_id)
    return photo_answer(db.session, sha256, photos_of_checks(db.session, yard_id))


def _drawn_kinds() -> list[EquipmentKind]:
    return [kind for kind in EquipmentKind if kind in KIND_TEXTS]


def _sketch(yard_id: str) -> Sketch | None:
    version = version_of(db.session, yard_id, None)
    return None if version is None else sketch_of(known_drawing(version.geojson, yard_id), ())


def _looks(pieces: Iterable[Piece], broken: dict[str, ActionNow]) -> dict[str, str]:
    """How each drawn thing is marked on the picture: the worst of what stands there."""
    order = ["done", "soon", "overdue", "broken"]
    looks: dict[str, str] = {}
    for piece in pieces:
        look = "broken" if piece.equipment_id in broken else piece.state.value
        looks[piece.equipment_id] = max(looks.get(piece.equipment_id, "done"), look, key=order.index)
    return looks


def _why(body: dict[str, Any], fault: ValidationError) -> str:
    if not body["passed"] and body["note"] is None:
        return str(gettext("Nothing was kept. Say in a few words what is wrong with it."))
    if len(body["pieces"]) > 1:
        return str(gettext("Nothing was kept. A new piece, or the day on a plate, is entered for one piece by itself."))
    if body["duty"] == Duty.SCRAP:
        return str(
            gettext("Nothing was kept. A piece that is too old is done with when a new one stands in its place.")
        )
    return str(gettext("Nothing was kept: %(fault)s", fault=fault.errors()[0]["msg"]))


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _yard(yard_id: str) -> TransferYard:
    found = yard_within(db.session, yard_id, scope_of(current_user, Permission.READ_STOCK))
    if found is None:
        raise Refusal(NO_SUCH_THING, [yard_id])
    return found
