"""The shortest ways of a hose around what stands in its way.

Shortest ways bend only at corners that stick out into the open ground, and pass such a corner without turning into it:
so the graph has those corners as nodes, and of the lines between them those that touch both ends in passing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from yard_rules.fire.rules import SLACK
from yard_rules.fire.yard import Numbers, as_array

# A hose may run along a wall: what lies deeper inside than this is in the way.
_SLACK_M: Final = SLACK["m"] / 2
_STRAIGHT: Final = 1e-9
_TRIED_AT_ONCE: Final = 4

_Rows = NDArray[np.intp]


class HoseWays:
    """The open ground of a yard, and the ways on it from sources of one kind to any place."""

    def __init__(self, site: BaseGeometry, obstacles: Sequence[BaseGeometry], reach_m: float) -> None:
        """`reach_m`: longer ways do not matter and count as none."""
        solid = shapely.union_all(as_array(obstacles))
        free = shapely.difference(site, solid)
        self._reach_m = reach_m
        self._open = shapely.difference(
            shapely.buffer(site, _SLACK_M, join_style="mitre"), shapely.buffer(solid, -_SLACK_M, join_style="mitre")
        )
        shapely.prepare(self._open)
        self._corners, self._before, self._after = _sticking_out(free)
        rows, columns = self._passing_pairs()
        self._links = rows, columns, np.hypot(*(self._corners[rows] - self._corners[columns]).T)

    def from_sources(self, sources: Numbers) -> LeastWays:
        """Return the ways from the nearest of n x 2 sources."""
        count = len(self._corners)
        to_rows, to_columns = self._all_pairs(len(sources), sources)
        direct_m = np.hypot(*(sources[to_rows] - self._corners[to_columns]).T)
        rows, columns, lengths_m = self._links
        # One node more stands for all sources: on it a way has no length yet.
        size = count + 1
        graph = coo_array(
            (
                np.concatenate([lengths_m, lengths_m, np.maximum(direct_m, _STRAIGHT)]),
                (
                    np.concatenate([rows, columns, np.full(len(to_columns), count)]),
                    np.concatenate([columns, rows, to_columns]),
                ),
            ),
            shape=(size, size),
        )
        # Of several ways from sources to one corner the shortest counts; a sparse array would add them up.
        least = _least_only(graph)
        along_m = np.asarray(dijkstra(least, directed=True, indices=count))[:count]
        return LeastWays(self, sources, along_m)

    def is_clear(self, starts: Numbers, ends: Numbers) -> NDArray[np.bool_]:
        """Return for n straight lines whether nothing is in the way."""
        lines = shapely.linestrings(np.stack([starts, ends], axis=1))
        return np.asarray(shapely.covers(self._open, lines), dtype=bool)

    @property
    def corners(self) -> Numbers:
        """Every place at which a way may bend, n x 2 in metres."""
        return self._corners

    def passes(self, rows: _Rows, ends: Numbers) -> NDArray[np.bool_]:
        """Return whether a line from a corner to an end goes past the corner, not into it."""
        corners = self._corners[rows]
        before = _side(corners, ends, self._before[rows])
        after = _side(corners, ends, self._after[rows])
        return np.asarray(before * after >= -_STRAIGHT, dtype=bool)

    def _passing_pairs(self) -> tuple[_Rows, _Rows]:
        rows, columns = np.triu_indices(len(self._corners), k=1)
        near = np.hypot(*(self._corners[rows] - self._corners[columns]).T) <= self._reach_m
        rows, columns = rows[near], columns[near]
        passing = self.passes(rows, self._corners[columns]) & self.passes(columns, self._corners[rows])
        rows, columns = rows[passing], columns[passing]
        clear = self.is_clear(self._corners[rows], self._corners[columns])
        return rows[clear], columns[clear]

    def _all_pairs(self, count: int, sources: Numbers) -> tuple[_Rows, _Rows]:
        rows, columns = (it.ravel() for it in np.indices((count, len(self._corners))))
        keep = np.hypot(*(sources[rows] - self._corners[columns]).T) <= self._reach_m
        keep &= self.passes(columns, sources[rows])
        rows, columns = rows[keep], columns[keep]
        clear = self.is_clear(sources[rows], self._corners[columns])
        return rows[clear], columns[clear]


class LeastWays:
    """The ways from a set of sources."""

    def __init__(self, ways: HoseWays, sources: Numbers, along_m: Numbers) -> None:
        self._ways = ways
        is_reached = np.isfinite(along_m)
        rows = np.flatnonzero(is_reached)
        # From a source a line may leave in any direction; at a corner it has to go on.
        self._places = np.concatenate([sources, ways.corners[rows]])
        self._so_far_m = np.concatenate([np.zeros(len(sources)), along_m[rows]])
        self._corner_rows = np.concatenate([np.full(len(sources), -1), rows])

    def lengths_m(self, ends: Numbers) -> Numbers:
        """Return the length of the shortest way to each of n x 2 places, infinite where there is none."""
        least_m = np.full(len(ends), np.inf)
        if not len(self._places) or not len(ends):
            return least_m
        over_m = self._so_far_m[None, :] + np.hypot(
            ends[:, None, 0] - self._places[None, :, 0], ends[:, None, 1] - self._places[None, :, 1]
        )
        order = np.argsort(over_m, axis=1)
        waiting = np.arange(len(ends))
        for first in range(0, len(self._places), _TRIED_AT_ONCE):
            tried = order[waiting, first : first + _TRIED_AT_ONCE]
            ends_tried = np.repeat(waiting, tried.shape[1])
            clear = self._is_clear(tried.ravel(), ends[ends_tried]).reshape(tried.shape)
            found = clear.any(axis=1)
            best = tried[found, clear[found].argmax(axis=1)]
            least_m[waiting[found]] = over_m[waiting[found], best]
            waiting = waiting[~found]
            if not waiting.size:
                break
        return least_m

    def _is_clear(self, places: _Rows, ends: Numbers) -> NDArray[np.bool_]:
        return self._ways.is_clear(self._places[places], ends)


def _sticking_out(free: BaseGeometry) -> tuple[Numbers, Numbers, Numbers]:
    """The corners of the open ground with more than 180° of it, and their neighbours on the outline, each n x 2."""
    corners, befores, afters = [np.empty((0, 2))], [np.empty((0, 2))], [np.empty((0, 2))]
    for part in shapely.get_parts(free):
        if not isinstance(part, Polygon):
            continue
        # Once oriented, the ground lies to the left of all its rings.
        for ring in shapely.get_rings(shapely.orient_polygons(part)):
            points = shapely.get_coordinates(ring)[:-1]
            before, after = np.roll(points, 1, axis=0), np.roll(points, -1, axis=0)
            turns_right = _side(before, points, after) < -_STRAIGHT
            corners.append(points[turns_right])
            befores.append(before[turns_right])
            afters.append(after[turns_right])
    return np.concatenate(corners), np.concatenate(befores), np.concatenate(afters)


def _side(starts: Numbers, ends: Numbers, places: Numbers) -> Numbers:
    """Above 0 where a place lies to the left of the line from start to end."""
    along, across = ends - starts, places - starts
    return np.asarray(along[:, 0] * across[:, 1] - along[:, 1] * across[:, 0], dtype=np.float64)


def _least_only(graph: coo_array) -> coo_array:
    order = np.lexsort((graph.data, graph.col, graph.row))
    rows, columns, lengths_m = graph.row[order], graph.col[order], graph.data[order]
    first = np.ones(len(rows), dtype=bool)
    first[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
    return coo_array((lengths_m[first], (rows[first], columns[first])), shape=graph.shape)
