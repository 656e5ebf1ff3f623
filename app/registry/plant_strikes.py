"""Plants that are struck off the list, now or at a moment (H16): read by the gate, the planner and the office. Rows are
only added; the newest of a plant holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.accounts.actors import acting_now
from app.clock import now
from app.database.base import Base
from app.database.lists import among


class PlantStrike(Base):
    """That a plant was struck off, or (`is_struck_off` false) taken back."""

    __tablename__ = "plant_strike"

    id: Mapped[int] = mapped_column(primary_key=True)
    plant_id: Mapped[str] = mapped_column(String(64), index=True)
    is_struck_off: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(String(500))
    said_by: Mapped[int | None]
    said_name: Mapped[str] = mapped_column(String(255))
    said_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class StrikeTime:
    """From when until when a plant was struck off; `until` is None while it is."""

    since: datetime
    until: datetime | None

    def holds_at(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


_ROWS = select(PlantStrike.plant_id, PlantStrike.is_struck_off, PlantStrike.said_at).order_by(PlantStrike.id)
_OF_PLANTS = _ROWS.where(among(PlantStrike.__table__.c.plant_id, "plants"))


def strike_times(connection: Connection, plants: Collection[str] | None = None) -> Mapping[str, Sequence[StrikeTime]]:
    """Return when each plant was struck off, of these plants or (None) of all; whoever is not in it never was."""
    found: dict[str, list[StrikeTime]] = {}
    rows = connection.execute(_ROWS) if plants is None else connection.execute(_OF_PLANTS, {"plants": plants})
    for row in rows:
        times = found.setdefault(row.plant_id, [])
        is_struck_off = bool(times) and times[-1].until is None
        if row.is_struck_off and not is_struck_off:
            times.append(StrikeTime(row.said_at, None))
        elif is_struck_off and not row.is_struck_off:
            times[-1] = StrikeTime(times[-1].since, row.said_at)
    return found


def struck_off_plants(session: Session) -> frozenset[str]:
    """Return the plants that are struck off now."""
    return frozenset(
        plant_id for plant_id, times in strike_times(session.connection()).items() if times[-1].until is None
    )


def say_struck_off(session: Session, plant_id: str, *, is_struck_off: bool, reason: str | None) -> None:
    """Keep that a plant is struck off from now on, or taken back; nothing where that is so already. Nothing here
    commits."""
    if (plant_id in struck_off_plants(session)) is is_struck_off:
        return
    actor, moment = acting_now(), now()
    session.add(
        PlantStrike(
            plant_id=plant_id,
            is_struck_off=is_struck_off,
            reason=reason,
            said_by=actor.account_id,
            said_name=actor.name,
            # whole milliseconds, as tablets tell when a load left
            said_at=moment.replace(microsecond=moment.microsecond // 1000 * 1000),
        )
    )
    session.flush()
