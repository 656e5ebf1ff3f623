"""What other engines answer to a made-up day is a day that can be driven, so a comparison with them is one."""

from __future__ import annotations

import pytest

from solver.hauling.day_answer import judge
from solver.hauling.network import haul_flow
from solver.routing.ortools_engine import solve_with_ortools
from solver.routing.problem import Answer
from solver.routing.pyvrp_engine import solve_with_pyvrp
from solver.synthetic.haul_days import HAUL_DAYS, synthetic_haul_day, without_bays
from tests.solver.rivals.rival_routes import Loads, loads_of, routes_by_vroom, routing_problem, rows_of


def by_pyvrp(loads: Loads) -> Answer | None:
    return solve_with_pyvrp(routing_problem(loads, loaded_km=True), iterations=50, seed=1).best


def by_ortools(loads: Loads) -> Answer | None:
    first = ("PARALLEL_CHEAPEST_INSERTION",)
    return solve_with_ortools(routing_problem(loads, loaded_km=True), seconds=1.0, first_solutions=first)


def by_vroom(loads: Loads) -> Answer | None:
    return routes_by_vroom(loads, seconds=1.0, threads=1, loaded_km=True)


@pytest.mark.parametrize("asked", [by_pyvrp, by_ortools, by_vroom])
def test_an_engines_routes_are_a_day_that_leaves_nothing_and_breaks_nothing(asked) -> None:  # type: ignore[no-untyped-def]
    day = without_bays(synthetic_haul_day(HAUL_DAYS["B"].sized(0.1), 3))
    loads = loads_of(day)
    answer = asked(loads)
    assert answer is not None
    verdict = judge(day, rows_of(loads, answer))
    assert verdict.faults == ()
    assert verdict.left == 0
    assert verdict.cost >= haul_flow(day).bound_yuan
