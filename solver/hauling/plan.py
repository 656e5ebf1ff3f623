"""Hauling of a day: which truck takes which load when.

The flow of the day (network) gives the bound and the worth of loads, places and minutes. Trucks are dispatched by
that worth in exact minutes, with opening hours, bales ready and yard room; then parts of the schedule are ruined and
rebuilt again and again. On the way bays have a price, not a limit: at first a truck too many at a place costs little,
in the end it may not be, so that good days are found first and then fitted into the bays.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from solver.hauling.dispatch import dispatch
from solver.hauling.network import haul_flow
from solver.hauling.problem import LARGEST_TOUR, HaulArrays, HaulDay, haul_arrays
from solver.hauling.schedule import UNLOAD_END, UNLOAD_START, Prices, Schedule, empty_schedule, kernel_problem
from solver.hauling.search import joined, search, uncrowded
from solver.hauling.timing import cost_yuan
from solver.plan import Haul, HaulKind, TruckStop
from solver.roads.ways import Ways
from solver.scenario import Scenario

# A middling day is rebuilt about so many times in a second of one core; the budget is counted in rounds so that one
# seed gives one plan whatever the machine does.
ROUNDS_PER_SECOND = 6000
# A small day is searched through sooner than its seconds are over.
ROUNDS_PER_SQUARED_LOAD = 1.0
LEAST_ROUNDS = 1000
WARM_YUAN = 15.0
COLD_YUAN = 0.7
# What a minute costs in which one more truck is served at a place than it has bays, and the share of the rounds.
STAGES = ((1.0, 0.7), (4.0, 0.12), (25.0, 0.08), (math.inf, 0.1))
# As long as such a minute costs no more, workers share the trucks among them; what each does is joined in the end of a
# step. So many steps make the whole.
SHARED_YUAN_PER_MIN = 2.0
STEPS = 30
# How far a truck may stray from the line between the workers' parts, in minutes of driving.
LINE_WIDTH_MIN = 1.0
# Of a shift, about what is left for hauls: the rest goes into the first and last way, queues and odd minutes.
SHIFT_SHARE = 0.98
# So much cheaper than it is may a load be that the flow has for its class.
PLANNED_YUAN = 40.0
# Trucks called out first, as a multiple of what the flow needs.
CREW_MARGIN = 1.15
BALE_TOLERANCE = 0.01

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


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
    schedule, cost = _search(prices, arrays, flow.truck_days, seconds, workers, seed, progress)
    hauls, stops = _rows(problem, arrays, schedule, scenario.bale_dry_t)
    return HaulingResult(hauls, stops, wanted_t, sum(h.dry_t for h in hauls), cost, bound_yuan)


def _crew(arrays: HaulArrays, truck_days: Floats) -> Ints:
    """Trucks to call out first: about what the flow needs of each class, by home."""
    called: list[Ints] = []
    for c in range(len(arrays.classes)):
        wanted = truck_days[c] * CREW_MARGIN
        homes = np.flatnonzero(np.bincount(arrays.truck_home[arrays.truck_class == c], minlength=len(wanted)))
        # whole trucks by largest remainder, so that the class keeps its number
        count = np.floor(wanted[homes])
        for extra in np.argsort(-(wanted[homes] - count), kind="stable")[: math.ceil(wanted.sum() - count.sum())]:
            count[extra] += 1
        for home, trucks in zip(homes, count, strict=True):
            numbers = np.flatnonzero((arrays.truck_class == c) & (arrays.truck_home == home))
            called.append(numbers[: int(trucks)])
    return np.concatenate(called)


def _search(
    prices: Prices,
    arrays: HaulArrays,
    truck_days: Floats,
    seconds: float,
    workers: int,
    seed: int,
    progress: Callable[[float], bool] | None,
) -> tuple[Schedule, float]:
    """Dispatch, then ruin and rebuild through STAGES; hurriedly once `progress` says so or the clock, which only stops
    a run that is far behind."""
    loads = float(arrays.wanted_t.sum() / np.median(arrays.load_t))
    rounds = min(seconds * ROUNDS_PER_SECOND, LEAST_ROUNDS + ROUNDS_PER_SQUARED_LOAD * loads**2)
    stop_at = time.monotonic() + max(4.0 * seconds, 1.0)
    kernel = kernel_problem(arrays)
    schedule = empty_schedule(arrays)
    done, told = 0.0, True
    with ThreadPoolExecutor(max_workers=workers) as pool:
        for number, (crowding_yuan_per_min, share) in enumerate(STAGES):
            problem = kernel._replace(crowding_yuan_per_min=crowding_yuan_per_min)
            if number == 0:
                dispatch(problem, prices, schedule, _crew(arrays, truck_days))
            if math.isinf(crowding_yuan_per_min):
                schedule = uncrowded(problem, schedule)
            cost = cost_yuan(problem, schedule)
            steps = math.ceil(STEPS * share)
            for step in range(steps):
                hurried = not told or time.monotonic() > stop_at
                if hurried and not (math.isinf(crowding_yuan_per_min) and step == 0):
                    break
                warm_yuan, cold_yuan = (
                    WARM_YUAN * (COLD_YUAN / WARM_YUAN) ** (done + share * part / steps) for part in (step, step + 1)
                )
                schedule, cost = _rebuilt(
                    pool,
                    partial(
                        search,
                        problem,
                        prices,
                        # even in a hurry, what had to leave a crowded bay finds another
                        rounds=LEAST_ROUNDS if hurried else math.ceil(rounds * share / steps),
                        warm_yuan=warm_yuan,
                        cold_yuan=cold_yuan,
                    ),
                    arrays,
                    schedule,
                    workers=workers,
                    shared=workers > 1 and crowding_yuan_per_min <= SHARED_YUAN_PER_MIN,
                    booked=partial(joined, problem),
                    dice=np.random.default_rng((seed, number, step)),
                )
                told = told and (progress is None or progress(done + share * (step + 1) / steps))
            done += share
    return schedule, cost


def _rebuilt(
    pool: Executor,
    searched: Callable[..., tuple[Schedule, float]],
    arrays: HaulArrays,
    schedule: Schedule,
    *,
    workers: int,
    shared: bool,
    booked: Callable[[Schedule, Sequence[tuple[Schedule, Bools]]], float],
    dice: np.random.Generator,
) -> tuple[Schedule, float]:
    """The schedule after one search by each worker, and its cost: with `shared` trucks what all did, else the best."""
    everyone = np.ones(len(arrays.truck_ids), dtype=bool)
    groups = _groups(arrays, schedule, workers, dice) if shared else [everyone] * workers
    # what lies open is the first worker's to take
    others = schedule._replace(rest_t=np.zeros_like(schedule.rest_t)) if shared else schedule
    seeds = dice.integers(2**31, size=workers).tolist()
    found = [
        pool.submit(searched, others if worker else schedule, trucks, seed=seeds[worker])
        for worker, trucks in enumerate(groups)
    ]
    answers = [f.result() for f in found]
    if not shared:
        return min(answers, key=lambda answer: answer[1])
    whole = empty_schedule(arrays)
    cost = booked(whole, [(part, trucks) for (part, _), trucks in zip(answers, groups, strict=True)])
    return (whole, cost) if math.isfinite(cost) else answers[0]


def _groups(arrays: HaulArrays, schedule: Schedule, workers: int, dice: np.random.Generator) -> list[Bools]:
    """The trucks in as many groups as workers, by where they unload: from one place drawn by lot to another."""
    here, there = dice.choice(arrays.hubs, 2, replace=arrays.hubs < 2)
    # the class that reaches most
    minutes = arrays.travel_min[np.isfinite(arrays.travel_min).sum(axis=(1, 2)).argmax(), : arrays.hubs]
    passable = np.isfinite(minutes[:, here]) & np.isfinite(minutes[:, there])
    apart = np.where(passable, minutes[:, here], 0.0) - np.where(passable, minutes[:, there], 0.0)
    lies = apart[arrays.truck_home]
    for t in np.flatnonzero(schedule.hauls):
        lies[t] = apart[arrays.destination[schedule.wish[t, : schedule.hauls[t]]]].mean()
    order = np.argsort(lies + dice.normal(0.0, LINE_WIDTH_MIN, len(lies)), kind="stable")
    groups = []
    for part in np.array_split(order, workers):
        group = np.zeros(len(order), dtype=bool)
        group[part] = True
        groups.append(group)
    return groups


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
