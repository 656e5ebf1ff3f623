"""When somebody last said what the weather in a yard is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.base import UtcDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("yard_condition", sa.Column("told_at", UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("yard_condition", "told_at")
