"""Pictures of stacks, so that what changes on them is seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_TABLE = "stack_picture"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("stack_id", sa.String(length=64), nullable=False),
        sa.Column("taken_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("taken_name", sa.String(length=255), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["gate_record.id"], name=op.f("fk_stack_picture_record_id_gate_record")),
        sa.ForeignKeyConstraint(
            ["stack_id"], ["bale_stack.stack_id"], name=op.f("fk_stack_picture_stack_id_bale_stack")
        ),
        sa.PrimaryKeyConstraint("record_id", "sha256", name=op.f("pk_stack_picture")),
    )
    op.create_index(op.f("ix_stack_picture_stack_id_taken_at"), _TABLE, ["stack_id", "taken_at"], unique=False)
    for statement in append_only_triggers(op.get_bind().dialect.name, _TABLE, ("record_id",)):
        op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.drop_table(_TABLE)
    for statement in append_only_dropped(dialect, _TABLE):
        op.execute(statement)
