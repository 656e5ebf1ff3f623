"""Payments for purchases: who asks for one, and who answered. Rows are only added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_KEYS = {"payout_wish": ("id",), "payout_answer": ("wish_id",)}


def upgrade() -> None:
    op.create_table(
        "payout_wish",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("payee", sa.String(length=64), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_name", sa.String(length=255), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_wish")),
    )
    op.create_table(
        "payout_answer",
        sa.Column("wish_id", sa.String(length=36), nullable=False),
        sa.Column("is_agreed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_name", sa.String(length=255), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["wish_id"], ["payout_wish.id"], name=op.f("fk_payout_answer_wish_id_payout_wish")),
        sa.PrimaryKeyConstraint("wish_id", name=op.f("pk_payout_answer")),
    )
    for table, key in _KEYS.items():
        for statement in append_only_triggers(op.get_bind().dialect.name, table, key):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(_KEYS):
        op.drop_table(table)
        for statement in append_only_dropped(op.get_bind().dialect.name, table):
            op.execute(statement)
