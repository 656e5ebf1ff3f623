"""The day's wishes in whole loads: how much leaves each field today, and in how many loads of which truck class.

The season speaks in tonnes; a truck that drives half empty costs what a full one does. So what a field gives today is
moved up or down by less than a load until it fills whole loads of the classes that the day's flow would send there; the
day's tonnes stay the same. What must leave today leaves with a rest, which the collection tours take up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from solver.hauling.network import HaulFlow
from solver.hauling.problem import MASS_DECIMALS, SMALLEST_WISH_T, HaulArrays, Wish
from solver.linear_program import LinearProgram, NoSolution

# A field gives at most this share of its largest truck's load more or less than the season said.
MOVED_SHARE = 0.6
# What a truck too many or too few at a place costs, in yuan: about a short empty way.
UNBALANCED_YUAN = 4.0
OVERTIME_YUAN_PER_MIN = 0.3
# The first nodes come within some yuan of the best; the clock is only a net.
NODES = 20
SECONDS = 20.0

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class WholeLoads:
    """`wishes` with their tonnes; `classes`: their names; `loads`: (W, C) loads of each class; `rest_t`: (W,) what the
    last load of a wish carries where it is not full, else 0."""

    wishes: tuple[Wish, ...]
    classes: tuple[str, ...]
    loads: Ints
    rest_t: Floats

    def by_class(self) -> dict[tuple[str, str], dict[str, int]]:
        """Loads of each class by origin and destination."""
        return {
            (wish.origin_ids[0], wish.destination_id): dict(zip(self.classes, loads.tolist(), strict=True))
            for wish, loads in zip(self.wishes, self.loads, strict=True)
        }


def whole_loads(
    arrays: HaulArrays, flow: HaulFlow, wishes: tuple[Wish, ...], most_t: Floats, *, fixed: npt.NDArray[np.bool_]
) -> WholeLoads:
    """The wishes (one origin each, as in `arrays`) in whole loads. `most_t`: (W,) tonnes that are there to be taken;
    `fixed`: (W,) wishes whose tonnes stay as they are."""
    count, classes = arrays.admitted.shape
    if not count or not classes:
        return WholeLoads(wishes, arrays.classes, np.zeros((count, classes), dtype=np.int64), np.zeros(count))
    largest_t = np.where(arrays.admitted, arrays.load_t, 0.0).max(axis=1)
    still = fixed | (largest_t <= 0)
    low = np.where(still, arrays.wanted_t, np.maximum(arrays.wanted_t - MOVED_SHARE * largest_t, 0.0))
    high = np.where(still, arrays.wanted_t, np.minimum(arrays.wanted_t + MOVED_SHARE * largest_t, most_t))
    high = np.maximum(high, low)
    try:
        taken_t, loads = _solve(arrays, flow, low, high)
    except NoSolution:
        taken_t, loads = arrays.wanted_t.copy(), np.zeros((count, classes), dtype=np.int64)
    rest_t = np.zeros(count)
    chosen, kept = [], []
    for i, wish in enumerate(wishes):
        dry_t = round(float(min(taken_t[i], high[i])) - 5e-7, MASS_DECIMALS) if not still[i] else wish.dry_t
        if dry_t <= SMALLEST_WISH_T:
            continue
        spare_t = float(loads[i] @ arrays.load_t) - dry_t
        used = np.flatnonzero(loads[i] > 0)
        if len(used) and spare_t > SMALLEST_WISH_T:
            # the rest is what the smallest of its loads carries
            rest_t[i] = max(arrays.load_t[used].min() - spare_t, 0.0)
        chosen.append(Wish(wish.origin_ids, wish.destination_id, (dry_t,)))
        kept.append(i)
    return WholeLoads(tuple(chosen), arrays.classes, loads[kept], rest_t[kept])


def _solve(arrays: HaulArrays, flow: HaulFlow, low: Floats, high: Floats) -> tuple[Floats, Ints]:
    """Tonnes (W,) and loads (W, C): the least reduced cost by the flow's prices, near the flow's balance of trucks."""
    count, classes = arrays.admitted.shape
    prices = flow.prices
    program = LinearProgram()
    tonnes = program.add_columns(count, cost=-prices.wish_yuan_per_t, lower=low, upper=high)
    served = program.add_rows(count, lower=0.0)
    program.add_entries(served, tonnes, -1.0)
    wanted_t = float(arrays.wanted_t.sum())
    total = program.add_rows(1, lower=min(wanted_t, float(high.sum())) - 1e-6, upper=max(wanted_t, low.sum()) + 1.0)
    program.add_entries(np.full(count, total[0]), tonnes, 1.0)
    origin, to = arrays.origins[:, 0], arrays.destination
    columns = np.full((count, classes), -1)
    for c in range(classes):
        rows = np.flatnonzero(arrays.admitted[:, c] & np.isfinite(arrays.travel_min[c][origin, to]))
        columns[rows, c] = program.add_columns(
            len(rows), cost=flow.load_yuan[c, rows], upper=np.ceil(high[rows] / arrays.load_t[c]), integer=True
        )
        program.add_entries(served[rows], columns[rows, c], arrays.load_t[c])
        # the trucks of a class at each hub, and its hours, as the flow has them
        inward = np.bincount(to[rows], weights=flow.loads[c, rows], minlength=arrays.hubs)[: arrays.hubs]
        from_hub = rows[origin[rows] < arrays.hubs]
        outward = np.bincount(origin[from_hub], weights=flow.loads[c, from_hub], minlength=arrays.hubs)[: arrays.hubs]
        level = np.asarray(inward - outward, dtype=float)
        balance = program.add_rows(arrays.hubs, lower=level, upper=level)
        program.add_entries(balance[to[rows]], columns[rows, c], 1.0)
        program.add_entries(balance[origin[from_hub]], columns[from_hub, c], -1.0)
        for sign in (1.0, -1.0):
            program.add_entries(balance, program.add_columns(arrays.hubs, cost=UNBALANCED_YUAN), sign)
        minutes = flow.load_min[c, rows]
        hours = program.add_rows(1, upper=float(minutes @ flow.loads[c, rows]))
        program.add_entries(np.full(len(rows), hours[0]), columns[rows, c], minutes)
        program.add_entries(hours, program.add_columns(1, cost=OVERTIME_YUAN_PER_MIN), -1.0)
    solution = program.solve(method="integer", seconds=SECONDS, nodes=NODES)
    loads = np.where(columns >= 0, np.round(solution.values[columns]), 0.0).astype(np.int64)
    return solution.values[tonnes], loads
