"""Ways of a road map made into a network: cut at junctions, thinned, turn restrictions kept, one connected part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np

from solver.roads.great_circle import great_circle_km
from solver.roads.profiles import TruckProfile
from solver.roads.snapping import largest_strong_part
from solver.roads.tags import RoadMeaning, meaning
from solver.scenario import RoadNetwork

# Places join at nodes, so long bends keep one at least so often.
NODE_EVERY_M = 100.0


@dataclass(frozen=True, slots=True)
class MapWay:
    """A way of the map: its nodes in order, and its tags."""

    way_id: int
    nodes: tuple[int, ...]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TurnRestriction:
    """No turn (`only` False), or no other turn (`only` True), from a way over a node into a way."""

    from_way: int
    via_node: int
    to_way: int
    only: bool


@dataclass(frozen=True, slots=True)
class MapExtract:
    """What a map file or server gave. `lon_lat`: by node. `blocked`: nodes with a barrier no truck passes.

    `skipped_restrictions`: turn restrictions over whole ways, under conditions or broken, which are left out.
    """

    ways: Sequence[MapWay]
    lon_lat: Mapping[int, tuple[float, float]]
    blocked: frozenset[int] = frozenset()
    restrictions: Sequence[TurnRestriction] = ()
    skipped_restrictions: int = 0


@dataclass(frozen=True, slots=True)
class BuiltRoads:
    """The network, and counts of what became of the map."""

    network: RoadNetwork
    ways_used: int
    ways_left_out: int
    nodes_outside: int
    restrictions_kept: int
    restrictions_skipped: int


@dataclass(frozen=True, slots=True)
class _Edge:
    start: int
    end: int
    way_id: int
    length_m: float
    time_s: float
    max_rank: int
    road_class: str


@dataclass(slots=True)
class _Nodes:
    """Nodes of the network by number; a map node can stand for several."""

    at: list[int] = field(default_factory=list)
    number: dict[int, int] = field(default_factory=dict)

    def of(self, map_node: int) -> int:
        if map_node not in self.number:
            self.number[map_node] = self.copy(map_node)
        return self.number[map_node]

    def copy(self, map_node: int) -> int:
        self.at.append(map_node)
        return len(self.at) - 1


def build_network(extract: MapExtract, profiles: Sequence[TruckProfile]) -> BuiltRoads:
    """The largest strongly connected part of the roads that carry at least the smallest class.

    `profiles` ascend by rank. Raises ValueError where no road is left.
    """
    meanings = [(way, found) for way in extract.ways if (found := meaning(way.tags, profiles)) is not None]
    nodes, edges = _cut(meanings, extract)
    edges, kept = _restricted(edges, extract.restrictions, nodes)
    if not edges:
        raise ValueError("the map holds no road that a truck can use")
    network = _network(nodes, edges, extract)
    part = largest_strong_part(network)
    if part.size < 2:
        raise ValueError("no two places of the map are linked by road in both directions")
    return BuiltRoads(
        network=_only(network, part),
        ways_used=len(meanings),
        ways_left_out=len(extract.ways) - len(meanings),
        nodes_outside=len(nodes.at) - part.size,
        restrictions_kept=kept,
        restrictions_skipped=extract.skipped_restrictions + len(extract.restrictions) - kept,
    )


def _cut(meanings: Sequence[tuple[MapWay, RoadMeaning]], extract: MapExtract) -> tuple[_Nodes, list[_Edge]]:
    """Edges between junctions; a way is interrupted where nodes are missing from the extract."""
    uses = Counter(node for way, _ in meanings for node in way.nodes)
    uses.update(node for way, _ in meanings for node in (way.nodes[0], way.nodes[-1]))
    uses.update(restriction.via_node for restriction in extract.restrictions for _ in range(2))
    nodes, edges = _Nodes(), []
    for way, found in meanings:
        for stretch in _known_stretches(way.nodes, extract.lon_lat):
            edges += _cut_stretch(stretch, way.way_id, found, nodes=nodes, uses=uses, extract=extract)
    return nodes, edges


def _known_stretches(map_nodes: Sequence[int], lon_lat: Mapping[int, tuple[float, float]]) -> list[list[int]]:
    """The runs of at least two nodes whose places are known: a way may leave the extract and come back."""
    runs = [list(run) for known, run in groupby(map_nodes, key=lon_lat.__contains__) if known]
    return [run for run in runs if len(run) >= 2]


def _cut_stretch(
    map_nodes: Sequence[int],
    way_id: int,
    found: RoadMeaning,
    *,
    nodes: _Nodes,
    uses: Mapping[int, int],
    extract: MapExtract,
) -> list[_Edge]:
    at = np.array([extract.lon_lat[n] for n in map_nodes])
    step_m = great_circle_km(at[:-1, 0], at[:-1, 1], at[1:, 0], at[1:, 1]) * 1000.0
    edges = []
    start, length_m, last = nodes.of(map_nodes[0]), 0.0, len(map_nodes) - 1
    for i in range(1, len(map_nodes)):
        length_m += float(step_m[i - 1])
        node = map_nodes[i]
        blocked = node in extract.blocked
        if i < last and uses[node] < 2 and not blocked and length_m < NODE_EVERY_M:
            continue
        # A barrier ends the road from either side: each side gets a node of its own there.
        end = nodes.copy(node) if blocked else nodes.of(node)
        edges += _both_ways(start, end, way_id, length_m, found)
        start, length_m = (nodes.copy(node) if blocked else end), 0.0
    return edges


def _both_ways(start: int, end: int, way_id: int, length_m: float, found: RoadMeaning) -> list[_Edge]:
    edges = []
    for a, b, speed in ((start, end, found.forward_km_h), (end, start, found.backward_km_h)):
        if speed is not None and a != b:
            time_s = round(length_m / speed * 3.6, 1)
            edges.append(_Edge(a, b, way_id, round(length_m, 1), time_s, found.max_rank, found.road_class))
    return edges


def _restricted(edges: list[_Edge], restrictions: Sequence[TurnRestriction], nodes: _Nodes) -> tuple[list[_Edge], int]:
    """The edges with turn restrictions kept, and how many there were to keep.

    Whoever arrives by a restricted edge arrives at a copy of the node, from which only the allowed edges leave.
    """
    into: dict[int, list[int]] = {}
    out: dict[int, list[int]] = {}
    vias = {nodes.number[r.via_node] for r in restrictions if r.via_node in nodes.number}
    for i, edge in enumerate(edges):
        if edge.end in vias:
            into.setdefault(edge.end, []).append(i)
        if edge.start in vias:
            out.setdefault(edge.start, []).append(i)
    allowed: dict[int, set[int]] = {}
    kept = 0
    for restriction in restrictions:
        via = nodes.number.get(restriction.via_node, -1)
        arriving = [i for i in into.get(via, []) if edges[i].way_id == restriction.from_way]
        leaving = {i for i in out.get(via, []) if edges[i].way_id == restriction.to_way}
        if not arriving or not leaving:
            continue
        kept += 1
        for i in arriving:
            # Within one way the turn meant is the turn back.
            meant = (
                leaving
                if restriction.from_way != restriction.to_way
                else {j for j in leaving if edges[j].end == edges[i].start}
            )
            before = allowed.setdefault(i, set(out.get(via, [])))
            allowed[i] = before & meant if restriction.only else before - meant
    found, onward_of = list(edges), []
    for i, onward in allowed.items():
        copy = nodes.copy(nodes.at[edges[i].end])
        found[i] = replace(edges[i], end=copy)
        onward_of += [(copy, j) for j in sorted(onward)]
    # Last, because an onward edge may itself have got a copy for its end.
    return found + [replace(found[j], start=copy) for copy, j in onward_of], kept


def _network(nodes: _Nodes, edges: Sequence[_Edge], extract: MapExtract) -> RoadNetwork:
    at = np.array([extract.lon_lat[n] for n in nodes.at], dtype=np.float64).reshape(-1, 2)
    names = tuple(dict.fromkeys(edge.road_class for edge in edges))
    index = {name: i for i, name in enumerate(names)}
    return RoadNetwork(
        node_lon=at[:, 0],
        node_lat=at[:, 1],
        edge_from=np.array([e.start for e in edges], dtype=np.int64),
        edge_to=np.array([e.end for e in edges], dtype=np.int64),
        edge_length_m=np.array([e.length_m for e in edges], dtype=np.float64),
        edge_travel_time_s=np.array([e.time_s for e in edges], dtype=np.float64),
        edge_max_rank=np.array([e.max_rank for e in edges], dtype=np.int64),
        edge_road_class=np.array([index[e.road_class] for e in edges], dtype=np.int64),
        road_classes=names,
    )


def _only(network: RoadNetwork, part: np.ndarray[tuple[int], np.dtype[np.int64]]) -> RoadNetwork:
    position = np.full(network.node_lon.size, -1, dtype=np.int64)
    position[part] = np.arange(part.size)
    kept = (position[network.edge_from] >= 0) & (position[network.edge_to] >= 0)
    return RoadNetwork(
        node_lon=network.node_lon[part],
        node_lat=network.node_lat[part],
        edge_from=position[network.edge_from[kept]],
        edge_to=position[network.edge_to[kept]],
        edge_length_m=network.edge_length_m[kept],
        edge_travel_time_s=network.edge_travel_time_s[kept],
        edge_max_rank=network.edge_max_rank[kept],
        edge_road_class=network.edge_road_class[kept],
        road_classes=network.road_classes,
    )
