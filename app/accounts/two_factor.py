"""The second factor of office accounts: a code from an app on the owner's phone, and recovery codes on paper.

Flask-Security keeps the secrets and looks at the codes; here is what it leaves to us: whose accounts need one, that no
code is taken twice, and what an administrator may do. Nothing here commits, except what says so.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from flask import current_app
from flask_security import Totp
from flask_security.recovery_codes import MfRecoveryCodesUtil
from passlib.exc import TokenError, UsedTokenError  # type: ignore[import-untyped]
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.accounts.audit import record
from app.accounts.models import Account
from app.accounts.qr_codes import qr_image
from app.accounts.roles import BY_NAME
from app.accounts.throttle import forget_tries
from app.clock import now
from app.database.engine import db, writing

OPTIONAL, REQUIRED = "optional", "required"
AUTHENTICATOR = "authenticator"
RECOVERY_CODES = 10
# How far the clock of a phone may be off.
WINDOW_S = 30


class OneTimeCodes(Totp):
    """The library's codes, each of which works once, however many processes look at it at the same moment."""

    def get_last_counter(self, user: Any) -> int | None:
        counter: int | None = user.tf_last_counter
        return counter

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Note in a short transaction of its own that the code is used up; raises UsedTokenError if it is already."""
        unused = or_(Account.tf_last_counter.is_(None), Account.tf_last_counter < tmatch.counter)
        same = (Account.id == user.id, Account.tf_totp_secret == user.tf_totp_secret)
        with writing(), db.engine.begin() as connection:
            used = connection.execute(update(Account).where(*same, unused).values(tf_last_counter=tmatch.counter))
        if used.rowcount != 1:
            raise UsedTokenError

    def counter_of(self, code: str, secret: str) -> int | None:
        """The number of the code that this secret gives around now; None for a code that is not among them."""
        try:
            return int(self._totp.verify(code, secret, window=WINDOW_S).counter)
        except TokenError:
            return None

    def generate_qrcode(self, username: str, totp: str) -> str:
        return qr_image(self.get_totp_uri(username, totp))


class KeptAsDigests(MfRecoveryCodesUtil):
    """Recovery codes of which only keyed digests are stored: they are shown when they are made, and never again."""

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """Whether the code is one of the account's; it is used up then, in a short transaction of its own."""
        digest = _digest(code)
        with writing(), Session(db.engine) as session:
            # one after the other, so that a code opens one door only
            account = session.scalars(select(Account).where(Account.id == user.id).with_for_update()).one()
            if digest not in (account.mf_recovery_codes or ()):
                return False
            account.mf_recovery_codes = [kept for kept in account.mf_recovery_codes or () if kept != digest]
            session.commit()
        return True

    def delete_recovery_code(self, user: Any, code: str) -> bool:
        return True  # used up when it was looked at

    def _encrypt_codes(self, codes: list[str]) -> list[str]:
        return [_digest(code) for code in codes]


def second_factor_settings(secret_key: str) -> dict[str, object]:
    """What Flask-Security is to do with it."""
    return {
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": [AUTHENTICATOR],
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": WINDOW_S,
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL": "/login/code",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": RECOVERY_CODES,
        "SECURITY_MULTI_FACTOR_RECOVERY_URL": "/login/recovery-code",
        "SECURITY_TOTP_ISSUER": "Strawline",
        "SECURITY_TOTP_SECRETS": {"1": hmac.new(secret_key.encode(), b"totp", hashlib.sha256).hexdigest()},
    }


def has_second_factor(account: Account) -> bool:
    """Whether a code is asked for when the account logs in."""
    return bool(account.tf_totp_secret and account.tf_primary_method)


def is_office(account: Account) -> bool:
    """Whether one of the account's roles is an office role: those can be asked for a second factor."""
    return any(BY_NAME[role.name].office for role in account.roles if role.name in BY_NAME)


def must_set_up(account: Account) -> bool:
    """Whether the account has to set up its second factor before anything else."""
    return is_required() and is_office(account) and not has_second_factor(account)


def is_required() -> bool:
    """Whether this installation asks every office account for a second factor."""
    return bool(current_app.extensions["strawline.config"].second_factor == REQUIRED)


def set_up(session: Session, account: Account, *, secret: str, counter: int) -> list[str]:
    """Ask for codes of this secret from now on and return the recovery codes; all sessions of the account end.

    `counter`: of the code that showed that the owner's app has the secret; it is used up.
    """
    security = current_app.extensions["security"]
    security.datastore.tf_set(account, AUTHENTICATOR, totp_secret=secret)
    account.tf_set_up_at, account.tf_last_counter = now(), counter
    account.fs_uniquifier = uuid4().hex
    codes: list[str] = security.mf_recovery_codes_util.create_recovery_codes(account)
    forget_tries(session, account.id, key=current_app.config["SECRET_KEY"])
    session.flush()
    _note(session, "account.second_factor_set_up", account, before={"second_factor": "off"})
    return codes


def renew_codes(session: Session, account: Account) -> list[str]:
    """Return new recovery codes; the old ones are void."""
    before = _said_of(account)
    codes: list[str] = current_app.extensions["security"].mf_recovery_codes_util.create_recovery_codes(account)
    session.flush()
    _note(session, "account.codes_renewed", account, before=before)
    return codes


def turn_off(session: Session, account: Account) -> None:
    """Its owner wants no second factor any more."""
    _take_away(session, account, "account.second_factor_off")


def reset(session: Session, account: Account) -> None:
    """Somebody else takes the second factor away, because its owner has lost it; all sessions of the account end."""
    account.fs_uniquifier = uuid4().hex
    _take_away(session, account, "account.second_factor_reset")


def codes_left(account: Account) -> int:
    """How many recovery codes have not been used."""
    return len(account.mf_recovery_codes or ())


def _take_away(session: Session, account: Account, what: str) -> None:
    before = _said_of(account)
    current_app.extensions["security"].datastore.tf_reset(account)
    account.tf_set_up_at = account.tf_last_counter = account.mf_recovery_codes = None
    forget_tries(session, account.id, key=current_app.config["SECRET_KEY"])
    session.flush()
    _note(session, what, account, before=before)


def _note(session: Session, what: str, account: Account, *, before: Mapping[str, object]) -> None:
    record(session, what=what, subject_kind="account", subject_id=account.id, before=before, after=_said_of(account))


def _said_of(account: Account) -> dict[str, object]:
    if not has_second_factor(account):
        return {"second_factor": "off"}
    return {"second_factor": "on", "codes_left": codes_left(account)}


def _digest(code: str) -> str:
    plain = "".join(code.split()).replace("-", "").lower()
    return hmac.new(current_app.config["SECRET_KEY"].encode(), f"recovery code {plain}".encode(), "sha256").hexdigest()
