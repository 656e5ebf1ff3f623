"""The book of alarms, and when the watching last looked."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base

PAGE: Final = "page"
TABLET: Final = "tablet"
ROBOT: Final = "robot"


class Alarm(Base):
    """Something that people have to be told at once. Rows are only added; `key` names the event, which is raised once
    however often it is noticed. `said`: the values of its text."""

    __tablename__ = "alarm"
    __table_args__ = (Index(None, "yard_id", "raised_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    yard_id: Mapped[str] = mapped_column(ForeignKey("transfer_yard.yard_id"))
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(200))
    severity: Mapped[str] = mapped_column(String(16))
    said: Mapped[dict[str, Any]] = mapped_column(JSON)
    raised_at: Mapped[datetime]


class AlarmNotice(Base):
    """One way on which somebody is told of an alarm, and what became of it; only this changes."""

    __tablename__ = "alarm_notice"
    __table_args__ = (UniqueConstraint("alarm_id", "channel", "recipient"), Index(None, "channel", "next_try_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarm.id"))
    channel: Mapped[str] = mapped_column(String(16))
    recipient: Mapped[str] = mapped_column(String(200))
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(200))


class AlarmAnswer(Base):
    """Somebody has seen an alarm; with `what`, has said what they do about it: only that answers it."""

    __tablename__ = "alarm_answer"
    __table_args__ = (Index(None, "alarm_id"),)

    record_id: Mapped[str] = mapped_column(ForeignKey("gate_record.id"), primary_key=True)
    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarm.id"))
    yard_id: Mapped[str] = mapped_column(String(64))
    answered_by: Mapped[int | None]
    answered_name: Mapped[str] = mapped_column(String(255))
    answered_at: Mapped[datetime]
    what: Mapped[str | None] = mapped_column(String(500))


class AlarmEnd(Base):
    """What an alarm told of is over, or a graver alarm tells of it. Rows are only added (migration 0023)."""

    __tablename__ = "alarm_end"

    id: Mapped[int] = mapped_column(primary_key=True)
    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarm.id"), unique=True)
    ended_at: Mapped[datetime]


class WatchTick(Base):
    """When the watching last looked at everything; one row."""

    __tablename__ = "watch_tick"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    ticked_at: Mapped[datetime]
