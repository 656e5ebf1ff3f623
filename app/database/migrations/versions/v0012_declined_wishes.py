"""Wishes that are declined, tickets that are printed again, and the certificate under which a scale weighed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# Their rows are only added: the name and the primary key of each.
_APPEND_ONLY = {"void_decline": ("request_id",), "ticket_reprint": ("record_id",)}


def upgrade() -> None:
    op.create_table(
        "void_decline",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("ticket_id", sa.String(length=36), nullable=False),
        sa.Column("declined_by", sa.Integer(), nullable=False),
        sa.Column("declined_name", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("declined_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["gate_record.id"], name=op.f("fk_void_decline_record_id_gate_record")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["void_request.record_id"], name=op.f("fk_void_decline_request_id_void_request")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["weigh_ticket.id"], name=op.f("fk_void_decline_ticket_id_weigh_ticket")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_void_decline")),
    )
    op.create_index(op.f("ix_void_decline_ticket_id"), "void_decline", ["ticket_id"], unique=False)
    op.create_table(
        "ticket_reprint",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("ticket_id", sa.String(length=36), nullable=False),
        sa.Column("printed_by", sa.Integer(), nullable=True),
        sa.Column("printed_name", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("printed_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["gate_record.id"], name=op.f("fk_ticket_reprint_record_id_gate_record")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["weigh_ticket.id"], name=op.f("fk_ticket_reprint_ticket_id_weigh_ticket")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_ticket_reprint")),
    )
    op.create_index(op.f("ix_ticket_reprint_ticket_id"), "ticket_reprint", ["ticket_id"], unique=False)
    op.add_column("scale", sa.Column("certified_from", sa.Date(), nullable=True))
    op.add_column("weighing", sa.Column("certificate_number", sa.String(length=64), nullable=True))
    dialect = op.get_bind().dialect.name
    for table, key in _APPEND_ONLY.items():
        for statement in append_only_triggers(dialect, table, key):
            op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.drop_column("weighing", "certificate_number")
    op.drop_column("scale", "certified_from")
    for table in ("ticket_reprint", "void_decline"):
        op.drop_table(table)
    for table in _APPEND_ONLY:
        for statement in append_only_dropped(dialect, table):
            op.execute(statement)
