"""The audit trail: a chain of entries that nobody can change, delete or slip something into.

The triggers refuse every UPDATE, DELETE and (PostgreSQL) TRUNCATE, and an INSERT that does not continue the chain: on
SQLite, INSERT OR REPLACE deletes without asking the DELETE triggers. The one row of `audit_head` is what writers lock;
it can only move on to an entry that is there, so a trail whose end was cut off is found out.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.base import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_START = "0" * 64
_APPEND_ONLY = "the audit trail is append-only"
_NOT_NEXT = "this does not continue the audit trail"
# True of a new entry that follows the last one.
_FOLLOWS_LAST = f"""NEW.id = coalesce((SELECT max(id) FROM audit_entry), 0) + 1
    AND NEW.previous_hash = coalesce(
        (SELECT entry_hash FROM audit_entry ORDER BY id DESC LIMIT 1), '{_START}')"""
_MOVES_ON = """NEW.id = OLD.id AND NEW.last_id > OLD.last_id AND EXISTS (
        SELECT 1 FROM audit_entry e WHERE e.id = NEW.last_id AND e.entry_hash = NEW.last_hash)"""


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("actor_kind", sa.String(length=16), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=255), nullable=False),
        sa.Column("where_from", sa.String(length=255), nullable=False),
        sa.Column("what", sa.String(length=64), nullable=False),
        sa.Column("subject_kind", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.String(length=255), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("entry_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("previous_hash", name=op.f("uq_audit_entry_previous_hash")),
    )
    op.create_index(op.f("ix_audit_entry_recorded_at"), "audit_entry", ["recorded_at"], unique=False)
    op.create_index(op.f("ix_audit_entry_actor_id"), "audit_entry", ["actor_id"], unique=False)
    op.create_index(op.f("ix_audit_entry_actor_name"), "audit_entry", ["actor_name"], unique=False)
    op.create_index(op.f("ix_audit_entry_what"), "audit_entry", ["what"], unique=False)
    op.create_index(
        op.f("ix_audit_entry_subject_kind_subject_id"), "audit_entry", ["subject_kind", "subject_id"], unique=False
    )
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.bulk_insert(head, [{"id": 1, "last_id": 0, "last_hash": _START}])
    for statement in _SQLITE_TRIGGERS if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("audit_head")
    op.drop_table("audit_entry")
    if op.get_bind().dialect.name != "sqlite":
        for function in ("audit_refuse", "audit_entry_follows", "audit_head_moves_on"):
            op.execute(f"DROP FUNCTION {function}()")


_SQLITE_TRIGGERS = (
    *(
        f"""CREATE TRIGGER {table}_refuse_{verb.lower()} BEFORE {verb} ON {table}
        BEGIN SELECT RAISE(ABORT, '{_APPEND_ONLY}'); END"""
        for table, verb in (("audit_entry", "UPDATE"), ("audit_entry", "DELETE"), ("audit_head", "DELETE"))
    ),
    f"""CREATE TRIGGER audit_entry_follows BEFORE INSERT ON audit_entry WHEN NOT ({_FOLLOWS_LAST})
    BEGIN SELECT RAISE(ABORT, '{_NOT_NEXT}'); END""",
    f"""CREATE TRIGGER audit_head_moves_on BEFORE UPDATE ON audit_head WHEN NOT ({_MOVES_ON})
    BEGIN SELECT RAISE(ABORT, '{_NOT_NEXT}'); END""",
    f"""CREATE TRIGGER audit_head_stays BEFORE INSERT ON audit_head
    BEGIN SELECT RAISE(ABORT, '{_NOT_NEXT}'); END""",
)


def _row_check(name: str, condition: str) -> str:
    return f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NOT ({condition}) THEN RAISE EXCEPTION '{_NOT_NEXT}' USING ERRCODE = 'restrict_violation'; END IF;
        RETURN NEW;
    END $$"""


_POSTGRESQL_TRIGGERS = (
    f"""CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION '{_APPEND_ONLY}' USING ERRCODE = 'restrict_violation';
    END $$""",
    _row_check("audit_entry_follows", _FOLLOWS_LAST),
    _row_check("audit_head_moves_on", _MOVES_ON),
    """CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
    """CREATE TRIGGER audit_head_stays BEFORE INSERT OR DELETE OR TRUNCATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
    """CREATE TRIGGER audit_entry_follows BEFORE INSERT ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_entry_follows()""",
    """CREATE TRIGGER audit_head_moves_on BEFORE UPDATE ON audit_head
    FOR EACH ROW EXECUTE FUNCTION audit_head_moves_on()""",
)
