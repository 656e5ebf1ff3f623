"""PyVRP as an engine: the better one at improving what it can express."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pyvrp
from pyvrp import Activity, ActivityType, SolveParams
from pyvrp.exceptions import PenaltyBoundWarning
from pyvrp.IteratedLocalSearch import IteratedLocalSearchCallbacks, IteratedLocalSearchParams
from pyvrp.stop import MaxIterations, MultipleCriteria, StoppingCriterion

from solver.routing.problem import NO_WAY, OPEN_END, Answer, Flags, Ints, Problem, Route

# Every pattern of admitted stops is a matrix of its own there.
MOST_MATRIX_CELLS = 250_000_000
LARGEST_FIGURE = 2**44
FORBIDDEN = 2**42
HISTORY = 300  # its own default

# What seconds are: of the wall, or of the process's own work, for measuring on a machine shared with others.
Clock = Literal["wall", "processor"]
CLOCKS: Mapping[Clock, Callable[[], float]] = {"wall": time.monotonic, "processor": time.process_time}


def cannot_express(problem: Problem) -> tuple[str, ...]:
    """What of the problem PyVRP cannot be told; empty when it can be told all."""
    reasons = []
    if len(_patterns(problem)) * (problem.places + 1) ** 2 > MOST_MATRIX_CELLS:
        reasons.append("too many patterns of admitted stops, each of which needs its matrices")
    priced = int(max(problem.stops.price.max(initial=0), problem.fleet.fixed_cost.max(initial=0)))
    if priced > LARGEST_FIGURE:
        reasons.append("prices or fixed costs too large for its penalties")
    rates = problem.fleet.cost_per_distance.max(initial=0), problem.fleet.cost_per_time.max(initial=0)
    if max(rates) * FORBIDDEN * max(len(problem.stops), 1) > 2**62:
        reasons.append("costs a unit of distance or time so large that forbidden ways overflow")
    return tuple(reasons)


@dataclass(frozen=True, slots=True)
class Improved:
    """`best`: what was found; `current`: where the search stood, a little dearer, to go on from with its momentum."""

    best: Answer
    current: Answer


def solve_with_pyvrp(
    problem: Problem,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 0,
    start: Answer | None = None,
    clock: Clock = "wall",
    history: int = HISTORY,
) -> Improved:
    """The best routes found until one of the budgets ends; they may break rules where none that keep them were found.

    The same seed and `iterations` give the same answer. `start`: where to begin; its cost is what late acceptance
    compares with at first, so a start that is the best known is only climbed from. `history`: how many rounds late
    that is; a shorter one ends sooner, at dearer routes. Raises ValueError for a problem
    that PyVRP cannot express, or without a budget.
    """
    if reasons := cannot_express(problem):
        raise ValueError("; ".join(reasons))
    if seconds is None and iterations is None:
        raise ValueError("a budget of seconds or iterations is needed")
    if not len(problem.stops) or not problem.fleet.count.sum():
        return Improved(Answer(), Answer())
    budgets: list[StoppingCriterion] = []
    if seconds is not None:
        budgets.append(_Until(clock, seconds))
    if iterations is not None:
        budgets.append(MaxIterations(iterations))
    data = problem_data(problem)
    stop = MultipleCriteria(budgets)
    standing = _Standing()
    params = SolveParams(ils=IteratedLocalSearchParams(history_length=history, callbacks=standing))
    first = None if start is None else _solution(problem, data, start)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PenaltyBoundWarning)  # nothing found that keeps the rules: the judge says so
        result = pyvrp.solve(data, stop, seed, collect_stats=False, params=params, initial_solution=first)
    current = result.best if standing.current is None else standing.current
    return Improved(_answer(problem, result.best), _answer(problem, current))


class _Standing(IteratedLocalSearchCallbacks):
    """Remembers where the search stands."""

    current: pyvrp.Solution | None = None

    def on_iteration(
        self, current: pyvrp.Solution, candidate: pyvrp.Solution, best: pyvrp.Solution, cost_evaluator: object
    ) -> None:
        self.current = current


class _Until:
    """Stops at a moment: PyVRP's own clock starts only when its first routes stand, which may take seconds."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.now = CLOCKS[clock]
        self.moment = self.now() + seconds

    def __call__(self, best_cost: float) -> bool:
        return self.now() >= self.moment


def problem_data(problem: Problem) -> pyvrp.ProblemData:
    """The problem as PyVRP wants it: a location for each place, and one more for open ends."""
    if not problem.fleet.admits.all():
        problem = _with_own_places(problem)  # a way to a place is forbidden or not for all its stops
    stops, fleet = problem.stops, problem.fleet
    depots = _depots(problem)
    patterns = _patterns(problem)
    # one matrix for both where both are one: they are large
    distance = {key: _matrix(problem, problem.distance[key[0]], admits) for key, admits in patterns.items()}
    same = [a is b for a, b in zip(problem.distance, problem.time, strict=True)]
    duration = {
        key: distance[key] if same[key[0]] else _matrix(problem, problem.time[key[0]], admits)
        for key, admits in patterns.items()
    }
    # PyVRP takes forbidden ways for long ones: limits that no such way keeps make them impossible
    forbids = any((matrix >= NO_WAY).any() for matrix in (*distance.values(), *duration.values()))
    longest = FORBIDDEN // 2 if forbids else LARGEST_FIGURE * 2**10
    number = {key: i for i, key in enumerate(patterns)}
    clients = [
        pyvrp.Client(
            location=int(stops.place[i]),
            delivery=stops.demand[i].tolist(),
            service_duration=int(stops.service[i]),
            tw_early=int(stops.earliest[i]),
            tw_late=int(stops.latest[i]),
            release_time=int(stops.release[i]),
            prize=max(int(stops.price[i]), 0),
            required=bool(stops.price[i] < 0),
        )
        for i in range(len(stops))
    ]
    vehicles = [
        pyvrp.VehicleType(
            num_available=int(min(fleet.count[f], len(stops))),
            capacity=fleet.capacity[f].tolist(),
            start_depot=depots.index(int(fleet.start_place[f])),
            end_depot=depots.index(_end(problem, f)),
            fixed_cost=int(fleet.fixed_cost[f]),
            tw_early=int(fleet.earliest[f]),
            tw_late=int(min(fleet.latest[f], longest)),
            shift_duration=int(min(fleet.longest_time[f], longest)),
            max_distance=int(min(fleet.longest_way[f], longest)),
            unit_distance_cost=int(fleet.cost_per_distance[f]),
            unit_duration_cost=int(fleet.cost_per_time[f]),
            profile=number[_pattern(problem, f)],
            reload_depots=[depots.index(place) for place in fleet.reload_places[f]],
            max_reloads=int(fleet.most_reloads[f]),
        )
        for f in _kinds(problem)
    ]
    of_distance: list[Any] = [*distance.values()]
    of_time: list[Any] = [*duration.values()]
    return pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in range(problem.places + 1)],
        clients=clients,
        depots=[pyvrp.Depot(location=place) for place in depots],
        vehicle_types=vehicles,
        distance_matrices=of_distance,
        duration_matrices=of_time,
    )


def _answer(problem: Problem, solution: pyvrp.Solution) -> Answer:
    depots, kinds = _depots(problem), _kinds(problem)
    routes = []
    for route in solution.routes():
        inner = list(route)[1:-1]
        visits = tuple(int(a.idx) if a.is_client() else ~depots[a.idx] for a in inner)
        routes.append(Route(kinds[route.vehicle_type()], visits))
    return Answer(tuple(routes))


def _with_own_places(problem: Problem) -> Problem:
    """The same problem with a place for each stop that is nobody else's, behind the others."""
    origin = np.concatenate((np.arange(problem.places), problem.stops.place))
    stops = replace(problem.stops, place=problem.places + np.arange(len(problem.stops)))
    grid = np.ix_(origin, origin)
    return replace(
        problem,
        stops=stops,
        distance=tuple(matrix[grid] for matrix in problem.distance),
        time=tuple(matrix[grid] for matrix in problem.time),
    )


def _solution(problem: Problem, data: pyvrp.ProblemData, answer: Answer) -> pyvrp.Solution:
    depots, kinds = _depots(problem), _kinds(problem)
    routes = []
    for route in answer.routes:
        visits = [
            Activity(ActivityType.CLIENT, v) if v >= 0 else Activity(ActivityType.DEPOT, depots.index(~v))
            for v in route.visits
        ]
        routes.append(pyvrp.Route(data, visits, kinds.index(route.kind)))
    return pyvrp.Solution(data, routes)


def _kinds(problem: Problem) -> list[int]:
    """The kinds that have vehicles, which are PyVRP's vehicle types."""
    return [int(f) for f in np.flatnonzero(problem.fleet.count)]


def _end(problem: Problem, kind: int) -> int:
    end = int(problem.fleet.end_place[kind])
    return problem.places if end == OPEN_END else end


def _depots(problem: Problem) -> list[int]:
    """The places that are depots of PyVRP's, in the order of their numbers there."""
    fleet, kinds = problem.fleet, _kinds(problem)
    reloads = {p for f in kinds for p in fleet.reload_places[f]}
    return sorted({int(fleet.start_place[f]) for f in kinds} | {_end(problem, f) for f in kinds} | reloads)


def _pattern(problem: Problem, kind: int) -> tuple[int, bytes]:
    return int(problem.fleet.profile[kind]), problem.fleet.admits[kind].tobytes()


def _patterns(problem: Problem) -> dict[tuple[int, bytes], Flags]:
    return {_pattern(problem, f): problem.fleet.admits[f] for f in _kinds(problem)}


def _matrix(problem: Problem, matrix: Ints, admits: Flags) -> Ints:
    """The matrix with a last place that costs nothing to reach, and without ways to stops that are not admitted."""
    known = problem.places
    whole = np.zeros((known + 1, known + 1), dtype=np.int64)
    whole[:known, :known] = np.where(matrix >= NO_WAY, FORBIDDEN, matrix)
    whole[:, problem.stops.place[~admits]] = FORBIDDEN
    np.fill_diagonal(whole, 0)
    return whole
