"""Whether a fire engine can turn its way round an area, in parallel to it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from yard_rules.finding import Mark
from yard_rules.fire import marks
from yard_rules.fire.rules import SLACK
from yard_rules.fire.ways import Ground
from yard_rules.fire.yard import Shapes, as_array

_OFFSET_STEP_M: Final = 0.25
_FARTHEST_OFFSET_M: Final = 15.0
_RADIUS_STEP_M: Final = 0.1
_LARGER_STEP_M: Final = 2.5
_LARGEST_RADIUS_M: Final = 50.0
_QUARTER_SEGMENTS: Final = 32
_LEAST_MARK_M2: Final = 0.05


class Rounds:
    """The ways round an area, each at one offset from it."""

    def __init__(self, area: BaseGeometry, ground: Ground, engine_m: float) -> None:
        self._ground = ground
        self._open = shapely.buffer(ground.open, SLACK["m"], join_style="mitre")
        shapely.prepare(self._open)
        self._half_m = engine_m / 2
        self._area = area
        offsets_m = np.arange(self._half_m, _FARTHEST_OFFSET_M + 1e-9, _OFFSET_STEP_M)
        self._offset = shapely.buffer(area, offsets_m, join_style="mitre")

    def comes_round(self, least_m: float) -> bool:
        """Return whether an engine comes round on a way whose radius is this or one of some larger ones."""
        radii_m = np.append(np.arange(least_m, _LARGEST_RADIUS_M, _LARGER_STEP_M), _LARGEST_RADIUS_M)
        return any(self._can_turn(float(radius_m)) for radius_m in radii_m)

    def largest_radius_m(self, below_m: float) -> float:
        """Return the largest turning radius under a limit with which an engine comes round; 0 where none does.

        The first that passes of radii 1 m apart, from above, made larger in steps of 0.1 m.
        """
        for whole_m in range(math.ceil(below_m) - 1, -1, -1):
            if not self._can_turn(float(whole_m)):
                continue
            radius_m = float(whole_m)
            while radius_m + _RADIUS_STEP_M < below_m and self._can_turn(radius_m + _RADIUS_STEP_M):
                radius_m += _RADIUS_STEP_M
            return radius_m
        return 0.0

    def in_the_way(self, radius_m: float) -> list[Mark]:
        """Return what an engine of this radius would drive over, at the offset where that is least."""
        missed = [
            shapely.difference(shapely.buffer(curve, self._half_m), self._open) for curve in self._curves(radius_m)
        ]
        missed = [shape for shape in missed if shape.area > _LEAST_MARK_M2]
        if not missed:
            return [marks.middle(self._area)]
        return marks.areas(min(missed, key=lambda shape: shape.area))[:4]

    def _can_turn(self, radius_m: float) -> bool:
        return any(self._is_free(curve) for curve in self._curves(radius_m))

    def _curves(self, radius_m: float) -> Iterator[BaseGeometry]:
        for shape in self._rounded(radius_m):
            if isinstance(shape, Polygon) and not shape.is_empty and shape.covers(self._area):
                yield shape.exterior

    def _rounded(self, radius_m: float) -> Shapes:
        if radius_m <= 0:
            return self._offset
        rounded = self._offset
        for by_m in (-radius_m, radius_m, radius_m, -radius_m):
            rounded = shapely.buffer(rounded, by_m, quad_segs=_QUARTER_SEGMENTS)
        return as_array(list(rounded))

    def _is_free(self, curve: BaseGeometry) -> bool:
        if not self._open.covers(curve):
            return False
        if not self._ground.points.is_empty and curve.distance(self._ground.points) < self._half_m - SLACK["m"]:
            return False
        return bool(self._open.covers(shapely.buffer(curve, self._half_m - SLACK["m"])))
