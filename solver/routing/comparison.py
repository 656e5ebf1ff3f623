"""Our search beside one plain PyVRP process: the same problem, the same seconds, one run, both judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass

from solver.routing.judge import Verdict, judge
from solver.routing.pyvrp_engine import Clock, cannot_express
from solver.routing.readers import Instance, with_best_known
from solver.routing.search import by_pyvrp, solve


@dataclass(frozen=True, slots=True)
class Comparison:
    """Costs in the file's units, None where an answer breaks rules (`…_broken` says how many); gaps in percent."""

    name: str
    stops: int
    best_known: float | None
    ours: float | None
    plain: float | None
    ours_vehicles: int
    plain_vehicles: int
    ours_broken: int
    plain_broken: int

    @property
    def ours_gap(self) -> float | None:
        return _percent(self.ours, self.best_known)

    @property
    def plain_gap(self) -> float | None:
        return _percent(self.plain, self.best_known)

    @property
    def ours_to_plain(self) -> float | None:
        """How much dearer than plain PyVRP ours is, in percent; negative where it is cheaper."""
        return _percent(self.ours, self.plain)


def _percent(cost: float | None, base: float | None) -> float | None:
    return None if cost is None or not base else 100 * (cost / base - 1)


def compare(
    instances: Iterable[Instance],
    *,
    seconds: float,
    seed: int,
    workers: int,
    executor: Executor,
    clock: Clock,
    best_known: Mapping[str, float],
) -> Iterator[Comparison]:
    """One instance after the other: first ours on all workers, then PyVRP on one with the others idle.

    `best_known`: costs by name for instances without a `.sol`.
    """
    for instance in instances:
        known = with_best_known(instance, best_known.get(instance.name.lower()))
        problem = known.problem
        ours = solve(problem, seconds=seconds, seed=seed, workers=workers, executor=executor, clock=clock).verdict
        plain: Verdict | None = None
        if not cannot_express(problem):
            found = executor.submit(by_pyvrp, problem, seconds, seed, None, clock, cold=True).result()
            plain = judge(problem, found.best)
        yield Comparison(
            name=known.name,
            stops=len(problem.stops),
            best_known=known.best_known,
            ours=_cost(ours, known.unit),
            plain=None if plain is None else _cost(plain, known.unit),
            ours_vehicles=ours.vehicles,
            plain_vehicles=0 if plain is None else plain.vehicles,
            ours_broken=len(ours.broken),
            plain_broken=0 if plain is None else len(plain.broken),
        )


def _cost(verdict: Verdict, unit: int) -> float | None:
    return None if verdict.broken else verdict.cost / unit
