"""What moisture a dispute about a load was settled on, and both as they were at each of its steps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_COLUMNS = ("agreed_permille", "yard_permille", "plant_permille")


def upgrade() -> None:
    for name in _COLUMNS:
        op.add_column("dispute_event", sa.Column(name, sa.Integer(), nullable=True))


def downgrade() -> None:
    for name in reversed(_COLUMNS):
        op.drop_column("dispute_event", name)
