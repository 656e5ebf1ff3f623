"""How a browser becomes a tablet: the code, what it confirms, and the key of its programs."""

from __future__ import annotations

from flask import Blueprint, current_app, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import logout_user
from werkzeug.wrappers import Response

from app.accounts.device_models import Device, DeviceCode
from app.accounts.device_requests import device_here, device_known_here, program_device, remember_device, this_device
from app.accounts.devices import enrol, new_sync_token, open_code
from app.accounts.people_views import PLACES_EXTENSION
from app.accounts.permissions import Door, needs
from app.accounts.secret_texts import plain_code
from app.accounts.throttle import caller, count_wrong, minutes_to_wait
from app.database.engine import db
from app.errors import TOO_MANY_TRIES, Refusal

enrolment_views = Blueprint("enrolment", __name__)


@enrolment_views.get("/tablet/enrol")
@needs(Door.ANYONE)
def code_page() -> str:
    known = device_known_here()
    return render_template("accounts/tablet_code.html", typed="", fault=None, device=known)


@enrolment_views.post("/tablet/code")
@needs(Door.ANYONE)
def read_code() -> Response | tuple[str, int]:
    typed = request.form.get("code", "")[:40]
    try:
        _open_code(typed)
    except Refusal as refusal:
        fault = f"{gettext(refusal.kind.what)} {gettext(refusal.kind.next_step)}"
        page = render_template("accounts/tablet_code.html", typed=typed, fault=fault, device=device_known_here())
        return page, 422
    return redirect(url_for("enrolment.confirm_page", code=plain_code(typed)))


@enrolment_views.get("/tablet/enrol/<code>")
@needs(Door.ANYONE)
def confirm_page(code: str) -> str:
    known = device_here()
    found = _open_code(code)
    return render_template(
        "accounts/tablet_confirm.html", code=code, found=found, place_name=place_name(found), device=known
    )


@enrolment_views.post("/tablet/enrol/<code>")
@needs(Door.ANYONE)
def enrol_here(code: str) -> Response:
    _open_code(code)
    _device_made, token = enrol(db.session, code)
    # whoever is logged in here was enrolling; the tablet is for those who work on it
    logout_user()
    db.session.commit()
    answer = redirect(url_for("enrolment.enrolled"))
    remember_device(answer, token)
    return answer


@enrolment_views.get("/tablet/enrolled")
@needs(Door.TABLETS)
def enrolled() -> str:
    device = this_device()
    return render_template("accounts/tablet_enrolled.html", device=device, place_name=place_name(device))


@enrolment_views.post("/data/tablet/key")
@needs(Door.TABLETS)
def sync_key() -> Response:
    token = new_sync_token(db.session, this_device())
    db.session.commit()
    return jsonify(token=token)


@enrolment_views.get("/data/device")
@needs(Door.DEVICES)
def program() -> Response:
    """Which device the secret in the header is of: what a program asks first."""
    device = program_device()
    assert device is not None
    place = {"kind": device.place_kind, "id": device.place_id, "name": place_name(device)}
    return jsonify(device={"id": device.id, "name": device.name, "place": place})


def place_name(of: Device | DeviceCode) -> str:
    """What the yard or plant of a device is called; its id where the county does not have it any more."""
    names: dict[str, str] = dict(current_app.extensions[PLACES_EXTENSION](db.session)[of.place_kind])
    return names.get(of.place_id, of.place_id)


def _open_code(text: str) -> DeviceCode:
    """The code, if it is one; wrong ones are counted by address."""
    address = request.remote_addr or ""
    who = caller(address, address, key=f"device code {current_app.config['SECRET_KEY']}")
    if minutes_to_wait(db.engine, who):
        raise Refusal(TOO_MANY_TRIES)
    try:
        return open_code(db.session, text)
    except Refusal:
        db.session.rollback()
        count_wrong(db.engine, who)
        raise
