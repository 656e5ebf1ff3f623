"""Prices as they were agreed. Rows are only added: what held on a day, as known at a moment, stays answerable."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import now
from app.database.base import Base

Id = String(64)
# The task force's limit for all plants (H17), beside the kinds of yard_rules.tariffs.
CEILING: Final = "ceiling"


class PriceTerm(Base):
    """What somebody proposed for a material from a day on, for a plant or (None) for all that have no terms of their
    own. It holds once another person agreed. `deductions`: from a moisture on, in per mille, so much off the price;
    of impurities likewise, of mould by its grade."""

    __tablename__ = "price_term"
    __table_args__ = (Index(None, "material_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plant_id: Mapped[str | None] = mapped_column(Id)
    material_id: Mapped[str] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(String(16))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    fen_per_t: Mapped[int]
    counted_end: Mapped[str] = mapped_column(String(16))
    basis: Mapped[str] = mapped_column(String(16))
    dry_method: Mapped[str] = mapped_column(String(8))
    deductions: Mapped[list[list[int]]] = mapped_column(JSON)
    town_permille: Mapped[int]
    impurity_deductions: Mapped[list[list[int]]] = mapped_column(JSON, default=list)
    mould_deductions: Mapped[list[list[int]]] = mapped_column(JSON, default=list)
    reason: Mapped[str] = mapped_column(String(500))
    asked_by: Mapped[int | None]
    asked_name: Mapped[str] = mapped_column(String(255))
    asked_at: Mapped[datetime] = mapped_column(default=now)


class PriceDecision(Base):
    """What the second person said of a proposal; from this moment on it is known."""

    __tablename__ = "price_decision"

    term_id: Mapped[int] = mapped_column(ForeignKey("price_term.id"), primary_key=True)
    is_agreed: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(String(500))
    decided_by: Mapped[int | None]
    decided_name: Mapped[str] = mapped_column(String(255))
    decided_at: Mapped[datetime] = mapped_column(default=now)
