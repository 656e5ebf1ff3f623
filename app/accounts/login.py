"""Who may see what: nothing without a login, except what the login page itself needs."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, current_app, request
from flask_login import current_user
from flask_security import FSQLALiteUserDatastore, Security
from flask_security.decorators import default_unauthn_handler
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response

from app.accounts.login_form import ThrottledLoginForm
from app.accounts.models import Account, Role
from app.accounts.permissions import Door, Permission, access_of
from app.accounts.roles import permissions_of
from app.database.engine import db, set_reading
from app.errors import DATA_PREFIX, LOGIN_NEEDED, NOT_ALLOWED, Refusal

_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def set_up_accounts(app: Flask) -> None:
    """Let everybody in where the route says so, and ask for a CSRF token with everything that changes state."""
    app.config.setdefault("SECURITY_EMAIL_VALIDATOR_ARGS", {"check_deliverability": False})
    app.config.setdefault("SECURITY_RETURN_GENERIC_RESPONSES", True)
    # the library also takes a password that is stored as it is
    app.config.setdefault("SECURITY_PASSWORD_SCHEMES", ["argon2"])
    app.config.setdefault("SECURITY_DEPRECATED_PASSWORD_SCHEMES", [])
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
    Security(app, FSQLALiteUserDatastore(db, Account, Role), login_form=ThrottledLoginForm)
    app.before_request(_let_in)
    app.context_processor(lambda: {"may": may, "Permission": Permission})


def _say_whether_reading() -> None:
    # a login reads, hashes and reads again: what it writes are short transactions of their own
    set_reading(request.method in _READING_METHODS or request.endpoint == "security.login")


def _forget_whether_reading(_error: BaseException | None) -> None:
    set_reading(False)


def may(permission: Permission) -> bool:
    """Whether whoever asks now may do this."""
    return current_user.is_authenticated and permission in permissions_of(role.name for role in current_user.roles)


def _let_in() -> Response | None:
    """Whoever has no login is asked for one; who has one needs what the route declares."""
    access = access_of(current_app, request.endpoint) if request.endpoint else Door.MEMBERS
    if access in (Door.ANYONE, Door.PROGRAMS):
        return None
    if not current_user.is_authenticated:
        if request.path.startswith(DATA_PREFIX):
            raise Refusal(LOGIN_NEEDED)
        answer: Response = default_unauthn_handler()  # type: ignore[no-untyped-call]
        return answer
    if access is Door.MEMBERS or (isinstance(access, Permission) and may(access)):
        return None
    raise Refusal(NOT_ALLOWED)
