"""How much longer roads are than the straight line."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from solver.roads.contraction import WeightedEdges
from solver.roads.great_circle import great_circle_km
from solver.roads.shortest import weighted_graph
from solver.roads.snapping import snap
from solver.scenario import RoadNetwork

LEAST_APART_KM = 2.0
SAMPLE_PLACES = 250


def mean_detour(network: RoadNetwork, *, lon: npt.ArrayLike, lat: npt.ArrayLike, seed: int = 0) -> float:
    """Mean of shortest road over great circle, between a sample of these points (degrees) over 2 km apart.

    Whatever lies between a point and its nearest node is left out on both sides; NaN where no two points lie so far
    apart.
    """
    node = np.unique(snap(network, lon=lon, lat=lat).node)
    node = np.sort(np.random.default_rng(seed).permutation(node)[:SAMPLE_PLACES])
    edges = WeightedEdges(network.edge_from, network.edge_to, np.maximum(network.edge_length_m, 0.001))
    graph = weighted_graph(edges, nodes=network.node_lon.size, weight_limit=np.inf)
    road_km = graph.rows(node, node) / 1000.0
    at_lon, at_lat = network.node_lon[node], network.node_lat[node]
    straight_km = great_circle_km(at_lon[:, None], at_lat[:, None], at_lon, at_lat)
    apart = straight_km > LEAST_APART_KM
    return float((road_km[apart] / straight_km[apart]).mean()) if apart.any() else float("nan")
