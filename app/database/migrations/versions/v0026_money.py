"""The ledger of money, its months, and prices. Their rows are only added."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

# The name and the primary key of each.
_APPEND_ONLY = {
    "ledger_entry": ("number",),
    "ledger_line": ("entry_number", "line"),
    "ledger_month_event": ("id",),
    "price_term": ("id",),
    "price_decision": ("term_id",),
}
_START = "0" * 64
_NOT_NEXT = "the ledger goes on entry by entry"
_MOVES_ON = """NEW.id = 1 AND NEW.last_number > OLD.last_number AND EXISTS (
    SELECT 1 FROM ledger_entry WHERE number = NEW.last_number AND entry_hash = NEW.last_hash)"""


def upgrade() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("subject_kind", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("reverses", sa.String(length=64), nullable=True),
        sa.Column("corrects", sa.String(length=64), nullable=True),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor_name", sa.String(length=255), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("entry_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["corrects"], ["ledger_entry.id"], name=op.f("fk_ledger_entry_corrects_ledger_entry")),
        sa.ForeignKeyConstraint(["reverses"], ["ledger_entry.id"], name=op.f("fk_ledger_entry_reverses_ledger_entry")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("id", name=op.f("uq_ledger_entry_id")),
        sa.UniqueConstraint("previous_hash", name=op.f("uq_ledger_entry_previous_hash")),
        sa.UniqueConstraint("reverses", name=op.f("uq_ledger_entry_reverses")),
    )
    op.create_index(op.f("ix_ledger_entry_month"), "ledger_entry", ["month"], unique=False)
    op.create_index(
        op.f("ix_ledger_entry_subject_kind_subject_id"), "ledger_entry", ["subject_kind", "subject_id"], unique=False
    )
    op.create_table(
        "ledger_line",
        sa.Column("entry_number", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("kg", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_number"], ["ledger_entry.number"], name=op.f("fk_ledger_line_entry_number_ledger_entry")
        ),
        sa.PrimaryKeyConstraint("entry_number", "line", name=op.f("pk_ledger_line")),
    )
    op.create_index(
        op.f("ix_ledger_line_account_entry_number"), "ledger_line", ["account", "entry_number"], unique=False
    )
    head = op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_head_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_head")),
    )
    op.bulk_insert(head, [{"id": 1, "last_number": 0, "last_hash": _START}])
    op.create_table(
        "ledger_month_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_name", sa.String(length=255), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_month_event")),
    )
    op.create_index(op.f("ix_ledger_month_event_month"), "ledger_month_event", ["month"], unique=False)
    op.create_table(
        "price_term",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plant_id", sa.String(length=64), nullable=True),
        sa.Column("material_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("fen_per_t", sa.Integer(), nullable=False),
        sa.Column("counted_end", sa.String(length=16), nullable=False),
        sa.Column("basis", sa.String(length=16), nullable=False),
        sa.Column("dry_method", sa.String(length=8), nullable=False),
        sa.Column("deductions", sa.JSON(), nullable=False),
        sa.Column("town_permille", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_name", sa.String(length=255), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_term")),
    )
    op.create_index(op.f("ix_price_term_material_id"), "price_term", ["material_id"], unique=False)
    op.create_table(
        "price_decision",
        sa.Column("term_id", sa.Integer(), nullable=False),
        sa.Column("is_agreed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_name", sa.String(length=255), nullable=False),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["term_id"], ["price_term.id"], name=op.f("fk_price_decision_term_id_price_term")),
        sa.PrimaryKeyConstraint("term_id", name=op.f("pk_price_decision")),
    )
    dialect = op.get_bind().dialect.name
    for table, key in _APPEND_ONLY.items():
        for statement in append_only_triggers(dialect, table, key):
            op.execute(statement)
    for statement in _SQLITE_HEAD if dialect == "sqlite" else _POSTGRESQL_HEAD:
        op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.drop_table("ledger_head")
    if dialect != "sqlite":
        op.execute("DROP FUNCTION ledger_head_moves_on()")
        op.execute("DROP FUNCTION ledger_head_stays()")
    for table in ("price_decision", "price_term", "ledger_month_event", "ledger_line", "ledger_entry"):
        op.drop_table(table)
        for statement in append_only_dropped(dialect, table):
            op.execute(statement)


# A ledger whose end was cut off is found out: its head stays.
_SQLITE_HEAD = (
    f"""CREATE TRIGGER ledger_head_moves_on BEFORE UPDATE ON ledger_head WHEN NOT ({_MOVES_ON})
    BEGIN SELECT RAISE(ABORT, '{_NOT_NEXT}'); END""",
    f"""CREATE TRIGGER ledger_head_stays BEFORE DELETE ON ledger_head BEGIN SELECT RAISE(ABORT, '{_NOT_NEXT}'); END""",
    f"""CREATE TRIGGER ledger_head_is_one BEFORE INSERT ON ledger_head BEGIN SELECT RAISE(ABORT, '{_NOT_NEXT}'); END""",
)
_POSTGRESQL_HEAD = (
    f"""CREATE FUNCTION ledger_head_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NOT ({_MOVES_ON}) THEN RAISE EXCEPTION '{_NOT_NEXT}' USING ERRCODE = 'restrict_violation'; END IF;
        RETURN NEW;
    END $$""",
    f"""CREATE FUNCTION ledger_head_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION '{_NOT_NEXT}' USING ERRCODE = 'restrict_violation';
    END $$""",
    """CREATE TRIGGER ledger_head_moves_on BEFORE UPDATE ON ledger_head
    FOR EACH ROW EXECUTE FUNCTION ledger_head_moves_on()""",
    """CREATE TRIGGER ledger_head_stays BEFORE INSERT OR DELETE OR TRUNCATE ON ledger_head
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_head_stays()""",
)
