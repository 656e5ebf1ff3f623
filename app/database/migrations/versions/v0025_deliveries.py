"""Weights of plants, disputes about them, and loads that plants refused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

# Their rows are only added: the name and the primary key of each, those first that others refer to.
_APPEND_ONLY = {
    "plant_weight_file": ("id",),
    "plant_weight": ("id",),
    "dispute_event": ("id",),
    "load_refusal": ("id",),
    "refusal_event": ("id",),
}


def upgrade() -> None:
    op.create_table(
        "plant_weight_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("weights", sa.Integer(), nullable=False),
        *_by_whom("taken_in"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plant_weight_file")),
        sa.UniqueConstraint("digest", name=op.f("uq_plant_weight_file_digest")),
    )
    op.create_table(
        "plant_weight",
        sa.Column("id", sa.Integer(), nullable=False),
        *_of_load("plant_weight"),
        sa.Column("net_kg", sa.Integer(), nullable=False),
        sa.Column("moisture_permille", sa.Integer(), nullable=True),
        sa.Column("weighed_on", sa.Date(), nullable=False),
        sa.Column("slip_number", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("side", sa.String(length=8), nullable=False),
        *_by_whom("entered"),
        sa.ForeignKeyConstraint(
            ["file_id"], ["plant_weight_file.id"], name=op.f("fk_plant_weight_file_id_plant_weight_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plant_weight")),
    )
    op.create_table(
        "dispute_event",
        sa.Column("id", sa.Integer(), nullable=False),
        *_of_load("dispute_event"),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("said", sa.String(length=500), nullable=True),
        sa.Column("basis", sa.String(length=16), nullable=True),
        sa.Column("agreed_kg", sa.Integer(), nullable=True),
        sa.Column("yard_kg", sa.Integer(), nullable=True),
        sa.Column("plant_kg", sa.Integer(), nullable=True),
        sa.Column("side", sa.String(length=8), nullable=False),
        *_by_whom("taken"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_event")),
    )
    op.create_table(
        "load_refusal",
        sa.Column("id", sa.Integer(), nullable=False),
        *_of_load("load_refusal", is_known=False),
        sa.Column("refused_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("mend_until", sa.Date(), nullable=False),
        *_by_whom("entered"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_load_refusal")),
    )
    op.create_table(
        "refusal_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("refusal_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("said", sa.String(length=500), nullable=True),
        sa.Column("photos", sa.JSON(), nullable=False),
        *_by_whom("taken"),
        sa.ForeignKeyConstraint(
            ["refusal_id"], ["load_refusal.id"], name=op.f("fk_refusal_event_refusal_id_load_refusal")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal_event")),
    )
    for table, column in (
        ("plant_weight", "delivery_id"),
        ("plant_weight", "plant_id"),
        ("plant_weight", "file_id"),
        ("dispute_event", "delivery_id"),
        ("dispute_event", "plant_id"),
        ("load_refusal", "delivery_id"),
        ("load_refusal", "plant_id"),
        ("refusal_event", "refusal_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
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


def _by_whom(verb: str) -> tuple[sa.Column[object], ...]:
    return (
        sa.Column(f"{verb}_by", sa.Integer(), nullable=True),
        sa.Column(f"{verb}_name", sa.String(length=255), nullable=False),
        sa.Column(f"{verb}_at", UtcDateTime(timezone=True), nullable=False),
    )


def _of_load(table: str, *, is_known: bool = True) -> tuple[SchemaItem, ...]:
    """The load with its plant; `is_known`: there is always one."""
    return (
        sa.Column("delivery_id", sa.String(length=36), nullable=not is_known),
        sa.Column("plant_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["weigh_ticket.id"], name=op.f(f"fk_{table}_delivery_id_weigh_ticket")
        ),
    )
