"""A plan version as rows. A version is a document: checked as a whole before it is stored, never changed after.

Rows name fields, places, trucks and balers by the season's text ids. Masses are planner's tonnes as they were
written, times minutes after the midnight that begins the row's `day`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Double, ForeignKey, Index, PrimaryKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.clock import now
from app.database.base import Base

Id = String(64)
PLAN = "plan"
PROGRAMME = "programme"


class PlanVersion(Base):
    """One plan that was imported; the newest of a season is the one shown.

    It plans `first_day` to `last_day` in detail. `programme_summary` is empty where no programme came with it.
    """

    __tablename__ = "plan_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id", ondelete="CASCADE"), index=True)
    content_digest: Mapped[str] = mapped_column(String(64))
    imported_at: Mapped[datetime] = mapped_column(default=now)
    first_day: Mapped[date]
    last_day: Mapped[date]
    # Deferred, for they can be megabytes and most requests find their answer kept.
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    programme_summary: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)


class _OfPlan:
    @declared_attr
    def plan_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("plan_version.id", ondelete="CASCADE"))


class PlanOpening(_OfPlan, Base):
    """How a field stood on the morning of the plan's first day; fields without a row had nothing left."""

    __tablename__ = "plan_opening"
    __table_args__ = (PrimaryKeyConstraint("plan_id", "field_id"),)

    field_id: Mapped[str] = mapped_column(Id)
    area_mu: Mapped[float] = mapped_column(Double)
    dry_straw_t: Mapped[float] = mapped_column(Double)
    already_baled_t: Mapped[float] = mapped_column(Double)


class PlanSeasonRow(_OfPlan, Base):
    """`source` tells the rows of the plan from those of the season's programme."""

    __tablename__ = "plan_season_row"
    __table_args__ = (Index(None, "plan_id", "source", "haul_date"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(16))
    field_id: Mapped[str] = mapped_column(Id)
    bale_date: Mapped[date | None]
    haul_date: Mapped[date]
    destination_id: Mapped[str] = mapped_column(Id)
    dry_t: Mapped[float] = mapped_column(Double)


class PlanHaul(_OfPlan, Base):
    """`origin_ids` are joined by + in visiting order."""

    __tablename__ = "plan_haul"
    __table_args__ = (PrimaryKeyConstraint("plan_id", "day", "haul_id"),)

    day: Mapped[date]
    haul_id: Mapped[str] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(String(16))
    origin_ids: Mapped[str] = mapped_column(Text)
    destination_id: Mapped[str] = mapped_column(Id)
    dry_t: Mapped[float] = mapped_column(Double)
    bales: Mapped[int]


class PlanTruckStop(_OfPlan, Base):
    __tablename__ = "plan_truck_stop"
    __table_args__ = (PrimaryKeyConstraint("plan_id", "day", "truck_id", "seq"),)

    day: Mapped[date]
    truck_id: Mapped[str] = mapped_column(Id)
    seq: Mapped[int]
    haul_id: Mapped[str] = mapped_column(Id)
    place_id: Mapped[str] = mapped_column(Id)
    action: Mapped[str] = mapped_column(String(8))
    arrive_min: Mapped[int]
    start_min: Mapped[int]
    end_min: Mapped[int]
    dry_t: Mapped[float] = mapped_column(Double)


class PlanBalerStop(_OfPlan, Base):
    __tablename__ = "plan_baler_stop"
    __table_args__ = (PrimaryKeyConstraint("plan_id", "day", "baler_id", "seq"),)

    day: Mapped[date]
    baler_id: Mapped[str] = mapped_column(Id)
    seq: Mapped[int]
    field_id: Mapped[str] = mapped_column(Id)
    arrive_min: Mapped[int]
    start_min: Mapped[int]
    end_min: Mapped[int]
    area_mu: Mapped[float] = mapped_column(Double)


class PlanTruckDay(_OfPlan, Base):
    """What one truck's day comes to; reckoned once, when the plan is stored."""

    __tablename__ = "plan_truck_day"
    __table_args__ = (PrimaryKeyConstraint("plan_id", "day", "truck_id"),)

    day: Mapped[date]
    truck_id: Mapped[str] = mapped_column(Id)
    loaded_km: Mapped[float] = mapped_column(Double)
    empty_km: Mapped[float] = mapped_column(Double)
    hours: Mapped[float] = mapped_column(Double)
    dry_t: Mapped[float] = mapped_column(Double)
    cost_yuan: Mapped[float] = mapped_column(Double)


class PlanBalerDay(_OfPlan, Base):
    """What one baler's day comes to; reckoned once, when the plan is stored."""

    __tablename__ = "plan_baler_day"
    __table_args__ = (PrimaryKeyConstraint("plan_id", "day", "baler_id"),)

    day: Mapped[date]
    baler_id: Mapped[str] = mapped_column(Id)
    km: Mapped[float] = mapped_column(Double)
    hours: Mapped[float] = mapped_column(Double)
    cost_yuan: Mapped[float] = mapped_column(Double)


class PlanStock(_OfPlan, Base):
    __tablename__ = "plan_stock"
    __table_args__ = (PrimaryKeyConstraint("plan_id", "source", "day", "place_id"),)

    source: Mapped[str] = mapped_column(String(16))
    day: Mapped[date]
    place_id: Mapped[str] = mapped_column(Id)
    opening_t: Mapped[float] = mapped_column(Double)
    in_t: Mapped[float] = mapped_column(Double)
    out_t: Mapped[float] = mapped_column(Double)
    used_t: Mapped[float] = mapped_column(Double)
    closing_t: Mapped[float] = mapped_column(Double)
    short_t: Mapped[float] = mapped_column(Double)


class ProgrammeLinehaul(_OfPlan, Base):
    """What the programme moves from a yard to a plant on a day."""

    __tablename__ = "programme_linehaul"
    __table_args__ = (PrimaryKeyConstraint("plan_id", "day", "origin_id", "destination_id"),)

    day: Mapped[date]
    origin_id: Mapped[str] = mapped_column(Id)
    destination_id: Mapped[str] = mapped_column(Id)
    dry_t: Mapped[float] = mapped_column(Double)


class PlanUnserved(_OfPlan, Base):
    __tablename__ = "plan_unserved"
    __table_args__ = (PrimaryKeyConstraint("plan_id", "field_id"),)

    field_id: Mapped[str] = mapped_column(Id)
    dry_t: Mapped[float] = mapped_column(Double)
    reason: Mapped[str] = mapped_column(Text)
    would_be_served_if: Mapped[str] = mapped_column(Text)
