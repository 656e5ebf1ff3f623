"""Somebody's phone with the codes, and what they do with it in a browser."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.audit import AuditEntry
from app.accounts.models import Account, WrongLogin
from app.accounts.operations import open_account
from app.database.engine import db
from tests.app.authenticator import STEP_S, code_of, key_on, recovery_codes_on
from tests.conftest import EMAIL, PASSWORD, csrf_token

CODE_PAGE, RECOVERY_PAGE, SETUP_PAGE = "/login/code", "/login/recovery-code", "/account/second-factor"


class Clock:
    """What the server takes the time of codes from; it stands still unless it is moved."""

    def __init__(self) -> None:
        self.at_s = time.time() // STEP_S * STEP_S + 10

    def on(self, app: Flask) -> None:
        app.extensions["security"].totp_factory._totp.now = lambda: self.at_s

    def next_code(self) -> None:
        self.at_s += STEP_S


@dataclass
class Phone:
    """Somebody's app, and the paper with their recovery codes."""

    key: str
    recovery_codes: list[str]
    clock: Clock

    def code(self) -> str:
        return code_of(self.key, self.clock.at_s)

    def fresh_code(self) -> str:
        self.clock.next_code()
        return self.code()

    def wrong_code(self) -> str:
        near = {code_of(self.key, self.clock.at_s + step * STEP_S) for step in (-1, 0, 1)}
        return next(code for code in ("000000", "111111", "222222", "333333") if code not in near)


def send(browser: FlaskClient, address: str, form: str | None = None, **fields: object):
    """Post a form with the token of the page it is on."""
    # as browsers do; it lets the app look at who asks before anything else
    headers = {"Origin": "http://localhost"}
    return browser.post(address, data={**fields, "csrf_token": csrf_token(browser, form or address)}, headers=headers)


def set_up(browser: FlaskClient, clock: Clock) -> Phone:
    page = browser.get(SETUP_PAGE).text
    key = key_on(page)
    answer = confirm(browser, page, code_of(key, clock.at_s))
    assert answer.status_code == 200, answer.text
    codes = recovery_codes_on(answer.text)
    assert len(set(codes)) == 10
    return Phone(key, codes, clock)


def confirm(browser: FlaskClient, page: str, code: str, **more: str):
    shown, token = (re.search(rf'name="{name}"[^>]*value="([^"]+)"', page)[1] for name in ("shown", "csrf_token"))
    fields = {"shown": shown, "csrf_token": token, "code": code, **more}
    return browser.post(SETUP_PAGE, data=fields, headers={"Origin": "http://localhost"})


def give_password(app: Flask, email: str = EMAIL) -> FlaskClient:
    """A browser in which the right password was given, and which is asked for the code now."""
    browser = app.test_client()
    answer = send(browser, "/login", email=email, password=PASSWORD)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(CODE_PAGE)
    return browser


def is_logged_in(browser: FlaskClient) -> bool:
    return browser.get("/account").status_code == 200


def account(app: Flask, email: str = EMAIL) -> Account:
    with app.app_context():
        found = db.session.scalars(select(Account).where(Account.email == email)).one()
        db.session.expunge(found)
        return found


def trail(app: Flask) -> list[AuditEntry]:
    with app.app_context():
        found = list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
        db.session.expunge_all()
        return found


def person(app: Flask, *role_names: str) -> str:
    email = f"{role_names[0]}@tests.example"
    with app.app_context():
        open_account(db.session, email=email, name=role_names[0], password=PASSWORD, role_names=role_names)
        db.session.commit()
    return email


def require(app: Flask) -> None:
    app.extensions["strawline.config"] = replace(app.extensions["strawline.config"], second_factor="required")


def age(app: Flask, by: timedelta) -> None:
    """Let all wrong tries be so much older."""
    with app.app_context():
        for tried in db.session.scalars(select(WrongLogin)):
            tried.at -= by
        db.session.commit()
