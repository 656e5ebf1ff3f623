"""The chains of several counties, driven from here: a stage's answer makes the next unit."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, cast

from solver.counties.stages import SentCounty, Unsolved, bound_stage, day_stage, finish_stage, programme_stage
from solver.crew import Crew, PackedScenario, Unit, WorkStopped
from solver.crew.kept_results import KeptResults
from solver.day_plan import DayPlan, Overnight
from solver.plan import Plan
from solver.plan_check import Violation
from solver.planner import SEASON_DAY_SECONDS
from solver.scenario import Scenario
from solver.season.distance import Scarcity
from solver.season.programme import Programme
from solver.season.state import SeasonState
from solver.unserved_reasons import UnservedReasons

# Raised when the stages' answers change their form.
STAGES_VERSION = 2


@dataclass(frozen=True, slots=True)
class CountyTask:
    """A county to plan; answers of its units are kept in the folder `kept`. `name` is unique among the tasks."""

    name: str
    scenario: Scenario
    kept: Path


@dataclass(frozen=True, slots=True)
class CountyOutcome:
    """`plan` None: `failure` says why there is none; where neither is there, somebody stopped before it was whole."""

    name: str
    plan: Plan | None = None
    programme: Programme | None = None
    violations: tuple[Violation, ...] = ()
    failure: str | None = None


def plan_counties(
    tasks: Sequence[CountyTask],
    crew: Crew,
    *,
    days: int | None = None,
    seconds_per_day: float | None = None,
    seed: int = 0,
    cache_folder: str | None = None,
    told: Callable[[float], bool] = lambda share: True,
) -> tuple[CountyOutcome, ...]:
    """Plan every county's season, or its first `days`; the plan of each is the one `plan_season` makes with one worker.

    Which worker does which unit changes nothing. Every unit's answer is kept once and whole as it comes: who is
    stopped goes on where he was. `told` hears the share that is done and answers False to stop. Raises WorkerLost,
    WrongCluster.
    """
    chains = {
        task.name: _Chain(
            task, days=days, seconds=seconds_per_day or SEASON_DAY_SECONDS, seed=seed, cache_folder=cache_folder
        )
        for task in tasks
    }
    total = sum(len(chain.dates) for chain in chains.values())

    def done(unit: Unit, answer: Any) -> Sequence[Unit]:
        name, number, stage = cast("tuple[str, int, str]", unit.key)
        return chains[name].after(number, stage, answer)

    first = [unit for chain in chains.values() for unit in chain.first()]
    with suppress(WorkStopped):
        crew.run(first, done, told=lambda: told(sum(c.days_done for c in chains.values()) / max(total, 1)))
    return tuple(chain.outcome() for chain in chains.values())


@dataclass(slots=True)
class _Chain:
    """One county's season on its way."""

    task: CountyTask
    days: int | None
    seconds: float
    seed: int
    cache_folder: str | None
    county: SentCounty = field(init=False)
    dates: tuple[date, ...] = field(init=False)
    state: SeasonState = field(init=False)
    overnight: Overnight = field(default_factory=Overnight)
    planned: list[tuple[date, DayPlan]] = field(default_factory=list)
    programme: Programme | None = None
    bound: tuple[float, Scarcity] | None = None
    today: Programme | None = None
    plan: Plan | None = None
    violations: tuple[Violation, ...] = ()
    failure: str | None = None
    _reasons: UnservedReasons = field(init=False)
    _store: KeptResults = field(init=False)
    _began: float = field(default_factory=time.monotonic)
    _asked_to_finish: bool = False

    def __post_init__(self) -> None:
        scenario = self.task.scenario
        self.county = SentCounty(PackedScenario.of(scenario), self.cache_folder)
        self.dates = scenario.dates[: self.days or len(scenario.dates)]
        self.state = SeasonState(scenario)
        self._reasons = UnservedReasons(scenario)
        key = (STAGES_VERSION, self.county.packed.fingerprint, len(self.dates), self.seconds, self.seed)
        self._store = KeptResults(self.task.kept, repr(key))

    @property
    def days_done(self) -> int:
        return len(self.planned)

    @property
    def _whole(self) -> bool:
        return len(self.dates) == len(self.task.scenario.dates)

    def first(self) -> list[Unit]:
        """The units that wait for nothing."""
        units = self._next(0, "programme", programme_stage, (self.county, self.state, 0, None))
        if self._whole:
            units += self._next(0, "bound", bound_stage, (self.county,))
        return units

    def after(self, number: int, stage: str, answer: Any) -> list[Unit]:
        """Take the answer of a stage in, kept before anything follows from it; the units that it makes possible."""
        self._store.write(f"{number:03d}-{stage}", pickle.dumps(answer, protocol=5))
        return self._taken(number, stage, answer)

    def _taken(self, number: int, stage: str, answer: Any) -> list[Unit]:
        if isinstance(answer, Unsolved):
            self.failure = f"the season's program could not be solved: {answer.message}"
            return []
        if stage == "bound":
            self.bound = answer
            return self._finish()
        if stage == "programme":
            if number == 0:
                self.programme = answer
            self.today = answer
            self._reasons.hear(answer, self.dates[number])
            arguments = (self.county, self.state, answer, self.overnight, number, self.seconds, self.seed)
            return self._next(number, "day", day_stage, arguments)
        if stage == "day":
            today, self.state = answer
            self.planned.append((self.dates[number], today))
            self.overnight = today.overnight
            if number + 1 == len(self.dates):
                return self._finish()
            tomorrow = (self.county, self.state, number + 1, self.today)
            return self._next(number + 1, "programme", programme_stage, tomorrow)
        self.plan, self.violations = answer
        return []

    def _finish(self) -> list[Unit]:
        """The last unit, once all days and the bound are there."""
        if len(self.planned) < len(self.dates) or (self._whole and self.bound is None) or self._asked_to_finish:
            return []
        self._asked_to_finish = True
        seconds = time.monotonic() - self._began
        planned, reasons = tuple(self.planned), self._reasons.by_field
        arguments = (self.county, planned, reasons, self.programme, self.bound, self.seed, seconds)
        return self._next(len(self.dates), "finish", finish_stage, arguments)

    def _next(self, number: int, stage: str, work: Callable[..., Any], arguments: tuple[Any, ...]) -> list[Unit]:
        """The unit, or what follows from its answer where that was kept before."""
        kept = self._store.read(f"{number:03d}-{stage}")
        if kept is not None:
            return self._taken(number, stage, pickle.loads(kept))
        return [Unit((self.task.name, number, stage), work, arguments)]

    def outcome(self) -> CountyOutcome:
        """What there is; what was kept goes once the plan is whole."""
        if self.plan is not None:
            self._store.remove()
        return CountyOutcome(self.task.name, self.plan, self.programme, self.violations, self.failure)
