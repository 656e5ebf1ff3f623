"""PINs: which are good enough, how they are given, chosen, tried in vain."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from app.accounts.device_models import AccountPin
from app.accounts.device_requests import COOKIE
from app.accounts.models import Account
from app.accounts.pins import DIGITS, give_one_time_pin, pin_faults
from app.accounts.throttle import MOST_PINS_FOR_ACCOUNT, MOST_PINS_TOGETHER
from app.accounts.throttle import MOST_TOGETHER as MOST_CODES
from app.clock import now
from app.database.engine import db
from tests.app.devices.tablets import (
    OTHER_PIN,
    PIN,
    WRONG_PIN,
    Tablet,
    done,
    enrolled,
    person,
    signed_in,
    try_pin,
    try_pin_without_token,
)
from tests.conftest import PASSWORD, csrf_token, log_in

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
