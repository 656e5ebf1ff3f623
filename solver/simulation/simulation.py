"""Many runs of a season, and what they come to together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from solver.crew import Crew, PackedScenario, Unit, WorkStopped
from solver.crew.kept_results import KeptResults
from solver.plan import Plan
from solver.scenario import Scenario
from solver.simulation.comparison import Comparison, Side, days_to_compare
from solver.simulation.evening import DayOrders
from solver.simulation.figures import SimulationFigures
from solver.simulation.run import RunResult
from solver.simulation.work import CountyInHand, compare_one, play_one

# Raised when the same seed would give another answer than before.
RULE_VERSION = 1
QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
COMPARED = "comparison"


@dataclass(frozen=True, slots=True)
class Simulation:
    """`results` by run. `asked_runs`: as many as were asked for; fewer where somebody stopped them."""

    scenario: Scenario
    figures: SimulationFigures
    seed: int
    asked_runs: int
    results: tuple[RunResult, ...]
    comparison: Comparison | None


def simulate(
    scenario: Scenario,
    plan: Plan,
    figures: SimulationFigures,
    *,
    runs: int,
    seed: int,
    crew: Crew,
    kept: Path,
    cache_folder: str | None = None,
    told: Callable[[int], bool] = lambda runs_done: True,
) -> Simulation:
    """Play `runs` seasons that begin with the first day of `plan`; which worker plays which run changes nothing.

    Every run's result is kept in the folder `kept` as it comes, so that what was stopped goes on where it was. `told`
    hears how many runs there are and answers False to stop: what is there by then is the answer. Raises NoRainFigure,
    WorkerLost, WrongCluster.
    """
    packed = PackedScenario.of(scenario)
    first_orders = DayOrders.of_plan(plan, scenario.season_start)
    store = KeptResults(kept, _key(packed, first_orders, figures, seed))
    county = CountyInHand(packed, cache_folder)
    results = {run: result for run in range(runs) if (result := _read(store, run)) is not None}
    compared: list[Comparison] = []

    def done(unit: Unit, answer: Any) -> None:
        if unit.key == COMPARED:
            compared.append(answer)
            return
        store.write(f"{unit.key}.json", json.dumps(answer).encode())
        results[int(str(unit.key))] = _result(answer)

    units = [
        Unit(run, play_one, (county, figures, first_orders, seed, run)) for run in range(runs) if run not in results
    ]
    comparing = Unit(COMPARED, compare_one, (county, plan, days_to_compare(plan)))
    with suppress(WorkStopped):
        crew.run([comparing, *units], done, told=lambda: told(len(results)))
    return Simulation(
        scenario=scenario,
        figures=figures,
        seed=seed,
        asked_runs=runs,
        results=tuple(results[run] for run in sorted(results)),
        comparison=compared[0] if compared else None,
    )


def distribution(values: Sequence[float]) -> dict[str, float]:
    """Return mean, least, most and the quantiles of QUANTILES."""
    array = np.asarray(values, dtype=float)
    figures = {"mean": array.mean(), "least": array.min(), "most": array.max()}
    figures |= {name: np.quantile(array, share) for name, share in QUANTILES.items()}
    return {name: round(float(value), 4) for name, value in figures.items()}


def summary_of(simulation: Simulation) -> dict[str, Any]:
    """Return what `simulation.json` says; docs/simulation.md explains the members."""
    results = simulation.results
    dates = simulation.scenario.dates
    members: dict[str, Any] = {
        "scenario": simulation.scenario.name,
        "seed": simulation.seed,
        "runs": len(results),
        "runs_asked": simulation.asked_runs,
        "rule_version": RULE_VERSION,
    }
    if results:
        members["straw_t"] = round(results[0].straw_t, 3)
        members["distributions"] = {
            name: distribution([getattr(r, name) for r in results]) for name in _distributed(results[0])
        } | {"open_at_end_t": distribution([r.open_t[-1] for r in results])}
        never = sum(r.finish_day >= len(dates) for r in results)
        members["finish"] = {
            "not_within_season_runs": never,
            "by_date": {day.isoformat(): sum(r.finish_day <= i for r in results) for i, day in enumerate(dates)},
        }
    if simulation.comparison is not None:
        members["rule_beside_planner"] = _compared(simulation.comparison)
    members["results"] = [asdict(r) for r in results]
    members["figures"] = asdict(simulation.figures)
    return members


def _compared(comparison: Comparison) -> dict[str, Any]:
    days = [{"date": c.day.isoformat(), "planner": _side(c.planner), "rule": _side(c.rule)} for c in comparison.days]
    season = None
    if comparison.season is not None:
        c = comparison.season
        season = (
            asdict(c)
            | {"planner": _side(c.planner), "rule": _side(c.rule)}
            | {"rule_above_planner_percent": round(100 * (c.rule_yuan / c.planner_yuan - 1), 3)}
        )
    return {"days": days, "season": season}


def _side(side: Side) -> dict[str, float]:
    members = asdict(side) | {
        "trucks_yuan_per_t": side.trucks_yuan_per_t,
        "balers_yuan_per_t": side.balers_yuan_per_t,
    }
    return {name: round(value, 3) for name, value in members.items()}


def _distributed(result: RunResult) -> list[str]:
    return [name for name in asdict(result) if name not in ("run", "open_t", "straw_t")]


def _key(packed: PackedScenario, orders: DayOrders, figures: SimulationFigures, seed: int) -> str:
    parts = (RULE_VERSION, packed.fingerprint, repr(orders), repr(figures), seed)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _read(store: KeptResults, run: int) -> RunResult | None:
    data = store.read(f"{run}.json")
    return None if data is None else _result(json.loads(data))


def _result(members: dict[str, Any]) -> RunResult:
    return RunResult(**(members | {"open_t": tuple(members["open_t"])}))
