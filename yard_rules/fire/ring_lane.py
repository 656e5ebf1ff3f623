"""The ring lane around each stack area: that a fire engine gets there, fits through and below what hangs over it, and
comes round the corners."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from yard_rules.finding import Finding, Mark
from yard_rules.fire import marks, turning
from yard_rules.fire.rules import SLACK
from yard_rules.fire.ways import TOUCH_M, distances_m, ground_without, widest_m
from yard_rules.fire.yard import Numbers, Shapes, Yard, as_array
from yard_rules.yard_drawing import StackArea

# Beyond the site so much ground counts as the outside of the ring.
_AROUND_M: Final = 50.0
_CURVE_M: Final = 3.0
_AREA: Final = 0
_OUTSIDE: Final = 1


@dataclass(frozen=True, slots=True)
class Narrowest:
    """The width of the ring and where it is so."""

    width_m: float
    mark: Mark


def check_ring_width(yard: Yard) -> Iterator[Finding]:
    """A disc of 6 m can go once round each stack area."""
    limits = [yard.rules.limit("ring_m"), yard.rules.limit("lane_m")]
    for area in yard.drawing.stack_areas:
        narrowest = ring_narrowest(yard, area)
        yield from yard.rules.too_low("ring_width", [area.id], narrowest.width_m, limits, "m", narrowest.mark)


def check_ring_turning(yard: Yard) -> Iterator[Finding]:
    """A fire engine can turn its way round each stack area; judged where the ring is wide enough."""
    rules = yard.rules
    limits = [rules.limit("turning_m")]
    for area in yard.drawing.stack_areas:
        if ring_narrowest(yard, area).width_m < rules.value("ring_m") - SLACK["m"]:
            continue
        ground = ground_without(ring_ground(yard), _solid(yard), _thin(yard))
        rounds = turning.Rounds(area.shape, ground, rules.value("engine_width_m"))
        if not rounds.comes_round(limits[0].value):
            radius_m = rounds.largest_radius_m(limits[0].value)
            where = rounds.in_the_way(limits[0].value)
            yield from rules.too_low("ring_turning", [area.id], radius_m, limits, "m", *where)


def check_ring_access(yard: Yard) -> Iterator[Finding]:
    """From a gate a fire engine gets to the ring of each stack area."""
    rules = yard.rules
    if not yard.vehicle_gates or not yard.drawing.stack_areas:
        return
    limit = rules.limit("lane_m")
    ground = ground_without(yard.drawing.site.shape, _solid(yard), _thin(yard))
    gates = shapely.union_all(as_array([gate.shape for gate in yard.vehicle_gates]))
    ring_m = rules.value("ring_m")
    for area in yard.drawing.stack_areas:

        def arrives(width_m: float, area: StackArea = area) -> bool:
            places = ground.places(width_m)
            at_gate = distances_m(places, gates) <= width_m / 2 + TOUCH_M
            return bool((at_gate & (distances_m(places, area.shape) <= ring_m)).any())

        if not arrives(limit.value - SLACK["m"]):
            widest = widest_m(arrives, limit.value)
            mark = marks.between(gates, area.shape)
            yield from rules.too_low("ring_access", [area.id], widest, [limit], "m", mark)


def check_lane_height(yard: Yard) -> Iterator[Finding]:
    """A fire engine passes below every line over the ground on which a ring may run."""
    limits = [yard.rules.limit("lane_height_m")]
    known = [line for line in yard.drawing.power_lines if line.clear_height_m is not None]
    if not known:
        return
    ground = shapely.difference(ring_ground(yard), shapely.union_all(as_array(_solid(yard))))
    # A line along the edge of a lane is not over it.
    ground = shapely.buffer(ground, -SLACK["m"], join_style="mitre")
    for line in known:
        over = shapely.intersection(line.shape, ground)
        if line.clear_height_m is not None and not over.is_empty:
            found = [marks.line(it) for it in shapely.get_parts(over) if isinstance(it, LineString)]
            yield from yard.rules.too_low("lane_height", [line.id], line.clear_height_m, limits, "m", *found)


def check_cross_lane(yard: Yard) -> Iterator[Finding]:
    """In a very large yard lanes cross the stack area."""
    rules = yard.rules
    if yard.drawing.site.shape.area <= rules.value("cross_lane_from_m2"):
        return
    limits = [rules.limit("cross_lane_m")]
    for area in yard.drawing.stack_areas:
        side = _longer_side(area.shape)
        yield from rules.too_high("cross_lane", [area.id], side.length, limits, "m", marks.line(side))


def ring_ground(yard: Yard) -> BaseGeometry:
    """Return the part of the site on which the ring runs: its lanes, or all of it where none is drawn."""
    drawing = yard.drawing
    if not drawing.lanes:
        return drawing.site.shape
    # Lanes drawn side by side have seams of rounding between them.
    seam_m = SLACK["m"] / 2
    lanes = shapely.buffer(as_array([lane.shape for lane in drawing.lanes]), seam_m, join_style="mitre")
    joined = shapely.buffer(shapely.union_all(lanes), -seam_m, join_style="mitre")
    return shapely.intersection(drawing.site.shape, joined)


def ring_narrowest(yard: Yard, area: StackArea) -> Narrowest:
    """Return the widest disc that gets round the area, in metres, and where it only just does.

    A disc of width w gets round if and only if no chain of obstacles with gaps under w leads from the area to the
    outside; so the width is the least, over all such chains, of a chain's widest gap.
    """
    ground = ring_ground(yard)
    shapes = _ring_obstacles(yard, area, ground)
    gaps_m = np.asarray(shapely.distance(shapes[:, None], shapes[None, :]), dtype=np.float64)
    first, second = _bottleneck(gaps_m)
    width_m = float(gaps_m[first, second])
    if width_m <= SLACK["m"]:
        mark = _open_piece(area, ground) or marks.between(shapes[first], shapes[second])
        return Narrowest(0.0, mark)
    return Narrowest(width_m, marks.between(shapes[first], shapes[second]))


def _ring_obstacles(yard: Yard, area: StackArea, ground: BaseGeometry) -> Shapes:
    """The area, the outside of the ring's ground that reaches the edge of the map, then everything else."""
    drawing = yard.drawing
    around = shapely.box(*shapely.buffer(drawing.site.shape, _AROUND_M).bounds)
    outside: list[BaseGeometry] = []
    islands: list[BaseGeometry] = []
    for part in shapely.get_parts(shapely.difference(around, ground)):
        (outside if part.intersects(around.exterior) else islands).append(part)
    others = [shape for shape in _solid(yard) if shape is not area.shape]
    return as_array([area.shape, shapely.union_all(as_array(outside)), *islands, *others, *_thin(yard)])


def _bottleneck(gaps_m: Numbers) -> tuple[int, int]:
    """The widest gap of that chain from the area to the outside whose widest gap is least (Prim's tree)."""
    count = len(gaps_m)
    reached_m = gaps_m[_AREA].copy()
    before = np.zeros(count, dtype=np.intp)
    is_open = np.ones(count, dtype=bool)
    is_open[_AREA] = False
    edges: dict[int, int] = {}
    while is_open[_OUTSIDE]:
        nearest = int(np.flatnonzero(is_open)[reached_m[is_open].argmin()])
        is_open[nearest] = False
        edges[nearest] = int(before[nearest])
        nearer = is_open & (gaps_m[nearest] < reached_m)
        reached_m[nearer] = gaps_m[nearest][nearer]
        before[nearer] = nearest
    chain = [_OUTSIDE]
    while chain[-1] != _AREA:
        chain.append(edges[chain[-1]])
    links = list(zip(chain[1:], chain[:-1], strict=True))
    return max(links, key=lambda link: float(gaps_m[link]))


def _open_piece(area: StackArea, ground: BaseGeometry) -> Mark | None:
    curve = area.shape.buffer(_CURVE_M).exterior
    missing = [
        it for it in shapely.get_parts(shapely.line_merge(curve.difference(ground))) if isinstance(it, LineString)
    ]
    return marks.line(max(missing, key=lambda it: it.length)) if missing else None


def _solid(yard: Yard) -> Sequence[BaseGeometry]:
    drawing = yard.drawing
    things = (*drawing.stack_areas, *drawing.buildings, *drawing.scales, *drawing.aprons, *drawing.ponds)
    stacks = [stack for stack in yard.outdoor_stacks if stack.id not in yard.area_of]
    return [thing.shape for thing in (*things, *stacks)]


def _thin(yard: Yard) -> list[BaseGeometry]:
    return [thing.shape for thing in (*yard.drawing.fences, *yard.point_things)]


def _longer_side(shape: Polygon) -> LineString:
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
    sides = [LineString(corners[number : number + 2]) for number in range(len(corners) - 1)]
    return max(sides, key=lambda side: side.length)
