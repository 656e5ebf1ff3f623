"""What a layout needs about its stacks: the fewest extinguishers, hydrants, cameras and lights that serve it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from yard_rules.fire import FireRules
from yard_rules.fire.cameras import check_camera_blind, seen_at_m, shadows
from yard_rules.fire.site_ends import hydrant_ends
from yard_rules.fire.water import check_hose_reach, check_pond_volume
from yard_rules.fire.yard import Yard, as_array
from yard_rules.stack_design.cover import fewest
from yard_rules.stack_design.figures import BuildingFigures, DesignFigures, DistanceFigures
from yard_rules.stack_design.indoors import stores_of
from yard_rules.stack_design.zones import gate_way
from yard_rules.yard_drawing import Camera, Extinguisher, Hydrant, Light, Thing, YardDrawing

EQUIPMENT: Final = frozenset({"extinguisher", "camera", "light"})
_STEP_M: Final = 1.5
# What samples may miss between them; the check measures exactly.
_CARE_M: Final = 0.4
_CAMERA_TURNS: Final = 24
_OUTLINE_STEP_M: Final = 6.0


def with_equipment(
    drawing: YardDrawing, figures: DesignFigures, rules: FireRules, *, kinds: Collection[str] = EQUIPMENT
) -> YardDrawing | None:
    """Return the drawing with extinguishers, cameras and lights, of these `kinds` only, and with hydrants added to
    those it has; None: not possible."""
    points = _outline_points(drawing, _OUTLINE_STEP_M)
    extinguishers = _extinguishers(drawing, figures.distances, rules) if "extinguisher" in kinds else []
    cameras = _cameras(drawing, points, figures.building, rules) if "camera" in kinds else []
    if extinguishers is None or cameras is None:
        return None
    drawing = replace(drawing, extinguishers=(*drawing.extinguishers, *extinguishers))
    drawing = replace(drawing, cameras=(*drawing.cameras, *cameras))
    lights = _lights(drawing, points, figures.building) if "light" in kinds else []
    drawing = replace(drawing, lights=(*drawing.lights, *lights))
    return with_water(drawing, points, figures, rules)


def _extinguishers(drawing: YardDrawing, distances: DistanceFigures, rules: FireRules) -> list[Extinguisher] | None:
    """Along the rings at most so far apart, and every point of a stack within reach: a set cover of both."""
    places = [place.shape for place in Yard(drawing, rules).stack_places]
    held = [np.asarray(it.shape.coords[0]) for it in drawing.extinguishers if it.counts]
    candidates = np.array([*held, *_candidates(drawing, places, distances)])
    if not len(candidates):
        return None
    needs = [_reach_needs(drawing, candidates, distances.extinguisher_reach_m)]
    needs += [_spacing_needs(place, candidates, distances) for place in places]
    # Those that are there cost nothing; the lane's edge is rather the place than the stacks' own ground.
    in_area = shapely.intersects(shapely.union_all(places), np.asarray(shapely.points(candidates)))
    costs = np.where(in_area, 1.01, 1.0)
    costs[: len(held)] = 1e-3
    chosen = fewest(np.vstack(needs), costs)
    if chosen is None:
        return None
    fresh = _fresh_ids("extinguisher", (it.id for it in drawing.things()))
    return [Extinguisher(id=next(fresh), shape=Point(candidates[j])) for j in chosen if j >= len(held)]


def _candidates(
    drawing: YardDrawing, places: Sequence[BaseGeometry], distances: DistanceFigures
) -> Iterable[NDArray[np.float64]]:
    site = drawing.site.shape
    blocked: list[BaseGeometry] = [
        gate_way(gate, site, distances.ring_m + 2) for gate in drawing.gates if gate.for_vehicles
    ]
    blocked += [it.shape for it in [*drawing.buildings, *drawing.ponds, *drawing.aprons, *drawing.scales]]
    obstacles = shapely.union_all([it.buffer(0.3) for it in blocked]) if blocked else Polygon()
    alleys = shapely.union_all([place.buffer(-0.05) for place in places]).difference(
        shapely.union_all([stack.shape.buffer(1.0) for stack in drawing.stacks])
    )
    outline = [np.asarray(p.coords[0]) for p in _outline_points(drawing, _STEP_M)]
    # A little outside: the curve is made of chords.
    rings = [ring_curve(place, distances.ring_m + 0.01) for place in places]
    on_rings = [ring.interpolate(at).coords[0] for ring in rings for at in np.arange(0, ring.length, _STEP_M)]
    inside = [edge.interpolate(at).coords[0] for edge in _edges(places) for at in np.arange(0, edge.length, 1.0)]
    points = np.array([*outline, *map(np.asarray, on_rings)])
    shapes = np.asarray(shapely.points(points))
    # A store has no strip of its own.
    areas = shapely.union_all([area.shape for area in drawing.stack_areas])
    fine = shapely.covers(site.buffer(5e-4), shapes)
    fine &= ~(np.asarray(shapely.distance(areas, shapes)) < distances.ring_m - 5e-4)
    fine &= ~shapely.intersects(obstacles, shapes)
    yield from points[fine]
    yield from _in_aisles(drawing)
    # Between stacks at the edge of the area, where the ring between two areas has no room for one.
    if len(inside):
        shapes = np.asarray(shapely.points(np.array(inside)))
        yield from np.array(inside)[shapely.covers(alleys, shapes)]


def _in_aisles(drawing: YardDrawing) -> Iterator[NDArray[np.float64]]:
    """Beside the stacks of a store: what lies far from its walls is out of reach from without."""
    for store in stores_of(drawing):
        aisles = store.shape.buffer(-0.3).difference(
            shapely.union_all([stack.shape.buffer(0.4, join_style="mitre") for stack in drawing.stacks])
        )
        points = _samples(store.shape, _STEP_M)
        yield from points[shapely.covers(aisles, np.asarray(shapely.points(points)))]


def _edges(places: Sequence[BaseGeometry]) -> list[LineString]:
    return [it.buffer(-0.3).exterior for it in places if isinstance(it.buffer(-0.3), Polygon)]


def ring_curve(place: BaseGeometry, ring_m: float) -> LineString:
    """Return the curve along which spacing is measured."""
    curve: LineString = shapely.get_exterior_ring(place.buffer(ring_m, quad_segs=32))
    return curve


def _spacing_needs(
    place: BaseGeometry, candidates: NDArray[np.float64], distances: DistanceFigures
) -> NDArray[np.bool_]:
    """Each stretch of the curve of the allowed length has one: judged for stretches that begin at a candidate."""
    curve = ring_curve(place, distances.ring_m)
    shapes = np.asarray(shapely.points(candidates))
    near = np.asarray(shapely.distance(curve, shapes)) <= distances.ring_near_m - 0.05
    at = np.asarray(shapely.line_locate_point(curve, shapes))
    starts = np.unique(np.round(at[near], 2))
    behind = (at[None, :] - starts[:, None]) % curve.length
    allowed_m = distances.extinguisher_m - 0.05
    served: NDArray[np.bool_] = near[None, :] & (behind > 0.02) & (behind <= allowed_m)
    if curve.length <= allowed_m:
        served = near[None, :]
    return served


def _reach_needs(drawing: YardDrawing, candidates: NDArray[np.float64], reach_m: float) -> NDArray[np.bool_]:
    points = np.vstack([_samples(stack.shape, 1.0) for stack in drawing.stacks])
    away = np.hypot(points[:, None, 0] - candidates[None, :, 0], points[:, None, 1] - candidates[None, :, 1])
    served: NDArray[np.bool_] = away <= reach_m - _CARE_M
    return served


def _samples(shape: Polygon, step_m: float) -> NDArray[np.float64]:
    """Points of the outline and the inside, `step_m` apart."""
    outline = shapely.get_coordinates(shapely.segmentize(shape.exterior, step_m))
    left, low, right, high = shape.bounds
    x, y = np.meshgrid(np.arange(left, right, step_m), np.arange(low, high, step_m))
    inner = np.stack([x.ravel(), y.ravel()], axis=-1)
    return np.vstack([outline, inner[shapely.contains_xy(shape, inner)]])


def _cameras(
    drawing: YardDrawing, points: Sequence[Point], building: BuildingFigures, rules: FireRules
) -> list[Camera] | None:
    """The fewest so that each stack, apron and gate is seen, whole by one if that can be, else piece by piece."""
    blind = {it.subject[0] for it in check_camera_blind(Yard(drawing, rules))}
    targets = [it for it in [*drawing.stacks, *drawing.aprons, *drawing.gates] if it.id in blind]
    if not targets:
        return []
    places = [(p, building.camera_height_m) for p in points] + list(_under_roofs(drawing, building))
    choices = [(*place, 360.0 * k / _CAMERA_TURNS) for place in places for k in range(_CAMERA_TURNS)]
    sectors = [_sector(p, deg, building) for p, _height_m, deg in choices]
    if not sectors:
        return None
    for step_m in (None, 4.0):
        wanted = [
            (it, part) for it in targets for part in ([it.shape] if step_m is None else _pieces(it.shape, step_m))
        ]
        parts = as_array([part for _thing, part in wanted])
        seen = np.asarray(shapely.covers(as_array(sectors)[None, :], parts[:, None]))
        hidden = _hidden(drawing, places, wanted, building)
        seen &= ~np.repeat(hidden, _CAMERA_TURNS, axis=1)
        chosen = fewest(seen)
        if chosen is not None:
            break
    else:
        return None
    fresh = _fresh_ids("camera", (it.id for it in drawing.things()))
    return [
        Camera(
            id=next(fresh),
            shape=choices[j][0],
            direction_deg=choices[j][2],
            view_deg=building.camera_view_deg,
            range_m=building.camera_range_m,
            height_m=choices[j][1],
        )
        for j in chosen
    ]


def _under_roofs(drawing: YardDrawing, building: BuildingFigures) -> Iterator[tuple[Point, float]]:
    """Places along the walls of the stores that hold straw, below the roof."""
    for store in stores_of(drawing):
        if any(store.shape.covers(stack.shape) for stack in drawing.stacks):
            height_m = min(building.camera_height_m, store.height_m or building.camera_height_m)
            for edge in _edges([store.shape]):
                for x, y in shapely.get_coordinates(shapely.segmentize(edge, _OUTLINE_STEP_M))[:-1]:
                    yield Point(x, y), height_m


def _hidden(
    drawing: YardDrawing,
    places: Sequence[tuple[Point, float]],
    wanted: Sequence[tuple[Thing, BaseGeometry]],
    building: BuildingFigures,
) -> NDArray[np.bool_]:
    """[wanted, place]: whether something hides a part of the piece from a camera there."""
    hidden = np.zeros((len(wanted), len(places)), dtype=bool)
    levels: dict[float, list[int]] = {}
    for row, (thing, _part) in enumerate(wanted):
        levels.setdefault(seen_at_m(thing), []).append(row)
    for column, (point, height_m) in enumerate(places):
        at = np.asarray(point.coords[0])
        for level_m, rows in levels.items():
            parts = as_array([wanted[row][1] for row in rows])
            for thing, shadow in shadows(drawing, at, height_m, reach_m=building.camera_range_m, level_m=level_m):
                is_itself = np.array([wanted[row][0] is thing for row in rows])
                shapely.prepare(shadow)
                # An apron at the wall of a store only touches it.
                is_hit = shapely.intersects(shadow, parts) & ~shapely.touches(shadow, parts)
                hidden[rows, column] |= is_hit & ~is_itself
    return hidden


def _sector(at: Point, direction_deg: float, building: BuildingFigures) -> Polygon:
    """A little less than what the camera sees."""
    half = building.camera_view_deg / 2 - 0.3
    bearings = np.radians(np.linspace(direction_deg - half, direction_deg + half, 24))
    reach_m = (building.camera_range_m - _CARE_M) * np.cos(np.radians(half / 23))
    rim = np.stack([at.x + reach_m * np.sin(bearings), at.y + reach_m * np.cos(bearings)], axis=-1)
    return Polygon([(at.x, at.y), *rim]).buffer(1e-6)


def _pieces(shape: BaseGeometry, step_m: float) -> list[BaseGeometry]:
    left, low, right, high = shape.bounds
    boxes = [
        shapely.box(x, y, x + step_m, y + step_m)
        for x in np.arange(left, right + 1e-6, step_m)
        for y in np.arange(low, high + 1e-6, step_m)
    ]
    cut = [shape.intersection(it) for it in boxes]
    return [it for it in cut if not it.is_empty and it.length > 1e-6]


def _lights(drawing: YardDrawing, points: Sequence[Point], building: BuildingFigures) -> list[Light]:
    lit = shapely.union_all([it.shape.buffer(building.light_reach_m) for it in drawing.lights])
    middles = [it.shape.centroid for it in [*drawing.stacks, *drawing.aprons, *drawing.gates]]
    wanted = [it for it in middles if not lit.intersects(it)]
    if not wanted:
        return []
    # On a camera's pole where that serves as well.
    poles = [camera.shape for camera in drawing.cameras]
    places = [*poles, *points]
    away = np.asarray(shapely.distance(as_array(wanted)[:, None], as_array(places)[None, :]))
    costs = np.array([0.9] * len(poles) + [1.0] * len(points))
    chosen = fewest(away <= building.light_reach_m, costs)
    if chosen is None:
        chosen = fewest((away <= building.light_reach_m)[(away <= building.light_reach_m).any(axis=1)], costs) or [0]
    fresh = _fresh_ids("light", (it.id for it in drawing.things()))
    return [Light(id=next(fresh), shape=places[j]) for j in chosen]


def with_water(
    drawing: YardDrawing, points: Sequence[Point], figures: DesignFigures, rules: FireRules
) -> YardDrawing | None:
    """Return the drawing with hydrants where an end has none, each with as few pieces of hose as reach every stack."""
    if not drawing.ponds or list(check_pond_volume(Yard(drawing, rules))):
        for _ in range(2):
            if not (empty := hydrant_ends(drawing).empty):
                break
            fresh = _fresh_ids("hydrant", (it.id for it in drawing.things()))
            at = _hydrant_place(drawing, empty[0], points)
            drawing = replace(drawing, hydrants=(*drawing.hydrants, Hydrant(id=next(fresh), shape=at)))
        if hydrant_ends(drawing).empty:
            return None
    for pieces in range(0, int(figures.building.hose_most_pieces) + 1):
        hose_m = pieces * figures.building.hose_piece_m
        tried = _with_hose(drawing, hose_m)
        if not list(check_hose_reach(Yard(tried, rules))):
            return tried
    return None


def _with_hose(drawing: YardDrawing, hose_m: float) -> YardDrawing:
    if not hose_m:
        return drawing
    if not drawing.hydrants:
        ponds = tuple(replace(it, hose_m=max(it.hose_m or 0.0, hose_m)) for it in drawing.ponds)
        return replace(drawing, ponds=ponds)
    hydrants = tuple(replace(it, hose_m=max(it.hose_m or 0.0, hose_m)) for it in drawing.hydrants)
    return replace(drawing, hydrants=hydrants)


def _hydrant_place(drawing: YardDrawing, end: BaseGeometry, points: Sequence[Point]) -> Point:
    """At the outline, far out at that end, and near the middle of it."""
    within = [p for p in points if end.buffer(1e-3).covers(p)]
    if not within:
        return end.intersection(drawing.site.shape).representative_point()
    middle = drawing.site.shape.centroid
    out = np.array([end.centroid.x - middle.x, end.centroid.y - middle.y])
    out = out / np.hypot(*out)
    offsets = np.array([(p.x - middle.x, p.y - middle.y) for p in within])
    beside_m = np.abs(offsets @ np.array([-out[1], out[0]]))
    return within[int(np.argmax(np.round(offsets @ out - beside_m / 2, 2)))]


def _outline_points(drawing: YardDrawing, step_m: float) -> list[Point]:
    """Corners of the site and points between them, without gates and what stands at the outline."""
    outline = drawing.site.shape.exterior
    dense = shapely.get_coordinates(shapely.segmentize(outline, step_m))[:-1]
    blocked: list[BaseGeometry] = [gate.shape.buffer(1.0) for gate in drawing.gates]
    blocked += [it.shape.buffer(0.3) for it in [*drawing.buildings, *drawing.ponds, *drawing.scales]]
    blocked += [it.shape.buffer(-0.3) for it in drawing.aprons]
    near = shapely.union_all(blocked)
    return [Point(p) for p in dense if not near.intersects(Point(p))]


def _fresh_ids(stem: str, held: Iterable[str]) -> Iterator[str]:
    taken = set(held)
    number = 0
    while True:
        number += 1
        if (name := f"{stem}-{number:02d}") not in taken:
            taken.add(name)
            yield name
