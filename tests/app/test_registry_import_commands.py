"""Imports from the command line, and an import whose process is killed in its midst."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from app.accounts.audit import AuditEntry
from app.cli import main
from app.database.engine import db, make_engine
from app.registry.models import FarmField, Grower, RegistryChange, RegistryImport
from solver.scenario_files import read_scenario
from tests.app.day_plan import PlannedTown
from tests.app.test_registry_imports import field_file, field_line, parcels
from tests.conftest import SECRET, Template

# A command whose process dies: when the records of a kind are in, when the history is, before and after the commit.
KILLED = """
import os, signal, sys
from app.registry import changes
from app.cli import main
from sqlalchemy.orm import Session

moment = sys.argv.pop(1)

def dying(work, moment_of, after):
    def wrapped(*given, **named):
        if not after and moment == moment_of:
            os.kill(os.getpid(), signal.SIGKILL)
        result = work(*given, **named)
        if after and moment == moment_of:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return wrapped

def add(session, kind, records, work=changes._add):
    work(session, kind, records)
    session.flush()
    if moment == kind.key:
        os.kill(os.getpid(), signal.SIGKILL)

changes._add = add
changes._note = dying(changes._note, "history", after=True)
Session.commit = dying(Session.commit, "before commit", after=False)
Session.commit = dying(Session.commit, "after commit", after=True)
main()
"""


@pytest.fixture
def environment(database_copy: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The settings of a command on a database with the small county; gives its URL."""
    url = database_copy("county")
    for name, value in {"INSTANCE": str(tmp_path), "DATABASE_URL": url, "SECRET_KEY": SECRET}.items():
        monkeypatch.setenv(f"STRAWLINE_{name}", value)
    return url


def rows_in(url: str) -> dict[str, int]:
    engine = make_engine(url)
    with engine.connect() as connection:
        found = {
            model.__tablename__: connection.scalar(select(func.count()).select_from(model)) or 0
            for model in (FarmField, Grower, RegistryChange, RegistryImport, AuditEntry)
        }
    engine.dispose()
    return found


@pytest.mark.parametrize("moment", ["growers", "fields", "history", "before commit", "after commit"])
def test_an_import_that_is_killed_leaves_all_or_nothing(environment: str, tmp_path: Path, moment: str) -> None:
    file = tmp_path / "fields.xlsx"
    file.write_bytes(field_file(*(field_line(number) for number in range(200))))
    before = rows_in(environment)
    command = [sys.executable, "-c", KILLED, moment, "import", "table", "fields", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=dict(os.environ))
    assert done.returncode == -signal.SIGKILL, done.stderr
    added = {name: count - before[name] for name, count in rows_in(environment).items()}
    if moment == "after commit":
        assert added == {
            "farm_field": 200, "grower": 1, "registry_change": 201, "registry_import": 1, "audit_entry": 1,
        }  # fmt: skip
    else:
        assert not any(added.values())
    # whatever was left, the same file goes in afterwards
    again = CliRunner().invoke(main, ["import", "table", "fields", str(file)])
    assert again.exit_code == 0, again.output
    assert rows_in(environment)["farm_field"] == before["farm_field"] + 200


def test_a_table_is_looked_at_before_it_is_imported(environment: str, tmp_path: Path) -> None:
    file = tmp_path / "fields.xlsx"
    file.write_bytes(field_file(field_line(1), field_line(2, 作物="竹子")))
    before = rows_in(environment)
    looked = CliRunner().invoke(main, ["import", "table", "fields", str(file), "--dry-run"])
    assert looked.exit_code == 0
    assert "faults 1" in looked.output
    refused = CliRunner().invoke(main, ["import", "table", "fields", str(file)])
    assert refused.exit_code == 1
    assert rows_in(environment) == before
    done = CliRunner().invoke(main, ["import", "table", "fields", str(file), "--good-rows-only"])
    assert done.exit_code == 0, done.output
    assert "fields added 1" in done.output


def test_parcels_come_by_the_command_line(environment: str, tmp_path: Path) -> None:
    file = tmp_path / "parcels.geojson"
    file.write_bytes(parcels(1, 2))
    done = CliRunner().invoke(main, ["import", "parcels", str(file)])
    assert done.exit_code == 0, done.output
    assert "fields added 2" in done.output


def test_the_register_goes_out_as_a_scenario_and_as_a_workbook(
    environment: str, tmp_path: Path, town: PlannedTown
) -> None:
    folder, book = tmp_path / "scenario", tmp_path / "all.xlsx"
    done = CliRunner().invoke(main, ["export", "scenario", str(folder)])
    assert done.exit_code == 0, done.output
    assert read_scenario(folder).fields == town.scenario.fields
    assert CliRunner().invoke(main, ["export", "scenario", str(folder)]).exit_code == 1
    assert CliRunner().invoke(main, ["export", "table", "all", str(book)]).exit_code == 0
    again = CliRunner().invoke(main, ["import", "table", "fields", str(book)])
    assert "nothing to change" in again.output


def test_the_demo_county_goes_through_the_same_import(county_app: Flask) -> None:
    with county_app.app_context():
        first = db.session.scalars(select(RegistryImport).order_by(RegistryImport.id)).first()
        assert first is not None
        assert first.counts["fields"]["added"] > 0
