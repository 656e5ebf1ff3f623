"""Whatever the engines answer passes the judge, and the best of tiny problems is what trying everything gives."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.routing.judge import judge
from solver.routing.ortools_engine import solve_with_ortools
from solver.routing.parts import (
    cut_by_line,
    depot_groups,
    joined,
    joint_parts,
    neighbouring_pairs,
    part_of,
    stops_by_depot,
)
from solver.routing.problem import NO_WAY, Answer, Problem
from solver.routing.pyvrp_engine import cannot_express, solve_with_pyvrp
from solver.routing.search import solve
from solver.routing.synthetic import many_depots
from tests.solver.routing.random_problems import best_by_trying_all, draw_problem

seeds = st.integers(0, 10_000)


def one_vehicle_a_kind(problem: Problem) -> Problem:
    return replace(problem, fleet=replace(problem.fleet, count=np.ones_like(problem.fleet.count)))


@settings(max_examples=12, deadline=None)
@given(seed=seeds)
def test_no_engine_beats_trying_everything_and_one_of_them_finds_it_or_comes_close(seed: int) -> None:
    problem = one_vehicle_a_kind(draw_problem(seed, stops=4))
    best = best_by_trying_all(problem)
    found = [solve_with_pyvrp(problem, iterations=300).best]
    with_ortools = solve_with_ortools(problem)
    assert with_ortools is not None
    found.append(with_ortools)
    ranks = [judge(problem, answer).rank for answer in found]
    assert min(ranks) >= best.rank
    if not best.broken:
        assert min(ranks)[:2] == (False, 0)
        assert min(ranks)[2] <= 1.25 * best.cost


@settings(max_examples=8, deadline=None)
@given(seed=seeds)
def test_answers_of_the_engines_can_be_driven_and_what_is_left_out_is_named(seed: int) -> None:
    problem = draw_problem(seed, stops=12, kinds=4)
    with_ortools = solve_with_ortools(problem)
    assert with_ortools is not None
    assert {b.rule for b in judge(problem, with_ortools).broken} <= {"left out"}
    found = solve(problem, seconds=0.3, start=with_ortools)
    assert {b.rule for b in found.verdict.broken} <= {"left out"}
    assert found.verdict.rank <= judge(problem, with_ortools).rank


def test_pyvrp_goes_on_from_a_given_plan_and_the_same_seed_gives_the_same_answer() -> None:
    problem = draw_problem(3, stops=10, tight=False)
    start = solve_with_ortools(problem)
    first, again = (solve_with_pyvrp(problem, iterations=100, seed=5, start=start).best for _ in range(2))
    assert first == again
    assert judge(problem, first).rank <= judge(problem, start or Answer()).rank


def test_pyvrp_says_what_it_cannot_be_told() -> None:
    problem = draw_problem(1, stops=4)
    dear = replace(problem, fleet=replace(problem.fleet, fixed_cost=problem.fleet.fixed_cost + 2**50))
    assert cannot_express(problem) == ()
    assert len(cannot_express(dear)) == 1
    with pytest.raises(ValueError, match="too large"):
        solve_with_pyvrp(dear, iterations=1)
    answer = solve(dear, seconds=0.2).answer
    assert {b.rule for b in judge(dear, answer).broken} <= {"left out"}


def test_a_stop_without_a_way_is_left_out_and_the_rest_is_served() -> None:
    problem = draw_problem(3, stops=6, tight=False)
    problem = replace(problem, fleet=replace(problem.fleet, admits=np.ones_like(problem.fleet.admits)))
    cut = [matrix.copy() for matrix in problem.distance]
    for matrix in cut:
        matrix[:, 4] = NO_WAY
        matrix[4, 4] = 0
    must = replace(problem.stops, price=np.full(6, -1))
    found = solve(replace(problem, stops=must, distance=tuple(cut)), seconds=0.5)
    assert ("left out", 2) in {(b.rule, b.where) for b in found.verdict.broken}
    assert {b.rule for b in found.verdict.broken} == {"left out"}


def test_a_transport_program_keeps_what_depots_can_take_and_parts_put_together_are_whole() -> None:
    problem = many_depots(seed=4, stops=300, depots=4, clumps=12)
    groups = depot_groups(problem)
    split = stops_by_depot(problem, groups)
    assert sorted(np.concatenate(split).tolist()) == list(range(300))
    for kinds, stops in zip(groups, split, strict=True):
        room = (problem.fleet.count[kinds] * problem.fleet.capacity[kinds, 0]).sum()
        assert problem.stops.demand[stops, 0].sum() <= room
        part = part_of(problem, stops=stops, count=np.bincount(kinds, problem.fleet.count[kinds], 8).astype(np.int64))
        answer = solve_with_pyvrp(part.problem, iterations=20).best
        whole = Answer(part.in_whole(answer))
        here, there = judge(part.problem, answer), judge(problem, whole)
        assert (here.cost, here.vehicles) == (there.cost, there.vehicles)
        assert {b.rule for b in there.broken} <= {"left out"}


def test_a_large_problem_is_split_and_workers_share_it() -> None:
    problem = many_depots(seed=5, stops=900, depots=3, clumps=12)
    with ThreadPoolExecutor(2) as executor:
        found = solve(problem, seconds=2.0, workers=2, executor=executor)
    assert {b.rule for b in found.verdict.broken} <= {"left out"}
    assert found.steps[0][1] == "depots"


def test_neighbouring_depots_are_joined_and_routes_cut_in_parts_without_losing_any() -> None:
    problem = many_depots(seed=6, stops=200, depots=4, clumps=5)
    start = solve_with_pyvrp(problem, iterations=20).best
    groups = depot_groups(problem)
    pairs = neighbouring_pairs(problem, groups, but=set())
    assert len({g for pair in pairs for g in pair}) == 2 * len(pairs) > 0
    assert not set(neighbouring_pairs(problem, groups, but=set(pairs))) & set(pairs)
    paired = [np.concatenate((groups[a], groups[b])) for a, b in pairs]
    alone = [kinds for g, kinds in enumerate(groups) if g not in {g for pair in pairs for g in pair}]
    by_line = cut_by_line(problem, start, ways=3, rng=np.random.default_rng(1))
    for parts in (joint_parts(problem, start, [*paired, *alone]), by_line):
        assert sorted(np.concatenate([part.stops for part in parts]).tolist()) == list(range(200))
        vehicles = sum(int(part.problem.fleet.count.sum()) for part in parts)
        assert vehicles == problem.fleet.count.sum()
        again = joined(parts, [part.start for part in parts])
        assert judge(problem, again).rank == judge(problem, start).rank
