"""Which links of the lattice are built, and as what: main, county, township and village roads."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra, minimum_spanning_tree
from scipy.spatial import cKDTree

from solver.roads.schematic.lattice import Flags, Floats, Ints, Lattice

MAIN, COUNTY, TOWNSHIP, STREET, VILLAGE = range(5)
NOT_BUILT = 9

BRIDGE_COST = 1.5  # a new bridge lengthens a planned road by half
SHARED_ROAD = 0.45  # an existing road of the same rank is preferred
COUNTY_ROAD_CIRCLE = 0.6
VILLAGE_CENTRE_APART_M = 1700.0
NEIGHBOUR_VILLAGES = 3
NEIGHBOUR_HUBS = 2
VILLAGE_ROAD_BUILT = 0.88
TOWN_RADIUS_M = 900.0
SMOOTHING_ROUNDS, PULL_THROUGH, PULL_VILLAGE = 12, 0.6, 0.12


@dataclass(frozen=True, slots=True, eq=False)
class Hierarchy:
    """`xy`: (N, 2) crossings, moved so that large roads run smooth. `hub_crossing`: (H,) where each hub joins.

    Per link of the lattice: `road` (MAIN … VILLAGE or NOT_BUILT), and `in_tree`: one spanning tree over all crossings
    that prefers larger roads.
    """

    xy: Floats
    hub_crossing: Ints
    road: Ints
    in_tree: Flags


def build_hierarchy(
    lattice: Lattice, towns_xy: Floats, hubs_xy: Floats, *, village_bridges: float, rng: np.random.Generator
) -> Hierarchy:
    """Roads between towns, from hubs (yards, plants) to them, between villages, and the village roads.

    `village_bridges`: the share of village roads over a canal that is built.
    """
    roads = _Roads(lattice, rng)
    nearest = cKDTree(lattice.xy)
    towns = np.unique(nearest.query(towns_xy)[1]) if len(towns_xy) else np.empty(0, dtype=np.int64)
    if towns.size < 2:
        # A single town lies where a main road from west to east meets a county road from south to north.
        first, last = lattice.xy.argmin(axis=0).tolist(), lattice.xy.argmax(axis=0).tolist()
        pairs, ways = (list(pairwise([first[k], *towns.tolist(), last[k]])) for k in (0, 1))
    else:
        pairs = [(int(towns[a]), int(towns[b])) for a, b in _close_pairs(lattice.xy[towns], circle=1.0)]
        ways = [(int(towns[a]), int(towns[b])) for a, b in _close_pairs(lattice.xy[towns], circle=COUNTY_ROAD_CIRCLE)]
    for start, end in pairs:
        roads.build(start, end, MAIN)
    for start, end in ways:
        roads.build(start, end, COUNTY)
    hubs = nearest.query(hubs_xy)[1].astype(np.int64) if len(hubs_xy) else np.empty(0, dtype=np.int64)
    for hub in hubs.tolist():
        roads.build_to_network(hub, COUNTY)
    for start, end in _to_nearest(lattice.xy, hubs, NEIGHBOUR_HUBS):
        roads.build(start, end, COUNTY)
    centres = _spread(lattice.xy, VILLAGE_CENTRE_APART_M, rng)
    for centre in centres.tolist():
        roads.build_to_network(centre, TOWNSHIP)
    for start, end in _to_nearest(lattice.xy, centres, NEIGHBOUR_VILLAGES):
        roads.build(start, end, TOWNSHIP)
    roads.build_village_roads(village_bridges)
    return Hierarchy(
        xy=_smoothed(lattice, roads.road, towns),
        hub_crossing=hubs,
        road=_with_streets(lattice, roads.road, towns),
        in_tree=roads.in_tree,
    )


class _Roads:
    """The links built so far."""

    def __init__(self, lattice: Lattice, rng: np.random.Generator) -> None:
        self._lattice = lattice
        self._rng = rng
        self.road = np.full(lattice.tail.size, NOT_BUILT, dtype=np.int64)
        self.in_tree = np.zeros(lattice.tail.size, dtype=bool)
        across = lattice.xy[lattice.tail] - lattice.xy[lattice.head]
        self._length_m = np.hypot(across[:, 0], across[:, 1])
        self._link = {
            (min(a, b), max(a, b)): i
            for i, (a, b) in enumerate(zip(lattice.tail.tolist(), lattice.head.tolist(), strict=True))
        }

    def build(self, start: int, end: int, rank: int) -> None:
        """The cheapest road between two crossings."""
        _, before = dijkstra(self._costs(rank), directed=False, indices=start, return_predecessors=True)
        self._take(before, end, rank)

    def build_to_network(self, start: int, rank: int) -> None:
        """The cheapest road from a crossing to a road of higher rank."""
        on_network = np.unique(
            np.concatenate((self._lattice.tail[self.road < rank], self._lattice.head[self.road < rank]))
        )
        cost, before = dijkstra(self._costs(rank), directed=False, indices=start, return_predecessors=True)
        if on_network.size:
            self._take(before, int(on_network[cost[on_network].argmin()]), rank)

    def build_village_roads(self, bridges: float) -> None:
        """Most dry links, few bridges, and whatever a tree over all crossings still needs."""
        dice = self._rng.random(self.road.size)
        wanted = dice < np.where(self._lattice.over_water, bridges, VILLAGE_ROAD_BUILT)
        self.road[wanted & (self.road == NOT_BUILT)] = VILLAGE
        dislike = np.where(self.road == NOT_BUILT, 40.0 + 20.0 * self._lattice.over_water, self.road * 4.0 + 1.0)
        tree = minimum_spanning_tree(self._graph(dislike + dice)).tocoo()
        links = [self._link[min(a, b), max(a, b)] for a, b in zip(*(x.tolist() for x in tree.coords), strict=True)]
        self.in_tree[links] = True
        self.road[self.in_tree & (self.road == NOT_BUILT)] = VILLAGE

    def _costs(self, rank: int) -> csr_array:
        built = self.road <= rank
        cost = self._length_m * np.where(self._lattice.over_water & ~built, BRIDGE_COST, 1.0)
        return self._graph(cost * np.where(built, SHARED_ROAD, 1.0))

    def _graph(self, weight: Floats) -> csr_array:
        count = len(self._lattice.xy)
        return coo_array((weight, (self._lattice.tail, self._lattice.head)), shape=(count, count)).tocsr()

    def _take(self, before: npt.NDArray[np.int32], end: int, rank: int) -> None:
        while before[end] >= 0:
            link = self._link[min(int(before[end]), end), max(int(before[end]), end)]
            self.road[link] = min(int(self.road[link]), rank)
            end = int(before[end])


def _close_pairs(xy: Floats, *, circle: float) -> list[tuple[int, int]]:
    """Pairs with no third point in the circle over them, shortest first; `circle` scales its radius.

    At 1 this is the Gabriel graph, which links all points.
    """
    pairs = []
    for a, b in combinations(range(len(xy)), 2):
        middle, radius = (xy[a] + xy[b]) / 2, np.hypot(*(xy[a] - xy[b])) / 2
        inside = np.hypot(*(xy - middle).T) < radius * circle - 1e-6
        if not np.delete(inside, [a, b]).any():
            pairs.append((float(radius), a, b))
    return [(a, b) for _, a, b in sorted(pairs)]


def _to_nearest(xy: Floats, crossings: Ints, count: int) -> list[tuple[int, int]]:
    """Pairs of each crossing with its `count` nearest others."""
    distinct = np.unique(crossings)
    count = min(count, distinct.size - 1)
    if count < 1:
        return []
    _, near = cKDTree(xy[distinct]).query(xy[distinct], k=[*range(2, 2 + count)])
    return [(int(distinct[i]), int(distinct[j])) for i in range(distinct.size) for j in near[i]]


def _spread(xy: Floats, apart_m: float, rng: np.random.Generator) -> Ints:
    """Crossings picked at random, none nearer than `apart_m` to another."""
    tree, free, chosen = cKDTree(xy), np.ones(len(xy), dtype=bool), []
    for i in rng.permutation(len(xy)).tolist():
        if free[i]:
            chosen.append(i)
            free[tree.query_ball_point(xy[i], apart_m)] = False
    return np.array(sorted(chosen), dtype=np.int64)


def _smoothed(lattice: Lattice, road: Ints, towns: Ints) -> Floats:
    """Crossings moved so that a road which passes straight through one has no kink there; others follow a little."""
    xy, tail, head = lattice.xy.copy(), lattice.tail, lattice.head
    count = len(xy)
    largest = np.full(count, NOT_BUILT)  # the largest road at each crossing
    np.minimum.at(largest, tail, road)
    np.minimum.at(largest, head, road)
    of_largest_at_tail, of_largest_at_head = road == largest[tail], road == largest[head]
    arms = np.bincount(tail[of_largest_at_tail], minlength=count)
    arms += np.bincount(head[of_largest_at_head], minlength=count)
    large = largest <= TOWNSHIP
    through = large & (arms == 2)
    pull = np.where(through, PULL_THROUGH, np.where(large, 0.0, PULL_VILLAGE))
    pull[towns] = 0.0
    # Along a large road only its own two neighbours pull; elsewhere all of them.
    pulls_tail, pulls_head = ~through[tail] | of_largest_at_tail, ~through[head] | of_largest_at_head
    moved = np.concatenate((tail[pulls_tail], head[pulls_head]))
    by = np.concatenate((head[pulls_tail], tail[pulls_head]))
    degree = np.maximum(np.bincount(moved, minlength=count), 1)
    for _ in range(SMOOTHING_ROUNDS):
        mean = np.column_stack([np.bincount(moved, weights=xy[by, k], minlength=count) / degree for k in (0, 1)])
        xy += pull[:, None] * (mean - xy)
    return xy


def _with_streets(lattice: Lattice, road: Ints, towns: Ints) -> Ints:
    """Village roads near a town's middle become its streets."""
    if towns.size == 0:
        return road
    middle = (lattice.xy[lattice.tail] + lattice.xy[lattice.head]) / 2
    distance_m, _ = cKDTree(lattice.xy[towns]).query(middle)
    return np.where((road == VILLAGE) & (distance_m < TOWN_RADIUS_M), STREET, road)
