"""Alarms end when what they told of is over; that a page showed one is known only once somebody has opened it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarm_end",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alarm_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarm.id"], name=op.f("fk_alarm_end_alarm_id_alarm")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_end")),
        sa.UniqueConstraint("alarm_id", name=op.f("uq_alarm_end_alarm_id")),
    )
    for statement in append_only_triggers(op.get_bind().dialect.name, "alarm_end", ("id",)):
        op.execute(statement)
    # They said when the alarm was raised, not that anybody had looked.
    op.execute("UPDATE alarm_notice SET sent_at = NULL WHERE channel = 'page'")


def downgrade() -> None:
    op.execute(
        "UPDATE alarm_notice SET sent_at = (SELECT raised_at FROM alarm WHERE alarm.id = alarm_notice.alarm_id) "
        "WHERE channel = 'page'"
    )
    op.drop_table("alarm_end")
    for statement in append_only_dropped(op.get_bind().dialect.name, "alarm_end"):
        op.execute(statement)
