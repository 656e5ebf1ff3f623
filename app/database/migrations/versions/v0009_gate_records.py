"""Records of the gate, the chain of each place, what is attached, and the instruments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Their rows are only added: the name and the primary key of each.
_APPEND_ONLY = {"gate_record": ("id",)}
_NOT_NEXT = "this does not continue the chain of its place"
_START = "0" * 64
# True of a new record that follows the last one of its place.
_FOLLOWS_LAST = f"""NEW.position = coalesce((SELECT max(position) FROM gate_record g
        WHERE g.place_kind = NEW.place_kind AND g.place_id = NEW.place_id), 0) + 1
    AND NEW.previous_hash = coalesce((SELECT g.record_hash FROM gate_record g
        WHERE g.place_kind = NEW.place_kind AND g.place_id = NEW.place_id
        ORDER BY position DESC LIMIT 1), '{_START}')"""
_MOVES_ON = """NEW.place_kind = OLD.place_kind AND NEW.place_id = OLD.place_id
    AND NEW.last_position > OLD.last_position AND EXISTS (SELECT 1 FROM gate_record g
        WHERE g.place_kind = NEW.place_kind AND g.place_id = NEW.place_id
        AND g.position = NEW.last_position AND g.record_hash = NEW.last_hash)"""


def upgrade() -> None:
    op.create_table(
        "place_chain",
        sa.Column("place_kind", sa.String(length=16), nullable=False),
        sa.Column("place_id", sa.String(length=64), nullable=False),
        sa.Column("last_position", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("place_kind", "place_id", name=op.f("pk_place_chain")),
    )
    op.create_table(
        "attachment",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content_type", sa.String(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_attachment_device_id_device")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_attachment")),
    )
    op.create_table(
        "gate_record",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("place_kind", sa.String(length=16), nullable=False),
        sa.Column("place_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("device_number", sa.Integer(), nullable=True),
        sa.Column("operator_id", sa.Integer(), nullable=True),
        sa.Column("operator_name", sa.String(length=255), nullable=False),
        sa.Column("operator_checked", sa.String(length=16), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("happened_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("receipt", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("record_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_gate_record_device_id_device")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_record")),
        sa.UniqueConstraint(
            "place_kind", "place_id", "position", name=op.f("uq_gate_record_place_kind_place_id_position")
        ),
    )
    op.create_index(
        op.f("ix_gate_record_device_id_device_number"), "gate_record", ["device_id", "device_number"], unique=False
    )
    op.create_index(
        op.f("ix_gate_record_place_kind_place_id_business_day"),
        "gate_record",
        ["place_kind", "place_id", "business_day"],
        unique=False,
    )
    op.create_table(
        "refused_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("device_number", sa.Integer(), nullable=True),
        sa.Column("place_kind", sa.String(length=16), nullable=False),
        sa.Column("place_id", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=255), nullable=True),
        sa.Column("settled_how", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_refused_record_device_id_device")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_record")),
        sa.UniqueConstraint("device_id", "text_hash", name=op.f("uq_refused_record_device_id_text_hash")),
    )
    op.create_table(
        "scale",
        sa.Column("scale_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=True),
        sa.Column("plant_id", sa.String(length=64), nullable=True),
        sa.Column("division_kg", sa.Integer(), nullable=False),
        sa.Column("capacity_kg", sa.Integer(), nullable=False),
        sa.Column("certificate_number", sa.String(length=64), nullable=True),
        sa.Column("certified_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["plant_id"], ["end_use_plant.plant_id"], name=op.f("fk_scale_plant_id_end_use_plant")),
        sa.ForeignKeyConstraint(["yard_id"], ["transfer_yard.yard_id"], name=op.f("fk_scale_yard_id_transfer_yard")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scale")),
        sa.UniqueConstraint("scale_id", name=op.f("uq_scale_scale_id")),
    )
    op.create_index(op.f("ix_scale_plant_id"), "scale", ["plant_id"], unique=False)
    op.create_index(op.f("ix_scale_yard_id"), "scale", ["yard_id"], unique=False)
    op.create_table(
        "scale_agent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scale_id", sa.String(length=64), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("code_expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("enrolled_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("public_key", sa.String(length=64), nullable=True),
        sa.Column("addresses", sa.JSON(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_scale_agent_made_by_account")),
        sa.ForeignKeyConstraint(["scale_id"], ["scale.scale_id"], name=op.f("fk_scale_agent_scale_id_scale")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scale_agent")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_scale_agent_code_digest")),
    )
    op.create_index(op.f("ix_scale_agent_scale_id"), "scale_agent", ["scale_id"], unique=False)
    op.create_table(
        "moisture_meter",
        sa.Column("meter_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=True),
        sa.Column("plant_id", sa.String(length=64), nullable=True),
        sa.Column("calibrated_until", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["plant_id"], ["end_use_plant.plant_id"], name=op.f("fk_moisture_meter_plant_id_end_use_plant")
        ),
        sa.ForeignKeyConstraint(
            ["yard_id"], ["transfer_yard.yard_id"], name=op.f("fk_moisture_meter_yard_id_transfer_yard")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moisture_meter")),
        sa.UniqueConstraint("meter_id", name=op.f("uq_moisture_meter_meter_id")),
    )
    op.create_index(op.f("ix_moisture_meter_plant_id"), "moisture_meter", ["plant_id"], unique=False)
    op.create_index(op.f("ix_moisture_meter_yard_id"), "moisture_meter", ["yard_id"], unique=False)
    dialect = op.get_bind().dialect.name
    for table, key in _APPEND_ONLY.items():
        for statement in append_only_triggers(dialect, table, key):
            op.execute(statement)
    for statement in _SQLITE_TRIGGERS if dialect == "sqlite" else _POSTGRESQL_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.drop_table("moisture_meter")
    op.drop_table("scale_agent")
    op.drop_table("scale")
    op.drop_table("refused_record")
    op.drop_table("gate_record")
    op.drop_table("attachment")
    op.drop_table("place_chain")
    for table in _APPEND_ONLY:
        for statement in append_only_dropped(dialect, table):
            op.execute(statement)
    if dialect != "sqlite":
        for function in ("gate_record_follows", "place_chain_moves_on", "place_chain_refuse"):
            op.execute(f"DROP FUNCTION {function}()")


_SQLITE_TRIGGERS = (
    f"""CREATE TRIGGER gate_record_follows BEFORE INSERT ON gate_record WHEN NOT ({_FOLLOWS_LAST})
    BEGIN SELECT RAISE(ABORT, '{_NOT_NEXT}'); END""",
    f"""CREATE TRIGGER place_chain_moves_on BEFORE UPDATE ON place_chain WHEN NOT ({_MOVES_ON})
    BEGIN SELECT RAISE(ABORT, '{_NOT_NEXT}'); END""",
    f"""CREATE TRIGGER place_chain_stays BEFORE DELETE ON place_chain
    BEGIN SELECT RAISE(ABORT, '{_NOT_NEXT}'); END""",
    f"""CREATE TRIGGER place_chain_begins BEFORE INSERT ON place_chain
    WHEN NEW.last_position <> 0 OR NEW.last_hash <> '{_START}'
    BEGIN SELECT RAISE(ABORT, '{_NOT_NEXT}'); END""",
)


def _row_check(name: str, condition: str) -> str:
    return f"""CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NOT ({condition}) THEN RAISE EXCEPTION '{_NOT_NEXT}' USING ERRCODE = 'restrict_violation'; END IF;
        RETURN NEW;
    END $$"""


_POSTGRESQL_TRIGGERS = (
    _row_check("gate_record_follows", _FOLLOWS_LAST),
    _row_check("place_chain_moves_on", _MOVES_ON),
    f"""CREATE FUNCTION place_chain_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION '{_NOT_NEXT}' USING ERRCODE = 'restrict_violation';
    END $$""",
    """CREATE TRIGGER gate_record_follows BEFORE INSERT ON gate_record
    FOR EACH ROW EXECUTE FUNCTION gate_record_follows()""",
    """CREATE TRIGGER place_chain_moves_on BEFORE UPDATE ON place_chain
    FOR EACH ROW EXECUTE FUNCTION place_chain_moves_on()""",
    """CREATE TRIGGER place_chain_stays BEFORE DELETE OR TRUNCATE ON place_chain
    FOR EACH STATEMENT EXECUTE FUNCTION place_chain_refuse()""",
    f"""CREATE TRIGGER place_chain_begins BEFORE INSERT ON place_chain
    FOR EACH ROW WHEN (NEW.last_position <> 0 OR NEW.last_hash <> '{_START}')
    EXECUTE FUNCTION place_chain_refuse()""",
)
