"""Where places join the road network: the nearest node of its largest strongly connected part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from solver.roads.great_circle import great_circle_km, unit_vectors
from solver.scenario import SNAP_LIMIT_M, SNAP_WARNING_M, RoadNetwork

# Nodes drawn at one spot are equally near: of so many candidates the first in the network's order is taken.
TIED_CANDIDATES = 4


@dataclass(frozen=True, slots=True, eq=False)
class Snapping:
    """`node`: (P,) node index per place; `distance_m`: (P,) great circle from the place to that node."""

    node: npt.NDArray[np.int64]
    distance_m: npt.NDArray[np.float64]

    @property
    def far(self) -> npt.NDArray[np.int64]:
        """Places that join over 500 m away: worth a warning."""
        return np.flatnonzero(self.distance_m > SNAP_WARNING_M).astype(np.int64)

    @property
    def too_far(self) -> npt.NDArray[np.int64]:
        """Places without a road within 3 km: to be refused."""
        return np.flatnonzero(self.distance_m > SNAP_LIMIT_M).astype(np.int64)


def snap(network: RoadNetwork, *, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Snapping:
    """The nearest node of the largest strongly connected part for each point (degrees), and how far it is.

    Nobody is refused here: see `Snapping.far` and `Snapping.too_far`. Raises ValueError for a network without nodes.
    """
    part = largest_strong_part(network)
    if part.size == 0:
        raise ValueError("the road network has no nodes")
    tree = cKDTree(unit_vectors(network.node_lon[part], network.node_lat[part]))
    lon, lat = np.atleast_1d(np.asarray(lon, dtype=np.float64)), np.atleast_1d(np.asarray(lat, dtype=np.float64))
    if lon.size == 0:
        return Snapping(np.empty(0, dtype=np.int64), np.empty(0))
    count = min(TIED_CANDIDATES, part.size)
    chord, candidate = tree.query(unit_vectors(lon, lat), k=[*range(1, count + 1)])
    nearest = part[np.where(chord == chord[:, :1], candidate, part.size - 1).min(axis=1)]
    distance_km = great_circle_km(lon, lat, network.node_lon[nearest], network.node_lat[nearest])
    return Snapping(nearest, distance_km * 1000.0)


def largest_strong_part(network: RoadNetwork) -> npt.NDArray[np.int64]:
    """Indices, ascending, of the nodes of the strongly connected part with the most nodes.

    Every edge counts, whatever the class it admits; of parts of equal size the one with the first node is taken.
    """
    count = network.node_lon.size
    if count == 0:
        return np.empty(0, dtype=np.int64)
    ones = np.ones(network.edge_from.size, dtype=np.int8)
    graph = coo_array((ones, (network.edge_from, network.edge_to)), shape=(count, count)).tocsr()
    _, label = connected_components(graph, directed=True, connection="strong")
    _, first, size = np.unique(label, return_index=True, return_counts=True)
    largest = first[size == size.max()].min()
    return np.flatnonzero(label == label[largest]).astype(np.int64)


def far_places_text(place_ids: Sequence[str], snapping: Snapping) -> list[str]:
    """One line for each place that joins over 500 m away, farthest first."""
    far = sorted(snapping.far, key=lambda i: -snapping.distance_m[i])
    return [f"{place_ids[i]}: nearest road node {snapping.distance_m[i]:.0f} m away" for i in far]
