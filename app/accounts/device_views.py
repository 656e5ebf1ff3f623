"""The office's pages of the tablets: which there are, a new one, and the PINs of those who work on them."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from app.accounts.device_models import AccountPin, Device
from app.accounts.device_requests import session_limits
from app.accounts.devices import Place, devices_within, make_code, own_places, revoke
from app.accounts.enrolment_views import enrolment_views
from app.accounts.models import Account
from app.accounts.people import names_of
from app.accounts.people_views import PLACES_EXTENSION
from app.accounts.permissions import Permission, needs
from app.accounts.pin_sessions import latest_session
from app.accounts.pins import ONE_TIME_DAYS, attendants_at, give_one_time_pin, pin_states
from app.accounts.qr_codes import qr_image
from app.accounts.scope import Scope, scope_of
from app.accounts.secret_texts import CODE_MINUTES
from app.accounts.tablet_views import tablet_views
from app.clock import now
from app.database.engine import db
from app.errors import NO_SUCH_DEVICE, NO_SUCH_PERSON, Refusal
from app.texts import _

_LONGEST_NAME = 80
# What a tablet can belong to; a phone at the field belongs to a collecting body.
_KINDS = ("yard", "plant", "body")

device_views = Blueprint("devices", __name__)


def set_up_devices(app: Flask) -> None:
    """Add the pages; after those of the people, who say what places there are."""
    app.register_blueprint(device_views)
    app.register_blueprint(enrolment_views)
    app.register_blueprint(tablet_views)


@device_views.get("/devices")
@needs(Permission.WRITE_DEVICES)
def devices() -> str:
    found, people = devices_within(db.session, _scope()), _attendants()
    places, pins = _names(), pin_states(db.session, people)
    return render_template(
        "accounts/devices.html",
        devices=[(device, places.get(_place(device), device.place_id), _who_is_on(device)) for device in found],
        makers=_account_names(found),
        people=[(person, _pin_state(pins.get(person.id)), _belongs_to(person, places)) for person in people],
    )


@device_views.get("/devices/new")
@needs(Permission.WRITE_DEVICES)
def new_device() -> str:
    return _form("", "", {})


@device_views.post("/devices/new")
@needs(Permission.WRITE_DEVICES)
def make_device_code() -> str | tuple[str, int]:
    name, chosen = request.form.get("name", "").strip()[:_LONGEST_NAME], request.form.get("place", "")
    place = next((place for place in _own_names() if _written(place) == chosen), None)
    faults = {}
    if not name:
        faults["name"] = gettext("A name is needed.")
    if place is None:
        faults["place"] = gettext("Choose the yard, plant or collecting body where the tablet is used.")
    if place is None or faults:
        return _form(name, chosen, faults), 422
    code, text = make_code(db.session, name=name, place=place, made_by=current_user)
    address = url_for("enrolment.confirm_page", code=text, _external=True)
    page = render_template(
        "accounts/device_code.html",
        code=code,
        place_name=_names()[place],
        text=f"{text[:4]}-{text[4:]}",
        address=address,
        code_address=url_for("enrolment.code_page", _external=True),
        image=qr_image(address),
        minutes=CODE_MINUTES,
    )
    db.session.commit()
    return page


@device_views.post("/devices/<int:device_id>/revoke")
@needs(Permission.WRITE_DEVICES)
def revoke_device(device_id: int) -> Response:
    device = next((device for device in devices_within(db.session, _scope()) if device.id == device_id), None)
    if device is None:
        raise Refusal(NO_SUCH_DEVICE)
    revoke(db.session, device, current_user)
    db.session.commit()
    flash(gettext("The tablet is revoked: it opens nothing any more."), "success")
    return redirect(url_for("devices.devices"))


@device_views.post("/devices/people/<int:account_id>/pin")
@needs(Permission.WRITE_PINS)
def give_pin(account_id: int) -> str:
    account = next((person for person in _attendants() if person.id == account_id), None)
    if account is None:
        raise Refusal(NO_SUCH_PERSON)
    pin = give_one_time_pin(db.session, account)
    page = render_template("accounts/one_time_pin.html", account=account, pin=pin, days=ONE_TIME_DAYS)
    db.session.commit()
    return page


def _scope() -> Scope | None:
    return scope_of(current_user)


def _attendants() -> list[Account]:
    scope = _scope()
    return list(attendants_at(db.session, None if scope is None else own_places(scope)))


def _names() -> dict[Place, str]:
    """What the places of tablets are called."""
    places = current_app.extensions[PLACES_EXTENSION](db.session)
    return {(kind, id_): name for kind in _KINDS for id_, name in places[kind]}


def _own_names() -> dict[Place, str]:
    """The same of those for which whoever asks may enrol tablets."""
    scope = _scope()
    own = None if scope is None else own_places(scope)
    return {place: name for place, name in _names().items() if own is None or place in own}


def _place(device: Device) -> Place:
    return device.place_kind, device.place_id


def _written(place: Place) -> str:
    return f"{place[0]}:{place[1]}"


def _who_is_on(device: Device) -> str | None:
    found = None if device.revoked_at else latest_session(db.session, device, session_limits())
    return None if found is None else db.session.get_one(Account, found.account_id).name


def _account_names(found: Iterable[Device]) -> dict[int, str]:
    ids = {id_ for device in found for id_ in (device.enrolled_by, device.revoked_by) if id_}
    return {id_: db.session.get_one(Account, id_).name for id_ in ids}


def _belongs_to(person: Account, places: dict[Place, str]) -> list[str]:
    by_kind = {kind: [(id_, name) for (of, id_), name in places.items() if of == kind] for kind in _KINDS}
    return [name for _kind, name in names_of(by_kind, [place for place in person.places if place.kind in _KINDS])]


def _pin_state(known: AccountPin | None) -> tuple[str, str]:
    """Kind of the badge and its text."""
    if known is None:
        return "waiting", gettext("no PIN yet")
    if known.one_time_until is None:
        return "good", gettext("has a PIN")
    if known.one_time_until < now():
        return "bad", gettext("one-time PIN expired")
    return "waiting", gettext("has a one-time PIN")


def _form(name: str, chosen: str, faults: dict[str, str]) -> str:
    options = [
        (_written(place), f"{shown} ({gettext(_KIND_NAMES[place[0]])})") for place, shown in _own_names().items()
    ]
    return render_template("accounts/new_device.html", name=name, chosen=chosen, options=options, faults=faults)


_KIND_NAMES = {
    "yard": _("Transfer yard"),
    "plant": _("End-use plant"),
    "body": _("Collecting body, phone at the field"),
}
