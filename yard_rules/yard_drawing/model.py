"""What a drawing holds: each thing with its outline in metres, x to the east, y to the north."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import ClassVar

from shapely import LineString, MultiLineString, Point, Polygon
from shapely.geometry.base import BaseGeometry


class GateRoad(StrEnum):
    """The road that a gate opens to (H26)."""

    TOWNSHIP = "township"
    VILLAGE_MAIN = "village_main"
    OTHER = "other"
    NONE = "none"


class BuildingUse(StrEnum):
    STORE = "store"
    OFFICE = "office"
    GUARD_ROOM = "guard_room"
    PUMP_HOUSE = "pump_house"
    WORKSHOP = "workshop"
    OTHER = "other"


class Cover(StrEnum):
    """What lies over a stack, or was sprayed on it (H37)."""

    FIRE_SHEET = "fire_sheet"
    RETARDANT = "retardant"
    NONE = "none"


class LaneRoad(StrEnum):
    """What a lane is besides a fire lane: a road of the site."""

    MAIN = "main"
    MINOR = "minor"


class Agent(StrEnum):
    DRY_POWDER = "dry_powder"
    OTHER = "other"


class NeighbourUse(StrEnum):
    HOME = "home"
    SCHOOL = "school"
    PUBLIC_BUILDING = "public_building"
    WORKSHOP = "workshop"
    STORE = "store"
    CLASS_A = "class_a"
    TRANSFORMER = "transformer"
    OPEN_FLAME = "open_flame"
    RAILWAY = "railway"
    ROAD = "road"
    WATER = "water"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Anything drawn, with its outline in metres."""

    kind: ClassVar[str]

    id: str
    shape: BaseGeometry
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(Thing):
    """The yard's own ground; exactly one."""

    kind: ClassVar[str] = "site"
    shape: Polygon


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence(Thing):
    kind: ClassVar[str] = "fence"
    shape: LineString | MultiLineString


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate(Thing):
    """An opening of the fence. `clear_height_m`: below the beam over it, None where nothing is over it."""

    kind: ClassVar[str] = "gate"
    shape: LineString
    for_vehicles: bool = True
    road: GateRoad = GateRoad.NONE
    clear_height_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingArea(Thing):
    """Room outside of the gate for trucks."""

    kind: ClassVar[str] = "waiting_area"
    shape: Polygon


@dataclass(frozen=True, slots=True, kw_only=True)
class Building(Thing):
    """`fire_grade`: 1 to 4, None where not known; `compartment_m2`: its largest fire compartment, None: all of it."""

    kind: ClassVar[str] = "building"
    shape: Polygon
    fire_grade: int | None = None
    use: BuildingUse = BuildingUse.OTHER
    height_m: float | None = None
    compartment_m2: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Thing):
    """What bears the roof of a building."""

    kind: ClassVar[str] = "column"
    shape: Polygon


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale(Thing):
    kind: ClassVar[str] = "scale"
    shape: Polygon


@dataclass(frozen=True, slots=True, kw_only=True)
class Apron(Thing):
    """Where trucks are loaded and unloaded (H38)."""

    kind: ClassVar[str] = "apron"
    shape: Polygon


@dataclass(frozen=True, slots=True, kw_only=True)
class StackArea(Thing):
    kind: ClassVar[str] = "stack_area"
    shape: Polygon


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack(Thing):
    """`group` None: a group of its own; the other Nones: not known."""

    kind: ClassVar[str] = "stack"
    shape: Polygon
    height_m: float
    group: str | None = None
    layers: int | None = None
    bales: int | None = None
    mass_kg: float | None = None
    cover: Cover | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane(Thing):
    """`road`: None where it is a fire lane only."""

    kind: ClassVar[str] = "lane"
    shape: Polygon
    road: LaneRoad | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hydrant(Thing):
    """`hose_m`: hose that lies ready there, None where there is none; `flow_l_per_s`: what it gives while the others
    run too, None where nobody measured it."""

    kind: ClassVar[str] = "hydrant"
    shape: Point
    hose_m: float | None = None
    flow_l_per_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pond(Thing):
    """`hose_m`: hose of its pump, None where there is none."""

    kind: ClassVar[str] = "pond"
    shape: Polygon
    water_m3: float
    hose_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HosePoint(Thing):
    kind: ClassVar[str] = "hose_point"
    shape: Point
    hose_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Extinguisher(Thing):
    kind: ClassVar[str] = "extinguisher"
    shape: Point
    agent: Agent = Agent.DRY_POWDER
    is_wheeled: bool = True

    @property
    def counts(self) -> bool:
        """Whether it is of the kind that the plan demands (H36)."""
        return self.is_wheeled and self.agent is Agent.DRY_POWDER


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera(Thing):
    """`direction_deg`: clockwise from north; `view_deg`: the whole angle; `height_m` None: not known."""

    kind: ClassVar[str] = "camera"
    shape: Point
    direction_deg: float
    view_deg: float
    range_m: float
    height_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerLine(Thing):
    """An overhead line; `is_temporary`: a cable for lighting; `clear_height_m`: below its lowest point over the yard,
    None where nobody measured it."""

    kind: ClassVar[str] = "power_line"
    shape: LineString | MultiLineString
    pole_height_m: float | None = None
    is_temporary: bool = False
    clear_height_m: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Light(Thing):
    kind: ClassVar[str] = "light"
    shape: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour(Thing):
    """Anything outside of the yard, or across it, that the codes know; `fire_grade` None: not known."""

    kind: ClassVar[str] = "neighbour"
    use: NeighbourUse
    fire_grade: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class YardDrawing:
    """`origin`: longitude and latitude of (0, 0), None where not known. Things of a kind stand in the order of ids."""

    yard_id: str
    name: str
    is_synthetic: bool = False
    origin: tuple[float, float] | None = None
    site: Site
    fences: tuple[Fence, ...] = ()
    gates: tuple[Gate, ...] = ()
    waiting_areas: tuple[WaitingArea, ...] = ()
    buildings: tuple[Building, ...] = ()
    columns: tuple[Column, ...] = ()
    scales: tuple[Scale, ...] = ()
    aprons: tuple[Apron, ...] = ()
    stack_areas: tuple[StackArea, ...] = ()
    stacks: tuple[Stack, ...] = ()
    lanes: tuple[Lane, ...] = ()
    hydrants: tuple[Hydrant, ...] = ()
    ponds: tuple[Pond, ...] = ()
    hose_points: tuple[HosePoint, ...] = ()
    extinguishers: tuple[Extinguisher, ...] = ()
    cameras: tuple[Camera, ...] = ()
    power_lines: tuple[PowerLine, ...] = ()
    lights: tuple[Light, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "origin" and isinstance(value, tuple):
                object.__setattr__(self, field.name, tuple(sorted(value, key=lambda thing: thing.id)))

    def things(self) -> Iterator[Thing]:
        """Yield the site and everything else, kind by kind."""
        yield self.site
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "origin" and isinstance(value, tuple):
                yield from value
