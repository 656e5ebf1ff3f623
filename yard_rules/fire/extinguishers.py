"""Wheeled dry-powder extinguishers: their kind, how close around the yard, and their reach (H36)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import shapely
from shapely import LineString, MultiPoint, Point
from shapely.ops import substring

from yard_rules.finding import Finding
from yard_rules.fire import marks
from yard_rules.fire.rules import SLACK
from yard_rules.fire.yard import Shapes, Yard, as_array, shapes_of
from yard_rules.yard_drawing import Extinguisher, Stack, Thing

_QUARTER_SEGMENTS: Final = 512
_FEWEST_FOR_CELLS: Final = 2


def check_extinguisher_kind(yard: Yard) -> Iterator[Finding]:
    """Others may stand there, but do not count."""
    for it in yard.drawing.extinguishers:
        if not it.counts:
            yield yard.rules.missing("extinguisher_kind", [it.id], marks.point(it.shape))


def check_extinguisher_spacing(yard: Yard) -> Iterator[Finding]:
    """Along the ring around each stack place they stand at most 30 m apart."""
    limits = [yard.rules.limit("extinguisher_m")]
    for place in yard.stack_places:
        for ends, gap in _gaps(yard, place):
            subject = [place.id, *sorted({end.id for end in ends})]
            yield from yard.rules.too_high("extinguisher_spacing", subject, gap.length, limits, "m", marks.line(gap))


def check_extinguisher_reach(yard: Yard) -> Iterator[Finding]:
    """No point of a stack is farther than 30 m from one."""
    if not yard.extinguishers:
        return
    limit = yard.rules.limit("extinguisher_reach_m")
    stacks = yard.drawing.stacks
    reached = shapely.union_all(shapely.buffer(shapes_of(yard.extinguishers), limit.value, quad_segs=8))
    shapely.prepare(reached)
    is_reached = shapely.covers(reached, shapes_of(stacks)) if stacks else np.zeros(0, dtype=bool)
    if is_reached.all():
        return
    cells = _cells(yard)
    for row in np.flatnonzero(~is_reached):
        stack = stacks[int(row)]
        worst, nearest = _worst_point(yard, cells, stack)
        mark = marks.between(worst, nearest)
        yield from yard.rules.too_high("extinguisher_reach", [stack.id], worst.distance(nearest), [limit], "m", mark)


def _gaps(yard: Yard, place: Thing) -> Iterator[tuple[tuple[Extinguisher, ...], LineString]]:
    """The pieces of the ring's curve from one extinguisher to the next, with those at its ends."""
    curve = LineString(place.shape.buffer(yard.rules.value("ring_m"), quad_segs=_QUARTER_SEGMENTS).exterior)
    near_m = yard.rules.value("ring_near_m") + SLACK["m"]
    near = [it for it in yard.extinguishers if curve.distance(it.shape) <= near_m]
    if not near:
        yield (), curve
        return
    at_m = shapely.line_locate_point(curve, as_array([_on_curve(yard, place, curve, it.shape) for it in near]))
    order = np.argsort(at_m, kind="stable")
    for number, row in enumerate(order):
        is_last = number + 1 == len(order)
        following = order[0] if is_last else order[number + 1]
        from_m, to_m = float(at_m[row]), float(at_m[following])
        yield (
            (near[row], near[following]),
            _round_the_seam(curve, from_m, to_m) if is_last else _piece(curve, from_m, to_m),
        )


def _on_curve(yard: Yard, place: Thing, curve: LineString, post: Point) -> Point:
    """The place of the curve nearest to a post; on a round corner by its direction, not by the corner's chords."""
    foot, beyond = shapely.get_coordinates(shapely.shortest_line(place.shape, post))
    away_m = float(np.hypot(*(beyond - foot)))
    if away_m > SLACK["m"]:
        on_arc = Point(foot + (beyond - foot) * yard.rules.value("ring_m") / away_m)
        if curve.distance(on_arc) < SLACK["m"]:
            return on_arc
    return post


def _piece(curve: LineString, from_m: float, to_m: float) -> LineString:
    # A piece without length comes as a point.
    coordinates = list(substring(curve, from_m, to_m).coords)
    return LineString(coordinates if len(coordinates) > 1 else coordinates * 2)


def _round_the_seam(curve: LineString, from_m: float, to_m: float) -> LineString:
    """From one place on to the end of the closed curve, and from its beginning to the other."""
    return LineString([*_piece(curve, from_m, curve.length).coords, *_piece(curve, 0, to_m).coords])


def _cells(yard: Yard) -> Shapes:
    """The ground of each extinguisher: where it is the nearest."""
    site = yard.drawing.site.shape
    posts = shapes_of(yard.extinguishers)
    if len(set(shapely.to_wkb(posts))) < _FEWEST_FOR_CELLS:
        return as_array([site])
    ground = shapely.union_all(as_array([site, *(stack.shape for stack in yard.drawing.stacks)]))
    return as_array(list(shapely.get_parts(shapely.voronoi_polygons(MultiPoint(list(posts)), extend_to=ground))))


def _worst_point(yard: Yard, cells: Shapes, stack: Stack) -> tuple[Point, Point]:
    """The point of a stack that is farthest from the nearest extinguisher, and that one.

    Within the cell of one extinguisher the distance grows outwards, so the farthest point is a corner of the stack's
    part of the cell.
    """
    posts = shapes_of(yard.extinguishers)
    parts = [stack.shape, *shapely.intersection(cells, stack.shape)]
    corners = as_array([Point(place) for place in shapely.get_coordinates(as_array(parts))])
    away_m = shapely.distance(corners[:, None], posts[None, :])
    worst = int(away_m.min(axis=1).argmax())
    return corners[worst], posts[int(away_m[worst].argmin())]
