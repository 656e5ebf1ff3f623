"""Money that came to the bank, whose payment it is, and reminders. Their rows are only added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_TABLES = ("bank_file", "bank_line", "bank_match", "payment_reminder")


def upgrade() -> None:
    op.create_table(
        "bank_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("taken_in_name", sa.String(length=255), nullable=False),
        sa.Column("taken_in_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_file")),
        sa.UniqueConstraint("digest", name=op.f("uq_bank_file_digest")),
    )
    op.create_table(
        "bank_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_key", sa.String(length=80), nullable=False),
        sa.Column("bank_file_id", sa.Integer(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("payer", sa.String(length=200), nullable=False),
        sa.Column("said", sa.String(length=500), nullable=False),
        sa.Column("bank_number", sa.String(length=64), nullable=True),
        sa.Column("entered_name", sa.String(length=255), nullable=False),
        sa.Column("entered_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["bank_file_id"], ["bank_file.id"], name=op.f("fk_bank_line_bank_file_id_bank_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint("line_key", name=op.f("uq_bank_line_line_key")),
    )
    op.create_table(
        "bank_match",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bank_line_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("plant_id", sa.String(length=64), nullable=True),
        sa.Column("statement_number", sa.String(length=32), nullable=True),
        sa.Column("entry_id", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_name", sa.String(length=255), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["bank_line_id"], ["bank_line.id"], name=op.f("fk_bank_match_bank_line_id_bank_line")),
        sa.ForeignKeyConstraint(
            ["statement_number"],
            ["plant_statement.number"],
            name=op.f("fk_bank_match_statement_number_plant_statement"),
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_bank_match_entry_id_ledger_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_match")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_bank_match_entry_id")),
    )
    op.create_index(op.f("ix_bank_match_bank_line_id"), "bank_match", ["bank_line_id"], unique=False)
    op.create_index(op.f("ix_bank_match_plant_id"), "bank_match", ["plant_id"], unique=False)
    op.create_table(
        "payment_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plant_id", sa.String(length=64), nullable=False),
        sa.Column("reminder", sa.Integer(), nullable=False),
        sa.Column("overdue_fen", sa.BigInteger(), nullable=False),
        sa.Column("open_from", sa.Date(), nullable=False),
        sa.Column("pay_until", sa.Date(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("made_name", sa.String(length=255), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_reminder")),
    )
    op.create_index(op.f("ix_payment_reminder_plant_id"), "payment_reminder", ["plant_id"], unique=False)
    dialect = op.get_bind().dialect.name
    for table in _TABLES:
        for statement in append_only_triggers(dialect, table, ("id",)):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
        for statement in append_only_dropped(op.get_bind().dialect.name, table):
            op.execute(statement)
