"""The check's own ways between places, computed from the scenario alone and only for the pairs that are asked.

With roads: least travel time, of equal ones the shortest, over the edges that admit the class; each place joins at
the nearest node of the largest strongly connected part. Without: great circle times the detour factor.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from solver.scenario import EARTH_RADIUS_KM, RoadNetwork, Scenario

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

# A metre counts as a nanosecond: it decides between ways of equal time and never outweighs a real difference.
SECONDS_PER_M = 1e-9
# No edge may weigh nothing, or a sparse matrix would not know it from no edge.
LEAST_WEIGHT = 1e-12
DISTANCES_AT_ONCE = 4_000_000


class CheckWays:
    """Ways of a scenario; a way that no road allows has infinite km and hours."""

    def __init__(self, scenario: Scenario) -> None:
        places = (
            *((f.field_id, f.lon, f.lat) for f in scenario.fields),
            *((y.yard_id, y.lon, y.lat) for y in scenario.yards),
            *((p.plant_id, p.lon, p.lat) for p in scenario.plants),
        )
        self._index = {place_id: i for i, (place_id, _, _) in enumerate(places)}
        self._lon = np.array([lon for _, lon, _ in places], dtype=np.float64)
        self._lat = np.array([lat for _, _, lat in places], dtype=np.float64)
        self._detour_factor = scenario.detour_factor
        self._speed_km_h = scenario.road_speed_km_h
        self._roads = scenario.roads
        self._rank_by_class = {c.truck_class: c.rank for c in scenario.truck_classes}
        if scenario.roads is not None:
            self._node, approach_km = _joined(scenario.roads, self._lon, self._lat)
            self._approach_km = approach_km * scenario.detour_factor

    def pairs(
        self, origins: Sequence[str], destinations: Sequence[str], truck_class: str | None
    ) -> tuple[Floats, Floats]:
        """Km and hours from each origin to the destination beside it, (n,) each; None is a baler's every road.

        A baler's hours are its km over its own speed, so the hours of None are not meant for it.
        """
        start = np.array([self._index[place_id] for place_id in origins], dtype=np.int64)
        end = np.array([self._index[place_id] for place_id in destinations], dtype=np.int64)
        if self._roads is None:
            km = self._detour_factor * _great_circle_km(
                self._lon[start], self._lat[start], self._lon[end], self._lat[end]
            )
            return km, km / self._speed_km_h
        rank = None if truck_class is None else self._rank_by_class[truck_class]
        node_start, node_end = self._node[start], self._node[end]
        places = self._lon.size
        once, position = np.unique(start * places + end, return_inverse=True)
        unique_start, unique_end = once // places, once % places
        seconds, metres = _node_ways(self._roads, self._node[unique_start], self._node[unique_end], rank)
        seconds, metres = seconds[position], metres[position]
        same_node = node_start == node_end
        seconds[same_node] = 0.0
        metres[same_node] = 0.0
        approach_km = self._approach_km[start] + self._approach_km[end]
        km = metres / 1000.0 + approach_km
        hours = seconds / 3600.0 + approach_km / self._speed_km_h
        return np.where(start == end, 0.0, km), np.where(start == end, 0.0, hours)


def _node_ways(roads: RoadNetwork, start: Indices, end: Indices, rank: int | None) -> tuple[Floats, Floats]:
    """Seconds and metres of the best way from each start node to the end node beside it."""
    graph = _Graph(roads, rank)
    seconds, metres = np.full(start.size, np.inf), np.full(start.size, np.inf)
    # Runs go from whichever end has fewer different nodes: a few yards and plants serve thousands of fields.
    backward = _times_used(end) > _times_used(start)
    for reverse, chosen in ((False, np.flatnonzero(~backward)), (True, np.flatnonzero(backward))):
        source, target = (end, start) if reverse else (start, end)
        if chosen.size:
            seconds[chosen], metres[chosen] = graph.measured(source[chosen], target[chosen], reverse=reverse)
    return seconds, metres


def _times_used(node: Indices) -> Indices:
    _, position, times = np.unique(node, return_inverse=True, return_counts=True)
    return np.asarray(times[position], dtype=np.int64)


class _Graph:
    """The edges that a rank may use, of parallel ones only the best."""

    def __init__(self, roads: RoadNetwork, rank: int | None) -> None:
        admitted = np.ones(roads.edge_from.size, dtype=bool)
        if rank is not None:
            admitted = (roads.edge_max_rank < 0) | (roads.edge_max_rank >= rank)
        self._nodes = roads.node_lon.size
        key = roads.edge_from[admitted] * self._nodes + roads.edge_to[admitted]
        seconds, metres = roads.edge_travel_time_s[admitted], roads.edge_length_m[admitted]
        order = np.lexsort((metres, seconds, key))
        best = order[np.unique(key[order], return_index=True)[1]]
        self._key, self._seconds, self._metres = key[best], seconds[best], metres[best]
        weight = self._seconds + self._metres * SECONDS_PER_M + LEAST_WEIGHT
        self._matrix = csr_array(
            (weight, (self._key // self._nodes, self._key % self._nodes)), shape=(self._nodes, self._nodes)
        )

    def measured(self, source: Indices, target: Indices, *, reverse: bool) -> tuple[Floats, Floats]:
        """Seconds and metres of the ways source → target, or target → source where `reverse`."""
        matrix = self._matrix.T.tocsr() if reverse else self._matrix
        seconds, metres = np.full(source.size, np.inf), np.full(source.size, np.inf)
        runs = np.unique(source)
        block = max(1, DISTANCES_AT_ONCE // max(self._nodes, 1))
        for first in range(0, runs.size, block):
            nodes = runs[first : first + block]
            distance, predecessor = dijkstra(matrix, indices=nodes, return_predecessors=True)
            asked = np.flatnonzero((source >= nodes[0]) & (source <= nodes[-1]))
            run = np.searchsorted(nodes, source[asked])
            reached = np.isfinite(distance[run, target[asked]])
            asked, run = asked[reached], run[reached]
            seconds[asked], metres[asked] = self._walked(predecessor, run, source[asked], target[asked], reverse)
        return seconds, metres

    def _walked(
        self, predecessor: npt.NDArray[np.int32], run: Indices, source: Indices, target: Indices, reverse: bool
    ) -> tuple[Floats, Floats]:
        """Sums the edges from each target back to its source, all ways at once, one edge a round."""
        seconds, metres = np.zeros(source.size), np.zeros(source.size)
        open_ways = np.flatnonzero(target != source)
        here = target.copy()
        while open_ways.size:
            before = predecessor[run[open_ways], here[open_ways]].astype(np.int64)
            tail, head = (here[open_ways], before) if reverse else (before, here[open_ways])
            edge = np.searchsorted(self._key, tail * self._nodes + head)
            seconds[open_ways] += self._seconds[edge]
            metres[open_ways] += self._metres[edge]
            here[open_ways] = before
            open_ways = open_ways[before != source[open_ways]]
        return seconds, metres


def _joined(roads: RoadNetwork, lon: Floats, lat: Floats) -> tuple[Indices, Floats]:
    """The node at which each place joins, and the great circle to it in km."""
    count = roads.node_lon.size
    edges = csr_array((np.ones(roads.edge_from.size), (roads.edge_from, roads.edge_to)), shape=(count, count))
    _, part = connected_components(edges, directed=True, connection="strong")
    sizes = np.bincount(part)
    # Of parts of one size the one with the first node, of nodes at one spot the first.
    largest = part[np.flatnonzero(sizes[part] == sizes.max())[0]]
    nodes = np.flatnonzero(part == largest)
    vectors = _unit_vectors(roads.node_lon[nodes], roads.node_lat[nodes])
    spots, first = np.unique(vectors, axis=0, return_index=True)
    _, nearest = cKDTree(spots).query(_unit_vectors(lon, lat))
    node = nodes[first[nearest]].astype(np.int64)
    return node, _great_circle_km(lon, lat, roads.node_lon[node], roads.node_lat[node])


def _great_circle_km(lon_a: Floats, lat_a: Floats, lon_b: Floats, lat_b: Floats) -> Floats:
    lon_a, lat_a, lon_b, lat_b = np.radians(lon_a), np.radians(lat_a), np.radians(lon_b), np.radians(lat_b)
    h = np.sin((lat_b - lat_a) / 2) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(h, 0.0, 1.0))), dtype=np.float64)


def _unit_vectors(lon: Floats, lat: Floats) -> Floats:
    lon, lat = np.radians(lon), np.radians(lat)
    return np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))
