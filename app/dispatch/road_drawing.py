"""The road network as a few long lines for the map."""

from __future__ import annotations

import gzip
import json

import numpy as np
import numpy.typing as npt

from solver.scenario import RoadNetwork

Ints = npt.NDArray[np.int64]
UNNAMED_CLASS = "road"


def drawing_of(network: RoadNetwork) -> bytes:
    """Return gzipped JSON {classes: [{road_class, lines: [[[lat, lon], ...], ...]}]}, degrees with 5 decimals.

    Both directions of a road are drawn once; edges of one class are chained through nodes where just two of them meet.
    """
    points = np.round(np.column_stack([network.node_lat, network.node_lon]), 5).tolist()
    classes = [
        {"road_class": name, "lines": [[points[node] for node in chain] for chain in chains]}
        for name, chains in _chains_by_class(network)
    ]
    text = json.dumps({"classes": classes}, separators=(",", ":"), ensure_ascii=False)
    return gzip.compress(text.encode(), mtime=0)


def _chains_by_class(network: RoadNetwork) -> list[tuple[str, list[list[int]]]]:
    ends = np.sort(np.column_stack([network.edge_from, network.edge_to]), axis=1)
    answer = []
    for index, name in enumerate(network.road_classes or (UNNAMED_CLASS,)):
        of_class = network.edge_road_class == index if network.road_classes else np.ones(len(ends), dtype=bool)
        edges = np.unique(ends[of_class & (ends[:, 0] != ends[:, 1])], axis=0)
        if len(edges):
            answer.append((name, _chains(edges)))
    return answer


def _chains(edges: Ints) -> list[list[int]]:
    """Every edge once, in paths that run from fork to fork or end; rings start anywhere."""
    neighbours: dict[int, list[int]] = {}
    for a, b in edges.tolist():
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    unused = {(a, b) for a, b in edges.tolist()}
    forks = [node for node, others in neighbours.items() if len(others) != 2]
    chains = []
    for start in [*forks, *neighbours]:
        chains += [
            _walk(start, first, neighbours, unused)
            for first in neighbours[start]
            if (min(start, first), max(start, first)) in unused
        ]
    return chains


def _walk(start: int, first: int, neighbours: dict[int, list[int]], unused: set[tuple[int, int]]) -> list[int]:
    chain = [start]
    here, there = start, first
    while (edge := (min(here, there), max(here, there))) in unused:
        unused.remove(edge)
        chain.append(there)
        if len(neighbours[there]) != 2:
            break
        a, b = neighbours[there]
        here, there = there, b if a == here else a
    return chain
