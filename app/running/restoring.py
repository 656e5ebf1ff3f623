"""What stands in the way while rows are put back, set aside for a transaction: triggers and references.

The triggers of the audit trail refuse what does not continue it, and references would ask for an order of tables.
Both are back before the transaction ends; a row that refers to nothing makes it fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Integer, Table, func, select, text


@contextmanager
def rules_set_aside(connection: Connection) -> Iterator[None]:
    """Within, rows go in as they come."""
    with (_without_rules_sqlite if connection.dialect.name == "sqlite" else _without_rules_postgresql)(connection):
        yield


def sequences_moved_on(connection: Connection, tables: Iterable[Table]) -> None:
    """Make PostgreSQL count on from the highest id that is there; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        for column in table.primary_key:
            if isinstance(column.type, Integer):
                name = func.pg_get_serial_sequence(func.quote_ident(table.name), column.name)
                connection.execute(
                    select(func.setval(name, select(func.max(column)).scalar_subquery())).where(
                        name.is_not(None), select(func.max(column)).scalar_subquery().is_not(None)
                    )
                )


@contextmanager
def _without_rules_sqlite(connection: Connection) -> Iterator[None]:
    connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    triggers = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    quote = connection.dialect.identifier_preparer.quote
    for name, _sql in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {quote(name)}")
    yield
    for _name, sql in triggers:
        connection.exec_driver_sql(sql)


_REFERENCES = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
    FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"""
_TABLES_WITH_TRIGGERS = """
    SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace"""


@contextmanager
def _without_rules_postgresql(connection: Connection) -> Iterator[None]:
    references = connection.execute(text(_REFERENCES)).all()
    tables = connection.scalars(text(_TABLES_WITH_TRIGGERS)).all()
    for table, name, _definition in references:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for table in tables:
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for table in tables:
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for table, name, definition in references:
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
