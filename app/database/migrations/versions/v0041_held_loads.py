"""Plants that are struck off, as the register of refusals said so far, and what was decided of loads whose fee waits.
Rows are only added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_TABLE, _DECISIONS = "plant_strike", "hold_decision"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plant_id", sa.String(length=64), nullable=False),
        sa.Column("is_struck_off", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("said_by", sa.Integer(), nullable=True),
        sa.Column("said_name", sa.String(length=255), nullable=False),
        sa.Column("said_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plant_strike")),
    )
    op.create_index(op.f("ix_plant_strike_plant_id"), _TABLE, ["plant_id"], unique=False)
    op.execute(
        "INSERT INTO plant_strike (plant_id, is_struck_off, reason, said_by, said_name, said_at)"
        " SELECT load_refusal.plant_id, true, refusal_event.said, refusal_event.taken_by, refusal_event.taken_name,"
        " refusal_event.taken_at FROM refusal_event JOIN load_refusal ON load_refusal.id = refusal_event.refusal_id"
        " WHERE refusal_event.step = 'struck_off' ORDER BY refusal_event.id"
    )
    op.create_table(
        _DECISIONS,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.String(length=36), nullable=False),
        sa.Column("plant_id", sa.String(length=64), nullable=False),
        sa.Column("hold", sa.String(length=24), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("town_id", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_name", sa.String(length=255), nullable=False),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["weigh_ticket.id"], name=op.f("fk_hold_decision_delivery_id_weigh_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold_decision")),
    )
    for column in ("delivery_id", "plant_id"):
        op.create_index(op.f(f"ix_hold_decision_{column}"), _DECISIONS, [column], unique=False)
    dialect = op.get_bind().dialect.name
    for table in (_TABLE, _DECISIONS):
        for statement in append_only_triggers(dialect, table, ("id",)):
            op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table in (_DECISIONS, _TABLE):
        op.drop_table(table)
        for statement in append_only_dropped(dialect, table):
            op.execute(statement)
