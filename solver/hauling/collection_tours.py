"""Collection tours: what a field leaves over after its full loads is joined with neighbours' into one load.

OR-Tools routing per destination: capacity in bales, truck access, at most LARGEST_TOUR fields a tour, cheapest in
yuan for the class that drives it. Each tour then is one wish of the day's hauling.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from solver.hauling.problem import LARGEST_TOUR, Wish
from solver.roads.ways import Ways
from solver.scenario import Scenario
from solver.season.geometry import full_load_t

# A rest above this share of the largest truck that reaches the field goes alone.
LARGEST_REST_SHARE = 0.7
SMALLEST_PART_T = 0.02
GRAM_PER_T = 1_000_000
CENT = 100
LEFT_CENTS = 10**9
SECONDS = 30


def with_tours(
    scenario: Scenario,
    ways: Ways,
    wishes: Sequence[Wish],
    rest_t: Sequence[float],
    *,
    same_day_t: Mapping[str, float],
) -> tuple[Wish, ...]:
    """The wishes with small rests joined into tours; tonnes by field and destination stay as they are.

    `rest_t`: for each wish what its full loads leave over. `same_day_t`: tonnes of a field that are baled only today; a
    rest that would come from them is left alone.
    """
    rests: dict[str, list[tuple[str, float]]] = {}
    kept: list[Wish] = []
    for wish, over_t in zip(wishes, rest_t, strict=True):
        if not _may_join(scenario, wish, over_t) or same_day_t.get(wish.origin_ids[0], 0.0) > 0:
            kept.append(wish)
            continue
        rests.setdefault(wish.destination_id, []).append((wish.origin_ids[0], over_t))
    tours: list[Wish] = []
    for destination_id, parts in sorted(rests.items()):
        tours.extend(_tours(scenario, ways, destination_id, parts))
    toured = {(o, t.destination_id): p for t in tours for o, p in zip(t.origin_ids, t.parts_t, strict=True)}
    untouched = {id(w) for w in kept}
    for wish in wishes:
        if id(wish) in untouched:
            continue
        full_t = wish.dry_t - toured.get((wish.origin_ids[0], wish.destination_id), 0.0)
        if full_t > SMALLEST_PART_T:
            kept.append(Wish(wish.origin_ids, wish.destination_id, (full_t,)))
    return (*kept, *tours)


def _may_join(scenario: Scenario, wish: Wish, rest_t: float) -> bool:
    """Whether the rest is small beside the largest truck that reaches the field."""
    farm_field = scenario.field_by_id.get(wish.origin_ids[0])
    if farm_field is None or len(wish.origin_ids) > 1:
        return False
    classes = {t.truck_class for t in scenario.trucks if scenario.admits(farm_field, t.truck_class)}
    largest_t = max((full_load_t(scenario, c) for c in classes), default=0.0)
    return SMALLEST_PART_T < rest_t <= LARGEST_REST_SHARE * largest_t


def _tours(scenario: Scenario, ways: Ways, destination_id: str, parts: list[tuple[str, float]]) -> list[Wish]:
    """Tours of two fields or more; a rest that no tour takes stays with its field."""
    if len(parts) < 2:
        return []
    classes = sorted({t.truck_class for t in scenario.trucks}, key=lambda c: (scenario.class_by_name[c].rank, c))
    reach = [[scenario.admits(scenario.field_by_id[f], c) for c in classes] for f, _ in parts]
    classes = [c for i, c in enumerate(classes) if any(row[i] for row in reach)]
    vehicles = [c for c in classes for _ in range(len(parts))]
    place_ids = [destination_id, *(f for f, _ in parts)]
    manager = pywrapcp.RoutingIndexManager(len(place_ids), len(vehicles), 0)
    routing = pywrapcp.RoutingModel(manager)
    cost_of = {c: routing.RegisterTransitMatrix(_cents(scenario, ways, place_ids, c).tolist()) for c in classes}
    for vehicle, name in enumerate(vehicles):
        routing.SetArcCostEvaluatorOfVehicle(cost_of[name], vehicle)
    demand = routing.RegisterUnaryTransitVector([0, *(round(t * GRAM_PER_T) for _, t in parts)])
    room = [math.floor(full_load_t(scenario, c) * GRAM_PER_T) for c in vehicles]
    routing.AddDimensionWithVehicleCapacity(demand, 0, room, True, "straw")
    one = routing.RegisterUnaryTransitVector([0] + [1] * len(parts))
    routing.AddDimension(one, 0, LARGEST_TOUR, True, "fields")
    # bales are counted whole per part, so a tour may hold fewer tonnes than its bales suggest
    bales = [0, *(math.ceil(t / scenario.bale_dry_t - 0.01) for _, t in parts)]
    bale_room = [scenario.class_by_name[c].bale_capacity for c in vehicles]
    routing.AddDimensionWithVehicleCapacity(routing.RegisterUnaryTransitVector(bales), 0, bale_room, True, "bales")
    for node, (field_id, _) in enumerate(parts, start=1):
        admitted = [v for v, c in enumerate(vehicles) if scenario.admits(scenario.field_by_id[field_id], c)]
        routing.VehicleVar(manager.NodeToIndex(node)).SetValues([-1, *admitted])
        routing.AddDisjunction([manager.NodeToIndex(node)], LEFT_CENTS)
    params = pywrapcp.DefaultRoutingSearchParameters()
    params.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.SAVINGS
    params.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GREEDY_DESCENT
    # the descent ends by itself; the clock is only a net
    params.time_limit.FromSeconds(SECONDS)
    answer = routing.SolveWithParameters(params)
    tours: list[Wish] = []
    for vehicle in range(len(vehicles) if answer is not None else 0):
        stops: list[int] = []
        index = answer.Value(routing.NextVar(routing.Start(vehicle)))
        while not routing.IsEnd(index):
            stops.append(manager.IndexToNode(index) - 1)
            index = answer.Value(routing.NextVar(index))
        if len(stops) > 1:
            tours.append(Wish(tuple(parts[i][0] for i in stops), destination_id, tuple(parts[i][1] for i in stops)))
    return tours


def _cents(
    scenario: Scenario, ways: Ways, place_ids: Sequence[str], truck_class: str
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Whole cents of driving between the places in a middling truck of the class; dearer than leaving without a way."""
    trucks = [t for t in scenario.trucks if t.truck_class == truck_class]
    per_h = float(np.mean([t.yuan_per_h for t in trucks]))
    per_km = float(np.mean([t.yuan_per_km for t in trucks]))
    table = ways.table(place_ids, place_ids, truck_class)
    passable = np.isfinite(table.hours)
    yuan = np.where(passable, table.hours, 0.0) * per_h + np.where(passable, table.km, 0.0) * per_km
    return np.where(passable, np.round(yuan * CENT), 10 * LEFT_CENTS).astype(np.int64)
