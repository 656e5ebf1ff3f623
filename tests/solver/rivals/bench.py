"""Our hauls beside OR-Tools routing, PyVRP and VROOM on the same day: `python -m tests.solver.rivals.bench [A B]`.

All have the same ways; ours has `SECONDS` in all, the others as long, and then ten times as long. B is asked without
bays, which the others do not know. Each answer is judged by the same code (`solver.hauling.day_answer`).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence

from solver.hauling.day_answer import TruckLoad, judge, truck_loads
from solver.hauling.improvement import improved_schedule
from solver.hauling.network import haul_flow
from solver.hauling.plan import SHIFT_SHARE
from solver.hauling.problem import HaulArrays
from solver.routing.ortools_engine import solve_with_ortools
from solver.routing.problem import Answer
from solver.routing.pyvrp_engine import solve_with_pyvrp
from solver.synthetic.haul_days import HAUL_DAYS, synthetic_haul_day, without_bays
from tests.solver.rivals.rival_routes import Loads, loads_of, routes_by_vroom, routing_problem, rows_of

SECONDS = {"A": 15.0, "B": 60.0}
# B alone takes half an hour.
DEFAULT = ("A",)
TIMES_LONGER = (1, 10)
WORKERS = 2


def main(names: Sequence[str]) -> None:
    """Print each engine's cost above the bound."""
    for name in names or DEFAULT:
        kind = HAUL_DAYS[name]
        day = without_bays(synthetic_haul_day(kind))
        bound = haul_flow(day).bound_yuan
        only_empty = kind.is_empty_km_only

        def say(who: str, took_s: float, rows: Sequence[TruckLoad], day: HaulArrays = day, bound: float = bound,
                only_empty: bool = only_empty, name: str = name) -> None:  # fmt: skip
            verdict = judge(day, rows)
            apart = verdict.loaded_km if only_empty else 0.0
            cost, least = verdict.cost - apart, bound - apart
            faults = f", {len(verdict.faults)} faults: {verdict.faults[0]}" if verdict.faults else ""
            print(
                f"{name}: {who}, {took_s:.0f} s: {cost:,.2f}, {100 * (cost / least - 1):.2f} % above the bound, "
                f"{verdict.left} left{faults}",
                flush=True,
            )

        began = time.monotonic()
        rows = _ours(day, SECONDS[name], began)
        say("ours", time.monotonic() - began, rows)
        loads = loads_of(day)
        for who, asked in _rivals(loads, loaded_km=not only_empty).items():
            for longer in TIMES_LONGER:
                began = time.monotonic()
                answer = asked(longer * SECONDS[name])
                took_s = time.monotonic() - began
                if answer is None:
                    print(f"{name}: {who}, {took_s:.0f} s: nothing found", flush=True)
                else:
                    say(who, took_s, rows_of(loads, answer))


def _ours(day: HaulArrays, seconds: float, began: float) -> Sequence[TruckLoad]:
    guide = haul_flow(day, shift_share=SHIFT_SHARE)
    schedule, _ = improved_schedule(
        day,
        guide.prices,
        guide.truck_days,
        seconds=seconds - (time.monotonic() - began),
        workers=WORKERS,
        seed=0,
        by_clock=True,
    )
    return truck_loads(schedule)


def _rivals(loads: Loads, *, loaded_km: bool) -> dict[str, Callable[[float], Answer | None]]:
    problem = routing_problem(loads, loaded_km=loaded_km)
    return {
        "PyVRP": lambda seconds: solve_with_pyvrp(problem, seconds=seconds, seed=1).best,
        "VROOM": lambda seconds: routes_by_vroom(loads, seconds=seconds, threads=WORKERS, loaded_km=loaded_km),
        "OR-Tools": lambda seconds: solve_with_ortools(
            problem, seconds=seconds, first_solutions=("PARALLEL_CHEAPEST_INSERTION",)
        ),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
