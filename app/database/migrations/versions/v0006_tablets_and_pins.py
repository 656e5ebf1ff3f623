"""Tablets, the codes that enrol them, PINs, and who is signed in with one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.base import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("place_kind", sa.String(length=16), nullable=False),
        sa.Column("place_id", sa.String(length=64), nullable=False),
        sa.Column("page_token_digest", sa.String(length=64), nullable=False),
        sa.Column("sync_token_digest", sa.String(length=64), nullable=True),
        sa.Column("enrolled_at", UtcDateTime(), nullable=False),
        sa.Column("enrolled_by", sa.Integer(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["enrolled_by"], ["account.id"], name=op.f("fk_device_enrolled_by_account")),
        sa.ForeignKeyConstraint(["revoked_by"], ["account.id"], name=op.f("fk_device_revoked_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("page_token_digest", name=op.f("uq_device_page_token_digest")),
        sa.UniqueConstraint("sync_token_digest", name=op.f("uq_device_sync_token_digest")),
    )
    op.create_index(op.f("ix_device_place_kind_place_id"), "device", ["place_kind", "place_id"])
    op.create_table(
        "device_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("place_kind", sa.String(length=16), nullable=False),
        sa.Column("place_id", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_device_code_made_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_code")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_device_code_code_digest")),
    )
    op.create_table(
        "account_pin",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("pin_hash", sa.String(length=255), nullable=False),
        sa.Column("one_time_until", UtcDateTime(), nullable=True),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_pin_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_pin")),
    )
    op.create_table(
        "pin_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_pin_session_device_id_device")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_pin_session_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pin_session")),
    )
    op.create_index(op.f("ix_pin_session_device_id"), "pin_session", ["device_id"])
    op.create_index(op.f("ix_pin_session_account_id"), "pin_session", ["account_id"])


def downgrade() -> None:
    for table in ("pin_session", "account_pin", "device_code", "device"):
        op.drop_table(table)
