"""From which device a request comes, and who is signed in on it with a PIN.

Pages know the device by a cookie that scripts cannot read; programs on it send another secret in the header
`Authorization: Device …`, which no other site can make a browser send.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Response, current_app, g, request, session
from flask_login import login_user, user_logged_in
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.device_models import Device, PinSession
from app.accounts.devices import device_of_page, device_of_program
from app.accounts.models import Account
from app.accounts.pin_sessions import SessionLimits, open_session
from app.clock import now
from app.config import Config
from app.database.engine import db, write_from_here, writing
from app.errors import DEVICE_NEEDED, Refusal

COOKIE = "strawline_tablet"
# As long as browsers keep one; each sign-in begins it anew.
_COOKIE_S = 400 * 24 * 3600
_SCHEME = "device"
_LONGEST_TOKEN = 100
_SESSION_NUMBER = "pin_session"
_NEXT_PAGE = "tablet_next"
# What is seen of a device is written so often; "idle" is as exact as this.
_SEEN_EVERY = timedelta(minutes=1)


def set_up_device_requests(app: Flask) -> None:
    """Comes after the accounts: whoever signed in with a PIN is let in as long as their session and device last."""
    load = app.login_manager._user_callback  # type: ignore[attr-defined]

    @app.login_manager.user_loader  # type: ignore[attr-defined,untyped-decorator]
    def _load(user_id: str) -> Account | None:
        account: Account | None = load(user_id)
        number = session.get(_SESSION_NUMBER)
        return account if account is None or number is None else _signed_in(account, number)

    app.context_processor(lambda: {"device_here": device_here, "tablet_idle_s": _idle_s})
    user_logged_in.connect(_forget_pin_session, app)
    app.after_request(_note_seen)


def device_here() -> Device | None:
    """The enrolled device whose browser asks; None where it is none or was revoked."""
    device = device_known_here()
    return None if device is None or device.revoked_at is not None else device


def device_known_here() -> Device | None:
    """The same, revoked or not."""
    if "device_known" not in g:
        token = request.cookies.get(COOKIE, "")
        g.device_known = device_of_page(db.session, token) if 0 < len(token) <= _LONGEST_TOKEN else None
    known: Device | None = g.device_known
    return known


def this_device() -> Device:
    """The enrolled device whose browser asks; raises Refusal where it is none."""
    device = device_here()
    if device is None:
        raise Refusal(DEVICE_NEEDED)
    return device


def program_device() -> Device | None:
    """The enrolled device whose program asks, by the secret in its header."""
    if "program_device" not in g:
        scheme, _blank, token = request.headers.get("Authorization", "").partition(" ")
        sent = scheme.lower() == _SCHEME and 0 < len(token) <= _LONGEST_TOKEN
        g.program_device = device_of_program(db.session, token) if sent else None
        if g.program_device is not None:
            g.program_seen_at = g.program_device.last_seen_at
    found: Device | None = g.program_device
    return found


def asking_device() -> Device | None:
    """The device that asks, by header or cookie."""
    return program_device() or device_here()


def remember_device(response: BaseResponse, token: str) -> None:
    """Make the browser that gets this answer the device with this secret."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=_COOKIE_S,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def keep_device(response: BaseResponse) -> None:
    """Begin the time of the browser's cookie anew."""
    remember_device(response, request.cookies.get(COOKIE, ""))


def sign_in(account: Account, begun: PinSession) -> None:
    """Let the session of the browser be this one of the account."""
    login_user(account, fresh=False)
    session[_SESSION_NUMBER] = begun.id


def session_limits() -> SessionLimits:
    """How long somebody stays signed in with a PIN in this installation."""
    config: Config = current_app.extensions["strawline.config"]
    return SessionLimits(
        longest=timedelta(hours=config.tablet_session_h), idle=timedelta(minutes=config.tablet_idle_min)
    )


def come_back_here() -> None:
    """After the next sign-in this page is opened again."""
    if request.method == "GET":
        session[_NEXT_PAGE] = [session.get("_user_id"), request.full_path.rstrip("?")]


def page_to_come_back_to(account: Account) -> str:
    """The page that this account had open when the tablet locked, once; else the first."""
    # It stands in the signed cookie and was an address of ours: nobody else can say where to go.
    whose, address = session.pop(_NEXT_PAGE, (None, "/"))
    return str(address) if whose == account.fs_uniquifier else "/"


def _idle_s() -> int:
    return int(session_limits().idle.total_seconds())


def _signed_in(account: Account, number: int) -> Account | None:
    device = device_here()
    if device is None:
        return None
    found = open_session(db.session, number, device=device, account=account, limits=session_limits())
    if found is None:
        return None
    account.signed_in_at = (device.place_kind, device.place_id)
    g.pin_session = found
    return account


def _forget_pin_session(_app: Flask, **_more: object) -> None:
    session.pop(_SESSION_NUMBER, None)


def _note_seen(response: Response) -> Response:
    """Keep when the device was last seen; not for every request."""
    device: Device | None = g.get("program_device") or g.get("device_known")
    if device is None or response.status_code >= 500:
        return response
    used: PinSession | None = g.get("pin_session")
    # After a commit every look at the row would read it again.
    if used is None and "program_seen_at" in g and now() - g.program_seen_at < _SEEN_EVERY:
        return response
    since = min(device.last_seen_at, used.last_seen_at if used else device.last_seen_at)
    if device.revoked_at is not None or now() - since < _SEEN_EVERY:
        return response
    device_id, session_number = device.id, used.id if used else None
    write_from_here()  # the view is done; what it still held would stand in the way of the next writer
    with writing(), Session(db.engine) as own:
        own.execute(update(Device).where(Device.id == device_id).values(last_seen_at=now()))
        if session_number is not None:
            own.execute(update(PinSession).where(PinSession.id == session_number).values(last_seen_at=now()))
        own.commit()
    return response
