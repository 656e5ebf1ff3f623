"""Inspections of stubble, and how towns divide the subsidy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# Their rows are only added: the name and the primary key of each, those first that others refer to.
_APPEND_ONLY = {
    "stubble_inspection": ("id",),
    "distribution_formula": ("id",),
    "claim_distribution": ("claim_id",),
    "field_bonus": ("inspection_id",),
}


def upgrade() -> None:
    op.create_table(
        "stubble_inspection",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("field_id", sa.String(length=64), nullable=False),
        sa.Column("town_id", sa.String(length=64), nullable=False),
        sa.Column("inspected_on", sa.Date(), nullable=False),
        sa.Column("readings_mm", sa.JSON(), nullable=False),
        sa.Column("is_removed", sa.Boolean(), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("inspected_by", sa.Integer(), nullable=True),
        sa.Column("inspected_name", sa.String(length=255), nullable=False),
        sa.Column("recorded_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stubble_inspection")),
    )
    for column in ("field_id", "town_id"):
        op.create_index(op.f(f"ix_stubble_inspection_{column}"), "stubble_inspection", [column], unique=False)
    op.create_table(
        "distribution_formula",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("town_id", sa.String(length=64), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("base_fen_per_t", sa.Integer(), nullable=False),
        sa.Column("bonus_per", sa.String(length=8), nullable=False),
        sa.Column("bonus_fen", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        *_by_whom("set"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distribution_formula")),
    )
    op.create_index(op.f("ix_distribution_formula_town_id"), "distribution_formula", ["town_id"], unique=False)
    op.create_table(
        "claim_distribution",
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("formula_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        *_by_whom("decided"),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["subsidy_claim.id"], name=op.f("fk_claim_distribution_claim_id_subsidy_claim")
        ),
        sa.ForeignKeyConstraint(
            ["formula_id"],
            ["distribution_formula.id"],
            name=op.f("fk_claim_distribution_formula_id_distribution_formula"),
        ),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_claim_distribution")),
    )
    op.create_table(
        "field_bonus",
        sa.Column("inspection_id", sa.String(length=36), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("field_id", sa.String(length=64), nullable=False),
        sa.Column("inspected_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claim_distribution.claim_id"], name=op.f("fk_field_bonus_claim_id_claim_distribution")
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["stubble_inspection.id"], name=op.f("fk_field_bonus_inspection_id_stubble_inspection")
        ),
        sa.PrimaryKeyConstraint("inspection_id", name=op.f("pk_field_bonus")),
    )
    for column in ("claim_id", "field_id"):
        op.create_index(op.f(f"ix_field_bonus_{column}"), "field_bonus", [column], unique=False)
    dialect = op.get_bind().dialect.name
    for table, key in _APPEND_ONLY.items():
        for statement in append_only_triggers(dialect, table, key):
            op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table in reversed(_APPEND_ONLY):
        op.drop_table(table)
        for statement in append_only_dropped(dialect, table):
            op.execute(statement)


def _by_whom(verb: str) -> list[sa.Column[object]]:
    return [
        sa.Column(f"{verb}_by", sa.Integer(), nullable=True),
        sa.Column(f"{verb}_name", sa.String(length=255), nullable=False),
        sa.Column(f"{verb}_at", UtcDateTime(timezone=True), nullable=False),
    ]
