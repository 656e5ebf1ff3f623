"""What exactly is forbidden where heat has closed something."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("suspension", sa.Column("bans", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("suspension", "bans")
