"""What recycling points buy: the points, what a town uses of a material, the tariff of a material, a purchase's own
columns, and for which stream a claim is."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.base import UtcDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recycling_point",
        sa.Column("point_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("town_id", sa.String(length=64), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("filing_number", sa.String(length=64), nullable=True),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        *_record_columns(),
        sa.ForeignKeyConstraint(["town_id"], ["town.town_id"], name=op.f("fk_recycling_point_town_id_town")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recycling_point")),
        sa.UniqueConstraint("point_id", name=op.f("uq_recycling_point_point_id")),
    )
    op.create_index(op.f("ix_recycling_point_town_id"), "recycling_point", ["town_id"], unique=False)
    op.create_table(
        "material_use",
        sa.Column("use_id", sa.String(length=64), nullable=False),
        sa.Column("town_id", sa.String(length=64), nullable=False),
        sa.Column("material_id", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("used_t", sa.Double(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=True),
        *_record_columns(),
        sa.ForeignKeyConstraint(
            ["material_id"], ["material.material_id"], name=op.f("fk_material_use_material_id_material")
        ),
        sa.ForeignKeyConstraint(["town_id"], ["town.town_id"], name=op.f("fk_material_use_town_id_town")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_use")),
        sa.UniqueConstraint("use_id", name=op.f("uq_material_use_use_id")),
    )
    op.create_index(op.f("ix_material_use_town_id"), "material_use", ["town_id"], unique=False)
    for table, column in _added():
        op.add_column(table, column)
    # what an installation has of film is bought by the plan's tariff from now on
    op.execute(sa.text("UPDATE material SET tariff = 'film' WHERE stream = 'film'"))


def downgrade() -> None:
    for table, column in reversed(_added()):
        op.drop_column(table, column.name)
    op.drop_table("material_use")
    op.drop_table("recycling_point")


def _record_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
    ]


def _added() -> list[tuple[str, sa.Column[Any]]]:
    return [
        ("weigh_ticket", sa.Column("grower_id", sa.String(length=64), nullable=True)),
        ("ticket_closing", sa.Column("is_recyclable", sa.Boolean(), nullable=True)),
        ("ticket_closing", sa.Column("point_signature", sa.String(length=64), nullable=True)),
        ("ticket_closing", sa.Column("paper_number", sa.String(length=64), nullable=True)),
        ("material", sa.Column("tariff", sa.String(length=32), nullable=True)),
        ("subsidy_claim", sa.Column("stream", sa.String(length=32), nullable=False, server_default="straw")),
    ]
