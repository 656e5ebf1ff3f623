"""Judges any answer by the problem alone: what it costs and every rule it breaks. Shares no code with an engine."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from solver.routing.problem import NO_WAY, OPEN_END, Answer, Problem, Route

Rule = Literal[
    "unknown", "twice", "left out", "vehicles", "capacity", "late", "shift", "longest time", "longest way",
    "not admitted", "reload place", "reloads", "no way",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Broken:
    """A broken rule; `where` is the number of a stop, route or kind, `by` how far the limit is passed."""

    rule: Rule
    where: int
    by: int = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """`cost` counts prices of what is left out, but nothing for rules broken."""

    cost: int
    distance: int
    vehicles: int
    left_out: int
    broken: tuple[Broken, ...]

    @property
    def rank(self) -> tuple[bool, int, int]:
        """What can be driven stands first, of that what leaves out least that must be served, of that the cheaper."""
        missing = sum(b.rule == "left out" for b in self.broken)
        return len(self.broken) > missing, missing, self.cost


def judge(problem: Problem, answer: Answer) -> Verdict:
    """The verdict on an answer; departures and waits are those with which each route takes the least time."""
    stops, fleet = problem.stops, problem.fleet
    broken: list[Broken] = []
    seen: set[int] = set()
    used = [0] * len(fleet)
    cost = distance = vehicles = 0
    for number, route in enumerate(answer.routes):
        if not 0 <= route.kind < len(fleet) or any(not ~problem.places < v < len(stops) for v in route.visits):
            broken.append(Broken("unknown", number))
            continue
        if not route.stops:
            continue
        vehicles += 1
        used[route.kind] += 1
        for stop in route.stops:
            if stop in seen:
                broken.append(Broken("twice", stop))
            seen.add(stop)
            if not fleet.admits[route.kind, stop]:
                broken.append(Broken("not admitted", stop))
        broken.extend(_loads(problem, number, route))
        way = _way(problem, number, route, broken)
        minutes = _time(problem, number, route, broken)
        kind = route.kind
        cost += int(fleet.fixed_cost[kind] + fleet.cost_per_distance[kind] * way + fleet.cost_per_time[kind] * minutes)
        distance += way
    for kind, count in enumerate(used):
        if count > fleet.count[kind]:
            broken.append(Broken("vehicles", kind, int(count - fleet.count[kind])))
    for stop in sorted(set(range(len(stops))) - seen):
        if stops.price[stop] < 0:
            broken.append(Broken("left out", stop))
        else:
            cost += int(stops.price[stop])
    return Verdict(cost, distance, vehicles, len(stops) - len(seen), tuple(broken))


def _loads(problem: Problem, number: int, route: Route) -> list[Broken]:
    fleet, broken = problem.fleet, []
    reloads = [~v for v in route.visits if v < 0]
    broken += [Broken("reload place", number) for place in reloads if place not in fleet.reload_places[route.kind]]
    if len(reloads) > fleet.most_reloads[route.kind]:
        broken.append(Broken("reloads", number, int(len(reloads) - fleet.most_reloads[route.kind])))
    for trip in _trips(route):
        for over in problem.stops.demand[trip].sum(axis=0) - fleet.capacity[route.kind]:
            if over > 0:
                broken.append(Broken("capacity", number, int(over)))
    return broken


def _trips(route: Route) -> list[list[int]]:
    trips: list[list[int]] = [[]]
    for visit in route.visits:
        if visit < 0:
            trips.append([])
        else:
            trips[-1].append(visit)
    return trips


def _places(problem: Problem, route: Route) -> list[int]:
    inner = [int(problem.stops.place[v]) if v >= 0 else ~v for v in route.visits]
    end = int(problem.fleet.end_place[route.kind])
    return [int(problem.fleet.start_place[route.kind]), *inner, *([] if end == OPEN_END else [end])]


def _way(problem: Problem, number: int, route: Route, broken: list[Broken]) -> int:
    profile = problem.fleet.profile[route.kind]
    legs: list[int] = []
    places = _places(problem, route)
    for a, b in pairwise(places):
        legs.append(int(problem.distance[profile][a, b]))
        if max(legs[-1], int(problem.time[profile][a, b])) >= NO_WAY:
            broken.append(Broken("no way", number))
    if sum(legs) > problem.fleet.longest_way[route.kind]:
        broken.append(Broken("longest way", number, sum(legs) - int(problem.fleet.longest_way[route.kind])))
    return sum(legs)


def _time(problem: Problem, number: int, route: Route, broken: list[Broken]) -> int:
    """Forward as early as possible, then backward from that end as late as possible: no schedule takes less time, for
    leaving later than that puts the end off by as much."""
    fleet, stops = problem.fleet, problem.stops
    matrix = problem.time[fleet.profile[route.kind]]
    places = _places(problem, route)
    legs = [int(matrix[a, b]) for a, b in pairwise(places)]
    if len(legs) == len(route.visits):  # an open end is reached at once
        legs.append(0)
    released = [max((int(stops.release[s]) for s in trip), default=0) for trip in _trips(route)]
    clock = max(int(fleet.earliest[route.kind]), released[0])
    starts, trip = [], 0
    for leg, visit in zip(legs, route.visits, strict=False):
        clock += leg
        if visit < 0:
            trip += 1
            clock = max(clock, released[trip])
            starts.append(clock)
            continue
        clock = max(clock, int(stops.earliest[visit]))
        if clock > stops.latest[visit]:
            broken.append(Broken("late", visit, clock - int(stops.latest[visit])))
        starts.append(clock)
        clock += int(stops.service[visit])
    end = clock = clock + legs[-1]
    if end > fleet.latest[route.kind]:
        broken.append(Broken("shift", number, end - int(fleet.latest[route.kind])))
    for leg, visit, start in zip(legs[:0:-1], route.visits[::-1], starts[::-1], strict=True):
        clock -= leg
        if visit >= 0:
            clock = max(min(clock - int(stops.service[visit]), int(stops.latest[visit])), start)
    minutes = end - (clock - legs[0])
    if minutes > fleet.longest_time[route.kind]:
        broken.append(Broken("longest time", number, minutes - int(fleet.longest_time[route.kind])))
    return minutes
