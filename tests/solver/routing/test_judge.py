"""The judge finds every rule that is broken, and reckons cost and time by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from solver.routing.judge import judge
from solver.routing.problem import NO_WAY, OPEN_END, Answer, Problem, Route, Stops, uniform_fleet


def a_problem(*, fleet: dict[str, Any] | None = None, **stops: Any) -> Problem:
    """Places on a line: depot 0, stops at 1, 2 and 3 tens; there it is one more than back."""
    at = 10 * np.arange(4)
    ways = np.abs(at[:, None] - at[None, :]) + (at[:, None] < at[None, :])
    none = np.zeros(3, dtype=np.int64)
    sites = Stops(
        place=np.array([1, 2, 3]),
        demand=np.array([[2], [3], [4]]),
        service=none + 5,
        earliest=none,
        latest=none + 1_000,
        release=none,
        price=none - 1,
    )
    sites = replace(sites, **{name: np.array(value) for name, value in stops.items()})
    vehicles = replace(uniform_fleet(3, count=2, capacity=np.array([9])), **(fleet or {}))
    return Problem(sites, vehicles, (ways,), (ways,))


WHOLE = Answer((Route(0, (0, 1, 2)),))


def test_an_answer_that_keeps_the_rules_costs_its_ways_its_time_and_its_vehicle() -> None:
    timed = {"fixed_cost": np.array([1000]), "cost_per_time": np.array([2])}
    verdict = judge(a_problem(fleet=timed), WHOLE)
    assert verdict.broken == ()
    assert verdict.distance == 33 + 30
    assert verdict.cost == 1000 + 63 + 2 * (63 + 15)


def test_a_route_leaves_as_late_as_its_windows_allow() -> None:
    problem = a_problem(fleet={"cost_per_time": np.array([1])}, earliest=[0, 200, 0])
    assert judge(problem, WHOLE).cost == 63 + 63 + 15
    waits = a_problem(fleet={"cost_per_time": np.array([1])}, earliest=[0, 200, 0], latest=[20, 1000, 1000])
    # the first stop must be served by 20: leaving at 9, waiting from 36 to 200
    assert judge(waits, WHOLE).cost == 63 + (200 - 9) + 5 + 11 + 5 + 30


def test_a_reload_begins_a_trip_that_waits_for_what_it_brings() -> None:
    fleet = {"capacity": np.array([[5]]), "reload_places": ((0,),), "most_reloads": np.array([1])}
    problem = a_problem(fleet=fleet, release=[0, 0, 500], latest=[1000, 1000, 531])
    answer = Answer((Route(0, (0, 1, ~0, 2)),))
    assert judge(problem, answer).broken == ()
    late = a_problem(fleet=fleet, release=[0, 0, 502], latest=[1000, 1000, 531])
    assert [(b.rule, b.by) for b in judge(late, answer).broken] == [("late", 2)]


@pytest.mark.parametrize(
    ("rule", "fleet", "stops", "answer"),
    [
        ("unknown", {}, {}, Answer((Route(0, (0, 1, 2)), Route(0, (7,))))),
        ("unknown", {}, {}, Answer((Route(0, (0, 1, 2)), Route(4, (1,))))),
        ("twice", {}, {}, Answer((Route(0, (0, 1, 2)), Route(0, (1,))))),
        ("left out", {}, {}, Answer((Route(0, (0, 1)),))),
        ("vehicles", {"count": np.array([1])}, {}, Answer((Route(0, (0, 1)), Route(0, (2,))))),
        ("capacity", {"capacity": np.array([[8]])}, {}, WHOLE),
        ("late", {}, {"latest": [1000, 25, 1000]}, WHOLE),
        ("shift", {"latest": np.array([77])}, {}, WHOLE),
        ("longest time", {"longest_time": np.array([77])}, {}, WHOLE),
        ("longest way", {"longest_way": np.array([62])}, {}, WHOLE),
        ("not admitted", {"admits": np.array([[True, False, True]])}, {}, WHOLE),
        ("reload place", {"most_reloads": np.array([1])}, {}, Answer((Route(0, (0, ~0, 1, 2)),))),
        ("reloads", {"reload_places": ((0,),)}, {}, Answer((Route(0, (0, ~0, 1, 2)),))),
    ],
)
def test_each_rule_is_found_when_it_alone_is_broken(
    rule: str, fleet: dict[str, Any], stops: dict[str, Any], answer: Answer
) -> None:
    assert {b.rule for b in judge(a_problem(fleet=fleet, **stops), answer).broken} == {rule}


def test_a_limit_that_is_just_met_is_kept() -> None:
    exact = {"latest": 78, "longest_time": 78, "longest_way": 63, "count": 1}
    fleet = {name: np.array([value]) for name, value in exact.items()}
    assert judge(a_problem(fleet=fleet, latest=[1000, 27, 1000]), WHOLE).broken == ()


def test_a_way_that_does_not_exist_is_no_way_and_an_open_end_needs_none() -> None:
    problem = a_problem()
    ways = problem.distance[0].copy()
    ways[3, 0] = NO_WAY
    cut = replace(problem, distance=(ways,))
    assert "no way" in {b.rule for b in judge(cut, WHOLE).broken}
    stays = replace(cut, fleet=replace(cut.fleet, end_place=np.array([OPEN_END])))
    assert judge(stays, WHOLE).cost == 33


def test_a_stop_left_out_costs_its_price() -> None:
    verdict = judge(a_problem(price=[-1, -1, 70]), Answer((Route(0, (0, 1)),)))
    assert (verdict.broken, verdict.cost, verdict.left_out) == ((), 22 + 20 + 70, 1)


def test_arrays_that_do_not_fit_make_no_problem() -> None:
    problem = a_problem()
    with pytest.raises(ValueError, match="one row a stop"):
        replace(problem.stops, service=np.zeros(2, dtype=np.int64))
    with pytest.raises(ValueError, match="has no matrix"):
        replace(problem, fleet=replace(problem.fleet, start_place=np.array([9])))
