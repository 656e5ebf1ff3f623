"""Inspections by checklists, corrective actions, and what is closed until a danger is gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Their rows are only added: the name and the primary key of each.
_APPEND_ONLY = {
    "inspection": ("record_id",),
    "corrective_action": ("id",),
    "action_step": ("id",),
    "suspension": ("id",),
    "suspension_step": ("record_id",),
}


def upgrade() -> None:
    _inspections()
    _suspensions()
    dialect = op.get_bind().dialect.name
    for table, key in _APPEND_ONLY.items():
        for statement in append_only_triggers(dialect, table, key):
            op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table in ("suspension_step", "suspension", "action_step", "corrective_action", "inspection"):
        op.drop_table(table)
    for table in _APPEND_ONLY:
        for statement in append_only_dropped(dialect, table):
            op.execute(statement)


def _inspections() -> None:
    op.create_table(
        "inspection",
        _of_record("inspection"),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("list_kind", sa.String(length=32), nullable=False),
        sa.Column("list_day", sa.Date(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("is_known_list", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("lacking", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        *_by_whom("inspector_id", "inspector_name", "inspected_at"),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_inspection")),
    )
    op.create_index(
        op.f("ix_inspection_yard_id_list_kind_list_day"), "inspection", ["yard_id", "list_kind", "list_day"]
    )
    op.create_table(
        "corrective_action",
        sa.Column("id", sa.String(length=48), nullable=False),
        _of_record("corrective_action"),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("list_kind", sa.String(length=32), nullable=False),
        sa.Column("list_day", sa.Date(), nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=True),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        *_by_whom("found_by", "found_name", "found_at"),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrective_action")),
    )
    op.create_table(
        "action_step",
        sa.Column("id", sa.String(length=48), nullable=False),
        _of_record("action_step"),
        sa.Column("action_id", sa.String(length=48), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("photos", sa.JSON(), nullable=False),
        *_by_whom("taken_by", "taken_name", "taken_at"),
        sa.ForeignKeyConstraint(
            ["action_id"], ["corrective_action.id"], name=op.f("fk_action_step_action_id_corrective_action")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_step")),
    )
    for table, columns in {
        "corrective_action": ("record_id", "yard_id"),
        "action_step": ("record_id", "action_id"),
    }.items():
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _suspensions() -> None:
    op.create_table(
        "suspension",
        sa.Column("id", sa.String(length=48), nullable=False),
        _of_record("suspension"),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("stack_id", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("action_id", sa.String(length=48), nullable=True),
        *_by_whom("set_by", "set_name", "set_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension")),
    )
    for column in ("record_id", "yard_id", "action_id"):
        op.create_index(op.f(f"ix_suspension_{column}"), "suspension", [column])
    op.create_table(
        "suspension_step",
        _of_record("suspension_step"),
        sa.Column("suspension_id", sa.String(length=48), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("said", sa.String(length=500), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        *_by_whom("taken_by", "taken_name", "taken_at"),
        sa.ForeignKeyConstraint(
            ["suspension_id"], ["suspension.id"], name=op.f("fk_suspension_step_suspension_id_suspension")
        ),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_suspension_step")),
    )
    op.create_index(op.f("ix_suspension_step_suspension_id"), "suspension_step", ["suspension_id"])


def _of_record(table: str) -> sa.Column[str]:
    name = op.f(f"fk_{table}_record_id_gate_record")
    return sa.Column("record_id", sa.String(length=36), sa.ForeignKey("gate_record.id", name=name), nullable=False)


def _by_whom(id_: str, name: str, at: str) -> tuple[sa.Column[int], sa.Column[str], sa.Column[object]]:
    return (
        sa.Column(id_, sa.Integer(), nullable=True),
        sa.Column(name, sa.String(length=255), nullable=False),
        sa.Column(at, UtcDateTime(timezone=True), nullable=False),
    )
