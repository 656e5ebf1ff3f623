"""What each yard may hold by the drawing that is in force. Set by what judges drawings, read by stock and planner; rows
are only added, the newest of a yard holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.database.base import Base


class DrawnCapacity(Base):
    """Drawing `drawing_version` of the yard is in force since then; its stacks may hold so much by the fire rules."""

    __tablename__ = "legal_capacity"

    id: Mapped[int] = mapped_column(primary_key=True)
    yard_id: Mapped[str] = mapped_column(String(64), index=True)
    drawing_version: Mapped[int]
    bales: Mapped[int]
    kg: Mapped[int]
    set_by: Mapped[int | None]
    set_name: Mapped[str] = mapped_column(String(255))
    since: Mapped[datetime]


def drawn_capacities(session: Session) -> Mapping[str, DrawnCapacity]:
    """Return what holds now for every yard that has a drawing in force, by the yard's id."""
    newest = select(func.max(DrawnCapacity.id)).group_by(DrawnCapacity.yard_id)
    return {row.yard_id: row for row in session.scalars(select(DrawnCapacity).where(DrawnCapacity.id.in_(newest)))}


def drawn_capacity(session: Session, yard_id: str) -> DrawnCapacity | None:
    """Return what holds now for one yard; None where no drawing of it is in force."""
    chosen = select(DrawnCapacity).where(DrawnCapacity.yard_id == yard_id)
    return session.scalar(chosen.order_by(DrawnCapacity.id.desc()).limit(1))
