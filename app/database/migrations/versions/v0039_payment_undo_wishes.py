"""Wishes to take back payments of closed months. Rows are only added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_TABLE = "payment_undo_wish"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_name", sa.String(length=255), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["match_id"], ["bank_match.id"], name=op.f("fk_payment_undo_wish_match_id_bank_match")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_undo_wish")),
        sa.UniqueConstraint("match_id", name=op.f("uq_payment_undo_wish_match_id")),
    )
    for statement in append_only_triggers(op.get_bind().dialect.name, _TABLE, ("id",)):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table(_TABLE)
    for statement in append_only_dropped(op.get_bind().dialect.name, _TABLE):
        op.execute(statement)
