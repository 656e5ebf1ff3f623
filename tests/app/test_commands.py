from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from app.accounts.models import Account, AccountPlace
from app.accounts.operations import open_demo_accounts
from app.accounts.roles import ROLES
from app.cli import COMMANDS, main
from app.database.engine import db
from app.database.migrate import head_revision
from app.registry.queries import place_choices
from solver.plan_files import write_plan
from tests.app.day_plan import PlannedTown

SERVER_DEADLINE_S = 60.0


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own in an empty folder."""
    monkeypatch.setenv("STRAWLINE_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.delenv("STRAWLINE_DATABASE_URL", raising=False)
    return tmp_path / "instance"


def strawline(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_every_command_explains_itself() -> None:
    for name in COMMANDS:
        answer = strawline(name, "--help")
        assert answer.exit_code == 0, name
        assert answer.output.startswith("Usage:")


def test_init_makes_the_database_and_can_be_repeated(instance: Path) -> None:
    for _ in range(2):
        answer = strawline("init")
        assert answer.exit_code == 0, answer.output
        assert f"revision {head_revision()}:" in answer.output
    assert "demo" not in answer.output
    assert not (instance / "demo-accounts.json").exists()


def test_demo_accounts_keep_their_passwords_and_only_their_owner_can_read_them(instance: Path) -> None:
    first, second = strawline("init", "--demo"), strawline("init", "--demo")
    file = instance / "demo-accounts.json"
    passwords = json.loads(file.read_text(encoding="utf-8"))
    assert len(passwords) == len(set(passwords.values())) == len(ROLES)
    assert all(email.endswith("@demo.example") for email in passwords)
    for answer in (first, second):
        assert all(password in answer.output for password in passwords.values())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_demo_accounts_whose_passwords_are_lost_get_new_ones(instance: Path) -> None:
    strawline("init", "--demo")
    file = instance / "demo-accounts.json"
    before = json.loads(file.read_text(encoding="utf-8"))
    file.unlink()
    strawline("init", "--demo")
    after = json.loads(file.read_text(encoding="utf-8"))
    assert set(after) == set(before)
    assert not set(after.values()) & set(before.values())


def test_scenario_and_plan_are_imported_by_two_commands(instance: Path, town: PlannedTown) -> None:
    strawline("init")
    answer = strawline("import", "scenario", town.scenario_folder)
    assert answer.exit_code == 0, answer.output
    assert town.scenario.name in answer.output
    answer = strawline("import", "plan", town.plan_folder)
    assert answer.exit_code == 0, answer.output
    assert town.day.isoformat() in answer.output


def test_a_refused_import_says_why_and_ends_with_status_1(instance: Path, town: PlannedTown, tmp_path: Path) -> None:
    strawline("init")
    assert strawline("import", "plan", town.plan_folder).exit_code == 1
    strawline("import", "scenario", town.scenario_folder)
    hauls = (replace(town.programme.hauls[0], dry_t=99.0), *town.programme.hauls[1:])
    write_plan(replace(town.programme, hauls=hauls), tmp_path / "bad")
    answer = strawline("import", "plan", tmp_path / "bad")
    assert answer.exit_code == 1
    assert "[broken-plan]" in answer.output
    assert "rule 3: hauls.csv, row 2" in answer.output


@pytest.mark.parametrize("arguments", [("serve",), ("import", "scenario", "data"), ("import", "plan", "data")])
def test_without_a_database_commands_say_what_to_do(instance: Path, arguments: tuple[str, ...]) -> None:
    answer = strawline(*arguments)
    assert answer.exit_code == 1
    assert "strawline init" in answer.output


def test_serve_answers_on_loopback_until_it_is_stopped(instance: Path) -> None:
    strawline("init")
    server = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve", "--port", "18473"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    try:
        page = opened("http://127.0.0.1:18473/login")
        assert re.search(r'<html lang="zh', page)
    finally:
        server.send_signal(signal.SIGTERM)
        output, _ = server.communicate(timeout=SERVER_DEADLINE_S)
    assert "http://127.0.0.1:18473/" in output


def opened(address: str) -> str:
    """The page, asked for until the server is there."""
    last = time.monotonic() + SERVER_DEADLINE_S
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > last:
                raise
            time.sleep(0.2)


def test_demo_people_have_names_that_nobody_has(county_app: Flask) -> None:
    with county_app.app_context():
        open_demo_accounts(db.session, {}, places={})
        names = db.session.scalars(select(Account.name).where(Account.is_demo)).all()
    assert len(set(names)) == len(names) == len(ROLES)
    assert all(name.startswith("演示") for name in names)


def test_demo_people_belong_to_the_first_place_there_is(county_app: Flask) -> None:
    with county_app.app_context():
        open_demo_accounts(db.session, {}, places=place_choices(db.session))
        found = select(Account.email, AccountPlace.kind, AccountPlace.place_id).join(Account.places)
        assert {tuple(row) for row in db.session.execute(found)} == {
            ("attendant@demo.example", "yard", "Y1"),
            ("yard@demo.example", "yard", "Y1"),
            ("plant@demo.example", "plant", "P1"),
            ("plantgate@demo.example", "plant", "P1"),
            ("town@demo.example", "town", "330481107"),
        }
