"""Runs of the detectors, what they suspected, and what people said of it. All rows are only added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

# The name and the primary key of each, in the order in which they refer to each other.
_APPEND_ONLY = {
    "verification_run": ("id",),
    "verification_reach": ("run_id", "place_kind", "place_id"),
    "suspicion": ("id",),
    "suspicion_ticket": ("suspicion_id", "ticket_id"),
    "suspicion_sighting": ("run_id", "suspicion_id"),
    "suspicion_verdict": ("id",),
}


def upgrade() -> None:
    op.create_table(
        "verification_run",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("net_kg", sa.BigInteger(), nullable=False),
        sa.Column("ran_by", sa.Integer(), nullable=True),
        sa.Column("ran_name", sa.String(length=255), nullable=False),
        sa.Column("ran_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_run")),
    )
    op.create_table(
        "verification_reach",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("place_kind", sa.String(length=16), nullable=False),
        sa.Column("place_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        _refers("verification_reach", "run_id", "verification_run"),
        sa.PrimaryKeyConstraint("run_id", "place_kind", "place_id", name=op.f("pk_verification_reach")),
    )
    op.create_table(
        "suspicion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("detector", sa.String(length=32), nullable=False),
        sa.Column("subject_kind", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.String(length=128), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("raised_in", sa.Integer(), nullable=False),
        _refers("suspicion", "raised_in", "verification_run"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspicion")),
        sa.UniqueConstraint("digest", name=op.f("uq_suspicion_digest")),
    )
    op.create_table(
        "suspicion_ticket",
        sa.Column("suspicion_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.String(length=36), nullable=False),
        sa.Column("is_named", sa.Boolean(), nullable=False),
        _refers("suspicion_ticket", "suspicion_id", "suspicion"),
        _refers("suspicion_ticket", "ticket_id", "weigh_ticket"),
        sa.PrimaryKeyConstraint("suspicion_id", "ticket_id", name=op.f("pk_suspicion_ticket")),
    )
    op.create_table(
        "suspicion_sighting",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("suspicion_id", sa.Integer(), nullable=False),
        sa.Column("score_permille", sa.Integer(), nullable=False),
        sa.Column("at_stake_kg", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        _refers("suspicion_sighting", "run_id", "verification_run"),
        _refers("suspicion_sighting", "suspicion_id", "suspicion"),
        sa.PrimaryKeyConstraint("run_id", "suspicion_id", name=op.f("pk_suspicion_sighting")),
    )
    op.create_table(
        "suspicion_verdict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("suspicion_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("judged_by", sa.Integer(), nullable=False),
        sa.Column("judged_name", sa.String(length=255), nullable=False),
        sa.Column("judged_at", UtcDateTime(timezone=True), nullable=False),
        _refers("suspicion_verdict", "suspicion_id", "suspicion"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspicion_verdict")),
    )
    for table, columns in (
        ("verification_run", ["month"]),
        ("suspicion", ["subject_kind", "subject_id"]),
        ("suspicion_ticket", ["ticket_id"]),
        ("suspicion_sighting", ["suspicion_id"]),
        ("suspicion_verdict", ["suspicion_id"]),
    ):
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns, unique=False)
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


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))
