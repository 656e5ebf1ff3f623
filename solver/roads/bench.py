"""Times the matrices of ways on a network of a county's size: `python -m solver.roads.bench`."""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt

from solver.roads.contraction import WeightedEdges
from solver.roads.shortest import packing_for
from solver.roads.way_rows import WayRows

NODES = 50_000
EDGES = 120_000
SEED = 1


def main() -> None:
    """Print the time of 5,000 fields × 20 places in both directions and of 1,000 × 1,000, from an empty memory."""
    edges, limit = grid_edges(nodes=NODES, edges=EDGES, seed=SEED)
    rng = np.random.default_rng(SEED)
    chosen = rng.permutation(NODES)
    started = time.perf_counter()
    rows = WayRows(edges, np.sort(chosen[:5020]), nodes=NODES, weight_limit=limit)
    fields, hubs = np.arange(20, 5020), np.arange(20)
    found = rows.weights(fields, hubs), rows.weights(hubs, fields)
    _report("5,000 fields x 20 places, both directions", time.perf_counter() - started, 3)
    started = time.perf_counter()
    rows = WayRows(edges, np.sort(chosen[:2000]), nodes=NODES, weight_limit=limit)
    many = rows.weights(np.arange(0, 2000, 2), np.arange(1, 2000, 2))
    _report("1,000 x 1,000", time.perf_counter() - started, 6)
    if not all(np.isfinite(x).all() for x in (*found, many)):
        raise RuntimeError("the benchmark's network is not strongly connected")


def _report(what: str, seconds: float, at_most_s: float) -> None:
    print(f"ways: {what}, {NODES:,} nodes, {EDGES:,} edges: {seconds:.2f} s (at most {at_most_s:.0f})")


def grid_edges(*, nodes: int, edges: int, seed: int) -> tuple[WeightedEdges, float]:
    """Packed edges of a street grid of `nodes` nodes, and the limit of their packing.

    A spanning tree and random links, both ways, together `edges` directed edges.
    """
    rng = np.random.default_rng(seed)
    width = int(np.sqrt(nodes))
    node: npt.NDArray[np.int64] = np.arange(nodes, dtype=np.int64)
    left = np.flatnonzero(node % width > 0)
    above = np.flatnonzero(node >= width)
    # Each node hangs on its left or upper neighbour; of the links not used so, as many as are wanted are added.
    up = (rng.random(nodes) < 0.5) & (node >= width) | (node % width == 0)
    tree = np.column_stack((node[1:], np.where(up, node - width, node - 1)[1:]))
    spare = np.concatenate(
        (np.column_stack((left, left - 1))[up[left]], np.column_stack((above, above - width))[~up[above]])
    )
    spare = spare[rng.permutation(len(spare))[: max(edges // 2 - len(tree), 0)]]
    link = np.concatenate((tree, spare))
    length_m = np.tile(np.rint(rng.uniform(50, 400, len(link)) * 10) / 10, 2)
    time_s = np.rint(length_m / np.tile(rng.choice([2.5, 5.0, 8.0, 12.0], len(link)), 2) * 10) / 10
    tail, head = np.concatenate((link[:, 0], link[:, 1])), np.concatenate((link[:, 1], link[:, 0]))
    packing = packing_for(tail, head, time_s=time_s, length_m=length_m, nodes=nodes)
    return WeightedEdges(tail, head, packing.weights(time_s=time_s, length_m=length_m)), packing.weight_limit


if __name__ == "__main__":
    main()
