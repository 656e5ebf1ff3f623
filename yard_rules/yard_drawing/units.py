"""Whether a drawing's coordinates are what its unit says: else every thing of it is wrong in the same way."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

# A site is some metres across at least, and less than a degree; there are no straw yards as far north as that.
_DEGREES_ACROSS: Final = 0.1
_METRES_ACROSS: Final = 1.0
_FAR_NORTH_DEG: Final = 73.0
_FAR_FROM_ZERO: Final = 1.0

_Pair = tuple[float, float]


def unit_fault(unit: Any, features: Sequence[Any]) -> str | None:
    """Return what is likely wrong with the unit, or with the order of the two numbers, and what to change; None where
    the site's coordinates (without a site: all of them) may be what the unit says."""
    sites = [it for it in features if _kind(it) == "site"]
    places = [pair for it in sites or features for pair in _pairs(_coordinates(it))]
    if not places:
        return None
    x, y = zip(*places, strict=True)
    across = math.hypot(max(x) - min(x), max(y) - min(y))
    shown = f"[{x[0]:g}, {y[0]:g}]"
    if unit == "m" and len(places) > 1 and across < _DEGREES_ACROSS and _FAR_FROM_ZERO < max(map(abs, x + y)) <= 180:
        return (
            f"the unit is m, but coordinates like {shown}, all of them within {across:.4f} m, look like degrees: "
            'write "degrees" as the unit'
        )
    if unit == "degrees" and across > _METRES_ACROSS:
        return (
            f"the unit is degrees, but coordinates like {shown}, {across:,.0f} degrees across, look like metres: "
            'write "m" as the unit'
        )
    if unit == "degrees" and all(_FAR_NORTH_DEG <= abs(it) <= 180 for it in y) and max(map(abs, x)) < _FAR_NORTH_DEG:
        return (
            f"coordinates like {shown} look like latitude before longitude: "
            "exchange the two numbers of each place, GeoJSON has the longitude first"
        )
    return None


def _kind(feature: Any) -> Any:
    properties = feature.get("properties") if isinstance(feature, Mapping) else None
    return properties.get("kind") if isinstance(properties, Mapping) else None


def _coordinates(feature: Any) -> Any:
    geometry = feature.get("geometry") if isinstance(feature, Mapping) else None
    return geometry.get("coordinates") if isinstance(geometry, Mapping) else None


def _pairs(coordinates: Any) -> Iterator[_Pair]:
    """The places, however deep they lie; what is none is told by whoever reads the geometry."""
    waiting = [coordinates]
    while waiting:
        it = waiting.pop()
        if not isinstance(it, list | tuple):
            continue
        numbers = [one for one in it if isinstance(one, int | float) and not isinstance(one, bool)]
        if 2 <= len(it) <= 3 and len(numbers) == len(it):
            if all(abs(one) < math.inf for one in numbers):
                yield float(numbers[0]), float(numbers[1])
        else:
            waiting.extend(it)
