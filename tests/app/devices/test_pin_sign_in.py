"""Signing in on a tablet: where a PIN opens what, and when it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.accounts.device_models import Device, PinSession
from app.accounts.device_requests import COOKIE
from app.accounts.models import Account
from app.accounts.pins import give_one_time_pin
from app.clock import now
from app.database.engine import db
from tests.app.devices.tablets import (
    OTHER_PIN,
    PIN,
    Tablet,
    done,
    enrolled,
    person,
    revoked,
    signed_in,
    try_pin,
    try_pin_without_token,
)
from tests.conftest import csrf_token, log_in


def test_an_attendant_signs_in_with_a_pin_and_leaves(county_app: Flask, tablet: Tablet, attendant: int) -> None:
    assert tablet.browser.get("/registry/yards").headers["Location"] == "/tablet/names"
    assert "attendant" in tablet.browser.get("/tablet/names").text
    answer = try_pin(tablet, attendant)
    assert answer.headers["Location"] == "/"
    assert tablet.browser.get("/registry/yards").status_code == 200
    answer = tablet.browser.post("/tablet/lock", data={"csrf_token": csrf_token(tablet.browser, "/tablet/names")})
    assert answer.headers["Location"] == "/tablet/names"
    assert not signed_in(tablet)
    assert done(county_app)[-2:] == ["login.right", "login.ended"]


def test_with_a_pin_one_sees_the_yard_of_the_tablet_only(county_app: Flask, yards: list[tuple[str, str]]) -> None:
    tablet = enrolled(county_app, yards[1])
    account_id = person(county_app, "both", *yards, roles=("attendant", "plant_attendant"), pin=PIN)
    assert yards[0][1] in log_in(county_app, "both@tests.example").get("/registry/yards").text
    try_pin(tablet, account_id)
    assert f"/registry/yards/{yards[0][1]}" not in tablet.browser.get("/registry/yards").text
    assert tablet.browser.get(f"/registry/yards/{yards[0][1]}").status_code == 404


def test_who_works_elsewhere_cannot_sign_in_here(
    county_app: Flask, tablet: Tablet, yards: list[tuple[str, str]]
) -> None:
    county_app.config["WTF_CSRF_ENABLED"] = False
    for name, place, roles in (("elsewhere", yards[1], ("attendant",)), ("office", yards[0], ("finance",))):
        account_id = person(county_app, name, place, roles=roles, pin=PIN)
        assert f"/tablet/people/{account_id}" not in tablet.browser.get("/tablet/names").text
        assert tablet.browser.get(f"/tablet/people/{account_id}").status_code == 404
        assert try_pin_without_token(tablet, account_id).status_code == 404


def test_without_a_tablet_a_pin_opens_nothing(county_app: Flask, tablet: Tablet, attendant: int) -> None:
    """Also what was signed in goes no further than its tablet: the session's cookie alone is worth nothing."""
    try_pin(tablet, attendant)
    tablet.browser.delete_cookie(COOKIE)
    assert tablet.browser.get("/").headers["Location"].startswith("/login")
    other = county_app.test_client()
    assert other.post(f"/tablet/people/{attendant}", data={"pin": PIN}).status_code in (302, 400)
    county_app.config["WTF_CSRF_ENABLED"] = False
    answer = other.post("/login", data={"email": "attendant@tests.example", "password": PIN})
    assert answer.status_code == 200
    assert other.get("/").status_code == 302


def test_a_session_is_of_one_tablet(
    county_app: Flask, tablet: Tablet, attendant: int, yards: list[tuple[str, str]]
) -> None:
    try_pin(tablet, attendant)
    second = enrolled(county_app, yards[0], "Gate 2")
    tablet.browser.set_cookie(COOKIE, second.browser.get_cookie(COOKIE).value)
    assert not signed_in(tablet)


def test_one_at_a_time_works_on_a_tablet(
    county_app: Flask, tablet: Tablet, attendant: int, yards: list[tuple[str, str]]
) -> None:
    next_one = person(county_app, "next", yards[0], pin=OTHER_PIN)
    try_pin(tablet, attendant)
    before = tablet.browser.get_cookie("session").value
    assert try_pin(tablet, next_one, OTHER_PIN).status_code == 302
    assert "next@tests.example" in tablet.browser.get("/").text
    tablet.browser.set_cookie("session", before)
    assert not signed_in(tablet)


@pytest.mark.parametrize("what", ["revoked", "closed", "another place", "role taken", "new PIN"])
def test_whoever_is_signed_in_is_out_at_the_next_request(
    county_app: Flask, tablet: Tablet, attendant: int, what: str
) -> None:
    try_pin(tablet, attendant)
    assert signed_in(tablet)
    if what == "revoked":
        revoked(county_app, tablet)
    else:
        with county_app.app_context():
            account = db.session.get_one(Account, attendant)
            if what == "closed":
                account.active = False
            elif what == "another place":
                account.places = []
            elif what == "role taken":
                account.roles = []
            else:
                give_one_time_pin(db.session, account)
            db.session.commit()
    assert tablet.browser.get("/").status_code == 302
    assert tablet.browser.get("/registry/yards").status_code == 302


@pytest.mark.parametrize(("column", "minutes"), [("last_seen_at", 30), ("begun_at", 12 * 60)])
def test_a_session_ends_when_idle_and_at_the_end_of_the_shift(
    county_app: Flask, tablet: Tablet, attendant: int, column: str, minutes: int
) -> None:
    try_pin(tablet, attendant)

    def set_back(by: timedelta) -> None:
        with county_app.app_context():
            db.session.execute(update(PinSession).values({column: now() - by}))
            db.session.commit()

    set_back(timedelta(minutes=minutes - 1))
    assert tablet.browser.get("/registry/yards?q=7").status_code == 200
    set_back(timedelta(minutes=minutes))
    assert tablet.browser.get("/registry/yards?q=7").headers["Location"] == "/tablet/names"
    # the same person comes back to the page, another one begins anew
    assert try_pin(tablet, attendant).headers["Location"] == "/registry/yards?q=7"


def test_another_one_does_not_come_to_the_page_that_was_left(
    county_app: Flask, tablet: Tablet, attendant: int, yards: list[tuple[str, str]]
) -> None:
    next_one = person(county_app, "next", yards[0], pin=OTHER_PIN)
    try_pin(tablet, attendant)
    with county_app.app_context():
        db.session.execute(update(PinSession).values(ended_at=now()))
        db.session.commit()
    assert tablet.browser.get("/registry/yards").headers["Location"] == "/tablet/names"
    assert try_pin(tablet, next_one, OTHER_PIN).headers["Location"] == "/"


def test_work_keeps_a_session_and_the_tablet_alive(county_app: Flask, tablet: Tablet, attendant: int) -> None:
    try_pin(tablet, attendant)
    long_ago = now() - timedelta(minutes=20)
    with county_app.app_context():
        db.session.execute(update(PinSession).values(last_seen_at=long_ago))
        db.session.execute(update(Device).values(last_seen_at=long_ago))
        db.session.commit()
    assert signed_in(tablet)
    with county_app.app_context():
        used, device = db.session.scalars(select(PinSession)).one(), db.session.get_one(Device, tablet.id)
        assert now() - used.last_seen_at < timedelta(minutes=1)
        assert now() - device.last_seen_at < timedelta(minutes=1)


def test_limits_of_a_session_are_settings(county_app: Flask, tablet: Tablet, attendant: int) -> None:
    config = county_app.extensions["strawline.config"]
    county_app.extensions["strawline.config"] = replace(config, tablet_idle_min=1)
    try_pin(tablet, attendant)
    with county_app.app_context():
        db.session.execute(update(PinSession).values(last_seen_at=now() - timedelta(seconds=61)))
        db.session.commit()
    assert not signed_in(tablet)


def test_a_form_that_comes_after_the_lock_is_kept(county_app: Flask, tablet: Tablet, attendant: int) -> None:
    county_app.config["WTF_CSRF_ENABLED"] = False
    try_pin_without_token(tablet, attendant)
    with county_app.app_context():
        db.session.execute(update(PinSession).values(ended_at=now()))
        db.session.commit()
    form = {"note": "12 bales", "pin": "1"}
    answer = tablet.browser.post("/pin", data=form, headers={"Origin": "http://localhost"})
    assert answer.status_code == 401
    assert 'value="12 bales"' in answer.text
    assert 'href="/tablet/names" target' in answer.text
