"""Importing in the browser: choose a file, look at what it would do, apply it; the imports there were, and undoing."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.login import may
from app.accounts.permissions import Permission, needs
from app.accounts.scope import Scope
from app.database.engine import db
from app.downloads import download
from app.errors import FILE_TOO_LARGE, UPLOAD_OVER, Refusal
from app.file_exchange.archives import check_size
from app.file_exchange.coordinates import CoordinateSystem
from app.file_exchange.marked_workbook import write_marked_workbook
from app.file_exchange.messages import FileRefused
from app.file_exchange.workbooks_out import template_workbook, write_plain_workbook
from app.form_sizes import takes_up_to
from app.i18n import reader_language
from app.registry.changes import ChangeKind
from app.registry.importing.done_views import imported_views
from app.registry.importing.files import LIMITS, SCENARIO, FileRead, ReadScenario, read_file
from app.registry.importing.models import RegistryUpload
from app.registry.importing.operations import ImportPreview, apply_preview, lock_register, preview_of, touched_keys
from app.registry.importing.scope import importable_keys, refuse_other_keys
from app.registry.importing.texts import Showing, change_sheet, fault_sheet, kind_names, reasons_text
from app.registry.importing.uploads import keep_upload, upload_applied, upload_of
from app.registry.kinds import KINDS
from app.registry.writing import writing_scope
from app.texts import _

# How much of a long list a page shows; all of it is in the workbook beside it.
LIST_ROWS, FAULT_ROWS = 100, 200
_ADDED_MEMBERS = 5
# A form's own parts beside the file.
_FORM_BYTES = 100_000
_SCENARIO_READER = "strawline.scenario_reader"
# The heading of the column of reasons in a marked copy; it is not told as unknown when the copy comes back.
_REASONS = _("What is wrong (not imported)")

import_views = Blueprint("imports", __name__)


def set_up_imports(app: Flask, read_scenario: ReadScenario) -> None:
    """Add the pages. `read_scenario` reads a zipped scenario folder, of which the register knows nothing itself."""
    app.extensions[_SCENARIO_READER] = read_scenario
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.context_processor(lambda: {"may_import": _may_import, "has_place_on_map": lambda key: KINDS[key].has_place})
    app.register_blueprint(import_views)
    app.register_blueprint(imported_views)


@import_views.get("/registry/<key>/import")
@needs(Permission.WRITE_REGISTRY)
def choose_file(key: str) -> str:
    refuse_other_keys(key, _scope())
    return _choose_page(key)


@import_views.post("/registry/<key>/import")
@needs(Permission.WRITE_REGISTRY)
@takes_up_to(LIMITS.file_bytes + _FORM_BYTES)
def upload_file(key: str) -> BaseResponse | tuple[str, int]:
    refuse_other_keys(key, _scope())
    chosen = request.files.get("file")
    content = chosen.read() if chosen is not None else b""
    if chosen is None or not chosen.filename:
        return _choose_page(key, fault=gettext("Choose a file.")), 422
    try:
        check_size(content, LIMITS)
        system = CoordinateSystem(request.form.get("coordinate_system", CoordinateSystem.WGS84))
    except FileRefused as refused:
        return _choose_page(key, fault=refused.reason.text(gettext)), 422
    except ValueError:
        return _choose_page(key, fault=gettext("Choose a coordinate system.")), 422
    upload = keep_upload(
        db.session, account_id=current_user.id, key=key, file_name=chosen.filename, content=content, system=system
    )
    address = url_for("imports.preview_page", key=key, token=upload.token)
    db.session.commit()
    return redirect(address)


@import_views.get("/registry/<key>/import/template.xlsx")
@needs(Permission.WRITE_REGISTRY)
def template(key: str) -> Response:
    refuse_other_keys(key, _scope())
    keys = importable_keys(None) if key == SCENARIO else (key,)
    content = template_workbook([KINDS[of].table for of in keys], language=reader_language(), translate=gettext)
    return download(content, f"{key}-template.xlsx")


@import_views.get("/registry/<key>/import/<token>")
@needs(Permission.WRITE_REGISTRY)
def preview_page(key: str, token: str) -> str | BaseResponse:
    upload = _upload(key, token)
    if upload.import_id is not None:
        return redirect(url_for("imported.import_page_of", import_id=upload.import_id))
    return _preview_page(upload, _preview(upload))


@import_views.post("/registry/<key>/import/<token>/apply")
@needs(Permission.WRITE_REGISTRY)
def apply_upload(key: str, token: str) -> BaseResponse | tuple[str, int]:
    upload = _upload(key, token)
    if upload.import_id is not None:
        return redirect(url_for("imported.import_page_of", import_id=upload.import_id))
    file = upload.content, upload.key, upload.coordinate_system
    account_id, scope = current_user.id, _scope()
    # Others write while the file is being read.
    db.session.rollback()
    read = _read(*file)
    waiting = upload_of(db.session, token, account_id=account_id, lock=True)
    if waiting is None:
        raise Refusal(UPLOAD_OVER)
    if waiting.import_id is not None:
        return redirect(url_for("imported.import_page_of", import_id=waiting.import_id))
    lock_register(db.session, touched_keys(read))
    preview = preview_of(db.session, read, scope=scope)
    good_rows_only = "good_rows_only" in request.form
    if preview.digest != request.form.get("digest"):
        note = gettext("The register has changed since you looked. This is what the file would do now.")
        return _preview_page(waiting, preview, note=note), 409
    if not preview.is_faultless and not good_rows_only:
        return _preview_page(waiting, preview, note=gettext("Tick that rows with faults are left out.")), 422
    try:
        done = apply_preview(
            db.session,
            preview,
            source_name=waiting.file_name,
            read=read,
            withdraw_missing="withdraw_missing" in request.form,
            good_rows_only=good_rows_only,
        )
    except IntegrityError:
        # Somebody who did not wait, such as a command of an older version, wrote at the same moment.
        db.session.rollback()
        return redirect(url_for("imports.preview_page", key=key, token=token))
    upload_applied(waiting, done.id)
    address = url_for("imported.import_page_of", import_id=done.id)
    db.session.commit()
    flash(gettext("Imported. It can be undone on this page."), "success")
    return redirect(address)


@import_views.post("/registry/<key>/import/<token>/discard")
@needs(Permission.WRITE_REGISTRY)
def discard_upload(key: str, token: str) -> BaseResponse:
    upload = _upload(key, token)
    db.session.delete(upload)
    db.session.commit()
    flash(gettext("The file was dropped. Nothing was changed."), "success")
    return redirect(url_for("imports.choose_file", key=key))


@import_views.get("/registry/<key>/import/<token>/faults.xlsx")
@needs(Permission.WRITE_REGISTRY)
def marked_file(key: str, token: str) -> Response:
    upload = _upload(key, token)
    preview = _preview(upload)
    try:
        content = write_marked_workbook(
            upload.content,
            preview.faults,
            heading=gettext(_REASONS),
            reason=lambda fault: reasons_text(fault, gettext),
        )
    except FileRefused:
        # Parcels and folders have no rows to mark.
        sheet = fault_sheet(preview.faults, title=gettext("Faults"), translate=gettext)
        content = write_plain_workbook([sheet])
    stem, mark = upload.file_name.rpartition(".")[0] or key, gettext("faults marked")
    return download(content, f"{stem}-{mark}.xlsx")


@import_views.get("/registry/<key>/import/<token>/preview.xlsx")
@needs(Permission.WRITE_REGISTRY)
def whole_preview(key: str, token: str) -> Response:
    upload = _upload(key, token)
    preview = _preview(upload)
    showing = Showing(db.session, reader_language(), gettext)
    added = showing.changes(preview.of(ChangeKind.ADDED))
    changed = showing.changes(preview.of(ChangeKind.CHANGED, ChangeKind.RESTORED))
    sheets = [
        change_sheet(added, title=gettext("Added"), translate=gettext),
        change_sheet(changed, title=gettext("Changed"), translate=gettext),
        fault_sheet(preview.faults, title=gettext("Faults"), translate=gettext),
        fault_sheet(preview.warnings, title=gettext("Doubtful"), translate=gettext),
    ]
    mark = gettext("preview")
    return download(write_plain_workbook(sheets), f"{key}-{mark}.xlsx")


def _may_import(key: str) -> bool:
    return may(Permission.WRITE_REGISTRY) and key in importable_keys(_scope())


def _choose_page(key: str, fault: str | None = None) -> str:
    kind = KINDS.get(key)
    return render_template(
        "registry/import_file.html",
        key=key,
        kind=_kind_names()[key],
        has_place=key == SCENARIO or (kind is not None and kind.has_place),
        takes_parcels=key == "fields",
        is_folder=key == SCENARIO,
        columns=[] if kind is None else [(column.name(reader_language()), column.required) for column in kind.columns],
        importable=[(other, _kind_names()[other]) for other in importable_keys(_scope())],
        may_scenario=_scope() is None,
        largest_mb=LIMITS.file_bytes // 1_000_000,
        fault=fault,
    )


def _preview_page(upload: RegistryUpload, preview: ImportPreview, note: str | None = None) -> str:
    showing = Showing(db.session, reader_language(), gettext)
    changed = preview.of(ChangeKind.CHANGED, ChangeKind.RESTORED)
    # First what the file is about, then what comes with it, such as growers.
    added = sorted(preview.of(ChangeKind.ADDED), key=lambda change: change.key != upload.key)
    missing = [(key, name) for key, names in preview.missing.items() for name in names]
    reasons = {_REASONS, gettext(_REASONS)}
    return render_template(
        "registry/import_preview.html",
        upload=upload,
        kind=_kind_names()[upload.key],
        preview=preview,
        note=note,
        counts=_count_rows(preview),
        added=showing.changes(added[:LIST_ROWS], members=_ADDED_MEMBERS),
        changed=showing.changes(changed[:LIST_ROWS]),
        missing=[(key, record) for key, name in missing[:LIST_ROWS] for record in showing.records(key, [name])],
        totals={"added": len(added), "changed": len(changed), "missing": len(missing)},
        faults=preview.faults[:FAULT_ROWS],
        warnings=preview.warnings[:FAULT_ROWS],
        reason_text=lambda message: message.text(gettext),
        unknown=[heading for heading in preview.unknown_headings if heading not in reasons],
        is_folder=upload.key == SCENARIO,
        list_rows=LIST_ROWS,
    )


def _count_rows(preview: ImportPreview) -> list[tuple[str, str, int, int, int, int]]:
    """By kind: its key and name, and how many records are added, changed, left as they are, not named."""
    counts = preview.counts()
    return [
        (
            key,
            _kind_names()[key],
            counts.get(key, {}).get(ChangeKind.ADDED, 0),
            sum(counts.get(key, {}).get(kind, 0) for kind in (ChangeKind.CHANGED, ChangeKind.RESTORED)),
            preview.unchanged.get(key, 0),
            len(preview.missing.get(key, ())),
        )
        for key in KINDS
        if key in counts or key in preview.unchanged or key in preview.missing
    ]


def _preview(upload: RegistryUpload) -> ImportPreview:
    read = _read(upload.content, upload.key, upload.coordinate_system)
    return preview_of(db.session, read, scope=_scope())


def _read(content: bytes, key: str, system: str) -> FileRead:
    reader = current_app.extensions[_SCENARIO_READER]
    return read_file(content, key, system=CoordinateSystem(system), read_scenario=reader)


def _upload(key: str, token: str) -> RegistryUpload:
    upload = upload_of(db.session, token, account_id=current_user.id)
    if upload is None or upload.key != key:
        raise Refusal(UPLOAD_OVER)
    refuse_other_keys(key, _scope())
    return upload


def _scope() -> Scope | None:
    return writing_scope(current_user)


def _kind_names() -> dict[str, str]:
    return kind_names(reader_language(), gettext)


def _too_large(error: RequestEntityTooLarge) -> Any:
    return current_app.handle_user_exception(Refusal(FILE_TOO_LARGE))
