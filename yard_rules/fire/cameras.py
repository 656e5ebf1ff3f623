"""What the cameras see, and what no camera sees (H29)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property
from typing import Final

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from yard_rules.finding import Finding
from yard_rules.fire import marks
from yard_rules.fire.yard import Numbers, Yard, as_array
from yard_rules.yard_drawing import Building, Camera, Stack, Thing

_LEAST_BLIND: Final = {"m2": 0.1, "m": 0.05}
_CIRCLE_SEGMENTS: Final = 256
# Shadows reach so many times farther than the camera sees.
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
    """The sector of a camera, and the shadows in it of what is at least as high as it hangs."""

    def __init__(self, yard: Yard, camera: Camera) -> None:
        height_m = camera.height_m or yard.rules.value("camera_usual_m")
        self._at: Numbers = shapely.get_coordinates(camera.shape)[0]
        self._reach_m = camera.range_m
        self._sector = _sector(camera, self._at)
        shapely.prepare(self._sector)
        self._hiding = [it for it in _high_things(yard, height_m) if it.shape.distance(camera.shape) < camera.range_m]
        self._shadows = as_array([self._shadow(it) for it in self._hiding])
        self._tree = shapely.STRtree(self._shadows)

    @cached_property
    def ground(self) -> BaseGeometry:
        """All the ground that the camera sees."""
        return self._sector.difference(shapely.union_all(self._shadows))

    def ground_for(self, thing: Thing, part: BaseGeometry) -> BaseGeometry:
        """Return the ground that the camera sees as far as a part of a thing goes; the thing itself hides nothing."""
        if part.is_empty or not self._sector.intersects(part):
            return Polygon()
        rows = [row for row in self._tree.query(part, predicate="intersects") if self._hiding[row] is not thing]
        return self._sector.difference(shapely.union_all(self._shadows[rows]))

    def _shadow(self, thing: Thing) -> BaseGeometry:
        """The thing and the ground behind it: each of its sides, drawn out away from the camera."""
        corners = shapely.get_coordinates(shapely.get_exterior_ring(thing.shape)) - self._at
        away_m = np.maximum(np.hypot(*corners.T), _ON_OUTLINE_M)
        far = corners * (_SHADOW_REACH * self._reach_m / away_m + 1)[:, None]
        starts, ends = corners[:-1], corners[1:]
        # A side that the camera hangs on, or that it looks along, throws no shadow.
        turn = starts[:, 0] * ends[:, 1] - starts[:, 1] * ends[:, 0]
        sides_m = np.maximum(np.hypot(*(ends - starts).T), _ON_OUTLINE_M)
        kept = np.abs(turn) / sides_m > _ON_OUTLINE_M
        quads = np.stack([starts, ends, far[1:], far[:-1], starts], axis=1)[kept] + self._at
        shadow = shapely.union_all(shapely.make_valid(shapely.polygons(quads)))
        is_inside = thing.shape.contains_properly(shapely.Point(self._at))
        return shadow if is_inside else shapely.union(shadow, thing.shape)


def _high_things(yard: Yard, height_m: float) -> list[Building | Stack]:
    buildings = [it for it in yard.drawing.buildings if it.height_m is None or it.height_m >= height_m]
    return [*buildings, *(it for it in yard.drawing.stacks if it.height_m >= height_m)]


def _sector(camera: Camera, at: Numbers) -> BaseGeometry:
    if camera.view_deg >= 360:
        return camera.shape.buffer(camera.range_m, quad_segs=_CIRCLE_SEGMENTS // 4)
    first = math.radians(camera.direction_deg - camera.view_deg / 2)
    count = max(2, math.ceil(_CIRCLE_SEGMENTS * camera.view_deg / 360) + 1)
    angles = first + np.linspace(0, math.radians(camera.view_deg), count)
    rim = at + camera.range_m * np.column_stack([np.sin(angles), np.cos(angles)])
    return Polygon([tuple(at), *map(tuple, rim)])
