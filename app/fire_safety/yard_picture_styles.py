"""How things and findings look on each picture of a yard, and how much ground it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon

from yard_rules.finding import Finding, Mark, Severity, Shape
from yard_rules.yard_drawing import Camera, YardDrawing

SEVERITY_COLOURS: Final = {Severity.BLOCKS: "#d7191c", Severity.MEND: "#e67700", Severity.ADVICE: "#2c7fb8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Areas have a face, lines an edge, points a marker; drawn from the lowest level up."""

    level: float
    face: str = "none"
    edge: str = "#555555"
    width: float = 0.8
    dashes: Literal["-", "--", "-."] = "-"
    hatch: str | None = None
    marker: str | None = None
    size: float = 7


STYLES: Final[Mapping[str, Style]] = {
    "neighbour": Style(level=1, face="#e4e0ea", edge="#8c7fa3", hatch="///", width=1.0),
    "waiting_area": Style(level=1, face="#f1ece0", edge="#b9a67c", dashes="--"),
    "site": Style(level=2, face="#f7faf4", edge="#39424e", width=1.2),
    "lane": Style(level=3, face="#dfe5ea", edge="#c3ccd4", width=0.6),
    "stack_area": Style(level=4, face="#fbf1cf", edge="#c99a1b", dashes="--", width=1.2),
    "apron": Style(level=4, face="#cfe3f5", edge="#4a84b8"),
    "scale": Style(level=5, face="#8fb2cf", edge="#2f5f88"),
    "pond": Style(level=5, face="#8cc6ec", edge="#1f6fa8"),
    "building": Style(level=5, face="#c9cdd3", edge="#39424e", width=1.4),
    "column": Style(level=6, face="#39424e", edge="#39424e"),
    "stack": Style(level=6, face="#e7b94c", edge="#8a6410", width=1.0),
    "fence": Style(level=7, edge="#39424e", width=2.4),
    "gate": Style(level=8, edge="#1a9850", width=5.0),
    "power_line": Style(level=8, edge="#7b2d8b", width=1.4, dashes="-."),
    "hydrant": Style(level=9, face="#1668c7", marker="s", size=9),
    "hose_point": Style(level=9, face="#6fb1ff", marker="D", size=7),
    "extinguisher": Style(level=9, face="#d7301f", marker="^", size=8),
    "light": Style(level=9, face="#ffe066", marker="*", size=11),
    "camera": Style(level=9, face="#2c3e50", marker="o", size=7),
}

# What no camera sees, and large areas: hatched, so that what stands there stays to be seen.
_HATCHED_RULES: Final = frozenset({"camera_blind"})
_LARGE_MARK_M2: Final = 250.0
_WAITING_NEAR_M: Final = 40.0
_SEGMENTS_OF_A_CIRCLE: Final = 120


def yard_extent(drawing: YardDrawing, margin_m: float) -> Polygon:
    """Return the rectangle to be shown: the site, its gates, where trucks wait near by, and a margin."""
    site = drawing.site.shape
    waiting = [it.shape for it in drawing.waiting_areas if it.shape.distance(site) <= _WAITING_NEAR_M]
    own = shapely.union_all([site, *(gate.shape for gate in drawing.gates)])
    west, south, east, north = shapely.total_bounds([shapely.buffer(own, margin_m), *(it.buffer(1) for it in waiting)])
    return Polygon([(west, south), (east, south), (east, north), (west, north)])


def camera_view(camera: Camera) -> Polygon:
    """Return the ground within a camera's range and angle, whatever stands on it."""
    turns = np.radians(
        camera.direction_deg
        + np.linspace(-0.5, 0.5, max(2, round(_SEGMENTS_OF_A_CIRCLE * camera.view_deg / 360) + 1)) * camera.view_deg
    )
    middle = shapely.get_coordinates(camera.shape)
    rim = middle + np.column_stack([np.sin(turns), np.cos(turns)]) * camera.range_m
    return Polygon(rim if camera.view_deg >= 360 else np.vstack([middle, rim]))


def is_hatched(finding: Finding, mark: Mark) -> bool:
    """Say whether a place is hatched, not filled."""
    if mark.shape is not Shape.AREA:
        return False
    return finding.rule in _HATCHED_RULES or Polygon(mark.points).area > _LARGE_MARK_M2


def mark_extent(mark: Mark) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the least and the greatest corner of an area in metres; of a line or point a corner with no room."""
    points = np.array(mark.points)
    return (points.min(axis=0), points.max(axis=0)) if mark.shape is Shape.AREA else (points[0], points[0])


def number_spot(mark: Mark) -> NDArray[np.float64]:
    """Return where on a mark its number belongs, in metres: half way along a line, in the middle of an area."""
    points = np.array(mark.points)
    if mark.shape is Shape.AREA:
        area = Polygon(points)
        spot = area.centroid if area.covers(area.centroid) else area.representative_point()
    elif mark.shape is Shape.LINE:
        spot = LineString(points).interpolate(0.5, normalized=True)
    else:
        spot = Point(points[0])
    return np.array([spot.x, spot.y])
