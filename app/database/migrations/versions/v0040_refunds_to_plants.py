"""Refunds to plants: who wishes one, and who answered. Rows are only added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_KEYS = {"refund_wish": ("id",), "refund_answer": ("wish_id",)}


def upgrade() -> None:
    op.create_table(
        "refund_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bank_line_id", sa.Integer(), nullable=False),
        sa.Column("plant_id", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_name", sa.String(length=255), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["bank_line_id"], ["bank_line.id"], name=op.f("fk_refund_wish_bank_line_id_bank_line")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_wish")),
    )
    op.create_index(op.f("ix_refund_wish_bank_line_id"), "refund_wish", ["bank_line_id"])
    op.create_table(
        "refund_answer",
        sa.Column("wish_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_agreed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_name", sa.String(length=255), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["wish_id"], ["refund_wish.id"], name=op.f("fk_refund_answer_wish_id_refund_wish")),
        sa.PrimaryKeyConstraint("wish_id", name=op.f("pk_refund_answer")),
    )
    for table, key in _KEYS.items():
        for statement in append_only_triggers(op.get_bind().dialect.name, table, key):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(_KEYS):
        op.drop_table(table)
        for statement in append_only_dropped(op.get_bind().dialect.name, table):
            op.execute(statement)
