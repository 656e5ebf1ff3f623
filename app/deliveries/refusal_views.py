"""The register of refusals (H16): what plants did not take, what became of it, and what that makes of the plants."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.clock import business_day
from app.database.engine import db
from app.deliveries.models import RefusalStep
from app.deliveries.names import place_names
from app.deliveries.page_scope import LONGEST_REASON, own_plants
from app.deliveries.refusal_states import KeptRefusal, RefusalState, Standing, refusals, standings
from app.deliveries.refusals import JUDGED, STEPS, enter_refusal, kept_refusal, take_step
from app.deliveries.texts import (
    REFUSAL_BADGES,
    REFUSAL_STEP_TEXTS,
    REFUSAL_TEXTS,
    STANDING_BADGES,
    STANDING_TEXTS,
)
from app.errors import NO_SUCH_REFUSAL, REASON_NEEDED, SETTLED_ALREADY, Refusal
from app.fire_safety.inspections.photos import MOST_FORM_BYTES, kept_photos, photo_answer
from app.form_sizes import takes_up_to
from app.intake.models import WeighTicket
from app.registry.queries import place_choices
from app.said import day_said

refusal_views = Blueprint("refusals", __name__, template_folder="templates")


@refusal_views.get("/refusals")
@needs(Permission.READ_DELIVERIES)
def register() -> str:
    return _register_page()


@refusal_views.post("/refusals")
@needs(Permission.WRITE_REFUSALS)
@takes_up_to(MOST_FORM_BYTES)
def enter() -> BaseResponse | tuple[str, int]:
    given = {name: request.form.get(name, "").strip()[:LONGEST_REASON] for name in _FIELDS}
    refused_on = day_said(given["refused_on"])
    load_id = _load_id(given["ticket"]) if given["ticket"] else None
    faults = {}
    if given["plant"] not in {code for code, _name in _plants()}:
        faults["plant"] = gettext("Choose a plant.")
    if given["ticket"] and load_id is None:
        faults["ticket"] = gettext("There is no ticket with this number.")
    if refused_on is None or refused_on > business_day():
        faults["refused_on"] = gettext("Choose the day on which the plant refused it.")
    if not given["reason"]:
        faults["reason"] = gettext(REASON_NEEDED.what)
    if refused_on is None or faults:
        return _register_page(given, faults), 422
    kept = enter_refusal(
        db.session,
        plant_id=given["plant"],
        delivery_id=load_id,
        refused_on=refused_on,
        reason=given["reason"],
        photos=kept_photos(db.session, request.files.getlist("photo")),
    )
    address = url_for("refusals.refusal", refusal_id=kept.id)
    db.session.commit()
    flash(gettext("Entered. The plant has until the day shown to take the straw."), "success")
    return redirect(address)


@refusal_views.get("/refusals/<refusal_id>")
@needs(Permission.READ_DELIVERIES)
def refusal(refusal_id: str) -> str:
    kept = _own(refusal_id)
    allowed = [
        step
        for step in RefusalStep
        if step in STEPS[kept.state]
        and may(_permission(step))
        and not (step is RefusalStep.NOT_MENDED and not kept.is_overdue(business_day()))
    ]
    plant_id = kept.refusal.plant_id
    return render_template(
        "deliveries/refusal.html",
        kept=kept,
        names=place_names(db.session, (), plants=[plant_id]),
        number=_number(kept),
        standing=standings(refusals(db.session, [plant_id])).get(plant_id, Standing.REGISTERED),
        said_by_company=[step for step in allowed if step not in JUDGED],
        judged=[step for step in allowed if step in JUDGED],
        step_texts=REFUSAL_STEP_TEXTS,
        **_texts(),
    )


@refusal_views.post("/refusals/<refusal_id>/say")
@needs(Permission.WRITE_REFUSALS)
@takes_up_to(MOST_FORM_BYTES)
def say(refusal_id: str) -> BaseResponse:
    return _step(refusal_id, Permission.WRITE_REFUSALS)


@refusal_views.post("/refusals/<refusal_id>/judge")
@needs(Permission.JUDGE_REFUSALS)
@takes_up_to(MOST_FORM_BYTES)
def judge(refusal_id: str) -> BaseResponse:
    return _step(refusal_id, Permission.JUDGE_REFUSALS)


@refusal_views.get("/refusals/<refusal_id>/photos/<sha256>")
@needs(Permission.READ_DELIVERIES)
def photo(refusal_id: str, sha256: str) -> Response:
    kept = _own(refusal_id)
    return photo_answer(db.session, sha256, [*kept.refusal.photos, *(one for it in kept.events for one in it.photos)])


_FIELDS = ("plant", "ticket", "refused_on", "reason")


def _step(refusal_id: str, permission: Permission) -> BaseResponse:
    kept = _own(refusal_id)
    try:
        step = RefusalStep(request.form.get("step", ""))
    except ValueError:
        raise Refusal(SETTLED_ALREADY, [refusal_id]) from None
    if _permission(step) is not permission:
        raise Refusal(SETTLED_ALREADY, [refusal_id])
    said = request.form.get("reason", "").strip()[:LONGEST_REASON]
    if not said:
        raise Refusal(REASON_NEEDED)
    photos = kept_photos(db.session, request.files.getlist("photo"))
    take_step(db.session, kept.refusal.id, step, said=said, photos=photos)
    db.session.commit()
    flash(gettext("Stored."), "success")
    return redirect(url_for("refusals.refusal", refusal_id=refusal_id))


def _permission(step: RefusalStep) -> Permission:
    return Permission.JUDGE_REFUSALS if step in JUDGED else Permission.WRITE_REFUSALS


def _own(refusal_id: str) -> KeptRefusal:
    if not (refusal_id.isascii() and refusal_id.isdecimal() and len(refusal_id) < 10):
        raise Refusal(NO_SUCH_REFUSAL, [refusal_id])
    return kept_refusal(db.session, int(refusal_id), own_plants())


def _register_page(given: dict[str, str] | None = None, faults: dict[str, str] | None = None) -> str:
    found = refusals(db.session, own_plants())
    given = given or {"ticket": request.args.get("ticket", "")[:64], "plant": request.args.get("plant", "")[:64]}
    return render_template(
        "deliveries/refusals.html",
        rows=found,
        open_count=sum(it.state not in (RefusalState.MENDED, RefusalState.WITHDRAWN) for it in found),
        names=place_names(db.session, (), plants=[it.refusal.plant_id for it in found]),
        standing=sorted((plant_id, how) for plant_id, how in standings(found).items()),
        may_enter=may(Permission.WRITE_REFUSALS),
        plants=_plants() if may(Permission.WRITE_REFUSALS) else [],
        given=given,
        faults=faults or {},
        **_texts(),
    )


def _texts() -> dict[str, object]:
    return {
        "today": business_day(),
        "texts": REFUSAL_TEXTS,
        "badges": REFUSAL_BADGES,
        "standing_texts": STANDING_TEXTS,
        "standing_badges": STANDING_BADGES,
    }


def _plants() -> list[tuple[str, str]]:
    return place_choices(db.session)["plant"]


def _load_id(number: str) -> str | None:
    return db.session.scalar(select(WeighTicket.id).where(WeighTicket.number == number))


def _number(kept: KeptRefusal) -> str | None:
    if kept.refusal.delivery_id is None:
        return None
    return db.session.scalar(select(WeighTicket.number).where(WeighTicket.id == kept.refusal.delivery_id))
