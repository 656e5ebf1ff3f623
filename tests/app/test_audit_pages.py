"""The audit trail in use: logins in it, its page, the command that verifies it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.audit import AuditEntry
from app.accounts.audit_queries import (
    PAGE_ROWS,
    chain_head,
    first_fault,
)
from app.accounts.models import Account
from app.accounts.operations import open_account
from app.cli import main
from app.database.engine import db, make_engine
from tests.app.audit_trail import go_around_the_triggers, note
from tests.conftest import EMAIL, PASSWORD, csrf_token, log_in


def test_logins_good_and_wrong_and_log_outs_are_recorded(app: Flask) -> None:
    browser = app.test_client()
    for email in (EMAIL, "nobody@demo.example"):
        browser.post(
            "/login", data={"email": email, "password": "hunter2-typed", "csrf_token": csrf_token(browser, "/login")}
        )
    browser = log_in(app)
    browser.post("/language/en", data={"csrf_token": csrf_token(browser, "/")})
    assert browser.post("/logout", data={"csrf_token": csrf_token(browser, "/")}).status_code == 302
    with app.app_context():
        entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        account_id = db.session.scalar(select(Account.id).where(Account.email == EMAIL))
        told = [(e.what, e.actor_kind, e.actor_id, e.subject_id, e.after) for e in entries]
        assert told == [
            ("login.wrong", "visitor", None, str(account_id), {"reason": "wrong"}),
            ("login.wrong", "visitor", None, "", {"reason": "no such account"}),
            ("login.right", "account", account_id, str(account_id), {"by": ["password"]}),
            ("login.ended", "account", account_id, str(account_id), None),
        ]
        assert {entry.where_from for entry in entries} == {"127.0.0.1"}
        assert {entry.subject_kind for entry in entries} == {"account"}
        everything = json.dumps([[str(value) for value in vars(entry).values()] for entry in entries])
        assert "hunter2" not in everything
        assert PASSWORD not in everything
        assert first_fault(db.session) is None


def test_a_login_to_a_closed_account_is_recorded_as_such(app: Flask) -> None:
    with app.app_context():
        db.session.query(Account).one().active = False
        db.session.commit()
    browser = app.test_client()
    browser.post("/login", data={"email": EMAIL, "password": PASSWORD, "csrf_token": csrf_token(browser, "/login")})
    with app.app_context():
        assert db.session.scalars(select(AuditEntry)).one().after == {"reason": "account is closed"}


@pytest.fixture
def administrator(app: Flask) -> FlaskClient:
    with app.app_context():
        open_account(db.session, email="root@tests.example", name="根", password=PASSWORD, role_names=["administrator"])
        db.session.commit()
    return log_in(app, "root@tests.example")


def test_the_page_shows_who_did_what_in_chinese(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        note(db.engine, before={"name": "旧<b>"}, after={"name": "新"})
    page = administrator.get("/audit").text
    assert "A clerk" in page
    assert "旧&lt;b&gt;" in page
    assert "登录" in page
    assert "192.0.2.7" in page
    with app.app_context():
        assert str(chain_head(db.session)) in page


def test_the_page_leads_to_older_entries_and_back(app: Flask, administrator: FlaskClient) -> None:
    with app.app_context():
        note(db.engine, PAGE_ROWS + 3)
        count = db.session.scalar(select(func.count()).select_from(AuditEntry))
    first = administrator.get("/audit?person=clerk").text
    assert first.count("<time") == PAGE_ROWS
    assert f"older_than={count - PAGE_ROWS + 1}" in first
    second = administrator.get(f"/audit?person=clerk&older_than={count - PAGE_ROWS + 1}").text
    assert second.count("<time") == 3
    assert 'rel="next"' not in second


def test_a_search_for_what_is_no_day_is_refused_in_words(administrator: FlaskClient) -> None:
    for query in (
        "since=yesterday",
        "until=2026-02-31",
        "since=2026-11-12&until=2026-11-11",
        "until=9999-12-31",
        "since=0001-01-01",
    ):
        answer = administrator.get(f"/audit?{query}")
        assert answer.status_code == 422, query
        assert "field-error" in answer.text


def test_no_search_breaks_the_page(administrator: FlaskClient) -> None:
    for query in ("older_than=x", "older_than=-1", "person=%00", "subject=%27%25", "what=x", "page=9"):
        assert administrator.get(f"/audit?{query}").status_code == 200, query


def test_the_command_says_that_the_trail_is_in_order_or_names_the_first_bad_entry(
    database_url: str, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRAWLINE_DATABASE_URL", database_url)
    monkeypatch.setenv("STRAWLINE_INSTANCE", str(tmp_path))
    engine = make_engine(database_url)
    note(engine, 3)
    good = CliRunner().invoke(main, ["audit", "verify"])
    assert good.exit_code == 0, good.output
    head = good.output.strip().splitlines()[-1]
    assert "3 entries" in good.output
    assert CliRunner().invoke(main, ["audit", "verify", "--head", head]).exit_code == 0
    assert CliRunner().invoke(main, ["audit", "verify", "--head", "3:nonsense"]).exit_code == 2
    with engine.begin() as connection:
        go_around_the_triggers(connection)
        connection.exec_driver_sql("UPDATE audit_entry SET what = 'other' WHERE id = 2")
    bad = CliRunner().invoke(main, ["audit", "verify"])
    assert bad.exit_code == 2
    assert "entry 2 was changed" in bad.output
    engine.dispose()
