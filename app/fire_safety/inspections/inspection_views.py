"""Inspections by those who come to look, on a phone in the yard; and what of the yard is closed for a danger."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.clock import business_day, now
from app.database.engine import db, write_from_here
from app.errors import NO_SUCH_SUSPENSION, NO_SUCH_THING, REASON_NEEDED, Refusal
from app.fire_safety.heat.bans import ban_level
from app.fire_safety.inspections.models import Inspection
from app.fire_safety.inspections.photos import MOST_FORM_BYTES, kept_photos, photo_answer
from app.fire_safety.inspections.queries import actions_now, answers_of_day, due_lists
from app.fire_safety.inspections.suspending import may_be_asked
from app.fire_safety.inspections.texts import LIFT_TEXTS, OUTCOME_TEXTS, STATE_BADGES, STATE_TEXTS, item_text
from app.fire_safety.inspections.things import thing_names, things_of
from app.fire_safety.inspections.views import note_of, own_yards, stack_names, stored
from app.fire_safety.source_texts import source_text
from app.form_sizes import takes_up_to
from app.registry.models import TransferYard
from app.registry.suspension_texts import reason_text
from app.registry.suspensions import open_request, recent_suspensions, steps_of, suspension_with_steps
from app.storage.layouts import stacks_of
from app.storage.views import own_yard
from yard_rules.checklists import ListKind, checklist
from yard_rules.inspections import Outcome, questions

_SHOWN_DAYS = 90
_SHOWN_INSPECTIONS = 30

inspection_views = Blueprint("inspections", __name__, template_folder="templates")


@inspection_views.get("/yards/<yard_id>/inspections")
@needs(Permission.READ_STOCK)
def yard_page(yard_id: str) -> str:
    yard = own_yard(yard_id)
    moment = now()
    suspensions = recent_suspensions(db.session, [yard_id], since=moment - timedelta(days=_SHOWN_DAYS))
    by_suspension = {it.id: steps_of(db.session, [it.id]) for it in suspensions}
    inspections = db.session.scalars(
        select(Inspection)
        .where(Inspection.yard_id == yard_id)
        .order_by(Inspection.inspected_at.desc(), Inspection.record_id)
        .limit(_SHOWN_INSPECTIONS)
    ).all()
    return render_template(
        "inspections/yard.html",
        yard=yard,
        lists=due_lists(db.session, yard),
        titles={kind: checklist(kind, business_day()).title for kind in ListKind},
        inspections=inspections,
        actions=[it for it in actions_now(db.session, [yard_id], moment) if it.state != "done"],
        suspensions=suspensions,
        steps=by_suspension,
        asked={id_: open_request(steps) for id_, steps in by_suspension.items()},
        lift_texts=LIFT_TEXTS,
        bans={it.id: level for it in suspensions if (level := ban_level(db.session, it)) is not None},
        may_be_asked={it.id: may_be_asked(db.session, it) for it in suspensions},
        stacks={**thing_names(db.session, yard_id), **stack_names([yard_id])},
        choices=[("", gettext("the whole yard")), *((it.stack_id, it.name) for it in stacks_of(db.session, yard_id))],
        states=STATE_TEXTS,
        badges=STATE_BADGES,
        item_text=item_text,
        reason_text=reason_text,
        may_inspect=may(Permission.INSPECT_YARDS),
        may_suspend=may(Permission.SUSPEND_YARDS),
        may_reopen=may(Permission.REOPEN_YARDS),
    )


@inspection_views.get("/yards/<yard_id>/inspections/<list_kind>")
@needs(Permission.INSPECT_YARDS)
def form(yard_id: str, list_kind: str) -> str:
    yard, held = own_yard(yard_id), checklist(_kind(list_kind), business_day())
    return render_template(
        "inspections/form.html",
        yard=yard,
        held=held,
        asked=questions(held, things_of(db.session, yard_id)),
        answered=answers_of_day(db.session, yard_id, held.kind, held.day),
        stacks={**thing_names(db.session, yard_id), **stack_names([yard_id])},
        outcomes=OUTCOME_TEXTS,
        source_text=source_text,
    )


@inspection_views.post("/yards/<yard_id>/inspections/<list_kind>")
@needs(Permission.INSPECT_YARDS)
@takes_up_to(MOST_FORM_BYTES)
def inspect(yard_id: str, list_kind: str) -> BaseResponse:
    """Keep what was answered; what fails counts at once, whatever is still lacking."""
    yard = own_yard(yard_id)
    held = checklist(_kind(list_kind), business_day())
    write_from_here()
    answers = []
    for item, subject_id in questions(held, things_of(db.session, yard_id)):
        key = f"{item.item_id}:{subject_id or ''}"
        outcome = request.form.get(f"outcome-{key}", "")
        if outcome in set(Outcome):
            photos = kept_photos(db.session, request.files.getlist(f"photo-{key}"))
            said: dict[str, object] = {"item_id": item.item_id, "subject_id": subject_id, "outcome": outcome}
            said["camera_failed"] = f"no-camera-{key}" in request.form
            answers.append(said | {"note": note_of(f"note-{key}"), "photos": photos})
    if not answers:
        db.session.rollback()
        flash(gettext("Nothing was answered, so nothing was kept."), "error")
        return redirect(url_for("inspections.form", yard_id=yard_id, list_kind=list_kind))
    body = {"list_kind": held.kind.value, "list_day": held.day.isoformat(), "digest": held.digest, "answers": answers}
    receipt = stored("inspection", yard.yard_id, body)
    row = db.session.get_one(Inspection, receipt["id"])
    flash(gettext("Kept: %(count)s items fail.", count=row.findings), "success")
    if row.lacking:
        text = gettext(
            "%(count)s answers, photos or notes are missing: the inspection is not done yet.", count=row.lacking
        )
        flash(text, "warning")
    return redirect(url_for("inspections.yard_page", yard_id=yard_id))


@inspection_views.post("/yards/<yard_id>/suspensions")
@needs(Permission.SUSPEND_YARDS)
def suspend(yard_id: str) -> BaseResponse:
    yard, reason = own_yard(yard_id), note_of("reason")
    if reason is None:
        raise Refusal(REASON_NEEDED)
    stored("suspension_set", yard.yard_id, {"stack_id": request.form.get("stack_id") or None, "reason": reason})
    flash(gettext("Closed at once, on every tablet and for the planner."), "success")
    return redirect(url_for("inspections.yard_page", yard_id=yard_id))


@inspection_views.post("/suspensions/<suspension_id>/ask")
@needs(Permission.SUSPEND_YARDS)
@takes_up_to(MOST_FORM_BYTES)
def ask_to_open(suspension_id: str) -> BaseResponse:
    yard, evidence = _yard_of(suspension_id), note_of("evidence")
    if evidence is None:
        raise Refusal(REASON_NEEDED)
    write_from_here()
    photos = kept_photos(db.session, request.files.getlist("photo"))
    body = {"suspension_id": suspension_id, "evidence": evidence, "photos": photos}
    stored("suspension_lift_asked", yard.yard_id, body)
    flash(gettext("Asked for. It takes effect when another person agrees."), "success")
    return redirect(url_for("inspections.yard_page", yard_id=yard.yard_id))


@inspection_views.post("/suspensions/<suspension_id>/answer")
@needs(Permission.REOPEN_YARDS)
def answer(suspension_id: str) -> BaseResponse:
    yard, is_agreed, reason = _yard_of(suspension_id), request.form.get("answer") == "open", note_of("reason")
    if not is_agreed and reason is None:
        raise Refusal(REASON_NEEDED)
    body = {"suspension_id": suspension_id, "is_agreed": is_agreed, "reason": reason}
    stored("suspension_lift_answered", yard.yard_id, body)
    flash(gettext("Open again.") if is_agreed else gettext("It stays closed."), "success")
    return redirect(url_for("inspections.yard_page", yard_id=yard.yard_id))


@inspection_views.get("/suspensions/<suspension_id>/photos/<sha256>")
@needs(Permission.READ_STOCK)
def photo(suspension_id: str, sha256: str) -> Response:
    _yard_of(suspension_id)
    shown = [sha for step in steps_of(db.session, [suspension_id]) for sha in step.photos]
    return photo_answer(db.session, sha256, shown)


def _kind(text: str) -> ListKind:
    if text not in set(ListKind):
        raise Refusal(NO_SUCH_THING, [text[:32]])
    return ListKind(text)


def _yard_of(suspension_id: str) -> TransferYard:
    found = suspension_with_steps(db.session, suspension_id)
    yard = None if found is None else own_yards().get(found[0].yard_id)
    if yard is None:
        raise Refusal(NO_SUCH_SUSPENSION, [suspension_id[:48]])
    return yard
