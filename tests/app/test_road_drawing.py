from __future__ import annotations

import gzip
import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from app.dispatch.road_drawing import drawing_of
from solver.scenario import RoadNetwork
from solver.scenario_files import read_scenario

HAINING = Path(__file__).resolve().parents[2] / "data" / "haining"


def network(edges: list[tuple[int, int, int]], *, nodes: int, road_classes: tuple[str, ...]) -> RoadNetwork:
    """A network on a line of nodes; edges are (from, to, class)."""
    columns = np.array(edges, dtype=np.int64)
    return RoadNetwork(
        node_lon=120.0 + np.arange(nodes) / 100,
        node_lat=30.0 + np.arange(nodes) / 1000,
        edge_from=columns[:, 0],
        edge_to=columns[:, 1],
        edge_length_m=np.ones(len(edges)),
        edge_travel_time_s=np.ones(len(edges)),
        edge_max_rank=np.full(len(edges), -1),
        edge_road_class=columns[:, 2],
        road_classes=road_classes,
    )


def drawn(roads: RoadNetwork) -> dict[str, list[list[tuple[float, float]]]]:
    answer = json.loads(gzip.decompress(drawing_of(roads)))
    return {c["road_class"]: [[tuple(p) for p in line] for line in c["lines"]] for c in answer["classes"]}


def test_a_road_without_forks_is_one_line_and_both_directions_are_drawn_once() -> None:
    lines = drawn(network([(0, 1, 0), (1, 0, 0), (1, 2, 0), (2, 3, 0)], nodes=4, road_classes=("primary",)))
    assert [len(line) for line in lines["primary"]] == [4]


def test_lines_end_at_forks_and_where_the_class_changes() -> None:
    fork = [(0, 1, 0), (1, 2, 0), (1, 3, 0), (3, 4, 1)]
    lines = drawn(network(fork, nodes=5, road_classes=("primary", "track")))
    assert sorted(len(line) for line in lines["primary"]) == [2, 2, 2]
    assert [len(line) for line in lines["track"]] == [2]


def test_a_ring_is_drawn_closed() -> None:
    lines = drawn(network([(0, 1, 0), (1, 2, 0), (2, 0, 0)], nodes=3, road_classes=("primary",)))["primary"]
    assert len(lines) == 1
    assert len(lines[0]) == 4
    assert lines[0][0] == lines[0][-1]


def test_every_road_of_the_demo_county_is_drawn_exactly_once() -> None:
    roads = read_scenario(HAINING).roads
    if roads is None:
        pytest.skip("the demo county has no roads")
    points = [tuple(p) for p in np.round(np.column_stack([roads.node_lat, roads.node_lon]), 5).tolist()]
    wanted = {
        (roads.road_classes[road_class], *sorted((a, b)))
        for a, b, road_class in zip(
            roads.edge_from.tolist(), roads.edge_to.tolist(), roads.edge_road_class.tolist(), strict=True
        )
        if a != b
    }
    found = Counter(
        (name, *sorted(pair)) for name, lines in drawn(roads).items() for line in lines for pair in pairwise(line)
    )
    assert found == Counter((name, *sorted((points[a], points[b]))) for name, a, b in wanted)
