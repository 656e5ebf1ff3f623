"""A drawing as the parts of an SVG picture: metres, y downwards from the upper edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from flask_babel import gettext
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from app.fire_safety.drawings.rule_texts import KIND_TEXTS, height_name, measure_text
from app.fire_safety.number_places import Box, NumberPlace, Wanted, number_places, words_width
from app.fire_safety.yard_picture_styles import (
    STYLES,
    Style,
    camera_view,
    is_hatched,
    mark_extent,
    number_spot,
    yard_extent,
)
from yard_rules.finding import Finding, Mark, Shape
from yard_rules.yard_drawing import Camera, Stack, Thing, YardDrawing

_MARGIN_M: Final = 7.0
# What may be moved in the editor: stacks and equipment. Ground, walls and neighbours stay where they are.
MOVABLE: Final = frozenset(
    {"stack", "apron", "scale", "pond", "hydrant", "hose_point", "extinguisher", "camera", "light"}
)
_NAMED: Final = frozenset({"building", "stack", "scale", "apron", "pond", "neighbour", "waiting_area"})
_LETTERS: Final = 64  # the picture is as wide as so many signs
_NAME_SIZE: Final = 0.85  # of a letter: names of things, and numbers where they are many
_MANY_NUMBERS: Final = 24
_LEAST_NAME: Final = 0.4
_FOOT_LETTERS: Final = 2.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A thing: `path` of its outline, or `at` where it is a point; `label` at `name_at`, empty where the word for its
    kind is enough, its letters so many metres high that it fits on a stack; `view` of a camera; `closed_for`: why a
    stack is closed, empty where it is open."""

    id: str
    kind: str
    style: Style
    path: str
    is_area: bool
    at: tuple[float, float] | None
    label: str | None
    name_at: tuple[float, float]
    name_m: float
    view: str | None
    is_movable: bool
    closed_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkDrawn:
    """A place of a finding; `label`: its number, on the first place only."""

    finding: Finding
    shape: str
    path: str
    is_hatched: bool
    at: tuple[float, float] | None
    label: NumberPlace | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """`west_m`, `north_m`: where the picture's upper left corner lies in the drawing; `foot_m`: how high the strip
    of scale and north under it is; `letter_m`: a letter's size, `number_m`: that of the findings' numbers."""

    west_m: float
    north_m: float
    width_m: float
    height_m: float
    foot_m: float
    letter_m: float
    number_m: float
    scale_m: int
    things: Sequence[Drawn]
    marks: Sequence[MarkDrawn]
    kinds: Sequence[tuple[str, Style]]


def sketch_of(drawing: YardDrawing, findings: Sequence[Finding]) -> Sketch:
    """Return the picture of the site and a little around it, with a mark for each finding that has a place."""
    west, south, east, north = yard_extent(drawing, _MARGIN_M).bounds
    width_m, height_m = round(east - west, 2), round(north - south, 2)
    letter_m = round(max(width_m, 1.4 * height_m) / _LETTERS, 3)
    are_many = len(findings) > _MANY_NUMBERS
    number_m = round(letter_m * _NAME_SIZE, 3) if are_many else letter_m
    page = _Page(west, north, letter_m)
    frame = shapely.box(west, south, east, north)
    things = [page.thing(it, frame) for it in sorted(drawing.things(), key=lambda it: STYLES[it.kind].level)]
    spotted = [(number, finding) for number, finding in enumerate(findings, 1) if finding.where]
    wanted = [
        Wanted(
            number=number,
            measure="" if are_many else measure_text(finding),
            at=page.spot(finding.where[0], frame),
            extent=page.extent(finding.where[0]),
        )
        for number, finding in spotted
    ]
    labels = number_places(
        wanted, (0.0, 0.0, width_m, height_m), number_m, [page.room(it) for it in things if _is_read(it)]
    )
    present = {it.kind for it in things}
    return Sketch(
        west_m=west,
        north_m=north,
        width_m=width_m,
        height_m=height_m,
        foot_m=round(_FOOT_LETTERS * letter_m, 2),
        letter_m=letter_m,
        number_m=number_m,
        scale_m=next((it for it in (5, 10, 20, 50, 100, 200, 500, 1000) if it * 6 >= east - west), 2000),
        things=things,
        marks=[
            page.mark(finding, mark, label if mark is finding.where[0] else None)
            for (_number, finding), label in reversed(list(zip(spotted, labels, strict=True)))
            for mark in finding.where
        ],
        kinds=[(kind, style) for kind, style in STYLES.items() if kind in present],
    )


class _Page:
    def __init__(self, west: float, north: float, letter_m: float) -> None:
        self._corner = np.array([west, north])
        self._letter_m = letter_m

    def thing(self, thing: Thing, frame: BaseGeometry) -> Drawn:
        style, is_point = STYLES[thing.kind], thing.shape.geom_type == "Point"
        inside = thing.shape.intersection(frame)
        # the name of a stack stands in its very middle
        named = thing.shape.centroid if isinstance(thing, Stack) else shapely.point_on_surface(thing.shape)
        if not isinstance(thing, Stack) and not inside.is_empty:
            named = shapely.point_on_surface(inside)
        label = _label(thing) if not inside.is_empty else None
        return Drawn(
            id=thing.id,
            kind=thing.kind,
            style=style,
            path="" if is_point else self._path(thing.shape),
            is_area=thing.shape.geom_type.endswith("Polygon"),
            at=self._at(thing.shape) if is_point else None,
            label=label,
            name_at=self._at(named),
            name_m=self._name_m(thing, label or ""),
            view=self._path(camera_view(thing)) if isinstance(thing, Camera) else None,
            is_movable=thing.kind in MOVABLE,
        )

    def spot(self, mark: Mark, frame: BaseGeometry) -> tuple[float, float]:
        """Where the number of a finding belongs, on the picture."""
        west, south, east, north = frame.bounds
        return self._place(np.clip(number_spot(mark), [west, south], [east, north]))

    def extent(self, mark: Mark) -> Box:
        """What an area takes, in the picture; nothing of lines and points."""
        low, high = mark_extent(mark)
        (west, south), (east, north) = self._place(low), self._place(high)
        return west, north, east - west, south - north

    def room(self, thing: Drawn) -> Box:
        """What name or sign of a thing take, in the picture."""
        if thing.at is not None:
            x, y = thing.at
            width = height = self._letter_m
        else:
            x, y = thing.name_at
            width, height = (
                words_width(thing.label or gettext(KIND_TEXTS[thing.kind])) * thing.name_m * _NAME_SIZE,
                thing.name_m,
            )
        return x - width / 2, y - height / 2, width, height

    def mark(self, finding: Finding, mark: Mark, label: NumberPlace | None) -> MarkDrawn:
        points = np.array(mark.points)
        return MarkDrawn(
            finding=finding,
            shape=mark.shape.value,
            path="" if mark.shape is Shape.POINT else self._line(points) + ("Z" if mark.shape is Shape.AREA else ""),
            is_hatched=is_hatched(finding, mark),
            at=self._place(points[0]) if mark.shape is Shape.POINT else None,
            label=label,
        )

    def _name_m(self, thing: Thing, label: str) -> float:
        """A name's letters: smaller on a stack that would not hold it."""
        if not isinstance(thing, Stack):
            return self._letter_m
        west, _south, east, _north = thing.shape.bounds
        fits_m = (east - west) / max(words_width(label) * _NAME_SIZE, 1)
        return round(min(self._letter_m, max(fits_m, _LEAST_NAME * self._letter_m)), 3)

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
        return height_name(thing)
    return thing.name or (thing.id if isinstance(thing, Stack) else "")


def _is_read(thing: Drawn) -> bool:
    return thing.at is not None or thing.label is not None
