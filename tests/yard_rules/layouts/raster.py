"""A yard measured by counting: cells, samples of outlines and marched rays, in plain numpy.

Shares no code with the checks and knows no geometry library, so that a fault in one is not a fault in both. Shapes are
GeoJSON geometries in metres. Everything here is slow and simple on purpose; each measure says how far it may be off.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

Points = NDArray[np.float64]
Mask = NDArray[np.bool_]
Geometry = dict[str, Any]

SAMPLE_M = 0.05


def gap_m(one: Geometry, other: Geometry, sample_m: float = SAMPLE_M) -> float:
    """Metres between two shapes, 0 where they overlap; off by at most sample_m² / gap (2.5 mm at 1 m)."""
    first, second = outline(one, sample_m), outline(other, sample_m)
    if inside(one, second).any() or inside(other, first).any():
        return 0.0
    distances, _ = cKDTree(second).query(first)
    return float(distances.min())


def farthest_m(of: Geometry, from_points: Points, sample_m: float = SAMPLE_M) -> float:
    """Metres from the worst point of an outline to the nearest of some points; short by at most half a sample."""
    distances, _ = cKDTree(from_points).query(outline(of, sample_m))
    return float(distances.max())


def area_m2(shape: Geometry, cell_m: float) -> float:
    """Square metres by counting cells."""
    grid = Grid.about([shape], cell_m)
    return float(grid.fill(shape).sum()) * cell_m**2


def lines(shape: Geometry) -> list[Points]:
    """Every ring and line of a geometry as its points."""
    kind, at = shape["type"], shape["coordinates"]
    if kind == "Point":
        return [np.array([at], float)]
    if kind == "LineString":
        return [np.array(at, float)]
    if kind in ("Polygon", "MultiLineString"):
        return [np.array(line, float) for line in at]
    if kind == "MultiPolygon":
        return [np.array(ring, float) for polygon in at for ring in polygon]
    raise ValueError(kind)


def is_area(shape: Geometry) -> bool:
    return shape["type"] in ("Polygon", "MultiPolygon")


def outline(shape: Geometry, sample_m: float = SAMPLE_M) -> Points:
    """Points along every ring and line, corners among them, at most sample_m apart."""
    samples: list[Points] = []
    for line in lines(shape):
        samples.append(line)
        for start, end in pairwise(line):
            steps = max(1, int(np.ceil(np.hypot(*(end - start)) / sample_m)))
            share = np.arange(1, steps)[:, None] / steps
            samples.append(start + share * (end - start))
    return np.concatenate(samples)


def inside(shape: Geometry, at: Points) -> Mask:
    """Which points lie inside by the even-odd rule; nothing lies inside a line or a point."""
    odd = np.zeros(len(at), bool)
    if not is_area(shape):
        return odd
    x, y = at[:, 0], at[:, 1]
    for ring in lines(shape):
        for (x1, y1), (x2, y2) in pairwise(ring):
            if y1 == y2:
                continue
            rises_past = (y1 > y) != (y2 > y)
            odd ^= rises_past & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return odd


@dataclass(frozen=True)
class Grid:
    """Square cells over a piece of ground; masks are indexed [row, column] from the south-west corner."""

    west: float
    south: float
    rows: int
    columns: int
    cell_m: float

    @classmethod
    def about(cls, shapes: Iterable[Geometry], cell_m: float, margin_m: float = 1.0) -> "Grid":
        at = np.concatenate([line for shape in shapes for line in lines(shape)])
        (west, south), (east, north) = at.min(axis=0) - margin_m, at.max(axis=0) + margin_m
        return cls(west, south, int(np.ceil((north - south) / cell_m)), int(np.ceil((east - west) / cell_m)), cell_m)

    @property
    def centres(self) -> Points:
        x = self.west + (np.arange(self.columns) + 0.5) * self.cell_m
        y = self.south + (np.arange(self.rows) + 0.5) * self.cell_m
        return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)

    def fill(self, shape: Geometry) -> Mask:
        """Cells whose centre lies inside an area; for a line or point the cells that it touches."""
        if is_area(shape):
            return inside(shape, self.centres).reshape(self.rows, self.columns)
        mask = np.zeros((self.rows, self.columns), bool)
        row, column = self.cells_of(outline(shape, self.cell_m / 4))
        held = (row >= 0) & (row < self.rows) & (column >= 0) & (column < self.columns)
        mask[row[held], column[held]] = True
        return mask

    def fill_all(self, shapes: Iterable[Geometry]) -> Mask:
        mask = np.zeros((self.rows, self.columns), bool)
        for shape in shapes:
            mask |= self.fill(shape)
        return mask

    def cells_of(self, at: Points) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
        column = np.floor((at[:, 0] - self.west) / self.cell_m).astype(int)
        row = np.floor((at[:, 1] - self.south) / self.cell_m).astype(int)
        return row, column

    def clearance_m(self, free: Mask) -> NDArray[np.float64]:
        """Metres from each free cell to the nearest cell that is not free (outside the grid nothing is free);
        off by about one cell's diagonal."""
        padded = np.pad(free, 1)
        distances: NDArray[np.float64] = ndimage.distance_transform_edt(padded)[1:-1, 1:-1]
        # From a centre to the edge of the blocked cell, not to its centre.
        return np.maximum(distances - 0.5, 0.0) * self.cell_m


def widest_round_m(grid: Grid, free: Mask, core: Mask) -> float:
    """Width of the widest disc that can be rolled once round the core over free ground; off by about two cells.

    A disc's centre can go round exactly where the ground closed to it does not join the core with the outside.
    """
    clearance = grid.clearance_m(free)

    def goes_round(radius_m: float) -> bool:
        closed = np.pad((clearance < radius_m) | core, 1, constant_values=True)
        labels, _ = ndimage.label(closed, structure=np.ones((3, 3)))
        return labels[0, 0] not in np.unique(labels[1:-1, 1:-1][core])

    return 2 * _largest(goes_round, float(clearance.max()))


def widest_way_m(grid: Grid, free: Mask, start: Mask, goal: Mask, reach_goal_m: float | None = None) -> float:
    """Width of the widest disc that can be moved over free ground from start to goal; off by about two cells.

    Its centre starts within its radius of the start and arrives within reach_goal_m of the goal (usually its radius).
    """
    clearance = grid.clearance_m(free)
    to_start = ndimage.distance_transform_edt(~start) * grid.cell_m
    to_goal = ndimage.distance_transform_edt(~goal) * grid.cell_m

    def passes(radius_m: float) -> bool:
        labels, _ = ndimage.label(clearance >= radius_m, structure=np.ones((3, 3)))
        near_start = set(np.unique(labels[to_start <= radius_m + 2 * grid.cell_m])) - {0}
        arrives_m = (radius_m if reach_goal_m is None else reach_goal_m) + grid.cell_m
        near_goal = set(np.unique(labels[to_goal <= arrives_m])) - {0}
        return bool(near_start & near_goal)

    return 2 * _largest(passes, float(clearance.max()))


def path_lengths_m(grid: Grid, free: Mask, from_points: Points) -> NDArray[np.float64]:
    """Metres of the shortest bent way over free cells from the nearest of some points to every cell (inf: none).

    Steps go to every cell within four whose fraction is in lowest terms, so that directions are at most 14° apart:
    too long by at most 0.8 % and a cell at each end.
    """
    moves = [(dy, dx) for dy in range(-4, 5) for dx in range(-4, 5) if np.gcd(dy, dx) == 1]
    number = np.arange(free.size).reshape(free.shape)
    padded = np.pad(free, 4)
    starts, ends, costs = [], [], []
    for dy, dx in moves:
        if (dy, dx) < (0, 0):
            continue
        open_way = free.copy()
        steps = 2 * max(abs(dy), abs(dx))
        for step in range(1, steps + 1):
            row, column = round(dy * step / steps + 1e-9), round(dx * step / steps + 1e-9)
            open_way &= padded[4 + row : 4 + row + free.shape[0], 4 + column : 4 + column + free.shape[1]]
        cells = number[open_way]
        starts.append(cells)
        ends.append(cells + dy * free.shape[1] + dx)
        costs.append(np.full(len(cells), float(np.hypot(dy, dx)) * grid.cell_m))
    graph = coo_matrix(
        (np.concatenate(costs), (np.concatenate(starts), np.concatenate(ends))), shape=(free.size, free.size)
    ).tocsr()
    row, column = grid.cells_of(from_points)
    lengths: NDArray[np.float64] = dijkstra(graph, directed=False, indices=number[row, column], min_only=True)
    return lengths.reshape(free.shape)


def seen(
    at: Points,
    at_m: float,
    eye: tuple[float, float],
    eye_m: float,
    direction_deg: float,
    view_deg: float,
    range_m: float,
    grid: Grid,
    high_m: NDArray[np.float64],
) -> Mask:
    """Which points, so high, an eye sees: in range, in its angle, nothing as high as the marched line before them.

    `high_m`: how high each cell is built or stacked up.
    """
    offset = at - np.array(eye)
    distance = np.hypot(offset[:, 0], offset[:, 1])
    bearing = np.degrees(np.arctan2(offset[:, 0], offset[:, 1]))
    turned = np.abs((bearing - direction_deg + 180) % 360 - 180)
    visible: Mask = (distance <= range_m) & (turned <= view_deg / 2 + 1e-9)
    if not high_m.any() or not visible.any():
        return visible
    order = np.flatnonzero(visible)
    steps = int(np.ceil(distance[order].max() / grid.cell_m))
    for step in range(1, steps):
        line_m = eye_m - max(0.0, eye_m - at_m) * step / steps
        row, column = grid.cells_of(np.array(eye) + offset[order] * (step / steps))
        held = (row >= 0) & (row < grid.rows) & (column >= 0) & (column < grid.columns)
        struck = np.zeros(len(order), bool)
        struck[held] = high_m[row[held], column[held]] >= line_m
        visible[order[struck]] = False
        order = order[~struck]
    return visible


def _largest(holds: Any, upper: float, rounds: int = 12) -> float:
    """The largest radius for which something holds that holds for every smaller one; 0 where it never does."""
    lower = 0.0
    if not holds(1e-9):
        return 0.0
    for _ in range(rounds):
        middle = (lower + upper) / 2
        lower, upper = (middle, upper) if holds(middle) else (lower, middle)
    return lower
