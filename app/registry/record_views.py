"""Records added, changed, withdrawn and put back by hand."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission, needs
from app.database.engine import db
from app.errors import CHANGED_MEANWHILE, CODE_TAKEN, NO_SUCH_LIST, NO_SUCH_THING, NOT_ALLOWED, Refusal
from app.registry.form_pages import RecordForm
from app.registry.forms import FormRead
from app.registry.history import record_history
from app.registry.kinds import RecordKind, kind_of
from app.registry.lists import list_page
from app.registry.names import name_of
from app.registry.records import add_record, restore, save_record, withdraw
from app.registry.views import label
from app.registry.writing import PROCEDURE_KINDS, may_write_kind, writable_record, writing_scope
from app.texts import Message, _

MOST_FOUND = 20
Answer = str | Response | tuple[str, int]

record_views = Blueprint("records", __name__)


# Not below /registry/<key>/: there a record's code may stand, and that may be any word.
@record_views.get("/registry/new/<key>")
@needs(Permission.WRITE_REGISTRY)
def new_record(key: str) -> str:
    form = RecordForm(_writable_kind(key), None)
    return _page(form, form.begin())


@record_views.post("/registry/new/<key>")
@needs(Permission.WRITE_REGISTRY)
def add_new_record(key: str) -> Answer:
    kind = _writable_kind(key)
    form = RecordForm(kind, None)
    typed = form.typed()
    read = form.read(typed)
    if read.faults:
        return _page(form, typed, faults=read.faults), 422
    try:
        record_id = add_record(db.session, kind, read.values)
    except Refusal as refusal:
        if refusal.kind is not CODE_TAKEN:
            raise
        return _page(form, typed, faults={kind.table.id_keys[0]: (Message(CODE_TAKEN.what),)}), 422
    db.session.commit()
    _tell(gettext("Added."), kind, read)
    return redirect(url_for("registry.thing_page", key=key, thing_id=record_id))


@record_views.get("/registry/<key>/<thing_id>/change")
@needs(Permission.WRITE_REGISTRY)
def change_page(key: str, thing_id: str) -> str:
    kind, found = _writable(key, thing_id)
    form = RecordForm(kind, found)
    return _page(form, form.begin())


@record_views.post("/registry/<key>/<thing_id>/change")
@needs(Permission.WRITE_REGISTRY)
def change_record(key: str, thing_id: str) -> Answer:
    kind, found = _writable(key, thing_id)
    form = RecordForm(kind, found)
    typed = form.typed()
    seen_version = request.form.get("version", 0, type=int)
    if seen_version != found.version:
        return _changed_meanwhile(form, thing_id, typed)
    read = form.read(typed)
    if read.faults:
        return _page(form, typed, faults=read.faults), 422
    try:
        change = save_record(db.session, kind, thing_id, read.values, seen_version=seen_version)
    except Refusal as refusal:
        if refusal.kind is not CHANGED_MEANWHILE:
            raise
        db.session.refresh(found)
        return _changed_meanwhile(form, thing_id, typed)
    db.session.commit()
    _tell(gettext("Saved.") if change else gettext("Nothing was changed."), kind, read)
    return redirect(url_for("registry.thing_page", key=key, thing_id=thing_id))


@record_views.post("/registry/<key>/<thing_id>/withdraw")
@needs(Permission.WRITE_REGISTRY)
def withdraw_record(key: str, thing_id: str) -> Response:
    kind, found = _writable(key, thing_id)
    withdraw(db.session, kind, found)
    db.session.commit()
    flash(gettext("Withdrawn. It stays in the register and can be put back into use."), "success")
    return redirect(url_for("registry.thing_page", key=key, thing_id=thing_id))


@record_views.post("/registry/<key>/<thing_id>/restore")
@needs(Permission.WRITE_REGISTRY)
def restore_record(key: str, thing_id: str) -> Response:
    kind, found = _writable(key, thing_id)
    restore(db.session, kind, found)
    db.session.commit()
    flash(gettext("It is in use again."), "success")
    return redirect(url_for("registry.thing_page", key=key, thing_id=thing_id))


@record_views.get("/data/registry/choices/<key>")
@needs(Permission.WRITE_REGISTRY)
def choices(key: str) -> str:
    """Options for a field that takes too many to list them; its words come under the field's own name."""
    kind = kind_of(key)
    sought = request.args.get(request.args.get("field", "q"), "").strip()[:200]
    found = list_page(
        db.session, key, scope=writing_scope(current_user), sought=sought, limit=MOST_FOUND if sought else 0
    )
    return render_template(
        "registry/_choices.html",
        options=[(getattr(row, kind.table.id_keys[0]), name_of(kind, row)) for row in found.rows],
    )


def _writable_kind(key: str) -> RecordKind:
    kind = kind_of(key)
    if kind.key in PROCEDURE_KINDS:
        raise Refusal(NO_SUCH_LIST, [key])
    if not may_write_kind(kind, writing_scope(current_user)):
        raise Refusal(NOT_ALLOWED)
    return kind


def _writable(key: str, thing_id: str) -> tuple[RecordKind, Any]:
    """The record, where whoever asks may change it; as if it were not there, where not."""
    kind = _writable_kind(key)
    found = writable_record(db.session, kind, thing_id, writing_scope(current_user))
    if found is None:
        raise Refusal(NO_SUCH_THING, [thing_id])
    return kind, found


def _page(form: RecordForm, typed: dict[str, str], **told: Any) -> str:
    key, found = form.kind.key, form.found
    if found is None:
        return form.page(typed, heading=gettext(NEW[key]), back=url_for("registry.list_of", key=key), **told)
    thing_id = form.kind.id_of(found)
    back = url_for("registry.thing_page", key=key, thing_id=thing_id)
    return form.page(typed, heading=name_of(form.kind, found), back=back, **told)


def _changed_meanwhile(form: RecordForm, thing_id: str, typed: dict[str, str]) -> Answer:
    """Nothing is stored: both versions side by side, and a form that goes on from the newer one."""
    merged, beside = form.merged_with_others(typed)
    lines, _count = record_history(db.session, form.kind, thing_id, limit=1)
    return _page(form, merged, others_change=beside, others_line=lines[0] if lines else None), 409


def _tell(text: str, kind: RecordKind, read: FormRead) -> None:
    flash(text, "success")
    columns = {column.key: column for column in kind.columns}
    for key, warning in read.warnings:
        flash(f"{label(columns[key])}: {warning.text(gettext)}", "warning")


NEW = {
    "towns": _("New town"),
    "materials": _("New material"),
    "truck_classes": _("New truck class"),
    "growers": _("New grower"),
    "collecting_bodies": _("New collecting body"),
    "plants": _("New plant"),
    "yards": _("New yard"),
    "fields": _("New field"),
    "trucks": _("New truck"),
    "balers": _("New baler"),
    "scales": _("New weighbridge"),
    "meters": _("New moisture meter"),
    "purchased_machines": _("New purchased machine"),
    "recycling_points": _("New recycling point"),
    "material_uses": _("New use of a material"),
    "seasons": _("New season"),
    "weather": _("New day of weather"),
    "hours": _("New special hours"),
}
