"""What the planner is told of each thing, by the names of the scenario's files: columns that a record of the register
and its picture in a season share. Masses are tonnes, as planned; clock times are minutes after midnight.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Double, String
from sqlalchemy.orm import Mapped, mapped_column


class SeasonFigures:
    """What scenario.toml says of a season."""

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


class Placed:
    """Where something lies, WGS-84 degrees."""

    lon: Mapped[float] = mapped_column(Double)
    lat: Mapped[float] = mapped_column(Double)


class TruckClassFigures:
    rank: Mapped[int]
    payload_t: Mapped[float] = mapped_column(Double)
    bale_capacity: Mapped[int]


class FieldFigures(Placed):
    """A field and its crop of this season."""

    grower: Mapped[str] = mapped_column(String(200))
    area_mu: Mapped[float] = mapped_column(Double)
    crop: Mapped[str] = mapped_column(String(32))
    dry_straw_t: Mapped[float] = mapped_column(Double)
    ready_date: Mapped[date]
    clear_by: Mapped[date]
    already_baled_t: Mapped[float] = mapped_column(Double, default=0.0)


class HubFigures(Placed):
    """What a yard and a plant have in common; `close_min` may pass 1440."""

    name: Mapped[str] = mapped_column(String(200))
    opening_stock_t: Mapped[float] = mapped_column(Double)
    bays: Mapped[int]
    open_min: Mapped[int]
    close_min: Mapped[int]


class YardFigures(HubFigures):
    area_mu: Mapped[float] = mapped_column(Double)
    capacity_t: Mapped[float] = mapped_column(Double)
    opens_on: Mapped[date | None]


class PlantFigures(HubFigures):
    use: Mapped[str] = mapped_column(String(32))
    daily_need_t: Mapped[float] = mapped_column(Double)
    daily_max_t: Mapped[float] = mapped_column(Double)
    storage_t: Mapped[float] = mapped_column(Double)


class MachineFigures:
    """What a truck and a baler have in common."""

    shift_start_min: Mapped[int]
    shift_hours: Mapped[float] = mapped_column(Double)
    yuan_per_h: Mapped[float] = mapped_column(Double)
    yuan_per_km: Mapped[float] = mapped_column(Double)


class TruckFigures(MachineFigures):
    yuan_per_day: Mapped[float] = mapped_column(Double)


class BalerFigures(MachineFigures):
    rate_mu_per_h: Mapped[float] = mapped_column(Double)
    road_speed_km_h: Mapped[float] = mapped_column(Double)
