"""A made-up but plausible road network for a county that has no open map: same scenario and seed, same bytes.

The lattice gives crossings and canals, the hierarchy the roads, the tracks join the fields, the limits keep large
trucks off weak bridges. Nothing of it is surveyed.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solver.roads.detour import mean_detour
from solver.roads.schematic.assembly import Places, assemble, rounded_places
from solver.roads.schematic.hierarchy import build_hierarchy
from solver.roads.schematic.lattice import lay_lattice
from solver.roads.schematic.limits import link_limits
from solver.roads.schematic.plane import LocalPlane
from solver.roads.schematic.tracks import lay_tracks, ranks_needed
from solver.scenario import RoadNetwork, Scenario

CROSSINGS_BASE = 140
CROSSINGS_PER_FIELD = 0.95
BRIDGE_SHARES = (0.25, 0.5, 0.75, 1.0)
MOST_DETOUR = 1.37


def build_schematic(scenario: Scenario, *, seed: int) -> RoadNetwork:
    """A strongly connected network over the scenario's towns, yards, plants and fields; its own roads are ignored.

    Every yard, plant and field has a node at its coordinates. Yards and plants are reached by every class, a field
    at least by the classes it admits; a field without `max_truck_class` by the largest class sent to fields (see
    `_field_rank`). About 170 + 2.8 × fields nodes. Village bridges are added until roads are at most 1.37 times the
    straight line (see `mean_detour`), or there are no more. Raises ValueError for a scenario without fields, yards
    and plants.
    """
    places = rounded_places(scenario, field_rank=_field_rank(scenario))
    if places.lon.size == 0:
        raise ValueError("the scenario has no fields, yards or plants to lead roads to")
    for bridges in BRIDGE_SHARES:
        network = _build(scenario, places, bridges, np.random.default_rng(seed))
        if not mean_detour(network, lon=places.lon, lat=places.lat) > MOST_DETOUR:
            break
    return network


def _build(scenario: Scenario, places: Places, bridges: float, rng: np.random.Generator) -> RoadNetwork:
    plane = LocalPlane(lon=round(float(places.lon.mean()), 3), lat=round(float(places.lat.mean()), 3))
    places_xy = plane.xy(places.lon, places.lat)
    towns_xy = plane.xy([t.lon for t in scenario.towns], [t.lat for t in scenario.towns])
    hubs_xy, gates_xy = places_xy[places.is_hub], places_xy[~places.is_hub]
    crossings = CROSSINGS_BASE + round(CROSSINGS_PER_FIELD * len(gates_xy))
    lattice = lay_lattice(np.concatenate((places_xy, towns_xy)), nodes=crossings, rng=rng)
    hierarchy = build_hierarchy(lattice, towns_xy, hubs_xy, village_bridges=bridges, rng=rng)
    tracks = lay_tracks(gates_xy, lattice, hierarchy)
    gate_rank, link_rank = ranks_needed(tracks, places.needed_rank[~places.is_hub], links=lattice.tail.size)
    limits = link_limits(
        lattice,
        hierarchy,
        needed=link_rank,
        ranks=np.unique([c.rank for c in scenario.truck_classes]),
        field_rank=_field_rank(scenario),
        rng=rng,
    )
    layout = replace(lattice, xy=hierarchy.xy)
    return assemble(plane, layout, hierarchy, limits, hubs_xy, gates_xy, tracks, gate_rank)


def _field_rank(scenario: Scenario) -> int:
    """The rank of the largest class that village roads carry.

    The highest that a field names; at least the second highest of all where there are three or more classes.
    """
    ranks = sorted({c.rank for c in scenario.truck_classes})
    named = [scenario.class_by_name[f.max_truck_class].rank for f in scenario.fields if f.max_truck_class is not None]
    usual = ranks[-2] if len(ranks) >= 3 else ranks[-1]
    return max([usual, *named])
