"""Drills. Rows come from records of the yard and are only added."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, Double, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base


class Scenario(StrEnum):
    STACK_BURNS = "stack_burns"
    STACK_SMOULDERS = "stack_smoulders"
    MACHINE_BURNS = "machine_burns"
    PERSON_HURT = "person_hurt"
    NIGHT = "night"
    OTHER = "other"


class FireDrill(Base):
    """`people`: how many took part; `water_min`: minutes until water was on the stack, None where none was;
    `findings`: what went wrong, each a corrective action."""

    __tablename__ = "fire_drill"
    __table_args__ = (Index(None, "yard_id", "held_on"),)

    record_id: Mapped[str] = mapped_column(String(36), ForeignKey("gate_record.id"), primary_key=True)
    yard_id: Mapped[str] = mapped_column(String(64))
    held_on: Mapped[date]
    scenario: Mapped[str] = mapped_column(String(32))
    people: Mapped[int]
    water_min: Mapped[float | None] = mapped_column(Double)
    with_brigade: Mapped[bool]
    note: Mapped[str | None] = mapped_column(String(500))
    findings: Mapped[list[str]] = mapped_column(JSON)
    photos: Mapped[list[str]] = mapped_column(JSON)
    told_by: Mapped[int | None]
    told_name: Mapped[str] = mapped_column(String(255))
    told_at: Mapped[datetime]
