"""Every route, asked for by everybody: the matrix is made from the URL map, so a new route is in it by itself."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Account
from app.accounts.operations import open_account
from app.accounts.permissions import Door, Permission, access_of
from app.accounts.roles import BY_NAME, ROLES, permissions_of
from app.database.engine import db
from tests.app.addresses import NO_SUCH_TOKEN, every_address
from tests.app.day_plan import PlannedTown
from tests.conftest import PASSWORD, log_in

ALL_ROLES = tuple(kind.name for kind in ROLES)


def test_every_route_declares_what_it_takes_to_reach_it(county_app: Flask) -> None:
    silent = [rule.endpoint for rule in county_app.url_map.iter_rules() if not access_of(county_app, rule.endpoint)]
    assert silent == []


def test_only_these_routes_are_open_to_anyone(county_app: Flask) -> None:
    """Whoever opens another says so here, where a reviewer sees it."""
    open_ = {
        rule.endpoint for rule in county_app.url_map.iter_rules() if access_of(county_app, rule.endpoint) is Door.ANYONE
    }
    assert open_ == {
        "static",
        "security.login",
        "language.switch_language",
        "people.invitation_page",
        "people.accept_invitation",
        "enrolment.code_page",
        "enrolment.read_code",
        "enrolment.confirm_page",
        "enrolment.enrol_here",
        "health.healthz",
        "verification.ticket",
        "gate.check",
    }


def test_only_these_routes_ask_for_a_token_of_their_own(county_app: Flask) -> None:
    closed_to_people = {
        rule.endpoint
        for rule in county_app.url_map.iter_rules()
        if access_of(county_app, rule.endpoint) is Door.PROGRAMS
    }
    assert closed_to_people == {"health.metrics", "instruments.enrol", "heat.receive"}


def test_only_these_routes_are_for_enrolled_tablets(county_app: Flask) -> None:
    """tests/app/devices/test_devices.py asks for every route with a tablet's cookie and with its key."""
    for_devices = {
        rule.endpoint: access_of(county_app, rule.endpoint)
        for rule in county_app.url_map.iter_rules()
        if access_of(county_app, rule.endpoint) in (Door.TABLETS, Door.DEVICES)
    }
    assert {endpoint for endpoint, door in for_devices.items() if door is Door.DEVICES} == {
        "enrolment.program",
        "tablet_records.ping",
        "tablet_records.receive",
        "tablet_records.receive_attachment",
        "notebook.read_notebook",
        "notebook.try_pin",
        "notebook.agree_to_void",
        "notebook.decline_void",
    }
    assert {endpoint for endpoint, door in for_devices.items() if door is Door.TABLETS} == {
        "tablet.names",
        "tablet.keypad",
        "tablet.sign_in_here",
        "tablet.unlock",
        "tablet.pin_session",
        "tablet.choosing_page",
        "tablet.choose_first_pin",
        "tablet.lock",
        "enrolment.enrolled",
        "enrolment.sync_key",
        "gate.shell",
        "gate.later",
        "gate.manifest",
        "gate_worker.worker",
    }


def test_only_these_routes_are_for_those_who_owe_a_code(county_app: Flask) -> None:
    assert routes_behind(county_app, Door.HALFWAY) == {"security.two_factor_token_validation", "security.mf_recovery"}


def test_only_these_routes_of_libraries_are_switched_off(county_app: Flask) -> None:
    assert routes_behind(county_app, Door.NOBODY) == {
        "security.two_factor_setup",
        "security.two_factor_setup_validate",
        "security.two_factor_rescue",
        "security.tf_select",
        "security.mf_recovery_codes",
    }


def test_without_a_login_every_other_route_asks_for_one(county_app: Flask, town: PlannedTown) -> None:
    county_app.config["WTF_CSRF_ENABLED"] = False
    for endpoint, method, address in every_address(county_app, town):
        with county_app.test_client().open(address, method=method) as answer:
            if access_of(county_app, endpoint) is Door.ANYONE:
                # the only link in these addresses is one that does not exist
                nothing_there = answer.status_code == 404 and NO_SUCH_TOKEN in address
                assert answer.status_code in (200, 302, 422) or nothing_there, address
                assert "/login" not in answer.headers.get("Location", ""), address
            elif access_of(county_app, endpoint) is Door.PROGRAMS:
                assert answer.status_code in (401, 404), address
            elif access_of(county_app, endpoint) in (Door.TABLETS, Door.DEVICES):
                assert_no_tablet(answer, address)
            else:
                assert_closed(answer, address)


@pytest.mark.parametrize("role", ALL_ROLES)
def test_a_role_reaches_what_its_permissions_say_and_nothing_else(
    county_app: Flask, town: PlannedTown, role: str
) -> None:
    county_app.config["WTF_CSRF_ENABLED"] = False
    browser = somebody(county_app, role)
    allowed = permissions_of([role])
    for endpoint, method, address in every_address(county_app, town):
        if endpoint.startswith("security."):
            continue
        access = access_of(county_app, endpoint)
        with browser.open(address, method=method) as answer:
            if access in (Door.TABLETS, Door.DEVICES):
                assert_no_tablet(answer, address)
            elif access is Door.PROGRAMS:
                # a login is no token
                assert answer.status_code in (401, 404), (role, method, address)
            elif isinstance(access, Permission) and access not in allowed:
                assert answer.status_code == 403, (role, method, address)
            else:
                assert answer.status_code not in (401, 403), (role, method, address)
                assert answer.status_code < 500, (role, method, address)
                assert "/login" not in answer.headers.get("Location", ""), (role, method, address)


@pytest.mark.parametrize("role", ALL_ROLES)
def test_an_account_that_is_disabled_is_out_at_once(county_app: Flask, town: PlannedTown, role: str) -> None:
    county_app.config["WTF_CSRF_ENABLED"] = False
    browser = somebody(county_app, role)
    assert browser.get("/").status_code in (200, 302)
    with county_app.app_context():
        db.session.query(Account).filter_by(email=f"{role}@tests.example").one().active = False
        db.session.commit()
    for endpoint, method, address in every_address(county_app, town):
        if access_of(county_app, endpoint) not in (Door.ANYONE, Door.PROGRAMS, Door.TABLETS, Door.DEVICES):
            with browser.open(address, method=method) as answer:
                assert_closed(answer, address)


def test_somebody_with_two_roles_may_do_what_either_may() -> None:
    both = permissions_of(["plant", "dispatcher"])
    assert both == BY_NAME["plant"].permissions | BY_NAME["dispatcher"].permissions
    assert permissions_of(["no such role"]) == frozenset()


def routes_behind(app: Flask, door: Door) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules() if access_of(app, rule.endpoint) is door}


def assert_closed(answer: object, address: str) -> None:
    """A page sends to the login, data says so in JSON."""
    if address.startswith("/data/"):
        assert answer.status_code == 401, address
        assert answer.is_json
    else:
        assert answer.status_code == 302, address
        assert answer.headers["Location"].startswith("/login"), address


def assert_no_tablet(answer: object, address: str) -> None:
    """A page says how this browser becomes a tablet, data says in JSON that it is none."""
    if address.startswith("/data/"):
        assert answer.status_code == 401, address
        assert answer.get_json()["error"]["code"] == "device-needed"
    else:
        assert (answer.status_code, answer.headers.get("Location")) == (302, "/tablet/enrol"), address


def somebody(app: Flask, role: str) -> FlaskClient:
    """A browser in which somebody with this one role is logged in."""
    email = f"{role}@tests.example"
    with app.app_context():
        open_account(db.session, email=email, name=role, password=PASSWORD, role_names=[role])
        db.session.commit()
    return log_in(app, email)
