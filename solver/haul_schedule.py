"""Truck days in exact minutes: what a haul takes, what it books, what a day costs; and a first dispatch.

Compiled: a day is dispatched in milliseconds, a haul is timed in a microsecond. Times are real minutes; bays and stocks
are booked by the whole minute in which a service starts and ends, as the plan's rows will show it.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from solver.haul_problem import LARGEST_TOUR, HaulArrays

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_HAULS = 48
# columns of Schedule.times for each haul: load starts, load ends, unload start, unload end
UNLOAD_START = 2 * LARGEST_TOUR
UNLOAD_END = UNLOAD_START + 1
TIMES = UNLOAD_END + 1
EPS = 1e-6
# How many hauls that fit are timed before the best of them is taken.
CANDIDATES = 14


class Problem(NamedTuple):
    """The day as the kernels read it; shapes as in HaulArrays."""

    hubs: int
    yards: int
    horizon: int
    travel_min: Floats
    travel_km: Floats
    load_t: Floats
    capacity_t: Floats
    bays: Ints
    origins: Ints
    parts_t: Floats
    destination: Ints
    admitted: npt.NDArray[np.bool_]
    is_tour: npt.NDArray[np.bool_]
    truck_class: Ints
    truck_home: Ints
    shift_start: Floats
    shift_end: Floats
    yuan_per_day: Floats
    yuan_per_min: Floats
    yuan_per_km: Floats
    load_min_per_t: float
    unload_min_per_t: float
    weigh_min: float
    value_yuan_per_t: float
    bay_share: float
    tracked: npt.NDArray[np.bool_]


class Prices(NamedTuple):
    """What guides the choice: `wish_yuan_per_t` (W,), `hub_yuan` (C, P) worth of a truck being there, `min_yuan` (C,)
    worth of a truck's minute beyond its price, `trip_yuan` (W,) what one more trip costs. A load that the flow has
    for its class (`planned_loads`, (C, W)) is worth `planned_yuan` more."""

    wish_yuan_per_t: Floats
    hub_yuan: Floats
    min_yuan: Floats
    trip_yuan: Floats
    trip_t: Floats
    planned_loads: Ints
    planned_yuan: float


class Schedule(NamedTuple):
    """Hauls of each truck in order: `wish` (T, MOST_HAULS), `dry_t`, `times` (T, MOST_HAULS, TIMES); `hauls` (T,) how
    many. `rest_t` (W,) is what remains of each wish. `taken` (P, minutes) bays, `slack_t` (P, minutes) bales and
    stock."""

    wish: Ints
    dry_t: Floats
    times: Floats
    hauls: Ints
    rest_t: Floats
    taken: npt.NDArray[np.int16]
    slack_t: Floats
    used_loads: Ints


def kernel_problem(arrays: HaulArrays) -> Problem:
    """The kernels' view of a day."""
    horizon = int(max(arrays.shift_end.max(initial=0.0) + 2, 1))
    return Problem(
        hubs=arrays.hubs,
        yards=arrays.yards,
        horizon=min(horizon, arrays.blocked.shape[1]),
        travel_min=np.ascontiguousarray(arrays.travel_min),
        travel_km=np.ascontiguousarray(arrays.travel_km),
        load_t=arrays.load_t,
        capacity_t=arrays.capacity_t,
        bays=arrays.bays,
        origins=arrays.origins,
        parts_t=arrays.parts_t,
        destination=arrays.destination,
        admitted=arrays.admitted,
        is_tour=arrays.is_tour,
        truck_class=arrays.truck_class,
        truck_home=arrays.truck_home,
        shift_start=arrays.shift_start,
        shift_end=arrays.shift_end,
        yuan_per_day=arrays.yuan_per_day,
        yuan_per_min=arrays.yuan_per_min,
        yuan_per_km=arrays.yuan_per_km,
        load_min_per_t=arrays.load_min_per_t,
        unload_min_per_t=arrays.unload_min_per_t,
        weigh_min=arrays.weigh_min,
        value_yuan_per_t=arrays.value_yuan_per_t,
        bay_share=1.0,
        tracked=_tracked(arrays),
    )


def _tracked(arrays: HaulArrays) -> npt.NDArray[np.bool_]:
    """Places whose bales or stock can run short, or whose room can run out, whatever the order of the day's hauls."""
    wishes = np.arange(len(arrays.wanted_t))
    out_t = np.zeros(len(arrays.place_ids))
    in_t = np.zeros(len(arrays.place_ids))
    for k in range(LARGEST_TOUR):
        with_part = arrays.origins[:, k] >= 0
        part_t = np.where(arrays.is_tour, arrays.parts_t[:, k], arrays.wanted_t if k == 0 else 0.0)
        np.add.at(out_t, arrays.origins[with_part, k], part_t[with_part])
    np.add.at(in_t, arrays.destination[wishes], arrays.wanted_t)
    low, high = arrays.slack_t.min(axis=1), arrays.slack_t.max(axis=1)
    never_short = low >= out_t - 1e-6
    always_room = high + in_t <= arrays.capacity_t
    return np.asarray(~(never_short & always_room))


def empty_schedule(arrays: HaulArrays) -> Schedule:
    """No truck has work yet."""
    trucks = len(arrays.truck_ids)
    return Schedule(
        wish=np.full((trucks, MOST_HAULS), -1),
        dry_t=np.zeros((trucks, MOST_HAULS)),
        times=np.zeros((trucks, MOST_HAULS, TIMES)),
        hauls=np.zeros(trucks, dtype=np.int64),
        rest_t=arrays.wanted_t.copy(),
        taken=arrays.blocked.copy(),
        slack_t=arrays.slack_t.copy(),
        used_loads=np.zeros((len(arrays.classes), len(arrays.wanted_t)), dtype=np.int64),
    )


def dispatch(problem: Problem, prices: Prices, schedule: Schedule, trucks: Ints) -> float:
    """Give the trucks (their numbers) work, in place; returns the cost in yuan."""
    return float(_dispatch_all(problem, prices, schedule, trucks))


@numba.njit(cache=True, nogil=True)
def _dispatch_all(problem, prices, schedule, trucks):  # type: ignore[no-untyped-def]
    """Whichever truck is free first takes the haul worth most to it, until none is worth its cost."""
    if len(trucks) == 0:
        return total_cost(problem, schedule)
    free = np.full(len(trucks), np.inf)
    for n in range(len(trucks)):
        free[n] = _free_at(problem, schedule, trucks[n])
    while True:
        n = int(np.argmin(free))
        if not np.isfinite(free[n]):
            return total_cost(problem, schedule)
        if not _take_best(problem, prices, schedule, trucks[n]) or schedule.hauls[trucks[n]] >= MOST_HAULS:
            free[n] = np.inf
        else:
            free[n] = _free_at(problem, schedule, trucks[n])


@numba.njit(cache=True)
def _take_best(problem, prices, schedule, t):  # type: ignore[no-untyped-def]
    """Give truck `t` the haul of the greatest worth, if any is worth its cost; whether one was taken."""
    cls = problem.truck_class[t]
    here = _place_of(problem, schedule, t)
    now = _free_at(problem, schedule, t)
    home = problem.truck_home[t]
    fresh = schedule.hauls[t] == 0
    wishes = len(problem.destination)
    guess = np.full(wishes, -np.inf)
    per_min = problem.yuan_per_min[t]
    for i in range(wishes):
        rest = schedule.rest_t[i]
        if rest <= EPS or not problem.admitted[i, cls]:
            continue
        dry_t = min(rest, problem.load_t[cls])
        minutes, km = trip(problem, cls, i, here, dry_t)
        back = problem.travel_min[cls, problem.destination[i], home]
        if not now + minutes + back <= problem.shift_end[t]:
            continue
        worth = prices.wish_yuan_per_t[i] * dry_t
        if not problem.is_tour[i] and prices.trip_t[i] > 0:
            worth += prices.trip_yuan[i] * (spare(rest, prices.trip_t[i]) - spare(rest - dry_t, prices.trip_t[i]))
        worth += prices.hub_yuan[cls, problem.destination[i]] - prices.hub_yuan[cls, here]
        if prices.planned_loads[cls, i] > schedule.used_loads[cls, i]:
            worth += prices.planned_yuan
        guess[i] = worth - minutes * (per_min + prices.min_yuan[cls]) - km * problem.yuan_per_km[t]
    best = -np.inf
    best_wish = -1
    best_dry_t = 0.0
    best_times = np.zeros(TIMES)
    times = np.zeros(TIMES)
    tried = 0
    while tried < CANDIDATES:
        i = int(np.argmax(guess))
        if guess[i] <= best or not np.isfinite(guess[i]):
            break
        upper = guess[i]
        guess[i] = -np.inf
        dry_t = min(schedule.rest_t[i], problem.load_t[cls])
        if not time_haul(problem, schedule, cls, i, dry_t, here, now, times, t, MOST_HAULS):
            continue
        end = times[UNLOAD_END]
        back = problem.travel_min[cls, problem.destination[i], home]
        if end + back > problem.shift_end[t] + EPS:
            continue
        minutes, km = trip(problem, cls, i, here, dry_t)
        begin = now
        if fresh:
            begin = max(now, times[0] - problem.travel_min[cls, here, problem.origins[i, 0]])
        home_yuan = problem.travel_km[cls, problem.destination[i], home] * problem.yuan_per_km[t] + back * per_min
        stay_yuan = problem.travel_km[cls, here, home] * problem.yuan_per_km[t]
        stay_yuan += problem.travel_min[cls, here, home] * per_min
        spent = (end - begin) * per_min + km * problem.yuan_per_km[t] + home_yuan - stay_yuan
        if fresh:
            spent += problem.yuan_per_day[t] * 0.3
        if spent >= problem.value_yuan_per_t * dry_t:
            continue
        tried += 1
        waited = end - begin - minutes
        idle = begin - now
        worth = upper - waited * (per_min + prices.min_yuan[cls]) - idle * prices.min_yuan[cls]
        if worth > best:
            best, best_wish, best_dry_t = worth, i, dry_t
            best_times[:] = times
    if best_wish < 0:
        return False
    j = schedule.hauls[t]
    schedule.wish[t, j] = best_wish
    schedule.dry_t[t, j] = best_dry_t
    schedule.times[t, j] = best_times
    schedule.hauls[t] += 1
    book(problem, schedule, t, j, 1)
    return True


@numba.njit(cache=True)
def spare(rest, load_t):  # type: ignore[no-untyped-def]
    """How much of a trip runs empty when `rest` is carried off in loads of `load_t`: 0 to 1."""
    if rest <= EPS:
        return 0.0
    loads = rest / load_t
    return np.ceil(loads - 1e-6) - loads


@numba.njit(cache=True)
def trip(problem, cls, i, here, dry_t):  # type: ignore[no-untyped-def]
    """Minutes and kilometres from `here` over the wish's origins to its destination, unloaded, without waiting."""
    minutes = 0.0
    km = 0.0
    at = here
    for j in range(LARGEST_TOUR):
        origin = problem.origins[i, j]
        if origin < 0:
            break
        part = problem.parts_t[i, j] if problem.is_tour[i] else dry_t
        minutes += problem.travel_min[cls, at, origin] + service_min(problem, origin, part, problem.load_min_per_t)
        km += problem.travel_km[cls, at, origin]
        at = origin
    to = problem.destination[i]
    minutes += problem.travel_min[cls, at, to] + service_min(problem, to, dry_t, problem.unload_min_per_t)
    km += problem.travel_km[cls, at, to]
    return minutes, km


@numba.njit(cache=True)
def service_min(problem, place, dry_t, min_per_t):  # type: ignore[no-untyped-def]
    return dry_t * min_per_t + (problem.weigh_min if place < problem.hubs else 0.0)


@numba.njit(cache=True)
def time_haul(problem, schedule, cls, i, dry_t, here, now, times, t, p):  # type: ignore[no-untyped-def]
    """Fill `times` with the earliest services of the haul; False where none is left before the horizon.

    What truck `t` has booked for its hauls from `p` on is looked through (MOST_HAULS: nothing)."""
    at, clock = here, now
    for j in range(LARGEST_TOUR):
        origin = problem.origins[i, j]
        if origin < 0:
            break
        part = problem.parts_t[i, j] if problem.is_tour[i] else dry_t
        clock += problem.travel_min[cls, at, origin]
        if not clock < problem.horizon:
            return False
        clock = max(clock, bales_ready(problem, schedule, origin, part, clock))
        duration = service_min(problem, origin, part, problem.load_min_per_t)
        clock = bay_free(problem, schedule, origin, clock, duration * problem.bay_share, t, p)
        times[j] = clock
        clock += duration
        times[LARGEST_TOUR + j] = clock
        if not clock < problem.horizon:
            return False
        at = origin
    to = problem.destination[i]
    clock += problem.travel_min[cls, at, to]
    if not clock < problem.horizon:
        return False
    duration = service_min(problem, to, dry_t, problem.unload_min_per_t)
    clock = max(clock, room_ready(problem, schedule, to, dry_t, clock + duration) - duration)
    clock = bay_free(problem, schedule, to, clock, duration * problem.bay_share, t, p)
    times[UNLOAD_START] = clock
    times[UNLOAD_END] = clock + duration
    return times[UNLOAD_END] < problem.horizon


@numba.njit(cache=True)
def bales_ready(problem, schedule, place, dry_t, clock):  # type: ignore[no-untyped-def]
    """The earliest minute from `clock` on after which `dry_t` is never missing at the place."""
    if not problem.tracked[place]:
        return clock
    slack = schedule.slack_t[place]
    minute = problem.horizon - 1
    first = int(clock)
    while minute >= first and slack[minute] >= dry_t - 1e-4:
        minute -= 1
    return clock if minute < first else float(minute + 1)


@numba.njit(cache=True)
def room_ready(problem, schedule, place, dry_t, clock):  # type: ignore[no-untyped-def]
    """The earliest minute from `clock` on after which the place always has room for `dry_t` more."""
    if not problem.tracked[place]:
        return clock
    room = problem.capacity_t[place] - dry_t
    stock = schedule.slack_t[place]
    minute = problem.horizon - 1
    first = int(clock)
    while minute >= first and stock[minute] <= room + 1e-4:
        minute -= 1
    return clock if minute < first else float(minute + 1)


@numba.njit(cache=True)
def bay_free(problem, schedule, place, clock, duration, t, p):  # type: ignore[no-untyped-def]
    """The earliest time from `clock` on at which a bay is free for `duration`; the horizon where there is none.

    The bays that truck `t` holds with its hauls from `p` on are taken as free."""
    bays = problem.bays[place]
    taken = schedule.taken[place]
    minute = int(clock)
    while True:
        last = int(clock + duration)
        if last >= problem.horizon:
            return float(problem.horizon)
        while minute < last or minute == int(clock):
            if taken[minute] >= bays and taken[minute] - _own(problem, schedule, t, p, place, minute) >= bays:
                clock = float(minute + 1)
                minute += 1
                break
            minute += 1
        else:
            return clock


@numba.njit(cache=True)
def _own(problem, schedule, t, p, place, minute):  # type: ignore[no-untyped-def]
    """Bays at the place that the truck's own hauls from `p` on hold in that minute."""
    held = 0
    for j in range(p, schedule.hauls[t]):
        i = schedule.wish[t, j]
        times = schedule.times[t, j]
        for k in range(LARGEST_TOUR):
            if problem.origins[i, k] < 0:
                break
            if problem.origins[i, k] == place:
                start = int(times[k])
                end = int(times[k] + (times[LARGEST_TOUR + k] - times[k]) * problem.bay_share)
                if start <= minute < max(end, start + 1):
                    held += 1
        if problem.destination[i] == place:
            start = int(times[UNLOAD_START])
            end = int(times[UNLOAD_START] + (times[UNLOAD_END] - times[UNLOAD_START]) * problem.bay_share)
            if start <= minute < max(end, start + 1):
                held += 1
    return held


@numba.njit(cache=True)
def book(problem, schedule, t, j, sign):  # type: ignore[no-untyped-def]
    """Enter haul `j` of truck `t` into bays, bales and stocks (`sign` 1) or take it out again (-1)."""
    i = schedule.wish[t, j]
    dry_t = schedule.dry_t[t, j]
    times = schedule.times[t, j]
    schedule.rest_t[i] -= sign * dry_t
    schedule.used_loads[problem.truck_class[t], i] += sign
    for k in range(LARGEST_TOUR):
        origin = problem.origins[i, k]
        if origin < 0:
            break
        part = problem.parts_t[i, k] if problem.is_tour[i] else dry_t
        start = int(times[k])
        held = times[k] + (times[LARGEST_TOUR + k] - times[k]) * problem.bay_share
        for minute in range(start, max(int(held), start + 1)):
            schedule.taken[origin, minute] += sign
        if problem.tracked[origin]:
            moved = sign * part
            for minute in range(start, problem.horizon):
                schedule.slack_t[origin, minute] -= moved
    to = problem.destination[i]
    start, end = int(times[UNLOAD_START]), int(times[UNLOAD_END])
    held = times[UNLOAD_START] + (times[UNLOAD_END] - times[UNLOAD_START]) * problem.bay_share
    for minute in range(start, max(int(held), start + 1)):
        schedule.taken[to, minute] += sign
    if problem.tracked[to]:
        moved = sign * dry_t
        for minute in range(end, problem.horizon):
            schedule.slack_t[to, minute] += moved


@numba.njit(cache=True)
def stock_holds(problem, schedule):  # type: ignore[no-untyped-def]
    """No yard below zero or over its room at any minute (a load kept may have lived from one taken away)."""
    for yard in range(problem.yards):
        if not problem.tracked[yard]:
            continue
        for minute in range(problem.horizon):
            stock = schedule.slack_t[yard, minute]
            if stock < -1e-3 or stock > problem.capacity_t[yard] + 1e-3:
                return False
    return True


@numba.njit(cache=True)
def _place_of(problem, schedule, t):  # type: ignore[no-untyped-def]
    if schedule.hauls[t] == 0:
        return problem.truck_home[t]
    return problem.destination[schedule.wish[t, schedule.hauls[t] - 1]]


@numba.njit(cache=True)
def _free_at(problem, schedule, t):  # type: ignore[no-untyped-def]
    if schedule.hauls[t] == 0:
        return problem.shift_start[t]
    return schedule.times[t, schedule.hauls[t] - 1, UNLOAD_END]


@numba.njit(cache=True)
def truck_cost(problem, schedule, t):  # type: ignore[no-untyped-def]
    """Yuan of the truck's day: its price per day, the hours from leaving to being back, the kilometres."""
    if schedule.hauls[t] == 0:
        return 0.0
    cls, home = problem.truck_class[t], problem.truck_home[t]
    km = 0.0
    at = home
    for j in range(schedule.hauls[t]):
        i = schedule.wish[t, j]
        _, trip_km = trip(problem, cls, i, at, schedule.dry_t[t, j])
        km += trip_km
        at = problem.destination[i]
    km += problem.travel_km[cls, at, home]
    first = problem.origins[schedule.wish[t, 0], 0]
    leave = schedule.times[t, 0, 0] - problem.travel_min[cls, home, first]
    back = schedule.times[t, schedule.hauls[t] - 1, UNLOAD_END] + problem.travel_min[cls, at, home]
    return problem.yuan_per_day[t] + (back - leave) * problem.yuan_per_min[t] + km * problem.yuan_per_km[t]


@numba.njit(cache=True)
def undone(problem, schedule):  # type: ignore[no-untyped-def]
    """Yuan of the tonnes of the wishes that no truck moves."""
    return schedule.rest_t.sum() * problem.value_yuan_per_t


@numba.njit(cache=True)
def total_cost(problem, schedule):  # type: ignore[no-untyped-def]
    cost = undone(problem, schedule)
    for t in range(len(problem.truck_class)):
        cost += truck_cost(problem, schedule, t)
    return cost
