"""Tablets: how they are enrolled, what their cookie and their key open, and what they do not."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.accounts.actors import acting_now
from app.accounts.audit import AuditEntry
from app.accounts.device_models import AccountPin, Device, DeviceCode
from app.accounts.device_requests import COOKIE
from app.accounts.devices import enrol, make_code
from app.accounts.models import Account
from app.accounts.permissions import BY_PIN_TOO, Door, Permission, access_of, needs
from app.accounts.roles import BY_NAME
from app.accounts.throttle import MOST_TOGETHER as MOST_CODES
from app.clock import now
from app.database.engine import db
from app.errors import Refusal
from tests.app.addresses import every_address
from tests.app.day_plan import PlannedTown
from tests.app.devices.tablets import (
    PIN,
    WRONG_PIN,
    Tablet,
    done,
    enrolled,
    person,
    revoked,
    signed_in,
    try_pin,
    try_pin_without_token,
)
from tests.conftest import EMAIL, csrf_token, log_in


def test_every_route_with_a_tablets_cookie_its_key_or_both(
    county_app: Flask, town: PlannedTown, tablet: Tablet, attendant: int
) -> None:
    """With nobody signed in, a tablet's secrets open its own pages, or what its programs ask, and nothing else."""
    county_app.config["WTF_CSRF_ENABLED"] = False
    bare = county_app.test_client()
    for endpoint, method, address in every_address(county_app, town):
        access = access_of(county_app, endpoint)
        if access in (Door.ANYONE, Door.PROGRAMS) or endpoint == "enrolment.sync_key":
            continue
        for browser, header in ((tablet.browser, {}), (bare, tablet.header), (tablet.browser, tablet.header)):
            with browser.open(address, method=method, headers=header) as answer:
                opens = (access is Door.TABLETS and browser is tablet.browser) or (access is Door.DEVICES and header)
                if opens:
                    assert answer.status_code in (200, 302, 404, 422), (method, address)
                    assert answer.headers.get("Location") != "/tablet/enrol", address
                else:
                    assert is_closed(answer), (method, address, answer.status)


def test_every_route_with_the_secrets_of_a_revoked_tablet(
    county_app: Flask, town: PlannedTown, tablet: Tablet, attendant: int
) -> None:
    county_app.config["WTF_CSRF_ENABLED"] = False
    assert try_pin_without_token(tablet, attendant).status_code == 302
    assert signed_in(tablet)
    revoked(county_app, tablet)
    for endpoint, method, address in every_address(county_app, town):
        if access_of(county_app, endpoint) not in (Door.ANYONE, Door.PROGRAMS):
            with tablet.browser.open(address, method=method, headers=tablet.header) as answer:
                assert is_closed(answer), (method, address, answer.status)


@pytest.mark.parametrize("roles", [("attendant",), ("attendant", "administrator")])
def test_every_route_after_signing_in_with_a_pin(
    county_app: Flask, town: PlannedTown, yards: list[tuple[str, str]], roles: tuple[str, ...]
) -> None:
    """Whatever else somebody may do, with a PIN they do what attendants do."""
    county_app.config["WTF_CSRF_ENABLED"] = False
    tablet = enrolled(county_app, yards[0])
    account_id = person(county_app, "both", yards[0], roles=roles, pin=PIN)
    assert try_pin_without_token(tablet, account_id).status_code == 302
    allowed = BY_NAME["attendant"].permissions
    for endpoint, method, address in every_address(county_app, town):
        access = access_of(county_app, endpoint)
        if isinstance(access, Permission) or access is Door.MEMBERS:
            opens = access in allowed or endpoint in BY_PIN_TOO
            with tablet.browser.open(address, method=method) as answer:
                assert (answer.status_code != 403) == opens, (method, address, answer.status)
                assert answer.status_code < 500, (method, address)
                assert answer.headers.get("Location", "").partition("?")[0] not in ("/login", "/tablet/names"), address


def is_closed(answer) -> bool:
    if answer.status_code in (401, 403, 404):
        return True
    page = answer.headers.get("Location", "").partition("?")[0]
    return answer.status_code == 302 and page in ("/login", "/tablet/names", "/tablet/enrol")


def test_a_tablet_is_enrolled_by_its_code_once(county_app: Flask, yards: list[tuple[str, str]]) -> None:
    person(county_app, "boss", yards[0], roles=("yard_manager",))
    office = log_in(county_app, "boss@tests.example")
    page = office.post(
        "/devices/new",
        data={"name": "Gate 7", "place": ":".join(yards[0]), "csrf_token": csrf_token(office, "/devices/new")},
    ).text
    address = re.search(r'id="enrol-address">([^<]*)<', page)[1].removeprefix("http://localhost")
    typed = re.search(r'id="short-code">([^<]*)<', page)[1]
    assert 'src="data:image/svg+xml;base64,' in page

    tablet = county_app.test_client()
    typed_in = {"code": f" {typed.lower()} ", "csrf_token": csrf_token(tablet, "/tablet/enrol")}
    assert tablet.post("/tablet/code", data=typed_in).headers["Location"] == address
    assert "Gate 7" in tablet.get(address).text
    answer = tablet.post(address, data={"csrf_token": csrf_token(tablet, address)})
    assert answer.headers["Location"] == "/tablet/enrolled"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Gate 7" in tablet.get("/tablet/enrolled").text
    assert county_app.test_client().get(address).status_code == 404
    assert "Gate 7" in office.get("/devices").text
    assert {"device.code_made", "device.enrolled"} <= set(done(county_app))


def test_of_two_tablets_with_one_code_one_is_enrolled(county_app: Flask, yards: list[tuple[str, str]]) -> None:
    with county_app.app_context():
        maker = db.session.scalars(select(Account).where(Account.email == EMAIL)).one()
        _code, text = make_code(db.session, name="Gate", place=yards[0], made_by=maker)
        db.session.commit()

    def enrol_once(_number: int) -> bool:
        with county_app.app_context():
            try:
                enrol(db.session, text)
                db.session.commit()
            except Refusal:
                return False
            return True

    with ThreadPoolExecutor(4) as at_once:
        assert sum(at_once.map(enrol_once, range(4))) == 1
    with county_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Device)) == 1


def test_a_code_expires_and_guesses_have_to_wait(county_app: Flask, yards: list[tuple[str, str]]) -> None:
    county_app.config["WTF_CSRF_ENABLED"] = False
    with county_app.app_context():
        maker = db.session.scalars(select(Account).where(Account.email == EMAIL)).one()
        _code, text = make_code(db.session, name="Gate", place=yards[0], made_by=maker)
        db.session.execute(update(DeviceCode).values(expires_at=now() - timedelta(seconds=1)))
        _good, good = make_code(db.session, name="Gate", place=yards[0], made_by=maker)
        db.session.commit()
    browser = county_app.test_client()
    assert browser.get(f"/tablet/enrol/{text}").status_code == 404
    for number in range(MOST_CODES):
        browser.get(f"/tablet/enrol/ABCDEFG{number}")
    assert browser.get(f"/tablet/enrol/{good}").status_code == 429
    elsewhere = {"REMOTE_ADDR": "127.0.0.9"}
    assert browser.get(f"/tablet/enrol/{good}", environ_base=elsewhere).status_code == 200


def test_only_digests_of_a_tablets_secrets_are_kept(county_app: Flask, tablet: Tablet, attendant: int) -> None:
    secrets = {tablet.browser.get_cookie(COOKIE).value, tablet.header["Authorization"].split()[1]}
    assert all(len(secret) >= 43 for secret in secrets)  # 256 bits
    assert len(secrets) == 2
    try_pin(tablet, attendant)
    with county_app.app_context():
        device = db.session.get_one(Device, tablet.id)
        stored = [device.page_token_digest, device.sync_token_digest]
        entries = db.session.scalars(select(AuditEntry)).all()
        trail = str([(entry.where_from, entry.before, entry.after) for entry in entries])
        assert db.session.get_one(AccountPin, attendant).pin_hash.startswith("$argon2id$")
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in stored)
    assert not [secret for secret in (*secrets, PIN) if secret in trail or secret in stored]


def test_whoever_answers_for_one_yard_enrols_and_sees_there_only(
    county_app: Flask, yards: list[tuple[str, str]]
) -> None:
    county_app.config["WTF_CSRF_ENABLED"] = False
    here, there = enrolled(county_app, yards[0], "Here"), enrolled(county_app, yards[1], "There")
    elsewhere = person(county_app, "elsewhere", yards[1])
    person(county_app, "boss", yards[0], roles=("yard_manager",))
    office = log_in(county_app, "boss@tests.example")
    page = office.get("/devices").text
    assert "Here" in page
    assert "There" not in page
    assert "elsewhere" not in page
    answer = office.post("/devices/new", data={"name": "Mine", "place": ":".join(yards[1])})
    assert answer.status_code == 422
    assert office.post(f"/devices/{there.id}/revoke").status_code == 404
    assert office.post(f"/devices/people/{elsewhere}/pin").status_code == 404
    assert there.browser.get("/tablet").status_code == 200
    assert office.post(f"/devices/{here.id}/revoke").status_code == 302
    assert here.browser.get("/tablet").headers["Location"] == "/tablet/enrol"
    person(county_app, "chief", roles=("administrator",))
    assert "There" in log_in(county_app, "chief@tests.example").get("/devices").text


def test_a_program_is_known_by_its_key_and_needs_no_token_of_a_form(
    county_app: Flask, tablet: Tablet, attendant: int
) -> None:
    """A probe that writes stands in for what will be sent; the app itself has none yet."""

    @county_app.post("/data/probe")
    @needs(Door.DEVICES)
    def probe() -> list[str]:
        return [acting_now().kind, acting_now().name]

    bare = county_app.test_client()
    assert bare.post("/data/probe", headers=tablet.header).get_json() == ["device", "Gate 1"]
    assert bare.post("/data/probe").status_code == 401
    # whoever is signed in on the tablet is not who made what its programs send
    try_pin(tablet, attendant)
    assert tablet.browser.post("/data/probe", headers=tablet.header).get_json() == ["device", "Gate 1"]
    assert tablet.browser.post("/data/probe").status_code == 401
    said = bare.get("/data/device", headers=tablet.header).get_json()["device"]
    assert (said["id"], said["name"]) == (tablet.id, "Gate 1")
    assert tablet.browser.get("/data/device").status_code == 401
    for header in ("Device", "Device ", "Bearer x", f"Device {'x' * 200}", "Device nonsense"):
        assert bare.get("/data/device", headers={"Authorization": header}).status_code == 401


def test_a_new_key_ends_the_one_before(county_app: Flask, tablet: Tablet) -> None:
    token = csrf_token(tablet.browser, "/tablet/enrolled")
    assert tablet.browser.post("/data/tablet/key").status_code == 400
    answer = tablet.browser.post("/data/tablet/key", headers={"X-CSRFToken": token})
    fresh = {"Authorization": f"Device {answer.get_json()['token']}"}
    assert tablet.browser.get("/data/device", headers=fresh).status_code == 200
    assert tablet.browser.get("/data/device", headers=tablet.header).status_code == 401


def test_a_program_is_told_apart_in_the_audit_trail(county_app: Flask, tablet: Tablet, attendant: int) -> None:
    try_pin(tablet, attendant, WRONG_PIN)
    try_pin(tablet, attendant)
    with county_app.app_context():
        wrong = db.session.scalars(select(AuditEntry).where(AuditEntry.what == "login.wrong")).one()
        right = db.session.scalars(select(AuditEntry).where(AuditEntry.what == "login.right")).one()
    assert (wrong.actor_kind, wrong.actor_name, wrong.subject_id) == ("device", "Gate 1", str(attendant))
    assert (right.actor_kind, right.actor_name) == ("account", "attendant")
    assert right.where_from == f"127.0.0.1 · Gate 1 ({tablet.id})"
    assert right.after == {"by": ["pin"], "device": "Gate 1"}
