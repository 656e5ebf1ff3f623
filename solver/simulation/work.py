"""What workers of a simulation do: play a run, or set the rule beside the planner. A county is prepared once each."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from solver.crew import PackedScenario
from solver.roads.matrices import ways_of
from solver.simulation.comparison import Comparison, compare
from solver.simulation.evening import DayOrders
from solver.simulation.figures import SimulationFigures
from solver.simulation.known_county import KnownCounty
from solver.simulation.run import play_run

COUNTIES_KEPT = 2


@dataclass(frozen=True, slots=True)
class CountyInHand:
    """The county as it is sent to workers; `cache_folder`: of ways, on the worker's own disk."""

    packed: PackedScenario
    cache_folder: str | None = None


def play_one(
    county: CountyInHand, figures: SimulationFigures, first_orders: DayOrders, seed: int, run: int
) -> dict[str, Any]:
    """Return the members of the run's `RunResult`."""
    return asdict(play_run(_known(county), figures, first_orders, seed=seed, run=run).result)


def compare_one(county: CountyInHand, plan: Any, days: tuple[date, ...]) -> Comparison:
    """Return the rule beside the planner."""
    return compare(_known(county), plan, days)


@lru_cache(maxsize=COUNTIES_KEPT)
def _known(county: CountyInHand) -> KnownCounty:
    scenario = county.packed.unpacked()
    folder = None if county.cache_folder is None else Path(county.cache_folder).expanduser()
    return KnownCounty(scenario, ways_of(scenario, cache_folder=folder))
