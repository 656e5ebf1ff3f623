"""Probes, what they and people measured, what was seen, and how the level of each stack changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base


class HeatGateway(Base):
    """What sends readings of a yard's sensors, by a secret of which only the digest is kept."""

    __tablename__ = "heat_gateway"

    id: Mapped[int] = mapped_column(primary_key=True)
    yard_id: Mapped[str] = mapped_column(ForeignKey("transfer_yard.yard_id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    revoked_at: Mapped[datetime | None]


class HeatProbe(Base):
    """A sensor in a stack, from when it was placed until it was withdrawn; one that is moved is placed anew."""

    __tablename__ = "heat_probe"
    __table_args__ = (Index(None, "yard_id", "probe"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    yard_id: Mapped[str] = mapped_column(ForeignKey("transfer_yard.yard_id"))
    stack_id: Mapped[str] = mapped_column(ForeignKey("bale_stack.stack_id"))
    probe: Mapped[str] = mapped_column(String(64))
    every_min: Mapped[int]
    placed_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class MeasuredHeat(Base):
    """One reading in tenths of a degree Celsius, None where a sensor sent no number. By hand it is a record of the
    gate's. `key` names what was told, which is stored once. Rows are only added."""

    __tablename__ = "measured_heat"
    __table_args__ = (Index(None, "stack_id", "received_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    record_id: Mapped[str | None] = mapped_column(ForeignKey("gate_record.id"), index=True)
    gateway_id: Mapped[int | None] = mapped_column(ForeignKey("heat_gateway.id"))
    yard_id: Mapped[str] = mapped_column(String(64))
    stack_id: Mapped[str] = mapped_column(ForeignKey("bale_stack.stack_id"))
    probe: Mapped[str] = mapped_column(String(64))
    temperature_dc: Mapped[int | None]
    depth_cm: Mapped[int | None]
    measured_at: Mapped[datetime]
    received_at: Mapped[datetime]
    measured_name: Mapped[str | None] = mapped_column(String(255))


class SmokeSeen(Base):
    """Somebody saw or smelled smoke at a stack."""

    __tablename__ = "smoke_seen"
    __table_args__ = (Index(None, "stack_id"),)

    record_id: Mapped[str] = mapped_column(ForeignKey("gate_record.id"), primary_key=True)
    yard_id: Mapped[str] = mapped_column(String(64))
    stack_id: Mapped[str] = mapped_column(ForeignKey("bale_stack.stack_id"))
    seen_at: Mapped[datetime]
    seen_name: Mapped[str] = mapped_column(String(255))
    note: Mapped[str | None] = mapped_column(String(500))


class StackPicture(Base):
    """What a stack looked like. Rows are only added."""

    __tablename__ = "stack_picture"
    __table_args__ = (Index(None, "stack_id", "taken_at"),)

    record_id: Mapped[str] = mapped_column(ForeignKey("gate_record.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    yard_id: Mapped[str] = mapped_column(String(64))
    stack_id: Mapped[str] = mapped_column(ForeignKey("bale_stack.stack_id"))
    taken_at: Mapped[datetime]
    taken_name: Mapped[str] = mapped_column(String(255))
    note: Mapped[str | None] = mapped_column(String(500))


class HeatChange(Base):
    """The level of a stack changed, for the `number`th time. Rows are only added."""

    __tablename__ = "heat_change"
    __table_args__ = (UniqueConstraint("stack_id", "number"), Index(None, "yard_id", "changed_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    yard_id: Mapped[str] = mapped_column(String(64))
    stack_id: Mapped[str] = mapped_column(ForeignKey("bale_stack.stack_id"))
    number: Mapped[int]
    level_before: Mapped[int]
    level: Mapped[int]
    changed_at: Mapped[datetime]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class HeatLook(Base):
    """What the last look at a stack rested on, and when silence alone changes it: until then there is no need to look
    again. Lost, it is made anew. `standing`: causes that were told by themselves and have not ended; `summary`: what
    pages and tablets show of it (`app.fire_safety.heat.kept`)."""

    __tablename__ = "heat_look"

    stack_id: Mapped[str] = mapped_column(ForeignKey("bale_stack.stack_id"), primary_key=True)
    rested_on: Mapped[str] = mapped_column(String(200))
    changes_at: Mapped[datetime | None]
    standing: Mapped[list[str]] = mapped_column(JSON)
    summary: Mapped[dict[str, Any]] = mapped_column(JSON)
