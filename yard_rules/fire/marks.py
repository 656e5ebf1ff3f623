"""Places on a drawing as marks of a finding."""

from __future__ import annotations

from collections.abc import Iterable

import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from yard_rules.finding import Mark, Shape

# A mark has no need of more: a tenth of a millimetre.
_DECIMALS = 4


def between(first: BaseGeometry, second: BaseGeometry) -> Mark:
    """Return the shortest line from one shape to the other; a point where they touch."""
    return line(shapely.shortest_line(first, second))


def point(shape: Point) -> Mark:
    """Return a point as a mark."""
    return Mark(shape=Shape.POINT, points=_points(shape))


def middle(shape: BaseGeometry) -> Mark:
    """Return a point inside of a shape as a mark."""
    return point(shapely.point_on_surface(shape))


def line(shape: BaseGeometry) -> Mark:
    """Return a line as a mark; a point where it has no length."""
    points = _points(shape)
    is_point = len(set(points)) < 2
    return Mark(shape=Shape.POINT if is_point else Shape.LINE, points=points[:1] if is_point else points)


def areas(shape: BaseGeometry) -> list[Mark]:
    """Return the outer outline of each polygon in a shape as a mark, the largest first."""
    polygons = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
    return [
        Mark(shape=Shape.AREA, points=_points(part.exterior)[:-1])
        for part in sorted(polygons, key=lambda it: -it.area)
        if not part.is_empty
    ]


def outline(shapes: Iterable[BaseGeometry]) -> list[Mark]:
    """Return the outlines of several shapes as marks."""
    return [mark for shape in shapes for mark in areas(shape)]


def _points(shape: BaseGeometry) -> tuple[tuple[float, float], ...]:
    return tuple(
        (round(float(x), _DECIMALS) + 0.0, round(float(y), _DECIMALS) + 0.0) for x, y in shapely.get_coordinates(shape)
    )
