"""Statements as they were issued. Rows are only added: a month that is opened and closed again gets another, and a
true-up one of its own."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database.base import Base


class Statement(Base):
    """A plant's statement of a month, or of a true-up: then `first_entry` and `last_entry` say of which entries of the
    ledger, and `month` is the first in whose books these stand. `text` is what it says, in one way of writing it;
    `year` and `year_number` count without gaps. `replaces`: the number of the one that it takes the place of."""

    __tablename__ = "plant_statement"
    __table_args__ = (UniqueConstraint("year", "year_number"),)

    number: Mapped[str] = mapped_column(String(32), primary_key=True)
    year: Mapped[int]
    year_number: Mapped[int]
    plant_id: Mapped[str] = mapped_column(String(64), index=True)
    month: Mapped[date]
    replaces: Mapped[str | None] = mapped_column(String(32), unique=True)
    first_entry: Mapped[int | None] = mapped_column(BigInteger)
    last_entry: Mapped[int | None] = mapped_column(BigInteger)
    text: Mapped[str] = mapped_column(Text)
    text_hash: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(default=now)
    issued_name: Mapped[str] = mapped_column(String(255))

    @property
    def is_correction(self) -> bool:
        """Whether it is of a true-up."""
        return self.first_entry is not None
