"""Plants' weights from a file: choose it, look at what it says, take it in."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.permissions import Permission, needs
from app.database.engine import db
from app.deliveries.names import place_names
from app.deliveries.page_scope import own_plants, own_side
from app.deliveries.texts import LINE_TEXTS
from app.deliveries.weight_files import WEIGHT_TABLE, judge_weight_file, take_in_weights
from app.downloads import download
from app.errors import UPLOAD_OVER, Refusal
from app.file_exchange.archives import check_size
from app.file_exchange.coordinates import CoordinateSystem
from app.file_exchange.messages import FileRefused
from app.file_exchange.workbooks_out import template_workbook
from app.form_sizes import takes_up_to
from app.i18n import reader_language
from app.registry.importing.files import LIMITS
from app.registry.importing.models import RegistryUpload
from app.registry.importing.uploads import keep_upload, upload_of

# Under this word the file waits with those of the register.
_KEY = "plant_weights"
_SHOWN_ROWS = 200
_FORM_BYTES = 100_000

weight_file_views = Blueprint("weight_files", __name__, template_folder="templates")


@weight_file_views.get("/deliveries/weights/file")
@needs(Permission.WRITE_PLANT_WEIGHTS)
def choose_file() -> str:
    return _choose_page()


@weight_file_views.post("/deliveries/weights/file")
@needs(Permission.WRITE_PLANT_WEIGHTS)
@takes_up_to(LIMITS.file_bytes + _FORM_BYTES)
def upload_file() -> BaseResponse | tuple[str, int]:
    chosen = request.files.get("file")
    content = chosen.read() if chosen is not None else b""
    if chosen is None or not chosen.filename:
        return _choose_page(gettext("Choose a file.")), 422
    try:
        check_size(content, LIMITS)
    except FileRefused as refused:
        return _choose_page(refused.reason.text(gettext)), 422
    upload = keep_upload(
        db.session,
        account_id=current_user.id,
        key=_KEY,
        file_name=chosen.filename,
        content=content,
        system=CoordinateSystem.WGS84,
    )
    address = url_for("weight_files.preview", token=upload.token)
    db.session.commit()
    return redirect(address)


@weight_file_views.get("/deliveries/weights/file/template.xlsx")
@needs(Permission.WRITE_PLANT_WEIGHTS)
def template() -> Response:
    return download(
        template_workbook([WEIGHT_TABLE], language=reader_language(), translate=gettext), "plant-weights-template.xlsx"
    )


@weight_file_views.get("/deliveries/weights/file/<token>")
@needs(Permission.WRITE_PLANT_WEIGHTS)
def preview(token: str) -> str:
    upload = _upload(token)
    judged = judge_weight_file(db.session, upload.content, own_plants(Permission.WRITE_PLANT_WEIGHTS))
    lines = sorted(judged.lines, key=lambda line: list(LINE_TEXTS).index(line.kind))
    return render_template(
        "deliveries/weight_file_preview.html",
        upload=upload,
        judged=judged,
        faults=judged.faults[:_SHOWN_ROWS],
        lines=lines[:_SHOWN_ROWS],
        names=place_names(db.session, (line.load.delivery for line in lines[:_SHOWN_ROWS])),
        line_texts=LINE_TEXTS,
        reason_text=lambda message: message.text(gettext),
    )


@weight_file_views.post("/deliveries/weights/file/<token>/take-in")
@needs(Permission.WRITE_PLANT_WEIGHTS)
def take_in(token: str) -> BaseResponse:
    upload = _upload(token)
    file = take_in_weights(
        db.session,
        upload.content,
        name=upload.file_name,
        side=own_side(Permission.WRITE_PLANT_WEIGHTS),
        plants=own_plants(Permission.WRITE_PLANT_WEIGHTS),
    )
    db.session.delete(upload)
    count = file.weights
    db.session.commit()
    flash(ngettext("%(num)s weight was stored.", "%(num)s weights were stored.", count), "success")
    return redirect(url_for("deliveries.deliveries"))


@weight_file_views.post("/deliveries/weights/file/<token>/discard")
@needs(Permission.WRITE_PLANT_WEIGHTS)
def discard(token: str) -> BaseResponse:
    db.session.delete(_upload(token))
    db.session.commit()
    flash(gettext("The file was dropped. Nothing was changed."), "success")
    return redirect(url_for("weight_files.choose_file"))


def _upload(token: str) -> RegistryUpload:
    upload = upload_of(db.session, token, account_id=current_user.id)
    if upload is None or upload.key != _KEY:
        raise Refusal(UPLOAD_OVER)
    return upload


def _choose_page(fault: str | None = None) -> str:
    return render_template(
        "deliveries/weight_file.html",
        fault=fault,
        columns=[(column.name(reader_language()), column.required) for column in WEIGHT_TABLE.columns],
        largest_mb=LIMITS.file_bytes // 1_000_000,
    )
