"""The ground on which stacks may stand: the site without what every rule keeps free about the things that stay."""

from __future__ import annotations

from collections.abc import Iterator
from math import cos, pi
from typing import Final

import numpy as np
import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from yard_rules.stack_design.figures import FORGIVEN_M, DistanceFigures, IndoorFigures
from yard_rules.yard_drawing import Building, Neighbour, NeighbourUse, PowerLine, Thing, YardDrawing

# Within what the check forgives (1 mm), so that whole metres fit where they fit.
SLACK_M: Final = 2e-4
_QUARTER: Final = 32
_EXACT_M: Final = 8.0
_PEOPLE: Final = (NeighbourUse.HOME, NeighbourUse.SCHOOL, NeighbourUse.PUBLIC_BUILDING)


def stack_ground(drawing: YardDrawing, distances: DistanceFigures, *, is_bound: bool = False) -> BaseGeometry:
    """Return where stacks may stand, m, whatever else is built: the site without the rules' distances.

    `is_bound`: no stack of any layout that keeps the rules stands outside of it (circles are polygons within them);
    otherwise, any stack within it keeps them (polygons about them).
    """
    ground = ring_ground(drawing, distances, is_bound=is_bound)
    kept = [widened(it.shape, m, is_bound=is_bound) for it, m in kept_free(drawing, distances)]
    return ground.difference(shapely.union_all(kept)) if kept else ground


def store_floor(
    store: Building, drawing: YardDrawing, distances: DistanceFigures, indoors: IndoorFigures, *, is_bound: bool = False
) -> BaseGeometry:
    """Return where stacks may stand in a store: off walls and columns, and as far from lines and homes as those in the
    open."""
    inside = store.shape.buffer((FORGIVEN_M if is_bound else SLACK_M) - indoors.wall_gap_m, join_style="mitre")
    kept = [
        widened(thing.shape, distance_m, is_bound=is_bound)
        for thing, distance_m in kept_free(drawing, distances)
        if isinstance(thing, PowerLine) or (isinstance(thing, Neighbour) and thing.use in _PEOPLE)
    ]
    kept += [widened(it.shape, indoors.column_gap_m, is_bound=is_bound) for it in drawing.columns]
    return inside.difference(shapely.union_all(kept)) if kept else inside


def ring_ground(drawing: YardDrawing, distances: DistanceFigures, *, is_bound: bool = False) -> BaseGeometry:
    """Return where a stack area may lie: the ring's width from the site's outline and from everything that stands.

    Inner corners keep so much more that an engine can turn round them, but not for a bound. Scale and apron that stand
    already count among the standing things.
    """
    site = drawing.site.shape
    ground = site.difference(widened(site.exterior, distances.ring_m, is_bound=is_bound))
    if is_bound:
        blocked = [widened(it, distances.ring_m, is_bound=True) for it in _never_enclosed(drawing)]
        blocked += [it.shape for it in [*drawing.buildings, *drawing.scales, *drawing.ponds]]
    else:
        standing = standing_things(drawing, distances)
        blocked = [widened(it, distances.ring_m, is_bound=False) for it in standing]
        blocked += [_corner(it, distances.corner_m) for it in _inner_corners(site)]
    return ground.difference(shapely.union_all(blocked)) if blocked else ground


def _never_enclosed(drawing: YardDrawing) -> list[BaseGeometry]:
    """What no stack area may hold: trucks come to each apron, and to one of the scales. Anything else may lie wholly
    within an area, where it has no strip of its own."""
    aprons: list[BaseGeometry] = [it.shape for it in drawing.aprons]
    return [*aprons, drawing.scales[0].shape] if len(drawing.scales) == 1 else aprons


def standing_things(drawing: YardDrawing, distances: DistanceFigures) -> list[BaseGeometry]:
    """Return the outlines of what stays where it is and what a stack area keeps the ring's width from."""
    kept = [*drawing.buildings, *drawing.scales, *drawing.aprons, *drawing.ponds, *drawing.hydrants]
    inner = drawing.site.shape.buffer(-distances.fence_near_m)
    fences = [fence.shape.intersection(inner) for fence in drawing.fences]
    return [
        *(thing.shape for thing in kept),
        *(it.shape for it in drawing.hose_points),
        *(f for f in fences if f.length),
    ]


def widened(shape: BaseGeometry, distance_m: float, *, is_bound: bool) -> BaseGeometry:
    """Return the shape and all that is nearer than the distance: a little less for a bound, else a little more."""
    if is_bound:
        return shape.buffer(distance_m - FORGIVEN_M, quad_segs=_QUARTER)
    if distance_m <= _EXACT_M:
        # Straight sides exactly, so that whole metres fit; what round corners lack is less than the check forgives.
        return shape.buffer(distance_m - SLACK_M, quad_segs=2 * _QUARTER)
    return shape.buffer(distance_m / cos(pi / 4 / _QUARTER) - SLACK_M, quad_segs=_QUARTER)


def kept_free(drawing: YardDrawing, distances: DistanceFigures) -> Iterator[tuple[Thing, float]]:
    """Yield what stacks in the open keep a distance from, and the distance, m."""
    for building in drawing.buildings:
        yield building, distances.to_building_m(building)
    for line in drawing.power_lines:
        yield line, distances.to_line_m(line.pole_height_m, is_temporary=line.is_temporary)
    for neighbour in drawing.neighbours:
        if (distance_m := distances.to_neighbour_m(neighbour)) > 0:
            yield neighbour, distance_m


def _inner_corners(site: Polygon) -> list[Polygon]:
    """Return the ground outside of the site at each of its corners that point inwards."""
    outline = shapely.orient_polygons(site).exterior
    points = np.asarray(outline.coords)[:-1]
    before, after = points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points
    turns = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    lengths = np.hypot(*before.T) * np.hypot(*after.T)
    inner = points[turns < -0.17 * lengths]
    outside = [Point(p).buffer(4).difference(site) for p in inner]
    return [part for it in outside for part in shapely.get_parts(it) if isinstance(part, Polygon)]


def _corner(outside: Polygon, distance_m: float) -> BaseGeometry:
    return outside.buffer(distance_m - SLACK_M, join_style="mitre", mitre_limit=3)
