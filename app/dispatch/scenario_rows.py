"""A scenario into a season's rows, and back from them exactly as it was."""

from __future__ import annotations

import hashlib
import io
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.dispatch import season_models as rows
from app.dispatch.queries import season_with_digest
from app.dispatch.road_drawing import drawing_of
from solver import scenario as values
from solver.scenario import OpeningHours, RoadNetwork, Scenario

SYNTHETIC_MARKS = ("synthetic", "demo")
_SEASON_COLUMNS = (
    "name", "timezone", "season_start", "season_end", "detour_factor", "road_speed_km_h", "load_minutes_per_t",
    "unload_minutes_per_t", "value_yuan_per_t", "shortage_yuan_per_t", "lateness_yuan_per_t_day", "weigh_minutes",
    "bale_dry_t",
)  # fmt: skip
_NETWORK_ARRAYS = tuple(f.name for f in fields(RoadNetwork) if f.name != "road_classes")
Value = TypeVar("Value")


def store_scenario(session: Session, scenario: Scenario) -> rows.Season:
    """Add the scenario as the newest season and return it; one stored before is returned as it is."""
    digest = content_digest(scenario)
    known = season_with_digest(session, digest)
    if known is not None:
        return known
    season = rows.Season(
        content_digest=digest,
        synthetic=any(mark in scenario.name.lower() for mark in SYNTHETIC_MARKS),
        **{column: getattr(scenario, column) for column in _SEASON_COLUMNS},
    )
    session.add(season)
    session.flush()
    for model, things in _things(scenario):
        if things:
            session.execute(insert(model), [{"season_id": season.id, **thing} for thing in things])
    if scenario.roads is not None:
        network, drawing = packed_network(scenario.roads), drawing_of(scenario.roads)
        session.add(rows.SeasonRoads(season_id=season.id, network=network, drawing=drawing))
    session.flush()
    return season


def scenario_of(session: Session, season: rows.Season) -> Scenario:
    """Return the scenario that was stored as this season."""

    def stored(model: Any, value_type: type[Value]) -> tuple[Value, ...]:
        found = session.scalars(select(model).where(model.season_id == season.id).order_by(model.id))
        return tuple(value_of(row, value_type) for row in found)

    def of_season(model: Any) -> Any:
        return session.scalars(select(model).where(model.season_id == season.id).order_by(model.id))

    network = session.scalar(select(rows.SeasonRoads.network).where(rows.SeasonRoads.season_id == season.id))
    return Scenario(
        **{column: getattr(season, column) for column in _SEASON_COLUMNS},
        towns=stored(rows.SeasonTown, values.Town),
        fields=stored(rows.SeasonField, values.FarmField),
        yards=stored(rows.SeasonYard, values.TransferYard),
        plants=stored(rows.SeasonPlant, values.EndUsePlant),
        balers=stored(rows.SeasonBaler, values.Baler),
        truck_classes=stored(rows.SeasonTruckClass, values.TruckClass),
        trucks=stored(rows.SeasonTruck, values.Truck),
        direct_hauls=stored(rows.SeasonDirectHaul, values.DirectHaulApproval),
        workable_fraction_by_date={row.day: row.workable_fraction for row in of_season(rows.SeasonWeather)},
        hours_by_place_and_date={(row.place_id, row.day): hours_of(row) for row in of_season(rows.SeasonHours)},
        roads=None if network is None else unpacked_network(network),
    )


def content_digest(scenario: Scenario) -> str:
    """Return a digest that two scenarios share only if they say the same."""
    digest = hashlib.sha256()
    for field in fields(scenario):
        if field.name != "roads":
            digest.update(repr((field.name, getattr(scenario, field.name))).encode())
    if scenario.roads is not None:
        digest.update(network_digest(scenario.roads).encode())
    return digest.hexdigest()


def network_digest(network: RoadNetwork) -> str:
    """Return a digest that two road networks share only if they say the same."""
    digest = hashlib.sha256()
    for name in _NETWORK_ARRAYS:
        digest.update(np.ascontiguousarray(getattr(network, name)).tobytes())
    digest.update(repr(network.road_classes).encode())
    return digest.hexdigest()


def _things(scenario: Scenario) -> list[tuple[Any, list[dict[str, Any]]]]:
    """Every registry table with its rows, those referred to before those that refer."""
    return [
        (rows.SeasonTown, [columns_of(v) for v in scenario.towns]),
        (rows.SeasonTruckClass, [columns_of(v) for v in scenario.truck_classes]),
        (rows.SeasonPlant, [columns_of(v) for v in scenario.plants]),
        (rows.SeasonYard, [columns_of(v) for v in scenario.yards]),
        (rows.SeasonField, [columns_of(v) for v in scenario.fields]),
        (rows.SeasonBaler, [columns_of(v) for v in scenario.balers]),
        (rows.SeasonTruck, [columns_of(v) for v in scenario.trucks]),
        (rows.SeasonDirectHaul, [columns_of(v) for v in scenario.direct_hauls]),
        (
            rows.SeasonWeather,
            [{"day": d, "workable_fraction": f} for d, f in scenario.workable_fraction_by_date.items()],
        ),
        (
            rows.SeasonHours,
            [
                {
                    "place_id": place_id,
                    "day": day,
                    "open_min": None if hours is None else hours.open_min,
                    "close_min": None if hours is None else hours.close_min,
                }
                for (place_id, day), hours in scenario.hours_by_place_and_date.items()
            ],
        ),
    ]


def columns_of(value: Any) -> dict[str, Any]:
    """The value's members as columns; opening hours become two of them."""
    columns: dict[str, Any] = {}
    for field in fields(value):
        member = getattr(value, field.name)
        if isinstance(member, OpeningHours):
            columns |= {"open_min": member.open_min, "close_min": member.close_min}
        else:
            columns[field.name] = member
    return columns


def value_of(row: Any, value_type: type[Value]) -> Value:
    """The row as a value of `value_type`, whose members are its columns."""
    members = {
        field.name: hours_of(row) if field.name == "hours" else getattr(row, field.name)
        for field in fields(value_type)  # type: ignore[arg-type]
    }
    return value_type(**members)


def hours_of(row: Any) -> OpeningHours | None:
    """The opening hours that two columns say; None where both are empty."""
    return None if row.open_min is None else OpeningHours(open_min=row.open_min, close_min=row.close_min)


def packed_network(network: RoadNetwork) -> bytes:
    """Return the network as bytes of any database."""
    buffer = io.BytesIO()
    arrays = {name: getattr(network, name) for name in _NETWORK_ARRAYS}
    np.savez_compressed(buffer, road_classes=np.array(network.road_classes, dtype=np.str_), **arrays)
    return buffer.getvalue()


def unpacked_network(packed: bytes) -> RoadNetwork:
    """Return the network that was packed."""
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        classes = tuple(str(name) for name in arrays["road_classes"])
        return RoadNetwork(road_classes=classes, **{name: arrays[name] for name in _NETWORK_ARRAYS})
