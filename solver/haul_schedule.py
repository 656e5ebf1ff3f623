"""Truck days in exact minutes: what a haul takes, what it books, what a day costs; and a first dispatch.

Compiled: a day is dispatched in milliseconds, a haul is timed in a microsecond. Times are real minutes; bays and stocks
are booked by the whole minute in which a service starts and ends, as the plan's rows will show it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from solver.haul_problem import CLOSED, LARGEST_TOUR, HaulArrays

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
# What a minute's wait costs a truck in all: its own price, and what comes too late after it.
WAIT_YUAN_PER_MIN = 4.5


class Problem(NamedTuple):
    """The day as the kernels read it; shapes as in HaulArrays.

    `crowding_yuan_per_min`: the price of a minute in which one more truck is served at a place than it has bays; inf
    where that may not be. `tracked`: places whose bales or stock have to be watched.
    """

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
    crowding_yuan_per_min: float
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
    stock. `used_loads` (C, W) by class; `crowded_min` (1,) minutes of trucks served beyond the bays.

    For the search, where `linked`: before each haul and after the last, `ends` (T, MOST_HAULS + 1, 2) the places
    between which the truck drives empty and `links` (T, MOST_HAULS + 1, 3) its minutes, kilometres and waiting, after
    the last the minutes left of the shift."""

    wish: Ints
    dry_t: Floats
    times: Floats
    hauls: Ints
    rest_t: Floats
    taken: npt.NDArray[np.int16]
    slack_t: Floats
    used_loads: Ints
    crowded_min: Ints
    linked: npt.NDArray[np.bool_]
    ends: Ints
    links: Floats


def _without_count(typingctx, array):  # type: ignore[no-untyped-def]
    """The array without the count of who refers to it: counting takes as long as all the rest of the kernels. Whoever
    calls a kernel holds the arrays until it returns."""

    def codegen(context, builder, signature, args):  # type: ignore[no-untyped-def]
        view = make_array(signature.args[0])(context, builder, args[0])  # type: ignore[no-untyped-call]
        view.meminfo = cgutils.get_null_value(view.meminfo.type)  # type: ignore[no-untyped-call]
        return view._getvalue()

    return array(array), codegen


_uncounted: Any = intrinsic(_without_count)


@numba.njit(cache=True)
def uncounted_problem(p):  # type: ignore[no-untyped-def]
    """The problem for use within a kernel."""
    return Problem(
        p.hubs,
        p.yards,
        p.horizon,
        _uncounted(p.travel_min),
        _uncounted(p.travel_km),
        _uncounted(p.load_t),
        _uncounted(p.capacity_t),
        _uncounted(p.bays),
        _uncounted(p.origins),
        _uncounted(p.parts_t),
        _uncounted(p.destination),
        _uncounted(p.admitted),
        _uncounted(p.is_tour),
        _uncounted(p.truck_class),
        _uncounted(p.truck_home),
        _uncounted(p.shift_start),
        _uncounted(p.shift_end),
        _uncounted(p.yuan_per_day),
        _uncounted(p.yuan_per_min),
        _uncounted(p.yuan_per_km),
        p.load_min_per_t,
        p.unload_min_per_t,
        p.weigh_min,
        p.value_yuan_per_t,
        p.crowding_yuan_per_min,
        _uncounted(p.tracked),
    )


@numba.njit(cache=True)
def uncounted_schedule(s):  # type: ignore[no-untyped-def]
    """The schedule for use within a kernel, which writes into the same arrays."""
    return Schedule(
        _uncounted(s.wish),
        _uncounted(s.dry_t),
        _uncounted(s.times),
        _uncounted(s.hauls),
        _uncounted(s.rest_t),
        _uncounted(s.taken),
        _uncounted(s.slack_t),
        _uncounted(s.used_loads),
        _uncounted(s.crowded_min),
        _uncounted(s.linked),
        _uncounted(s.ends),
        _uncounted(s.links),
    )


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
        crowding_yuan_per_min=np.inf,
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
        crowded_min=np.zeros(1, dtype=np.int64),
        linked=np.zeros(trucks, dtype=np.bool_),
        ends=np.zeros((trucks, MOST_HAULS + 1, 2), dtype=np.int64),
        links=np.zeros((trucks, MOST_HAULS + 1, 3)),
    )


def cost_yuan(problem: Problem, schedule: Schedule) -> float:
    """Days, hours and kilometres of the trucks, crowded minutes, and the value of what no truck moves."""
    return float(total_cost(problem, schedule))


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
        if time_haul(problem, schedule, cls, i, dry_t, here, now, times, True) < 0:
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
def time_haul(problem, schedule, cls, i, dry_t, here, now, times, anew):  # type: ignore[no-untyped-def]
    """Fill `times` with the earliest services of the haul; how many minutes of them are crowded, -1 where none is left
    before the horizon. Without `anew` the haul was there already and earlier: bales and room are not asked for."""
    at, clock = here, now
    patience = problem.crowding_yuan_per_min / WAIT_YUAN_PER_MIN
    crowded = 0
    for j in range(LARGEST_TOUR):
        origin = problem.origins[i, j]
        if origin < 0:
            break
        part = problem.parts_t[i, j] if problem.is_tour[i] else dry_t
        clock += problem.travel_min[cls, at, origin]
        if not clock < problem.horizon:
            return -1
        if anew and problem.tracked[origin]:
            clock = max(clock, bales_ready(problem, schedule, origin, part, clock))
        duration = service_min(problem, origin, part, problem.load_min_per_t)
        clock, more = bay_start(
            schedule.taken[origin], problem.bays[origin], clock, duration, problem.horizon, patience
        )
        crowded += more
        times[j] = clock
        clock += duration
        times[LARGEST_TOUR + j] = clock
        if not clock < problem.horizon:
            return -1
        at = origin
    to = problem.destination[i]
    clock += problem.travel_min[cls, at, to]
    if not clock < problem.horizon:
        return -1
    duration = service_min(problem, to, dry_t, problem.unload_min_per_t)
    if anew and problem.tracked[to]:
        clock = max(clock, room_ready(problem, schedule, to, dry_t, clock + duration) - duration)
    clock, more = bay_start(schedule.taken[to], problem.bays[to], clock, duration, problem.horizon, patience)
    times[UNLOAD_START] = clock
    times[UNLOAD_END] = clock + duration
    return crowded + more if times[UNLOAD_END] < problem.horizon else -1


@numba.njit(cache=True)
def bales_ready(problem, schedule, place, dry_t, clock):  # type: ignore[no-untyped-def]
    """The earliest minute from `clock` on after which `dry_t` is never missing at the place."""
    return _within_from(schedule.slack_t[place, : problem.horizon], clock, dry_t - 1e-4, np.inf)


@numba.njit(cache=True)
def room_ready(problem, schedule, place, dry_t, clock):  # type: ignore[no-untyped-def]
    """The earliest minute from `clock` on after which the place always has room for `dry_t` more."""
    room_t = problem.capacity_t[place] - dry_t + 1e-4
    return _within_from(schedule.slack_t[place, : problem.horizon], clock, -np.inf, room_t)


@numba.njit(cache=True)
def _within_from(stock_t, clock, least_t, most_t):  # type: ignore[no-untyped-def]
    """The earliest minute from `clock` on after which the stock (minutes,) stays within the two. Counted first, which
    is the quickest way through and mostly all there is to do."""
    first = int(clock)
    later_t = stock_t[first:]
    wrong = 0
    for k in range(len(later_t)):
        wrong += (later_t[k] < least_t) | (later_t[k] > most_t)
    if wrong == 0:
        return clock
    k = len(later_t) - 1
    while least_t <= later_t[k] <= most_t:
        k -= 1
    return float(first + k + 1)


@numba.njit(cache=True)
def bay_start(taken, bays, clock, duration, horizon, patience):  # type: ignore[no-untyped-def]
    """When a service begins that could from `clock` on, and how many of its minutes are crowded: as soon as a bay is
    free, unless that takes more than `patience` minutes for each minute that would be crowded. The horizon where there
    is no bay. `taken`: (minutes,) bays of the place."""
    crowded = 0
    minute = int(clock)
    last = int(clock + duration)
    while minute <= last:
        if minute >= horizon:
            return float(horizon), 0
        if minute < last or minute == int(clock):
            if taken[minute] >= CLOSED:
                clock = float(minute + 1)
                last = int(clock + duration)
                crowded = 0
            elif taken[minute] >= bays:
                crowded += 1
        minute += 1
    if crowded == 0:
        return clock, 0
    free = clock
    latest = clock + patience * crowded
    minute = int(clock)
    while True:
        last = int(free + duration)
        if free > latest:
            return clock, crowded
        if last >= horizon:
            return (clock, crowded) if latest < horizon else (float(horizon), 0)
        while minute < last or minute == int(free):
            if taken[minute] >= bays:
                free = float(minute + 1)
                minute += 1
                break
            minute += 1
        else:
            return free, 0


@numba.njit(cache=True)
def hold_bays(problem, schedule, t, j, sign):  # type: ignore[no-untyped-def]
    """Take the bays of haul `j` of truck `t` (`sign` 1) or give them back (-1)."""
    i = schedule.wish[t, j]
    times = schedule.times[t, j]
    for k in range(LARGEST_TOUR):
        origin = problem.origins[i, k]
        if origin < 0:
            break
        schedule.crowded_min[0] += _hold(
            schedule.taken[origin], problem.bays[origin], times[k], times[LARGEST_TOUR + k], sign
        )
    to = problem.destination[i]
    schedule.crowded_min[0] += _hold(schedule.taken[to], problem.bays[to], times[UNLOAD_START], times[UNLOAD_END], sign)


@numba.njit(cache=True)
def _hold(taken, bays, start, end, sign):  # type: ignore[no-untyped-def]
    """Take or give back a bay for a service (at least its first minute); by how much crowded minutes change."""
    first = int(start)
    held = taken[first : max(int(end), first + 1)]
    crowded = 0
    if sign > 0:
        for k in range(len(held)):
            crowded += held[k] >= bays
            held[k] += 1
        return crowded
    for k in range(len(held)):
        held[k] -= 1
        crowded += held[k] >= bays
    return -crowded


@numba.njit(cache=True)
def book(problem, schedule, t, j, sign):  # type: ignore[no-untyped-def]
    """Enter haul `j` of truck `t` into bays, bales and stocks (`sign` 1) or take it out again (-1)."""
    hold_bays(problem, schedule, t, j, sign)
    schedule.linked[t] = False
    i = schedule.wish[t, j]
    dry_t = schedule.dry_t[t, j]
    times = schedule.times[t, j]
    schedule.rest_t[i] -= sign * dry_t
    schedule.used_loads[problem.truck_class[t], i] += sign
    for k in range(LARGEST_TOUR):
        origin = problem.origins[i, k]
        if origin < 0:
            break
        if problem.tracked[origin]:
            moved = sign * (problem.parts_t[i, k] if problem.is_tour[i] else dry_t)
            schedule.slack_t[origin, int(times[k]) : problem.horizon] -= moved
    to = problem.destination[i]
    if problem.tracked[to]:
        moved = sign * dry_t
        schedule.slack_t[to, int(times[UNLOAD_END]) : problem.horizon] += moved


@numba.njit(cache=True)
def bearable(problem, schedule, place):  # type: ignore[no-untyped-def]
    """Nothing is taken from the place before it is there, nor brought where there is no room, at any minute (a load
    kept may have lived from one taken away)."""
    most_t = problem.capacity_t[place] + 1e-3
    return _within_from(schedule.slack_t[place, : problem.horizon], 0.0, -1e-3, most_t) == 0.0


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
    """Yuan of the tonnes of the wishes that no truck moves, and of crowded minutes."""
    yuan = schedule.rest_t.sum() * problem.value_yuan_per_t
    if schedule.crowded_min[0] > 0:
        yuan += schedule.crowded_min[0] * problem.crowding_yuan_per_min
    return yuan


@numba.njit(cache=True)
def total_cost(problem, schedule):  # type: ignore[no-untyped-def]
    cost = undone(problem, schedule)
    for t in range(len(problem.truck_class)):
        cost += truck_cost(problem, schedule, t)
    return cost
