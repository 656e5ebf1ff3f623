"""The two ends of a site, and whether a hydrant stands at each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely import Polygon, box
from shapely.geometry.base import BaseGeometry

from yard_rules.fire.rules import SLACK
from yard_rules.fire.yard import Numbers, shapes_of
from yard_rules.yard_drawing import YardDrawing

# Of rectangles so nearly alike rounding would choose.
_ALIKE: Final = 1.001
_NEARLY_SQUARE: Final = 0.9


@dataclass(frozen=True, slots=True)
class Ends:
    """How many ends have a hydrant, and the thirds of the site that have none."""

    served: int
    empty: tuple[BaseGeometry, ...]


def hydrant_ends(drawing: YardDrawing) -> Ends:
    """Return the ends along the direction in which most of them have a hydrant, of those that count as the long one."""
    hydrants = shapely.get_coordinates(shapes_of(drawing.hydrants)) if drawing.hydrants else np.empty((0, 2))
    return max(
        (_ends(drawing.site.shape, hydrants, axis) for axis in _long_axes(drawing.site.shape)), key=lambda it: it.served
    )


def _ends(site: Polygon, hydrants: Numbers, axis: Numbers) -> Ends:
    # Turned so that the long side lies along x.
    turn = np.array([axis, [-axis[1], axis[0]]])
    turned = shapely.transform(site, lambda points: points @ turn.T)
    west, south, east, north = turned.bounds
    third_m = (east - west) / 3
    along_m = (hydrants @ turn.T)[:, 0]
    thirds = [(west, west + third_m), (east - third_m, east)]
    empty = [
        shapely.transform(turned.intersection(box(low, south, high, north)), lambda points: points @ turn)
        for low, high in thirds
        if not ((along_m >= low - SLACK["m"]) & (along_m <= high + SLACK["m"])).any()
    ]
    return Ends(len(thirds) - len(empty), tuple(empty))


def _long_axes(site: Polygon) -> Iterator[Numbers]:
    """Unit vectors along the longer side of the smallest rectangle round the site; several where it is a toss-up."""
    corners = shapely.get_coordinates(site.convex_hull)
    edges = np.diff(corners, axis=0)
    lengths_m = np.hypot(*edges.T)
    axes = edges[lengths_m > SLACK["m"]] / lengths_m[lengths_m > SLACK["m"], None]
    across = np.column_stack([-axes[:, 1], axes[:, 0]])
    long_m, wide_m = np.ptp(corners @ axes.T, axis=0), np.ptp(corners @ across.T, axis=0)
    areas_m2 = long_m * wide_m
    for row in np.flatnonzero(areas_m2 <= areas_m2.min() * _ALIKE):
        longer_m = max(long_m[row], wide_m[row])
        if long_m[row] >= _NEARLY_SQUARE * longer_m:
            yield axes[row]
        if wide_m[row] >= _NEARLY_SQUARE * longer_m:
            yield across[row]
