"""The triggers that let rows of a table be added and nothing else, on both databases. For migrations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def append_only_triggers(dialect: str, table: str, key: Sequence[str]) -> Iterator[str]:
    """Statements after which the database refuses every UPDATE, DELETE and (PostgreSQL) TRUNCATE of the table.

    `key`: its primary key. On SQLite, INSERT OR REPLACE deletes without asking the DELETE triggers, so an INSERT of a
    key that is there is refused too.
    """
    message = f"rows of {table} are only added"
    if dialect == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            yield f"""CREATE TRIGGER {table}_refuse_{verb.lower()} BEFORE {verb} ON {table}
                BEGIN SELECT RAISE(ABORT, '{message}'); END"""
        same = " AND ".join(f"{name} = NEW.{name}" for name in key)
        yield f"""CREATE TRIGGER {table}_refuse_replace BEFORE INSERT ON {table}
            WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})
            BEGIN SELECT RAISE(ABORT, '{message}'); END"""
        return
    yield f"""CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation';
    END $$"""
    yield f"""CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"""


def append_only_dropped(dialect: str, table: str) -> Iterator[str]:
    """Statements that come after the table was dropped."""
    if dialect != "sqlite":
        yield f"DROP FUNCTION {table}_refuse()"
