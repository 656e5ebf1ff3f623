"""What stands on a yard's emergency card: from its drawing in force, the register, the office and the heat rulebook."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.fire_safety.drawings.queries import known_drawing, version_of
from app.fire_safety.emergency.models import EmergencySheet
from app.registry.legal_capacity import drawn_capacity
from app.registry.models import Town, TransferYard
from yard_rules.heat.ladder import Ban, HeatLevel, Task, ladder
from yard_rules.yard_drawing import GateRoad, NeighbourUse, YardDrawing
from yard_rules.yard_drawing.projection import degrees_about

# Whom a fire endangers, and what explodes or stops trains; open water is told as water.
_ENDANGERED: Final = frozenset(NeighbourUse) - {NeighbourUse.WATER, NeighbourUse.ROAD}
_MOST_NEIGHBOURS: Final = 8
_MOST_WATER: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSaid:
    """`side`: of the site, in eighths of a turn from north; `at`: longitude and latitude, None where not known."""

    name: str
    width_m: float
    side: int
    road: GateRoad
    at: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NeighbourSaid:
    """`distance_m` from the nearest stack; it lies on `side`, so smoke reaches it with a wind from the other side."""

    name: str | None
    use: NeighbourUse
    distance_m: int
    side: int

    @property
    def wind_from(self) -> int:
        """The side from which the wind blows when it lies downwind."""
        return (self.side + 4) % 8


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterSaid:
    """`kind`: as drawn; `distance_m` to the nearest stack."""

    kind: str
    name: str
    distance_m: int
    side: int
    water_m3: float | None
    hose_m: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyCard:
    """`yard_sheet`, `county_sheet`: what the office set, None where it has not. `neighbours`, `water`: the nearest,
    with how many more there are. `at`: longitude and latitude (WGS-84) of the gate for the engine where the drawing
    says, else of the yard in the register."""

    yard: TransferYard
    town: str | None
    yard_sheet: EmergencySheet | None
    county_sheet: EmergencySheet | None
    drawing: YardDrawing | None
    drawing_version: int | None
    at: tuple[float, float] | None
    is_at_gate: bool
    gates: Sequence[GateSaid]
    neighbours: Sequence[NeighbourSaid]
    more_neighbours: int
    water: Sequence[WaterSaid]
    more_water: int
    extinguishers: int
    tasks: Sequence[Task]
    bans: Sequence[Ban]

    @property
    def numbers(self) -> list[dict[str, str]]:
        """Those of the yard first: who is near comes first."""
        return [it for sheet in (self.yard_sheet, self.county_sheet) if sheet for it in sheet.numbers]


def emergency_card(session: Session, yard: TransferYard, day: date) -> EmergencyCard:
    """Return the card as it stands on a day; without a drawing in force it lacks what only a drawing knows."""
    held = drawn_capacity(session, yard.yard_id)
    version = None if held is None else version_of(session, yard.yard_id, held.drawing_version)
    drawing = None if version is None else known_drawing(version.geojson, yard.yard_id)
    gates = [] if drawing is None else list(_gates(drawing))
    at_gate = next((gate.at for gate in gates if gate.at is not None), None)
    at = at_gate or ((yard.lon, yard.lat) if yard.lon is not None and yard.lat is not None else None)
    neighbours = [] if drawing is None else sorted(_neighbours(drawing), key=_distance)
    water = [] if drawing is None else sorted(_water(drawing), key=_distance)
    rung = next(it for it in ladder(day) if it.level is HeatLevel.EMERGENCY)
    return EmergencyCard(
        yard=yard,
        town=session.scalar(select(Town.name).where(Town.town_id == yard.town_id)),
        yard_sheet=sheet_of(session, yard.yard_id),
        county_sheet=sheet_of(session, None),
        drawing=drawing,
        drawing_version=None if version is None else version.version,
        at=at,
        is_at_gate=at_gate is not None,
        gates=gates,
        neighbours=neighbours[:_MOST_NEIGHBOURS],
        more_neighbours=len(neighbours[_MOST_NEIGHBOURS:]),
        water=water[:_MOST_WATER],
        more_water=len(water[_MOST_WATER:]),
        extinguishers=0 if drawing is None else sum(it.counts for it in drawing.extinguishers),
        tasks=rung.tasks,
        bans=sorted(rung.bans, key=lambda ban: ban is not Ban.OPENING),
    )


def sheet_of(session: Session, yard_id: str | None) -> EmergencySheet | None:
    """Return what the office has set for a yard, or (None) for the whole county."""
    whose = EmergencySheet.yard_id.is_(None) if yard_id is None else EmergencySheet.yard_id == yard_id
    return session.scalar(select(EmergencySheet).where(whose).order_by(EmergencySheet.id.desc()).limit(1))


def _gates(drawing: YardDrawing) -> Iterator[GateSaid]:
    for gate in sorted((it for it in drawing.gates if it.for_vehicles), key=lambda it: -it.shape.length):
        middle = gate.shape.interpolate(0.5, normalized=True)
        at = None
        if drawing.origin is not None:
            lon, lat = degrees_about(drawing.origin, np.array([[middle.x, middle.y]]))[0]
            at = float(lon), float(lat)
        yield GateSaid(
            name=gate.name or gate.id,
            width_m=round(gate.shape.length, 1),
            side=_side(drawing, middle),
            road=gate.road,
            at=at,
        )


def _neighbours(drawing: YardDrawing) -> Iterator[NeighbourSaid]:
    burns = _burns(drawing)
    for it in drawing.neighbours:
        if it.use in _ENDANGERED:
            yield NeighbourSaid(
                name=it.name,
                use=it.use,
                distance_m=round(it.shape.distance(burns)),
                side=_side(drawing, _nearest(drawing, it.shape)),
            )


def _water(drawing: YardDrawing) -> Iterator[WaterSaid]:
    burns = _burns(drawing)
    open_water = [it for it in drawing.neighbours if it.use is NeighbourUse.WATER]
    for thing in (*drawing.hydrants, *drawing.ponds, *drawing.hose_points, *open_water):
        yield WaterSaid(
            kind=thing.kind,
            name=thing.name or thing.id,
            distance_m=round(thing.shape.distance(burns)),
            side=_side(drawing, _nearest(drawing, thing.shape)),
            water_m3=getattr(thing, "water_m3", None),
            hose_m=getattr(thing, "hose_m", None),
        )


def _distance(said: NeighbourSaid | WaterSaid) -> int:
    return said.distance_m


def _burns(drawing: YardDrawing) -> BaseGeometry:
    return shapely.union_all([it.shape for it in drawing.stacks]) if drawing.stacks else drawing.site.shape


def _nearest(drawing: YardDrawing, shape: BaseGeometry) -> shapely.Point:
    """The point of a thing that is nearest to the site: of a long road, the part beside it."""
    return shapely.Point(shapely.shortest_line(shape, drawing.site.shape.centroid).coords[0])


def _side(drawing: YardDrawing, point: shapely.Point) -> int:
    about = drawing.site.shape.centroid
    return round(math.degrees(math.atan2(point.x - about.x, point.y - about.y)) / 45) % 8
