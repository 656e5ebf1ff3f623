"""Statements as they were issued. Rows are only added: a month that is opened and closed again gets another."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database.base import Base


class Statement(Base):
    """A plant's statement of a month. `text` is what it says, in one way of writing it; `year` and `year_number` count
    without gaps. `replaces`: the number of the one that it takes the place of."""

    __tablename__ = "plant_statement"
    __table_args__ = (UniqueConstraint("year", "year_number"),)

    number: Mapped[str] = mapped_column(String(32), primary_key=True)
    year: Mapped[int]
    year_number: Mapped[int]
    plant_id: Mapped[str] = mapped_column(String(64), index=True)
    month: Mapped[date]
    replaces: Mapped[str | None] = mapped_column(String(32), unique=True)
    text: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(default=now)
    issued_name: Mapped[str] = mapped_column(String(255))
