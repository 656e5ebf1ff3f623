"""The bank's list of movements: choose it, look at what it says, take it in."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.accounts.permissions import Permission, needs
from app.billing.payments.bank_files import BANK_TABLE, judge_bank_file, take_in_bank_file
from app.billing.queries import names_of
from app.database.engine import db
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
_KEY = "bank_lines"
_SHOWN_ROWS = 200
_FORM_BYTES = 100_000

bank_file_views = Blueprint("bank_files", __name__)


@bank_file_views.post("/money/payments/file")
@needs(Permission.KEEP_MONEY)
@takes_up_to(LIMITS.file_bytes + _FORM_BYTES)
def upload_file() -> Response:
    chosen = request.files.get("file")
    content = chosen.read() if chosen is not None else b""
    if chosen is None or not chosen.filename:
        flash(gettext("Choose a file."), "error")
        return redirect(url_for("payments.payments"))
    try:
        check_size(content, LIMITS)
    except FileRefused as refused:
        flash(refused.reason.text(gettext), "error")
        return redirect(url_for("payments.payments"))
    upload = keep_upload(
        db.session,
        account_id=current_user.id,
        key=_KEY,
        file_name=chosen.filename,
        content=content,
        system=CoordinateSystem.WGS84,
    )
    address = url_for("bank_files.preview", token=upload.token)
    db.session.commit()
    return redirect(address)


@bank_file_views.get("/money/payments/file/template.xlsx")
@needs(Permission.KEEP_MONEY)
def template() -> Response:
    return download(
        template_workbook([BANK_TABLE], language=reader_language(), translate=gettext), "bank-movements-template.xlsx"
    )


@bank_file_views.get("/money/payments/file/<token>")
@needs(Permission.KEEP_MONEY)
def preview(token: str) -> str:
    upload = _upload(token)
    judged = judge_bank_file(db.session, upload.content)
    return render_template(
        "billing/bank_file_preview.html",
        upload=upload,
        judged=judged,
        faults=judged.read.faults[:_SHOWN_ROWS],
        lines=judged.lines[:_SHOWN_ROWS],
        names=names_of(db.session),
        reason_text=lambda message: message.text(gettext),
    )


@bank_file_views.post("/money/payments/file/<token>/take-in")
@needs(Permission.KEEP_MONEY)
def take_in(token: str) -> Response:
    upload = _upload(token)
    _file, lines = take_in_bank_file(db.session, upload.content, name=upload.file_name)
    db.session.delete(upload)
    count = len(lines)
    db.session.commit()
    flash(ngettext("%(num)s movement was stored.", "%(num)s movements were stored.", count), "success")
    return redirect(url_for("payments.payments"))


@bank_file_views.post("/money/payments/file/<token>/discard")
@needs(Permission.KEEP_MONEY)
def discard(token: str) -> Response:
    db.session.delete(_upload(token))
    db.session.commit()
    flash(gettext("The file was dropped. Nothing was changed."), "success")
    return redirect(url_for("payments.payments"))


def _upload(token: str) -> RegistryUpload:
    upload = upload_of(db.session, token, account_id=current_user.id)
    if upload is None or upload.key != _KEY:
        raise Refusal(UPLOAD_OVER)
    return upload
