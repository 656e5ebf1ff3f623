"""Drawings of yards, which of them is in force, and which stack of a drawing a stack is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# Their rows are only added: the name and the primary key of each.
_APPEND_ONLY = {"yard_drawing": ("id",), "legal_capacity": ("id",)}


def upgrade() -> None:
    op.create_table(
        "yard_drawing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("geojson", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("drawn_by", sa.Integer(), nullable=True),
        sa.Column("drawn_name", sa.String(length=255), nullable=False),
        sa.Column("drawn_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_yard_drawing")),
        sa.UniqueConstraint("yard_id", "version", name=op.f("uq_yard_drawing_yard_id_version")),
    )
    op.create_table(
        "legal_capacity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("drawing_version", sa.Integer(), nullable=False),
        sa.Column("bales", sa.Integer(), nullable=False),
        sa.Column("kg", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.Integer(), nullable=True),
        sa.Column("set_name", sa.String(length=255), nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_capacity")),
    )
    op.create_index(op.f("ix_legal_capacity_yard_id"), "legal_capacity", ["yard_id"], unique=False)
    op.add_column("bale_stack", sa.Column("drawing_id", sa.String(length=80), nullable=True))
    dialect = op.get_bind().dialect.name
    for table, key in _APPEND_ONLY.items():
        for statement in append_only_triggers(dialect, table, key):
            op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.drop_column("bale_stack", "drawing_id")
    for table in ("legal_capacity", "yard_drawing"):
        op.drop_table(table)
    for table in _APPEND_ONLY:
        for statement in append_only_dropped(dialect, table):
            op.execute(statement)
