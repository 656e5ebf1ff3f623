"""Problems cut into smaller ones and put together again: by depots, by neighbouring depots, by neighbouring routes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from solver.linear_program import LinearProgram
from solver.routing.problem import NO_WAY, OPEN_END, Answer, Ints, Problem, Route

# Depots that a stop may go to, and the share of its trips' capacity that a depot can be filled to.
NEAREST_DEPOTS = 5
FILLED_SHARE = 0.97
MOST_TRIPS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A problem of its own, of some stops and vehicles of a larger one.

    `stops`, `kinds`, `places`: the number in the whole of each stop, kind and place here. `start`: the whole's routes
    that are in it, in its own numbers, to begin with.
    """

    problem: Problem
    stops: Ints
    kinds: Ints
    places: Ints
    start: Answer

    def in_whole(self, answer: Answer) -> tuple[Route, ...]:
        """Routes of this part in the numbers of the whole."""
        return tuple(
            Route(
                int(self.kinds[route.kind]),
                tuple(int(self.stops[v]) if v >= 0 else ~int(self.places[~v]) for v in route.visits),
            )
            for route in answer.routes
        )


def part_of(problem: Problem, *, stops: Ints, count: Ints, routes: Sequence[Route] = ()) -> Part:
    """The part with those stops and `count` (f,) vehicles of each kind; matrices only of the places it needs."""
    fleet = problem.fleet
    kinds = np.flatnonzero(count)
    ends = fleet.end_place[kinds][fleet.end_place[kinds] != OPEN_END]
    reloads = np.array([p for f in kinds for p in fleet.reload_places[f]], dtype=np.int64)
    places = np.unique(np.concatenate((problem.stops.place[stops], fleet.start_place[kinds], ends, reloads)))
    here = np.full(problem.places + 1, OPEN_END, dtype=np.int64)  # the last entry is what an open end finds
    here[places] = np.arange(len(places))
    profiles, profile = np.unique(fleet.profile[kinds], return_inverse=True)
    grid = np.ix_(places, places)
    cut: dict[int, Ints] = {}
    for p in profiles:  # matrices that are one stay one
        for matrix in (problem.distance[p], problem.time[p]):
            if id(matrix) not in cut:
                cut[id(matrix)] = matrix[grid]
    part = Problem(
        stops=problem.stops.some(stops, here[problem.stops.place[stops]]),
        fleet=fleet.some(
            kinds,
            count=count[kinds],
            start_place=here[fleet.start_place[kinds]],
            end_place=here[fleet.end_place[kinds]],
            reload_places=tuple(tuple(int(here[p]) for p in fleet.reload_places[f]) for f in kinds),
            profile=profile.astype(np.int64),
            admits=fleet.admits[np.ix_(kinds, stops)],
        ),
        distance=tuple(cut[id(problem.distance[p])] for p in profiles),
        time=tuple(cut[id(problem.time[p])] for p in profiles),
    )
    stop_here = {int(s): i for i, s in enumerate(stops)}
    kind_here = {int(f): i for i, f in enumerate(kinds)}
    start = tuple(
        Route(kind_here[r.kind], tuple(stop_here[v] if v >= 0 else ~int(here[~v]) for v in r.visits)) for r in routes
    )
    return Part(part, stops, kinds, places, Answer(start))


def depot_groups(problem: Problem) -> list[Ints]:
    """Kinds of vehicles by the place they start from."""
    starts = problem.fleet.start_place
    return [np.flatnonzero(starts == place) for place in np.unique(starts)]


def stops_by_depot(problem: Problem, groups: Sequence[Ints]) -> list[Ints]:
    """Stops of each group of kinds, by a transport program: nearest depots, as far as their vehicles' capacity goes.

    What no depot can take within that goes to its nearest: routes then decide what is left out.
    """
    n, demand = len(problem.stops), problem.stops.demand
    far = _far(problem, groups)
    nearest = np.argsort(far, axis=1, kind="stable")[:, : min(NEAREST_DEPOTS, len(groups))]
    cost = np.take_along_axis(far, nearest, axis=1).astype(float)
    stop, choice = np.nonzero(cost < NO_WAY)
    depot = nearest[stop, choice]
    program = LinearProgram()
    columns = program.add_columns(len(stop), cost=cost[stop, choice])
    unplaced = program.add_columns(n, cost=2.0 * float(cost[stop, choice].max(initial=1.0)) + 1.0)
    served = program.add_rows(n, lower=1.0, upper=1.0)
    program.add_entries(served[stop], columns, 1.0)
    program.add_entries(served, unplaced, 1.0)
    for k in range(demand.shape[1]):
        room = program.add_rows(len(groups), upper=np.array([_room(problem, g, k) for g in groups]))
        program.add_entries(room[depot], columns, demand[stop, k].astype(float))
    share = np.zeros((n, len(groups)))
    share[stop, depot] = program.solve().values[columns]
    chosen = np.where(share.max(axis=1) > 0.01, share.argmax(axis=1), nearest[:, 0])
    return [np.flatnonzero(chosen == g) for g in range(len(groups))]


def _far(problem: Problem, groups: Sequence[Ints]) -> Ints:
    """There and back in cost from each group's cheapest kind, (n, groups); `NO_WAY` where none of it may go."""
    fleet, place = problem.fleet, problem.stops.place
    far = np.full((len(place), len(groups)), NO_WAY, dtype=np.int64)
    for g, kinds in enumerate(groups):
        for f in kinds[fleet.count[kinds] > 0]:
            profile, start = fleet.profile[f], fleet.start_place[f]
            both = [
                rate * (matrix[start, place] + matrix[place, start])
                for rate, matrix in (
                    (max(fleet.cost_per_distance[f], 1), problem.distance[profile]),
                    (fleet.cost_per_time[f], problem.time[profile]),
                )
            ]
            way = np.where(fleet.admits[f], np.minimum(both[0] + both[1], NO_WAY), NO_WAY)
            far[:, g] = np.minimum(far[:, g], way)
    return far


def _room(problem: Problem, kinds: Ints, capacity: int) -> float:
    fleet = problem.fleet
    trips = np.array([1 + min(int(fleet.most_reloads[f]), MOST_TRIPS) * bool(fleet.reload_places[f]) for f in kinds])
    return FILLED_SHARE * float((fleet.count[kinds] * trips * fleet.capacity[kinds, capacity]).sum())


def neighbouring_pairs(problem: Problem, groups: Sequence[Ints], *, but: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Disjoint pairs of groups with the longest borders, without pairs in `but`.

    A stop makes the border of its two nearest depots longer, the more so the less it matters which it goes to.
    """
    far = np.maximum(_far(problem, groups).astype(float), 1.0)
    order = np.argsort(far, axis=1, kind="stable")
    near, next_near = (np.take_along_axis(far, order[:, i : i + 1], axis=1)[:, 0] for i in (0, 1))
    length: npt.NDArray[np.float64] = np.zeros((len(groups), len(groups)))
    np.add.at(length, (order[:, 0], order[:, 1]), (near / next_near) ** 2)
    length += length.T
    pairs: list[tuple[int, int]] = []
    taken: set[int] = set()
    for flat in np.argsort(-length, axis=None, kind="stable"):
        a, b = (int(x) for x in np.unravel_index(flat, length.shape))
        if length[a, b] > 0 and a < b and not {a, b} & taken and (a, b) not in but:
            pairs.append((a, b))
            taken |= {a, b}
    return pairs


def joint_parts(problem: Problem, answer: Answer, groups: Sequence[Ints]) -> list[Part]:
    """A part for each of the disjoint groups of kinds: all their vehicles and routes, and what is left out nearest."""
    left_out = _left_out(problem, answer)
    nearest = _far(problem, groups)[left_out].argmin(axis=1)
    parts = []
    for number, kinds in enumerate(groups):
        mine = set(kinds.tolist())
        routes = [r for r in answer.routes if r.kind in mine]
        served = np.array([s for r in routes for s in r.stops], dtype=np.int64)
        count = np.zeros(len(problem.fleet), dtype=np.int64)
        count[kinds] = problem.fleet.count[kinds]
        stops = np.sort(np.concatenate((served, left_out[nearest == number])))
        parts.append(part_of(problem, stops=stops, count=count, routes=routes))
    return parts


def cut_by_line(problem: Problem, answer: Answer, *, ways: int, rng: np.random.Generator) -> list[Part]:
    """The answer's routes in `ways` parts of neighbours, about equally many stops each, cut anew for each `rng` draw.

    A route's place is where its stops lie in two coordinates that keep the distances as well as two can (Torgerson's
    scaling to some landmarks). Vehicles not used and stops left out are dealt among the parts.
    """
    fleet = problem.fleet
    routes = [r for r in answer.routes if r.stops]
    where = _coordinates(problem, rng)
    centre = np.array([where[list(r.stops)].mean(axis=0) for r in routes])
    middle = where.mean(axis=0)
    if rng.random() < 0.5:  # around the middle, else along a line
        turned = centre - middle
        along = (np.arctan2(turned[:, 1], turned[:, 0]) + rng.uniform(0, 2 * np.pi)) % (2 * np.pi)
        line = None
    else:
        angle = rng.uniform(0, 2 * np.pi)
        line = np.array([np.cos(angle), np.sin(angle)])
        along = centre @ line
    order = np.argsort(along, kind="stable")
    size = np.cumsum([len(routes[i].stops) for i in order])
    part_no = np.minimum((size - 1) * ways // size[-1], ways - 1)
    left_out = _left_out(problem, answer)
    parts = []
    used = np.bincount([r.kind for r in routes], minlength=len(fleet))
    spare = fleet.count - used
    dealt_to = rng.integers(ways, size=len(left_out))
    for i in range(ways):
        mine = [routes[j] for j, no in zip(order, part_no, strict=True) if no == i]
        stops = np.array(sorted([s for r in mine for s in r.stops]), dtype=np.int64)
        stops = np.sort(np.concatenate((stops, left_out[dealt_to == i])))
        count = np.bincount([r.kind for r in mine], minlength=len(fleet)) + spare // ways + (i < spare % ways)
        parts.append(part_of(problem, stops=stops, count=count, routes=mine))
    return parts


def _left_out(problem: Problem, answer: Answer) -> Ints:
    served = {s for r in answer.routes for s in r.stops}
    return np.array(sorted(set(range(len(problem.stops))) - served), dtype=np.int64)


def _coordinates(problem: Problem, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """(n, 2) from the distances to at most 24 stops drawn."""
    place = problem.stops.place
    landmarks = place[rng.permutation(len(place))[:24]]
    matrix = problem.distance[0]
    there = matrix[np.ix_(place, landmarks)].astype(float)
    both = (np.minimum(there, NO_WAY) + np.minimum(matrix[np.ix_(landmarks, place)].T, NO_WAY)) / 2
    squared = both**2
    centred = squared - squared.mean(axis=0) - squared.mean(axis=1, keepdims=True) + squared.mean()
    left, values, _ = np.linalg.svd(-centred / 2, full_matrices=False)
    return np.asarray(left[:, :2] * np.sqrt(values[:2]), dtype=float)


def joined(parts: Sequence[Part], answers: Sequence[Answer], others: Sequence[Route] = ()) -> Answer:
    """The parts' routes and those of nobody's part as one answer."""
    routes = [route for part, answer in zip(parts, answers, strict=True) for route in part.in_whole(answer)]
    return Answer((*others, *routes))


def with_price_for_all(problem: Problem, price: int) -> Problem:
    """The problem in which what must be served may stay at that price."""
    stops = problem.stops
    return replace(problem, stops=replace(stops, price=np.where(stops.price < 0, price, stops.price)))
