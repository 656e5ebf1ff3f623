"""Inspections and corrective actions. Rows come from records of the yard and are only added."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base
from app.registry.suspension_models import MadeId


class Step(StrEnum):
    MENDED = "mended"
    CHECKED = "checked"  # by a second person, who found it mended
    ASSIGNED = "assigned"  # somebody answers for it from then on: `taken_by` is they; who said so, the record has
    SENT_BACK = "sent_back"  # … who did not, or an inspection that found it again


class Inspection(Base):
    """A list gone through. `digest`: of the list as the inspector had it; `is_known_list`: it is the one in force on
    `list_day`. `answers`: as they came. `findings`: how many items failed; `lacking`: binding answers, photos and notes
    that are missing with it and all before it of the day, and answers to what was not asked; with 0 it is done."""

    __tablename__ = "inspection"
    __table_args__ = (Index(None, "yard_id", "list_kind", "list_day"),)

    record_id: Mapped[str] = mapped_column(String(36), ForeignKey("gate_record.id"), primary_key=True)
    yard_id: Mapped[str] = mapped_column(String(64))
    list_kind: Mapped[str] = mapped_column(String(32))
    list_day: Mapped[date]
    digest: Mapped[str] = mapped_column(String(64))
    is_known_list: Mapped[bool]
    answers: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    findings: Mapped[int]
    lacking: Mapped[int]
    note: Mapped[str | None] = mapped_column(String(500))
    inspector_id: Mapped[int | None]
    inspector_name: Mapped[str] = mapped_column(String(255))
    inspected_at: Mapped[datetime]


class CorrectiveAction(Base):
    """Something that failed and has to be mended. `owner`: which of yard_rules' audiences answers for it."""

    __tablename__ = "corrective_action"

    id: Mapped[str] = mapped_column(MadeId, primary_key=True)
    record_id: Mapped[str] = mapped_column(String(36), ForeignKey("gate_record.id"), index=True)
    yard_id: Mapped[str] = mapped_column(String(64), index=True)
    list_kind: Mapped[str] = mapped_column(String(32))
    list_day: Mapped[date]
    item_id: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[str | None] = mapped_column(String(64))
    severity: Mapped[str] = mapped_column(String(16))
    owner: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(String(500))
    photos: Mapped[list[str]] = mapped_column(JSON)
    found_by: Mapped[int | None]
    found_name: Mapped[str] = mapped_column(String(255))
    found_at: Mapped[datetime]
    due_at: Mapped[datetime]


class ActionStep(Base):
    """What happened to a corrective action; it is done with the first `checked`."""

    __tablename__ = "action_step"

    id: Mapped[str] = mapped_column(MadeId, primary_key=True)
    record_id: Mapped[str] = mapped_column(String(36), ForeignKey("gate_record.id"), index=True)
    action_id: Mapped[str] = mapped_column(MadeId, ForeignKey("corrective_action.id"), index=True)
    step: Mapped[str] = mapped_column(String(16))
    note: Mapped[str | None] = mapped_column(String(500))
    photos: Mapped[list[str]] = mapped_column(JSON)
    taken_by: Mapped[int | None]
    taken_name: Mapped[str] = mapped_column(String(255))
    taken_at: Mapped[datetime]
