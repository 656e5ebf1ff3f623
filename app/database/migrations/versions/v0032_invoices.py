"""Who papers about money name, and which invoices were made. Rows are only added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_TABLES = {"invoice_party": ("id",), "issued_invoice": ("number",)}


def upgrade() -> None:
    op.create_table(
        "invoice_party",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plant_id", sa.String(length=64), nullable=True),
        sa.Column("legal_name", sa.String(length=200), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("bank_name", sa.String(length=200), nullable=False),
        sa.Column("bank_account", sa.String(length=40), nullable=False),
        sa.Column("entered_name", sa.String(length=255), nullable=False),
        sa.Column("entered_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice_party")),
    )
    op.create_index(op.f("ix_invoice_party_plant_id"), "invoice_party", ["plant_id"], unique=False)
    op.create_table(
        "issued_invoice",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("statement_number", sa.String(length=32), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("entered_name", sa.String(length=255), nullable=False),
        sa.Column("entered_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_number"],
            ["plant_statement.number"],
            name=op.f("fk_issued_invoice_statement_number_plant_statement"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_issued_invoice")),
        sa.UniqueConstraint("statement_number", name=op.f("uq_issued_invoice_statement_number")),
    )
    dialect = op.get_bind().dialect.name
    for table, key in _TABLES.items():
        for statement in append_only_triggers(dialect, table, key):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
        for statement in append_only_dropped(op.get_bind().dialect.name, table):
            op.execute(statement)
