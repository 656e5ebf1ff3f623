"""Checks of fire equipment. Rows come from records of the yard and are only added."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base
from app.registry.suspension_models import MadeId


class EquipmentCheck(Base):
    """A duty done on a piece, whether it passed or not. `equipment_id` and `kind`: as the drawing in force names it;
    `is_new_piece`: another stands in its place from now on, and what was done before was done to the old one.
    `made_on`: as its plate says."""

    __tablename__ = "equipment_check"
    __table_args__ = (Index(None, "yard_id", "equipment_id", "kind"),)

    id: Mapped[str] = mapped_column(MadeId, primary_key=True)
    record_id: Mapped[str] = mapped_column(String(36), ForeignKey("gate_record.id"), index=True)
    yard_id: Mapped[str] = mapped_column(String(64))
    equipment_id: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(32))
    duty: Mapped[str] = mapped_column(String(32))
    passed: Mapped[bool]
    is_new_piece: Mapped[bool]
    made_on: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(String(500))
    photos: Mapped[list[str]] = mapped_column(JSON)
    checked_on: Mapped[date]
    checked_by: Mapped[int | None]
    checked_name: Mapped[str] = mapped_column(String(255))
    checked_at: Mapped[datetime]
