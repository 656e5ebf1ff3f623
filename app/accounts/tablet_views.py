"""The tablet's own pages: it shows who works here, and lets them in by PIN."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response

from app.accounts.actors import Actor, ActorKind, acting_now
from app.accounts.device_requests import keep_device, page_to_come_back_to, sign_in, this_device
from app.accounts.enrolment_views import place_name
from app.accounts.models import Account
from app.accounts.permissions import Door, Permission, needs
from app.accounts.pin_sessions import begin_session, end_sessions
from app.accounts.pins import (
    DIGITS,
    PinState,
    PinTry,
    attendants_at,
    choose_pin,
    pin_states,
    tried_password,
    tried_pin,
)
from app.clock import now
from app.database.engine import db, read_from_here, write_from_here
from app.errors import DEVICE_NEEDED, NO_SUCH_PERSON, PIN_PAGE_OVER, Refusal
from app.texts import Message, _

# Whoever gave their one-time PIN has so long to choose their own.
_CHOOSING = timedelta(minutes=10)
_TO_CHOOSE = "pin_to_choose"

tablet_views = Blueprint("tablet", __name__)


@tablet_views.get("/tablet/names")
@needs(Door.TABLETS)
def names() -> str:
    device = this_device()
    people = attendants_at(db.session, [(device.place_kind, device.place_id)])
    return render_template(
        "accounts/tablet_names.html",
        device=device,
        place_name=place_name(device),
        people=people,
        pins=pin_states(db.session, people),
    )


@tablet_views.get("/tablet/people/<int:account_id>")
@needs(Door.TABLETS)
def keypad(account_id: int) -> str:
    return _keypad(_attendant(account_id))


@tablet_views.post("/tablet/people/<int:account_id>")
@needs(Door.TABLETS)
def sign_in_here(account_id: int) -> Response | tuple[str, int]:
    account = _attendant(account_id)
    tried = _sign_in(account)
    if tried.state is PinState.ONE_TIME:
        session[_TO_CHOOSE] = [account.id, this_device().id, (now() + _CHOOSING).isoformat()]
        return redirect(url_for("tablet.choosing_page"))
    if tried.state is not PinState.RIGHT:
        return _keypad(account, told_of_pin(tried)), 422
    answer = redirect(page_to_come_back_to(account))
    keep_device(answer)
    return answer


@tablet_views.post("/data/tablet/people/<int:account_id>")
@needs(Door.TABLETS)
def unlock(account_id: int) -> tuple[Response, int]:
    """The same for a page that is open: it stays as it is, with what was typed."""
    tried = _sign_in(_attendant(account_id))
    if tried.state is PinState.RIGHT:
        return jsonify(state=tried.state.value), 200
    return jsonify(state=tried.state.value, what=told_of_pin(tried)), 422


@tablet_views.get("/data/tablet/session")
@needs(Door.TABLETS)
def pin_session() -> Response:
    """Asked while somebody works on a page without sending: it counts as a touch."""
    return jsonify(signed_in=current_user.is_authenticated)


@tablet_views.get("/tablet/pin")
@needs(Door.TABLETS)
def choosing_page() -> str:
    return _choosing(_choosing_account(), [])


@tablet_views.post("/tablet/pin")
@needs(Door.TABLETS)
def choose_first_pin() -> Response | tuple[str, int]:
    account, device = _choosing_account(), this_device()
    faults = _chosen(account)
    if faults:
        return _choosing(account, faults), 422
    session.pop(_TO_CHOOSE)
    begun = begin_session(db.session, device=device, account=account, actor=_actor_of(account))
    sign_in(account, begun)
    db.session.commit()
    return redirect(page_to_come_back_to(account))


@tablet_views.post("/tablet/lock")
@needs(Door.TABLETS)
def lock() -> Response:
    end_sessions(db.session, device_id=this_device().id)
    logout_user()
    db.session.commit()
    return redirect(url_for("tablet.names"))


@tablet_views.get("/pin")
@needs(Permission.OWN_PIN)
def own_pin_page() -> str:
    return _own_pin({})


@tablet_views.post("/pin")
@needs(Permission.OWN_PIN)
def choose_own_pin() -> Response | tuple[str, int]:
    """With a PIN one shows the old one, with a password that."""
    account, by_pin = db.session.get_one(Account, current_user.id), current_user.signed_in_at is not None
    device_id, actor, typed = this_device().id if by_pin else 0, acting_now(), request.form.get("current", "")
    key = current_app.config["SECRET_KEY"]
    read_from_here()
    if by_pin:
        tried = tried_pin(db.engine, db.session, account, typed, device_id=device_id, key=key, actor=actor)
    else:
        tried = tried_password(db.engine, account, typed, key=key, actor=actor)
    write_from_here()
    if tried.state is not PinState.RIGHT:
        return _own_pin({"current": told_of_pin(tried, by_pin=by_pin)}), 422
    faults = _chosen(account)
    if faults:
        return _own_pin({"pin": " ".join(faults)}), 422
    if by_pin:
        sign_in(account, begin_session(db.session, device=this_device(), account=account, actor=actor))
    db.session.commit()
    flash(gettext("Your PIN is set."), "success")
    return redirect("/")


def _sign_in(account: Account) -> PinTry:
    """Try the PIN that was sent, and let the account in where it is right; commits."""
    device, pin, actor = this_device(), request.form.get("pin", "")[:40], acting_now()
    device_id, key = device.id, current_app.config["SECRET_KEY"]
    read_from_here()
    tried = tried_pin(db.engine, db.session, account, pin, device_id=device_id, key=key, actor=actor)
    write_from_here()
    if tried.state is PinState.RIGHT:
        if device.revoked_at is not None:  # meanwhile
            raise Refusal(DEVICE_NEEDED)
        begun = begin_session(db.session, device=device, account=account, actor=_actor_of(account))
        sign_in(account, begun)
        db.session.commit()
    return tried


def _attendant(account_id: int) -> Account:
    """Somebody who works where this tablet is."""
    device = this_device()
    here = attendants_at(db.session, [(device.place_kind, device.place_id)])
    found = next((person for person in here if person.id == account_id), None)
    if found is None:
        raise Refusal(NO_SUCH_PERSON)
    return found


def _choosing_account() -> Account:
    """Who gave their one-time PIN on this tablet a moment ago."""
    account_id, device_id, until = session.get(_TO_CHOOSE, (0, 0, ""))
    if device_id != this_device().id or datetime.fromisoformat(until) < now():
        raise Refusal(PIN_PAGE_OVER)
    account = _attendant(account_id)
    known = pin_states(db.session, [account]).get(account.id)
    if known is None or known.one_time_until is None:
        raise Refusal(PIN_PAGE_OVER)
    return account


def _chosen(account: Account) -> list[str]:
    """Set the PIN that was sent twice; returns what is wrong with it instead, if anything is."""
    pin, again = request.form.get("pin", ""), request.form.get("again", "")
    faults = [Message(PINS_DIFFER)] if pin != again else choose_pin(db.session, account, pin)
    return [fault.text(gettext) for fault in faults]


def _actor_of(account: Account) -> Actor:
    where_from = acting_now().where_from
    return Actor(kind=ActorKind.ACCOUNT, name=account.name, where_from=where_from, account_id=account.id)


def _keypad(account: Account, fault: str | None = None) -> str:
    return render_template("accounts/tablet_keypad.html", account=account, fault=fault, digits=DIGITS)


def _choosing(account: Account, faults: list[str]) -> str:
    return render_template("accounts/tablet_choose.html", account=account, faults=faults, digits=DIGITS)


def _own_pin(faults: dict[str, str]) -> str:
    return render_template("accounts/own_pin.html", faults=faults, digits=DIGITS)


def told_of_pin(tried: PinTry, *, by_pin: bool = True) -> str:
    """What whoever tried is told."""
    if tried.state is PinState.WAIT:
        return str(gettext("Too many tries. Try again in %(minutes)s min.", minutes=tried.wait_min))
    return str(gettext(_TOLD[tried.state] if by_pin else WRONG_PASSWORD))


_TOLD = {
    PinState.WRONG: _("This PIN is wrong."),
    PinState.OVER: _("This one-time PIN has expired: ask the yard manager for a new one."),
    PinState.NONE: _("You have no PIN yet: ask the yard manager for a one-time PIN."),
    PinState.BUSY: _("Many sign-ins at once just now. Try again in a moment."),
    PinState.ONE_TIME: _("This is a one-time PIN: choose your own on the tablet first."),
}
WRONG_PASSWORD = _("This is not your password.")
PINS_DIFFER = _("The two PINs differ.")
