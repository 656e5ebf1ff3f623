"""The parts of a schematic network put together into nodes and edges."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from solver.roads.schematic.hierarchy import NOT_BUILT, Hierarchy
from solver.roads.schematic.lattice import Flags, Floats, Ints, Lattice
from solver.roads.schematic.limits import EVERY_CLASS
from solver.roads.schematic.plane import LocalPlane
from solver.roads.schematic.tracks import Tracks
from solver.roads.speeds import LOADED_TRUCK_KM_H
from solver.scenario import RoadNetwork, Scenario

# Names of OpenStreetMap, in the order of the hierarchy, then field tracks and access roads of yards and plants.
ROAD_CLASSES = ("primary", "secondary", "tertiary", "residential", "unclassified", "track", "service")
TRACK, ACCESS = ROAD_CLASSES.index("track"), ROAD_CLASSES.index("service")
# A road is longer than the straight line between its crossings.
WINDING = (1.01, 1.01, 1.02, 1.02, 1.03, 1.06, 1.05)
COORDINATE_DECIMALS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Distinct spots of yards and plants (`is_hub`) and fields; `needed_rank`: the class rank that must come there."""

    lon: Floats
    lat: Floats
    is_hub: Flags
    needed_rank: Ints


def rounded_places(scenario: Scenario, *, field_rank: int) -> Places:
    """Places by their coordinates to six decimals; of several at one spot the most demanding counts."""
    needed: dict[tuple[float, float], int] = {}
    for farm_field in scenario.fields:
        limit = farm_field.max_truck_class
        rank = field_rank if limit is None else scenario.class_by_name[limit].rank
        at = (round(farm_field.lon, COORDINATE_DECIMALS), round(farm_field.lat, COORDINATE_DECIMALS))
        needed[at] = max(needed.get(at, 0), rank)
    hub_at = [(y.lon, y.lat) for y in scenario.yards] + [(p.lon, p.lat) for p in scenario.plants]
    hubs = {(round(lon, COORDINATE_DECIMALS), round(lat, COORDINATE_DECIMALS)) for lon, lat in hub_at}
    spots = [*sorted(hubs), *(at for at in needed if at not in hubs)]
    return Places(
        lon=np.array([lon for lon, _ in spots], dtype=np.float64),
        lat=np.array([lat for _, lat in spots], dtype=np.float64),
        is_hub=np.arange(len(spots)) < len(hubs),
        needed_rank=np.array([needed.get(at, 0) for at in spots], dtype=np.int64),
    )


def assemble(
    plane: LocalPlane,
    lattice: Lattice,
    hierarchy: Hierarchy,
    limits: Ints,
    hubs_xy: Floats,
    gates_xy: Floats,
    tracks: Tracks,
    needed_at_gate: Ints,
) -> RoadNetwork:
    """The network: every road both ways, lengths and times to one decimal."""
    parts = _Parts(lattice.xy.tolist())
    junction = _add_links(parts, lattice, hierarchy, limits, tracks)
    for at, crossing in zip(hubs_xy.tolist(), hierarchy.hub_crossing.tolist(), strict=True):
        parts.add_edge(parts.add_node(at), crossing, ACCESS, EVERY_CLASS)
    gate_node = [parts.add_node(at) for at in gates_xy.tolist()]
    for gate, node in enumerate(gate_node):
        onto = int(tracks.onto_gate[gate])
        end = gate_node[onto] if onto >= 0 else junction[int(tracks.onto_link[gate]), float(tracks.share[gate])]
        parts.add_edge(node, end, TRACK, int(needed_at_gate[gate]))
    return parts.network(plane)


def _add_links(
    parts: _Parts, lattice: Lattice, hierarchy: Hierarchy, limits: Ints, tracks: Tracks
) -> dict[tuple[int, float], int]:
    """Adds the built links, cut where tracks join; returns the node of each (link, share)."""
    shares: dict[int, set[float]] = {}
    for link, share in zip(tracks.onto_link.tolist(), tracks.share.tolist(), strict=True):
        if link >= 0:
            shares.setdefault(link, set()).add(share)
    junction: dict[tuple[int, float], int] = {}
    for link in np.flatnonzero(hierarchy.road < NOT_BUILT).tolist():
        tail, head = int(lattice.tail[link]), int(lattice.head[link])
        junction[link, 0.0], junction[link, 1.0] = tail, head
        before = tail
        for share in sorted(shares.get(link, set()) - {0.0, 1.0}):
            at = lattice.xy[tail] + share * (lattice.xy[head] - lattice.xy[tail])
            junction[link, share] = parts.add_node(at.tolist())
            parts.add_edge(before, junction[link, share], int(hierarchy.road[link]), int(limits[link]))
            before = junction[link, share]
        parts.add_edge(before, head, int(hierarchy.road[link]), int(limits[link]))
    return junction


@dataclass(slots=True)
class _Parts:
    """Nodes and two-way edges as they are added."""

    nodes: list[list[float]]
    edges: list[tuple[int, int, int, int]] = field(default_factory=list)

    def add_node(self, at: list[float]) -> int:
        self.nodes.append(at)
        return len(self.nodes) - 1

    def add_edge(self, start: int, end: int, road_class: int, max_rank: int) -> None:
        self.edges.append((start, end, road_class, max_rank))

    def network(self, plane: LocalPlane) -> RoadNetwork:
        xy = np.array(self.nodes, dtype=np.float64)
        start, end, road_class, max_rank = np.array(self.edges, dtype=np.int64).T
        straight_m = np.hypot(*(xy[start] - xy[end]).T)
        length_m = np.maximum(np.round(straight_m * np.array(WINDING)[road_class], 1), 1.0)
        speed_km_h = np.array([LOADED_TRUCK_KM_H[name] for name in ROAD_CLASSES])[road_class]
        time_s = np.maximum(np.round(length_m / speed_km_h * 3.6, 1), 0.1)
        lon, lat = plane.lon_lat(xy)
        return RoadNetwork(
            node_lon=np.round(lon, COORDINATE_DECIMALS),
            node_lat=np.round(lat, COORDINATE_DECIMALS),
            edge_from=np.column_stack((start, end)).ravel(),
            edge_to=np.column_stack((end, start)).ravel(),
            edge_length_m=np.repeat(length_m, 2),
            edge_travel_time_s=np.repeat(time_s, 2),
            edge_max_rank=np.repeat(max_rank, 2),
            edge_road_class=np.repeat(road_class, 2),
            road_classes=ROAD_CLASSES,
        )
