"""The search: engines on parts of a problem, several seeds at once, the best exchanged, every answer judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from solver.routing import ortools_engine, pyvrp_engine
from solver.routing.judge import Verdict, judge
from solver.routing.parts import (
    Part,
    cut_by_line,
    depot_groups,
    joined,
    joint_parts,
    neighbouring_pairs,
    part_of,
    stops_by_depot,
    with_price_for_all,
)
from solver.routing.problem import Answer, Ints, Problem
from solver.routing.pyvrp_engine import CLOCKS, HISTORY, Clock, Improved

# Problems above this many stops are first split by depots.
LARGEST_WHOLE = 800
# Shares of the time: whole with several seeds, then in parts; by depots, then over their borders.
SEEDS_SHARE, DEPOTS_SHARE = 0.5, 0.6
STEPS = 4
BORDER_ROUNDS = 2
# Where each stop gets little time PyVRP's late acceptance looks back less far: with 20 ms a stop 50 rounds, not 300.
HISTORY_PER_SECOND_OF_STOP, SHORTEST_HISTORY = 2_500, 10
FEWEST_ROUTES = 4  # to be cut in parts
# From here on PyVRP begins with what OR-Tools finds: its own beginning takes too long to mend.
LARGEST_COLD = 2_000
ORTOOLS_SHARE = 0.4


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """The best answer, its verdict, and what the search did: (seconds from the start, step, cost)."""

    answer: Answer
    verdict: Verdict
    steps: tuple[tuple[float, str, int], ...]


def solve(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 0,
    workers: int = 1,
    executor: Executor | None = None,
    start: Answer | None = None,
    clock: Clock = "wall",
) -> Found:
    """The best answer found in `seconds` of `clock` by `workers` processes of `executor` (none: in this one).

    Where not everything can be served that must be, the answer is one that can be driven, with as few of these left
    out as were found to be needed; the verdict names them.
    """
    return _Search(problem, seconds, seed, workers, executor, clock).run(start)


class _Search:
    def __init__(
        self, problem: Problem, seconds: float, seed: int, workers: int, executor: Executor | None, clock: Clock
    ) -> None:
        self.asked = self.problem = problem
        self.clock = clock
        self.seconds = seconds
        self.began = CLOCKS[clock]()
        self.elsewhere = 0.0  # processor seconds that workers were given, which this process's clock does not see
        self.seed = seed
        self.workers = workers if executor is not None else 1
        self.executor = executor
        per_stop = seconds * self.workers / max(len(problem.stops), 1)
        self.history = int(min(max(HISTORY_PER_SECOND_OF_STOP * per_stop, SHORTEST_HISTORY), HISTORY))
        self.best = self.current = Answer()
        self.verdict = judge(problem, self.best)
        self.steps: list[tuple[float, str, int]] = []

    def run(self, start: Answer | None) -> Found:
        if start is not None:
            self._take(start, "given")
        groups = depot_groups(self.problem)
        if pyvrp_engine.cannot_express(self.problem):
            self._ortools(1.0)
        elif len(self.problem.stops) > LARGEST_WHOLE and len(groups) > 1:
            if start is None:
                self._by_depots(groups)
            self._mend()
            self._over_borders(groups)
        elif self.workers > 1 or len(self.problem.stops) > LARGEST_WHOLE:
            self._seeds(SEEDS_SHARE)
            self._mend()
            self._in_parts()
        else:
            self._seeds(1.0)
            self._mend()
        return Found(self.best, judge(self.asked, self.best), tuple(self.steps))

    def _spent(self) -> float:
        return CLOCKS[self.clock]() - self.began + self.elsewhere

    def _left(self) -> float:
        return self.seconds - self._spent()

    def _give(self, seconds: float) -> None:
        if self.clock == "processor" and self.executor is not None:
            self.elsewhere += seconds

    def _take(self, answer: Answer, step: str, current: Answer | None = None) -> None:
        """The better of it and the best; `current` is where the next step goes on from, if that is this answer's."""
        verdict = judge(self.problem, answer)
        if verdict.rank < self.verdict.rank:
            self.best, self.verdict = answer, verdict
            self.current = answer if current is None else current
        self.steps.append((self._spent(), step, self.verdict.cost))

    def _seeds(self, share: float) -> None:
        """The whole problem with a seed for each worker; the first is what one PyVRP alone would do."""
        start = self.current if self.current.routes else None
        seconds = share * self._left()
        calls = [(self.problem, seconds, self.seed + i, start, self.clock, self.history) for i in range(self.workers)]
        self._give(seconds)
        for found in self._by_pyvrp(calls):
            self._take(found.best, "seed", found.current)

    def _in_parts(self) -> None:
        """The best in parts of neighbouring routes, one for each worker, cut anew in each step."""
        rng = np.random.default_rng(self.seed)
        ways = max(self.workers, len(self.problem.stops) // LARGEST_WHOLE)
        for step in range(STEPS):
            seconds = self._left() / (STEPS - step)
            if seconds < 0.2 or sum(bool(r.stops) for r in self.current.routes) < FEWEST_ROUTES:
                break
            parts = cut_by_line(self.problem, self.current, ways=ways, rng=rng)
            self._solve_parts(parts, seconds, "part", step)
        if self._left() > 0.2:
            self._seeds(1.0)

    def _by_depots(self, groups: Sequence[Ints]) -> None:
        parts = []
        for kinds, stops in zip(groups, stops_by_depot(self.problem, groups), strict=True):
            count = np.zeros(len(self.problem.fleet), dtype=np.int64)
            count[kinds] = self.problem.fleet.count[kinds]
            if len(stops) and count.any():
                parts.append(part_of(self.problem, stops=stops, count=count))
        self._solve_parts(parts, DEPOTS_SHARE * self._left(), "depots", 0)

    def _over_borders(self, groups: Sequence[Ints]) -> None:
        """Neighbouring depots two by two with all their routes, other pairs in each round; who has none goes alone."""
        done: set[tuple[int, int]] = set()
        for round_no in range(BORDER_ROUNDS):
            seconds = self._left() / (BORDER_ROUNDS - round_no)
            if seconds < 0.2:
                break
            pairs = neighbouring_pairs(self.problem, groups, but=done)
            done |= set(pairs)
            paired = {g for pair in pairs for g in pair}
            sets = [np.concatenate((groups[a], groups[b])) for a, b in pairs]
            sets += [kinds for g, kinds in enumerate(groups) if g not in paired]
            parts = [p for p in joint_parts(self.problem, self.current, sets) if len(p.problem.stops)]
            self._solve_parts(parts, seconds, "borders", round_no)

    def _solve_parts(self, parts: Sequence[Part], seconds: float, step: str, number: int) -> None:
        """All parts within `seconds`, each with time by its stops; the largest begin."""
        order = sorted(range(len(parts)), key=lambda i: -len(parts[i].problem.stops))
        stops = sum(len(part.problem.stops) for part in parts)
        lanes = min(self.workers, len(parts))
        calls = []
        self._give(seconds)
        for i in order:
            start = parts[i].start if parts[i].start.routes else None
            share = seconds * lanes * len(parts[i].problem.stops) / stops
            calls.append(
                (parts[i].problem, min(share, seconds), self.seed + 1 + number, start, self.clock, self.history)
            )
        found = self._by_pyvrp(calls)
        ordered = [parts[i] for i in order]
        self._take(joined(ordered, [f.best for f in found]), step)
        self.current = joined(ordered, [f.current for f in found])

    def _mend(self) -> None:
        """Where an answer breaks rules: what must be served may stay at a price that nothing else is worth."""
        if not self.verdict.broken:
            return
        self.problem = with_price_for_all(self.asked, ortools_engine.dearer_than_a_route(self.asked))
        self.best = self.current = Answer()
        self.verdict = judge(self.problem, self.best)
        self._ortools(ORTOOLS_SHARE)
        self._seeds(ORTOOLS_SHARE)

    def _ortools(self, share: float) -> None:
        seconds = share * self._left()
        calls: list[tuple[Problem, float, tuple[str, ...]]]
        calls = [(self.problem, seconds, (name,)) for name in ortools_engine.FIRST_SOLUTIONS]
        if self.workers < len(calls):
            calls = [(self.problem, seconds, ortools_engine.FIRST_SOLUTIONS)]
        self._give(seconds)
        for answer in self._map(_by_ortools, calls):
            self._take(answer, "ortools")

    def _by_pyvrp(self, calls: Sequence[tuple[Problem, float, int, Answer | None, Clock, int]]) -> list[Improved]:
        return self._map(by_pyvrp, calls)

    def _map(self, task: Callable[..., T], calls: Sequence[tuple[Any, ...]]) -> list[T]:
        if self.executor is None:
            return [task(*call) for call in calls]
        futures: list[Future[T]] = [self.executor.submit(task, *call) for call in calls]
        return [future.result() for future in futures]


def by_pyvrp(
    problem: Problem,
    seconds: float,
    seed: int,
    start: Answer | None,
    clock: Clock,
    history: int = HISTORY,
    *,
    cold: bool = False,
) -> Improved:
    """A worker's task: PyVRP from `start`, or from what OR-Tools finds where the problem is large and not `cold`."""
    now = CLOCKS[clock]
    until = now() + seconds
    if start is None and not cold and len(problem.stops) > LARGEST_COLD:
        start = _by_ortools(problem, ORTOOLS_SHARE * seconds, ortools_engine.FIRST_SOLUTIONS[:1])
    return pyvrp_engine.solve_with_pyvrp(
        problem, seconds=until - now(), seed=seed, start=start, clock=clock, history=history
    )


def _by_ortools(problem: Problem, seconds: float, first_solutions: tuple[str, ...]) -> Answer:
    if ortools_engine.cannot_express(problem):
        return Answer()
    found = ortools_engine.solve_with_ortools(problem, seconds=seconds, first_solutions=first_solutions)
    return found if found is not None else Answer()
