"""What the web app tells the audit trail: who acts in a request, and who logs in, in vain, and out.

Logins are written when the view is done, each in a short transaction of its own: a login itself only reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, g, request, request_started
from flask_login import current_user, user_logged_out
from flask_security import UserMixin, user_authenticated, user_failed_authn
from sqlalchemy.orm import Session

from app.accounts.actors import Actor, ActorKind, set_actor
from app.accounts.audit import record
from app.accounts.device_requests import asking_device
from app.accounts.models import Account
from app.accounts.permissions import Door, access_of
from app.database.engine import db, write_from_here

LOGGED_IN, LOGIN_FAILED, LOGGED_OUT = "login.right", "login.wrong", "login.ended"
LOCKED_OUT = "login.locked"
PROOF_REFUSED = "account.proof_refused"


@dataclass(frozen=True, slots=True)
class _Event:
    what: str
    account_id: int | None
    after: Mapping[str, object] | None
    actor: Actor


def watch_requests(app: Flask) -> None:
    """Let everything that is recorded in a request say who asked for it, and record every login."""
    # By signal: requests that are refused early have an actor too.
    request_started.connect(_who_asks, app)
    app.teardown_request(lambda _error: set_actor(None))
    user_authenticated.connect(_logged_in, app)
    user_failed_authn.connect(_second_factor_failed, app)
    user_logged_out.connect(_logged_out, app)
    app.after_request(_write_events)


def note_wrong_login(account: UserMixin | None) -> None:
    """A name and password were looked at and refused. What was typed is kept nowhere: people type their password into
    the wrong field."""
    reason = "no such account" if account is None else "wrong" if account.active else "account is closed"
    _note(LOGIN_FAILED, account, _visitor(), {"reason": reason})


def note_lock_out(account: UserMixin | None, minutes: int) -> None:
    """Whoever was wrong just now has been wrong so often that they wait from here on."""
    if minutes:
        _note(LOCKED_OUT, account, _visitor(), {"minutes": minutes})


def note_refused_proof(account: Account, reason: str) -> None:
    """Somebody who is logged in could not show once more that they are the owner of the account."""
    _note(PROOF_REFUSED, account, _person(account), {"reason": reason})


def _who_asks(_app: Flask, **_more: Any) -> None:
    set_actor(_asking)


def _logged_in(_app: Flask, *, user: Account, authn_via: list[str] | None = None, **_more: Any) -> None:
    _note(LOGGED_IN, user, _person(user), {"by": authn_via or g.get("login_by", [])})


def _second_factor_failed(_app: Flask, *, user: Account, tfa: bool = False, **_more: Any) -> None:
    if tfa:  # the first one's failures come by note_wrong_login, those without an account too
        _note(LOGIN_FAILED, user, _visitor(), {"reason": "wrong second factor"})


def _logged_out(_app: Flask, *, user: Any, **_more: Any) -> None:
    if user is not None and user.is_authenticated:
        _note(LOGGED_OUT, user, _person(user), None)


def _note(what: str, account: UserMixin | None, actor: Actor, after: Mapping[str, object] | None) -> None:
    events: list[_Event] = g.setdefault("login_events", [])
    events.append(_Event(what, None if account is None else account.id, after, actor))


def _write_events(response: Response) -> Response:
    events: list[_Event] = g.pop("login_events", [])
    if events:
        write_from_here()  # the view is done; what it still held would stand in the way of the next writer
        with Session(db.engine) as session:
            for event in events:
                record(
                    session,
                    what=event.what,
                    subject_kind="account",
                    subject_id="" if event.account_id is None else event.account_id,
                    after=event.after,
                    actor=event.actor,
                )
            session.commit()
    return response


def _person(account: Account) -> Actor:
    return Actor(kind=ActorKind.ACCOUNT, name=account.name, where_from=_address(), account_id=account.id)


def _visitor() -> Actor:
    return Actor(kind=ActorKind.VISITOR, name="", where_from=_address())


def _asking() -> Actor:
    """Where programs of a tablet send something, whoever is signed in on it did not."""
    by_program = request.endpoint is not None and access_of(current_app, request.endpoint) is Door.DEVICES
    if current_user.is_authenticated and not by_program:
        return _person(current_user)
    device = asking_device()
    if device is None:
        return _visitor()
    return Actor(kind=ActorKind.DEVICE, name=device.name, where_from=_address())


def _address() -> str:
    """The network address, and the enrolled device where it is one."""
    device, address = asking_device(), request.remote_addr or ""
    return address if device is None else f"{address} · {device.name} ({device.id})"
