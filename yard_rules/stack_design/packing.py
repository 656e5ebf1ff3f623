"""Where stacks may stand: the fullest rows of stacks in a region, for one direction of the rows.

The region is turned, laid out in cells, and filled by two nested dynamic programmes: across it go bands of one or two
columns of stacks, along each band go groups. Between bands and between groups lies the gap of groups, within a group
the gap of stacks. A column that meets a slanting side or a hole uses the longest free run that is left of it. What the
cells leave over, `fitting.refit` takes back.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, sin
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry

from yard_rules.stack_design.figures import StackFigures

# Columns of a pair differ by no more than this: more makes no layout of the twelve sites better, and takes longer.
_PAIR_DIFFERENCE_M: Final = 2
_NARROWEST_M: Final = 4
_WIDEST_M: Final = 20
# A shorter piece of an outline, as of a circle, gives no direction.
_SIDE_M: Final = 5
# Of the longest sides: shorter ones give no direction either.
_LONG_SHARE: Final = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedStack:
    """A rectangle of whole bales; x, y: its lower left corner after the yard is turned by -angle about (0, 0)."""

    group: int
    x_m: float
    y_m: float
    width_m: float
    length_m: float
    angle_rad: float

    @property
    def columns(self) -> int:
        """Bales of one layer."""
        return round(self.width_m * self.length_m)

    @property
    def outline(self) -> Polygon:
        corners = [
            (self.x_m, self.y_m),
            (self.x_m + self.width_m, self.y_m),
            (self.x_m + self.width_m, self.y_m + self.length_m),
            (self.x_m, self.y_m + self.length_m),
        ]
        c, s = cos(self.angle_rad), sin(self.angle_rad)
        return Polygon([(c * x - s * y, s * x + c * y) for x, y in corners])


def columns_of(stacks: Sequence[PlacedStack]) -> int:
    """Return the bales of one layer of all stacks together."""
    return sum(stack.columns for stack in stacks)


def packed(region: BaseGeometry, figures: StackFigures, *, angle_rad: float, step_m: float) -> list[PlacedStack]:
    """Return stacks within the region (metres), rows along `angle_rad`, as full as rows of this kind can be.

    `step_m`: size of a cell, 1 or a part of 1.
    """
    turned = rotate(region, -angle_rad, origin=(0, 0), use_radians=True)
    if turned.is_empty or turned.area < _NARROWEST_M**2:
        return []
    cells = _Cells.of(turned, step_m)
    if min(cells.free.shape) * step_m < _NARROWEST_M:
        return []
    bands = _Bands(cells, figures)
    stacks: list[PlacedStack] = []
    group = 0
    for column_x, widths, windows in bands.best():
        for first, last in windows:
            for x, width_m, runs in bands.group(column_x, widths, first, last):
                stacks += [
                    PlacedStack(
                        group=group,
                        x_m=cells.x_m + x * step_m,
                        y_m=cells.y_m + y_m,
                        width_m=width_m,
                        length_m=length_m,
                        angle_rad=angle_rad,
                    )
                    for y_m, length_m in runs
                ]
            group += 1
    return stacks


def directions(region: BaseGeometry, most: int = 4) -> list[float]:
    """Return the directions in which rows are worth a try, each in [0, 90) degrees, in radians: along long sides."""
    weights: dict[int, float] = {}
    for polygon in shapely.get_parts(shapely.convex_hull(shapely.get_parts(region))):
        _add_sides(weights, polygon)
    for polygon in shapely.get_parts(region):
        _add_sides(weights, polygon.simplify(0.5))
    longest = max(weights.values(), default=0.0)
    best = sorted(weights, key=lambda degrees: -weights[degrees])[:most]
    best = [degrees for degrees in best if weights[degrees] >= _LONG_SHARE * longest]
    return [float(np.radians(degrees)) / 10 for degrees in best] or [0.0]


def _add_sides(weights: dict[int, float], polygon: BaseGeometry) -> None:
    if not isinstance(polygon, Polygon) or polygon.is_empty:
        return
    points = shapely.get_coordinates(polygon.exterior)
    for (x1, y1), (x2, y2) in itertools.pairwise(points):
        if hypot(x2 - x1, y2 - y1) < _SIDE_M:
            continue
        tenths = round(np.degrees(np.arctan2(y2 - y1, x2 - x1)) * 10) % 900
        weights[tenths] = weights.get(tenths, 0.0) + hypot(x2 - x1, y2 - y1)


@dataclass(frozen=True, slots=True)
class _Cells:
    """`free[i, j]`: the cell at x_m + i · step_m, y_m + j · step_m lies wholly in the region."""

    free: NDArray[np.bool_]
    x_m: float
    y_m: float
    step_m: float

    @classmethod
    def of(cls, region: BaseGeometry, step_m: float) -> _Cells:
        left, low, right, high = region.bounds
        columns, rows = int((right - left + 1e-6) / step_m), int((high - low + 1e-6) / step_m)
        x = left + step_m * np.arange(columns)
        y = low + step_m * np.arange(rows)
        grid_x, grid_y = np.meshgrid(x, y, indexing="ij")
        shapely.prepare(region)
        grown = region.buffer(1e-6, join_style="mitre")
        shapely.prepare(grown)
        boxes = shapely.box(grid_x, grid_y, grid_x + step_m, grid_y + step_m)
        return cls(shapely.covers(grown, boxes), left, low, step_m)


class _Bands:
    """The value of each band across the cells, and how it is filled. Indices are cells; lengths of stacks, metres."""

    def __init__(self, cells: _Cells, figures: StackFigures) -> None:
        self.cells = cells
        self.figures = figures
        self.per_m = round(1 / cells.step_m)
        self.gap = figures.stack_gap_m * self.per_m
        self.group_gap = figures.group_gap_m * self.per_m
        self.columns, self.rows = cells.free.shape
        widest = min(_WIDEST_M, self.columns // self.per_m)
        self.widths = [w for w in range(_NARROWEST_M, widest + 1) if figures.most_columns // w >= _NARROWEST_M]
        self.blocked = np.vstack([np.zeros((1, self.rows), np.int16), np.cumsum(~cells.free, axis=0, dtype=np.int16)])
        self.values = {width: self._values(width) for width in self.widths}

    def best(self) -> list[tuple[int, tuple[int, ...], list[tuple[int, int]]]]:
        """Return the bands chosen: where the band begins, the widths of its columns, the windows of its groups."""
        shapes: list[tuple[int, ...]] = [(w,) for w in self.widths]
        shapes += [(v, w) for v in self.widths for w in self.widths if abs(v - w) <= _PAIR_DIFFERENCE_M]
        totals = np.zeros(self.columns + 1, dtype=np.int64)
        chosen: list[tuple[int, tuple[int, ...]] | None] = [None] * (self.columns + 1)
        shapes = [shape for shape in shapes if self._starts(shape) > 0]
        if not shapes:
            return []
        filled = self._filled(np.concatenate([self._group_values(shape) for shape in shapes]))[:, -1]
        offers: dict[int, list[tuple[int, int, tuple[int, ...]]]] = {}
        row = 0
        for shape in shapes:
            for x in range(self._starts(shape)):
                if filled[row]:
                    offers.setdefault(x + self._across(shape), []).append((int(filled[row]), x, shape))
                row += 1
        for end in range(1, self.columns + 1):
            totals[end], chosen[end] = totals[end - 1], None
            for value, x, shape in offers.get(end, ()):
                before = x - self.group_gap
                total = value + (totals[before] if before > 0 else 0)
                if total > totals[end]:
                    totals[end], chosen[end] = total, (x, shape)
        return self._chain(chosen)

    def group(
        self, x: int, widths: tuple[int, ...], first: int, last: int
    ) -> list[tuple[int, float, list[tuple[float, float]]]]:
        """Return the columns of one group in the window of cells [first, last): x, width, (y, length) of each stack."""
        most = self.figures.group_most_stacks
        if len(widths) == 1:
            split: tuple[int, ...] = (most,)
        else:
            split = max(self._splits(), key=lambda s: self._split_value(x, widths, s, first, last))
        columns = []
        for width, stacks in zip(widths, split, strict=True):
            columns.append((x, float(width), self._stacks(x, width, stacks, first, last)))
            x += width * self.per_m + self.gap
        return columns

    def _chain(
        self, chosen: list[tuple[int, tuple[int, ...]] | None]
    ) -> list[tuple[int, tuple[int, ...], list[tuple[int, int]]]]:
        bands = []
        end = self.columns
        while end > 0:
            band = chosen[end]
            if band is None:
                end -= 1
                continue
            x, shape = band
            bands.append((x, shape, self._windows(x, shape)))
            end = max(0, x - self.group_gap)
        return bands

    def _values(self, width: int) -> NDArray[np.int16]:
        """[x, stacks - 1, first, last - 1]: the most bales of a column of so many stacks at most within the window."""
        starts = self.columns - width * self.per_m + 1
        blocked = (self.blocked[width * self.per_m :] - self.blocked[:starts]) > 0
        runs = _longest_runs(blocked)
        table = np.zeros((self.figures.group_most_stacks, self.rows + 1), dtype=np.int16)
        for stacks in range(1, self.figures.group_most_stacks + 1):
            for run in range(self.rows + 1):
                before = table[stacks - 2, run] if stacks > 1 else 0
                table[stacks - 1, run] = max(before, width * sum(self._lengths(width, stacks, run)))
        values: NDArray[np.int16] = table[:, runs].transpose(1, 0, 2, 3)
        return values

    def _lengths(self, width: int, stacks: int, run: int) -> list[int]:
        """Whole metres of the stacks that share a run of cells, or nothing where so many do not fit."""
        longest = min(self.figures.most_columns // width, int(self.figures.stack_most_m2 // width))
        room = (run - self.gap * (stacks - 1)) // self.per_m
        room = min(room, longest * stacks)
        if room < _NARROWEST_M * stacks:
            return []
        return [room // stacks + (1 if i < room % stacks else 0) for i in range(stacks)]

    def _splits(self) -> list[tuple[int, ...]]:
        most = self.figures.group_most_stacks
        return [(first, most - first) for first in range(1, most)]

    def _split_value(self, x: int, widths: tuple[int, ...], split: tuple[int, ...], first: int, last: int) -> int:
        value = 0
        for width, stacks in zip(widths, split, strict=True):
            value += int(self.values[width][x, stacks - 1, first, last - 1])
            x += width * self.per_m + self.gap
        return value

    def _across(self, shape: tuple[int, ...]) -> int:
        """Cells across a band."""
        cells: int = sum(shape) * self.per_m + self.gap * (len(shape) - 1)
        return cells

    def _starts(self, shape: tuple[int, ...]) -> int:
        """How many cells a band may begin at."""
        starts: int = self.columns - self._across(shape) + 1
        return starts

    def _group_values(self, shape: tuple[int, ...]) -> NDArray[np.int16]:
        """[x, first, last - 1]: the most bales of one group of the shape in the window."""
        most, starts = self.figures.group_most_stacks, self._starts(shape)
        if len(shape) == 1:
            return self.values[shape[0]][:starts, most - 1]
        second = shape[0] * self.per_m + self.gap
        left = self.values[shape[0]][:starts]
        right = self.values[shape[1]][second : second + starts]
        best = left[:, 0] + right[:, most - 2]
        for first, other in self._splits()[1:]:
            np.maximum(best, left[:, first - 1] + right[:, other - 1], out=best)
        return best

    def _filled(self, groups: NDArray[np.int16]) -> NDArray[np.int16]:
        """[band, end]: the most bales in a band whose groups lie all before cell `end`."""
        bands = len(groups)
        totals = np.zeros((bands, self.rows + 1), dtype=np.int16)
        before = np.zeros((bands, self.rows), dtype=np.int16)
        for end in range(1, self.rows + 1):
            if end - 1 - self.group_gap > 0:
                before[:, end - 1] = totals[:, end - 1 - self.group_gap]
            ends_here = (groups[:, :end, end - 1] + before[:, :end]).max(axis=1)
            totals[:, end] = np.maximum(totals[:, end - 1], ends_here)
        return totals

    def _windows(self, x: int, shape: tuple[int, ...]) -> list[tuple[int, int]]:
        groups = self._group_values(shape)[x]
        totals = self._filled(groups[None])[0]
        windows, end = [], self.rows
        while end > 0 and totals[end]:
            if totals[end] == totals[end - 1]:
                end -= 1
                continue
            starts_at = [
                first
                for first in range(end)
                if int(groups[first, end - 1]) + int(totals[max(0, first - self.group_gap)]) == totals[end]
            ]
            first = starts_at[-1]
            windows.append((first, end))
            end = max(0, first - self.group_gap)
        return windows

    def _stacks(self, x: int, width: int, most: int, first: int, last: int) -> list[tuple[float, float]]:
        blocked = (self.blocked[x + width * self.per_m] - self.blocked[x])[first:last] > 0
        begin, run = _longest_run(blocked)
        best = max(
            (self._lengths(width, stacks, run) for stacks in range(1, most + 1)),
            key=lambda lengths: (sum(lengths), -len(lengths)),
        )
        # What the lengths leave over lies between the stacks, so that gaps are rather wider than needed.
        spare_m = run / self.per_m - sum(best) - self.figures.stack_gap_m * max(0, len(best) - 1)
        gap_m = self.figures.stack_gap_m + (spare_m / (len(best) - 1) if len(best) > 1 else 0)
        y_m, placed = (first + begin) / self.per_m, []
        for length in best:
            placed.append((y_m, float(length)))
            y_m += length + gap_m
        return placed


def _longest_runs(blocked: NDArray[np.bool_]) -> NDArray[np.int16]:
    """[x, first, last - 1]: the longest run of unblocked cells of row x within the window."""
    starts, rows = blocked.shape
    runs = np.zeros((starts, rows, rows), dtype=np.int16)
    since = np.zeros(starts, dtype=np.int16)
    firsts = np.arange(rows, dtype=np.int16)
    for last in range(rows):
        since = np.where(blocked[:, last], last + 1, since).astype(np.int16)
        here = last + 1 - np.maximum(since[:, None], firsts[None, : last + 1])
        runs[:, : last + 1, last] = np.maximum(here, 0)
        if last:
            np.maximum(runs[:, : last + 1, last], runs[:, : last + 1, last - 1], out=runs[:, : last + 1, last])
    return runs


def _longest_run(blocked: NDArray[np.bool_]) -> tuple[int, int]:
    """Return where the longest run of unblocked cells begins, and its length."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], blocked, [True]]).astype(np.int8)))
    if not len(edges):
        return 0, 0
    begins, ends = edges[::2], edges[1::2]
    at = int(np.argmax(ends - begins))
    return int(begins[at]), int(ends[at] - begins[at])
