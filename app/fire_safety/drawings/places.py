"""The stacks of a drawing as rectangles of the yard's own picture."""

from __future__ import annotations

import math
from dataclasses import dataclass

import shapely
from shapely.affinity import rotate

from yard_rules.fire import LegalCapacity
from yard_rules.yard_drawing import YardDrawing

# Yards that lie askew are turned for the picture; a site drawn by hand is never quite straight.
_STRAIGHT_DEG = 1.0
_LEAST_M = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPlace:
    """Metres from the upper left corner of the site's rectangle; `most_bales`: by the rules."""

    drawing_id: str
    name: str | None
    x_m: float
    y_m: float
    width_m: float
    length_m: float
    most_bales: int


def stack_places(drawing: YardDrawing, capacity: LegalCapacity) -> list[StackPlace]:
    """Return the rectangles around the drawing's stacks, the site turned so that its longer side lies level."""
    askew_deg = _askew_deg(drawing.site.shape)
    about = drawing.site.shape.centroid
    west, _south, _east, north = rotate(drawing.site.shape, -askew_deg, origin=about).bounds
    most = {it.stack: it.bales for it in capacity.stacks}
    places = []
    for stack in drawing.stacks:
        low_x, low_y, high_x, high_y = rotate(stack.shape, -askew_deg, origin=about).bounds
        places.append(
            StackPlace(
                drawing_id=stack.id,
                name=stack.name,
                x_m=max(0.0, round(low_x - west, 1)),
                y_m=max(0.0, round(north - high_y, 1)),
                width_m=max(_LEAST_M, round(high_x - low_x, 1)),
                length_m=max(_LEAST_M, round(high_y - low_y, 1)),
                most_bales=most[stack.id],
            )
        )
    return places


def _askew_deg(site: shapely.Polygon) -> float:
    """From -45 to 45: by how much the site's rectangle is turned against the axes, 0 where it hardly is."""
    (x, y), (next_x, next_y) = shapely.get_coordinates(shapely.minimum_rotated_rectangle(site))[:2]
    askew_deg = (math.degrees(math.atan2(next_y - y, next_x - x)) + 45) % 90 - 45
    return askew_deg if abs(askew_deg) > _STRAIGHT_DEG else 0.0
