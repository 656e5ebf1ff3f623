"""A season's county as it was planned with: what the registry said at one moment, and what a plan speaks of.

Every row belongs to a season and keeps its own text id, unique in the season; the columns are called as in
scenario.toml and the scenario's files. Nothing here is changed after it was stored. Masses are planner's tonnes kept as
they were read; weighed and billed kilograms live elsewhere and are whole. Surrogate ids rise in the order of the
files, so that a season gives back its rows in that order.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Double, ForeignKey, ForeignKeyConstraint, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.clock import now
from app.database.base import Base
from app.registry.figures import (
    BalerFigures,
    FieldFigures,
    Placed,
    PlantFigures,
    SeasonFigures,
    TruckClassFigures,
    TruckFigures,
    YardFigures,
)

Id = String(64)


class Season(SeasonFigures, Base):
    """One scenario that was imported; the newest is the one shown. `content_digest` tells equal ones."""

    __tablename__ = "season"

    id: Mapped[int] = mapped_column(primary_key=True)
    content_digest: Mapped[str] = mapped_column(String(64), unique=True)
    imported_at: Mapped[datetime] = mapped_column(default=now)
    synthetic: Mapped[bool]
    name: Mapped[str] = mapped_column(String(200))


class _OfSeason:
    """What every registry row has: a surrogate id and its season."""

    id: Mapped[int] = mapped_column(primary_key=True)

    @declared_attr
    def season_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("season.id", ondelete="CASCADE"), index=True)


class SeasonTown(Placed, _OfSeason, Base):
    __tablename__ = "season_town"
    __table_args__ = (UniqueConstraint("season_id", "town_id"),)

    town_id: Mapped[str] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(200))


class SeasonTruckClass(TruckClassFigures, _OfSeason, Base):
    __tablename__ = "season_truck_class"
    __table_args__ = (UniqueConstraint("season_id", "truck_class"),)

    truck_class: Mapped[str] = mapped_column(Id)


class SeasonField(FieldFigures, _OfSeason, Base):
    __tablename__ = "season_field"
    __table_args__ = (
        UniqueConstraint("season_id", "field_id"),
        ForeignKeyConstraint(["season_id", "town_id"], ["season_town.season_id", "season_town.town_id"]),
        ForeignKeyConstraint(
            ["season_id", "max_truck_class"], ["season_truck_class.season_id", "season_truck_class.truck_class"]
        ),
    )

    field_id: Mapped[str] = mapped_column(Id)
    town_id: Mapped[str] = mapped_column(Id)
    max_truck_class: Mapped[str | None] = mapped_column(Id)


class SeasonYard(YardFigures, _OfSeason, Base):
    """Opening hours are minutes after midnight; `close_min` may pass 1440."""

    __tablename__ = "season_yard"
    __table_args__ = (
        UniqueConstraint("season_id", "yard_id"),
        ForeignKeyConstraint(["season_id", "town_id"], ["season_town.season_id", "season_town.town_id"]),
    )

    yard_id: Mapped[str] = mapped_column(Id)
    town_id: Mapped[str] = mapped_column(Id)
    adjacent_plant_id: Mapped[str | None] = mapped_column(Id)


class SeasonPlant(PlantFigures, _OfSeason, Base):
    __tablename__ = "season_plant"
    __table_args__ = (
        UniqueConstraint("season_id", "plant_id"),
        ForeignKeyConstraint(["season_id", "town_id"], ["season_town.season_id", "season_town.town_id"]),
    )

    plant_id: Mapped[str] = mapped_column(Id)
    town_id: Mapped[str] = mapped_column(Id)


class SeasonBaler(BalerFigures, _OfSeason, Base):
    __tablename__ = "season_baler"
    __table_args__ = (
        UniqueConstraint("season_id", "baler_id"),
        ForeignKeyConstraint(["season_id", "home_yard_id"], ["season_yard.season_id", "season_yard.yard_id"]),
    )

    baler_id: Mapped[str] = mapped_column(Id)
    home_yard_id: Mapped[str] = mapped_column(Id)


class SeasonTruck(TruckFigures, _OfSeason, Base):
    __tablename__ = "season_truck"
    __table_args__ = (
        UniqueConstraint("season_id", "truck_id"),
        ForeignKeyConstraint(
            ["season_id", "truck_class"], ["season_truck_class.season_id", "season_truck_class.truck_class"]
        ),
        ForeignKeyConstraint(["season_id", "home_yard_id"], ["season_yard.season_id", "season_yard.yard_id"]),
    )

    truck_id: Mapped[str] = mapped_column(Id)
    truck_class: Mapped[str] = mapped_column(Id)
    home_yard_id: Mapped[str] = mapped_column(Id)


class SeasonWeather(_OfSeason, Base):
    """The share of a baler's shift in which straw can be baled that day; a day without a row is workable."""

    __tablename__ = "season_weather"
    __table_args__ = (UniqueConstraint("season_id", "day"),)

    day: Mapped[date]
    workable_fraction: Mapped[float] = mapped_column(Double)


class SeasonDirectHaul(_OfSeason, Base):
    """Fields of the town may be hauled straight to the plant (H13); both dates included."""

    __tablename__ = "season_direct_haul"
    __table_args__ = (
        ForeignKeyConstraint(["season_id", "town_id"], ["season_town.season_id", "season_town.town_id"]),
        ForeignKeyConstraint(["season_id", "plant_id"], ["season_plant.season_id", "season_plant.plant_id"]),
    )

    town_id: Mapped[str] = mapped_column(Id)
    plant_id: Mapped[str] = mapped_column(Id)
    valid_from: Mapped[date]
    valid_until: Mapped[date]


class SeasonHours(_OfSeason, Base):
    """Opening hours of one date at one yard or plant instead of its usual ones; both empty: closed."""

    __tablename__ = "season_hours"
    __table_args__ = (UniqueConstraint("season_id", "place_id", "day"),)

    place_id: Mapped[str] = mapped_column(Id)
    day: Mapped[date]
    open_min: Mapped[int | None]
    close_min: Mapped[int | None]


class SeasonRoads(_OfSeason, Base):
    """The season's road network, `network` packed for the planner and `drawing` ready for the map (gzipped JSON)."""

    __tablename__ = "season_roads"
    __table_args__ = (UniqueConstraint("season_id"),)

    network: Mapped[bytes] = mapped_column(LargeBinary)
    drawing: Mapped[bytes] = mapped_column(LargeBinary)
