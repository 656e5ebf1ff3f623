"""Files that wait to be imported into the register."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.base import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registry_upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("coordinate_system", sa.String(length=16), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_registry_upload_account_id_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["registry_import.id"], name=op.f("fk_registry_upload_import_id_registry_import")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_upload")),
        sa.UniqueConstraint("token", name=op.f("uq_registry_upload_token")),
    )
    op.create_index(op.f("ix_registry_upload_account_id"), "registry_upload", ["account_id"], unique=False)
    op.create_index(op.f("ix_registry_upload_uploaded_at"), "registry_upload", ["uploaded_at"], unique=False)


def downgrade() -> None:
    op.drop_table("registry_upload")
