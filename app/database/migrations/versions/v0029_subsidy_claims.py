"""Towns' claims for the city's subsidy."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# Their rows are only added: the name and the primary key of each, those first that others refer to.
_APPEND_ONLY = {
    "subsidy_claim": ("id",),
    "claim_number": ("claim_id",),
    "claim_event": ("id",),
    "claim_text": ("claim_id", "version"),
}
_KEPT = "what a paid claim holds stays, and a ticket is held once"
_IS_PAID = "EXISTS (SELECT 1 FROM claim_event WHERE claim_id = OLD.claim_id AND step = 'paid')"


def upgrade() -> None:
    op.create_table(
        "subsidy_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("town_id", sa.String(length=64), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_claim")),
    )
    op.create_index(op.f("ix_subsidy_claim_town_id"), "subsidy_claim", ["town_id"], unique=False)
    op.create_table(
        "claim_number",
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("year_number", sa.Integer(), nullable=False),
        _of_claim("claim_number"),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_claim_number")),
        sa.UniqueConstraint("number", name=op.f("uq_claim_number_number")),
        sa.UniqueConstraint("year", "year_number", name=op.f("uq_claim_number_year_year_number")),
    )
    op.create_table(
        "claim_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_claim_year")),
    )
    op.create_table(
        "claim_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(length=500), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("payment_reference", sa.String(length=100), nullable=True),
        sa.Column("taken_by", sa.Integer(), nullable=True),
        sa.Column("taken_name", sa.String(length=255), nullable=False),
        sa.Column("taken_at", UtcDateTime(timezone=True), nullable=False),
        _of_claim("claim_event"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_event")),
        sa.UniqueConstraint("claim_id", "position", name=op.f("uq_claim_event_claim_id_position")),
    )
    op.create_table(
        "claim_text",
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("dry_kg", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        _of_claim("claim_text"),
        sa.PrimaryKeyConstraint("claim_id", "version", name=op.f("pk_claim_text")),
    )
    op.create_table(
        "claimed_ticket",
        sa.Column("ticket_id", sa.String(length=36), nullable=False),
        sa.Column("held_as", sa.String(length=16), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("dry_kg", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        _of_claim("claimed_ticket"),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["weigh_ticket.id"], name=op.f("fk_claimed_ticket_ticket_id_weigh_ticket")
        ),
        sa.PrimaryKeyConstraint("ticket_id", "held_as", name=op.f("pk_claimed_ticket")),
    )
    op.create_index(op.f("ix_claimed_ticket_claim_id"), "claimed_ticket", ["claim_id"], unique=False)
    dialect = op.get_bind().dialect.name
    for table, key in _APPEND_ONLY.items():
        for statement in append_only_triggers(dialect, table, key):
            op.execute(statement)
    for statement in _SQLITE_HELD if dialect == "sqlite" else _POSTGRESQL_HELD:
        op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.drop_table("claimed_ticket")
    if dialect != "sqlite":
        op.execute("DROP FUNCTION claimed_ticket_stays()")
    op.drop_table("claim_year")
    for table in reversed(_APPEND_ONLY):
        op.drop_table(table)
        for statement in append_only_dropped(dialect, table):
            op.execute(statement)


def _of_claim(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["claim_id"], ["subsidy_claim.id"], name=op.f(f"fk_{table}_claim_id_subsidy_claim"))


# On SQLite, INSERT OR REPLACE deletes without asking the triggers of DELETE.
_SQLITE_HELD = (
    f"""CREATE TRIGGER claimed_ticket_refuse_update BEFORE UPDATE ON claimed_ticket
    BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END""",
    f"""CREATE TRIGGER claimed_ticket_stays BEFORE DELETE ON claimed_ticket WHEN {_IS_PAID}
    BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END""",
    f"""CREATE TRIGGER claimed_ticket_refuse_replace BEFORE INSERT ON claimed_ticket
    WHEN EXISTS (SELECT 1 FROM claimed_ticket WHERE ticket_id = NEW.ticket_id AND held_as = NEW.held_as)
    BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END""",
)
_POSTGRESQL_HELD = (
    f"""CREATE FUNCTION claimed_ticket_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'DELETE' THEN
            IF NOT {_IS_PAID} THEN RETURN OLD; END IF;
        END IF;
        RAISE EXCEPTION '{_KEPT}' USING ERRCODE = 'restrict_violation';
    END $$""",
    """CREATE TRIGGER claimed_ticket_stays BEFORE UPDATE OR DELETE ON claimed_ticket
    FOR EACH ROW EXECUTE FUNCTION claimed_ticket_stays()""",
    """CREATE TRIGGER claimed_ticket_is_not_emptied BEFORE TRUNCATE ON claimed_ticket
    FOR EACH STATEMENT EXECUTE FUNCTION claimed_ticket_stays()""",
)
