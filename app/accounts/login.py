"""Who may see what: nothing without a login, except what the login page itself needs."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, request
from flask_login import current_user
from flask_security import FSQLALiteUserDatastore, Security
from flask_security.decorators import default_unauthn_handler
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response

from app.accounts.models import Account, Role
from app.database.engine import db, set_reading
from app.errors import DATA_PREFIX, LOGIN_NEEDED, Refusal

OPEN_ENDPOINTS = frozenset({"static", "security.login", "language.switch_language"})
_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def set_up_accounts(app: Flask) -> None:
    """Ask for a login everywhere but at OPEN_ENDPOINTS, and for a CSRF token with everything that changes state."""
    app.config.setdefault("SECURITY_EMAIL_VALIDATOR_ARGS", {"check_deliverability": False})
    app.config.setdefault("SECURITY_RETURN_GENERIC_RESPONSES", True)
    app.config.setdefault("SECURITY_LOGOUT_METHODS", ["POST"])
    app.config.setdefault("SECURITY_POST_LOGOUT_VIEW", "/login")
    # Pages that we do not have: confirming a fresh login, the extension's own files.
    app.config.setdefault("SECURITY_FRESHNESS", timedelta(seconds=-1))
    app.config.setdefault("SECURITY_STATIC_FOLDER", None)
    app.config.setdefault("SECURITY_STATIC_FOLDER_URL", None)
    app.config.setdefault("SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS", False)
    app.before_request(_say_whether_reading)
    app.teardown_request(_forget_whether_reading)
    CSRFProtect(app)
    Security(app, FSQLALiteUserDatastore(db, Account, Role))
    app.before_request(_ask_for_login)


def _say_whether_reading() -> None:
    set_reading(request.method in _READING_METHODS)


def _forget_whether_reading(_error: BaseException | None) -> None:
    set_reading(False)


def _ask_for_login() -> Response | None:
    if request.endpoint in OPEN_ENDPOINTS or current_user.is_authenticated:
        return None
    if request.path.startswith(DATA_PREFIX):
        raise Refusal(LOGIN_NEEDED)
    answer: Response = default_unauthn_handler()  # type: ignore[no-untyped-call]
    return answer
