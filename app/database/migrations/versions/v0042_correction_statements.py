"""Statements of true-ups: of which entries of the ledger they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_COLUMNS = ("first_entry", "last_entry")


def upgrade() -> None:
    for name in _COLUMNS:
        op.add_column("plant_statement", sa.Column(name, sa.BigInteger(), nullable=True))


def downgrade() -> None:
    for name in reversed(_COLUMNS):
        op.drop_column("plant_statement", name)
