from __future__ import annotations

import json
import stat
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, inspect, make_url, select, text
from sqlalchemy.orm import Session

from app.accounts.audit import AuditEntry, record
from app.accounts.models import Role
from app.cli import main
from app.database.base import Base
from app.database.engine import make_engine, only_reading
from app.database.migrate import current_revision, downgrade, head_revision
from app.errors import BAD_BACKUP, FILE_EXISTS, NOT_EMPTY, Refusal
from app.running import backup as backup_module
from app.running.backup import read_manifest, restore_backup, take_backup
from tests.conftest import SECRET

Bare = Callable[[], Engine]
WRITERS = 3


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_database(request: pytest.FixtureRequest, tmp_path: Path) -> Bare:
    """Makes a database of each kind without any table."""

    def make() -> Engine:
        if request.param == "sqlite":
            return make_engine(f"sqlite:///{tmp_path / uuid4().hex}.sqlite")
        server = request.getfixturevalue("postgres_server")
        admin = make_engine(server).execution_options(isolation_level="AUTOCOMMIT")
        name = f"bare{uuid4().hex}"
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
        admin.dispose()
        return make_engine(make_url(server).set(database=name).render_as_string(hide_password=False))

    return make


def backup_of(url: str, target: Path) -> Path:
    engine = make_engine(url)
    path, _ = take_backup(engine, target, secret_key=SECRET)
    engine.dispose()
    return path


def all_rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with only_reading(), engine.connect() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for name, table in Base.metadata.tables.items()
        }


def test_a_backup_of_either_database_is_restored_into_either(
    database_copy, bare_database: Bare, tmp_path: Path
) -> None:
    source, target = make_engine(database_copy("county")), bare_database()
    with Session(source) as session:
        record(
            session, what="person.invited", subject_kind="account", subject_id="1", after={"name": "甲", "share": 0.1}
        )
        session.commit()
    _, manifest = take_backup(source, tmp_path / "one", secret_key=SECRET)
    restore_backup(target, tmp_path / "one")
    assert all_rows(target) == all_rows(source)
    assert sum(len(rows) for rows in all_rows(target).values()) == manifest.rows > 100
    assert current_revision(target) == head_revision()
    with Session(target) as session:
        role = Role(name="made afterwards")
        session.add(role)
        session.commit()
        assert role.id > len(all_rows(source)["role"])
    source.dispose()
    target.dispose()


def test_the_rules_of_the_schema_hold_again_after_a_restore(database_copy, bare_database: Bare, tmp_path: Path) -> None:
    source, target = make_engine(database_copy("empty")), bare_database()
    with Session(source) as session:
        record(session, what="person.invited", subject_kind="account", subject_id="1")
        session.commit()
    take_backup(source, tmp_path / "one", secret_key=SECRET)
    restore_backup(target, tmp_path / "one")
    for forbidden in ("DELETE FROM audit_entry", "INSERT INTO account_role (account_id, role_id) VALUES (77, 88)"):
        with pytest.raises(Exception, match=r"append-only|(?i:foreign key)"), target.begin() as connection:
            connection.execute(text(forbidden))
    kept = [{key["name"] for table in tables for key in table} for tables in (references(source), references(target))]
    assert kept[0] or source.dialect.name != target.dialect.name
    source.dispose()
    target.dispose()


def references(engine: Engine) -> list[list[dict[str, object]]]:
    return [list(inspect(engine).get_foreign_keys(name)) for name in Base.metadata.tables]  # type: ignore[arg-type]


def test_a_backup_under_load_shows_one_moment_and_keeps_nobody_waiting(
    database_copy, bare_database: Bare, tmp_path: Path
) -> None:
    """R12: what was acknowledged before it began is in it, of every writer a prefix, nothing half, the chain agrees."""
    url = database_copy("county")
    stop, written = threading.Event(), [0] * WRITERS
    writers = [threading.Thread(target=write_pairs, args=(url, number, stop, written)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        while min(written) < 3:
            assert not stop.wait(0.02)
        before = list(written)
        path = backup_of(url, tmp_path)
        while min(now - then for now, then in zip(written, before, strict=True)) < 1:
            assert not stop.wait(0.02)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    target = bare_database()
    manifest = restore_backup(target, path)
    with Session(target) as session:
        names = set(session.scalars(select(Role.name).where(Role.name.like("load-%"))))
        entries = session.scalars(select(AuditEntry.subject_id).where(AuditEntry.subject_kind == "load")).all()
    for number in range(WRITERS):
        mine = {int(name.split("-")[2]) for name in names if name.startswith(f"load-{number}-")}
        assert mine == set(range(len(mine)))
        assert len(mine) >= before[number]
        assert {f"{name}-twin" for name in names if "twin" not in name} == {n for n in names if "twin" in n}
    assert sorted(entries) == sorted(name for name in names if "twin" not in name)
    assert manifest.witnesses["audit trail"].startswith(f"{len(entries)}:")
    target.dispose()


def write_pairs(url: str, number: int, stop: threading.Event, written: list[int]) -> None:
    """Transactions of two rows and an entry of the audit trail each, one after the other."""
    engine = make_engine(url)
    while not stop.is_set():
        name = f"load-{number}-{written[number]}"
        with Session(engine) as session:
            session.add_all([Role(name=name), Role(name=f"{name}-twin")])
            record(session, what="load.written", subject_kind="load", subject_id=name)
            session.commit()
        written[number] += 1
    engine.dispose()


def test_a_backup_of_an_older_revision_is_brought_up_to_date(
    database_copy, bare_database: Bare, tmp_path: Path
) -> None:
    source, target = make_engine(database_copy("county")), bare_database()
    downgrade(source, "0001")
    path, manifest = take_backup(source, tmp_path, secret_key=SECRET)
    assert (manifest.revision, manifest.witnesses) == ("0001", {})
    restore_backup(target, path)
    assert current_revision(target) == head_revision()
    assert len(all_rows(target)["farm_field"]) == manifest.tables["farm_field"].rows > 0
    source.dispose()
    target.dispose()


def test_nothing_is_restored_over_a_database_that_is_there(database_url: str, tmp_path: Path) -> None:
    engine = make_engine(database_url)
    before = all_rows(engine)
    path, _ = take_backup(engine, tmp_path, secret_key=SECRET)
    with pytest.raises(Refusal) as refused:
        restore_backup(engine, path)
    assert refused.value.kind is NOT_EMPTY
    assert all_rows(engine) == before
    engine.dispose()


def change_a_row(name: str, body: bytes) -> bytes:
    return body.replace(b"Plans the hauls", b"Plans no hauls!") if name == "tables/role.jsonl" else body


def lose_a_row(name: str, body: bytes) -> bytes:
    return b"".join(body.splitlines(keepends=True)[1:]) if name == "tables/role.jsonl" else body


def come_from_the_future(name: str, body: bytes) -> bytes:
    return body.replace(f'"{head_revision()}"'.encode(), b'"9999"') if name == "manifest.json" else body


def be_of_another_format(name: str, body: bytes) -> bytes:
    return json.dumps(json.loads(body) | {"format": 2}).encode() if name == "manifest.json" else body


def hold_another_chain(name: str, body: bytes) -> bytes:
    if name != "manifest.json":
        return body
    return json.dumps(json.loads(body) | {"witnesses": {"audit trail": "7:abc"}}).encode()


@pytest.mark.parametrize(
    "harm", [change_a_row, lose_a_row, come_from_the_future, be_of_another_format, hold_another_chain]
)
def test_a_backup_that_was_tampered_with_is_refused_and_leaves_nothing(
    sqlite_copy, bare_database: Bare, tmp_path: Path, harm: Callable[[str, bytes], bytes]
) -> None:
    path, harmed = backup_of(sqlite_copy("empty"), tmp_path), tmp_path / "harmed.zip"
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(harmed, "w") as archive:
        bodies = {name: whole.read(name) for name in whole.namelist()}
        assert any(harm(name, body) != body for name, body in bodies.items())
        for name, body in bodies.items():
            archive.writestr(name, harm(name, body))
    assert_refused(harmed, bare_database())


def test_a_backup_that_was_cut_off_or_hit_is_refused(sqlite_copy, bare_database: Bare, tmp_path: Path) -> None:
    body = backup_of(sqlite_copy("empty"), tmp_path).read_bytes()
    harmed = tmp_path / "harmed.zip"
    with zipfile.ZipFile(next(tmp_path.glob("*.strawline.zip"))) as archive:
        inside = archive.getinfo("tables/role.jsonl").header_offset + 120
    for damage in (b"", body[:100], body[: len(body) // 2], body[:inside] + b"\0\xff\0" + body[inside + 3 :]):
        harmed.write_bytes(damage)
        assert_refused(harmed, bare_database())


def assert_refused(path: Path, target: Engine) -> None:
    with pytest.raises(Refusal) as refused:
        restore_backup(target, path)
    assert refused.value.kind is BAD_BACKUP
    assert refused.value.details
    assert inspect(target).get_table_names() == []
    target.dispose()


def test_a_backup_is_its_owners_alone_and_never_overwrites(sqlite_copy, tmp_path: Path) -> None:
    url = sqlite_copy("empty")
    path = backup_of(url, tmp_path / "kept.zip")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    body = path.read_bytes()
    with pytest.raises(Refusal) as refused:
        backup_of(url, path)
    assert refused.value.kind is FILE_EXISTS
    assert path.read_bytes() == body


def test_a_backup_that_fails_leaves_no_file(sqlite_copy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup_module, "_check_against_manifest", full_disk)
    target = tmp_path / "target"
    target.mkdir()
    with pytest.raises(OSError, match="No space"):
        backup_of(sqlite_copy("empty"), target)
    assert list(target.iterdir()) == []


def test_backup_and_restore_are_commands(sqlite_copy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRAWLINE_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("STRAWLINE_DATABASE_URL", sqlite_copy("county"))
    monkeypatch.setenv("STRAWLINE_SECRET_KEY", SECRET)
    made = CliRunner().invoke(main, ["backup", str(tmp_path)])
    assert made.exit_code == 0, made.output
    (path,) = tmp_path.glob("*.strawline.zip")
    assert str(path) in made.output

    assert CliRunner().invoke(main, ["restore", str(path)]).exit_code == 1
    monkeypatch.setenv("STRAWLINE_DATABASE_URL", f"sqlite:///{tmp_path / 'elsewhere.sqlite'}")
    restored = CliRunner().invoke(main, ["restore", str(path)])
    assert restored.exit_code == 0, restored.output
    assert f"{read_manifest(path).rows} rows" in restored.output
    assert "another secret key" not in restored.output


def test_a_restore_with_another_secret_key_says_that_nobody_can_log_in(
    sqlite_copy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = backup_of(sqlite_copy("empty"), tmp_path)
    monkeypatch.setenv("STRAWLINE_INSTANCE", str(tmp_path / "elsewhere"))
    monkeypatch.delenv("STRAWLINE_DATABASE_URL", raising=False)
    restored = CliRunner().invoke(main, ["restore", str(path)])
    assert restored.exit_code == 0, restored.output
    assert "another secret key" in restored.output
