"""Which statements and invoices a reminder names, month by month; those of before name none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("payment_reminder", sa.Column("months", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("payment_reminder", "months")
