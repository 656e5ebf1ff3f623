"""The hauls of a day as a flow of trucks over places: a proven lower bound, and prices that guide the dispatch.

Trucks of a class flow from hub to origin empty and from origin to destination loaded. The program counts loads in full
loads and fractions, forgets the clock, the homes beyond one departure each, and who waits for whom; it keeps the
flow at every place, the hours of every class, the bays' minutes, days and their price. Every schedule is one of its
solutions, so its minimum is a lower bound on the cost of any schedule for the same wishes:

- A load of several origins pays at least its share of single full loads, because ways obey the triangle inequality:
  prices of ways are closed over the places of the day first, which only lowers them.
- A part load pays for its trip as a whole; the program pays the fraction. Waiting costs nothing here.
- Rates, shifts and prices are the best of the class.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse.csgraph import floyd_warshall

from solver.hauling.problem import HaulArrays
from solver.hauling.schedule import Prices
from solver.linear_program import LinearProgram

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# Of a wish with more ways to take it off in whole trips than this, the trips are not counted.
MOST_WAYS = 1000
WHOLE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class HaulFlow:
    """`bound_yuan`: no schedule of the wishes costs less. `prices`: for the dispatch. `truck_days`: (C, P) trucks of a
    class that the flow calls out, by home. Loads of a class for a wish: `loads` (C, W) how many, `load_min` (C, W)
    minutes of one, `load_yuan` (C, W) its cost with all that it takes away from others, before its straw is paid."""

    bound_yuan: float
    prices: Prices
    truck_days: Floats
    loads: Floats
    load_min: Floats
    load_yuan: Floats


def haul_flow(arrays: HaulArrays, *, shift_share: float = 1.0, whole: Bools | None = None) -> HaulFlow:
    """The cheapest flow for the day's wishes, one origin each. Leaving a tonne costs its value, so it always exists.

    With less than the whole of each shift (`shift_share`) it is no bound, but prices that a day can live up to.
    `whole`: (W,) wishes from fields that no tour takes part of; trucks drive there a whole number of times.
    """
    return _Flow(arrays, shift_share, np.zeros(len(arrays.wanted_t), dtype=bool) if whole is None else whole).solve()


class _Flow:
    def __init__(self, arrays: HaulArrays, shift_share: float, whole: Bools) -> None:
        self.a = arrays
        self.trip_counts = {
            int(i): counts
            for i in np.flatnonzero(whole & (arrays.origins[:, 0] >= arrays.hubs))
            if (counts := _trip_counts(arrays, int(i))) is not None
        }
        self.trip_columns: dict[tuple[int, int], np.int64] = {}
        self.lp = LinearProgram()
        self.load_columns: list[tuple[Ints, Ints, Floats]] = []
        self.day_columns: list[tuple[Ints, Ints]] = []
        classes = range(len(arrays.classes))
        of_class = [arrays.truck_class == c for c in classes]
        self.per_min = np.array([arrays.yuan_per_min[of_class[c]].min() for c in classes])
        self.per_km = np.array([arrays.yuan_per_km[of_class[c]].min() for c in classes])
        self.per_day = np.array([arrays.yuan_per_day[of_class[c]].min() for c in classes])
        longest = [(arrays.shift_end - arrays.shift_start)[of_class[c]].max() for c in classes]
        self.shift_min = shift_share * np.array(longest)
        # no way stays no way, where a kilometre or an hour costs nothing too
        passable = np.isfinite(arrays.travel_min)
        km, minutes = np.where(passable, arrays.travel_km, 0.0), np.where(passable, arrays.travel_min, 0.0)
        way_yuan = np.where(passable, km * self.per_km[:, None, None] + minutes * self.per_min[:, None, None], np.inf)
        self.way_yuan = np.stack([floyd_warshall(_no_zero(m)) for m in way_yuan]) if len(way_yuan) else way_yuan

    def solve(self) -> HaulFlow:
        a = self.a
        classes, places = len(a.classes), len(a.place_ids)
        if not classes or not len(a.wanted_t):
            return self._nothing()
        wishes = np.arange(len(a.wanted_t))
        origin = a.origins[:, 0]
        # rows
        demand = self.lp.add_rows(len(wishes), lower=a.wanted_t)
        balance = self.lp.add_rows(classes * places, lower=0.0, upper=0.0).reshape(classes, places)
        hours = self.lp.add_rows(classes, upper=0.0)
        bays = self.lp.add_rows(a.hubs, upper=self._bay_minutes())
        departures = self.lp.add_rows(classes * a.hubs, lower=0.0).reshape(classes, a.hubs)
        left = self.lp.add_columns(len(wishes), cost=a.value_yuan_per_t)
        self.lp.add_entries(demand, left, 1.0)
        for c in range(classes):
            self._loads(c, demand, balance[c], hours[c], bays, departures[c], origin)
            self._trips(c, balance[c], hours[c], bays)
            self._empties(c, balance[c], hours[c], departures[c], np.unique(origin))
            self._truck_days(c, hours[c], departures[c])
        self._whole_trips(left)
        solution = self.lp.solve(method="simplex")
        duals = solution.row_duals
        truck_days = np.zeros((classes, places))
        for c, (homes, columns) in enumerate(self.day_columns):
            truck_days[c, homes] = solution.values[columns]
        trip = np.full(len(wishes), np.inf)
        trip_t = np.zeros(len(wishes))
        min_yuan = -duals[hours]
        for c in range(classes):
            there = self.way_yuan[c][origin, a.destination] + self.way_yuan[c][a.destination, origin]
            minutes = a.travel_min[c][origin, a.destination] + a.travel_min[c][a.destination, origin]
            there = there + min_yuan[c] * np.where(np.isfinite(minutes), minutes, 0.0)
            better = a.admitted[:, c] & np.isfinite(there) & (a.load_t[c] > trip_t)
            trip = np.where(better, there, trip)
            trip_t = np.where(better, a.load_t[c], trip_t)
        prices = Prices(
            wish_yuan_per_t=duals[demand].copy(),
            hub_yuan=duals[balance].copy(),
            min_yuan=min_yuan.copy(),
            trip_yuan=np.where(np.isfinite(trip), trip, 0.0),
            trip_t=trip_t,
            planned_loads=np.zeros((classes, len(wishes)), dtype=np.int64),
            planned_yuan=0.0,
        )
        loads, load_min, load_yuan = (np.zeros((classes, len(wishes))) for _ in range(3))
        for c, (rows, columns, minutes) in enumerate(self.load_columns):
            loads[c, rows], load_min[c, rows] = solution.values[columns], minutes
            load_yuan[c, rows] = solution.reduced_costs[columns] + duals[demand[rows]] * a.load_t[c]
        return HaulFlow(solution.bound, prices, truck_days, loads, load_min, load_yuan)

    def _loads(
        self, c: int, demand: Ints, balance: Ints, hours: np.int64, bays: Ints, departures: Ints, origin: Ints
    ) -> None:
        """Columns: full loads of each wish by class `c`."""
        a = self.a
        passable = a.admitted[:, c] & np.isfinite(self.way_yuan[c][origin, a.destination])
        rows = np.flatnonzero(passable)
        o, d = origin[rows], a.destination[rows]
        load_min = a.load_t[c] * a.load_min_per_t + np.where(o < a.hubs, a.weigh_min, 0.0)
        unload_min = np.full(len(rows), a.load_t[c] * a.unload_min_per_t + a.weigh_min)
        # where trips are counted for themselves, a load pays for its tonnes only
        apart = np.isin(rows, list(self.trip_counts))
        service_min = np.where(apart, a.load_t[c] * (a.load_min_per_t + a.unload_min_per_t), load_min + unload_min)
        cost = np.where(apart, 0.0, self.way_yuan[c][o, d]) + service_min * self.per_min[c]
        columns = self.lp.add_columns(len(rows), cost=cost)
        minutes = a.travel_min[c][o, d] + load_min + unload_min
        self.load_columns.append((rows, columns, minutes))
        self.lp.add_entries(demand[rows], columns, a.load_t[c])
        self.lp.add_entries(balance[d[~apart]], columns[~apart], 1.0)
        self.lp.add_entries(balance[o[~apart]], columns[~apart], -1.0)
        self.lp.add_entries(hours, columns, np.where(apart, service_min, minutes))
        # in the plan's whole minutes a service may show shorter than it is, by less than one
        self.lp.add_entries(bays[d], columns, np.where(apart, a.load_t[c] * a.unload_min_per_t, np.floor(unload_min)))
        from_hub = o < a.hubs
        self.lp.add_entries(bays[o[from_hub]], columns[from_hub], np.floor(load_min[from_hub]))
        self.lp.add_entries(departures[o[from_hub]], columns[from_hub], 1.0)

    def _trips(self, c: int, balance: Ints, hours: np.int64, bays: Ints) -> None:
        """Columns: trips of class `c` for the wishes whose trips are counted; its loads are no more than they."""
        a = self.a
        rows, load_columns, _ = self.load_columns[c]
        apart = np.isin(rows, list(self.trip_counts))
        rows, load_columns = rows[apart], load_columns[apart]
        o, d = a.origins[rows, 0], a.destination[rows]
        columns = self.lp.add_columns(len(rows), cost=self.way_yuan[c][o, d] + a.weigh_min * self.per_min[c])
        self.lp.add_entries(balance[d], columns, 1.0)
        self.lp.add_entries(balance[o], columns, -1.0)
        self.lp.add_entries(hours, columns, a.travel_min[c][o, d] + a.weigh_min)
        self.lp.add_entries(bays[d], columns, a.weigh_min - 1.0)
        enough = self.lp.add_rows(len(rows), lower=0.0)
        self.lp.add_entries(enough, columns, 1.0)
        self.lp.add_entries(enough, load_columns, -1.0)
        self.trip_columns.update(zip(((c, int(i)) for i in rows), columns, strict=True))

    def _whole_trips(self, left: Ints) -> None:
        """Trips are a mean of whole trips that take the wish off, or all but less than the smallest truck's load; or
        that much and more is left."""
        for i, (classes, counts, short_t, smallest_t) in self.trip_counts.items():
            chosen = self.lp.add_columns(len(counts))
            far_off = self.lp.add_columns(1)
            one = np.full(len(counts), self.lp.add_rows(1, lower=1.0, upper=1.0)[0])
            self.lp.add_entries(one, chosen, 1.0)
            self.lp.add_entries(one[:1], far_off, 1.0)
            missing = np.full(len(counts), self.lp.add_rows(1, lower=0.0)[0])
            self.lp.add_entries(missing[:1], left[i], 1.0)
            self.lp.add_entries(missing, chosen, -short_t)
            self.lp.add_entries(missing[:1], far_off, -smallest_t)
            for k, c in enumerate(classes):
                driven = np.full(len(counts), self.lp.add_rows(1, lower=0.0)[0])
                self.lp.add_entries(driven[:1], self.trip_columns[int(c), i], 1.0)
                self.lp.add_entries(driven, chosen, -counts[:, k])

    def _empties(self, c: int, balance: Ints, hours: np.int64, departures: Ints, origins: Ints) -> None:
        """Columns: empty trips from every hub to every origin and every other hub."""
        a = self.a
        targets = np.union1d(origins, np.arange(a.hubs))
        start, end = (m.ravel() for m in np.meshgrid(np.arange(a.hubs), targets, indexing="ij"))
        keep = (start != end) & np.isfinite(self.way_yuan[c][start, end])
        start, end = start[keep], end[keep]
        columns = self.lp.add_columns(len(start), cost=self.way_yuan[c][start, end])
        self.lp.add_entries(balance[start], columns, -1.0)
        self.lp.add_entries(balance[end], columns, 1.0)
        self.lp.add_entries(hours, columns, a.travel_min[c][start, end])
        self.lp.add_entries(departures[start], columns, 1.0)

    def _truck_days(self, c: int, hours: np.int64, departures: Ints) -> None:
        """Columns: trucks used, by home; each gives its shift, costs its day and leaves its home at least once."""
        a = self.a
        homes, counts = np.unique(a.truck_home[a.truck_class == c], return_counts=True)
        columns = self.lp.add_columns(len(homes), cost=self.per_day[c], upper=counts.astype(float))
        self.day_columns.append((homes, columns))
        self.lp.add_entries(hours, columns, -self.shift_min[c])
        self.lp.add_entries(departures[homes], columns, -1.0)

    def _bay_minutes(self) -> Floats:
        """Minutes of all bays of a hub that are free in the trucks' shifts, and one for the part load of each wish."""
        a = self.a
        part_loads = np.bincount(a.destination, minlength=a.hubs) + np.bincount(
            a.origins[a.origins[:, 0] < a.hubs, 0], minlength=a.hubs
        )
        first, last = int(a.shift_start.min()), int(np.ceil(a.shift_end.max()))
        free = np.maximum(a.bays[: a.hubs, None] - a.blocked[: a.hubs, first:last], 0)
        return np.asarray(free.sum(axis=1) + part_loads, dtype=float)

    def _nothing(self) -> HaulFlow:
        a = self.a
        classes, places, wishes = len(a.classes), len(a.place_ids), len(a.wanted_t)
        prices = Prices(
            np.full(wishes, a.value_yuan_per_t), np.zeros((classes, places)), np.zeros(classes), np.zeros(wishes),
            np.zeros(wishes), np.zeros((classes, wishes), dtype=np.int64), 0.0,
        )  # fmt: skip
        none = np.zeros((classes, wishes))
        cost = float(a.wanted_t.sum()) * a.value_yuan_per_t
        return HaulFlow(cost, prices, np.zeros((classes, places)), none, none, none)


def _trip_counts(arrays: HaulArrays, i: int) -> tuple[Ints, Floats, Floats, float] | None:
    """Classes that may drive for wish `i`; whole trips of each (ways, classes) of which none is too many; tonnes that
    they leave, less than the smallest truck takes; and what that truck takes. None where there are too many ways."""
    passable = arrays.admitted[i] & np.isfinite(arrays.travel_min[:, arrays.origins[i, 0], arrays.destination[i]])
    classes = np.flatnonzero(passable)[np.argsort(-arrays.load_t[passable], kind="stable")]
    if not len(classes):
        return None
    *larger_t, smallest_t = arrays.load_t[classes].tolist()
    ways: list[tuple[int, ...]] = [()]
    rests_t = [float(arrays.wanted_t[i])]
    for load_t in larger_t:
        counts = [range(math.ceil(max(rest_t, 0.0) / load_t - WHOLE) + 1) for rest_t in rests_t]
        if sum(map(len, counts)) > MOST_WAYS:
            return None
        ways = [(*way, n) for way, several in zip(ways, counts, strict=True) for n in several]
        rests_t = [rest_t - n * load_t for rest_t, several in zip(rests_t, counts, strict=True) for n in several]
    full = [(*way, math.ceil(max(rest_t, 0.0) / smallest_t - WHOLE)) for way, rest_t in zip(ways, rests_t, strict=True)]
    table = np.array([*full, *((*way[:-1], way[-1] - 1) for way in full if way[-1] > 0)], dtype=float)
    short_t = np.maximum(arrays.wanted_t[i] - table @ arrays.load_t[classes], 0.0)
    return classes, table, short_t, smallest_t


def _no_zero(matrix: Floats) -> Floats:
    """floyd_warshall reads less than 1e-8 off the diagonal as "no way"; places a few metres apart do have one."""
    lifted = np.maximum(matrix, 1e-7)
    np.fill_diagonal(lifted, 0.0)
    return lifted
