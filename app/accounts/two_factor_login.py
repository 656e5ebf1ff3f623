"""The second step of a login: the code of the app, or a recovery code, and how often either may be wrong."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Callable
from typing import Any

from flask import current_app, flash, g, request, session
from flask_babel import gettext
from flask_security import verify_password
from flask_security.forms import TwoFactorRescueForm, TwoFactorVerifyCodeForm
from flask_security.recovery_codes import MfRecoveryForm
from wtforms import RadioField  # type: ignore[import-untyped]

from app.accounts.audit_logins import note_refused_proof
from app.accounts.login_form import HASHING, PASSWORD_GIVEN_AT
from app.accounts.models import Account
from app.accounts.throttle import caller, code_caller, count_code_try, count_wrong, forgive, minutes_to_wait
from app.accounts.two_factor import WINDOW_S, codes_left, has_second_factor
from app.database.engine import db

# Whoever has given the password has so long to give the code.
HALFWAY_S = 600
_SIX_DIGITS = re.compile("[0-9]{6}")
_LONGEST_QUEUE_S = 5.0


def owes_code() -> bool:
    """Whether the visitor has given the right password just now and owes the code."""
    fresh = time.time() - session.get(PASSWORD_GIVEN_AT, 0) < HALFWAY_S
    return "tf_user_id" in session and session.get("tf_state") == "ready" and fresh


class ThrottledCodeForm(TwoFactorVerifyCodeForm):
    """Asks for the code of the app; tries are counted over all processes."""

    def validate(self, **kwargs: Any) -> bool:
        account = _owner(self)
        self.code.data = plain_code(self.code.data)
        fault = None if _may_come_in(account) else gettext("This account cannot log in.")
        if not fault and not _SIX_DIGITS.fullmatch(self.code.data):
            fault = gettext("A code has six digits.")
        # the library notes a wrong one in the trail
        fault = fault or fault_of_try(account, lambda: super(ThrottledCodeForm, self).validate(**kwargs))
        if fault:
            self.code.errors = [fault]
            return False
        g.login_by = ["password", "authenticator"]
        return True


class ThrottledRecoveryForm(MfRecoveryForm):
    """Asks for a recovery code, which is used up; tries are counted together with those of the app's codes."""

    def validate(self, **kwargs: Any) -> bool:
        account = _owner(self)
        self.code.data = plain_code(self.code.data)
        fault = None if _may_come_in(account) else gettext("This account cannot log in.")
        if not fault and not self.code.data:
            fault = gettext("Type one of your recovery codes.")
        fault = fault or fault_of_try(account, lambda: self._is_right(account, **kwargs))
        if fault:
            self.code.errors = [fault]
            return False
        g.login_by = ["password", "recovery code"]
        # one less than what this request has read
        flash(gettext("Recovery codes left: %(count)s.", count=codes_left(account) - 1), "warning")
        return True

    def _is_right(self, account: Account, **kwargs: Any) -> bool:
        if super().validate(**kwargs):
            return True
        account.track_failed_authn("code", True)
        return False


class NoRescueForm(TwoFactorRescueForm):
    """The library makes this form for the page of the code, which does not show it: help is not sent by mail. Its own
    choices are of a kind that WTForms warns of."""

    help_setup = RadioField(choices=[])


def proof_fault(account: Account, typed: str) -> str | None:
    """What is wrong with the code that a logged-in owner typed, of the app or for recovery; None: it is right, and used
    up."""
    security = current_app.extensions["security"]
    code = plain_code(typed)
    if not code:
        return str(gettext("Type the code that your app shows now."))

    def is_right() -> bool:
        if _SIX_DIGITS.fullmatch(code):
            secret = account.tf_totp_secret
            right = security.totp_factory.verify_totp(token=code, totp_secret=secret, user=account, window=WINDOW_S)
        else:
            right = security.mf_recovery_codes_util.check_recovery_code(account, code)
        if not right:
            note_refused_proof(account, "wrong second factor")
        return bool(right)

    return fault_of_try(account, is_right)


def password_fault(account: Account, typed: str) -> str | None:
    """What is wrong with the password that a logged-in owner typed once more; it is throttled as at the login."""
    who = caller(account.email, request.remote_addr or "", key=current_app.config["SECRET_KEY"])
    wait_min = minutes_to_wait(db.engine, who)
    if wait_min:
        return _too_many(wait_min)
    if not HASHING.acquire(timeout=_LONGEST_QUEUE_S):
        return str(gettext("Many logins at once just now. Try again in a moment."))
    try:
        right = bool(typed) and verify_password(typed, account.password)
    finally:
        HASHING.release()
    if not right:
        count_wrong(db.engine, who)
        note_refused_proof(account, "wrong")
        return str(gettext("The password is wrong."))
    forgive(db.engine, who)
    return None


def fault_of_try(account: Account, is_right: Callable[[], bool]) -> str | None:
    """Count a try of the account's second factor, then let it be looked at; return what is wrong with it."""
    who = code_caller(account.id, request.remote_addr or "", key=current_app.config["SECRET_KEY"])
    wait_min = count_code_try(db.engine, account.id, who)
    if wait_min:
        return _too_many(wait_min)
    if not is_right():
        return str(gettext("This code is wrong, has expired or was used before."))
    forgive(db.engine, who)
    return None


def plain_code(typed: object) -> str:
    """The code without spaces; full-width digits of a Chinese keyboard are digits too."""
    return "".join(unicodedata.normalize("NFKC", str(typed or ""))[:64].split())


def _owner(form: ThrottledCodeForm | ThrottledRecoveryForm) -> Account:
    assert isinstance(form.user, Account)  # the library's views show no form before they have found it
    return form.user


def _may_come_in(account: Account) -> bool:
    return account.active and has_second_factor(account)


def _too_many(wait_min: int) -> str:
    return str(gettext("Too many tries. Try again in %(minutes)s min.", minutes=wait_min))
