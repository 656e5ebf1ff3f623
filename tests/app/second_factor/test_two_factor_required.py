"""Where the second factor is required: whom it keeps out, and from what."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.permissions import Door, Permission, access_of
from app.accounts.roles import ROLES
from tests.app.second_factor.phones import SETUP_PAGE, Clock, person, require, send, set_up
from tests.conftest import csrf_token, log_in


def test_office_roles_are_all_but_those_that_sign_in_on_tablets() -> None:
    assert {kind.name for kind in ROLES if not kind.office} == {"attendant", "plant_attendant"}


@pytest.mark.parametrize("role", [kind.name for kind in ROLES if kind.office])
def test_where_it_is_required_an_office_account_opens_nothing_before(app: Flask, clock: Clock, role: str) -> None:
    require(app)
    browser = log_in(app, person(app, role))
    for address in ("/", "/account", "/people", "/registry", "/no-such-page", "/audit"):
        answer = browser.get(address)
        assert (answer.status_code, answer.headers.get("Location")) == (302, SETUP_PAGE), address
    assert send(browser, "/people/new", form=SETUP_PAGE, name="x").headers["Location"] == SETUP_PAGE
    phone = set_up(browser, clock)
    assert browser.get("/").status_code == 200
    # giving up the old phone leads to the set-up of the new one
    send(browser, "/account/second-factor/off", form="/account", code=phone.fresh_code())
    assert browser.get("/").headers["Location"] == SETUP_PAGE


def test_where_it_is_required_data_says_so_in_json(app: Flask) -> None:
    browser = log_in(app, person(app, "administrator"))
    require(app)
    for_people = (rule for rule in app.url_map.iter_rules() if isinstance(access_of(app, rule.endpoint), Permission))
    answer = browser.get(
        next(rule.rule for rule in for_people if rule.rule.startswith("/data/") and not rule.arguments)
    )
    assert answer.status_code == 403
    assert answer.json["error"]["code"] == "second-factor-needed"


def test_where_it_is_required_attendants_go_on_as_before(app: Flask) -> None:
    require(app)
    assert log_in(app, person(app, "attendant")).get("/").status_code == 200


def test_pages_of_the_library_that_we_do_not_use_are_not_there(app: Flask, browser: FlaskClient) -> None:
    off = [rule for rule in app.url_map.iter_rules() if access_of(app, rule.endpoint) is Door.NOBODY]
    assert len(off) == 5
    for rule in off:
        address = rule.rule.replace("<token>", "x")
        assert app.test_client().get(address).status_code in (302, 405), address
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            data = {"csrf_token": csrf_token(browser, "/account")}
            assert browser.open(address, method=method, data=data).status_code == 404, address
