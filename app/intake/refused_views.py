"""Records that need a person: what the server refused, and files of tablets that had to be given up."""

from __future__ import annotations

import json

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import ColumnElement, func, select
from werkzeug.wrappers import Response

from app import errors
from app.accounts.audit import record
from app.accounts.device_models import Device
from app.accounts.people_views import PLACES_EXTENSION
from app.accounts.permissions import Permission, needs
from app.accounts.scope import Scope, scope_of
from app.clock import now
from app.database.engine import db
from app.errors import NO_SUCH_RECORD, REASON_NEEDED, Refusal, RefusalKind
from app.form_sizes import takes_up_to
from app.intake.record_files import MOST_BYTES, device_to_import, devices_to_import, read_record_file, take_in
from app.intake.record_models import RefusedRecord
from app.intake.remark_texts import RECORD_TEXTS
from app.intake.sent_from import sent_from
from app.intake.void_views import dry_method, record_kinds
from app.said import page_asked

PAGE_ROWS = 50
_LONGEST_NOTE = 500
_FORM_BYTES = 100_000
_KINDS_BY_CODE = {kind.code: kind for kind in vars(errors).values() if isinstance(kind, RefusalKind)}

refused_views = Blueprint("records_refused", __name__)


@refused_views.get("/records/refused")
@needs(Permission.SETTLE_RECORDS)
def refused() -> str:
    settled = request.args.get("state") == "settled"
    page = page_asked()
    which = (
        _own(_scope()),
        RefusedRecord.settled_at.is_not(None) if settled else RefusedRecord.settled_at.is_(None),
    )
    count = db.session.scalar(select(func.count()).select_from(RefusedRecord).where(*which)) or 0
    rows = db.session.execute(
        select(RefusedRecord, Device.name)
        .join(Device, Device.id == RefusedRecord.device_id)
        .where(*which)
        .order_by(RefusedRecord.received_at.desc(), RefusedRecord.id.desc())
        .offset((page - 1) * PAGE_ROWS)
        .limit(PAGE_ROWS)
    ).all()
    places = current_app.extensions[PLACES_EXTENSION](db.session)
    return render_template(
        "intake/refused.html",
        rows=[(row, device, _KINDS_BY_CODE.get(row.code), _pretty(row.text), _kind(row.text)) for row, device in rows],
        place_names={(kind, id_): name for kind in ("yard", "plant", "body", "point") for id_, name in places[kind]},
        record_texts=RECORD_TEXTS,
        settled=settled,
        count=count,
        page=page,
        pages=-(-count // PAGE_ROWS),
    )


@refused_views.post("/records/refused/<int:record_id>/settle")
@needs(Permission.SETTLE_RECORDS)
def settle(record_id: int) -> Response:
    found = db.session.scalar(
        select(RefusedRecord).where(RefusedRecord.id == record_id, _own(_scope())).with_for_update()
    )
    if found is None:
        raise Refusal(NO_SUCH_RECORD, [str(record_id)])
    note = request.form.get("note", "").strip()[:_LONGEST_NOTE]
    if not note:
        raise Refusal(REASON_NEEDED)
    if found.settled_at is None:
        found.settled_at, found.settled_by, found.settled_how = now(), current_user.name, note
        said = {"device": found.device_id, "code": found.code, "reason": note}
        record(
            db.session, what="refused_record.settled", subject_kind="refused_record", subject_id=found.id, after=said
        )
        db.session.commit()
        flash(gettext("Settled."), "success")
    return redirect(url_for("records_refused.refused"))


@refused_views.get("/records/import")
@needs(Permission.SETTLE_RECORDS)
def choose_file() -> str:
    return _form(None, "")


@refused_views.post("/records/import")
@needs(Permission.SETTLE_RECORDS)
@takes_up_to(MOST_BYTES + _FORM_BYTES)
def import_file() -> str | tuple[str, int]:
    upload, chosen = request.files.get("file"), request.form.get("device", "")
    content = upload.read() if upload is not None else b""
    if not content:
        return _form(gettext("Choose the file that the tablet saved."), chosen), 422
    try:
        file = read_record_file(content)
    except Refusal as refusal:
        return _form(" ".join([gettext(refusal.kind.what), *refusal.details[:3]]), chosen), 422
    device_id = int(chosen) if chosen.isdecimal() and len(chosen) < 10 else file.device.id
    device = device_to_import(db.session, device_id, _scope())
    done = take_in(db.session, file, device, content=content, kinds=record_kinds(), dry_method=dry_method())
    page = render_template("intake/record_file_done.html", done=done, device=device)
    db.session.commit()
    return page


def _form(fault: str | None, chosen: str) -> str:
    devices = devices_to_import(db.session, _scope())
    options = [("", gettext("the one that the file names")), *((str(it.id), it.name) for it in devices)]
    return render_template("intake/record_file.html", fault=fault, chosen=chosen, options=options)


def _scope() -> Scope | None:
    return scope_of(current_user, Permission.SETTLE_RECORDS)


def _own(scope: Scope | None) -> ColumnElement[bool]:
    return sent_from(scope, RefusedRecord.place_kind, RefusedRecord.place_id)


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text


def _kind(text: str) -> str:
    try:
        return str(json.loads(text)["kind"])[:32]
    except (ValueError, KeyError, TypeError):
        return ""
