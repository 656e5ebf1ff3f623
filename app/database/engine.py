"""Connections to SQLite (by default) or PostgreSQL, opened the safe way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

import pysqlite3.dbapi2
from flask_sqlalchemy_lite import SQLAlchemy
from psycopg import Error as PostgreSQLError
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Dialect, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import Session

from app.database.pinyin import pinyin_key
from app.database.writers_queue import WritersQueue, queue_of
from app.errors import UNFIXED_SQLITE, Refusal

# The WAL-reset defect of SQLite 3.7.0 to 3.51.2 can lose committed pages; 3.51.3 mends it.
FIRST_FIXED_SQLITE = (3, 51, 3)
_CONNECT_TIMEOUT_S = 5
_BUSY_TIMEOUT_MS = 10_000
# No fewer than the threads of a process: a connection more than these is begun and ended for each request.
_KEPT_CONNECTIONS = 20
_IDLE_S, _USED_AT_S = 0.5, "used_at_s"

db = SQLAlchemy()
_reading: ContextVar[bool] = ContextVar("reading", default=False)


def only_reading() -> AbstractContextManager[None]:
    """Transactions begun inside read only: they take no writer's lock, and the database refuses their writes."""
    return _begun(reading=True)


def writing() -> AbstractContextManager[None]:
    """Transactions begun inside write, though the request that they are part of only reads."""
    return _begun(reading=False)


@contextmanager
def _begun(*, reading: bool) -> Iterator[None]:
    token = _reading.set(reading)
    try:
        yield
    finally:
        _reading.reset(token)


def set_reading(reading: bool) -> None:
    """Say for the rest of this request whether its transactions only read."""
    _reading.set(reading)


def read_from_here() -> None:
    """From here on this request keeps nobody from writing; what it still writes are transactions of their own."""
    db.session.rollback()
    set_reading(True)


def write_from_here() -> None:
    """What this request read so far kept nobody from writing; from here on it writes itself."""
    db.session.rollback()
    set_reading(False)


def as_of_one_moment(session: Session) -> None:
    """What the session reads, it reads as of now, whatever others write meanwhile."""
    session.connection(execution_options=one_moment_options(session.get_bind().dialect))


def one_moment_options(dialect: Dialect) -> dict[str, Any]:
    """Return the options of a connection that reads as of one moment: SQLite's do so by themselves."""
    return {"isolation_level": "REPEATABLE READ"} if dialect.name == "postgresql" else {}


@contextmanager
def sent_together(connection: Connection) -> Iterator[None]:
    """Writes executed inside go to PostgreSQL together, and are waited for once; nothing may be read inside."""
    if connection.dialect.name != "postgresql":
        yield
        return
    driver: Any = connection.connection.driver_connection
    try:
        with driver.pipeline():
            yield
    except PostgreSQLError as fault:  # told at the end, when no statement is looked at any more
        raise DBAPIError.instance(None, None, fault, PostgreSQLError, dialect=connection.dialect) from fault


def engine_options(database_url: str, *, busy_timeout_ms: int) -> dict[str, Any]:
    """Return the options of `create_engine` for the URL.

    Raises Refusal where SQLite is asked for and the one in use has the WAL-reset defect.
    """
    url = make_url(database_url)
    # The one used last is taken first: few connections hold pages in memory and know statements by heart.
    kept = {"pool_size": _KEPT_CONNECTIONS, "pool_use_lifo": True}
    if url.get_backend_name() == "postgresql":
        # A server that is not there is said to be so, rather than waited for.
        timeout = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_TIMEOUT_S}
        return {"url": url.set(drivername="postgresql+psycopg"), "connect_args": timeout, **kept}
    refuse_unfixed_sqlite(pysqlite3.dbapi2.sqlite_version_info)
    return {"url": url, "module": pysqlite3.dbapi2, "connect_args": {"timeout": busy_timeout_ms / 1000}, **kept}


def make_engine(database_url: str, *, busy_timeout_ms: int = _BUSY_TIMEOUT_MS) -> Engine:
    """Return an engine that is not bound to an app, with the same rules as the app's own."""
    engine = create_engine(**engine_options(database_url, busy_timeout_ms=busy_timeout_ms))
    set_rules(engine, busy_timeout_ms=busy_timeout_ms)
    return engine


def refuse_unfixed_sqlite(version: tuple[int, ...]) -> None:
    """Raise Refusal if this SQLite version has the WAL-reset defect."""
    if version < FIRST_FIXED_SQLITE:
        found, needed = (".".join(map(str, v)) for v in (version, FIRST_FIXED_SQLITE))
        raise Refusal(UNFIXED_SQLITE, [f"SQLite {found} < {needed}"])


def set_rules(engine: Engine, *, busy_timeout_ms: int = _BUSY_TIMEOUT_MS) -> None:
    """Make every connection and transaction of the engine follow the rules of docs/decisions/0003."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        queue = queue_of(engine, longest_s=busy_timeout_ms / 1000)
        event.listen(engine, "begin", lambda connection: _begin_sqlite(connection, queue))
    else:
        event.listen(engine, "begin", _begin_postgresql)
        engine.dialect.do_rollback = _roll_back_postgresql  # type: ignore[assignment, method-assign]
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", partial(_ping_if_idle, engine.dialect))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: _begin_sqlite does
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()
    connection.create_function("pinyin_key", 1, pinyin_key, deterministic=True)


def _begin_sqlite(connection: Connection, queue: WritersQueue | None) -> None:
    reading = _reading.get()
    if queue is not None and not reading:
        queue.enter(connection)
    connection.exec_driver_sql(f"PRAGMA query_only={int(reading)}")
    # A writer takes its lock at once: one that began by reading could not wait for it any more.
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    # The driver says it with its BEGIN: no word of its own to the server and back.
    driver: Any = connection.connection.dbapi_connection
    driver.read_only = _reading.get() or None


def _roll_back_postgresql(driver: Any) -> None:
    """The driver forgets all statements that the server has prepared when it rolls back; what only read has nothing to
    take back, and may as well be committed."""
    if driver.read_only and driver.pgconn.transaction_status == TransactionStatus.INTRANS:
        driver.commit()
    else:
        driver.rollback()


def _note_use(_connection: Any, record: Any) -> None:
    record.info[_USED_AT_S] = time.monotonic()


def _ping_if_idle(dialect: Dialect, connection: Any, record: Any, _proxy: Any) -> None:
    """The server may have ended a connection that nobody used for a while: the pool opens others then. One that was
    used just now is not asked, which would be one of the few questions of a short request."""
    used_at_s = record.info.get(_USED_AT_S)
    if used_at_s is None or time.monotonic() - used_at_s < _IDLE_S:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as fault:
        raise DisconnectionError from fault
