"""Stacks in the stores that stand on a site: columns of stacks along aisles, for one direction of them.

Every stack has an aisle at one of its sides. Two columns share an aisle, or stand back to back with the gap of stacks;
where there is more than one aisle, one across joins them. It all lies in the largest rectangle of the floor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor, pi

import numpy as np
import shapely
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry

from yard_rules.stack_design.figures import DistanceFigures, IndoorFigures, StackFigures
from yard_rules.stack_design.ground import store_floor
from yard_rules.stack_design.packing import PlacedStack, columns_of, directions
from yard_rules.yard_drawing import Building, BuildingUse, Cover, Stack, YardDrawing

_CELL_M = 0.25
_NARROWEST_M = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Room:
    """A rectangle of the floor, turned so that columns go along y."""

    x_m: float
    y_m: float
    width_m: float
    length_m: float


def stores_of(drawing: YardDrawing) -> list[Building]:
    """Return the buildings that may hold straw."""
    return [it for it in drawing.buildings if it.use is BuildingUse.STORE]


def stored_stacks(
    drawing: YardDrawing, distances: DistanceFigures, indoors: IndoorFigures, figures: StackFigures
) -> tuple[Stack, ...]:
    """Return the stacks that the stores hold, a group for each store."""
    made: list[Stack] = []
    for store in stores_of(drawing):
        layers = figures.layers
        if store.height_m is not None:
            layers = min(layers, floor(store.height_m - indoors.roof_gap_m + 1e-6))
        if layers < 1:
            continue
        ground = store_floor(store, drawing, distances, indoors)
        for placed in _best_of(ground, indoors, figures):
            number = len(made) + 1
            bales = placed.columns * layers
            made.append(
                Stack(
                    id=f"stack-in-{number:02d}",
                    shape=placed.outline,
                    name=f"S-{number}",
                    group=store.id,
                    height_m=float(layers),
                    layers=layers,
                    bales=bales,
                    mass_kg=bales * figures.bale_kg,
                    cover=Cover.NONE,
                )
            )
    return tuple(made)


def _best_of(ground: BaseGeometry, indoors: IndoorFigures, figures: StackFigures) -> list[PlacedStack]:
    layouts = [
        stacks
        for along in directions(ground)
        for angle_rad in (along, along + pi / 2)
        for room in _rooms(rotate(ground, -angle_rad, origin=(0, 0), use_radians=True), indoors)
        for stacks in _layouts(room, indoors, figures, angle_rad)
    ]
    return max(layouts, key=columns_of, default=[])


def _rooms(ground: BaseGeometry, indoors: IndoorFigures) -> Iterator[_Room]:
    """The largest rectangle that lies in the ground: exactly where the ground is one; else in cells, with an aisle all
    around it, so that nobody is caught in what the stacks leave over."""
    if ground.is_empty:
        return
    left, low, right, high = ground.bounds
    if ground.buffer(1e-6).covers(shapely.box(*ground.bounds)):
        yield _Room(x_m=left, y_m=low, width_m=right - left, length_m=high - low)
        return
    ground = ground.buffer(indoors.wall_gap_m - indoors.aisle_m, join_style="mitre")
    if ground.is_empty:
        return
    left, low, right, high = ground.bounds
    columns, rows = int((right - left) / _CELL_M), int((high - low) / _CELL_M)
    x, y = np.meshgrid(left + _CELL_M * np.arange(columns), low + _CELL_M * np.arange(rows), indexing="ij")
    shapely.prepare(ground)
    free = shapely.covers(ground, shapely.box(x, y, x + _CELL_M, y + _CELL_M))
    best = 0, 0, 0, 0, 0
    depth = np.zeros(rows, dtype=int)
    for column in range(columns):
        # How many cells to the left of each row are free, this column's among them.
        depth = np.where(free[column], depth + 1, 0)
        for first in range(rows):
            narrowest = np.minimum.accumulate(depth[first:])
            sizes = narrowest * np.arange(1, rows - first + 1)
            last = int(sizes.argmax())
            best = max(
                best, (int(sizes[last]), int(column + 1 - narrowest[last]), first, int(narrowest[last]), last + 1)
            )
    _size, start, first, width, length = best
    yield _Room(
        x_m=left + start * _CELL_M, y_m=low + first * _CELL_M, width_m=width * _CELL_M, length_m=length * _CELL_M
    )


def _layouts(
    room: _Room, indoors: IndoorFigures, figures: StackFigures, angle_rad: float
) -> Iterator[list[PlacedStack]]:
    for columns in range(1, int(room.width_m // _NARROWEST_M) + 1):
        aisles, gaps = (columns + 1) // 2, (columns - 1) // 2
        free_m = room.width_m - aisles * indoors.aisle_m - gaps * indoors.gap_m
        widths = _shared(floor(free_m + 1e-6), columns, figures.most_columns // _NARROWEST_M)
        if widths[-1] < _NARROWEST_M:
            return
        # What whole metres leave over makes the aisles wider: beside a wall it could hold somebody.
        aisle_m = indoors.aisle_m + (free_m - sum(widths)) / aisles
        across_m = indoors.aisle_m if aisles > 1 else 0.0
        placed: list[PlacedStack] = []
        x_m = room.x_m
        for number, width in enumerate(widths):
            placed += [
                PlacedStack(
                    group=0,
                    x_m=x_m,
                    y_m=room.y_m + across_m + y_m,
                    width_m=float(width),
                    length_m=float(length),
                    angle_rad=angle_rad,
                )
                for y_m, length in _along(room.length_m - across_m, width, indoors.gap_m, figures)
            ]
            x_m += width + (aisle_m if number % 2 == 0 else indoors.gap_m)
        yield placed


def _along(length_m: float, width: int, gap_m: float, figures: StackFigures) -> list[tuple[float, int]]:
    """Where the stacks of a column begin, and how long they are; what is left over makes their gaps wider."""
    longest = int(min(figures.most_columns, figures.stack_most_m2) // width)
    best: Sequence[int] = []
    for stacks in range(1, int(length_m // _NARROWEST_M) + 1):
        lengths = _shared(floor(length_m - gap_m * (stacks - 1) + 1e-6), stacks, longest)
        if lengths[-1] >= _NARROWEST_M and sum(lengths) > sum(best):
            best = lengths
    spare_m = length_m - sum(best) - gap_m * max(0, len(best) - 1)
    gap_m += spare_m / (len(best) - 1) if len(best) > 1 else 0.0
    found, y_m = [], 0.0
    for length in best:
        found.append((y_m, length))
        y_m += length + gap_m
    return found


def _shared(whole: int, parts: int, most: int) -> list[int]:
    """Whole metres as evenly as they go, the longer first, none above `most`."""
    return [min(most, whole // parts + (1 if number < whole % parts else 0)) for number in range(parts)]
