"""Steps of procedures: applications for direct hauls (H13) and the filing of collecting bodies (H4)."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission, needs
from app.clock import business_day
from app.database.engine import db
from app.errors import CHANGED_MEANWHILE, NO_SUCH_THING, NOT_THEIR_TURN, REASON_NEEDED, Refusal
from app.registry.form_pages import RecordForm
from app.registry.kinds import kind_of
from app.registry.lists import record_of
from app.registry.models import CollectingBody, DirectHaulApproval
from app.registry.procedures.approvals import Party, agree, apply_for, change_application, end, is_untouched, refuse
from app.registry.procedures.filings import confirm_filing, propose_filing, send_back
from app.registry.procedures.panels import PERMISSION_OF, acts_for
from app.registry.writing import writing_scope
from app.texts import Message, _

procedure_views = Blueprint("procedures", __name__)

Answer = str | Response | tuple[str, int]


@procedure_views.get("/approvals/new")
@needs(Permission.APPLY_FOR_TOWN)
def new_application() -> str:
    form = _form(None)
    return _page(form, form.begin())


@procedure_views.post("/approvals/new")
@needs(Permission.APPLY_FOR_TOWN)
def apply() -> Answer:
    form, today = _form(None), business_day()
    typed = form.typed()
    read = form.read(typed)
    faults = {**_past(read.values, today), **read.faults}
    if faults:
        return _page(form, typed, faults=faults), 422
    approval_id = apply_for(db.session, read.values, day=today)
    db.session.commit()
    flash(gettext("Applied for. Task force and franchise company see it among their tasks."), "success")
    return _to(approval_id)


@procedure_views.get("/approvals/<approval_id>/change")
@needs(Permission.APPLY_FOR_TOWN)
def application_page(approval_id: str) -> str:
    form = _form(_untouched(approval_id))
    return _page(form, form.begin())


@procedure_views.post("/approvals/<approval_id>/change")
@needs(Permission.APPLY_FOR_TOWN)
def change_applied(approval_id: str) -> Answer:
    form, today = _form(_untouched(approval_id)), business_day()
    typed = form.typed()
    read = form.read(typed)
    faults = {**_past(read.values, today), **read.faults}
    if faults:
        return _page(form, typed, faults=faults), 422
    seen_version = request.form.get("version", 0, type=int)
    try:
        change_application(db.session, approval_id, read.values, seen_version=seen_version, day=today)
    except Refusal as refusal:
        if refusal.kind is not CHANGED_MEANWHILE:
            raise
        db.session.refresh(form.found)
        merged, beside = form.merged_with_others(typed)
        return _page(form, merged, others_change=beside), 409
    db.session.commit()
    flash(gettext("Saved."), "success")
    return _to(approval_id)


@procedure_views.post("/approvals/<approval_id>/town")
@needs(Permission.APPLY_FOR_TOWN)
def answer_for_town(approval_id: str) -> Response:
    return _answer(approval_id, Party.TOWN)


@procedure_views.post("/approvals/<approval_id>/task-force")
@needs(Permission.ANSWER_FOR_TASK_FORCE)
def answer_for_task_force(approval_id: str) -> Response:
    return _answer(approval_id, Party.TASK_FORCE)


@procedure_views.post("/approvals/<approval_id>/company")
@needs(Permission.ANSWER_FOR_COMPANY)
def answer_for_company(approval_id: str) -> Response:
    return _answer(approval_id, Party.COMPANY)


@procedure_views.post("/collecting-bodies/<body_id>/propose")
@needs(Permission.PROPOSE_FILINGS)
def propose(body_id: str) -> Response:
    body = _body(body_id, Permission.PROPOSE_FILINGS)
    propose_filing(db.session, body, day=business_day())
    db.session.commit()
    flash(gettext("Proposed for filing. The task force sees it among its tasks."), "success")
    return redirect(url_for("registry.thing_page", key="collecting_bodies", thing_id=body_id))


@procedure_views.post("/collecting-bodies/<body_id>/filing")
@needs(Permission.CONFIRM_FILINGS)
def confirm(body_id: str) -> Response:
    body = _body(body_id, Permission.CONFIRM_FILINGS)
    if request.form.get("answer") == "back":
        send_back(db.session, body)
        told = gettext("Sent back to the town.")
    else:
        number = request.form.get("number", "").strip()[:64] or None
        confirm_filing(db.session, body, number=number, day=business_day())
        told = gettext("Filed.")
    db.session.commit()
    flash(told, "success")
    return redirect(url_for("registry.thing_page", key="collecting_bodies", thing_id=body_id))


def _answer(approval_id: str, party: Party) -> Response:
    approval = record_of(db.session, "approvals", approval_id, scope=None)
    if approval is None or not acts_for(party, approval.town_id):
        raise Refusal(NO_SUCH_THING, [approval_id])
    today, reason = business_day(), request.form.get("reason", "").strip()[:500]
    match request.form.get("answer"):
        case "agree" if party is not Party.TOWN:
            agree(db.session, approval_id, party, day=today)
            told = gettext("Agreed.")
        case "refuse" if party is not Party.TOWN:
            _need_reason(reason)
            refuse(db.session, approval_id, party, reason=reason, day=today)
            told = gettext("Refused. The town sees the reason.")
        case "end":
            _need_reason(reason)
            end(db.session, approval_id, party, reason=reason, day=today)
            told = gettext("Withdrawn from today on.")
        case _:
            raise Refusal(NOT_THEIR_TURN, [approval_id])
    db.session.commit()
    flash(told, "success")
    return _to(approval_id)


def _need_reason(reason: str) -> None:
    if not reason:
        raise Refusal(REASON_NEEDED)


def _form(found: DirectHaulApproval | None) -> RecordForm:
    return RecordForm(kind_of("approvals"), found, permission=PERMISSION_OF[Party.TOWN])


def _page(form: RecordForm, typed: dict[str, str], **told: Any) -> str:
    back = url_for("registry.list_of", key="approvals")
    if form.found is not None:
        back = url_for("registry.thing_page", key="approvals", thing_id=form.found.approval_id)
    return form.page(typed, heading=gettext("Application for direct hauls"), back=back, **told)


def _past(values: dict[str, Any], today: date) -> dict[str, tuple[Message, ...]]:
    """Nobody agrees to days that are over."""
    until = values.get("valid_until")
    return {"valid_until": (Message(_("This day is over.")),)} if until is not None and until < today else {}


def _untouched(approval_id: str) -> DirectHaulApproval:
    """The application, while nobody has answered it, for its own town."""
    scope = writing_scope(current_user, Permission.APPLY_FOR_TOWN)
    found = record_of(db.session, "approvals", approval_id, scope=scope)
    if found is None:
        raise Refusal(NO_SUCH_THING, [approval_id])
    approval: DirectHaulApproval = found
    if not is_untouched(approval, business_day()):
        raise Refusal(NOT_THEIR_TURN, [approval_id])
    return approval


def _body(body_id: str, permission: Permission) -> CollectingBody:
    found = record_of(db.session, "collecting_bodies", body_id, scope=writing_scope(current_user, permission))
    if found is None:
        raise Refusal(NO_SUCH_THING, [body_id])
    body: CollectingBody = found
    return body


def _to(approval_id: str) -> Response:
    return redirect(url_for("registry.thing_page", key="approvals", thing_id=approval_id))
