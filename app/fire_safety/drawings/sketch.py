"""A drawing as the parts of an SVG picture: metres, y downwards from the upper edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from app.fire_safety.yard_picture_styles import STYLES, Style
from yard_rules.finding import Finding, Mark, Shape
from yard_rules.yard_drawing import Camera, Stack, Thing, YardDrawing

_MARGIN_M: Final = 7.0
# What may be moved in the editor: stacks and equipment. Ground, walls and neighbours stay where they are.
MOVABLE: Final = frozenset(
    {"stack", "apron", "scale", "pond", "hydrant", "hose_point", "extinguisher", "camera", "light"}
)
_NAMED: Final = frozenset({"building", "stack", "scale", "apron", "pond", "neighbour", "waiting_area"})
_NEAR_EDGE: Final = 0.17  # in this share of the width words would stick out
_LETTERS: Final = 64  # the picture is as wide as so many signs
_SHOWN_VIEW_M: Final = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A thing: `path` of its outline, or `at` where it is a point; `label` at `name_at`, empty where the word for its
    kind is enough; `view` of a camera; `closed_for`: why a stack is closed, empty where it is open."""

    id: str
    kind: str
    style: Style
    path: str
    is_area: bool
    at: tuple[float, float] | None
    label: str | None
    name_at: tuple[float, float]
    view: str | None
    is_movable: bool
    closed_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkDrawn:
    """A place of the finding with this number; `measure_at`: where its measure is written, on the first place only;
    `anchor`: which end of the words stands there, so that they stay on the picture."""

    number: int
    finding: Finding
    shape: str
    path: str
    at: tuple[float, float] | None
    measure_at: tuple[float, float] | None
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """`west_m`, `north_m`: where the picture's upper left corner lies in the drawing; `letter_m`: a letter's size."""

    west_m: float
    north_m: float
    width_m: float
    height_m: float
    letter_m: float
    scale_m: int
    things: Sequence[Drawn]
    marks: Sequence[MarkDrawn]
    kinds: Sequence[tuple[str, Style]]


def sketch_of(drawing: YardDrawing, findings: Sequence[Finding]) -> Sketch:
    """Return the picture of the site and a little around it, with a mark for each finding that has a place."""
    own = shapely.union_all([drawing.site.shape, *(gate.shape for gate in drawing.gates)])
    west, south, east, north = shapely.buffer(own, _MARGIN_M).bounds
    page = _Page(west, north)
    frame = shapely.box(west, south, east, north)
    things = [page.thing(it, frame) for it in sorted(drawing.things(), key=lambda it: STYLES[it.kind].level)]
    marks = [
        page.mark(number, finding, mark, frame, is_first=mark is finding.where[0])
        for number, finding in reversed(list(enumerate(findings, 1)))
        for mark in finding.where
    ]
    present = {it.kind for it in things}
    return Sketch(
        west_m=west,
        north_m=north,
        width_m=round(east - west, 2),
        height_m=round(north - south, 2),
        letter_m=round(max(east - west, 1.4 * (north - south)) / _LETTERS, 3),
        scale_m=next((it for it in (5, 10, 20, 50, 100, 200, 500, 1000) if it * 6 >= east - west), 2000),
        things=things,
        marks=marks,
        kinds=[(kind, style) for kind, style in STYLES.items() if kind in present],
    )


class _Page:
    def __init__(self, west: float, north: float) -> None:
        self._corner = np.array([west, north])

    def thing(self, thing: Thing, frame: BaseGeometry) -> Drawn:
        style, is_point = STYLES[thing.kind], thing.shape.geom_type == "Point"
        inside = thing.shape.intersection(frame)
        # the name of a stack stands in its very middle
        named = thing.shape.centroid if isinstance(thing, Stack) else shapely.point_on_surface(thing.shape)
        if not isinstance(thing, Stack) and not inside.is_empty:
            named = shapely.point_on_surface(inside)
        return Drawn(
            id=thing.id,
            kind=thing.kind,
            style=style,
            path="" if is_point else self._path(thing.shape),
            is_area=thing.shape.geom_type.endswith("Polygon"),
            at=self._at(thing.shape) if is_point else None,
            label=_label(thing) if not inside.is_empty else None,
            name_at=self._at(named),
            view=self._view(thing) if isinstance(thing, Camera) else None,
            is_movable=thing.kind in MOVABLE,
        )

    def mark(self, number: int, finding: Finding, mark: Mark, frame: BaseGeometry, *, is_first: bool) -> MarkDrawn:
        points = np.array(mark.points)
        middle = points.mean(axis=0)
        if mark.shape is Shape.LINE and len(points) > 2:
            middle = shapely.get_coordinates(shapely.LineString(points).interpolate(0.5, normalized=True))[0]
        west, south, east, north = frame.bounds
        middle = np.clip(middle, [west + 2, south + 2], [east - 2, north - 2])
        return MarkDrawn(
            number=number,
            finding=finding,
            shape=mark.shape.value,
            path="" if mark.shape is Shape.POINT else self._line(points) + ("Z" if mark.shape is Shape.AREA else ""),
            at=self._place(points[0]) if mark.shape is Shape.POINT else None,
            measure_at=self._place(middle) if is_first else None,
            anchor=_anchor(float(middle[0]), west, east),
        )

    def _view(self, camera: Camera) -> str:
        reach_m = min(camera.range_m, _SHOWN_VIEW_M)
        turns = np.radians(camera.direction_deg + np.linspace(-0.5, 0.5, 25) * camera.view_deg)
        edge = np.column_stack([np.sin(turns), np.cos(turns)]) * reach_m
        middle = shapely.get_coordinates(camera.shape)
        return self._line(np.vstack([middle, middle + edge])) + "Z"

    def _path(self, shape: BaseGeometry) -> str:
        pieces = []
        for part in shapely.get_parts(shape):
            if part.geom_type == "Polygon":
                pieces += [self._line(shapely.get_coordinates(ring)[:-1]) + "Z" for ring in shapely.get_rings(part)]
            else:
                pieces.append(self._line(shapely.get_coordinates(part)))
        return "".join(pieces)

    def _line(self, points: NDArray[np.float64]) -> str:
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in (self._place(point) for point in points))

    def _at(self, point: BaseGeometry) -> tuple[float, float]:
        return self._place(shapely.get_coordinates(point)[0])

    def _place(self, point: NDArray[np.float64]) -> tuple[float, float]:
        x, y = (point - self._corner) * (1, -1)
        return round(float(x), 2) + 0.0, round(float(y), 2) + 0.0


def _label(thing: Thing) -> str | None:
    if thing.kind not in _NAMED:
        return None
    return thing.name or (thing.id if isinstance(thing, Stack) else "")


def _anchor(x_m: float, west: float, east: float) -> str:
    share = (x_m - west) / (east - west)
    return "start" if share < _NEAR_EDGE else "end" if share > 1 - _NEAR_EDGE else "middle"
