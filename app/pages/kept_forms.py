"""A form that comes when its session is over: the answer says so, keeps what was typed, and sends it again."""

from __future__ import annotations

import re
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, current_app, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError

from app.accounts.permissions import Door, access_of
from app.errors import DATA_PREFIX

Answer = tuple[str, int]
_FORM_KINDS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_TOKEN = "csrf_token"
# These are typed anew: what is secret stands on no page.
_SECRET = re.compile("password|passcode|pin|secret|again|^code$", re.IGNORECASE)


def set_up_kept_forms(app: Flask) -> None:
    """Comes before the accounts, whose checks would send such a form away, and after the error pages."""
    app.before_request(_keep_when_logged_out)
    app.register_error_handler(CSRFError, _keep_when_token_is_old)


def _keep_when_logged_out() -> Answer | None:
    if request.method != "POST" or request.endpoint is None or not _is_own_form():
        return None
    access = access_of(current_app, request.endpoint)
    if current_user.is_authenticated or (isinstance(access, Door) and access is not Door.MEMBERS):
        return None
    return _kept(HTTPStatus.UNAUTHORIZED)


def _keep_when_token_is_old(error: CSRFError) -> Answer | CSRFError:
    return _kept(HTTPStatus.BAD_REQUEST) if _is_own_form() else error


def _is_own_form() -> bool:
    """Whether a page of this site sent it: for another's, nobody must be led to send it again with a good token."""
    origin = urlsplit(request.headers.get("Origin", "")).netloc
    return origin == request.host and request.mimetype in _FORM_KINDS and not request.path.startswith(DATA_PREFIX)


def _kept(status: HTTPStatus) -> Answer:
    typed = [(name, value) for name, value in request.form.items(multi=True) if name != _TOKEN]
    page = render_template(
        "errors/kept_form.html",
        address=request.full_path.rstrip("?"),
        logged_out=status is HTTPStatus.UNAUTHORIZED,
        kept=[(name, value) for name, value in typed if not _SECRET.search(name)],
        secrets=[name for name, _value in typed if _SECRET.search(name)],
        files=[(name, file.filename) for name, file in request.files.items(multi=True) if file.filename],
        encoding=request.mimetype,
    )
    return page, status
