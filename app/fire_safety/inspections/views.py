"""The office's list of what is to be mended, each with its photos before and after, and as a workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.accounts.scope import scope_of
from app.clock import business_day, now
from app.database.engine import db, write_from_here
from app.downloads import download
from app.errors import NO_SUCH_ACTION, NO_SUCH_THING, PHOTO_NEEDED, REASON_NEEDED, Refusal
from app.fire_safety.inspections.owners import people_of
from app.fire_safety.inspections.photos import MOST_FORM_BYTES, kept_photos, photo_answer
from app.fire_safety.inspections.queries import ActionNow, ActionState, action_now, actions_now
from app.fire_safety.inspections.texts import (
    AUDIENCE_TEXTS,
    STATE_BADGES,
    STATE_TEXTS,
    STEP_TEXTS,
    item_text,
)
from app.fire_safety.inspections.workbook import action_workbook
from app.form_sizes import takes_up_to
from app.intake.arriving import RefusedHere
from app.intake.attachments import missing_attachments
from app.intake.office_records import store_office_record
from app.intake.void_views import record_kinds
from app.registry.models import TransferYard
from app.registry.suspension_texts import reason_text
from app.registry.suspensions import suspensions_in_force
from app.storage.models import BaleStack
from app.storage.queries import yards_within

LONGEST_NOTE = 500

safety_views = Blueprint("safety", __name__, template_folder="templates")


@safety_views.get("/safety/actions")
@needs(Permission.READ_STOCK)
def actions() -> str:
    yards = own_yards()
    return render_template(
        "inspections/actions.html",
        rows=_chosen(yards),
        yards=yards,
        stacks=stack_names(list(yards)),
        closed=[it for it in suspensions_in_force(db.session) if it.yard_id in yards],
        given={name: request.args.get(name, "") for name in ("yard", "state", "severity")},
        states=STATE_TEXTS,
        badges=STATE_BADGES,
        owners=AUDIENCE_TEXTS,
        item_text=item_text,
        reason_text=reason_text,
    )


@safety_views.get("/safety/actions.xlsx")
@needs(Permission.READ_STOCK)
def workbook() -> Response:
    yards = own_yards()
    content = action_workbook(_chosen(yards), _names(yards), stack_names(list(yards)))
    return download(content, f"actions-{business_day():%Y%m%d}.xlsx")


@safety_views.get("/safety/actions/<action_id>")
@needs(Permission.READ_STOCK)
def action(action_id: str) -> str:
    found, yard = _own_action(action_id)
    photos = [*found.action.photos, *(sha for step in found.steps for sha in step.photos)]
    return render_template(
        "inspections/action.html",
        found=found,
        action=found.action,
        yard=yard,
        subject=stack_names([yard.yard_id]).get(found.action.subject_id or "", found.action.subject_id),
        missing=set(missing_attachments(db.session, photos)),
        steps=STEP_TEXTS,
        states=STATE_TEXTS,
        badges=STATE_BADGES,
        owners=AUDIENCE_TEXTS,
        item_text=item_text,
        people=[(person.id, person.name) for person in people_of(db.session, yard)],
        may_assign=may(Permission.INSPECT_YARDS) and found.state is not ActionState.DONE,
        may_mend=may(Permission.INSPECT_YARDS) and found.state is ActionState.OPEN,
        may_check=may(Permission.INSPECT_YARDS)
        and found.state is ActionState.MENDED
        and found.mending is not None
        and found.mending.taken_by != current_user.id,
    )


@safety_views.get("/safety/actions/<action_id>/photos/<sha256>")
@needs(Permission.READ_STOCK)
def photo(action_id: str, sha256: str) -> Response:
    found, _yard = _own_action(action_id)
    return photo_answer(
        db.session, sha256, [*found.action.photos, *(one for step in found.steps for one in step.photos)]
    )


@safety_views.post("/safety/actions/<action_id>/owner")
@needs(Permission.INSPECT_YARDS)
def assign(action_id: str) -> BaseResponse:
    found, yard = _own_action(action_id)
    account_id = request.form.get("owner", type=int)
    if account_id is None:
        raise Refusal(NO_SUCH_THING, [action_id[:48]])
    stored("action_assigned", yard.yard_id, {"action_id": found.action.id, "account_id": account_id})
    flash(gettext("Entered."), "success")
    return redirect(url_for("safety.action", action_id=action_id))


@safety_views.post("/safety/actions/<action_id>/mended")
@needs(Permission.INSPECT_YARDS)
@takes_up_to(MOST_FORM_BYTES)
def say_mended(action_id: str) -> BaseResponse:
    found, yard = _own_action(action_id)
    write_from_here()
    photos = kept_photos(db.session, request.files.getlist("photo"))
    if not photos:
        raise Refusal(PHOTO_NEEDED)
    stored("action_mended", yard.yard_id, {"action_id": found.action.id, "note": note_of("note"), "photos": photos})
    flash(gettext("Entered. A second person has to look at it."), "success")
    return redirect(url_for("safety.action", action_id=action_id))


@safety_views.post("/safety/actions/<action_id>/checked")
@needs(Permission.INSPECT_YARDS)
@takes_up_to(MOST_FORM_BYTES)
def say_checked(action_id: str) -> BaseResponse:
    found, yard = _own_action(action_id)
    is_good, note = request.form.get("outcome") == "good", note_of("note")
    if not is_good and note is None:
        raise Refusal(REASON_NEEDED)
    write_from_here()
    photos = kept_photos(db.session, request.files.getlist("photo"))
    body = {"action_id": found.action.id, "is_good": is_good, "note": note, "photos": photos}
    stored("action_checked", yard.yard_id, body)
    flash(gettext("It is mended and checked.") if is_good else gettext("Sent back."), "success")
    return redirect(url_for("safety.action", action_id=action_id))


def own_yards() -> dict[str, TransferYard]:
    """The yards in use that whoever asks now may see, by id."""
    return {yard.yard_id: yard for yard in yards_within(db.session, scope_of(current_user, Permission.READ_STOCK))}


def stack_names(yard_ids: Sequence[str]) -> Mapping[str, str]:
    """Names of stacks by id, those out of use as well."""
    rows = db.session.execute(select(BaleStack.stack_id, BaleStack.name).where(BaleStack.yard_id.in_(yard_ids)))
    return {row.stack_id: row.name for row in rows}


def note_of(name: str) -> str | None:
    """What was typed into a field of a form; None where nothing was."""
    return request.form.get(name, "").strip()[:LONGEST_NOTE] or None


def stored(kind: str, yard_id: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Store what whoever asks now does as a record of the yard, commit, and return the receipt."""
    try:
        receipt = store_office_record(
            db.session, kind=kind, place=("yard", yard_id), body=body, account=current_user, kinds=record_kinds()
        )
    except RefusedHere as refused:
        raise Refusal(refused.kind, refused.details) from None
    db.session.commit()
    return receipt


def _own_action(action_id: str) -> tuple[ActionNow, TransferYard]:
    found = action_now(db.session, action_id, now())
    yard = None if found is None else own_yards().get(found.action.yard_id)
    if found is None or yard is None:
        raise Refusal(NO_SUCH_ACTION, [action_id[:48]])
    return found, yard


def _chosen(yards: Mapping[str, TransferYard]) -> list[ActionNow]:
    """By the filters of the address; without one of state, what is not done yet."""
    yard_id, severity = request.args.get("yard", ""), request.args.get("severity", "")
    state = request.args.get("state", "")
    asked = [yard_id] if yard_id in yards else list(yards)
    return [
        it
        for it in actions_now(db.session, asked, now())
        if severity in ("", it.action.severity)
        and (it.state == state if state in set(ActionState) else state == "all" or it.state is not ActionState.DONE)
    ]


def _names(yards: Mapping[str, TransferYard]) -> Mapping[str, str]:
    return {yard_id: yard.name for yard_id, yard in yards.items()}
