"""The line of visitors in a yard's watch ledger (H31): who came in, why, and when they left.

Names and plates are personal data: pages show them only to those who meet the visitors, and to nobody once the time of
rulebooks/visitors.toml is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import ForeignKey, Index, ScalarSelect, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.database.base import Base
from app.intake.arriving import Arrived, Body, Effects
from app.intake.bodies import Plate, RecordKey, Words, moment_text
from app.intake.record_models import Id
from yard_rules.rulebook import rulebook

# Whoever was not signed out after so long is no longer offered to a tablet; the ledger goes on showing it.
_OFFERED = timedelta(days=3)


class VisitorEntry(Base):
    """Somebody who does not work in the yard came in. `people`: how many, this one included."""

    __tablename__ = "visitor_entry"
    __table_args__ = (Index(None, "yard_id", "business_day"),)

    record_id: Mapped[str] = mapped_column(ForeignKey("gate_record.id"), primary_key=True)
    yard_id: Mapped[str] = mapped_column(Id)
    business_day: Mapped[date]
    name: Mapped[str] = mapped_column(String(80))
    plate: Mapped[str | None] = mapped_column(String(16))
    people: Mapped[int]
    why: Mapped[str] = mapped_column(String(500))
    came_at: Mapped[datetime]
    noted_name: Mapped[str] = mapped_column(String(255))


class VisitorLeaving(Base):
    """A visitor left; where several rows say so, the first holds."""

    __tablename__ = "visitor_leaving"
    __table_args__ = (Index(None, "visit_id"),)

    record_id: Mapped[str] = mapped_column(ForeignKey("gate_record.id"), primary_key=True)
    visit_id: Mapped[str] = mapped_column(Id)
    yard_id: Mapped[str] = mapped_column(Id)
    left_at: Mapped[datetime]
    noted_name: Mapped[str] = mapped_column(String(255))


class VisitorCame(Body):
    name: Annotated[str, Field(min_length=1, max_length=80)]
    plate: Plate | None = None
    people: Annotated[int, Field(ge=1, le=200)] = 1
    why: Words


class VisitorLeft(Body):
    visit_id: RecordKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A visitor's line; `name` and `plate` are None for whoever may not see them, or not any more."""

    visit_id: str
    name: str | None
    plate: str | None
    people: int
    why: str
    came_at: datetime
    left_at: datetime | None
    noted_name: str


def visitor_came(_session: Session, arrived: Arrived, body: VisitorCame) -> Effects:
    """A line of the ledger."""
    row = {
        "record_id": arrived.id,
        "yard_id": arrived.place_id,
        "business_day": arrived.business_day,
        "name": body.name.strip() or "–",
        "plate": body.plate,
        "people": body.people,
        "why": body.why,
        "came_at": arrived.happened_at,
        "noted_name": arrived.operator_name,
    }
    return Effects([(VisitorEntry, row)])


def visitor_left(_session: Session, arrived: Arrived, body: VisitorLeft) -> Effects:
    """The end of a line; also where the line itself has not come yet, or another tablet has ended it."""
    row = {
        "record_id": arrived.id,
        "visit_id": body.visit_id,
        "yard_id": arrived.place_id,
        "left_at": arrived.happened_at,
        "noted_name": arrived.operator_name,
    }
    return Effects([(VisitorLeaving, row)])


def visits(
    session: Session, yard_id: str, first_day: date, last_day: date, *, today: date, with_names: bool
) -> list[Visit]:
    """Return the visitors of these days, by when they came."""
    found = session.execute(
        select(VisitorEntry, _left_at())
        .where(VisitorEntry.yard_id == yard_id, VisitorEntry.business_day.between(first_day, last_day))
        .order_by(VisitorEntry.came_at, VisitorEntry.record_id)
    )
    shown_from = today - timedelta(days=rulebook("visitors").whole("name_shown_days", today))
    return [_visit(entry, left, with_names and entry.business_day >= shown_from) for entry, left in found]


def visitors_for_notebook(session: Session, yard_id: str, moment: datetime) -> list[dict[str, object]]:
    """Return whoever is in the yard, for its tablets."""
    left = _left_at()
    found: Sequence[VisitorEntry] = session.scalars(
        select(VisitorEntry)
        .where(VisitorEntry.yard_id == yard_id, VisitorEntry.came_at >= moment - _OFFERED, left.is_(None))
        .order_by(VisitorEntry.came_at, VisitorEntry.record_id)
    ).all()
    return [
        {
            "id": entry.record_id,
            "name": entry.name,
            "plate": entry.plate,
            "people": entry.people,
            "why": entry.why,
            "came_at": moment_text(entry.came_at),
        }
        for entry in found
    ]


def _left_at() -> ScalarSelect[datetime]:
    left = select(func.min(VisitorLeaving.left_at)).where(
        VisitorLeaving.visit_id == VisitorEntry.record_id, VisitorLeaving.yard_id == VisitorEntry.yard_id
    )
    return left.correlate(VisitorEntry).scalar_subquery()


def _visit(entry: VisitorEntry, left_at: datetime | None, is_shown: bool) -> Visit:
    return Visit(
        visit_id=entry.record_id,
        name=entry.name if is_shown else None,
        plate=entry.plate if is_shown else None,
        people=entry.people,
        why=entry.why,
        came_at=entry.came_at,
        left_at=left_at,
        noted_name=entry.noted_name,
    )
