"""Drawings of yards as they were handed in. Rows are only added (migration 0013)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
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


class DesignFigures(Base):
    """What `strawline yard design` said of the proposal that became a version: `goal`, and `figures` as its
    proposals.json names them."""

    __tablename__ = "design_figures"

    id: Mapped[int] = mapped_column(primary_key=True)
    yard_id: Mapped[str] = mapped_column(String(64), index=True)
    version: Mapped[int]
    goal: Mapped[str] = mapped_column(String(16))
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    added_at: Mapped[datetime]


class DrawingWish(Base):
    """Somebody wants a drawing put in force although `blocking` of its findings block: the fire brigade or the town
    has to agree. Answered once, by `DrawingWishAnswer`; rows are only added (migration 0024)."""

    __tablename__ = "drawing_wish"

    id: Mapped[int] = mapped_column(primary_key=True)
    yard_id: Mapped[str] = mapped_column(String(64), index=True)
    version: Mapped[int]
    blocking: Mapped[int]
    reason: Mapped[str] = mapped_column(String(500))
    wished_by: Mapped[int | None]
    wished_name: Mapped[str] = mapped_column(String(255))
    wished_at: Mapped[datetime]


class DrawingWishAnswer(Base):
    __tablename__ = "drawing_wish_answer"

    wish_id: Mapped[int] = mapped_column(ForeignKey("drawing_wish.id"), primary_key=True)
    is_agreed: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(String(500))
    answered_by: Mapped[int | None]
    answered_name: Mapped[str] = mapped_column(String(255))
    answered_at: Mapped[datetime]
