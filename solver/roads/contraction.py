"""A smaller graph with the same ways between chosen nodes.

A node with at most three neighbours can be taken out without the graph growing: each way through it becomes one
edge. Dead ends, bends and most crossings of a road network go like this, and every run on the rest is shorter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MOST_NEIGHBOURS = 3
# A round costs a sort of all edges; it stops paying once it takes out less than this share of the nodes.
LEAST_SHARE_OF_A_ROUND = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class WeightedEdges:
    """Directed edges without loops, parallel edges, or order: (E,) each."""

    tail: Ints
    head: Ints
    weight: Floats


def best_edges(edges: WeightedEdges) -> WeightedEdges:
    """The edges without loops, ordered by tail and head, of parallel ones that of least weight."""
    order = np.lexsort((edges.weight, edges.head, edges.tail))
    tail, head = edges.tail[order], edges.head[order]
    best = tail != head
    best[1:] &= (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    return WeightedEdges(tail[best], head[best], edges.weight[order][best])


def contract(edges: WeightedEdges, kept: Flags) -> WeightedEdges:
    """Edges with the same least weights between the `kept` nodes ((N,) flags) as `edges` has.

    Nodes keep their numbers; one that is taken out has no edges any more. Weights must be whole numbers, so that
    sums are the same in any order.
    """
    edges = best_edges(edges)
    gone = np.zeros(kept.size, dtype=bool)
    while True:
        out = _independent(edges, ~kept & ~gone)
        gone |= out
        edges = _without(edges, out)
        if out.sum() <= LEAST_SHARE_OF_A_ROUND * (kept.size - gone.sum()):
            return edges


def _independent(edges: WeightedEdges, open_to_choice: Flags) -> Flags:
    """Nodes with few neighbours of which no two are neighbours: those before all their rivals in a fixed shuffle."""
    nodes = open_to_choice.size
    link = np.unique(np.concatenate((edges.tail * nodes + edges.head, edges.head * nodes + edges.tail)))
    one, other = np.divmod(link, nodes)
    few = open_to_choice & (np.bincount(one, minlength=nodes) <= MOST_NEIGHBOURS)
    turn = np.random.default_rng(nodes).permutation(nodes)
    rivals = few[one] & few[other] & (turn[other] < turn[one])
    few[one[rivals]] = False
    return few


def _without(edges: WeightedEdges, out: Flags) -> WeightedEdges:
    """The edges without those at `out`, and one edge for each way through a node of `out`."""
    arriving, leaving = out[edges.head], out[edges.tail]
    into = _picked(edges, arriving, edges.head)
    onward = _picked(edges, leaving, edges.tail)
    # Each arriving edge is paired with every leaving edge of the same node.
    first = np.searchsorted(onward.tail, into.head, side="left")
    count = np.searchsorted(onward.tail, into.head, side="right") - first
    i = np.repeat(np.arange(into.head.size), count)
    j = np.arange(i.size) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    stays = ~(arriving | leaving)
    return best_edges(
        WeightedEdges(
            np.concatenate((edges.tail[stays], into.tail[i])),
            np.concatenate((edges.head[stays], onward.head[j])),
            np.concatenate((edges.weight[stays], into.weight[i] + onward.weight[j])),
        )
    )


def _picked(edges: WeightedEdges, flags: Flags, by: Ints) -> WeightedEdges:
    """The flagged edges in the order of the node numbers `by`."""
    chosen = np.flatnonzero(flags)
    chosen = chosen[np.argsort(by[chosen], kind="stable")]
    return WeightedEdges(edges.tail[chosen], edges.head[chosen], edges.weight[chosen])
