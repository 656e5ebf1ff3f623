from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import monotonic

import pysqlite3.dbapi2
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Column, ColumnElement, Date, Integer, MetaData, String, Table, inspect, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from app import assembly
from app.accounts.models import Role
from app.accounts.roles import ROLES
from app.config import config_from_environment
from app.database.base import Base
from app.database.engine import db, make_engine, only_reading, refuse_unfixed_sqlite, sent_together
from app.database.lists import among, among_rows, given_rows
from app.database.migrate import current_revision, downgrade, head_revision, upgrade
from app.errors import UNFIXED_SQLITE, Refusal


def test_migrations_have_one_head() -> None:
    assert head_revision() is not None


def test_migrations_go_down_to_nothing_and_up_again(database_url: str) -> None:
    engine = make_engine(database_url)
    assert current_revision(engine) == head_revision()
    downgrade(engine, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    upgrade(engine)
    assert set(inspect(engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
    engine.dispose()


def test_migrations_make_the_tables_that_the_models_describe(database_url: str) -> None:
    assert assembly
    engine = make_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_a_row_that_refers_to_nothing_is_refused(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(text("INSERT INTO account_role (account_id, role_id) VALUES (77, 88)"))
    engine.dispose()


def test_a_connection_that_the_server_ended_while_nobody_used_it_is_not_used(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("a file ends no connection")
    engine, other = make_engine(database_url), make_engine(database_url)
    with engine.connect() as connection:
        process = connection.scalar(text("SELECT pg_backend_pid()"))
    with other.connect() as connection:
        assert connection.scalar(text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process})
    used_at_s = monotonic()
    monkeypatch.setattr("app.database.engine.time.monotonic", lambda: used_at_s + 60)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) != process
    engine.dispose()
    other.dispose()


def test_what_the_server_has_prepared_outlives_a_transaction_that_only_read(
    postgres_copy: Callable[[str], str],
) -> None:
    engine = make_engine(postgres_copy("empty"))
    for _often_enough_to_be_prepared in range(7):
        with only_reading(), engine.connect() as connection:
            connection.execute(select(Role.name).where(Role.id == 1))
    with only_reading(), engine.connect() as connection:
        prepared = connection.scalar(text("SELECT count(*) FROM pg_prepared_statements WHERE statement ~ 'FROM role'"))
    assert prepared == 1
    engine.dispose()


def test_a_write_that_is_sent_with_others_fails_as_if_it_were_alone(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.connect() as connection, pytest.raises(IntegrityError), sent_together(connection):
        connection.execute(text("INSERT INTO account_role (account_id, role_id) VALUES (77, 88)"))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM account_role WHERE account_id = 77")) == 0
    engine.dispose()


def test_a_question_about_several_things_finds_them_in_one_list(database_url: str) -> None:
    table = Table(
        "of_the_day",
        MetaData(),
        Column("place", String(8)),
        Column("day", Date()),
        Column("number", Integer()),
        prefixes=["TEMPORARY"],
    )
    first, second = date(2026, 11, 1), date(2026, 11, 2)
    rows = [("Y1", first, 1), ("Y1", second, 2), ("Y'2", first, 3)]
    engine = make_engine(database_url)
    with engine.connect() as connection:
        table.create(connection)
        connection.execute(table.insert(), [dict(zip(table.c.keys(), row, strict=True)) for row in rows])

        def numbers(condition: ColumnElement[bool], **asked: object) -> list[int]:
            chosen = select(table.c.number).where(condition).order_by(table.c.number)
            return list(connection.execute(chosen, asked).scalars())

        assert numbers(among(table.c.place, "places"), places=["Y'2", "Y9"]) == [3]
        assert numbers(among(table.c.place, "places"), places=[]) == []
        both = among_rows((table.c.place, table.c.day), "chosen")
        assert numbers(both, chosen=[("Y1", second), ("Y'2", first), ("Y'2", second)]) == [2, 3]
        assert numbers(both, chosen=[]) == []
        given = given_rows("given", String(8), Integer())
        assert connection.execute(select(given), {"given": [("Y1", 7), ("Y2", 8)]}).all() == [("Y1", 7), ("Y2", 8)]
    engine.dispose()


def test_a_transaction_that_only_reads_cannot_write(app: Flask) -> None:
    with app.app_context(), only_reading():
        assert db.session.scalar(select(Role.name).limit(1))
        db.session.add(Role(name="intruder"))
        with pytest.raises(DatabaseError):
            db.session.flush()
        db.session.rollback()
    with app.app_context():
        db.session.add(Role(name="newcomer"))
        db.session.commit()
        assert db.session.scalar(select(Role.name).where(Role.name == "newcomer")) == "newcomer"


def test_sqlite_writes_ahead_waits_for_the_disk_and_keeps_references(sqlite_copy) -> None:
    engine = make_engine(sqlite_copy("empty"))
    with engine.connect() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert found == ["wal", 2, 1]
    engine.dispose()


def test_a_writer_takes_its_lock_when_it_begins(sqlite_copy) -> None:
    url = sqlite_copy("empty")
    first, second = make_engine(url), make_engine(url, busy_timeout_ms=50)
    with first.connect() as writer:
        writer.exec_driver_sql("SELECT 1")
        with only_reading(), second.connect() as reader:
            assert reader.exec_driver_sql("SELECT count(*) FROM role").scalar() == len(ROLES)
        with pytest.raises(DatabaseError, match="locked"), second.connect() as other_writer:
            other_writer.exec_driver_sql("SELECT 1")
    first.dispose()
    second.dispose()


@pytest.mark.parametrize("version", [(3, 7, 0), (3, 45, 1), (3, 51, 2)])
def test_a_sqlite_that_can_lose_data_is_refused(version: tuple[int, ...]) -> None:
    with pytest.raises(Refusal) as refused:
        refuse_unfixed_sqlite(version)
    assert refused.value.kind is UNFIXED_SQLITE


def test_the_sqlite_that_comes_with_the_driver_is_a_fixed_one() -> None:
    refuse_unfixed_sqlite(pysqlite3.dbapi2.sqlite_version_info)


def test_the_secret_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    environment = {"STRAWLINE_INSTANCE": str(tmp_path / "instance")}
    first, second = config_from_environment(environment), config_from_environment(environment)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 48
    assert stat.S_IMODE((tmp_path / "instance" / "secret-key").stat().st_mode) == 0o600


def test_the_environment_says_which_database_is_used(tmp_path: Path) -> None:
    config = config_from_environment(
        {
            "STRAWLINE_INSTANCE": str(tmp_path),
            "STRAWLINE_DATABASE_URL": "postgresql://db/county",
            "STRAWLINE_SECURE_COOKIES": "1",
        }
    )
    assert config.database_url == "postgresql://db/county"
    assert config.secure_cookies
