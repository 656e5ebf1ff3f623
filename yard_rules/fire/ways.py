"""Where a disc can go on open ground, and the widest one that still gets somewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from yard_rules.fire.yard import Numbers, Shapes, as_array

# How near counts as there, for what a disc comes up to.
TOUCH_M: Final = 0.05
_STEP_M: Final = 0.01
_QUARTER_SEGMENTS: Final = 32
# Wedges narrower than that are left over from rounding.
_LEAST_M2: Final = 1e-7


@dataclass(frozen=True, slots=True)
class Ground:
    """Open ground: a shape, and things without a size that stand on it."""

    open: BaseGeometry
    points: BaseGeometry

    def places(self, width_m: float) -> Shapes:
        """Return the pieces of ground on which the centre of a disc of this diameter may be, each in one piece."""
        half_m = width_m / 2
        left: BaseGeometry = shapely.buffer(self.open, -half_m, quad_segs=_QUARTER_SEGMENTS)
        if not self.points.is_empty:
            left = shapely.difference(left, shapely.buffer(self.points, half_m, quad_segs=_QUARTER_SEGMENTS))
        return as_array([it for it in shapely.get_parts(left) if isinstance(it, Polygon) and it.area > _LEAST_M2])


def ground_without(site: BaseGeometry, solid: Sequence[BaseGeometry], thin: Iterable[BaseGeometry]) -> Ground:
    """Return the site less the solid shapes; `thin`: lines and points that stand on it."""
    blocked = shapely.union_all(as_array(solid))
    return Ground(shapely.difference(site, blocked), shapely.union_all(as_array(list(thin))))


def distances_m(places: Shapes, shape: BaseGeometry) -> Numbers:
    """Return how far each piece is from a shape, in metres."""
    return np.asarray(shapely.distance(places, shape), dtype=np.float64)


def widest_m(passes: Callable[[float], bool], most_m: float) -> float:
    """Return the greatest width up to `most_m` that passes, to 1 cm and rounded down; 0 where not even 1 cm does."""
    low, high = 0, round(most_m / _STEP_M)
    while high - low > 1:
        middle = (low + high) // 2
        if passes(middle * _STEP_M):
            low = middle
        else:
            high = middle
    return low * _STEP_M
