"""Hauling of a day: which truck takes which load when.

The flow of the day (haul_network) gives the bound and the worth of loads, places and minutes; trucks are dispatched by
that worth in exact minutes, with bays, opening hours, bales ready and yard room; then parts of the schedule are
ruined and rebuilt again and again, and the best is kept.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from solver import haul_schedule
from solver.haul_network import haul_flow
from solver.haul_problem import LARGEST_TOUR, HaulArrays, HaulDay, haul_arrays
from solver.haul_schedule import UNLOAD_END, UNLOAD_START, Prices, Problem, Schedule
from solver.plan import Haul, HaulKind, TruckStop
from solver.roads.ways import Ways
from solver.scenario import Scenario

# A middling day is rebuilt about so many times in a second of one core; the budget is counted in rounds so that one
# seed gives one plan whatever the machine does.
ROUNDS_PER_SECOND = 1000
ROUNDS_PER_LOAD = 80
CHUNKS = 10
TEMPERATURE_YUAN = 25.0
CREW_MARGINS = (1.05, 1.2, 1.35, 1.5)
BALE_TOLERANCE = 0.01

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class HaulingResult:
    """`cost_yuan`: trucks' days, hours, km, and the value of wished tonnes not moved; `bound_yuan` bounds it."""

    hauls: tuple[Haul, ...]
    truck_stops: tuple[TruckStop, ...]
    wanted_t: float
    hauled_t: float
    cost_yuan: float
    bound_yuan: float


def plan_hauls(
    scenario: Scenario,
    ways: Ways,
    problem: HaulDay,
    *,
    bound_of: HaulDay | None = None,
    seconds: float,
    workers: int,
    seed: int,
    progress: Callable[[float], bool] | None = None,
) -> HaulingResult:
    """The hauls of the day. `bound_of`: the same wishes before fields were joined into tours, for the bound.

    `progress` is told the share done and may answer False to stop with the best so far.
    """
    arrays = haul_arrays(scenario, ways, problem)
    base = haul_arrays(scenario, ways, bound_of) if bound_of is not None else arrays
    flow = haul_flow(base)
    wanted_t = float(arrays.wanted_t.sum())
    if not len(arrays.truck_ids) or not len(arrays.wanted_t):
        lost = wanted_t * scenario.value_yuan_per_t
        return HaulingResult((), (), wanted_t, 0.0, lost, min(flow.bound_yuan, lost))
    prices = _prices(arrays, base, flow.prices, bound_of or problem, problem)
    kernel = haul_schedule.kernel_problem(arrays)
    crews = _crews(arrays, flow.truck_days)

    def search(worker: int) -> tuple[Schedule, float]:
        told = progress if worker == 0 else None
        return _search(kernel, prices, arrays, crews, seconds=seconds, seed=seed + worker, progress=told)

    with ThreadPoolExecutor(max_workers=workers) as pool:
        found = list(pool.map(search, range(workers)))
    schedule, cost = min(found, key=lambda s: s[1])
    hauls, stops = _rows(problem, arrays, schedule, scenario.bale_dry_t)
    return HaulingResult(hauls, stops, wanted_t, sum(h.dry_t for h in hauls), cost, flow.bound_yuan)


def _crews(arrays: HaulArrays, truck_days: Floats) -> list[Ints]:
    """Trucks to call out, from as many as the flow needs to all: the fewer, the better each day is filled."""
    crews = []
    for margin in CREW_MARGINS:
        called: list[Ints] = []
        for c in range(len(arrays.classes)):
            wanted = truck_days[c] * margin
            homes = np.flatnonzero(np.bincount(arrays.truck_home[arrays.truck_class == c], minlength=len(wanted)))
            # whole trucks by largest remainder, so that the class keeps its number
            count = np.floor(wanted[homes])
            for extra in np.argsort(-(wanted[homes] - count), kind="stable")[: math.ceil(wanted.sum() - count.sum())]:
                count[extra] += 1
            for home, trucks in zip(homes, count, strict=True):
                numbers = np.flatnonzero((arrays.truck_class == c) & (arrays.truck_home == home))
                called.append(numbers[: int(trucks)])
        crews.append(np.concatenate(called))
    return [*crews, np.arange(len(arrays.truck_ids))]


def _search(
    kernel: Problem,
    prices: Prices,
    arrays: HaulArrays,
    crews: list[Ints],
    *,
    seconds: float,
    seed: int,
    progress: Callable[[float], bool] | None,
) -> tuple[Schedule, float]:
    """Dispatch each crew, take the cheapest, then ruin and rebuild within the budget of rounds; the clock only stops a
    run that is far behind."""
    loads = float(arrays.wanted_t.sum() / np.median(arrays.load_t))
    per_chunk = max(int(min(seconds * ROUNDS_PER_SECOND, loads * ROUNDS_PER_LOAD) / CHUNKS), 1)
    stop_at = time.monotonic() + max(3.0 * seconds, 1.0)
    starts = []
    for crew in crews:
        schedule = haul_schedule.empty_schedule(arrays)
        haul_schedule.dispatch(kernel, prices, schedule, crew, seed=seed)
        starts.append(
            haul_schedule.improve(
                kernel, prices, schedule, rounds=per_chunk // 4 + 1, seed=seed, temperature_yuan=TEMPERATURE_YUAN
            )
        )
    schedule, cost = min(starts, key=lambda s: s[1])
    best, best_cost = schedule, cost
    for chunk in range(CHUNKS):
        warm = TEMPERATURE_YUAN * (1.0 - chunk / CHUNKS)
        schedule, cost = haul_schedule.improve(
            kernel, prices, schedule, rounds=per_chunk, seed=seed * 1000 + chunk, temperature_yuan=warm
        )
        if cost <= best_cost:
            best, best_cost = schedule, cost
        if (progress is not None and not progress((chunk + 1) / CHUNKS)) or time.monotonic() > stop_at:
            break
    return best, best_cost


def _prices(arrays: HaulArrays, base: HaulArrays, prices: Prices, before: HaulDay, after: HaulDay) -> Prices:
    """Prices of the flow's wishes carried over to the wishes with tours: a tour is worth what its parts are."""
    if base is arrays:
        return prices
    of_base = {(w.origin_ids[0], w.destination_id): i for i, w in enumerate(before.wishes)}
    place_of_base = {p: i for i, p in enumerate(base.place_ids)}
    places = [place_of_base[p] for p in arrays.place_ids]
    worth = np.zeros(len(after.wishes))
    trip_yuan, trip_t = worth.copy(), worth.copy()
    for i, wish in enumerate(after.wishes):
        parts = [of_base[(o, wish.destination_id)] for o in wish.origin_ids]
        trip_yuan[i], trip_t[i] = prices.trip_yuan[parts[0]], prices.trip_t[parts[0]]
        shares = np.array(wish.parts_t) / wish.dry_t
        worth[i] = float(shares @ prices.wish_yuan_per_t[parts])
    return Prices(worth, np.ascontiguousarray(prices.hub_yuan[:, places]), prices.min_yuan, trip_yuan, trip_t)


def _rows(
    problem: HaulDay, arrays: HaulArrays, schedule: Schedule, bale_dry_t: float
) -> tuple[tuple[Haul, ...], tuple[TruckStop, ...]]:
    """The schedule as rows, every time rounded down to its minute: order stays, and nothing shortens by a minute."""
    hauls: list[Haul] = []
    stops: list[TruckStop] = []
    for t in range(len(arrays.truck_ids)):
        if schedule.hauls[t]:
            _truck_rows(problem, arrays, schedule, t, bale_dry_t, hauls, stops)
    return tuple(hauls), tuple(stops)


def _truck_rows(
    problem: HaulDay,
    arrays: HaulArrays,
    schedule: Schedule,
    t: int,
    bale_dry_t: float,
    hauls: list[Haul],
    stops: list[TruckStop],
) -> None:
    cls, home = int(arrays.truck_class[t]), int(arrays.truck_home[t])
    day, truck_id = problem.day, arrays.truck_ids[t]
    travel = arrays.travel_min[cls]

    def add(haul_id: str, place: int, action: str, arrive: float, start: float, end: float, dry_t: float) -> None:
        seq = len(stops) - first + 1
        minutes = (math.floor(arrive + 1e-9), math.floor(start + 1e-9), math.floor(end + 1e-9))
        stops.append(TruckStop(day, truck_id, seq, haul_id, arrays.place_ids[place], action, *minutes, dry_t))  # type: ignore[arg-type]

    first = len(stops)
    clock = float(schedule.times[t, 0, 0]) - travel[home, arrays.origins[schedule.wish[t, 0], 0]]
    add("", home, "leave", clock, clock, clock, 0.0)
    at = home
    for j in range(int(schedule.hauls[t])):
        i = int(schedule.wish[t, j])
        haul_id = f"{day:%m%d}-{truck_id}-{j + 1:02d}"
        dry_t = round(float(schedule.dry_t[t, j]), 6)
        times = schedule.times[t, j]
        parts = arrays.parts_t[i] if arrays.is_tour[i] else [dry_t]
        origins = [int(o) for o in arrays.origins[i] if o >= 0]
        for k, origin in enumerate(origins):
            arrive = clock + travel[at, origin]
            add(haul_id, origin, "load", arrive, times[k], times[LARGEST_TOUR + k], float(parts[k]))
            clock, at = float(times[LARGEST_TOUR + k]), origin
        to = int(arrays.destination[i])
        add(haul_id, to, "unload", clock + travel[at, to], times[UNLOAD_START], times[UNLOAD_END], dry_t)
        clock, at = float(times[UNLOAD_END]), to
        names = tuple(arrays.place_ids[o] for o in origins)
        hauls.append(
            Haul(
                day,
                haul_id,
                _kind(arrays, origins[0], to),
                names,
                arrays.place_ids[to],
                dry_t,
                bales_of(dry_t, bale_dry_t),
            )
        )
    clock += travel[at, home]
    add("", home, "return", clock, clock, clock, 0.0)


def _kind(arrays: HaulArrays, origin: int, destination: int) -> HaulKind:
    if origin < arrays.hubs:
        return "linehaul"
    return "collect" if destination < arrays.yards else "direct"


def bales_of(dry_t: float, bale_dry_t: float) -> int:
    """Whole bales of a load (scenario.md, Load): a hundredth of a bale is let pass."""
    return math.ceil(dry_t / bale_dry_t - BALE_TOLERANCE)
