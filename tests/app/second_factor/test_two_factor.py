"""The second factor at the login: asked for, tried in vain, lost."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from app import create_app
from app.accounts import throttle
from app.accounts.models import Account, WrongLogin
from app.database.engine import db
from tests.app.authenticator import STEP_S, code_of
from tests.app.second_factor.phones import (
    CODE_PAGE,
    RECOVERY_PAGE,
    Phone,
    account,
    age,
    give_password,
    is_logged_in,
    send,
)
from tests.conftest import EMAIL, PASSWORD, config_for, csrf_token


def test_after_the_set_up_a_login_asks_for_the_code(app: Flask, browser: FlaskClient, phone: Phone) -> None:
    assert is_logged_in(browser)
    guest = give_password(app)
    assert not is_logged_in(guest)
    assert guest.get("/").status_code == 302
    answer = send(guest, CODE_PAGE, code=phone.fresh_code())
    assert answer.status_code == 302
    assert is_logged_in(guest)


def test_the_page_that_was_asked_for_comes_after_the_code(app: Flask, phone: Phone) -> None:
    guest = app.test_client()
    answer = send(guest, "/login?next=/account", email=EMAIL, password=PASSWORD)
    asked = answer.headers["Location"]
    assert send(guest, asked, code=phone.fresh_code()).headers["Location"] == "/account"


def test_a_phone_may_be_half_a_minute_off_and_no_more(app: Flask, phone: Phone) -> None:
    phone.clock.at_s += 10 * STEP_S
    late = code_of(phone.key, phone.clock.at_s - 2 * STEP_S)
    assert send(give_password(app), CODE_PAGE, code=late).status_code == 200
    for typed in (code_of(phone.key, phone.clock.at_s - STEP_S), code_of(phone.key, phone.clock.at_s + STEP_S)):
        assert send(give_password(app), CODE_PAGE, code=typed).status_code == 302


def test_a_code_may_be_typed_with_a_space_or_in_full_width_digits(app: Flask, phone: Phone) -> None:
    code = phone.fresh_code()
    assert send(give_password(app), CODE_PAGE, code=f" {code[:3]} {code[3:]}").status_code == 302
    wide = phone.fresh_code().translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    assert send(give_password(app), CODE_PAGE, code=wide).status_code == 302


def test_a_code_works_once(app: Flask, phone: Phone) -> None:
    # the one that confirmed the set-up is used up as well
    assert send(give_password(app), CODE_PAGE, code=phone.code()).status_code == 200
    code = phone.fresh_code()
    assert send(give_password(app), CODE_PAGE, code=code).status_code == 302
    second = give_password(app)
    assert send(second, CODE_PAGE, code=code).status_code == 200
    assert not is_logged_in(second)


def test_of_many_who_use_a_code_at_the_same_moment_one_comes_in(app: Flask, phone: Phone) -> None:
    code = phone.fresh_code()
    waiting = [give_password(app) for _ in range(6)]
    tokens = [csrf_token(browser, CODE_PAGE) for browser in waiting]
    with ThreadPoolExecutor(6) as pool:
        answers = list(
            pool.map(
                lambda who: who[0].post(CODE_PAGE, data={"code": code, "csrf_token": who[1]}).status_code,
                zip(waiting, tokens, strict=True),
            )
        )
    assert sorted(answers) == [200] * 5 + [302]


def test_of_many_who_use_a_recovery_code_at_the_same_moment_one_comes_in(app: Flask, phone: Phone) -> None:
    waiting = [give_password(app) for _ in range(6)]
    tokens = [csrf_token(browser, RECOVERY_PAGE) for browser in waiting]
    with ThreadPoolExecutor(6) as pool:
        answers = list(
            pool.map(
                lambda who: (
                    who[0].post(RECOVERY_PAGE, data={"code": phone.recovery_codes[0], "csrf_token": who[1]}).status_code
                ),
                zip(waiting, tokens, strict=True),
            )
        )
    assert sorted(answers) == [200] * 5 + [302]


def test_wrong_codes_count_over_processes_until_even_the_right_one_waits(
    app: Flask, phone: Phone, database_url: str, tmp_path: Path
) -> None:
    other = create_app(config_for(database_url, tmp_path))
    phone.clock.on(other)
    browsers = [give_password(app), give_password(other)]
    for number in range(throttle.MOST_CODES):
        answer = send(browsers[number % 2], CODE_PAGE, code=phone.wrong_code())
        assert answer.status_code == 200
    for browser in browsers:
        answer = send(browser, CODE_PAGE, code=phone.fresh_code())
        assert answer.status_code == 200
        assert "分钟" in answer.text
        assert not is_logged_in(browser)
    # the password given once more wipes nothing out
    assert send(give_password(app), CODE_PAGE, code=phone.fresh_code()).status_code == 200
    age(app, throttle.WINDOW + timedelta(seconds=1))
    assert send(give_password(app), CODE_PAGE, code=phone.fresh_code()).status_code == 302
    with other.app_context():
        db.engine.dispose()


def test_many_wrong_codes_at_the_same_moment_find_no_more_room(app: Flask, phone: Phone) -> None:
    waiting = [give_password(app) for _ in range(throttle.MOST_CODES + 4)]
    tokens = [csrf_token(browser, CODE_PAGE) for browser in waiting]
    wrong = phone.wrong_code()
    with ThreadPoolExecutor(7) as pool:
        pages = list(
            pool.map(
                lambda who: who[0].post(CODE_PAGE, data={"code": wrong, "csrf_token": who[1]}).text,
                zip(waiting, tokens, strict=True),
            )
        )
    assert sum("分钟" in page for page in pages) == 4
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(WrongLogin)) == throttle.MOST_CODES


def test_wrong_codes_count_for_a_day(app: Flask, phone: Phone) -> None:
    for _ in range(throttle.MOST_CODES_A_DAY // throttle.MOST_CODES):
        browser = give_password(app)
        for _ in range(throttle.MOST_CODES):
            send(browser, CODE_PAGE, code=phone.wrong_code())
        age(app, throttle.WINDOW + timedelta(minutes=1))
    assert send(give_password(app), CODE_PAGE, code=phone.fresh_code()).status_code == 200
    age(app, throttle.CODES_DAY)
    assert send(give_password(app), CODE_PAGE, code=phone.fresh_code()).status_code == 302


def test_what_cannot_be_a_code_is_not_counted(app: Flask, phone: Phone) -> None:
    browser = give_password(app)
    for typed in ("", "12345", "1234567", "abcdef", "٠١٢٣٤٥", "x" * 5000):
        assert send(browser, CODE_PAGE, code=typed).status_code == 200
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(WrongLogin)) == 0


def test_who_owes_the_code_has_ten_minutes(app: Flask, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = give_password(app)
    token = csrf_token(browser, CODE_PAGE)
    monkeypatch.setattr("app.accounts.two_factor_login.HALFWAY_S", -1)
    answer = browser.post(CODE_PAGE, data={"code": phone.fresh_code(), "csrf_token": token})
    assert answer.headers["Location"].startswith("/login?")
    monkeypatch.undo()
    assert not is_logged_in(browser)


def test_an_account_that_is_closed_meanwhile_does_not_come_in(app: Flask, phone: Phone) -> None:
    browser = give_password(app)
    with app.app_context():
        db.session.execute(update(Account).values(active=False))
        db.session.commit()
    assert send(browser, CODE_PAGE, code=phone.fresh_code()).status_code == 200
    assert send(browser, RECOVERY_PAGE, code=phone.recovery_codes[0]).status_code == 200
    assert not is_logged_in(browser)


def test_a_recovery_code_opens_once_however_it_is_typed(app: Flask, phone: Phone) -> None:
    first, second = phone.recovery_codes[:2]
    browser = give_password(app)
    assert send(browser, RECOVERY_PAGE, code=first).status_code == 302
    assert "9" in re.search(r'class="notice notice-warning">([^<]+)<', browser.get("/account").text)[1]
    again = give_password(app)
    assert send(again, RECOVERY_PAGE, code=first).status_code == 200
    assert not is_logged_in(again)
    assert send(again, RECOVERY_PAGE, code=second.replace("-", " ").upper()).status_code == 302


def test_recovery_codes_are_tried_no_more_often_than_codes(app: Flask, phone: Phone) -> None:
    browser = give_password(app)
    for _ in range(throttle.MOST_CODES):
        assert send(browser, RECOVERY_PAGE, code="0000-0000-0000").status_code == 200
    assert send(browser, RECOVERY_PAGE, code=phone.recovery_codes[0]).status_code == 200
    assert send(browser, CODE_PAGE, code=phone.fresh_code()).status_code == 200
    assert len(account(app).mf_recovery_codes) == 10


def test_who_is_logged_in_stays_so_on_the_page_for_codes(browser: FlaskClient, phone: Phone) -> None:
    for address in (CODE_PAGE, RECOVERY_PAGE):
        assert browser.get(address).headers["Location"] == "/"
        assert is_logged_in(browser)


def test_a_forgotten_token_is_refused_like_in_every_form(app: Flask, browser: FlaskClient, phone: Phone) -> None:
    assert give_password(app).post(CODE_PAGE, data={"code": phone.fresh_code()}).status_code == 400
    for address in ("/account/second-factor/off", "/account/second-factor/codes"):
        assert browser.post(address, data={"code": phone.fresh_code()}).status_code == 400
