"""What a yard holds ready: checks of equipment, the emergency card, drills; and figures of designed drawings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# Their rows are only added: the name and the primary key of each.
_APPEND_ONLY = {
    "equipment_check": ("id",),
    "emergency_sheet": ("id",),
    "fire_drill": ("record_id",),
    "design_figures": ("id",),
}


def upgrade() -> None:
    _equipment()
    _emergency()
    _drills()
    _designs()
    dialect = op.get_bind().dialect.name
    for table, key in _APPEND_ONLY.items():
        for statement in append_only_triggers(dialect, table, key):
            op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table in reversed(_APPEND_ONLY):
        op.drop_table(table)
    for table in _APPEND_ONLY:
        for statement in append_only_dropped(dialect, table):
            op.execute(statement)


def _equipment() -> None:
    op.create_table(
        "equipment_check",
        sa.Column("id", sa.String(length=48), nullable=False),
        _of_record("equipment_check"),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("equipment_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("duty", sa.String(length=32), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("is_new_piece", sa.Boolean(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        *_by_whom("checked_by", "checked_name", "checked_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment_check")),
    )
    op.create_index(op.f("ix_equipment_check_record_id"), "equipment_check", ["record_id"])
    op.create_index(
        op.f("ix_equipment_check_yard_id_equipment_id_kind"), "equipment_check", ["yard_id", "equipment_id", "kind"]
    )


def _emergency() -> None:
    op.create_table(
        "emergency_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("access", sa.String(length=300), nullable=True),
        sa.Column("gathering", sa.String(length=200), nullable=True),
        sa.Column("numbers", sa.JSON(), nullable=False),
        *_by_whom("set_by", "set_name", "set_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emergency_sheet")),
    )
    op.create_index(op.f("ix_emergency_sheet_yard_id"), "emergency_sheet", ["yard_id"])


def _drills() -> None:
    op.create_table(
        "fire_drill",
        _of_record("fire_drill"),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("scenario", sa.String(length=32), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("water_min", sa.Double(), nullable=True),
        sa.Column("with_brigade", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        *_by_whom("told_by", "told_name", "told_at"),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_fire_drill")),
    )
    op.create_index(op.f("ix_fire_drill_yard_id_held_on"), "fire_drill", ["yard_id", "held_on"])


def _designs() -> None:
    op.create_table(
        "design_figures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("goal", sa.String(length=16), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("added_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_design_figures")),
    )
    op.create_index(op.f("ix_design_figures_yard_id"), "design_figures", ["yard_id"])


def _of_record(table: str) -> sa.Column[str]:
    name = op.f(f"fk_{table}_record_id_gate_record")
    return sa.Column("record_id", sa.String(length=36), sa.ForeignKey("gate_record.id", name=name), nullable=False)


def _by_whom(id_: str, name: str, at: str) -> tuple[sa.Column[int], sa.Column[str], sa.Column[object]]:
    return (
        sa.Column(id_, sa.Integer(), nullable=True),
        sa.Column(name, sa.String(length=255), nullable=False),
        sa.Column(at, UtcDateTime(timezone=True), nullable=False),
    )
