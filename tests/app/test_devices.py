"""Tablets and PINs: what a tablet's cookie, its key and a PIN open, what they do not, and when they end."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from app.accounts.actors import acting_now
from app.accounts.audit import AuditEntry
from app.accounts.device_models import AccountPin, Device, DeviceCode, PinSession
from app.accounts.device_requests import COOKIE
from app.accounts.devices import enrol, make_code, new_sync_token, revoke
from app.accounts.models import Account, AccountPlace
from app.accounts.operations import open_account
from app.accounts.permissions import BY_PIN_TOO, Door, Permission, access_of, needs
from app.accounts.pins import DIGITS, choose_pin, give_one_time_pin, pin_faults
from app.accounts.roles import BY_NAME
from app.accounts.throttle import MOST_PINS_FOR_ACCOUNT, MOST_PINS_TOGETHER
from app.accounts.throttle import MOST_TOGETHER as MOST_CODES
from app.clock import now
from app.database.engine import db
from app.errors import Refusal
from tests.app.addresses import every_address
from tests.app.day_plan import PlannedTown
from tests.conftest import EMAIL, PASSWORD, csrf_token, log_in

PIN, OTHER_PIN, WRONG_PIN = "739164", "825047", "604938"


@dataclass(frozen=True)
class Tablet:
    """An enrolled tablet: its browser, and what its programs send."""

    id: int
    browser: FlaskClient
    header: dict[str, str]


@pytest.fixture
def yards(town: PlannedTown) -> list[tuple[str, str]]:
    """The places of the town: its yard, and for want of another yard its plant."""
    return [("yard", town.scenario.yards[0].yard_id), ("plant", town.scenario.plants[0].plant_id)]


@pytest.fixture
def tablet(county_app: Flask, yards: list[tuple[str, str]]) -> Tablet:
    return enrolled(county_app, yards[0])


@pytest.fixture
def attendant(county_app: Flask, yards: list[tuple[str, str]]) -> int:
    """The number of an attendant of the yard with a PIN."""
    return person(county_app, "attendant", yards[0], pin=PIN)


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


# Every route


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


def try_pin_without_token(tablet: Tablet, account_id: int, pin: str = PIN):
    return tablet.browser.post(f"/tablet/people/{account_id}", data={"pin": pin})


# Enrolling


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


# The key of programs


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


# Signing in


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
    account_id = person(county_app, "both", *yards, pin=PIN)
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


# PINs


# the last but one: digits, but not ours
NO_PINS = """
    000000 123456 654321 789012 121212 123123 112211 147258 900317 170390 031790 199003 200512 12345 1234567 12a456
    \u0661\u0662\u0663\u0664\u0665\u0666"""


@pytest.mark.parametrize("pin", [*NO_PINS.split(), ""])
def test_what_is_tried_first_is_no_pin(pin: str) -> None:
    assert pin_faults(pin) != []


def test_most_pins_are_good_enough() -> None:
    refused = sum(bool(pin_faults(f"{number:0{DIGITS}d}")) for number in range(0, 10**DIGITS, 7))
    assert refused < 0.15 * 10**DIGITS / 7
    assert [pin_faults(pin) for pin in (PIN, OTHER_PIN, WRONG_PIN)] == [[], [], []]


def test_a_one_time_pin_is_changed_at_its_first_use(
    county_app: Flask, tablet: Tablet, yards: list[tuple[str, str]]
) -> None:
    account_id = person(county_app, "newcomer", yards[0])
    assert try_pin(tablet, account_id).status_code == 422
    person(county_app, "boss", yards[0], roles=("yard_manager",))
    office = log_in(county_app, "boss@tests.example")
    page = office.post(f"/devices/people/{account_id}/pin", data={"csrf_token": csrf_token(office, "/devices")}).text
    one_time = re.search(r'id="one-time-pin">(\d{6})<', page)[1]
    assert try_pin(tablet, account_id, one_time).headers["Location"] == "/tablet/pin"
    assert not signed_in(tablet)
    assert tablet.browser.get("/").headers["Location"] == "/tablet/names"

    def choose(pin: str, again: str):
        token = csrf_token(tablet.browser, "/tablet/pin")
        return tablet.browser.post("/tablet/pin", data={"pin": pin, "again": again, "csrf_token": token})

    for pin, again in (("123456", "123456"), (PIN, OTHER_PIN), (one_time, one_time)):
        assert choose(pin, again).status_code == 422
    session_before = tablet.browser.get_cookie("session").value
    assert choose(PIN, PIN).status_code == 302
    assert signed_in(tablet)
    assert try_pin(tablet, account_id, one_time).status_code == 422
    assert try_pin(tablet, account_id, PIN).status_code == 302
    # what the browser kept from before chooses nothing again
    tablet.browser.set_cookie("session", session_before)
    assert tablet.browser.get("/tablet/pin").status_code == 404
    assert [what for what in done(county_app) if what.startswith("pin.")] == ["pin.given", "pin.chosen"]


def test_a_one_time_pin_that_was_not_used_in_time_opens_nothing(
    county_app: Flask, tablet: Tablet, attendant: int
) -> None:
    with county_app.app_context():
        one_time = give_one_time_pin(db.session, db.session.get_one(Account, attendant))
        db.session.execute(update(AccountPin).values(one_time_until=now() - timedelta(seconds=1)))
        db.session.commit()
    assert try_pin(tablet, attendant, one_time).status_code == 422
    assert try_pin(tablet, attendant, PIN).status_code == 422


@pytest.mark.parametrize("by_pin", [True, False])
def test_attendants_choose_another_pin_themselves(
    county_app: Flask, tablet: Tablet, attendant: int, by_pin: bool
) -> None:
    if by_pin:
        try_pin(tablet, attendant)
    browser = tablet.browser if by_pin else log_in(county_app, "attendant@tests.example")

    def choose(current: str, pin: str):
        form = {"current": current, "pin": pin, "again": pin, "csrf_token": csrf_token(browser, "/pin")}
        return browser.post("/pin", data=form)

    assert choose("not this one", OTHER_PIN).status_code == 422
    right = PIN if by_pin else PASSWORD
    assert choose(right, "123456").status_code == 422
    assert choose(right, OTHER_PIN).status_code == 302
    assert browser.get("/").status_code == 200
    assert try_pin(tablet, attendant, OTHER_PIN).status_code == 302


def test_wrong_pins_have_to_wait_and_the_lock_out_is_recorded(
    county_app: Flask, tablet: Tablet, attendant: int, yards: list[tuple[str, str]]
) -> None:
    for number in range(MOST_PINS_TOGETHER):
        assert try_pin(tablet, attendant, WRONG_PIN).status_code == 422, number
    assert try_pin(tablet, attendant, PIN).status_code == 422
    assert done(county_app).count("pin.locked") == 1
    assert done(county_app).count("login.wrong") == MOST_PINS_TOGETHER
    # the others work on; elsewhere too there is a limit
    colleague = person(county_app, "colleague", yards[0], pin=PIN)
    assert try_pin(tablet, colleague).status_code == 302
    second = enrolled(county_app, yards[0], "Gate 2")
    for _ in range(MOST_PINS_FOR_ACCOUNT - MOST_PINS_TOGETHER):
        assert try_pin(second, attendant, WRONG_PIN).status_code == 422
    third = enrolled(county_app, yards[0], "Gate 3")
    assert try_pin(third, attendant, PIN).status_code == 422


def test_of_many_tries_at_the_same_moment_no_more_are_looked_at(
    county_app: Flask, tablet: Tablet, attendant: int
) -> None:
    county_app.config["WTF_CSRF_ENABLED"] = False
    token = tablet.browser.get_cookie(COOKIE).value

    def guess(number: int) -> None:
        browser = county_app.test_client()
        browser.set_cookie(COOKIE, token)
        browser.post(f"/tablet/people/{attendant}", data={"pin": f"{600000 + number}"})

    with ThreadPoolExecutor(8) as at_once:
        list(at_once.map(guess, range(16)))
    assert done(county_app).count("login.wrong") <= MOST_PINS_TOGETHER


def test_a_right_pin_takes_wrong_ones_back(tablet: Tablet, attendant: int) -> None:
    for _ in range(3):
        for _ in range(MOST_PINS_TOGETHER - 1):
            assert try_pin(tablet, attendant, WRONG_PIN).status_code == 422
        assert try_pin(tablet, attendant).status_code == 302


def test_nobody_locks_an_attendant_out_by_the_login_page(county_app: Flask, tablet: Tablet, attendant: int) -> None:
    county_app.config["WTF_CSRF_ENABLED"] = False
    guesser = county_app.test_client()
    for _ in range(MOST_CODES):
        guesser.post("/login", data={"email": str(attendant), "password": "a wrong one"})
    assert try_pin_without_token(tablet, attendant).status_code == 302
