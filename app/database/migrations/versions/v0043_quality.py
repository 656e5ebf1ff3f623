"""What contracts take off for impurities and mould, what plants found of them, and what disputes were settled on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_FOUND = {
    "plant_weight": ("impurity_permille", "mould_grade"),
    "dispute_event": ("impurity_permille", "mould_grade", "agreed_impurity_permille", "agreed_mould_grade"),
}
_TERMS = ("impurity_deductions", "mould_deductions")


def upgrade() -> None:
    for table, names in _FOUND.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.Integer(), nullable=True))
    for name in _TERMS:
        op.add_column("price_term", sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    for name in reversed(_TERMS):
        op.drop_column("price_term", name)
    for table, names in _FOUND.items():
        for name in reversed(names):
            op.drop_column(table, name)
