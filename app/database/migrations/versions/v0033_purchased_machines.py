"""The register of machines for the purchase subsidy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.base import UtcDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "purchased_machine",
        sa.Column("machine_id", sa.String(length=64), nullable=False),
        sa.Column("town_id", sa.String(length=64), nullable=False),
        sa.Column("body_id", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("maker", sa.String(length=200), nullable=True),
        sa.Column("serial_number", sa.String(length=64), nullable=True),
        sa.Column("bought_on", sa.Date(), nullable=False),
        sa.Column("invoice_number", sa.String(length=64), nullable=True),
        sa.Column("price_yuan", sa.Double(), nullable=False),
        sa.Column("national_subsidy_yuan", sa.Double(), nullable=True),
        sa.Column("city_subsidy_yuan", sa.Double(), nullable=True),
        sa.Column("subsidy_paid_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["body_id"], ["collecting_body.body_id"], name=op.f("fk_purchased_machine_body_id_collecting_body")
        ),
        sa.ForeignKeyConstraint(["town_id"], ["town.town_id"], name=op.f("fk_purchased_machine_town_id_town")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchased_machine")),
        sa.UniqueConstraint("machine_id", name=op.f("uq_purchased_machine_machine_id")),
    )
    for column in ("town_id", "body_id"):
        op.create_index(op.f(f"ix_purchased_machine_{column}"), "purchased_machine", [column], unique=False)


def downgrade() -> None:
    op.drop_table("purchased_machine")
