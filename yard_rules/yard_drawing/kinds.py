"""The table of the format: which kinds there are, their geometries and properties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from yard_rules.yard_drawing.model import (
    Agent,
    Apron,
    Building,
    BuildingUse,
    Camera,
    Column,
    Cover,
    Extinguisher,
    Fence,
    Gate,
    GateRoad,
    HosePoint,
    Hydrant,
    Lane,
    LaneRoad,
    Light,
    Neighbour,
    NeighbourUse,
    Pond,
    PowerLine,
    Scale,
    Site,
    Stack,
    StackArea,
    Thing,
    WaitingArea,
)

FORMAT: Final = "yard-drawing/1"
_POLYGON: Final = ("Polygon",)
_POINT: Final = ("Point",)
_LINE: Final = ("LineString",)
_LINES: Final = ("LineString", "MultiLineString")
_ANY: Final = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One of the values of an enumeration."""

    of: type[StrEnum]
    is_needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A finite number above `above` and up to `most`; `is_whole`: an integer."""

    above: float = 0
    most: float = 1e9
    is_whole: bool = False
    is_needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """true or false."""

    is_needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Text of 1 to `longest` characters."""

    longest: int = 80
    is_needed: bool = False


Property = Words | Amount | Truth | Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`plural`: the field of YardDrawing; `may_have_holes`: of its polygons."""

    thing: type[Thing]
    plural: str
    geometries: tuple[str, ...]
    properties: Mapping[str, Property] = field(default_factory=dict)
    may_have_holes: bool = False


def _kinds() -> dict[str, Kind]:
    grade = Amount(above=0, most=4, is_whole=True)
    kinds = [
        Kind(thing=Site, plural="site", geometries=_POLYGON),
        Kind(thing=Fence, plural="fences", geometries=_LINES),
        Kind(
            thing=Gate,
            plural="gates",
            geometries=_LINE,
            properties={"for_vehicles": Truth(), "road": Words(of=GateRoad), "clear_height_m": Amount()},
        ),
        Kind(thing=WaitingArea, plural="waiting_areas", geometries=_POLYGON),
        Kind(
            thing=Building,
            plural="buildings",
            geometries=_POLYGON,
            properties={
                "fire_grade": grade,
                "use": Words(of=BuildingUse),
                "height_m": Amount(),
                "compartment_m2": Amount(),
            },
        ),
        Kind(thing=Column, plural="columns", geometries=_POLYGON),
        Kind(thing=Scale, plural="scales", geometries=_POLYGON),
        Kind(thing=Apron, plural="aprons", geometries=_POLYGON),
        Kind(thing=StackArea, plural="stack_areas", geometries=_POLYGON),
        Kind(
            thing=Stack,
            plural="stacks",
            geometries=_POLYGON,
            properties={
                "height_m": Amount(is_needed=True),
                "group": Text(),
                "layers": Amount(is_whole=True),
                "bales": Amount(is_whole=True),
                "mass_kg": Amount(),
                "cover": Words(of=Cover),
            },
        ),
        Kind(
            thing=Lane,
            plural="lanes",
            geometries=_POLYGON,
            properties={"road": Words(of=LaneRoad)},
            may_have_holes=True,
        ),
        Kind(
            thing=Hydrant,
            plural="hydrants",
            geometries=_POINT,
            properties={"hose_m": Amount(), "flow_l_per_s": Amount()},
        ),
        Kind(
            thing=Pond,
            plural="ponds",
            geometries=_POLYGON,
            properties={"water_m3": Amount(is_needed=True), "hose_m": Amount()},
            may_have_holes=True,
        ),
        Kind(thing=HosePoint, plural="hose_points", geometries=_POINT, properties={"hose_m": Amount(is_needed=True)}),
        Kind(
            thing=Extinguisher,
            plural="extinguishers",
            geometries=_POINT,
            properties={"agent": Words(of=Agent), "is_wheeled": Truth()},
        ),
        Kind(
            thing=Camera,
            plural="cameras",
            geometries=_POINT,
            properties={
                "direction_deg": Amount(above=-361, most=720, is_needed=True),
                "view_deg": Amount(most=360, is_needed=True),
                "range_m": Amount(most=5_000, is_needed=True),
                "height_m": Amount(),
            },
        ),
        Kind(
            thing=PowerLine,
            plural="power_lines",
            geometries=_LINES,
            properties={"pole_height_m": Amount(), "is_temporary": Truth(), "clear_height_m": Amount()},
        ),
        Kind(thing=Light, plural="lights", geometries=_POINT),
        Kind(
            thing=Neighbour,
            plural="neighbours",
            geometries=_ANY,
            properties={"use": Words(of=NeighbourUse, is_needed=True), "fire_grade": grade},
            may_have_holes=True,
        ),
    ]
    return {kind.thing.kind: kind for kind in kinds}


KINDS: Final[Mapping[str, Kind]] = _kinds()
