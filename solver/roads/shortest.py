"""Least-time ways over a road network, with the length along the same way, for many pairs at once.

One run of Dijkstra's algorithm minimises time and, among equal times, length: both are whole numbers of small
units packed into one float64, the time in the upper bits, so that sums stay exact below 2**53.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from solver.roads.contraction import WeightedEdges, best_edges, contract

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EXACT_BITS = 53
FINEST_TIME_UNIT_S = 0.001
FINEST_LENGTH_UNIT_M = 0.1
# A class kept off the quick roads may need several times what the whole network needs between its far ends.
SLOWEST_CLASS_FACTOR = 8
BLOCK_SOURCES = 64


@dataclass(frozen=True, slots=True)
class Packing:
    """Units of the packed weight: weight = time × 2**`length_bits` + length, both in whole units."""

    time_unit_s: float
    length_unit_m: float
    length_bits: int
    time_limit: int

    @property
    def weight_limit(self) -> float:
        """Above every weight that can be decoded: a way longer than this counts as none."""
        return float(self.time_limit << self.length_bits)

    def weights(self, *, time_s: Floats, length_m: Floats) -> Floats:
        """Packed weights, at least 1, because a stored 0 would be no edge."""
        time = np.rint(time_s / self.time_unit_s)
        length = np.rint(length_m / self.length_unit_m)
        return np.asarray(np.maximum(time * 2.0**self.length_bits + length, 1.0), dtype=np.float64)

    def unpack(self, weights: Floats) -> tuple[Floats, Floats]:
        """Kilometres and hours of packed weights; both inf where the weight is."""
        none = ~np.isfinite(weights)
        time, length = np.divmod(np.where(none, 0.0, weights), 2.0**self.length_bits)
        km = length * (self.length_unit_m / 1000.0)
        hours = time * (self.time_unit_s / 3600.0)
        km[none] = hours[none] = np.inf
        return km, hours


@dataclass(frozen=True, slots=True, eq=False)
class WeightedGraph:
    """A graph of packed weights without parallel edges, and the same with every edge turned round."""

    forward: csr_array
    backward: csr_array
    weight_limit: float

    def rows(self, sources: Ints, targets: Ints) -> Floats:
        """Packed weights of the best ways from each source to each target, (sources, targets)."""
        return _runs(self.forward, sources, targets, self.weight_limit)

    def columns(self, sources: Ints, targets: Ints) -> Floats:
        """Packed weights of the best ways from each source to each target, (targets, sources).

        One run for each target: the cheap side when targets are few.
        """
        return _runs(self.backward, targets, sources, self.weight_limit)


def weighted_graph(edges: WeightedEdges, *, nodes: int, weight_limit: float) -> WeightedGraph:
    """The graph of these edges; of parallel edges the one of least weight, since csr would add them up."""
    best = best_edges(edges)
    forward = csr_array((best.weight, (best.tail, best.head)), shape=(nodes, nodes))
    return WeightedGraph(forward, forward.T.tocsr(), weight_limit)


def graph_between(edges: WeightedEdges, chosen: Ints, *, nodes: int, weight_limit: float) -> WeightedGraph:
    """A smaller graph with the same ways between the `chosen` nodes, which are its nodes 0, 1, … in their order."""
    kept = np.zeros(nodes, dtype=bool)
    kept[chosen] = True
    rest = contract(edges, kept)
    others = np.setdiff1d(np.unique(np.concatenate((rest.tail, rest.head))), chosen)
    position = np.full(nodes, -1, dtype=np.int64)
    position[np.concatenate((chosen, others))] = np.arange(chosen.size + others.size)
    renumbered = WeightedEdges(position[rest.tail], position[rest.head], rest.weight)
    return weighted_graph(renumbered, nodes=chosen.size + others.size, weight_limit=weight_limit)


def packing_for(edge_from: Ints, edge_to: Ints, *, time_s: Floats, length_m: Floats, nodes: int) -> Packing:
    """The finest units in which no way of this network can overflow 2**53.

    A simple way leaves each node at most once, which bounds its time and length from above; where that bound is too
    wide, eight times the way there and back between the network's far ends bounds the time (longer ways are cut off)
    and the quickest edge the length.
    """
    time_bound_s = _simple_way_bound(edge_from, time_s, nodes)
    length_bound_m = _simple_way_bound(edge_from, length_m, nodes)
    if edge_from.size:
        crossing = weighted_graph(
            WeightedEdges(edge_from, edge_to, np.maximum(time_s, 1e-6)), nodes=nodes, weight_limit=np.inf
        )
        start, everywhere = edge_from[:1], np.arange(nodes, dtype=np.int64)
        there = crossing.rows(start, everywhere)
        back = crossing.columns(everywhere, start)
        far_s = max(float(x[np.isfinite(x)].max()) for x in (there, back))
        time_bound_s = min(time_bound_s, 2 * far_s * SLOWEST_CLASS_FACTOR)
    time_unit_s, length_unit_m = FINEST_TIME_UNIT_S, FINEST_LENGTH_UNIT_M
    while True:
        time_limit = int(time_bound_s / time_unit_s) + nodes + 1  # rounding may add half a unit an edge
        time = np.maximum(np.rint(time_s / time_unit_s), 0.0)
        length = np.rint(length_m / length_unit_m)
        timeless = bool(((time == 0) & (length > 0)).any())
        per_time = 0.0 if not length.size else float((length / np.maximum(time, 1.0)).max())
        length_limit = length_bound_m / length_unit_m + nodes + 1
        if not timeless:
            length_limit = min(length_limit, per_time * time_limit)
        length_bits = int(length_limit + 1).bit_length()
        if length_bits + time_limit.bit_length() <= EXACT_BITS:
            return Packing(time_unit_s, length_unit_m, length_bits, time_limit)
        time_unit_s, length_unit_m = time_unit_s * 2, length_unit_m * 2


def _simple_way_bound(edge_from: Ints, value: Floats, nodes: int) -> float:
    largest = np.zeros(nodes)
    np.maximum.at(largest, edge_from, value)
    return float(largest.sum())


def _runs(graph: csr_array, starts: Ints, ends: Ints, weight_limit: float) -> Floats:
    found = np.empty((starts.size, ends.size))
    for at in range(0, starts.size, BLOCK_SOURCES):
        block = starts[at : at + BLOCK_SOURCES]
        found[at : at + block.size] = dijkstra(graph, directed=True, indices=block, limit=weight_limit)[:, ends]
    return found
