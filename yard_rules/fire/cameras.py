"""What the cameras see, and what no camera sees (H29)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from yard_rules.finding import Finding
from yard_rules.fire import marks
from yard_rules.fire.rules import SLACK
from yard_rules.fire.yard import Numbers, Shapes, Yard, as_array
from yard_rules.yard_drawing import Building, Camera, Stack, Thing, YardDrawing

_LEAST_BLIND: Final = {"m2": 0.1, "m": 0.05}
_CIRCLE_SEGMENTS: Final = 256
# Shadows of what is as high as the camera reach so many times farther than it sees.
_SHADOW_REACH: Final = 4.0
_ON_OUTLINE_M: Final = 1e-6


def check_camera_blind(yard: Yard) -> Iterator[Finding]:
    """No blind spot at gates, stacks and aprons."""
    drawing = yard.drawing
    views = [View(yard, camera) for camera in drawing.cameras]
    for thing in (*drawing.gates, *drawing.stacks, *drawing.aprons):
        unseen = thing.shape
        for view in views:
            unseen = unseen.difference(view.ground_for(thing, unseen))
        is_area = isinstance(thing.shape, Polygon)
        unit, measured = ("m2", unseen.area) if is_area else ("m", unseen.length)
        if measured < _LEAST_BLIND[unit]:
            continue
        where = marks.areas(unseen) if is_area else [marks.line(part) for part in shapely.get_parts(unseen)]
        yield from yard.rules.unwanted("camera_blind", [thing.id], measured, unit, *where)


class View:
    """The sector of a camera, and the shadows in it of what stands between it and the ground or a stack's top."""

    def __init__(self, yard: Yard, camera: Camera) -> None:
        self._yard = yard
        self._at: Numbers = shapely.get_coordinates(camera.shape)[0]
        self._height_m = camera.height_m or yard.rules.value("camera_usual_m")
        self._reach_m = camera.range_m
        self._sector = _sector(camera, self._at)
        shapely.prepare(self._sector)
        self._shadows: dict[float, tuple[list[Building | Stack], Shapes, shapely.STRtree]] = {}

    def ground_for(self, thing: Thing, part: BaseGeometry) -> BaseGeometry:
        """Return the ground that the camera sees as far as a part of a thing goes; the thing itself hides nothing."""
        if part.is_empty or not self._sector.intersects(part):
            return Polygon()
        hiding, shadows, tree = self._shadows_at(seen_at_m(thing))
        rows = [row for row in tree.query(part, predicate="intersects") if hiding[row] is not thing]
        return self._sector.difference(shapely.union_all(shadows[rows]))

    def _shadows_at(self, level_m: float) -> tuple[list[Building | Stack], Shapes, shapely.STRtree]:
        if level_m not in self._shadows:
            found = shadows(self._yard.drawing, self._at, self._height_m, reach_m=self._reach_m, level_m=level_m)
            shapes = as_array([shape for _thing, shape in found])
            self._shadows[level_m] = [thing for thing, _shape in found], shapes, shapely.STRtree(shapes)
        return self._shadows[level_m]


def seen_at_m(thing: Thing) -> float:
    """Return how high above the ground lies what has to be seen: of a stack its top, of a gate or apron the ground."""
    return thing.height_m if isinstance(thing, Stack) else 0.0


def shadows(
    drawing: YardDrawing, at: Numbers, height_m: float, *, reach_m: float, level_m: float
) -> list[tuple[Building | Stack, BaseGeometry]]:
    """Return what hides something at that level from a camera at (x, y), so high, with the ground where it does.

    A point is hidden where the straight line from the camera to it meets something that is no lower than the line
    there. The line falls; so a thing hides what lies behind its farthest part, up to so many times as far.
    """
    # Of what is higher than the camera it sees what lies at its own height.
    level_m = min(level_m, height_m)
    found: list[tuple[Building | Stack, BaseGeometry]] = []
    things: list[Building | Stack] = [*drawing.buildings, *drawing.stacks]
    for thing in things:
        above_m = height_m - (thing.height_m or math.inf)
        times = (height_m - level_m) / above_m if above_m > SLACK["m"] else math.inf
        if times <= 1 or thing.shape.distance(shapely.Point(at)) >= reach_m:
            continue
        found.append((thing, _shadow(thing, at, reach_m, times)))
    return found


def _shadow(thing: Building | Stack, at: Numbers, reach_m: float, times: float) -> BaseGeometry:
    """The thing and the ground behind it: each of its sides, drawn out away from the camera to so many times as far."""
    corners = shapely.get_coordinates(shapely.get_exterior_ring(thing.shape)) - at
    away_m = np.maximum(np.hypot(*corners.T), _ON_OUTLINE_M)
    far = corners * (times if math.isfinite(times) else (_SHADOW_REACH * reach_m / away_m + 1)[:, None])
    starts, ends = corners[:-1], corners[1:]
    # A side that the camera hangs on, or that it looks along, throws no shadow.
    turn = starts[:, 0] * ends[:, 1] - starts[:, 1] * ends[:, 0]
    sides_m = np.maximum(np.hypot(*(ends - starts).T), _ON_OUTLINE_M)
    kept = np.abs(turn) / sides_m > _ON_OUTLINE_M
    quads = np.stack([starts, ends, far[1:], far[:-1], starts], axis=1)[kept] + at
    shadow = shapely.union_all(shapely.make_valid(shapely.polygons(quads)))
    # In a room a camera sees what else is there; above a roof it does not.
    is_within = not math.isfinite(times) and thing.shape.contains_properly(shapely.Point(at))
    return shadow if is_within else shapely.union(shadow, thing.shape)


def _sector(camera: Camera, at: Numbers) -> BaseGeometry:
    if camera.view_deg >= 360:
        return camera.shape.buffer(camera.range_m, quad_segs=_CIRCLE_SEGMENTS // 4)
    first = math.radians(camera.direction_deg - camera.view_deg / 2)
    count = max(2, math.ceil(_CIRCLE_SEGMENTS * camera.view_deg / 360) + 1)
    angles = first + np.linspace(0, math.radians(camera.view_deg), count)
    rim = at + camera.range_m * np.column_stack([np.sin(angles), np.cos(angles)])
    return Polygon([tuple(at), *map(tuple, rim)])
