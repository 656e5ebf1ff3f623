"""The second factor of accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.base import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COLUMNS = ("tf_primary_method", "tf_totp_secret", "tf_set_up_at", "tf_last_counter", "mf_recovery_codes")


def upgrade() -> None:
    op.add_column("account", sa.Column("tf_primary_method", sa.String(length=64), nullable=True))
    op.add_column("account", sa.Column("tf_totp_secret", sa.String(length=255), nullable=True))
    op.add_column("account", sa.Column("tf_set_up_at", UtcDateTime(), nullable=True))
    op.add_column("account", sa.Column("tf_last_counter", sa.BigInteger(), nullable=True))
    op.add_column("account", sa.Column("mf_recovery_codes", sa.UnicodeText(), nullable=True))


def downgrade() -> None:
    for name in reversed(_COLUMNS):
        op.drop_column("account", name)
