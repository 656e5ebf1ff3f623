"""The season's bound, and what scarcity costs above it, in a process of its own, which can be ended at any time and
never outlives its planner."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self, TypeVar

from solver.roads.ways import Ways
from solver.scenario import Scenario
from solver.season.bound import season_bound_yuan
from solver.season.distance import Scarcity, scarcity
from solver.season.geometry import SeasonGeometry

ASKING_SECONDS = 0.2
Answer = TypeVar("Answer")


class BoundBeside:
    """A context: `start` begins the computation, leaving the context kills what is still running."""

    def __init__(self, scenario: Scenario, geometry: SeasonGeometry, ways: Ways) -> None:
        self._inputs = (scenario, geometry, ways)
        self._process: multiprocessing.Process | None = None
        self._answer: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._answer is not None:
            self._answer.close()

    def start(self) -> None:
        """Begin, unless it has begun."""
        if self._process is not None:
            return
        self._answer, sender = multiprocessing.Pipe(duplex=False)
        self._process = multiprocessing.Process(target=_send_bound, args=(sender, *self._inputs), daemon=True)
        self._process.start()
        sender.close()

    def bound_yuan(self, go_on: Callable[[], bool]) -> float | None:
        """The bound, once it is there; None as soon as `go_on`, asked again and again, says no.

        Raises the error that the computation met, RuntimeError where its process was killed from outside.
        """
        self.start()
        return self._received(float, go_on)

    def scarcity(self, go_on: Callable[[], bool]) -> Scarcity | None:
        """After the bound, what bays and weather cost beyond it; as `bound_yuan` otherwise."""
        return self._received(Scarcity, go_on)

    def _received(self, kind: type[Answer], go_on: Callable[[], bool]) -> Answer | None:
        assert self._answer is not None
        while not self._answer.poll(ASKING_SECONDS):
            if not go_on():
                return None
        try:
            answer: Answer | Exception = self._answer.recv()
        except EOFError:
            raise RuntimeError("the process that computed the season's bound was killed") from None
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, kind)
        return answer


def _send_bound(sender: Connection, scenario: Scenario, geometry: SeasonGeometry, ways: Ways) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the planner decides
    try:
        bound_yuan = season_bound_yuan(scenario, geometry, ways)
        sender.send(bound_yuan)
        sender.send(scarcity(scenario, geometry, ways, bound_yuan))
    except Exception as error:  # the planner raises it
        sender.send(error)
