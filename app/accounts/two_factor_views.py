"""The page of one's own account, and on it the second factor: setting it up, its recovery codes, turning it off."""

from __future__ import annotations

import time

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_login import current_user, login_user
from itsdangerous import BadData
from werkzeug.wrappers import Response

from app.accounts.models import Account
from app.accounts.permissions import Door, needs
from app.accounts.two_factor import (
    codes_left,
    has_second_factor,
    is_office,
    is_required,
    renew_codes,
    set_up,
    turn_off,
)
from app.accounts.two_factor_login import password_fault, plain_code, proof_fault
from app.database.engine import db, write_from_here
from app.errors import NO_SECOND_FACTOR, Refusal

# What an account that must set up its second factor reaches before that.
SET_UP_ENDPOINTS = frozenset({"account.setup_page", "account.confirm_setup", "security.logout"})
# Whoever logged in longer ago gives the password once more: the desk may have been left.
_FRESH_S = 600
_SET_UP_WITHIN_S = 1800

account_views = Blueprint("account", __name__)


@account_views.get("/account")
@needs(Door.MEMBERS)
def account_page() -> str:
    return _account_page({})


@account_views.get("/account/second-factor")
@needs(Door.MEMBERS)
def setup_page() -> str | Response:
    if has_second_factor(_myself()):
        return redirect(url_for("account.account_page"))
    if not is_office(_myself()):
        raise Refusal(NO_SECOND_FACTOR)
    secret = current_app.extensions["security"].totp_factory.generate_totp_secret()
    return _setup_form(secret, {})


@account_views.post("/account/second-factor")
@needs(Door.MEMBERS)
def confirm_setup() -> str | Response | tuple[str, int]:
    account, secret = _myself(), _shown_secret()
    if has_second_factor(account) or not is_office(account) or secret is None:
        return redirect(url_for("account.setup_page"))
    faults = {}
    if not _is_fresh() and (wrong := password_fault(account, request.form.get("password", ""))):
        faults["password"] = wrong
    code = plain_code(request.form.get("code"))
    counter = current_app.extensions["security"].totp_factory.counter_of(code, secret)
    if counter is None:
        faults["code"] = gettext("This is not the code of this key now. Look whether the clock of the phone is right.")
    if counter is None or faults:
        return _setup_form(secret, faults), 422
    write_from_here()
    codes = set_up(db.session, account, secret=secret, counter=counter)
    # all sessions have ended, and this one begins anew
    login_user(account)
    return _codes_page(codes, is_new=True)


@account_views.post("/account/second-factor/codes")
@needs(Door.MEMBERS)
def new_codes() -> str | tuple[str, int]:
    account = _myself_with_second_factor()
    if fault := proof_fault(account, request.form.get("code", "")):
        return _account_page({"renew-code": fault}), 422
    write_from_here()
    return _codes_page(renew_codes(db.session, account), is_new=False)


@account_views.post("/account/second-factor/off")
@needs(Door.MEMBERS)
def second_factor_off() -> Response | tuple[str, int]:
    account = _myself_with_second_factor()
    if fault := proof_fault(account, request.form.get("code", "")):
        return _account_page({"off-code": fault}), 422
    write_from_here()
    turn_off(db.session, account)
    db.session.commit()
    flash(gettext("The second factor is turned off."), "success")
    return redirect(url_for("account.account_page"))


def _myself() -> Account:
    myself: Account = current_user._get_current_object()
    return myself


def _myself_with_second_factor() -> Account:
    if not has_second_factor(_myself()):
        raise Refusal(NO_SECOND_FACTOR)
    return _myself()


def _is_fresh() -> bool:
    return time.time() - float(session.get("fs_paa", 0)) < _FRESH_S


def _shown_secret() -> str | None:
    """The secret that the form was shown with, for this account and not long ago."""
    try:
        shown = current_app.extensions["security"].tf_setup_serializer.loads(
            request.form.get("shown", ""), max_age=_SET_UP_WITHIN_S
        )
    except BadData:
        return None
    return str(shown["secret"]) if shown["account_id"] == current_user.id else None


def _setup_form(secret: str, faults: dict[str, str]) -> str:
    security = current_app.extensions["security"]
    account = _myself()
    return render_template(
        "accounts/second_factor_setup.html",
        faults=faults,
        values=security.totp_factory.fetch_setup_values(secret, account),
        shown=security.tf_setup_serializer.dumps({"secret": secret, "account_id": account.id}),
        asks_password=not _is_fresh(),
        required=is_required(),
    )


def _codes_page(codes: list[str], *, is_new: bool) -> str:
    page = render_template("accounts/recovery_codes.html", codes=codes, is_new=is_new, account=_myself())
    db.session.commit()
    return page


def _account_page(faults: dict[str, str]) -> str:
    account = _myself()
    return render_template(
        "accounts/account.html",
        account=account,
        role_names=[role.name for role in account.roles],
        faults=faults,
        has_second_factor=has_second_factor(account),
        is_office=is_office(account),
        required=is_required() and is_office(account),
        codes_left=codes_left(account),
    )
