"""Drills of a yard: when the next is due, what was held, what went wrong."""

from __future__ import annotations

from datetime import date

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
from app.fire_safety.drills.models import Scenario
from app.fire_safety.drills.queries import drill_due, drills_of, photos_of_drills
from app.fire_safety.drills.texts import FIGURE_TEXTS, SCENARIO_TEXTS
from app.fire_safety.equipment.texts import DUE_BADGES, DUE_TEXTS
from app.fire_safety.inspections.other_actions import DRILL_MENDED
from app.fire_safety.inspections.photos import MOST_FORM_BYTES, kept_photos, photo_answer
from app.fire_safety.inspections.queries import ActionState, actions_now
from app.fire_safety.inspections.texts import STATE_BADGES, STATE_TEXTS
from app.fire_safety.inspections.views import note_of, stored
from app.form_sizes import takes_up_to
from app.registry.models import TransferYard
from app.storage.queries import yard_within

_SHOWN = 50
# What a form has room for; more goes into a second drill.
FINDING_LINES = 4

drill_views = Blueprint("drills", __name__, template_folder="templates")


@drill_views.get("/yards/<yard_id>/drills")
@needs(Permission.READ_STOCK)
def yard_page(yard_id: str) -> str:
    yard = _yard(yard_id)
    found = [it for it in actions_now(db.session, [yard_id], now()) if it.action.item_id == DRILL_MENDED]
    return render_template(
        "drills/yard.html",
        yard=yard,
        due=drill_due(db.session, yard_id),
        drills=drills_of(db.session, yard_id, _SHOWN),
        actions={(it.action.record_id, it.action.note): it for it in found},
        undone=[it for it in found if it.state is not ActionState.DONE],
        states=STATE_TEXTS,
        state_badges=STATE_BADGES,
        scenarios=[(str(scenario), gettext(text)) for scenario, text in SCENARIO_TEXTS.items()],
        scenario_texts=SCENARIO_TEXTS,
        due_texts=DUE_TEXTS,
        figure_texts=FIGURE_TEXTS,
        due_badges=DUE_BADGES,
        today=business_day(),
        lines=FINDING_LINES,
        may_enter=may(Permission.INSPECT_YARDS),
    )


@drill_views.post("/yards/<yard_id>/drills")
@needs(Permission.INSPECT_YARDS)
@takes_up_to(MOST_FORM_BYTES)
def held(yard_id: str) -> BaseResponse:
    """Keep a drill; what went wrong in it becomes corrective actions."""
    yard, here = _yard(yard_id), redirect(url_for("drills.yard_page", yard_id=yard_id))
    scenario, people = request.form.get("scenario", ""), request.form.get("people", type=int)
    try:
        held_on = date.fromisoformat(request.form.get("held_on", ""))
    except ValueError:
        held_on = None
    if held_on is None or held_on > business_day() or scenario not in set(Scenario) or people is None or people < 1:
        flash(
            gettext(
                "Nothing was kept. A drill needs its day (not a day to come), what was drilled, and how many took part."
            ),
            "error",
        )
        return here
    write_from_here()
    findings = dict.fromkeys(note for number in range(1, FINDING_LINES + 1) if (note := note_of(f"finding-{number}")))
    body = {
        "held_on": held_on.isoformat(),
        "scenario": scenario,
        "people": people,
        "water_min": request.form.get("water_min", type=float),
        "with_brigade": request.form.get("with_brigade") == "yes",
        "note": note_of("note"),
        "findings": list(findings),
        "photos": kept_photos(db.session, request.files.getlist("photo")),
    }
    try:
        stored("drill", yard.yard_id, body)
    except ValidationError as fault:
        db.session.rollback()
        flash(gettext("Nothing was kept: %(fault)s", fault=fault.errors()[0]["msg"]), "error")
        return here
    flash(gettext("Entered. %(count)s things are to be mended.", count=len(findings)), "success")
    return here


@drill_views.get("/yards/<yard_id>/drills/photos/<sha256>")
@needs(Permission.READ_STOCK)
def photo(yard_id: str, sha256: str) -> Response:
    _yard(yard_id)
    return photo_answer(db.session, sha256, photos_of_drills(db.session, yard_id))


def _yard(yard_id: str) -> TransferYard:
    found = yard_within(db.session, yard_id, scope_of(current_user, Permission.READ_STOCK))
    if found is None:
        raise Refusal(NO_SUCH_THING, [yard_id])
    return found
