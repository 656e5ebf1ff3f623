"""Tickets of the gate and what belongs to them; rows are only added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Their rows are only added: the name and the primary key of each.
_APPEND_ONLY = {
    "weigh_ticket": ("id",),
    "field_count": ("ticket_id",),
    "weighing": ("record_id",),
    "moisture_sample": ("record_id",),
    "ticket_closing": ("ticket_id",),
    "void_request": ("record_id",),
    "ticket_void": ("ticket_id",),
    "ticket_remark": ("record_id", "kind"),
}


def upgrade() -> None:
    op.create_table(
        "weigh_ticket",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("place_kind", sa.String(length=16), nullable=False),
        sa.Column("place_id", sa.String(length=64), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("day_number", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("plate", sa.String(length=16), nullable=False),
        sa.Column("truck_id", sa.String(length=64), nullable=True),
        sa.Column("driver", sa.String(length=80), nullable=True),
        sa.Column("haul_day", sa.Date(), nullable=True),
        sa.Column("haul_id", sa.String(length=64), nullable=True),
        sa.Column("town_id", sa.String(length=64), nullable=True),
        sa.Column("field_ids", sa.JSON(), nullable=False),
        sa.Column("grower", sa.String(length=200), nullable=True),
        sa.Column("body_id", sa.String(length=64), nullable=True),
        sa.Column("origin_yard_id", sa.String(length=64), nullable=True),
        sa.Column("destination_id", sa.String(length=64), nullable=True),
        sa.Column("material_id", sa.String(length=64), nullable=False),
        sa.Column("bale_kind", sa.String(length=32), nullable=False),
        sa.Column("bales_declared", sa.Integer(), nullable=True),
        sa.Column("approval_id", sa.String(length=64), nullable=True),
        sa.Column("replaces", sa.String(length=36), nullable=True),
        sa.Column("opened_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["gate_record.id"], name=op.f("fk_weigh_ticket_record_id_gate_record")),
        sa.ForeignKeyConstraint(["replaces"], ["weigh_ticket.id"], name=op.f("fk_weigh_ticket_replaces_weigh_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weigh_ticket")),
        sa.UniqueConstraint("number", name=op.f("uq_weigh_ticket_number")),
        sa.UniqueConstraint(
            "place_kind",
            "place_id",
            "business_day",
            "day_number",
            name=op.f("uq_weigh_ticket_place_kind_place_id_business_day_day_number"),
        ),
    )
    op.create_index(op.f("ix_weigh_ticket_body_id"), "weigh_ticket", ["body_id"], unique=False)
    op.create_index(op.f("ix_weigh_ticket_business_day"), "weigh_ticket", ["business_day"], unique=False)
    op.create_index(op.f("ix_weigh_ticket_destination_id"), "weigh_ticket", ["destination_id"], unique=False)
    op.create_index(op.f("ix_weigh_ticket_plate"), "weigh_ticket", ["plate"], unique=False)
    op.create_index(op.f("ix_weigh_ticket_town_id"), "weigh_ticket", ["town_id"], unique=False)
    op.create_table(
        "field_count",
        sa.Column("ticket_id", sa.String(length=36), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("body_id", sa.String(length=64), nullable=False),
        sa.Column("plate", sa.String(length=16), nullable=False),
        sa.Column("town_id", sa.String(length=64), nullable=False),
        sa.Column("field_ids", sa.JSON(), nullable=False),
        sa.Column("bales", sa.Integer(), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("counted_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["gate_record.id"], name=op.f("fk_field_count_record_id_gate_record")),
        sa.ForeignKeyConstraint(["ticket_id"], ["weigh_ticket.id"], name=op.f("fk_field_count_ticket_id_weigh_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_field_count")),
    )
    op.create_index(op.f("ix_field_count_body_id"), "field_count", ["body_id"], unique=False)
    op.create_table(
        "weighing",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("ticket_id", sa.String(length=36), nullable=True),
        sa.Column("place_kind", sa.String(length=16), nullable=False),
        sa.Column("place_id", sa.String(length=64), nullable=False),
        sa.Column("plate", sa.String(length=16), nullable=False),
        sa.Column("kg", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("scale_id", sa.String(length=64), nullable=True),
        sa.Column("division_kg", sa.Integer(), nullable=True),
        sa.Column("nonce", sa.String(length=64), nullable=True),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("signature", sa.String(length=128), nullable=True),
        sa.Column("is_trade", sa.Boolean(), nullable=False),
        sa.Column("typed_reason", sa.String(length=500), nullable=True),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("weighed_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["gate_record.id"], name=op.f("fk_weighing_record_id_gate_record")),
        sa.ForeignKeyConstraint(["ticket_id"], ["weigh_ticket.id"], name=op.f("fk_weighing_ticket_id_weigh_ticket")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_weighing")),
        sa.UniqueConstraint("scale_id", "nonce", name=op.f("uq_weighing_scale_id_nonce")),
    )
    op.create_index(op.f("ix_weighing_plate_weighed_at"), "weighing", ["plate", "weighed_at"], unique=False)
    op.create_index(op.f("ix_weighing_ticket_id"), "weighing", ["ticket_id"], unique=False)
    op.create_table(
        "moisture_sample",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("ticket_id", sa.String(length=36), nullable=False),
        sa.Column("meter_id", sa.String(length=64), nullable=True),
        sa.Column("readings", sa.JSON(), nullable=False),
        sa.Column("mean_permille", sa.Integer(), nullable=False),
        sa.Column("spread_permille", sa.Integer(), nullable=False),
        sa.Column("highest_permille", sa.Integer(), nullable=False),
        sa.Column("acceptance", sa.String(length=16), nullable=False),
        sa.Column("sampled_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["gate_record.id"], name=op.f("fk_moisture_sample_record_id_gate_record")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["weigh_ticket.id"], name=op.f("fk_moisture_sample_ticket_id_weigh_ticket")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_moisture_sample")),
    )
    op.create_index(op.f("ix_moisture_sample_ticket_id"), "moisture_sample", ["ticket_id"], unique=False)
    op.create_table(
        "ticket_closing",
        sa.Column("ticket_id", sa.String(length=36), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("gross_kg", sa.Integer(), nullable=True),
        sa.Column("tare_kg", sa.Integer(), nullable=True),
        sa.Column("net_kg", sa.Integer(), nullable=False),
        sa.Column("stored_tare_id", sa.String(length=36), nullable=True),
        sa.Column("is_estimated", sa.Boolean(), nullable=False),
        sa.Column("uncertainty_kg", sa.Integer(), nullable=False),
        sa.Column("bales", sa.Integer(), nullable=False),
        sa.Column("moisture_permille", sa.Integer(), nullable=True),
        sa.Column("sample_id", sa.String(length=36), nullable=True),
        sa.Column("dry_method", sa.String(length=8), nullable=False),
        sa.Column("dry_kg", sa.Integer(), nullable=False),
        sa.Column("acceptance", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("signature", sa.String(length=64), nullable=True),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("is_trade", sa.Boolean(), nullable=False),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id"], ["gate_record.id"], name=op.f("fk_ticket_closing_record_id_gate_record")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["weigh_ticket.id"], name=op.f("fk_ticket_closing_ticket_id_weigh_ticket")
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_closing")),
    )
    op.create_index(op.f("ix_ticket_closing_record_id"), "ticket_closing", ["record_id"], unique=False)
    op.create_table(
        "void_request",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("ticket_id", sa.String(length=36), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_name", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["gate_record.id"], name=op.f("fk_void_request_record_id_gate_record")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["weigh_ticket.id"], name=op.f("fk_void_request_ticket_id_weigh_ticket")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_void_request")),
    )
    op.create_index(op.f("ix_void_request_ticket_id"), "void_request", ["ticket_id"], unique=False)
    op.create_table(
        "ticket_void",
        sa.Column("ticket_id", sa.String(length=36), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("agreed_by", sa.Integer(), nullable=False),
        sa.Column("agreed_name", sa.String(length=255), nullable=False),
        sa.Column("voided_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["gate_record.id"], name=op.f("fk_ticket_void_record_id_gate_record")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["void_request.record_id"], name=op.f("fk_ticket_void_request_id_void_request")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["weigh_ticket.id"], name=op.f("fk_ticket_void_ticket_id_weigh_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_void")),
    )
    op.create_table(
        "ticket_remark",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=36), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["gate_record.id"], name=op.f("fk_ticket_remark_record_id_gate_record")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["weigh_ticket.id"], name=op.f("fk_ticket_remark_ticket_id_weigh_ticket")
        ),
        sa.PrimaryKeyConstraint("record_id", "kind", name=op.f("pk_ticket_remark")),
    )
    op.create_index(op.f("ix_ticket_remark_ticket_id"), "ticket_remark", ["ticket_id"], unique=False)
    dialect = op.get_bind().dialect.name
    for table, key in _APPEND_ONLY.items():
        for statement in append_only_triggers(dialect, table, key):
            op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.drop_table("ticket_remark")
    op.drop_table("ticket_void")
    op.drop_table("void_request")
    op.drop_table("ticket_closing")
    op.drop_table("moisture_sample")
    op.drop_table("weighing")
    op.drop_table("field_count")
    op.drop_table("weigh_ticket")
    for table in _APPEND_ONLY:
        for statement in append_only_dropped(dialect, table):
            op.execute(statement)
