"""The least that trucks can pay between the places of a season, whatever way they choose."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from solver.roads.matrices import ways_of
from solver.roads.ways import Ways
from solver.scenario import Scenario
from solver.season.geometry import SeasonGeometry

Floats = npt.NDArray[np.float64]

# Ways are found in whole small units; what rounding may add is taken off.
ROUNDING = 1e-4
# Edges get their price in place of their travel time, on a scale at which an hour stays about an hour.
YUAN_PER_SCALED_H = 150.0


@dataclass(frozen=True, slots=True, eq=False)
class LeastWays:
    """F fields, H hubs, C classes of the fleet; inf where a class has no way.

    `yuan_*`: less than or equal to what any walk between the two costs a truck of the class, through whatever places:
    kilometres and hours at the class's lowest prices, an hour with its share of the day's price. `h_*`: least hours.
    `to_field` (C, H, F), `from_field` (C, F, H), `hub` (C, H, H).
    """

    yuan_per_h: Floats
    yuan_to_field: Floats
    yuan_from_field: Floats
    yuan_hub: Floats
    h_to_field: Floats
    h_from_field: Floats
    h_hub: Floats


def least_ways(scenario: Scenario, geometry: SeasonGeometry, ways: Ways) -> LeastWays:
    """The least ways of every class of the fleet."""
    fields, hubs = list(geometry.field_ids), list(geometry.hub_ids)
    per_h, per_km = _lowest_rates(scenario, geometry)
    tables: list[list[Floats]] = [[] for _ in range(6)]
    for index, name in enumerate(geometry.classes):
        priced = _priced_ways(scenario, name, float(per_h[index]), float(per_km[index]))
        pairs = ((hubs, fields), (fields, hubs), (hubs, hubs))
        for slot, (origins, destinations) in enumerate(pairs):
            there = ways.table(origins, destinations, name)
            cost = priced.table(origins, destinations, name).hours * YUAN_PER_SCALED_H * (1 - ROUNDING)
            direct = there.km * per_km[index] + there.hours * per_h[index]
            tables[slot].append(np.where(np.isfinite(there.hours), np.minimum(cost, direct), np.inf))
            tables[3 + slot].append(there.hours)
    return LeastWays(per_h, *(np.array(t) for t in tables))


def _lowest_rates(scenario: Scenario, geometry: SeasonGeometry) -> tuple[Floats, Floats]:
    """(C,) yuan per hour with the least share of a day's price, yuan per km."""
    per_h, per_km = [], []
    for name in geometry.classes:
        trucks = [t for t in scenario.trucks if t.truck_class == name]
        longest_h = max(max(t.shift_hours for t in trucks), 1e-9)
        per_h.append(min(t.yuan_per_h for t in trucks) + min(t.yuan_per_day for t in trucks) / longest_h)
        per_km.append(min(t.yuan_per_km for t in trucks))
    return np.array(per_h), np.array(per_km)


def _priced_ways(scenario: Scenario, name: str, per_h: float, per_km: float) -> Ways:
    """The scenario's ways with prices for times: the cheapest way is found instead of the quickest."""
    scale = 1.0 / YUAN_PER_SCALED_H
    approach_yuan_per_km = max(per_km + per_h / scenario.road_speed_km_h, 1e-9)
    roads = scenario.roads
    if roads is not None:
        yuan = roads.edge_length_m / 1000.0 * per_km + roads.edge_travel_time_s / 3600.0 * per_h
        roads = replace(roads, edge_travel_time_s=np.maximum(yuan * scale * 3600.0, 1e-6))
    return ways_of(
        replace(
            scenario,
            roads=roads,
            road_speed_km_h=1.0 / (approach_yuan_per_km * scale),
            truck_classes=(scenario.class_by_name[name],),
        )
    )
