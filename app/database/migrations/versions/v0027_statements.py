"""Statements of plants. Their rows are only added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_TABLE = "plant_statement"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("year_number", sa.Integer(), nullable=False),
        sa.Column("plant_id", sa.String(length=64), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("replaces", sa.String(length=32), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("issued_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("issued_name", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_plant_statement")),
        sa.UniqueConstraint("replaces", name=op.f("uq_plant_statement_replaces")),
        sa.UniqueConstraint("year", "year_number", name=op.f("uq_plant_statement_year_year_number")),
    )
    op.create_index(op.f("ix_plant_statement_plant_id"), _TABLE, ["plant_id"], unique=False)
    for statement in append_only_triggers(op.get_bind().dialect.name, _TABLE, ("number",)):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table(_TABLE)
    for statement in append_only_dropped(op.get_bind().dialect.name, _TABLE):
        op.execute(statement)
