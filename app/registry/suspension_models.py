"""Yards and stacks that are closed until a danger is gone. Rows come from records of the yard and are only added."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import ADDED_LATER, Base

# A record's id, a hyphen and a number: what one record makes several of.
MadeId = String(48)


class LiftStep(StrEnum):
    ASKED = "asked"  # somebody says that the danger is gone, with evidence
    LIFTED = "lifted"  # a second person agrees
    DECLINED = "declined"


class Suspension(Base):
    """A yard's intake, or one stack (`stack_id`), is closed from `set_at` on. `action_id`: the corrective action for
    which it was; none where somebody closed it by hand. `reason`: what people typed, or a msgid (`reason_text`).
    `bans`: what heat forbids; None where people closed it."""

    __tablename__ = "suspension"

    id: Mapped[str] = mapped_column(MadeId, primary_key=True)
    record_id: Mapped[str] = mapped_column(String(36), ForeignKey("gate_record.id"), index=True)
    yard_id: Mapped[str] = mapped_column(String(64), index=True)
    stack_id: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(500))
    action_id: Mapped[str | None] = mapped_column(MadeId, index=True)
    set_by: Mapped[int | None]
    set_name: Mapped[str] = mapped_column(String(255))
    set_at: Mapped[datetime]
    bans: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True), info=ADDED_LATER)


class SuspensionStep(Base):
    """What was said of a suspension afterwards; it ends with the first `lifted`."""

    __tablename__ = "suspension_step"

    record_id: Mapped[str] = mapped_column(String(36), ForeignKey("gate_record.id"), primary_key=True)
    suspension_id: Mapped[str] = mapped_column(MadeId, ForeignKey("suspension.id"), index=True)
    step: Mapped[str] = mapped_column(String(16))
    said: Mapped[str] = mapped_column(String(500))
    photos: Mapped[list[str]] = mapped_column(JSON)
    taken_by: Mapped[int | None]
    taken_name: Mapped[str] = mapped_column(String(255))
    taken_at: Mapped[datetime]
