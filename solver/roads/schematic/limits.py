"""Which truck classes a village road carries: weak bridges and narrow lanes, never on a field's only way out."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order

from solver.roads.schematic.hierarchy import COUNTY, NOT_BUILT, STREET, TOWNSHIP, VILLAGE, Hierarchy
from solver.roads.schematic.lattice import Ints, Lattice

WEAK_BRIDGE, WEAK_LANE = 0.6, 0.15  # chance that a village bridge or lane off the tree carries only smaller classes
WEAK_ON_TREE = 0.3  # chance that one on the tree carries no more than the fields behind it need
EVERY_CLASS = -1


def link_limits(
    lattice: Lattice, hierarchy: Hierarchy, *, needed: Ints, ranks: Ints, field_rank: int, rng: np.random.Generator
) -> Ints:
    """The highest rank each link admits, (E,), -1 for all.

    `needed`: (E,) the rank that fields hanging on the link need, 0 where none. `ranks`: the classes' ranks, ascending.
    Main and county roads admit every class, all others at most `field_rank`. Over the spanning tree every crossing
    is reached by the classes that the links around it need.
    """
    road, tree = hierarchy.road, hierarchy.in_tree
    lower = ranks[ranks < field_rank]
    limit = np.where(road <= COUNTY, EVERY_CLASS, field_rank)
    weak = rng.random(road.size)
    draw = rng.integers(0, max(lower.size, 1), road.size)
    if lower.size:
        small = (road == VILLAGE) | (road == STREET)
        loose = small & ~tree & (weak < np.where(lattice.over_water, WEAK_BRIDGE, WEAK_LANE))
        limit[loose] = np.maximum(lower[draw], needed)[loose]
        behind = _needed_behind(lattice, hierarchy, needed)
        spare = small & tree & (weak < WEAK_ON_TREE) & (behind < field_rank)
        limit[spare] = np.maximum(behind, lower[draw])[spare]
    limit[road == NOT_BUILT] = 0
    return limit.astype(np.int64)


def _needed_behind(lattice: Lattice, hierarchy: Hierarchy, needed: Ints) -> Ints:
    """For each link of the tree the rank needed at either of its ends or beyond it, seen from the large roads."""
    count = len(lattice.xy)
    need = np.zeros(count, dtype=np.int64)
    np.maximum.at(need, lattice.tail, needed)
    np.maximum.at(need, lattice.head, needed)
    links = np.flatnonzero(hierarchy.in_tree)
    large = links[hierarchy.road[links] <= TOWNSHIP]
    root = int(lattice.tail[large[0]]) if large.size else 0
    graph = coo_array((np.ones(links.size), (lattice.tail[links], lattice.head[links])), shape=(count, count)).tocsr()
    order, before = breadth_first_order(graph, root, directed=False)
    for node in order[:0:-1].tolist():
        need[before[node]] = max(need[before[node]], need[node])
    return np.maximum(need[lattice.tail], need[lattice.head]) if count else needed
