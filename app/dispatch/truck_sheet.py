"""One truck's day for its driver."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.dispatch.day_answers import truck_answers
from app.dispatch.models import PlanVersion
from app.dispatch.season_models import Season, SeasonField, SeasonPlant, SeasonTown, SeasonTruck, SeasonYard


def truck_sheet(
    session: Session, season: Season, version: PlanVersion, day: date, truck_id: str
) -> dict[str, Any] | None:
    """Return {truck, home, work, places} or None if the truck has no work that day.

    `truck` and `home` are registry rows; `work` is the truck's member of the day's data; `places` gives each place
    visited by id: {name, town, kind: field | yard | plant, lon, lat}; a field's name is its grower's.
    """
    truck = session.scalar(
        select(SeasonTruck).where(SeasonTruck.season_id == season.id, SeasonTruck.truck_id == truck_id)
    )
    work = next(iter(truck_answers(session, version, day, truck_id=truck_id)), None)
    if truck is None or work is None:
        return None
    place_ids = {stop["place_id"] for stop in work["stops"]}
    towns = {
        town.town_id: town.name for town in session.scalars(select(SeasonTown).where(SeasonTown.season_id == season.id))
    }
    places: dict[str, dict[str, Any]] = {}
    for kind, model, id_column, name in (
        ("field", SeasonField, SeasonField.field_id, "grower"),
        ("yard", SeasonYard, SeasonYard.yard_id, "name"),
        ("plant", SeasonPlant, SeasonPlant.plant_id, "name"),
    ):
        found: Any = session.scalars(select(model).where(model.season_id == season.id, id_column.in_(place_ids)))
        for place in found:
            places[getattr(place, id_column.key)] = {
                "name": getattr(place, name),
                "town": towns[place.town_id],
                "kind": kind,
                "lon": place.lon,
                "lat": place.lat,
            }
    return {"truck": truck, "home": places[truck.home_yard_id], "work": work, "places": places}
