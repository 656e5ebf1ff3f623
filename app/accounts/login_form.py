"""The login form: as the library has it, but who was wrong too often has to wait."""

from __future__ import annotations

import threading
import time
from typing import Any

from flask import current_app, request, session
from flask_babel import gettext
from flask_security.forms import LoginForm
from sqlalchemy import inspect

from app.accounts.audit_logins import note_lock_out, note_wrong_login
from app.accounts.throttle import Caller, caller, count_wrong, forgive, minutes_to_wait
from app.database.engine import db

# Passwords that one process hashes at a time: a flood of logins must leave it threads and cores for everybody else.
HASHING = threading.BoundedSemaphore(2)
_LONGEST_QUEUE_S = 0.2
# In the session: when the password was right. Who has a second factor is not logged in by that.
PASSWORD_GIVEN_AT = "password_given_at"


class ThrottledLoginForm(LoginForm):
    """Counts wrong logins over all processes, and hashes no password of whoever has to wait."""

    def validate(self, **kwargs: Any) -> bool:
        who = self._caller()
        wait_min = minutes_to_wait(db.engine, who)
        if wait_min:
            self.form_errors.append(gettext("Too many tries. Try again in %(minutes)s min.", minutes=wait_min))
            return False
        if not HASHING.acquire(timeout=_LONGEST_QUEUE_S):
            self.form_errors.append(gettext("Many logins at once just now. Try again in a moment."))
            return False
        try:
            right = bool(super().validate(**kwargs))
        finally:
            HASHING.release()
        if not right:
            count_wrong(db.engine, who)
            note_wrong_login(self.user)
            note_lock_out(self.user, minutes_to_wait(db.engine, who))
            return False
        forgive(db.engine, who)
        session[PASSWORD_GIVEN_AT] = int(time.time())
        if inspect(self.user).modified:
            # A login only reads, so that no writer waits while a password is hashed: a hash that the library would
            # renew stays as it is until its owner chooses another password.
            db.session.expire(self.user)
        return True

    def _caller(self) -> Caller:
        return caller(self.email.data or "", request.remote_addr or "", key=current_app.config["SECRET_KEY"])
