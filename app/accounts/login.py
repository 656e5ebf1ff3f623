"""Who may see what: nothing without a login, except what the login page itself needs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, abort, current_app, redirect, request, url_for
from flask_login import current_user
from flask_security import FSQLALiteUserDatastore, Security
from flask_security.decorators import default_unauthn_handler
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response

from app.accounts.device_models import Device
from app.accounts.device_requests import come_back_here, device_here, program_device, set_up_device_requests
from app.accounts.login_form import ThrottledLoginForm
from app.accounts.models import Account, Role
from app.accounts.permissions import BY_PIN_TOO, Door, Permission, access_of
from app.accounts.roles import permissions_of
from app.accounts.scope import roles_held
from app.accounts.two_factor import KeptAsDigests, OneTimeCodes, must_set_up, second_factor_settings
from app.accounts.two_factor_login import NoRescueForm, ThrottledCodeForm, ThrottledRecoveryForm, owes_code
from app.accounts.two_factor_views import SET_UP_ENDPOINTS, account_views
from app.database.engine import db, set_reading
from app.errors import DATA_PREFIX, DEVICE_NEEDED, LOGIN_NEEDED, NOT_ALLOWED, SECOND_FACTOR_NEEDED, Refusal

_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# They read, hash or look at a code, and read again: what they write are short transactions of their own.
_READS_FIRST = frozenset(
    {
        "security.login",
        "security.two_factor_token_validation",
        "security.mf_recovery",
        "account.confirm_setup",
        "account.new_codes",
        "account.second_factor_off",
        "tablet_records.receive",
    }
)


def set_up_reading(app: Flask) -> None:
    """Say of each request whether it only reads; comes before everything that looks into the database."""
    app.before_request(_say_whether_reading)
    app.teardown_request(_forget_whether_reading)


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
    app.config.update(second_factor_settings(app.config["SECRET_KEY"]))
    _CsrfProtect(app)
    Security(
        app,
        FSQLALiteUserDatastore(db, Account, Role),
        login_form=ThrottledLoginForm,
        two_factor_verify_code_form=ThrottledCodeForm,
        two_factor_rescue_form=NoRescueForm,
        mf_recovery_form=ThrottledRecoveryForm,
        totp_cls=OneTimeCodes,
        mf_recovery_codes_util_cls=KeptAsDigests,
    )
    # nobody has a token of the library: without this it looks for one in the whole of whatever a program sends
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    app.register_blueprint(account_views)
    set_up_device_requests(app)
    app.before_request(_let_in)
    app.context_processor(lambda: {"may": may, "Permission": Permission})


def _say_whether_reading() -> None:
    set_reading(request.method in _READING_METHODS or request.endpoint in _READS_FIRST)


def _forget_whether_reading(_error: BaseException | None) -> None:
    set_reading(False)


def may(permission: Permission) -> bool:
    """Whether whoever asks now may do this."""
    return current_user.is_authenticated and permission in permissions_of(
        kind.name for kind in roles_held(current_user)
    )


def _let_in() -> Response | None:
    """Whoever has no login is asked for one; who has one needs what the route declares."""
    access = access_of(current_app, request.endpoint) if request.endpoint else Door.MEMBERS
    if access in (Door.ANYONE, Door.PROGRAMS):
        return None
    if access in (Door.DEVICES, Door.TABLETS):
        return _let_device_in(program_device() if access is Door.DEVICES else device_here())
    if access is Door.HALFWAY and (current_user.is_authenticated or owes_code()):
        return redirect("/") if current_user.is_authenticated else None
    if not current_user.is_authenticated:
        if request.path.startswith(DATA_PREFIX):
            raise Refusal(LOGIN_NEEDED)
        if device_here() is not None:
            come_back_here()
            return redirect(url_for("tablet.names"))
        answer: Response = default_unauthn_handler()  # type: ignore[no-untyped-call]
        return answer
    if access is Door.NOBODY:
        abort(404)
    # with a PIN nobody does what offices may do
    if current_user.signed_in_at is None and must_set_up(current_user) and request.endpoint not in SET_UP_ENDPOINTS:
        if request.path.startswith(DATA_PREFIX):
            raise Refusal(SECOND_FACTOR_NEEDED)
        return redirect(url_for("account.setup_page"))
    if access is Door.MEMBERS and (current_user.signed_in_at is None or request.endpoint in {None, *BY_PIN_TOO}):
        return None
    if isinstance(access, Permission) and may(access):
        return None
    raise Refusal(NOT_ALLOWED)


def _let_device_in(device: Device | None) -> Response | None:
    if device is not None:
        return None
    if request.path.startswith(DATA_PREFIX):
        raise Refusal(DEVICE_NEEDED)
    return redirect(url_for("enrolment.code_page"))


class _CsrfProtect(CSRFProtect):  # type: ignore[misc]
    """Not asked of programs: no other site can make a browser send a tablet's header, or knows the token of another,
    and a cookie does not let them in."""

    def protect(self, *args: Any, **kwargs: Any) -> None:
        if request.endpoint is None or access_of(current_app, request.endpoint) not in (Door.DEVICES, Door.PROGRAMS):
            super().protect(*args, **kwargs)
