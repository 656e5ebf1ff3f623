"""Where scale and apron may lie: along the site's sides, outside of the ring, out of the gate's way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import hypot

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from yard_rules.stack_design.figures import BuildingFigures, DistanceFigures
from yard_rules.yard_drawing import Gate, YardDrawing


@dataclass(frozen=True, slots=True, kw_only=True)
class Zones:
    """`scale` None: the yard has one already; `apron` likewise."""

    scale: Polygon | None
    apron: Polygon | None

    @property
    def added(self) -> list[Polygon]:
        return [it for it in (self.scale, self.apron) if it is not None]


def zone_choices(
    drawing: YardDrawing, distances: DistanceFigures, building: BuildingFigures, *, apron_length_m: float
) -> list[Zones]:
    """Return places for scale and apron, every one within the site and free of what stands there.

    Both lie along sides of the site, each at an end of a side, beside the gate, beside the other, or in the middle.
    """
    free = drawing.site.shape.difference(shapely.union_all(list(_in_the_way(drawing, distances, building))))
    free = free.buffer(1e-6, join_style="mitre")
    shapely.prepare(free)
    sides = _sides(drawing.site.shape)
    gates = [gate for gate in drawing.gates if gate.for_vehicles]
    aprons = _along(sides, gates, apron_length_m, building.apron_width_m, free)
    scales = _along(sides, gates, building.scale_length_m, building.scale_width_m, free)
    if drawing.aprons and drawing.scales:
        return [Zones(scale=None, apron=None)]
    if drawing.aprons:
        return [Zones(scale=it, apron=None) for it in scales]
    if drawing.scales:
        return [Zones(scale=None, apron=it) for it in aprons]
    pairs = list(_beside(aprons, building, free))
    pairs += [(a, s) for a, s in product(aprons, scales) if a.distance(s) >= building.zone_gap_m]
    return _distinct([Zones(scale=scale, apron=apron) for apron, scale in pairs])


def gate_way(gate: Gate, site: Polygon, depth_m: float) -> Polygon:
    """Return the ground before a gate that stays free: as wide as the gate, `depth_m` into the site."""
    (x1, y1), (x2, y2) = gate.shape.coords[0], gate.shape.coords[-1]
    length_m = hypot(x2 - x1, y2 - y1) or 1.0
    along = ((x2 - x1) / length_m, (y2 - y1) / length_m)
    for normal in ((-along[1], along[0]), (along[1], -along[0])):
        way = Polygon(
            [
                (x1, y1),
                (x2, y2),
                (x2 + normal[0] * depth_m, y2 + normal[1] * depth_m),
                (x1 + normal[0] * depth_m, y1 + normal[1] * depth_m),
            ]
        )
        if way.intersection(site).area > 0.5 * way.area:
            break
    return way


def _in_the_way(drawing: YardDrawing, distances: DistanceFigures, building: BuildingFigures) -> Iterator[BaseGeometry]:
    # A grabber lifts bales above a truck: not under a line.
    yield from (line.shape.buffer(building.zone_line_m) for line in drawing.power_lines if not line.is_temporary)
    for gate in drawing.gates:
        yield gate_way(gate, drawing.site.shape, distances.ring_m)
    for thing in [*drawing.buildings, *drawing.ponds, *drawing.scales, *drawing.aprons]:
        yield thing.shape
    for point in [*drawing.hydrants, *drawing.hose_points]:
        yield point.shape.buffer(0.5)


def _sides(site: Polygon) -> list[LineString]:
    """The site's sides, counter-clockwise, so that the site lies to the left of each."""
    points = list(orient(_plain(site)).exterior.coords)
    return [LineString(pair) for pair in pairwise(points)]


def _plain(site: Polygon) -> Polygon:
    """The site without corners that are none."""
    simple = site.simplify(0.1)
    return simple if isinstance(simple, Polygon) else site


def _along(
    sides: Sequence[LineString], gates: Sequence[Gate], length_m: float, depth_m: float, free: BaseGeometry
) -> list[Polygon]:
    found = []
    for side in sides:
        if side.length < length_m:
            continue
        offsets = {0.0, side.length - length_m, (side.length - length_m) / 2}
        for gate in gates:
            if gate.shape.distance(side) < 0.5:
                at = [side.project(shapely.Point(p)) for p in gate.shape.coords]
                offsets |= {max(at), min(at) - length_m}
        offsets |= set(np.arange(0.0, side.length - length_m, 8.0))
        for offset in sorted(offsets):
            rectangle = _rectangle(side, offset, length_m, depth_m)
            if 0 <= offset <= side.length - length_m + 1e-9 and free.covers(rectangle):
                found.append(rectangle)
            else:
                found += _moved_in(side, offset, length_m, depth_m, free)
    return found


def _moved_in(side: LineString, offset: float, length_m: float, depth_m: float, free: BaseGeometry) -> list[Polygon]:
    """At a corner that is no right angle: moved along the side until it lies within, at most 12 m."""
    for shift in np.arange(0.5, 12.0, 0.5):
        for at in (offset + shift, offset - shift):
            if 0 <= at <= side.length - length_m:
                rectangle = _rectangle(side, at, length_m, depth_m)
                if free.covers(rectangle):
                    return [rectangle]
    return []


def _rectangle(side: LineString, offset: float, length_m: float, depth_m: float) -> Polygon:
    (x1, y1), (x2, y2) = side.coords
    along = np.array([(x2 - x1) / side.length, (y2 - y1) / side.length])
    normal = np.array([-along[1], along[0]])
    start = np.array([x1, y1]) + offset * along
    end = start + length_m * along
    return Polygon([start, end, end + depth_m * normal, start + depth_m * normal])


def _beside(
    aprons: Sequence[Polygon], building: BuildingFigures, free: BaseGeometry
) -> Iterator[tuple[Polygon, Polygon]]:
    """The scale in one line with the apron, at the site's side, before or behind it."""
    for apron in aprons:
        a, b = (np.array(p) for p in apron.exterior.coords[:2])
        along = (b - a) / np.hypot(*(b - a))
        normal = np.array([-along[1], along[0]])
        for start in (b + building.zone_gap_m * along, a - (building.zone_gap_m + building.scale_length_m) * along):
            end = start + building.scale_length_m * along
            depth = building.scale_width_m * normal
            scale = Polygon([start, end, end + depth, start + depth])
            if free.covers(scale):
                yield apron, scale
        yield from _behind(apron, a, along, normal, building, free)


def _behind(
    apron: Polygon,
    corner: NDArray[np.float64],
    along: NDArray[np.float64],
    normal: NDArray[np.float64],
    building: BuildingFigures,
    free: BaseGeometry,
) -> Iterator[tuple[Polygon, Polygon]]:
    """The scale at the site's side and the apron behind it: shorter along the side, deeper."""
    depth_m = building.scale_width_m + building.zone_gap_m
    end = corner + building.scale_length_m * along
    depth = building.scale_width_m * normal
    scale = Polygon([corner, end, end + depth, corner + depth])
    moved = translate(apron, *(depth_m * normal))
    if free.covers(scale) and free.covers(moved):
        yield moved, scale


def _distinct(choices: Sequence[Zones]) -> list[Zones]:
    kept: dict[tuple[float, ...], Zones] = {}
    for choice in choices:
        key = tuple(round(c * 2) / 2 for it in choice.added for c in (it.centroid.x, it.centroid.y))
        kept.setdefault(key, choice)
    return list(kept.values())
