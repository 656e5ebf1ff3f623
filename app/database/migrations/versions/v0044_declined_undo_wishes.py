"""Wishes to take back payments can be declined, and wished again: a match has several. Rows are only added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_COPIED = "match_id, reason, made_by, made_name, made_at"


def upgrade() -> None:
    _wishes("undo_wish")
    op.create_index(op.f("ix_undo_wish_match_id"), "undo_wish", ["match_id"])
    op.execute(f"INSERT INTO undo_wish ({_COPIED}) SELECT {_COPIED} FROM payment_undo_wish ORDER BY id")
    _dropped("payment_undo_wish")
    op.create_table(
        "undo_decline",
        sa.Column("wish_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_name", sa.String(length=255), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["wish_id"], ["undo_wish.id"], name=op.f("fk_undo_decline_wish_id_undo_wish")),
        sa.PrimaryKeyConstraint("wish_id", name=op.f("pk_undo_decline")),
    )
    _guarded("undo_wish", "id")
    _guarded("undo_decline", "wish_id")


def downgrade() -> None:
    _dropped("undo_decline")
    _wishes("payment_undo_wish", sa.UniqueConstraint("match_id", name=op.f("uq_payment_undo_wish_match_id")))
    op.execute(
        f"INSERT INTO payment_undo_wish ({_COPIED}) SELECT {_COPIED} FROM undo_wish"
        " WHERE id IN (SELECT max(id) FROM undo_wish GROUP BY match_id) ORDER BY id"
    )
    _dropped("undo_wish")
    _guarded("payment_undo_wish", "id")


def _wishes(table: str, *more: sa.UniqueConstraint) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_name", sa.String(length=255), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["match_id"], ["bank_match.id"], name=op.f(f"fk_{table}_match_id_bank_match")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *more,
    )


def _guarded(table: str, key: str) -> None:
    for statement in append_only_triggers(op.get_bind().dialect.name, table, (key,)):
        op.execute(statement)


def _dropped(table: str) -> None:
    op.drop_table(table)
    for statement in append_only_dropped(op.get_bind().dialect.name, table):
        op.execute(statement)
