"""OR-Tools routing as an engine: the one that expresses everything."""

from __future__ import annotations

import math

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from solver.routing.judge import judge
from solver.routing.problem import FOREVER, NO_WAY, OPEN_END, Answer, Ints, Problem, Route

FIRST_SOLUTIONS = ("PARALLEL_CHEAPEST_INSERTION", "SAVINGS")
NET_SECONDS = 20
# Its matrices are lists of Python numbers: beyond this a machine's memory is the limit.
MOST_NODES = 6_000


def cannot_express(problem: Problem) -> tuple[str, ...]:
    """What of the problem OR-Tools cannot be told; empty when it can be told all."""
    if len(problem.stops) > MOST_NODES:
        return (f"more than {MOST_NODES} stops at once",)
    return ()


def solve_with_ortools(
    problem: Problem, *, seconds: float | None = None, first_solutions: tuple[str, ...] = FIRST_SOLUTIONS
) -> Answer | None:
    """The best of several first solutions, each improved, or none. Stops that must be served are left out where nothing
    else was found.

    With `seconds`, shared among the first solutions, guided local search; without, a descent to the next local optimum,
    which ends by itself and gives the same answer for the same problem. Raises ValueError for a problem too large.
    """
    if reasons := cannot_express(problem):
        raise ValueError("; ".join(reasons))
    if not len(problem.stops) or not problem.fleet.count.sum():
        return Answer()
    best: Answer | None = None
    for name in first_solutions:
        found = _Model(problem).solve(name, None if seconds is None else seconds / len(first_solutions))
        if found is not None and (best is None or judge(problem, found).rank < judge(problem, best).rank):
            best = found
    return best


class _Model:
    """One routing model: its nodes are ends of routes, reloads and stops, in this order."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        fleet, stops = problem.fleet, problem.stops
        count = np.minimum(fleet.count, len(stops))
        self.kinds = [int(f) for f in np.repeat(np.arange(len(fleet)), count)]
        ends = sorted({p for f in set(self.kinds) for p in (int(fleet.start_place[f]), int(fleet.end_place[f]))})
        self.reloads = _reloads(problem, self.kinds)
        places = [*ends, *self.reloads, *stops.place.tolist()]
        self.origin = np.array([problem.places if p == OPEN_END else p for p in places])
        self.first_stop = len(ends) + len(self.reloads)
        self.first_reload = len(ends)
        starts = [ends.index(int(fleet.start_place[f])) for f in self.kinds]
        finishes = [ends.index(int(fleet.end_place[f])) for f in self.kinds]
        self.manager = pywrapcp.RoutingIndexManager(len(places), len(self.kinds), starts, finishes)
        self.routing = pywrapcp.RoutingModel(self.manager)
        self._price_ways()
        self._time()
        self._capacities()
        self._choices()

    def solve(self, first_solution: str, seconds: float | None) -> Answer | None:
        params = pywrapcp.DefaultRoutingSearchParameters()
        params.first_solution_strategy = getattr(routing_enums_pb2.FirstSolutionStrategy, first_solution)
        method = "GREEDY_DESCENT" if seconds is None else "GUIDED_LOCAL_SEARCH"
        params.local_search_metaheuristic = getattr(routing_enums_pb2.LocalSearchMetaheuristic, method)
        # a descent ends by itself; the clock is only a net
        params.time_limit.FromMilliseconds(max(int((NET_SECONDS if seconds is None else seconds) * 1000), 50))
        found = self.routing.SolveWithParameters(params)
        if found is None:
            return None
        routes = []
        for vehicle, kind in enumerate(self.kinds):
            visits: list[int] = []
            index = found.Value(self.routing.NextVar(self.routing.Start(vehicle)))
            while not self.routing.IsEnd(index):
                node = self.manager.IndexToNode(index)
                visits.append(node - self.first_stop if node >= self.first_stop else ~int(self.origin[node]))
                index = found.Value(self.routing.NextVar(index))
            if any(v >= 0 for v in visits):
                routes.append(Route(kind, tuple(visits)))
        return Answer(tuple(routes))

    def _between_nodes(self, matrix: Ints) -> Ints:
        """The matrix over nodes; open ends cost nothing to reach."""
        known = len(matrix)
        whole = np.zeros((known + 1, known + 1), dtype=np.int64)
        whole[:known, :known] = matrix
        nodes: Ints = whole[np.ix_(self.origin, self.origin)]
        return nodes

    def _price_ways(self) -> None:
        fleet = self.problem.fleet
        priced: dict[tuple[int, int], int] = {}
        length = [self._between_nodes(matrix) for matrix in self.problem.distance]
        for vehicle, f in enumerate(self.kinds):
            key = int(fleet.profile[f]), int(fleet.cost_per_distance[f])
            if key not in priced:
                priced[key] = self.routing.RegisterTransitMatrix((length[key[0]] * key[1]).tolist())
            self.routing.SetArcCostEvaluatorOfVehicle(priced[key], vehicle)
            self.routing.SetFixedCostOfVehicle(int(fleet.fixed_cost[f]), vehicle)
        no_ways = any((matrix >= NO_WAY).any() for matrix in self.problem.distance)
        if no_ways or (fleet.longest_way < FOREVER).any():
            used = [self.routing.RegisterTransitMatrix(matrix.tolist()) for matrix in length]
            limits = [int(min(fleet.longest_way[f], NO_WAY - 1)) for f in self.kinds]
            evaluators = [used[int(fleet.profile[f])] for f in self.kinds]
            self.routing.AddDimensionWithVehicleTransitAndCapacity(evaluators, 0, limits, True, "way")

    def _time(self) -> None:
        fleet, stops, routing = self.problem.fleet, self.problem.stops, self.routing
        timed = (fleet.cost_per_time.any(), stops.earliest.any(), (stops.latest < FOREVER).any(), stops.release.any())
        limited = ((fleet.latest < FOREVER).any(), (fleet.longest_time < FOREVER).any(), fleet.earliest.any())
        no_ways = any((matrix >= NO_WAY).any() for matrix in self.problem.time)
        if not (any(timed) or any(limited) or no_ways):
            return
        service = np.zeros(len(self.origin), dtype=np.int64)
        service[self.first_stop :] = stops.service
        spent = [self._between_nodes(matrix) + service[:, None] for matrix in self.problem.time]
        horizon = int(min(max(fleet.latest.max(), 0), self._latest_end(spent)))
        evaluators = [routing.RegisterTransitMatrix(matrix.tolist()) for matrix in spent]
        of_vehicle = [evaluators[int(fleet.profile[f])] for f in self.kinds]
        routing.AddDimensionWithVehicleTransits(of_vehicle, horizon, horizon, False, "time")
        time = routing.GetDimensionOrDie("time")
        for i in range(len(stops)):
            index = self.manager.NodeToIndex(self.first_stop + i)
            # a stop that nobody can reach in time may be left out; a range that is empty would end the model
            earliest, latest = int(stops.earliest[i]), int(min(stops.latest[i], horizon))
            if earliest <= latest:
                time.CumulVar(index).SetRange(earliest, latest)
            else:
                routing.VehicleVar(index).SetValue(-1)
        for vehicle, f in enumerate(self.kinds):
            latest = int(min(fleet.latest[f], horizon))
            time.CumulVar(routing.Start(vehicle)).SetRange(int(min(fleet.earliest[f], latest)), latest)
            time.CumulVar(routing.End(vehicle)).SetRange(0, latest)
            if fleet.longest_time[f] < FOREVER:
                time.SetSpanUpperBoundForVehicle(int(fleet.longest_time[f]), vehicle)
            if fleet.cost_per_time[f]:
                time.SetSpanCostCoefficientForVehicle(int(fleet.cost_per_time[f]), vehicle)
            routing.AddVariableMinimizedByFinalizer(time.CumulVar(routing.End(vehicle)))
            routing.AddVariableMaximizedByFinalizer(time.CumulVar(routing.Start(vehicle)))
        if stops.release.any():
            self._releases(time, horizon)

    def _latest_end(self, spent: list[Ints]) -> int:
        """No schedule worth having ends later: all stops of one vehicle, after the last has opened."""
        stops = self.problem.stops
        opens = max(int(stops.earliest.max()), int(stops.release.max()), int(self.problem.fleet.earliest.max()))
        longest = max(int(np.where(matrix < NO_WAY, matrix, 0).max(axis=1).sum()) for matrix in spent)
        return opens + longest + 1

    def _releases(self, time: pywrapcp.RoutingDimension, horizon: int) -> None:
        """A second clock that stands still during a trip and shows when it left: not before its stops' releases."""
        routing, solver = self.routing, self.routing.solver()
        zero = routing.RegisterUnaryTransitVector([0] * len(self.origin))
        routing.AddDimension(zero, horizon, horizon, False, "departure")
        departure = routing.GetDimensionOrDie("departure")
        for vehicle in range(len(self.kinds)):
            start = routing.Start(vehicle)
            departure.SlackVar(start).SetValue(0)
            solver.Add(departure.CumulVar(start) <= time.CumulVar(start))
            # without this the last step tries departures one by one
            routing.AddVariableMinimizedByFinalizer(departure.CumulVar(start))
        for i, release in enumerate(self.problem.stops.release.tolist()):
            index = self.manager.NodeToIndex(self.first_stop + i)
            departure.SlackVar(index).SetValue(0)
            if release <= horizon:
                departure.CumulVar(index).SetMin(release)
            else:
                routing.VehicleVar(index).SetValue(-1)
        for node in range(self.first_reload, self.first_stop):
            index = self.manager.NodeToIndex(node)
            left = departure.CumulVar(index) + departure.SlackVar(index)
            solver.Add(left <= time.CumulVar(index))  # who waits for a release comes to the reload later
            for free in (departure.CumulVar(index), departure.SlackVar(index)):
                routing.AddVariableMinimizedByFinalizer(free)

    def _capacities(self) -> None:
        fleet, stops, routing = self.problem.fleet, self.problem.stops, self.routing
        for k in range(stops.demand.shape[1]):
            limits = [int(fleet.capacity[f, k]) for f in self.kinds]
            largest = max(limits)
            load = np.zeros(len(self.origin), dtype=np.int64)
            load[self.first_stop :] = stops.demand[:, k]
            # a reload takes off as much as any vehicle holds, and slack gives back what was not on this one
            load[self.first_reload : self.first_stop] = -largest
            evaluator = routing.RegisterUnaryTransitVector(load.tolist())
            slack = largest if self.reloads else 0
            routing.AddDimensionWithVehicleCapacity(evaluator, slack, limits, True, f"load {k}")
            if self.reloads:
                dimension = routing.GetDimensionOrDie(f"load {k}")
                still = [routing.Start(vehicle) for vehicle in range(len(self.kinds))]
                still += [self.manager.NodeToIndex(node) for node in range(self.first_stop, len(self.origin))]
                for index in still:
                    dimension.SlackVar(index).SetValue(0)
        if self.reloads:
            one = np.zeros(len(self.origin), dtype=np.int64)
            one[self.first_reload : self.first_stop] = 1
            most = [int(min(fleet.most_reloads[f], len(self.reloads))) for f in self.kinds]
            evaluator = routing.RegisterUnaryTransitVector(one.tolist())
            routing.AddDimensionWithVehicleCapacity(evaluator, 0, most, True, "reloads")

    def _choices(self) -> None:
        fleet, stops, routing = self.problem.fleet, self.problem.stops, self.routing
        dear = dearer_than_a_route(self.problem)
        for i in range(len(stops)):
            index = self.manager.NodeToIndex(self.first_stop + i)
            # what must be served may stay where nothing else can be done: an answer with a gap is better than none
            routing.AddDisjunction([index], int(stops.price[i]) if stops.price[i] >= 0 else dear)
            admitted = [v for v, f in enumerate(self.kinds) if fleet.admits[f, i]]
            if len(admitted) < len(self.kinds):
                routing.VehicleVar(index).SetValues([-1, *admitted])
        for node in range(self.first_reload, self.first_stop):
            index, place = self.manager.NodeToIndex(node), int(self.origin[node])
            routing.AddDisjunction([index], 0)
            allowed = [v for v, f in enumerate(self.kinds) if place in fleet.reload_places[f]]
            routing.VehicleVar(index).SetValues([-1, *allowed])


def dearer_than_a_route(problem: Problem) -> int:
    """A price at which no stop is left out for its cost: more than a vehicle of its own, and more than all prices."""
    fleet = problem.fleet
    way, time = (max(int(np.where(m < NO_WAY, m, 0).max()) for m in ms) for ms in (problem.distance, problem.time))
    spans = (
        2 * time
        + int(problem.stops.service.max(initial=0))
        + int(problem.stops.latest[problem.stops.latest < FOREVER].max(initial=0))
    )
    route = (
        int(fleet.fixed_cost.max())
        + 3 * int(fleet.cost_per_distance.max()) * way
        + int(fleet.cost_per_time.max()) * spans
    )
    return 2 * route + int(problem.stops.price.clip(0).sum()) + 1


def _reloads(problem: Problem, kinds: list[int]) -> list[int]:
    """Places of reload nodes: at each place as many as all the vehicles that reload there could need."""
    fleet, demand = problem.fleet, problem.stops.demand
    nodes: list[int] = []
    for place in sorted({p for f in kinds for p in fleet.reload_places[f]}):
        there = [f for f in kinds if place in fleet.reload_places[f]]
        allowed = int(fleet.most_reloads[there].sum())
        smallest = np.maximum(fleet.capacity[there].min(axis=0), 1)
        # trips that are not joined with the next are more than half full, two by two
        needed = 2 * max((math.ceil(d / c) for d, c in zip(demand.sum(axis=0), smallest, strict=True)), default=0) + 1
        by_time = len(problem.stops) if problem.stops.release.any() else needed
        nodes += [place] * min(allowed, max(needed, by_time), len(problem.stops))
    return nodes
