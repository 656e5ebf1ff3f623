"""Inviting people, what links and passwords are worth, and who is kept out."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.accounts import throttle
from app.accounts.audit import AuditEntry
from app.accounts.login_form import HASHING
from app.accounts.models import Account, Invitation, WrongLogin
from app.accounts.operations import open_account
from app.accounts.passwords import password_faults
from app.clock import now
from app.database.engine import db
from tests.conftest import PASSWORD, csrf_token, log_in

ADMINISTRATOR = "chief@tests.example"
GOOD_PASSWORD = "seven yellow straw bales"


@pytest.fixture
def administrator(county_app: Flask) -> FlaskClient:
    """A browser with an administrator logged in."""
    with county_app.app_context():
        open_account(db.session, email=ADMINISTRATOR, name="Chief", password=PASSWORD, role_names=["administrator"])
        db.session.commit()
    return log_in(county_app, ADMINISTRATOR)


def send(browser: FlaskClient, address: str, form: str | None = None, **fields: object):
    """Post a form with the token of the page it is on."""
    return browser.post(address, data={**fields, "csrf_token": csrf_token(browser, form or address)})


def invite(browser: FlaskClient, email: str = "town@tests.example", **fields: object) -> str:
    """Invite somebody and return the path of the link."""
    said = {"name": "Town Example", "email": email, "role": ["dispatcher"], **fields}
    answer = send(browser, "/people/new", **said)
    assert answer.status_code == 200, answer.text
    return re.search(r"http://localhost(/invitations/[\w-]+)", answer.text)[1]


def test_an_invited_person_sets_a_password_once_and_logs_in(county_app: Flask, administrator: FlaskClient) -> None:
    link = invite(administrator)
    guest = county_app.test_client()
    assert send(guest, link, password=GOOD_PASSWORD, again=GOOD_PASSWORD).status_code == 302
    answer = send(guest, "/login", email="town@tests.example", password=GOOD_PASSWORD)
    assert answer.status_code == 302
    assert guest.get("/", follow_redirects=True).status_code == 200
    assert county_app.test_client().get(link).status_code == 404


def test_before_the_password_is_set_nobody_logs_in(county_app: Flask, administrator: FlaskClient) -> None:
    invite(administrator)
    with county_app.app_context():
        stored = db.session.scalars(select(Account.password).where(Account.email == "town@tests.example")).one()
    for password in (stored, "", PASSWORD):
        guest = county_app.test_client()
        assert send(guest, "/login", email="town@tests.example", password=password).status_code == 200
        assert guest.get("/people").status_code == 302


def test_a_link_ends_when_it_expires_or_a_newer_one_is_made(county_app: Flask, administrator: FlaskClient) -> None:
    first = invite(administrator)
    person = account_id(county_app, "town@tests.example")
    answer = send(administrator, f"/people/{person}/link", form=f"/people/{person}")
    second = re.search(r"/invitations/[\w-]+", answer.text)[0]
    guest = county_app.test_client()
    assert guest.get(first).status_code == 404
    assert guest.get(second).status_code == 200
    with county_app.app_context():
        db.session.execute(update(Invitation).values(expires_at=now() - timedelta(seconds=1)))
        db.session.commit()
    assert guest.get(second).status_code == 404


def test_two_who_use_one_link_at_once_do_not_both_set_a_password(county_app: Flask, administrator: FlaskClient) -> None:
    county_app.config["WTF_CSRF_ENABLED"] = False
    link = invite(administrator)

    def use(number: int) -> int:
        password = f"{GOOD_PASSWORD} {number}"
        return county_app.test_client().post(link, data={"password": password, "again": password}).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(use, range(4)))
    assert statuses.count(302) == 1, statuses
    assert set(statuses) <= {302, 404}


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("seven yellow straw bales", True),
        ("秸秆打捆运到转运场去了呀好的", True),
        ("short", False),
        ("123456qwerty", False),
        ("aaaaaaaaaaaaaa", False),
        ("Town Example 1234", False),
        ("x" * 300, False),
    ],
)
def test_passwords_are_judged_by_length_and_by_what_is_tried_first(password: str, good: bool) -> None:
    assert (password_faults(password, ("Town Example",)) == []) is good


def test_a_bad_password_is_told_and_the_link_stays(county_app: Flask, administrator: FlaskClient) -> None:
    link = invite(administrator)
    guest = county_app.test_client()
    for typed in ({"password": "short", "again": "short"}, {"password": GOOD_PASSWORD, "again": "another"}):
        answer = send(guest, link, **typed)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    assert guest.get(link).status_code == 200


def test_a_form_with_faults_says_all_of_them_and_keeps_what_was_typed(administrator: FlaskClient) -> None:
    answer = send(administrator, "/people/new", name="", email="no address", role=["plant"])
    assert answer.status_code == 422
    assert answer.text.count('class="form-field has-error"') == 3
    assert 'value="no address"' in answer.text


def test_an_address_is_taken_once(administrator: FlaskClient) -> None:
    invite(administrator)
    assert (
        send(administrator, "/people/new", name="B", email="TOWN@tests.example", role=["dispatcher"]).status_code == 422
    )


def test_a_closed_account_is_out_and_its_links_are_over(county_app: Flask, administrator: FlaskClient) -> None:
    link = invite(administrator)
    person = account_id(county_app, "town@tests.example")
    page = f"/people/{person}"
    assert send(administrator, f"{page}/active", form=page, active="0").status_code == 302
    assert county_app.test_client().get(link).status_code == 404
    assert send(administrator, f"{page}/active", form=page, active="1").status_code == 302
    assert county_app.test_client().get(link).status_code == 404


def test_the_last_administrator_stays_one(county_app: Flask, administrator: FlaskClient) -> None:
    me = account_id(county_app, ADMINISTRATOR)
    page = f"/people/{me}"
    assert send(administrator, f"{page}/active", form=page, active="0").status_code == 409
    answer = send(administrator, page, name="Chief", email=ADMINISTRATOR, role=["dispatcher"])
    assert answer.status_code == 422
    assert administrator.get("/people").status_code == 200


def test_roles_taken_away_are_gone_with_the_next_request(county_app: Flask, administrator: FlaskClient) -> None:
    with county_app.app_context():
        open_account(db.session, email="two@tests.example", name="Two", password=PASSWORD, role_names=["administrator"])
        db.session.commit()
    second = log_in(county_app, "two@tests.example")
    assert second.get("/people").status_code == 200
    person = account_id(county_app, "two@tests.example")
    answer = send(administrator, f"/people/{person}", name="Two", email="two@tests.example", role=["dispatcher"])
    assert answer.status_code == 302
    assert second.get("/people").status_code == 403


def test_whoever_belongs_to_a_place_needs_one_that_exists(administrator: FlaskClient) -> None:
    said = {"name": "P", "email": "p@tests.example", "role": ["plant"]}
    assert send(administrator, "/people/new", **said).status_code == 422
    assert send(administrator, "/people/new", **said, plant=["no such"]).status_code == 422
    assert send(administrator, "/people/new", **said, plant=["P1"]).status_code == 200


def test_what_is_done_to_people_is_in_the_audit_trail(county_app: Flask, administrator: FlaskClient) -> None:
    link = invite(administrator)
    send(county_app.test_client(), link, password=GOOD_PASSWORD, again=GOOD_PASSWORD)
    with county_app.app_context():
        found = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "account")).all()
        done = [(entry.what, entry.actor_name) for entry in found]
        text = str([(entry.before, entry.after) for entry in found])
    assert "account.invited" in {what for what, _who in done}
    assert "account.password_set" in {what for what, _who in done}
    assert GOOD_PASSWORD not in text
    assert link.rsplit("/", 1)[1] not in text


def test_who_guesses_waits_and_somebody_elsewhere_does_not(county_app: Flask) -> None:
    county_app.config["WTF_CSRF_ENABLED"] = False
    guesser = county_app.test_client()
    wrong = {"email": "tester@demo.example", "password": "a wrong one"}
    for _ in range(throttle.MOST_TOGETHER):
        assert "min" not in errors_of(guesser.post("/login", data=wrong).text)
    right = {"email": "tester@demo.example", "password": PASSWORD}
    assert "min" in errors_of(guesser.post("/login", data=right).text)
    elsewhere = county_app.test_client()
    answer = elsewhere.post("/login", data=right, environ_base={"REMOTE_ADDR": "127.0.0.9"})
    assert answer.status_code == 302
    with county_app.app_context():
        locked = db.session.scalars(select(AuditEntry.after).where(AuditEntry.what == "login.locked")).all()
    assert [entry is not None and 0 < entry["minutes"] <= 15 for entry in locked] == [True]


def test_after_a_while_the_guesser_may_try_again(county_app: Flask) -> None:
    county_app.config["WTF_CSRF_ENABLED"] = False
    browser = county_app.test_client()
    for _ in range(throttle.MOST_TOGETHER + 1):
        browser.post("/login", data={"email": "tester@demo.example", "password": "a wrong one"})
    with county_app.app_context():
        db.session.execute(update(WrongLogin).values(at=now() - throttle.WINDOW - timedelta(seconds=1)))
        db.session.commit()
    assert browser.post("/login", data={"email": "tester@demo.example", "password": PASSWORD}).status_code == 302


def test_wrong_logins_are_counted_without_names_or_addresses(county_app: Flask) -> None:
    county_app.config["WTF_CSRF_ENABLED"] = False
    county_app.test_client().post("/login", data={"email": "tester@demo.example", "password": "a wrong one"})
    with county_app.app_context():
        counted = db.session.scalars(select(WrongLogin)).one()
        assert re.fullmatch("[0-9a-f]{64}", counted.account)
        assert re.fullmatch("[0-9a-f]{64}", counted.address)


def test_a_flood_of_logins_leaves_threads_for_others(county_app: Flask) -> None:
    """While as many passwords as a process may hash are being hashed, a login is put off, and not counted as wrong."""
    county_app.config["WTF_CSRF_ENABLED"] = False
    right = {"email": "tester@demo.example", "password": PASSWORD}
    with HASHING, HASHING:
        assert errors_of(county_app.test_client().post("/login", data=right).text)
    assert county_app.test_client().post("/login", data=right).status_code == 302
    with county_app.app_context():
        assert db.session.scalars(select(WrongLogin)).all() == []


def errors_of(page: str) -> str:
    return " ".join(re.findall(r'role="alert">([^<]*)<', page)).replace("分钟", "min")


def account_id(app: Flask, email: str) -> int:
    with app.app_context():
        return db.session.scalars(select(Account.id).where(Account.email == email)).one()
