"""Wishes to put a drawing in force that has blocking findings, and what brigade or town answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# Their rows are only added: the name and the primary key of each.
_APPEND_ONLY = {"drawing_wish": ("id",), "drawing_wish_answer": ("wish_id",)}


def upgrade() -> None:
    op.create_table(
        "drawing_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("blocking", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("wished_by", sa.Integer(), nullable=True),
        sa.Column("wished_name", sa.String(length=255), nullable=False),
        sa.Column("wished_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drawing_wish")),
    )
    op.create_index(op.f("ix_drawing_wish_yard_id"), "drawing_wish", ["yard_id"], unique=False)
    op.create_table(
        "drawing_wish_answer",
        sa.Column("wish_id", sa.Integer(), nullable=False),
        sa.Column("is_agreed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_name", sa.String(length=255), nullable=False),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["wish_id"], ["drawing_wish.id"], name=op.f("fk_drawing_wish_answer_wish_id_drawing_wish")
        ),
        sa.PrimaryKeyConstraint("wish_id", name=op.f("pk_drawing_wish_answer")),
    )
    dialect = op.get_bind().dialect.name
    for table, key in _APPEND_ONLY.items():
        for statement in append_only_triggers(dialect, table, key):
            op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table in reversed(_APPEND_ONLY):
        op.drop_table(table)
        for statement in append_only_dropped(dialect, table):
            op.execute(statement)
