"""Safety at the gate: visitors of a yard, what is confirmed of vehicles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TABLES = ("vehicle_check", "visitor_leaving", "visitor_entry")


def upgrade() -> None:
    op.create_table(
        "visitor_entry",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("plate", sa.String(length=16), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("came_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("noted_name", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["gate_record.id"], name=op.f("fk_visitor_entry_record_id_gate_record")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_visitor_entry")),
    )
    op.create_index(
        op.f("ix_visitor_entry_yard_id_business_day"), "visitor_entry", ["yard_id", "business_day"], unique=False
    )
    op.create_table(
        "visitor_leaving",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("visit_id", sa.String(length=64), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("left_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("noted_name", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["gate_record.id"], name=op.f("fk_visitor_leaving_record_id_gate_record")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_visitor_leaving")),
    )
    op.create_index(op.f("ix_visitor_leaving_visit_id"), "visitor_leaving", ["visit_id"], unique=False)
    op.create_table(
        "vehicle_check",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("ticket_id", sa.String(length=36), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("confirmed", sa.JSON(), nullable=False),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("checked_name", sa.String(length=255), nullable=False),
        sa.Column("checked_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["gate_record.id"], name=op.f("fk_vehicle_check_record_id_gate_record")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_vehicle_check")),
    )
    op.create_index(op.f("ix_vehicle_check_ticket_id"), "vehicle_check", ["ticket_id"], unique=False)
    op.create_index(
        op.f("ix_vehicle_check_yard_id_checked_at"), "vehicle_check", ["yard_id", "checked_at"], unique=False
    )
    dialect = op.get_bind().dialect.name
    for table in _TABLES:
        for statement in append_only_triggers(dialect, table, ("record_id",)):
            op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table in _TABLES:
        op.drop_table(table)
    for table in _TABLES:
        for statement in append_only_dropped(dialect, table):
            op.execute(statement)
