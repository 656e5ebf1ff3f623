"""The ground plan: crossings of possible roads in a bent grid, and the canals that run between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

REACH_M = 1300.0  # roads are laid this far round every place
BAY_M = 3200.0  # and in bays of the ground that no circle of this radius could enter
LEAST_STEP_M, MOST_STEP_M = 200.0, 1200.0
TILT = np.radians(11.0)
BEND_STEPS, BEND_WAVE_STEPS = 0.9, 11.0
JITTER_STEPS = 0.13
DIAGONALS = 0.22  # share of the squares with one diagonal, and with the other
CANAL_EVERY_M, CANAL_LEAST_STEPS = 1700.0, 3
CANAL_WANDERS = 0.25  # chance per step that a canal moves aside


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """`xy`: (N, 2) metres. `tail`, `head`: (E,) possible links. `over_water`: (E,) a canal runs between its ends.

    `canal_from`, `canal_to`: (C, 2) metres, the stretches of canal.
    """

    xy: Floats
    tail: Ints
    head: Ints
    over_water: Flags
    canal_from: Floats
    canal_to: Floats


def lay_lattice(places_xy: Floats, *, nodes: int, rng: np.random.Generator) -> Lattice:
    """About `nodes` crossings on the ground within 1.3 km of a place, linked into one piece."""
    tilted = places_xy @ _turn(-TILT).T
    step_m, cells = _cells(tilted, nodes)
    phases = rng.uniform(0.0, 2 * np.pi, 4)
    xy = _bent(cells.astype(np.float64) + rng.normal(0.0, JITTER_STEPS, cells.shape), phases) * step_m @ _turn(TILT).T
    tail, head = _links(cells, rng)
    zones, canal_from, canal_to = _canals(cells, max(CANAL_LEAST_STEPS, round(CANAL_EVERY_M / step_m)), rng)
    return Lattice(
        xy=xy,
        tail=tail,
        head=head,
        over_water=(zones[tail] != zones[head]).any(axis=1),
        canal_from=_bent(canal_from, phases) * step_m @ _turn(TILT).T,
        canal_to=_bent(canal_to, phases) * step_m @ _turn(TILT).T,
    )


def _turn(angle: float) -> Floats:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _cells(places_xy: Floats, nodes: int) -> tuple[float, Ints]:
    """The step in metres, and the (column, row) of each crossing, in one connected piece."""
    least_m, most_m = LEAST_STEP_M, MOST_STEP_M
    for _ in range(12):
        step_m = (least_m + most_m) / 2
        if len(_cells_near(places_xy, step_m)) > nodes:
            least_m = step_m
        else:
            most_m = step_m
    return most_m, _joined(_cells_near(places_xy, most_m))


def _cells_near(places_xy: Floats, step_m: float) -> Ints:
    low = np.floor((places_xy.min(axis=0) - BAY_M) / step_m).astype(np.int64) - 1
    high = np.ceil((places_xy.max(axis=0) + BAY_M) / step_m).astype(np.int64) + 1
    column, row = np.meshgrid(np.arange(low[0], high[0] + 1), np.arange(low[1], high[1] + 1))
    cells = np.column_stack((column.ravel(), row.ravel()))
    distance_m, _ = cKDTree(places_xy).query(cells * step_m)
    outside = cells[distance_m > BAY_M]
    inland_m, _ = cKDTree(outside * step_m).query(cells * step_m)
    near = (distance_m <= max(REACH_M, step_m)) | (inland_m > BAY_M - REACH_M)
    return np.asarray(cells[near], dtype=np.int64)


def _joined(cells: Ints) -> Ints:
    """The cells, with corridors between those that would lie apart."""
    while True:
        tail, head = _pairs(cells, (1, 0), (0, 1))
        graph = coo_array((np.ones(tail.size), (tail, head)), shape=(len(cells), len(cells)))
        pieces, label = connected_components(graph, directed=False)
        if pieces == 1:
            return cells
        mine, others = cells[label == 0], cells[label != 0]
        distance, nearest = cKDTree(others).query(mine)
        start, end = mine[distance.argmin()], others[nearest[distance.argmin()]]
        steps = int(np.abs(end - start).max()) * 4
        along = np.floor(start + 0.5 + (end - start) * np.linspace(0, 1, steps + 1)[:, None]).astype(np.int64)
        beside = np.column_stack((along[1:, 0], along[:-1, 1]))
        cells = np.unique(np.concatenate((cells, along, beside)), axis=0)


def _links(cells: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Links to the right and above, and in some squares one of the two diagonals."""
    straight = _pairs(cells, (1, 0), (0, 1))
    rising, falling = _pairs(cells, (1, 1)), _pairs(cells, (1, -1))
    low = cells.min(axis=0)
    dice = rng.random(cells.max(axis=0) - low + 1)
    rises = dice[tuple((cells[rising[0]] - low).T)] < DIAGONALS
    falls = dice[tuple((cells[falling[0]] - low - (0, 1)).T)] > 1.0 - DIAGONALS
    tail, head = zip(
        straight, (rising[0][rises], rising[1][rises]), (falling[0][falls], falling[1][falls]), strict=True
    )
    return np.concatenate(tail), np.concatenate(head)


def _pairs(cells: Ints, *ahead: tuple[int, int]) -> tuple[Ints, Ints]:
    """Positions of each cell and of the cell that lies so many columns and rows from it, where there is one."""
    low = cells.min(axis=0) - 1
    span = int(cells[:, 1].max() - low[1]) + 2
    key = (cells[:, 0] - low[0]) * span + cells[:, 1] - low[1]
    order = np.argsort(key)
    tail, head = [], []
    for columns, rows in ahead:
        wanted = key + columns * span + rows
        at = np.minimum(np.searchsorted(key[order], wanted), key.size - 1)
        found = key[order][at] == wanted
        tail.append(np.flatnonzero(found))
        head.append(order[at[found]])
    return np.concatenate(tail).astype(np.int64), np.concatenate(head).astype(np.int64)


def _bent(at: Floats, phases: Floats) -> Floats:
    """Cell coordinates moved along slow waves, so that no line of the grid stays straight."""
    u, v = at[:, 0] * (2 * np.pi / BEND_WAVE_STEPS), at[:, 1] * (2 * np.pi / BEND_WAVE_STEPS)
    moved_u = np.sin(v + phases[0]) + 0.6 * np.sin(0.47 * u + 0.31 * v + phases[1])
    moved_v = np.sin(u + phases[2]) + 0.6 * np.sin(0.29 * u - 0.53 * v + phases[3])
    return at + BEND_STEPS * np.column_stack((moved_u, moved_v)) / 1.6


def _canals(cells: Ints, every: int, rng: np.random.Generator) -> tuple[Ints, Floats, Floats]:
    """For each cell the count of canals left of it and below it, (N, 2); and the stretches, in cell coordinates.

    Canals run both ways between the crossings, `every` so many steps, and wander by a step to either side.
    """
    low, high = cells.min(axis=0), cells.max(axis=0)
    zones = np.zeros_like(cells)
    canal_from, canal_to = [np.empty((0, 2))], [np.empty((0, 2))]
    for across in (0, 1):
        along = 1 - across
        stations = np.arange(low[along] - 1, high[along] + 2)
        for first in range(int(low[across]) + 2, int(high[across]) + 1, every):
            steps = np.where(rng.random(stations.size) < CANAL_WANDERS, rng.choice([-1, 1], stations.size), 0)
            line = first + np.abs((np.cumsum(steps) + 1) % 4 - 2) - 1  # to and fro between one step either side
            zones[:, across] += cells[:, across] >= line[cells[:, along] - stations[0]]
            course = np.empty((stations.size, 2))
            course[:, across], course[:, along] = line - 0.5, stations
            canal_from.append(course[:-1])
            canal_to.append(course[1:])
    return zones, np.concatenate(canal_from), np.concatenate(canal_to)
