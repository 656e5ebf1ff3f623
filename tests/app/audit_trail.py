"""Entries of the audit trail, and somebody who goes around its triggers."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from app.accounts.actors import Actor, ActorKind
from app.accounts.audit import record

CLERK = Actor(kind=ActorKind.ACCOUNT, account_id=7, name="A clerk", where_from="192.0.2.7")


def note(engine: Engine, count: int = 1, **said: object) -> None:
    """Record so many changes of yards, each in a transaction of its own."""
    for number in range(count):
        with Session(engine) as session:
            values = {"what": "yard.changed", "subject_kind": "yard", "subject_id": number, "actor": CLERK} | said
            record(session, **values)
            session.commit()


def go_around_the_triggers(connection: Connection) -> None:
    """Become somebody with the file, or the rights of an owner, for the rest of this transaction."""
    if connection.dialect.name == "sqlite":
        for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
    else:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
