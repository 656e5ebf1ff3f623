"""The second factor on the page of the account: set up, renewed, turned off, taken away, and what is kept of it."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.accounts import throttle
from app.cli import main
from app.database.engine import db
from tests.app.authenticator import STEP_S, code_of, key_on, recovery_codes_on
from tests.app.second_factor.phones import (
    CODE_PAGE,
    RECOVERY_PAGE,
    SETUP_PAGE,
    Clock,
    Phone,
    account,
    confirm,
    give_password,
    is_logged_in,
    person,
    send,
    set_up,
    trail,
)
from tests.conftest import EMAIL, PASSWORD, SECRET, log_in


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
