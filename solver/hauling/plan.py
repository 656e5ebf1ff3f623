"""Hauling of a day: which truck takes which load when.

The flow of the day (network) gives the bound and the worth of loads, places and minutes; trucks are dispatched by
that worth and their schedule is improved (improvement); it comes out as rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from solver.hauling.improvement import improved_schedule
from solver.hauling.network import haul_flow
from solver.hauling.problem import LARGEST_TOUR, HaulArrays, HaulDay, haul_arrays
from solver.hauling.schedule import UNLOAD_END, UNLOAD_START, Prices, Schedule
from solver.plan import Haul, HaulKind, TruckStop
from solver.roads.ways import Ways
from solver.scenario import Scenario

# Of a shift, about what is left for hauls: the rest goes into the first and last way, queues and odd minutes.
SHIFT_SHARE = 0.98
# So much cheaper than it is may a load be that the flow has for its class.
PLANNED_YUAN = 40.0
BALE_TOLERANCE = 0.01

Floats = npt.NDArray[np.float64]


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
    planned_loads: Mapping[tuple[str, str], Mapping[str, int]] | None = None,
    seconds: float,
    workers: int,
    seed: int,
    progress: Callable[[float], bool] | None = None,
) -> HaulingResult:
    """The hauls of the day. `bound_of`: the same wishes before fields were joined into tours, for the bound.
    `planned_loads`: by origin and destination the loads of each class that make up a wish, where that was decided.

    `progress` is told the share done and may answer False to stop with the best so far.
    """
    arrays = haul_arrays(scenario, ways, problem)
    base = haul_arrays(scenario, ways, bound_of) if bound_of is not None else arrays
    toured = {o for w in problem.wishes if len(w.origin_ids) > 1 for o in w.origin_ids}
    whole = np.array([w.origin_ids[0] not in toured for w in (bound_of or problem).wishes], dtype=bool)
    bound_yuan = haul_flow(base, whole=whole).bound_yuan
    wanted_t = float(arrays.wanted_t.sum())
    if not len(arrays.truck_ids) or not len(arrays.wanted_t):
        lost = wanted_t * scenario.value_yuan_per_t
        return HaulingResult((), (), wanted_t, 0.0, lost, min(bound_yuan, lost))
    flow = haul_flow(base, shift_share=SHIFT_SHARE)
    prices = _prices(arrays, base, flow.prices, bound_of or problem, problem, planned_loads or {})
    schedule, cost = improved_schedule(
        arrays, prices, flow.truck_days, seconds=seconds, workers=workers, seed=seed, progress=progress
    )
    hauls, stops = _rows(problem, arrays, schedule, scenario.bale_dry_t)
    return HaulingResult(hauls, stops, wanted_t, sum(h.dry_t for h in hauls), cost, bound_yuan)


def _prices(
    arrays: HaulArrays,
    base: HaulArrays,
    prices: Prices,
    before: HaulDay,
    after: HaulDay,
    planned_loads: Mapping[tuple[str, str], Mapping[str, int]],
) -> Prices:
    """Prices of the flow's wishes carried over to the wishes with tours: a tour is worth what its parts are."""
    if base is arrays:
        return prices
    of_base = {(w.origin_ids[0], w.destination_id): i for i, w in enumerate(before.wishes)}
    place_of_base = {p: i for i, p in enumerate(base.place_ids)}
    places = [place_of_base[p] for p in arrays.place_ids]
    worth = np.zeros(len(after.wishes))
    trip_yuan, trip_t = worth.copy(), worth.copy()
    loads = np.zeros((len(arrays.classes), len(after.wishes)), dtype=np.int64)
    for i, wish in enumerate(after.wishes):
        parts = [of_base[(o, wish.destination_id)] for o in wish.origin_ids]
        trip_yuan[i], trip_t[i] = prices.trip_yuan[parts[0]], prices.trip_t[parts[0]]
        shares = np.array(wish.parts_t) / wish.dry_t
        worth[i] = float(shares @ prices.wish_yuan_per_t[parts])
        if len(parts) == 1:
            planned = planned_loads.get((wish.origin_ids[0], wish.destination_id), {})
            loads[:, i] = [planned.get(name, 0) for name in arrays.classes]
    hub_yuan = np.ascontiguousarray(prices.hub_yuan[:, places])
    return Prices(worth, hub_yuan, prices.min_yuan, trip_yuan, trip_t, loads, PLANNED_YUAN)


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
