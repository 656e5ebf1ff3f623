"""Stacks of the yards, what comes to them and leaves them, stock-taking, closed days, the watch."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Their rows are only added: the name and the primary key of each.
_APPEND_ONLY = {
    "stock_transfer": ("id",),
    "stack_care": ("record_id",),
    "stock_count": ("record_id", "stack_id"),
    "day_closing": ("record_id",),
    "watch_entry": ("record_id",),
}
_CLOSING_FIGURES = [
    f"{step}_{measure}"
    for step in ("opening", "in", "out", "adjusted", "closing")
    for measure in ("bales", "kg", "dry_kg")
]


def upgrade() -> None:
    op.create_table(
        "bale_stack",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("stack_id", sa.String(length=64), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("x_m", sa.Double(), nullable=False),
        sa.Column("y_m", sa.Double(), nullable=False),
        sa.Column("width_m", sa.Double(), nullable=False),
        sa.Column("length_m", sa.Double(), nullable=False),
        sa.Column("most_bales", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["yard_id"], ["transfer_yard.yard_id"], name=op.f("fk_bale_stack_yard_id_transfer_yard")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bale_stack")),
        sa.UniqueConstraint("stack_id", name=op.f("uq_bale_stack_stack_id")),
    )
    op.create_index(op.f("ix_bale_stack_yard_id"), "bale_stack", ["yard_id"], unique=False)
    _make_transfers()
    _make_notes()
    op.create_table(
        "day_closing",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _CLOSING_FIGURES),
        sa.Column("stacks", sa.JSON(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("explanation", sa.String(length=500), nullable=True),
        sa.Column("last_transfer_id", sa.Integer(), nullable=False),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("closed_name", sa.String(length=255), nullable=False),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["gate_record.id"], name=op.f("fk_day_closing_record_id_gate_record")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_day_closing")),
    )
    op.create_index(
        "uq_day_closing_closed",
        "day_closing",
        ["yard_id", "day"],
        unique=True,
        sqlite_where=sa.text("is_closed"),
        postgresql_where=sa.text("is_closed"),
    )
    dialect = op.get_bind().dialect.name
    for table, key in _APPEND_ONLY.items():
        for statement in append_only_triggers(dialect, table, key):
            op.execute(statement)


def _make_transfers() -> None:
    op.create_table(
        "stock_transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("happened_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("from_account", sa.String(length=64), nullable=False),
        sa.Column("to_account", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.String(length=36), nullable=True),
        sa.Column("bales", sa.Integer(), nullable=False),
        sa.Column("kg", sa.Integer(), nullable=False),
        sa.Column("dry_kg", sa.Integer(), nullable=False),
        sa.Column("moisture_permille", sa.Integer(), nullable=True),
        sa.Column("highest_permille", sa.Integer(), nullable=True),
        sa.Column("since", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ship_by", UtcDateTime(timezone=True), nullable=True),
        sa.Column("reverses", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record_id"], ["gate_record.id"], name=op.f("fk_stock_transfer_record_id_gate_record")
        ),
        sa.ForeignKeyConstraint(
            ["reverses"], ["stock_transfer.id"], name=op.f("fk_stock_transfer_reverses_stock_transfer")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["weigh_ticket.id"], name=op.f("fk_stock_transfer_ticket_id_weigh_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_transfer")),
        sa.UniqueConstraint("reverses", name=op.f("uq_stock_transfer_reverses")),
    )
    for columns in (
        ["record_id"],
        ["from_account"],
        ["to_account"],
        ["ticket_id"],
        ["yard_id", "business_day"],
    ):
        op.create_index(op.f(f"ix_stock_transfer_{'_'.join(columns)}"), "stock_transfer", columns, unique=False)


def _make_notes() -> None:
    op.create_table(
        "stack_care",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("stack_id", sa.String(length=64), nullable=False),
        sa.Column("covered", sa.Boolean(), nullable=False),
        sa.Column("noted_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["gate_record.id"], name=op.f("fk_stack_care_record_id_gate_record")),
        sa.ForeignKeyConstraint(["stack_id"], ["bale_stack.stack_id"], name=op.f("fk_stack_care_stack_id_bale_stack")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_stack_care")),
    )
    op.create_index(op.f("ix_stack_care_stack_id_noted_at"), "stack_care", ["stack_id", "noted_at"], unique=False)
    op.create_table(
        "stock_count",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("stack_id", sa.String(length=64), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("counted_bales", sa.Integer(), nullable=False),
        sa.Column("reckoned_bales", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("counted_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("counted_by", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["gate_record.id"], name=op.f("fk_stock_count_record_id_gate_record")),
        sa.ForeignKeyConstraint(["stack_id"], ["bale_stack.stack_id"], name=op.f("fk_stock_count_stack_id_bale_stack")),
        sa.PrimaryKeyConstraint("record_id", "stack_id", name=op.f("pk_stock_count")),
    )
    op.create_index(
        op.f("ix_stock_count_yard_id_business_day"), "stock_count", ["yard_id", "business_day"], unique=False
    )
    op.create_table(
        "watch_entry",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("event", sa.String(length=8), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("watcher_id", sa.Integer(), nullable=True),
        sa.Column("watcher_name", sa.String(length=255), nullable=False),
        sa.Column("noted_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["gate_record.id"], name=op.f("fk_watch_entry_record_id_gate_record")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_watch_entry")),
    )
    op.create_index(
        op.f("ix_watch_entry_yard_id_business_day"), "watch_entry", ["yard_id", "business_day"], unique=False
    )


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table in ("watch_entry", "day_closing", "stock_count", "stack_care", "stock_transfer", "bale_stack"):
        op.drop_table(table)
    for table in _APPEND_ONLY:
        for statement in append_only_dropped(dialect, table):
            op.execute(statement)
