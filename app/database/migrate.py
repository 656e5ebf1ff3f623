"""Bring a database to a revision of the schema, up or down."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

_SCRIPTS = Path(__file__).with_name("migrations")


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Migrate up to `revision`, in one transaction."""
    with engine.begin() as connection:
        upgrade_within(connection, revision)


def upgrade_within(connection: Connection, revision: str = "head") -> None:
    """Migrate up to `revision` within the transaction of the caller."""
    command.upgrade(_alembic(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Migrate down to `revision` ("base": no table is left), in one transaction."""
    with engine.begin() as connection:
        command.downgrade(_alembic(connection), revision)


def current_revision(engine: Engine) -> str | None:
    """Return the revision the database is at; None before the first migration."""
    with engine.connect() as connection:
        return revision_within(connection)


def revision_within(connection: Connection) -> str | None:
    """Return the same, asked on a connection of the caller."""
    return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str | None:
    """Return the newest revision; raises CommandError if migrations have more than one head."""
    return ScriptDirectory(str(_SCRIPTS)).get_current_head()


def known_revisions() -> set[str]:
    """Return every revision there is."""
    return {script.revision for script in ScriptDirectory(str(_SCRIPTS)).walk_revisions()}


def _alembic(connection: Connection) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config
