"""The ways between a scenario's places, as tables of kilometres and hours.

`ways_of` answers for one scenario; what it has computed stays in memory and, given a folder, on disk.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from solver.roads.contraction import WeightedEdges
from solver.roads.great_circle import great_circle_km
from solver.roads.shortest import Packing, packing_for
from solver.roads.snapping import Snapping, largest_strong_part, snap
from solver.roads.way_rows import WayRows
from solver.roads.ways import Ways, WayTable
from solver.scenario import SNAP_LIMIT_M, RoadNetwork, Scenario

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class PlaceWithoutRoadError(ValueError):
    """Places farther than 3 km from every node of the network; the message names them."""


def ways_of(scenario: Scenario, *, cache_folder: Path | None = None) -> Ways:
    """The ways between all fields, yards and plants of `scenario` (design: 'Way' in the scenario format).

    With `cache_folder`, rows once computed are kept there under a hash of the network and of where the places join
    it; any file in it may be deleted at any time. Raises PlaceWithoutRoadError where a place has no road within 3 km.
    """
    places = _Places(scenario)
    if scenario.roads is None:
        return StraightWays(scenario, places)
    return RoadWays(scenario, scenario.roads, places, cache_folder)


class _Places:
    """Ids and coordinates of all fields, yards and plants."""

    def __init__(self, scenario: Scenario) -> None:
        at = [
            *((f.field_id, f.lon, f.lat) for f in scenario.fields),
            *((y.yard_id, y.lon, y.lat) for y in scenario.yards),
            *((p.plant_id, p.lon, p.lat) for p in scenario.plants),
        ]
        self.ids = [place_id for place_id, _, _ in at]
        self.index = {place_id: i for i, place_id in enumerate(self.ids)}
        self.lon = np.array([lon for _, lon, _ in at], dtype=np.float64)
        self.lat = np.array([lat for _, _, lat in at], dtype=np.float64)

    def indices(self, place_ids: Sequence[str]) -> Ints:
        return np.fromiter((self.index[p] for p in place_ids), dtype=np.int64, count=len(place_ids))


class StraightWays:
    """Great circle × detour factor at the scenario's road speed, alike for every class."""

    def __init__(self, scenario: Scenario, places: _Places) -> None:
        self._places = places
        self._detour_factor = scenario.detour_factor
        self._road_speed_km_h = scenario.road_speed_km_h
        self._classes = frozenset(scenario.class_by_name)

    def table(self, origins: Sequence[str], destinations: Sequence[str], truck_class: str | None) -> WayTable:
        """Ways from every origin to every destination; KeyError for an unknown place or class."""
        if truck_class is not None and truck_class not in self._classes:
            raise KeyError(truck_class)
        o, d = self._places.indices(origins), self._places.indices(destinations)
        lon, lat = self._places.lon, self._places.lat
        km = great_circle_km(lon[o][:, None], lat[o][:, None], lon[d], lat[d]) * self._detour_factor
        return WayTable(km=km, hours=km / self._road_speed_km_h)


class RoadWays:
    """Least-time ways over the road network, with the approaches from each place to its node."""

    def __init__(self, scenario: Scenario, network: RoadNetwork, places: _Places, cache_folder: Path | None) -> None:
        self._places = places
        self.snapping = snap(network, lon=places.lon, lat=places.lat)
        _refuse_far(places.ids, self.snapping)
        self._approach_km = self.snapping.distance_m / 1000.0 * scenario.detour_factor
        self._approach_h = self._approach_km / scenario.road_speed_km_h
        part = largest_strong_part(network)
        joined = np.searchsorted(part, self.snapping.node)
        place_nodes, self._node = np.unique(joined, return_inverse=True)
        self._rows_by_class, self._packing = _rows_by_class(scenario, network, part, place_nodes, cache_folder)

    def table(self, origins: Sequence[str], destinations: Sequence[str], truck_class: str | None) -> WayTable:
        """Ways from every origin to every destination; KeyError for an unknown place or class."""
        rows = self._rows_by_class[truck_class]
        o, d = self._places.indices(origins), self._places.indices(destinations)
        km, hours = self._packing.unpack(rows.weights(self._node[o], self._node[d]))
        km += self._approach_km[o][:, None] + self._approach_km[d]
        hours += self._approach_h[o][:, None] + self._approach_h[d]
        same = o[:, None] == d
        km[same] = hours[same] = 0.0
        return WayTable(km=km, hours=hours)


def _rows_by_class(
    scenario: Scenario, network: RoadNetwork, part: Ints, place_nodes: Ints, cache_folder: Path | None
) -> tuple[dict[str | None, WayRows], Packing]:
    """The rows of each class (None: balers); classes that may use the same edges share them.

    A way between two nodes of a strongly connected part never leaves it, so the rest of the network is dropped.
    """
    position = np.full(network.node_lon.size, -1, dtype=np.int64)
    position[part] = np.arange(part.size)
    edge_from, edge_to = position[network.edge_from], position[network.edge_to]
    kept = np.flatnonzero((edge_from >= 0) & (edge_to >= 0))
    edge_from, edge_to, max_rank = edge_from[kept], edge_to[kept], network.edge_max_rank[kept]
    time_s, length_m = network.edge_travel_time_s[kept], network.edge_length_m[kept]
    packing = packing_for(edge_from, edge_to, time_s=time_s, length_m=length_m, nodes=part.size)
    weight = packing.weights(time_s=time_s, length_m=length_m)
    rank_by_class: dict[str | None, int | None] = {None: None}
    rank_by_class.update({c.truck_class: c.rank for c in scenario.truck_classes})
    rows_by_edges: dict[bytes, WayRows] = {}
    rows_by_class: dict[str | None, WayRows] = {}
    for truck_class, rank in rank_by_class.items():
        admitted = np.ones(kept.size, dtype=bool) if rank is None else (max_rank < 0) | (max_rank >= rank)
        key = np.packbits(admitted).tobytes()
        if key not in rows_by_edges:
            edges = WeightedEdges(edge_from[admitted], edge_to[admitted], weight[admitted])
            rows_by_edges[key] = WayRows(
                edges, place_nodes, nodes=part.size, weight_limit=packing.weight_limit, cache_folder=cache_folder
            )
        rows_by_class[truck_class] = rows_by_edges[key]
    return rows_by_class, packing


def _refuse_far(place_ids: Sequence[str], snapping: Snapping) -> None:
    if snapping.too_far.size:
        names = ", ".join(f"{place_ids[i]} ({snapping.distance_m[i] / 1000:.1f} km)" for i in snapping.too_far[:20])
        more = f" and {snapping.too_far.size - 20} more" if snapping.too_far.size > 20 else ""
        raise PlaceWithoutRoadError(f"no road within {SNAP_LIMIT_M / 1000:.0f} km of {names}{more}")
