"""Red-letter invoices that took back others. Rows are only added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_TABLE = "red_letter_invoice"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("invoice_number", sa.String(length=20), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("entered_name", sa.String(length=255), nullable=False),
        sa.Column("entered_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["invoice_number"],
            ["issued_invoice.number"],
            name=op.f("fk_red_letter_invoice_invoice_number_issued_invoice"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_red_letter_invoice")),
        sa.UniqueConstraint("invoice_number", name=op.f("uq_red_letter_invoice_invoice_number")),
    )
    for statement in append_only_triggers(op.get_bind().dialect.name, _TABLE, ("number",)):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table(_TABLE)
    for statement in append_only_dropped(op.get_bind().dialect.name, _TABLE):
        op.execute(statement)
