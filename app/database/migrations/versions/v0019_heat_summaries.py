"""What pages and tablets show of how hot stacks are is kept with the last look at them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.base import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _made_anew(sa.Column("summary", sa.JSON(), nullable=False))


def downgrade() -> None:
    _made_anew()


def _made_anew(*more: sa.Column[object]) -> None:
    """The next look fills it."""
    op.drop_table("heat_look")
    op.create_table(
        "heat_look",
        sa.Column("stack_id", sa.String(length=64), nullable=False),
        sa.Column("rested_on", sa.String(length=200), nullable=False),
        sa.Column("changes_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("standing", sa.JSON(), nullable=False),
        *more,
        sa.ForeignKeyConstraint(["stack_id"], ["bale_stack.stack_id"], name=op.f("fk_heat_look_stack_id_bale_stack")),
        sa.PrimaryKeyConstraint("stack_id", name=op.f("pk_heat_look")),
    )
