"""A made-up problem of a county's size: stops in clumps, depots among them, from a seed."""

from __future__ import annotations

import numpy as np

from solver.routing.problem import FOREVER, Fleet, Problem, Stops


def many_depots(*, seed: int, stops: int = 5_000, depots: int = 15, clumps: int = 120) -> Problem:
    """Stops of 1–9 units around `clumps` villages, depots with trucks of two kinds for 30 % more than all.

    Ways are asymmetric. Distances and costs in metres; the larger kind costs a quarter more a metre.
    """
    rng = np.random.default_rng(seed)
    side_m = 60_000
    village = rng.uniform(0, side_m, (clumps, 2))
    at_depot = rng.uniform(0.05 * side_m, 0.95 * side_m, (depots, 2))
    at = np.vstack((at_depot, village[rng.integers(clumps, size=stops)] + rng.normal(0, 1_500, (stops, 2))))
    ways_m = np.hypot(*(at[:, None, i] - at[None, :, i] for i in range(2)))
    ways_m = np.rint(ways_m * rng.uniform(1.2, 1.45, ways_m.shape)).astype(np.int64)
    np.fill_diagonal(ways_m, 0)
    demand = rng.integers(1, 10, (stops, 1))
    capacity = np.array([60, 120])
    share = 1.3 * float(demand.sum()) / depots / 2
    kinds = 2 * depots
    none, no_limit = np.zeros(kinds, dtype=np.int64), np.full(kinds, FOREVER)
    fleet = Fleet(
        count=np.tile(np.ceil(share / capacity).astype(np.int64), depots),
        capacity=np.tile(capacity, depots).reshape(kinds, 1),
        fixed_cost=none,
        cost_per_distance=np.tile([4, 5], depots),
        cost_per_time=none,
        earliest=none,
        latest=no_limit,
        longest_time=no_limit,
        longest_way=no_limit,
        start_place=np.repeat(np.arange(depots), 2),
        end_place=np.repeat(np.arange(depots), 2),
        reload_places=((),) * kinds,
        most_reloads=none,
        profile=none,
        admits=np.ones((kinds, stops), dtype=bool),
    )
    each = np.zeros(stops, dtype=np.int64)
    windows = each, np.full(stops, FOREVER)
    sites = Stops(depots + np.arange(stops), demand, each, *windows, release=each, price=each - 1)
    return Problem(sites, fleet, (ways_m,), (ways_m,))
