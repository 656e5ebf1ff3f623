"""The second factor: set up, asked for, tried in vain, lost, taken away, required."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text, update

from app import create_app
from app.accounts import throttle
from app.accounts.audit import AuditEntry
from app.accounts.models import Account, WrongLogin
from app.accounts.operations import open_account
from app.accounts.permissions import Door, Permission, access_of
from app.accounts.roles import ROLES
from app.cli import main
from app.database.engine import db
from tests.app.authenticator import STEP_S, code_of, key_on, recovery_codes_on
from tests.conftest import EMAIL, PASSWORD, SECRET, config_for, csrf_token, log_in

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


@pytest.fixture
def clock(app: Flask) -> Clock:
    clock = Clock()
    clock.on(app)
    return clock


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """A dispatcher logged in."""
    return log_in(app)


@pytest.fixture
def phone(browser: FlaskClient, clock: Clock) -> Phone:
    """The dispatcher's, with the second factor set up."""
    return set_up(browser, clock)


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


def test_office_roles_are_all_but_those_that_sign_in_on_tablets() -> None:
    assert {kind.name for kind in ROLES if not kind.office} == {"attendant"}


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


def test_neither_key_nor_recovery_codes_are_stored_as_they_are(app: Flask, phone: Phone) -> None:
    with app.app_context():
        row = db.session.execute(text("SELECT tf_totp_secret, mf_recovery_codes FROM account")).one()
    stored = " ".join(row)
    assert "enckey" in stored
    assert phone.key.replace(" ", "") not in stored
    for code in phone.recovery_codes:
        assert code not in stored
        assert code.replace("-", "") not in stored


def test_the_set_up_ends_all_other_sessions(app: Flask, browser: FlaskClient, clock: Clock) -> None:
    elsewhere = log_in(app)
    assert is_logged_in(elsewhere)
    set_up(browser, clock)
    assert is_logged_in(browser)
    assert not is_logged_in(elsewhere)


def test_a_wrong_code_sets_nothing_up_and_the_key_stays(app: Flask, browser: FlaskClient, clock: Clock) -> None:
    page = browser.get(SETUP_PAGE).text
    key = key_on(page)
    answer = confirm(browser, page, code_of(key, clock.at_s + 20 * STEP_S))
    assert answer.status_code == 422
    assert key_on(answer.text) == key
    assert account(app).tf_totp_secret is None
    assert confirm(browser, answer.text, code_of(key, clock.at_s)).status_code == 200
    # what is set up is not set up over again by sending the form once more
    assert confirm(browser, answer.text, code_of(key, clock.at_s)).headers["Location"] == SETUP_PAGE
    assert browser.get(SETUP_PAGE).headers["Location"] == "/account"


def test_the_key_of_somebody_else_is_not_taken(app: Flask, browser: FlaskClient, clock: Clock) -> None:
    other = log_in(app, person(app, "finance"))
    page = other.get(SETUP_PAGE).text
    shown = re.search(r'name="shown"[^>]*value="([^"]+)"', page)[1]
    for forged in (shown, shown[:-2] + "xx", ""):
        answer = send(browser, SETUP_PAGE, shown=forged, code=code_of(key_on(page), clock.at_s))
        assert answer.headers["Location"] == SETUP_PAGE
    assert account(app).tf_totp_secret is None


def test_who_logged_in_long_ago_gives_the_password_once_more(app: Flask, browser: FlaskClient, clock: Clock) -> None:
    with browser.session_transaction() as session:
        session["fs_paa"] = time.time() - 3600
    page = browser.get(SETUP_PAGE).text
    assert 'name="password"' in page
    code = code_of(key_on(page), clock.at_s)
    for wrong in ("", "not this one at all"):
        assert confirm(browser, page, code, password=wrong).status_code == 422
    assert account(app).tf_totp_secret is None
    assert confirm(browser, page, code, password=PASSWORD).status_code == 200
    assert [entry.after for entry in trail(app) if entry.what == "account.proof_refused"] == [{"reason": "wrong"}] * 2


def test_new_recovery_codes_need_a_code_and_void_the_old(app: Flask, browser: FlaskClient, phone: Phone) -> None:
    answer = send(browser, "/account/second-factor/codes", form="/account", code=phone.wrong_code())
    assert answer.status_code == 422
    assert recovery_codes_on(answer.text) == []
    answer = send(browser, "/account/second-factor/codes", form="/account", code=phone.fresh_code())
    new = recovery_codes_on(answer.text)
    assert len(new) == 10
    guest = give_password(app)
    assert send(guest, RECOVERY_PAGE, code=phone.recovery_codes[0]).status_code == 200
    assert send(guest, RECOVERY_PAGE, code=new[0]).status_code == 302


def test_turning_off_needs_a_code_that_was_not_used(app: Flask, browser: FlaskClient, phone: Phone) -> None:
    for refused in ("", phone.wrong_code(), phone.code(), "0000-0000-0000"):
        answer = send(browser, "/account/second-factor/off", form="/account", code=refused)
        assert answer.status_code == 422
    assert send(browser, "/account/second-factor/off", form="/account", code=phone.fresh_code()).status_code == 302
    assert is_logged_in(log_in(app))
    stored = account(app)
    assert (stored.tf_totp_secret, stored.tf_primary_method, stored.tf_last_counter) == (None, None, None)
    assert not stored.mf_recovery_codes


def test_turning_off_by_a_recovery_code_is_for_a_lost_phone(app: Flask, browser: FlaskClient, phone: Phone) -> None:
    answer = send(browser, "/account/second-factor/off", form="/account", code=phone.recovery_codes[3])
    assert answer.status_code == 302
    assert account(app).tf_totp_secret is None


def test_tries_on_the_page_of_the_account_count_with_those_of_the_login(
    app: Flask, browser: FlaskClient, phone: Phone
) -> None:
    for _ in range(throttle.MOST_CODES):
        send(browser, "/account/second-factor/off", form="/account", code=phone.wrong_code())
    answer = send(browser, "/account/second-factor/off", form="/account", code=phone.fresh_code())
    assert answer.status_code == 422
    assert send(give_password(app), CODE_PAGE, code=phone.fresh_code()).status_code == 200


def test_an_administrator_takes_it_away_and_the_sessions_end(app: Flask, browser: FlaskClient, phone: Phone) -> None:
    waiting = give_password(app)
    for _ in range(throttle.MOST_CODES):
        send(waiting, CODE_PAGE, code=phone.wrong_code())
    chief = log_in(app, person(app, "administrator"))
    page = f"/people/{account(app).id}"
    assert send(chief, f"{page}/second-factor", form=page).status_code == 302
    assert not is_logged_in(browser)
    assert send(waiting, CODE_PAGE, form="/login", code=phone.fresh_code()).headers["Location"].startswith("/login")
    again = log_in(app)
    assert is_logged_in(again)
    assert send(chief, f"{page}/second-factor", form=page).status_code == 404
    # another one is set up, with no wrong tries to its name
    phone.clock.next_code()
    new = set_up(again, phone.clock)
    assert send(give_password(app), CODE_PAGE, code=new.fresh_code()).status_code == 302


def test_nobody_takes_their_own_away_without_a_code(app: Flask, clock: Clock) -> None:
    email = person(app, "administrator")
    chief = log_in(app, email)
    set_up(chief, clock)
    page = f"/people/{account(app, email).id}"
    assert "/second-factor" not in chief.get(page).text
    assert send(chief, f"{page}/second-factor", form=page).status_code == 403
    assert account(app, email).tf_totp_secret is not None


def test_a_new_password_by_link_leaves_the_second_factor(app: Flask, phone: Phone) -> None:
    chief = log_in(app, person(app, "administrator"))
    page = f"/people/{account(app).id}"
    link = re.search(r"/invitations/[\w-]+", send(chief, f"{page}/link", form=page).text)[0]
    assert send(app.test_client(), link, password=PASSWORD, again=PASSWORD).status_code == 302
    assert send(give_password(app), CODE_PAGE, code=phone.fresh_code()).status_code == 302


def test_an_attendant_is_not_offered_one(app: Flask) -> None:
    attendant = log_in(app, person(app, "attendant"))
    assert SETUP_PAGE not in attendant.get("/account").text
    assert attendant.get(SETUP_PAGE).status_code == 404


def test_it_is_offered_and_not_asked_for_by_default(app: Flask, browser: FlaskClient) -> None:
    assert SETUP_PAGE in browser.get("/account").text
    assert browser.get("/").status_code == 200


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


def test_who_is_logged_in_stays_so_on_the_page_for_codes(browser: FlaskClient, phone: Phone) -> None:
    for address in (CODE_PAGE, RECOVERY_PAGE):
        assert browser.get(address).headers["Location"] == "/"
        assert is_logged_in(browser)


def test_a_forgotten_token_is_refused_like_in_every_form(app: Flask, browser: FlaskClient, phone: Phone) -> None:
    assert give_password(app).post(CODE_PAGE, data={"code": phone.fresh_code()}).status_code == 400
    for address in ("/account/second-factor/off", "/account/second-factor/codes"):
        assert browser.post(address, data={"code": phone.fresh_code()}).status_code == 400


@pytest.fixture
def log_lines(capfd: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """Everything that any library logs, at the level of debugging."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lines
    root.removeHandler(handler)
    root.setLevel(level)


def test_everything_is_in_the_trail_and_no_secret_in_trail_or_logs(
    app: Flask, browser: FlaskClient, clock: Clock, log_lines: list[str]
) -> None:
    phone = set_up(browser, clock)
    typed = [phone.wrong_code(), phone.fresh_code()]
    guest = give_password(app)
    for code in typed:
        send(guest, CODE_PAGE, code=code)
    send(give_password(app), RECOVERY_PAGE, code=phone.recovery_codes[0])
    send(browser, "/account/second-factor/off", form="/account", code=typed[0])
    typed.append(phone.fresh_code())
    new = recovery_codes_on(send(browser, "/account/second-factor/codes", form="/account", code=typed[-1]).text)
    chief = log_in(app, person(app, "administrator"))
    page = f"/people/{account(app).id}"
    send(chief, f"{page}/second-factor", form=page)
    entries = [(entry.what, entry.after) for entry in trail(app) if entry.subject_id == str(account(app).id)]
    assert entries == [
        ("login.right", {"by": ["password"]}),
        ("account.second_factor_set_up", {"second_factor": "on", "codes_left": 10}),
        ("login.wrong", {"reason": "wrong second factor"}),
        ("login.right", {"by": ["password", "authenticator"]}),
        ("login.right", {"by": ["password", "recovery code"]}),
        ("account.proof_refused", {"reason": "wrong second factor"}),
        ("account.codes_renewed", {"second_factor": "on", "codes_left": 10}),
        ("account.second_factor_reset", {"second_factor": "off"}),
    ]
    said = json.dumps([[e.what, e.before, e.after, e.where_from, e.actor_name] for e in trail(app)]) + "".join(
        log_lines
    )
    for secret in [*typed, *phone.recovery_codes, *new, phone.key.replace(" ", ""), phone.key]:
        assert secret not in said
    reset = next(entry for entry in trail(app) if entry.what == "account.second_factor_reset")
    assert reset.actor_name == "administrator"


def age(app: Flask, by: timedelta) -> None:
    """Let all wrong tries be so much older."""
    with app.app_context():
        for tried in db.session.scalars(select(WrongLogin)):
            tried.at -= by
        db.session.commit()


def test_at_the_servers_command_line_it_is_taken_away_too(
    app: Flask, phone: Phone, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRAWLINE_INSTANCE", str(tmp_path))
    monkeypatch.setenv("STRAWLINE_DATABASE_URL", database_url)
    monkeypatch.setenv("STRAWLINE_SECRET_KEY", SECRET)
    runner = CliRunner()
    assert runner.invoke(main, ["second-factor", "reset", "nobody@tests.example"]).exit_code == 1
    answer = runner.invoke(main, ["second-factor", "reset", EMAIL])
    assert answer.exit_code == 0, answer.output
    assert is_logged_in(log_in(app))
    entry = next(entry for entry in trail(app) if entry.what == "account.second_factor_reset")
    assert entry.actor_kind == "command"
    assert "no-second-factor" in runner.invoke(main, ["second-factor", "reset", EMAIL]).output
