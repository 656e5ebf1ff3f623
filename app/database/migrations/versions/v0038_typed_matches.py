"""Which typed payment a line of the bank's confirms. Rows are only added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_TABLE = "typed_match"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("match_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("typed_line_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["match_id"], ["bank_match.id"], name=op.f("fk_typed_match_match_id_bank_match")),
        sa.ForeignKeyConstraint(
            ["typed_line_id"], ["bank_line.id"], name=op.f("fk_typed_match_typed_line_id_bank_line")
        ),
        sa.PrimaryKeyConstraint("match_id", name=op.f("pk_typed_match")),
    )
    op.create_index(op.f("ix_typed_match_typed_line_id"), _TABLE, ["typed_line_id"], unique=False)
    for statement in append_only_triggers(op.get_bind().dialect.name, _TABLE, ("match_id",)):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table(_TABLE)
    for statement in append_only_dropped(op.get_bind().dialect.name, _TABLE):
        op.execute(statement)
