"""Points of a yard's round, rounds that were made, what held in the yard then, and who is to watch."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base


class PatrolPoint(Base):
    """A place that every round passes, with a QR code that holds `code`."""

    __tablename__ = "patrol_point"

    id: Mapped[int] = mapped_column(primary_key=True)
    yard_id: Mapped[str] = mapped_column(ForeignKey("transfer_yard.yard_id"), index=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class PatrolRound(Base):
    """A round as a tablet told of it; `scans`: [code, moment in ISO 8601] one after the other."""

    __tablename__ = "patrol_round"
    __table_args__ = (Index(None, "yard_id", "received_at"),)

    record_id: Mapped[str] = mapped_column(ForeignKey("gate_record.id"), primary_key=True)
    yard_id: Mapped[str] = mapped_column(String(64))
    walker_id: Mapped[int | None]
    walker_name: Mapped[str] = mapped_column(String(255))
    scans: Mapped[list[list[Any]]] = mapped_column(JSON)
    received_at: Mapped[datetime]
    note: Mapped[str | None] = mapped_column(String(500))


class YardCondition(Base):
    """What decides how often somebody goes round a yard, from `since` on. Rows are only added, numbered.
    `told_at`: when somebody last said the weather, None where it is not known; rows for heat or stock keep it."""

    __tablename__ = "yard_condition"
    __table_args__ = (UniqueConstraint("yard_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    yard_id: Mapped[str] = mapped_column(ForeignKey("transfer_yard.yard_id"))
    number: Mapped[int]
    since: Mapped[datetime]
    stock_kg: Mapped[int]
    heat: Mapped[int]
    humidity_permille: Mapped[int | None]
    wind_force: Mapped[int | None]
    rains: Mapped[bool]
    told_at: Mapped[datetime | None]

    @property
    def weather_told_at(self) -> datetime | None:
        """When somebody last said the weather; rows older than `told_at` only have their own moment."""
        return self.told_at or (self.since if self.rains or self.humidity_permille is not None else None)

    dangers: Mapped[list[str]] = mapped_column(JSON)


class WatchShift(Base):
    """Who is to watch a yard from when to when, as the office plans it."""

    __tablename__ = "watch_shift"
    __table_args__ = (Index(None, "yard_id", "begins_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    yard_id: Mapped[str] = mapped_column(ForeignKey("transfer_yard.yard_id"))
    watcher: Mapped[str] = mapped_column(String(80))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    made_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
