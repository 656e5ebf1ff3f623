"""The audit trail: what an entry holds, that nobody changes it, that its chain holds, how it is searched."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from app.accounts.actors import Actor, ActorKind, acting_as
from app.accounts.audit import HASH_OF_NOTHING, AuditEntry, AuditHead, record
from app.accounts.audit_queries import (
    AuditSearch,
    ChainHead,
    chain_head,
    changes_of,
    entries_found,
    first_fault,
    kinds_in,
)
from app.accounts.audit_values import names_a_secret
from app.accounts.models import Account, Role
from app.clock import business_day
from app.database.engine import make_engine, only_reading
from tests.app.audit_trail import CLERK, go_around_the_triggers, note


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database with nothing in its trail."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def trail(engine: Engine) -> list[AuditEntry]:
    with only_reading(), Session(engine) as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def fault_of(engine: Engine, *kept: ChainHead) -> tuple[int, str] | None:
    with only_reading(), Session(engine) as session:
        fault = first_fault(session, kept)
    return fault and (fault.entry_id, fault.what)


def fault_after(engine: Engine, *statements: str) -> tuple[int, str]:
    """What verifying finds when somebody has gone around the triggers with these; all is as before afterwards."""
    with engine.connect() as connection:
        go_around_the_triggers(connection)
        for statement in statements:
            connection.exec_driver_sql(statement)
        fault = first_fault(Session(connection))
        connection.rollback()
    assert fault is not None, statements
    return fault.entry_id, fault.what


def test_an_entry_says_who_what_when_from_where_before_and_after(engine: Engine) -> None:
    note(engine, before={"capacity_t": 900}, after={"capacity_t": 1200})
    (entry,) = trail(engine)
    assert (entry.id, entry.actor_kind, entry.actor_id, entry.actor_name) == (1, "account", 7, "A clerk")
    assert (entry.where_from, entry.what, entry.subject_kind, entry.subject_id) == (
        "192.0.2.7",
        "yard.changed",
        "yard",
        "0",
    )
    assert (entry.before, entry.after) == ({"capacity_t": 900}, {"capacity_t": 1200})
    assert timedelta() <= datetime.now(UTC) - entry.recorded_at < timedelta(minutes=1)


def test_whoever_acts_is_recorded_without_being_named_again(engine: Engine) -> None:
    with acting_as(CLERK):
        note(engine, actor=None)
    note(engine, actor=None)
    by_clerk, by_command = trail(engine)
    assert by_clerk.actor_name == "A clerk"
    assert by_command.actor_kind == "command"
    assert by_command.actor_name
    assert by_command.where_from


def test_values_are_kept_as_plain_ones(engine: Engine) -> None:
    after = {
        "day": date(2026, 11, 12),
        "at": datetime(2026, 11, 12, 8, tzinfo=UTC),
        "price_yuan_per_t": Decimal("200.50"),
        "kind": ActorKind.DEVICE,
        "towns": ("b", "a"),
        "roles": {"plant", "finance"},
        "share": 0.1,
        "nothing": None,
        "nested": {"open": True},
    }
    note(engine, after=after)
    assert trail(engine)[0].after == {
        "day": "2026-11-12",
        "at": "2026-11-12T08:00:00+00:00",
        "price_yuan_per_t": "200.50",
        "kind": "device",
        "towns": ["b", "a"],
        "roles": ["finance", "plant"],
        "share": 0.1,
        "nothing": None,
        "nested": {"open": True},
    }
    assert fault_of(engine) is None


@pytest.mark.parametrize(
    "values",
    [
        {"password": "x"},
        {"newPassword": "x"},
        {"pin": "1234"},
        {"tf_totp_secret": "x"},
        {"sessionToken": "x"},
        {"fs_uniquifier": "x"},
        {"nested": [{"api_key": "x"}]},
        {"mf_recovery_codes": []},
        {"note": "$argon2id$v=19$m=65536"},
    ],
)
def test_what_is_secret_is_refused(values: dict[str, object]) -> None:
    for part in ("before", "after"):
        with pytest.raises(ValueError, match="must not get into the audit trail"):
            record(Session(), what="x", subject_kind="x", subject_id=1, **{part: values})


@pytest.mark.parametrize("key", ["name", "pinyin", "opinion", "spin", "keyword", "monkey", "place_id", "shipping"])
def test_harmless_words_are_not_taken_for_secrets(key: str) -> None:
    assert not names_a_secret(key)


@pytest.mark.parametrize("value", [float("nan"), object(), b"bytes"])
def test_a_value_without_a_plain_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        record(Session(), what="x", subject_kind="x", subject_id=1, after={"value": value})


def test_what_a_stranger_typed_cannot_keep_an_entry_from_being_written(engine: Engine) -> None:
    nasty = "a\x00b\ud800c" + "秸" * 300
    note(
        engine,
        subject_id=nasty,
        after={"typed": nasty},
        actor=Actor(kind=ActorKind.VISITOR, name=nasty, where_from=nasty),
    )
    (entry,) = trail(engine)
    assert entry.subject_id == ("a\ufffdb\ufffdc" + "秸" * 300)[:255]
    assert fault_of(engine) is None


def test_each_entry_holds_the_hash_of_the_one_before(engine: Engine) -> None:
    note(engine, 3, before={"name": "旧"}, after={"name": "新"})
    entries = trail(engine)
    assert [entry.id for entry in entries] == [1, 2, 3]
    assert [e.previous_hash for e in entries] == [HASH_OF_NOTHING, entries[0].entry_hash, entries[1].entry_hash]
    last = entries[2]
    said = [
        last.previous_hash, 3, last.recorded_at.isoformat(timespec="microseconds"),
        "account", 7, "A clerk", "192.0.2.7", "yard.changed", "yard", "2", {"name": "旧"}, {"name": "新"},
    ]  # fmt: skip
    told = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
    assert last.entry_hash == hashlib.sha256(told).hexdigest()
    assert fault_of(engine) is None


def test_the_database_refuses_to_change_the_trail(engine: Engine) -> None:
    note(engine, 2)
    copied = "recorded_at, actor_kind, actor_id, actor_name, where_from, what, subject_kind, subject_id, before, after"
    for statement in (
        "UPDATE audit_entry SET what = 'nothing'",
        "DELETE FROM audit_entry WHERE id = 2",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET last_id = 1",
        "UPDATE audit_head SET last_id = 9",
        "INSERT INTO audit_head VALUES (2, 0, 'x')",
        f"INSERT INTO audit_entry SELECT 9, {copied}, entry_hash, 'x' FROM audit_entry WHERE id = 2",
        f"INSERT INTO audit_entry SELECT 3, {copied}, 'x', 'x' FROM audit_entry WHERE id = 2",
    ):
        with pytest.raises(IntegrityError, match="audit trail"), engine.begin() as connection:
            connection.exec_driver_sql(statement)
    assert fault_of(engine) is None
    assert len(trail(engine)) == 2


def test_postgresql_refuses_to_empty_the_trail(postgres_copy) -> None:
    engine = make_engine(postgres_copy("empty"))
    note(engine)
    for table in ("audit_entry", "audit_head", "audit_entry, audit_head"):
        with pytest.raises(IntegrityError, match="append-only"), engine.begin() as connection:
            connection.exec_driver_sql(f"TRUNCATE {table}")
    engine.dispose()


def test_sqlite_refuses_to_replace_an_entry(sqlite_copy) -> None:
    """INSERT OR REPLACE deletes without asking the triggers of DELETE."""
    engine = make_engine(sqlite_copy("empty"))
    note(engine, 2)
    columns = (
        "recorded_at, actor_kind, actor_id, actor_name, where_from, 'forged', subject_kind, subject_id, before, after"
    )
    for entry_id, previous in ((1, "previous_hash"), (3, "previous_hash"), (3, "'x'")):
        with pytest.raises(IntegrityError, match="audit trail"), engine.begin() as connection:
            connection.exec_driver_sql(
                f"INSERT OR REPLACE INTO audit_entry SELECT {entry_id}, {columns}, {previous}, entry_hash"
                " FROM audit_entry WHERE id = 1"
            )
    assert fault_of(engine) is None
    engine.dispose()


def test_verifying_names_the_first_bad_entry(engine: Engine) -> None:
    note(engine, 5, after={"name": "x"})
    assert fault_of(engine) is None
    fourth_hash = "SELECT entry_hash FROM audit_entry WHERE id = 4"
    for statement, entry_id, what in (
        ("UPDATE audit_entry SET actor_name = 'Somebody else' WHERE id = 3", 3, "was changed"),
        ("UPDATE audit_entry SET after = NULL WHERE id = 4", 4, "was changed"),
        ("UPDATE audit_entry SET recorded_at = '2026-01-01 00:00:00' WHERE id = 2", 2, "was changed"),
        ("UPDATE audit_entry SET entry_hash = previous_hash WHERE id = 2", 2, "was changed"),
        ("UPDATE audit_entry SET previous_hash = 'x' WHERE id = 2", 2, "does not follow"),
        ("DELETE FROM audit_entry WHERE id = 2", 2, "is missing"),
        ("DELETE FROM audit_entry WHERE id >= 4", 4, "is missing"),
        ("DELETE FROM audit_entry", 1, "is missing"),
        ("DELETE FROM audit_head", 0, "is gone"),
        ("UPDATE audit_head SET last_hash = 'x'", 5, "should end with"),
        ("UPDATE audit_head SET last_id = 4", 4, "should end with"),
        (f"UPDATE audit_head SET last_id = 4, last_hash = ({fourth_hash})", 5, "stands after the end"),
    ):
        found_id, found_what = fault_after(engine, statement)
        assert (found_id, statement) == (entry_id, statement)
        assert what in found_what, statement
    assert fault_of(engine) is None


def test_an_entry_that_cannot_be_read_is_named(sqlite_copy) -> None:
    engine = make_engine(sqlite_copy("empty"))
    note(engine, 3, after={"name": "x"})
    for spoilt in ("after = '{not json'", "recorded_at = 'yesterday'"):
        assert fault_after(engine, f"UPDATE audit_entry SET {spoilt} WHERE id = 2") == (2, "cannot be read")
    engine.dispose()


def test_a_trail_written_anew_as_a_whole_does_not_have_the_head_that_was_kept(engine: Engine) -> None:
    note(engine, 4)
    with only_reading(), Session(engine) as session:
        kept = chain_head(session)
    note(engine, 2)
    assert fault_of(engine, kept) is None
    entries = trail(engine)
    with engine.begin() as connection:
        go_around_the_triggers(connection)
        connection.exec_driver_sql("DELETE FROM audit_entry")
        connection.exec_driver_sql(f"UPDATE audit_head SET last_id = 0, last_hash = '{HASH_OF_NOTHING}'")
    note(engine, len(entries), actor=Actor(kind=ActorKind.ACCOUNT, name="Somebody else", where_from=""))
    assert fault_of(engine) is None
    assert fault_of(engine, kept) == (4, "is not the one whose hash was kept: the trail was written anew up to here")
    assert fault_of(engine, ChainHead(99, "a" * 64)) == (7, "is missing: a head of 99 entries was kept")


def test_what_is_undone_leaves_no_entry(engine: Engine) -> None:
    with Session(engine) as session:
        record(session, what="kept", subject_kind="x", subject_id=1)
        with session.begin_nested():
            record(session, what="kept too", subject_kind="x", subject_id=1)
        savepoint = session.begin_nested()
        record(session, what="undone", subject_kind="x", subject_id=1)
        with session.begin_nested():
            record(session, what="undone within", subject_kind="x", subject_id=1)
        savepoint.rollback()
        record(session, what="kept at last", subject_kind="x", subject_id=1)
        session.commit()
        record(session, what="rolled back", subject_kind="x", subject_id=1)
        session.rollback()
        record(session, what="closed", subject_kind="x", subject_id=1)
        session.close()
        session.add(Role(name="newcomer"))
        session.commit()
    assert [entry.what for entry in trail(engine)] == ["kept", "kept too", "kept at last"]


def test_an_entry_goes_with_what_it_tells_of_or_not_at_all(engine: Engine) -> None:
    with Session(engine) as session:
        session.add_all([Role(name="twice"), Role(name="twice")])
        record(session, what="x", subject_kind="x", subject_id=1)
        with pytest.raises(IntegrityError):
            session.commit()
    assert trail(engine) == []


def test_the_chain_holds_while_many_write_at_once(engine: Engine) -> None:
    """Each on its own connection, some undoing, some in another order than the others."""
    writers, rounds = 8, 12
    errors: list[BaseException] = []

    def write(writer: int) -> None:
        own = make_engine(engine.url.render_as_string(hide_password=False), busy_timeout_ms=30_000)
        try:
            for number in range(rounds):
                with Session(own) as session:
                    record(session, what=f"{writer}.{number}", subject_kind="x", subject_id=writer, actor=CLERK)
                    names = ["finance", "plant"] if writer % 2 else ["plant", "finance"]
                    for name in names:  # the rows that all of them change
                        session.scalars(select(Role).where(Role.name == name).with_for_update()).one()
                        record(session, what=f"{writer}.{number}", subject_kind="role", subject_id=name, actor=CLERK)
                        session.commit()
                    if number % 3 == 0:
                        record(session, what="undone", subject_kind="x", subject_id=writer, actor=CLERK)
                        session.rollback()
        except BaseException as error:
            errors.append(error)
        finally:
            own.dispose()

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [entry.id for entry in trail(engine)] == list(range(1, writers * rounds * 3 + 1))
    assert "undone" not in {entry.what for entry in trail(engine)}
    assert fault_of(engine) is None


def test_at_no_isolation_level_can_the_chain_fork(postgres_copy) -> None:
    """A writer whose view is older than the last entry waits and follows it, or is refused."""
    engine = make_engine(postgres_copy("empty"))
    written = 0
    for level in ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"):
        bound = engine.execution_options(isolation_level=level)
        with Session(bound) as first, Session(bound) as second:
            for session in (first, second):
                session.execute(select(AuditHead.last_id)).one()
                record(session, what="x", subject_kind="x", subject_id=1, actor=CLERK)
            first.commit()
            if level == "READ COMMITTED":
                second.commit()
                written += 2
            else:
                with pytest.raises(OperationalError, match="could not serialize"):
                    second.commit()
                written += 1
    assert len(trail(engine)) == written
    assert fault_of(engine) is None
    engine.dispose()


def test_a_search_finds_by_person_kind_subject_and_day(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(Account(email="wang@tests.example", name="王五", password="*", fs_uniquifier="u"))
        session.flush()
        account_id = session.scalar(select(Account.id).where(Account.name == "王五"))
        session.commit()
    other = Actor(kind=ActorKind.ACCOUNT, account_id=account_id, name="earlier name", where_from="192.0.2.8")
    note(engine, 2)
    note(engine, what="account.changed", subject_kind="account", subject_id=account_id)
    note(engine, actor=other, subject_id="Y-77")
    today = trail(engine)[0].recorded_at

    def found(**asked: object) -> list[int]:
        with only_reading(), Session(engine) as session:
            return [entry.id for entry in entries_found(session, AuditSearch(**asked))[0]]

    assert found() == [4, 3, 2, 1]
    assert found(person="CLERK") == [3, 2, 1]
    assert found(person="王") == found(person="wang@") == found(person="earlier") == [4]
    assert found(person="100%") == []
    assert found(what="account.changed") == found(subject_kind="account") == found(subject="王五") == [3]
    assert found(subject="Y-77") == [4]
    assert found(subject_kind="yard", older_than=4) == [2, 1]
    day = business_day(today)
    assert found(since=day, until=day) == [4, 3, 2, 1]
    assert found(until=day - timedelta(days=1)) == found(since=day + timedelta(days=1)) == []
    with only_reading(), Session(engine) as session:
        assert kinds_in(session, AuditEntry.what) == ["account.changed", "yard.changed"]
        assert kinds_in(session, AuditEntry.subject_kind) == ["account", "yard"]


def test_only_what_changed_is_shown() -> None:
    entry = AuditEntry(before={"a": 1, "b": 2, "c": 3}, after={"a": 1, "b": 4, "d": 5})
    assert [(c.name, c.before, c.after) for c in changes_of(entry)] == [("b", 2, 4), ("c", 3, None), ("d", None, 5)]
    assert changes_of(AuditEntry(before=None, after=None)) == []
