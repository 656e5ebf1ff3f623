"""What the day page reads of the county: places and machines, the same all season."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.dispatch.season_models import (
    Season,
    SeasonBaler,
    SeasonField,
    SeasonPlant,
    SeasonTown,
    SeasonTruck,
    SeasonTruckClass,
    SeasonYard,
)

_TOWN = (("id", "town_id"), "name", "lon", "lat")
_FIELD = (
    ("id", "field_id"), "town_id", "grower", "lon", "lat", "area_mu", "crop", "dry_straw_t", "ready_date", "clear_by",
    "max_truck_class",
)  # fmt: skip
_YARD = (
    ("id", "yard_id"), "name", "town_id", "lon", "lat", "area_mu", "capacity_t", "bays",
    ("open_from_min", "open_min"), ("open_until_min", "close_min"), "opens_on",
)  # fmt: skip
_PLANT = (
    ("id", "plant_id"), "name", "town_id", "lon", "lat", "use", "daily_need_t", "daily_max_t", "storage_t", "bays",
    ("open_from_min", "open_min"), ("open_until_min", "close_min"),
)  # fmt: skip
_CLASS = (("id", "truck_class"), "rank", "payload_t", "bale_capacity")
_TRUCK = (("id", "truck_id"), "truck_class", "home_yard_id", "shift_start_min", "shift_hours")
_BALER = (("id", "baler_id"), "home_yard_id", "shift_start_min", "shift_hours")
_Members = Sequence[str | tuple[str, str]]


def county_answer(session: Session, season: Season) -> dict[str, Any]:
    """Return the county: fields as columns (one list a member), all other things as rows; dates as ISO text."""
    fields = _columns(session, season, SeasonField, _FIELD)
    rows = {
        "towns": _rows(session, season, SeasonTown, _TOWN),
        "yards": _rows(session, season, SeasonYard, _YARD),
        "plants": _rows(session, season, SeasonPlant, _PLANT),
        "truck_classes": _rows(session, season, SeasonTruckClass, _CLASS),
        "trucks": _rows(session, season, SeasonTruck, _TRUCK),
        "balers": _rows(session, season, SeasonBaler, _BALER),
    }
    lons = [*fields["lon"], *(place["lon"] for place in rows["yards"] + rows["plants"])]
    lats = [*fields["lat"], *(place["lat"] for place in rows["yards"] + rows["plants"])]
    return {
        "name": season.name,
        "synthetic": season.synthetic,
        "season_start": season.season_start.isoformat(),
        "season_end": season.season_end.isoformat(),
        "bounds": [[min(lats), min(lons)], [max(lats), max(lons)]] if lons else None,
        **rows,
        "fields": fields,
    }


def _rows(session: Session, season: Season, model: Any, members: _Members) -> list[dict[str, Any]]:
    names, found = _selected(session, season, model, members)
    return [dict(zip(names, row, strict=True)) for row in found]


def _columns(session: Session, season: Season, model: Any, members: _Members) -> dict[str, list[Any]]:
    names, found = _selected(session, season, model, members)
    columns = zip(*found, strict=True) if found else ([] for _ in names)
    return {name: list(column) for name, column in zip(names, columns, strict=True)}


def _selected(session: Session, season: Season, model: Any, members: _Members) -> tuple[list[str], list[Any]]:
    pairs = [(member, member) if isinstance(member, str) else member for member in members]
    found = session.execute(
        select(*(getattr(model, column) for _, column in pairs)).where(model.season_id == season.id).order_by(model.id)
    ).all()
    return [name for name, _ in pairs], [tuple(map(_plain, row)) for row in found]


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
