"""Units of work done by an executor's workers: each result is taken once, what a dead worker held is done again."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, cast

from solver.crew.executors import executor_of, lost_errors

ASKING_SECONDS = 0.2
UNITS_AHEAD = 2  # for each worker, so that none waits for the next
CLUSTER_UNITS_AHEAD = 256
LOSSES_OF_A_UNIT = 3


@dataclass(frozen=True, slots=True)
class Unit:
    """`work(*arguments)`, done by some worker: a function of a module, arguments and answer that can be sent."""

    key: Hashable
    work: Callable[..., Any]
    arguments: tuple[Any, ...]


class WorkerLost(Exception):
    """Workers died with the same unit again and again: it is the unit that kills them."""

    def __init__(self, key: Hashable, times: int) -> None:
        self.key, self.times = key, times
        super().__init__(f"{times} workers died with {key}")


class WorkStopped(Exception):
    """Somebody asked to stop; what was finished by then has been handed over."""


class Crew:
    """`workers` processes of this machine, or the workers of the Dask scheduler at `cluster`."""

    def __init__(self, *, workers: int = 1, cluster: str | None = None) -> None:
        self._open = cast(
            "Callable[[], AbstractContextManager[Executor]]", executor_of(workers=workers, cluster=cluster)
        )
        self._lost = lost_errors(cluster)
        self._ahead = CLUSTER_UNITS_AHEAD if cluster is not None else workers * UNITS_AHEAD

    def run(
        self,
        units: Iterable[Unit],
        done: Callable[[Unit, Any], Sequence[Unit] | None],
        *,
        told: Callable[[], bool] = lambda: True,
    ) -> None:
        """Do all units. `done` hears every unit's answer once, in this process, and may give further units.

        `told` is asked all the time and answers False to stop: WorkStopped. Raises WorkerLost, WrongCluster, and what a
        unit raises.
        """
        waiting = deque(units)
        losses: Counter[Hashable] = Counter()
        while waiting:
            with self._open() as executor:
                self._work(executor, waiting, losses, done, told)

    def _work(
        self,
        executor: Executor,
        waiting: deque[Unit],
        losses: Counter[Hashable],
        done: Callable[[Unit, Any], Sequence[Unit] | None],
        told: Callable[[], bool],
    ) -> None:
        """Until nothing waits, or the executor is broken: then what it held waits again."""
        running: dict[Future[Any], Unit] = {}
        broken = False
        while (waiting and not broken) or running:
            while waiting and not broken and len(running) < self._ahead:
                unit = waiting.popleft()
                try:
                    running[executor.submit(unit.work, *unit.arguments)] = unit
                except self._lost:
                    waiting.appendleft(unit)
                    broken = True
            finished, _ = wait(running, timeout=ASKING_SECONDS, return_when=FIRST_COMPLETED)
            for future in finished:
                unit = running.pop(future)
                try:
                    answer = future.result()
                except self._lost as error:
                    broken = True
                    losses[unit.key] += 1
                    if losses[unit.key] > LOSSES_OF_A_UNIT:
                        raise WorkerLost(unit.key, losses[unit.key]) from error
                    waiting.appendleft(unit)
                else:
                    # What follows goes first: so few chains are on their way at once, and a worker meets few counties.
                    waiting.extendleft(reversed(done(unit, answer) or ()))
            if not told():
                raise WorkStopped
