"""Drawings of yards as they were handed in. Rows are only added (migration 0013)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base


class YardDrawingVersion(Base):
    """One drawing of a yard, numbered from 1; `geojson` is the text as it came (docs/yard_drawing.md), `digest` its
    SHA-256. Which one is in force: `app.registry.legal_capacity`."""

    __tablename__ = "yard_drawing"
    __table_args__ = (UniqueConstraint("yard_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    yard_id: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    geojson: Mapped[str] = mapped_column(Text, deferred=True)
    digest: Mapped[str] = mapped_column(String(64))
    note: Mapped[str | None] = mapped_column(String(500))
    drawn_by: Mapped[int | None]
    drawn_name: Mapped[str] = mapped_column(String(255))
    drawn_at: Mapped[datetime]
