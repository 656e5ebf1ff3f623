"""Enrolled tablets, people with PINs, and what they try."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.audit import AuditEntry
from app.accounts.device_models import Device
from app.accounts.device_requests import COOKIE
from app.accounts.devices import enrol, make_code, new_sync_token, revoke
from app.accounts.models import Account, AccountPlace
from app.accounts.operations import open_account
from app.accounts.pins import choose_pin
from app.database.engine import db
from tests.conftest import EMAIL, PASSWORD, csrf_token

PIN, OTHER_PIN, WRONG_PIN = "739164", "825047", "604938"


@dataclass(frozen=True)
class Tablet:
    """An enrolled tablet: its browser, and what its programs send."""

    id: int
    browser: FlaskClient
    header: dict[str, str]


def person(
    app: Flask, name: str, *places: tuple[str, str], roles: tuple[str, ...] = ("attendant",), pin: str = ""
) -> int:
    with app.app_context():
        email = f"{name}@tests.example"
        account = open_account(db.session, email=email, name=name, password=PASSWORD, role_names=roles)
        account.places = [AccountPlace(kind=kind, place_id=id_) for kind, id_ in places]
        if pin:
            assert choose_pin(db.session, account, pin) == []
        db.session.commit()
        return account.id


def enrolled(app: Flask, place: tuple[str, str], name: str = "Gate 1") -> Tablet:
    with app.app_context():
        maker = db.session.scalars(select(Account).where(Account.email == EMAIL)).one()
        _code, text = make_code(db.session, name=name, place=place, made_by=maker)
        device, token = enrol(db.session, text)
        key = new_sync_token(db.session, device)
        db.session.commit()
        number = device.id
    browser = app.test_client()
    browser.set_cookie(COOKIE, token)
    return Tablet(number, browser, {"Authorization": f"Device {key}"})


def try_pin(tablet: Tablet, account_id: int, pin: str = PIN):
    address = f"/tablet/people/{account_id}"
    return tablet.browser.post(address, data={"pin": pin, "csrf_token": csrf_token(tablet.browser, address)})


def signed_in(tablet: Tablet) -> bool:
    return tablet.browser.get("/data/tablet/session").get_json() == {"signed_in": True}


def revoked(app: Flask, tablet: Tablet) -> None:
    with app.app_context():
        maker = db.session.scalars(select(Account).where(Account.email == EMAIL)).one()
        revoke(db.session, db.session.get_one(Device, tablet.id), maker)
        db.session.commit()


def done(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEntry.what).order_by(AuditEntry.id)))


def try_pin_without_token(tablet: Tablet, account_id: int, pin: str = PIN):
    return tablet.browser.post(f"/tablet/people/{account_id}", data={"pin": pin})
