"""Watching of the yards: the book of alarms, heat of the stacks, rounds and the roster of the watch."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.database.append_only import append_only_dropped, append_only_triggers
from app.database.base import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# Their rows are only added: the name and the primary key of each.
_APPEND_ONLY = {
    "alarm": ("id",),
    "alarm_answer": ("record_id",),
    "measured_heat": ("id",),
    "smoke_seen": ("record_id",),
    "heat_change": ("id",),
    "patrol_round": ("record_id",),
    "yard_condition": ("id",),
}


def upgrade() -> None:
    _alarms()
    _heat()
    _patrols()
    dialect = op.get_bind().dialect.name
    for table, key in _APPEND_ONLY.items():
        for statement in append_only_triggers(dialect, table, key):
            op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table in _TABLES:
        op.drop_table(table)
    for table in _APPEND_ONLY:
        for statement in append_only_dropped(dialect, table):
            op.execute(statement)


# In the order in which they can be dropped.
_TABLES = (
    "watch_tick",
    "alarm_answer",
    "alarm_notice",
    "alarm",
    "heat_look",
    "heat_change",
    "smoke_seen",
    "measured_heat",
    "heat_probe",
    "heat_gateway",
    "watch_shift",
    "yard_condition",
    "patrol_round",
    "patrol_point",
)


def _alarms() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("raised_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["yard_id"], ["transfer_yard.yard_id"], name=op.f("fk_alarm_yard_id_transfer_yard")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
        sa.UniqueConstraint("key", name=op.f("uq_alarm_key")),
    )
    op.create_index(op.f("ix_alarm_yard_id_raised_at"), "alarm", ["yard_id", "raised_at"], unique=False)
    op.create_table(
        "alarm_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alarm_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("sent_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarm.id"], name=op.f("fk_alarm_notice_alarm_id_alarm")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_notice")),
        sa.UniqueConstraint(
            "alarm_id", "channel", "recipient", name=op.f("uq_alarm_notice_alarm_id_channel_recipient")
        ),
    )
    op.create_index(
        op.f("ix_alarm_notice_channel_next_try_at"), "alarm_notice", ["channel", "next_try_at"], unique=False
    )
    op.create_table(
        "alarm_answer",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("alarm_id", sa.Integer(), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_name", sa.String(length=255), nullable=False),
        sa.Column("answered_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["alarm_id"], ["alarm.id"], name=op.f("fk_alarm_answer_alarm_id_alarm")),
        sa.ForeignKeyConstraint(["record_id"], ["gate_record.id"], name=op.f("fk_alarm_answer_record_id_gate_record")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_alarm_answer")),
    )
    op.create_index(op.f("ix_alarm_answer_alarm_id"), "alarm_answer", ["alarm_id"], unique=False)
    op.create_table(
        "watch_tick",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("ticked_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_watch_tick")),
    )


def _heat() -> None:
    op.create_table(
        "heat_gateway",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_heat_gateway_made_by_account")),
        sa.ForeignKeyConstraint(
            ["yard_id"], ["transfer_yard.yard_id"], name=op.f("fk_heat_gateway_yard_id_transfer_yard")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heat_gateway")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_heat_gateway_token_digest")),
    )
    op.create_index(op.f("ix_heat_gateway_yard_id"), "heat_gateway", ["yard_id"], unique=False)
    op.create_table(
        "heat_probe",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("stack_id", sa.String(length=64), nullable=False),
        sa.Column("probe", sa.String(length=64), nullable=False),
        sa.Column("every_min", sa.Integer(), nullable=False),
        sa.Column("placed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["stack_id"], ["bale_stack.stack_id"], name=op.f("fk_heat_probe_stack_id_bale_stack")),
        sa.ForeignKeyConstraint(
            ["yard_id"], ["transfer_yard.yard_id"], name=op.f("fk_heat_probe_yard_id_transfer_yard")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heat_probe")),
    )
    op.create_index(op.f("ix_heat_probe_yard_id_probe"), "heat_probe", ["yard_id", "probe"], unique=False)
    op.create_table(
        "measured_heat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("record_id", sa.String(length=36), nullable=True),
        sa.Column("gateway_id", sa.Integer(), nullable=True),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("stack_id", sa.String(length=64), nullable=False),
        sa.Column("probe", sa.String(length=64), nullable=False),
        sa.Column("temperature_dc", sa.Integer(), nullable=True),
        sa.Column("depth_cm", sa.Integer(), nullable=True),
        sa.Column("measured_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("measured_name", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["gateway_id"], ["heat_gateway.id"], name=op.f("fk_measured_heat_gateway_id_heat_gateway")
        ),
        sa.ForeignKeyConstraint(["record_id"], ["gate_record.id"], name=op.f("fk_measured_heat_record_id_gate_record")),
        sa.ForeignKeyConstraint(
            ["stack_id"], ["bale_stack.stack_id"], name=op.f("fk_measured_heat_stack_id_bale_stack")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measured_heat")),
        sa.UniqueConstraint("key", name=op.f("uq_measured_heat_key")),
    )
    op.create_index(op.f("ix_measured_heat_record_id"), "measured_heat", ["record_id"], unique=False)
    op.create_index(
        op.f("ix_measured_heat_stack_id_received_at"), "measured_heat", ["stack_id", "received_at"], unique=False
    )
    op.create_table(
        "smoke_seen",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("stack_id", sa.String(length=64), nullable=False),
        sa.Column("seen_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_name", sa.String(length=255), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["gate_record.id"], name=op.f("fk_smoke_seen_record_id_gate_record")),
        sa.ForeignKeyConstraint(["stack_id"], ["bale_stack.stack_id"], name=op.f("fk_smoke_seen_stack_id_bale_stack")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_smoke_seen")),
    )
    op.create_index(op.f("ix_smoke_seen_stack_id"), "smoke_seen", ["stack_id"], unique=False)
    op.create_table(
        "heat_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("stack_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("level_before", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["stack_id"], ["bale_stack.stack_id"], name=op.f("fk_heat_change_stack_id_bale_stack")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heat_change")),
        sa.UniqueConstraint("stack_id", "number", name=op.f("uq_heat_change_stack_id_number")),
    )
    op.create_index(op.f("ix_heat_change_yard_id_changed_at"), "heat_change", ["yard_id", "changed_at"], unique=False)
    op.create_table(
        "heat_look",
        sa.Column("stack_id", sa.String(length=64), nullable=False),
        sa.Column("rested_on", sa.String(length=200), nullable=False),
        sa.Column("changes_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("standing", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["stack_id"], ["bale_stack.stack_id"], name=op.f("fk_heat_look_stack_id_bale_stack")),
        sa.PrimaryKeyConstraint("stack_id", name=op.f("pk_heat_look")),
    )


def _patrols() -> None:
    op.create_table(
        "patrol_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["yard_id"], ["transfer_yard.yard_id"], name=op.f("fk_patrol_point_yard_id_transfer_yard")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_point")),
        sa.UniqueConstraint("code", name=op.f("uq_patrol_point_code")),
    )
    op.create_index(op.f("ix_patrol_point_yard_id"), "patrol_point", ["yard_id"], unique=False)
    op.create_table(
        "patrol_round",
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("walker_id", sa.Integer(), nullable=True),
        sa.Column("walker_name", sa.String(length=255), nullable=False),
        sa.Column("scans", sa.JSON(), nullable=False),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["record_id"], ["gate_record.id"], name=op.f("fk_patrol_round_record_id_gate_record")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_patrol_round")),
    )
    op.create_index(
        op.f("ix_patrol_round_yard_id_received_at"), "patrol_round", ["yard_id", "received_at"], unique=False
    )
    op.create_table(
        "yard_condition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.Column("stock_kg", sa.Integer(), nullable=False),
        sa.Column("heat", sa.Integer(), nullable=False),
        sa.Column("humidity_permille", sa.Integer(), nullable=True),
        sa.Column("wind_force", sa.Integer(), nullable=True),
        sa.Column("rains", sa.Boolean(), nullable=False),
        sa.Column("dangers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["yard_id"], ["transfer_yard.yard_id"], name=op.f("fk_yard_condition_yard_id_transfer_yard")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_yard_condition")),
        sa.UniqueConstraint("yard_id", "number", name=op.f("uq_yard_condition_yard_id_number")),
    )
    op.create_table(
        "watch_shift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("yard_id", sa.String(length=64), nullable=False),
        sa.Column("watcher", sa.String(length=80), nullable=False),
        sa.Column("begins_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["yard_id"], ["transfer_yard.yard_id"], name=op.f("fk_watch_shift_yard_id_transfer_yard")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_shift")),
    )
    op.create_index(op.f("ix_watch_shift_yard_id_begins_at"), "watch_shift", ["yard_id", "begins_at"], unique=False)
