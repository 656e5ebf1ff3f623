"""A feature's geometry: from GeoJSON coordinates to an outline, and whether an outline can be measured."""

from __future__ import annotations

import math
from typing import Any, Final

import shapely
from shapely import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from yard_rules.yard_drawing.kinds import Kind
from yard_rules.yard_drawing.properties_in import shown

LEAST_POLYGON_M2: Final = 0.01
LEAST_LINE_M: Final = 0.01
FARTHEST_COORDINATE_M: Final = 1_000_000
_FARTHEST_LATITUDE_DEG: Final = 85

_Pair = tuple[float, float]


class GeometryFault(ValueError):
    """What is wrong with the geometry, in words."""


def read_geometry(kind: Kind, geometry: Any, *, is_degrees: bool) -> BaseGeometry:
    """Return the geometry in the file's unit; raises GeometryFault. Self-crossing is left to `outline_fault`."""
    if not isinstance(geometry, dict) or not isinstance(geometry.get("type"), str):
        raise GeometryFault("is missing")
    kind_of_geometry = geometry["type"]
    if kind_of_geometry not in kind.geometries:
        raise GeometryFault(
            f"a {kind.thing.kind} is drawn as {' or '.join(kind.geometries)}, not {kind_of_geometry[:40]}"
        )
    coordinates = geometry.get("coordinates")
    read = _Coordinates(is_degrees=is_degrees, may_have_holes=kind.may_have_holes)
    match kind_of_geometry:
        case "Point":
            return Point(read.pair(coordinates))
        case "MultiPoint":
            return MultiPoint([read.pair(it) for it in _listed(coordinates)])
        case "LineString":
            return LineString(read.line(coordinates))
        case "MultiLineString":
            return MultiLineString([read.line(it) for it in _listed(coordinates)])
        case "MultiPolygon":
            return MultiPolygon([read.polygon(it) for it in _listed(coordinates)])
        case _:
            return read.polygon(coordinates)


def outline_fault(shape: BaseGeometry) -> str | None:
    """Return why an outline in metres cannot be measured, None where it can."""
    if isinstance(shape, Polygon | MultiPolygon) and shapely.is_valid(shape) and shape.area < LEAST_POLYGON_M2:
        return f"is a polygon of {shape.area:.4f} m2, at least {LEAST_POLYGON_M2} m2"
    if isinstance(shape, LineString | MultiLineString) and shape.length < LEAST_LINE_M:
        return f"is a line of {shape.length:.4f} m, at least {LEAST_LINE_M} m"
    if not shapely.is_valid(shape):
        return f"crosses or touches itself: {shapely.is_valid_reason(shape)}"
    return None


class _Coordinates:
    def __init__(self, *, is_degrees: bool, may_have_holes: bool) -> None:
        self._is_degrees = is_degrees
        self._may_have_holes = may_have_holes

    def polygon(self, coordinates: Any) -> Polygon:
        rings = _listed(coordinates)
        if len(rings) > 1 and not self._may_have_holes:
            raise GeometryFault("has a hole, which it may not have")
        outer, *holes = [self._ring(ring) for ring in rings]
        return Polygon(outer, holes)

    def line(self, coordinates: Any) -> list[_Pair]:
        pairs = [self.pair(it) for it in _listed(coordinates)]
        if len(pairs) < 2:
            raise GeometryFault("is a line of fewer than 2 points")
        return pairs

    def pair(self, coordinates: Any) -> _Pair:
        is_place = isinstance(coordinates, list | tuple) and 2 <= len(coordinates) <= 3
        if not is_place or any(isinstance(it, bool) or not isinstance(it, int | float) for it in coordinates):
            raise GeometryFault(f"{shown(coordinates)} is not a place of two numbers")
        x, y = coordinates[:2]
        if not (abs(x) < math.inf and abs(y) < math.inf):
            raise GeometryFault(f"{shown(coordinates)} is not finite")
        if self._is_degrees and (abs(x) > 180 or abs(y) > _FARTHEST_LATITUDE_DEG):
            raise GeometryFault(f"{shown(coordinates)} is not on the globe (latitudes up to {_FARTHEST_LATITUDE_DEG}°)")
        if not self._is_degrees and max(abs(x), abs(y)) > FARTHEST_COORDINATE_M:
            raise GeometryFault(f"{shown(coordinates)} lies beyond {FARTHEST_COORDINATE_M / 1000:,.0f} km")
        return float(x), float(y)

    def _ring(self, coordinates: Any) -> list[_Pair]:
        pairs = [self.pair(it) for it in _listed(coordinates)]
        if len(pairs) < 4:
            raise GeometryFault("has a ring of fewer than 4 points")
        if pairs[0] != pairs[-1]:
            raise GeometryFault("has a ring whose last point is not its first")
        return pairs


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list | tuple) or not value:
        raise GeometryFault("has no coordinates")
    return list(value)
