"""Small problems drawn at random, with everything a problem can have, and the best answer by trying all."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np

from solver.routing.judge import Verdict, judge
from solver.routing.problem import FOREVER, OPEN_END, Answer, Fleet, Problem, Route, Stops


def draw_problem(seed: int, *, stops: int, kinds: int = 2, tight: bool = True) -> Problem:
    """Asymmetric ways of two profiles, windows, releases, two capacities, prices, admissions, open ends, reloads."""
    rng = np.random.default_rng(seed)
    depots, m = 2, stops + 2
    at = rng.integers(0, 100, (m, 2))
    plain = np.hypot(*(at[:, None] - at[None, :]).transpose(2, 0, 1)).astype(np.int64)
    distance = tuple(np.where(np.eye(m, dtype=bool), 0, plain + rng.integers(0, 10, (m, m))) for _ in range(2))
    early = rng.integers(0, 100, stops)
    none = np.zeros(kinds, dtype=np.int64)
    ends = rng.integers(-1, depots, kinds)
    return Problem(
        stops=Stops(
            place=depots + np.arange(stops),
            demand=rng.integers(0, 5, (stops, 2)),
            service=rng.integers(0, 10, stops),
            earliest=early,
            latest=early + (rng.integers(100, 300, stops) if tight else FOREVER - 1000),
            release=rng.integers(0, 2, stops) * rng.integers(0, 60, stops),
            price=np.where(rng.random(stops) < 0.3, rng.integers(50, 300, stops), -1),
        ),
        fleet=Fleet(
            count=rng.integers(1, 3, kinds),
            capacity=rng.integers(5, 12, (kinds, 2)),
            fixed_cost=rng.integers(0, 100, kinds),
            cost_per_distance=rng.integers(1, 4, kinds),
            cost_per_time=rng.integers(0, 3, kinds),
            earliest=rng.integers(0, 30, kinds),
            latest=np.full(kinds, 600),
            longest_time=np.full(kinds, 500),
            longest_way=np.full(kinds, 700),
            start_place=rng.integers(0, depots, kinds),
            end_place=np.where(ends < 0, OPEN_END, ends),
            reload_places=tuple(tuple(range(rng.integers(0, depots + 1))) for _ in range(kinds)),
            most_reloads=rng.integers(0, 3, kinds),
            profile=none + np.arange(kinds) % 2,
            admits=rng.random((kinds, stops)) < 0.9,
        ),
        distance=distance,
        time=(distance[0] // 2, distance[1]),
    )


def best_by_trying_all(problem: Problem) -> Verdict:
    """The verdict on the best of all answers with at most one vehicle used of each kind; for four stops or less."""
    n, kinds = len(problem.stops), len(problem.fleet)
    best: Verdict | None = None
    for owner in product(range(-1, kinds), repeat=n):
        options = []
        for kind in range(kinds):
            mine = [s for s in range(n) if owner[s] == kind]
            options.append([Route(kind, v) for v in _orders(problem, kind, mine)] if mine else [None])
        for routes in product(*options):
            verdict = judge(problem, Answer(tuple(r for r in routes if r is not None)))
            if best is None or verdict.rank < best.rank:
                best = verdict
    assert best is not None
    return best


def _orders(problem: Problem, kind: int, mine: list[int]) -> list[tuple[int, ...]]:
    """All orders, with nothing or a reload between any two."""
    between = [None, *problem.fleet.reload_places[kind]] if problem.fleet.most_reloads[kind] else [None]
    found = []
    for order in permutations(mine):
        for reloads in product(between, repeat=len(order) - 1):
            visits = [order[0]]
            for place, stop in zip(reloads, order[1:], strict=True):
                visits += [stop] if place is None else [~place, stop]
            found.append(tuple(visits))
    return found
