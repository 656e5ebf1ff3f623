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

Id = String(64)


class Season(Base):
    """One scenario that was imported; the newest is the one shown. `content_digest` tells equal ones."""

    __tablename__ = "season"

    id: Mapped[int] = mapped_column(primary_key=True)
    content_digest: Mapped[str] = mapped_column(String(64), unique=True)
    imported_at: Mapped[datetime] = mapped_column(default=now)
    synthetic: Mapped[bool]
    name: Mapped[str] = mapped_column(String(200))
    timezone: Mapped[str] = mapped_column(String(64))
    season_start: Mapped[date]
    season_end: Mapped[date]
    detour_factor: Mapped[float] = mapped_column(Double)
    road_speed_km_h: Mapped[float] = mapped_column(Double)
    load_minutes_per_t: Mapped[float] = mapped_column(Double)
    unload_minutes_per_t: Mapped[float] = mapped_column(Double)
    value_yuan_per_t: Mapped[float] = mapped_column(Double)
    shortage_yuan_per_t: Mapped[float] = mapped_column(Double)
    lateness_yuan_per_t_day: Mapped[float] = mapped_column(Double)
    weigh_minutes: Mapped[float] = mapped_column(Double)
    bale_dry_t: Mapped[float] = mapped_column(Double)


class _OfSeason:
    """What every registry row has: a surrogate id and its season."""

    id: Mapped[int] = mapped_column(primary_key=True)

    @declared_attr
    def season_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("season.id", ondelete="CASCADE"), index=True)


class SeasonTown(_OfSeason, Base):
    __tablename__ = "season_town"
    __table_args__ = (UniqueConstraint("season_id", "town_id"),)

    town_id: Mapped[str] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(200))
    lon: Mapped[float] = mapped_column(Double)
    lat: Mapped[float] = mapped_column(Double)


class SeasonTruckClass(_OfSeason, Base):
    __tablename__ = "season_truck_class"
    __table_args__ = (UniqueConstraint("season_id", "truck_class"),)

    truck_class: Mapped[str] = mapped_column(Id)
    rank: Mapped[int]
    payload_t: Mapped[float] = mapped_column(Double)
    bale_capacity: Mapped[int]


class SeasonField(_OfSeason, Base):
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
    grower: Mapped[str] = mapped_column(String(200))
    lon: Mapped[float] = mapped_column(Double)
    lat: Mapped[float] = mapped_column(Double)
    area_mu: Mapped[float] = mapped_column(Double)
    crop: Mapped[str] = mapped_column(String(32))
    dry_straw_t: Mapped[float] = mapped_column(Double)
    ready_date: Mapped[date]
    clear_by: Mapped[date]
    max_truck_class: Mapped[str | None] = mapped_column(Id)
    already_baled_t: Mapped[float] = mapped_column(Double)


class SeasonYard(_OfSeason, Base):
    """Opening hours are minutes after midnight; `close_min` may pass 1440."""

    __tablename__ = "season_yard"
    __table_args__ = (
        UniqueConstraint("season_id", "yard_id"),
        ForeignKeyConstraint(["season_id", "town_id"], ["season_town.season_id", "season_town.town_id"]),
    )

    yard_id: Mapped[str] = mapped_column(Id)
    town_id: Mapped[str] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(200))
    lon: Mapped[float] = mapped_column(Double)
    lat: Mapped[float] = mapped_column(Double)
    area_mu: Mapped[float] = mapped_column(Double)
    capacity_t: Mapped[float] = mapped_column(Double)
    opening_stock_t: Mapped[float] = mapped_column(Double)
    bays: Mapped[int]
    open_min: Mapped[int]
    close_min: Mapped[int]
    opens_on: Mapped[date | None]
    adjacent_plant_id: Mapped[str | None] = mapped_column(Id)


class SeasonPlant(_OfSeason, Base):
    __tablename__ = "season_plant"
    __table_args__ = (
        UniqueConstraint("season_id", "plant_id"),
        ForeignKeyConstraint(["season_id", "town_id"], ["season_town.season_id", "season_town.town_id"]),
    )

    plant_id: Mapped[str] = mapped_column(Id)
    town_id: Mapped[str] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(200))
    lon: Mapped[float] = mapped_column(Double)
    lat: Mapped[float] = mapped_column(Double)
    use: Mapped[str] = mapped_column(String(32))
    daily_need_t: Mapped[float] = mapped_column(Double)
    daily_max_t: Mapped[float] = mapped_column(Double)
    storage_t: Mapped[float] = mapped_column(Double)
    opening_stock_t: Mapped[float] = mapped_column(Double)
    bays: Mapped[int]
    open_min: Mapped[int]
    close_min: Mapped[int]


class SeasonBaler(_OfSeason, Base):
    __tablename__ = "season_baler"
    __table_args__ = (
        UniqueConstraint("season_id", "baler_id"),
        ForeignKeyConstraint(["season_id", "home_yard_id"], ["season_yard.season_id", "season_yard.yard_id"]),
    )

    baler_id: Mapped[str] = mapped_column(Id)
    home_yard_id: Mapped[str] = mapped_column(Id)
    rate_mu_per_h: Mapped[float] = mapped_column(Double)
    road_speed_km_h: Mapped[float] = mapped_column(Double)
    shift_start_min: Mapped[int]
    shift_hours: Mapped[float] = mapped_column(Double)
    yuan_per_h: Mapped[float] = mapped_column(Double)
    yuan_per_km: Mapped[float] = mapped_column(Double)


class SeasonTruck(_OfSeason, Base):
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
    shift_start_min: Mapped[int]
    shift_hours: Mapped[float] = mapped_column(Double)
    yuan_per_day: Mapped[float] = mapped_column(Double)
    yuan_per_h: Mapped[float] = mapped_column(Double)
    yuan_per_km: Mapped[float] = mapped_column(Double)


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
