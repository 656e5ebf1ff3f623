"""What was confirmed of vehicles. Rows come from openings of tickets and are only added."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base
from app.intake.record_models import MAY_WAIT


class VehicleCheck(Base):
    """What somebody at the gate confirmed of a vehicle, as ids of the rulebook, and what of that day's list not."""

    __tablename__ = "vehicle_check"
    __table_args__ = (Index(None, "yard_id", "checked_at"), MAY_WAIT)

    record_id: Mapped[str] = mapped_column(String(36), ForeignKey("gate_record.id"), primary_key=True)
    ticket_id: Mapped[str] = mapped_column(String(36), index=True)
    yard_id: Mapped[str] = mapped_column(String(64))
    confirmed: Mapped[list[str]] = mapped_column(JSON)
    missing: Mapped[list[str]] = mapped_column(JSON)
    checked_name: Mapped[str] = mapped_column(String(255))
    checked_at: Mapped[datetime]
