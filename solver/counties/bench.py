"""Ten made-up counties in one run on one worker and on two; and what the units of a large county take.

On a machine that does other work besides, the wall clock says little: what workers were at work for, and how it was
shared between them, says what a quiet one would need.
"""

from __future__ import annotations

import os
import pickle
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from solver.as_of import scenario_as_of
from solver.counties.chain import CountyTask, plan_counties
from solver.counties.stages import SentCounty, bound_stage
from solver.crew import Crew, PackedScenario, Unit
from solver.crew.executors import processes_executor
from solver.roads.matrices import ways_of
from solver.scenario import Scenario
from solver.scenario_files import read_scenario
from solver.season.geometry import season_geometry
from solver.season.programme import season_programme
from solver.season.state import SeasonState
from solver.synthetic.season_county import season_county

COUNTIES = 10
FIELDS, DAYS, YARDS, PLANTS = 60, 16, 2, 1
SECONDS_PER_DAY = 0.3
LARGE = Path("data/haining")
LARGE_MORNING = date(2026, 11, 11)
LARGE_DAYS = 2


@dataclass(frozen=True, slots=True)
class Measured:
    """One unit as it was done: by which process, seconds it was at work, the process's largest memory, bytes back."""

    stage: str
    worker: int
    at_work_s: float
    memory_mb: float
    answer_bytes: int


class MeasuringCrew(Crew):
    """A crew that notes what each unit took."""

    def __init__(self, workers: int) -> None:
        super().__init__(workers=workers)
        # One worker too is a process here: what is measured differs in nothing else.
        self._open = partial(processes_executor, workers)
        self.units: list[Measured] = []

    def run(
        self,
        units: Iterable[Unit],
        done: Callable[[Unit, Any], Sequence[Unit] | None],
        *,
        told: Callable[[], bool] = lambda: True,
    ) -> None:
        """As `Crew.run`."""

        def measured(unit: Unit) -> Unit:
            return Unit(unit.key, _measured, (unit.work, unit.arguments))

        def noted(unit: Unit, answer: tuple[Any, int, float, float]) -> list[Unit]:
            result, worker, at_work_s, memory_mb = answer
            stage = _stage(unit.key)
            self.units.append(Measured(stage, worker, at_work_s, memory_mb, len(pickle.dumps(result, protocol=5))))
            return [measured(further) for further in done(unit, result) or ()]

        super().run([measured(unit) for unit in units], noted, told=told)


def run() -> None:
    """Print one line for each figure."""
    print(f"{os.cpu_count()} cores; load {os.getloadavg()[0]:.1f}")
    ten = {
        f"county {seed}": season_county(fields=FIELDS, days=DAYS, yards=YARDS, plants=PLANTS, seed=seed)
        for seed in range(1, COUNTIES + 1)
    }
    _planned({"warm": next(iter(ten.values()))}, MeasuringCrew(1), days=1)  # compiles and reads what is read once
    print(f"{COUNTIES} counties of {FIELDS} fields, {DAYS} days, {SECONDS_PER_DAY:g} s of search a day")
    wall, at_work, longest = {}, {}, {}
    for workers in (1, 2):
        crew = MeasuringCrew(workers)
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        wall[workers] = _planned(ten, crew)
        beside = _cpu(resource.getrusage(resource.RUSAGE_CHILDREN)) - _cpu(children)
        by_worker: dict[int, float] = defaultdict(float)
        for unit in crew.units:
            by_worker[unit.worker] += unit.at_work_s
        at_work[workers], longest[workers] = sum(by_worker.values()), max(by_worker.values())
        shares = ", ".join(f"{s:.1f}" for s in sorted(by_worker.values()))
        print(
            f"  {workers} workers: {wall[workers]:.1f} s by the clock, {len(crew.units)} units, at work {shares} s"
            f", beginning {max(beside - at_work[workers], 0.0):.1f} s"
        )
    print(f"  clock, 2 workers over 1: {wall[2] / wall[1]:.2f}")
    print(f"  at work, the busier of 2 workers over 1: {longest[2] / at_work[1]:.2f} (on a quiet machine)")
    _large()


def _large() -> None:
    if not LARGE.is_dir():
        return
    season = read_scenario(LARGE)
    geometry = season_geometry(season, ways_of(season))
    programme = season_programme(season, geometry, SeasonState(season), season.season_start)
    county = scenario_as_of(season, programme, LARGE_MORNING)
    packed = PackedScenario.of(season)
    print(
        f"{LARGE} from {LARGE_MORNING} on: {len(season.fields)} fields, {len(packed.data) / 1e6:.2f} MB with each unit"
    )
    crew = MeasuringCrew(1)
    _planned({"large": county}, crew, days=LARGE_DAYS, seconds=6.0)
    for unit in crew.units:
        print(
            f"  {unit.stage:14} at work {unit.at_work_s:6.1f} s, answer {unit.answer_bytes / 1e6:5.2f} MB, "
            f"memory {unit.memory_mb:5.0f} MB"
        )
    _, _, seconds, memory_mb = _measured(bound_stage, (SentCounty(packed, None),))
    print(f"  {'bound':14} at work {seconds:6.1f} s, memory {memory_mb:5.0f} MB")


def _planned(
    counties: dict[str, Scenario], crew: MeasuringCrew, *, days: int | None = None, seconds: float = SECONDS_PER_DAY
) -> float:
    """Seconds by the clock in which the counties were planned."""
    with tempfile.TemporaryDirectory() as folder:
        tasks = [CountyTask(name, county, Path(folder) / name) for name, county in counties.items()]
        began = time.monotonic()
        outcomes = plan_counties(tasks, crew, days=days, seconds_per_day=seconds)
        took = time.monotonic() - began
    for outcome in outcomes:
        assert outcome.plan is not None, outcome.failure
        assert not outcome.violations
    return took


def _measured(work: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, int, float, float]:
    began = time.process_time()
    answer = work(*arguments)
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return answer, os.getpid(), time.process_time() - began, memory_mb


def _stage(key: object) -> str:
    assert isinstance(key, tuple)
    _, number, stage = key
    return f"{stage} {number}"


def _cpu(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    run()
