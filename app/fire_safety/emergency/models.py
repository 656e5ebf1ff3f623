"""What the office sets for emergency cards. Rows are only added, the newest of a yard holds (migration 0016)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Base


class EmergencySheet(Base):
    """`yard_id` None: of the whole county, which has numbers only. `numbers`: {"name", "number"} in their order;
    `access`: how a fire engine comes in; `gathering`: where people meet."""

    __tablename__ = "emergency_sheet"

    id: Mapped[int] = mapped_column(primary_key=True)
    yard_id: Mapped[str | None] = mapped_column(String(64), index=True)
    address: Mapped[str | None] = mapped_column(String(200))
    access: Mapped[str | None] = mapped_column(String(300))
    gathering: Mapped[str | None] = mapped_column(String(200))
    numbers: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    set_by: Mapped[int | None]
    set_name: Mapped[str] = mapped_column(String(255))
    set_at: Mapped[datetime]
