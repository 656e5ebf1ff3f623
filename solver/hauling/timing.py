"""What a haul takes and books, and what a day costs, in exact minutes.

Times are real minutes; bays and stocks are booked by the whole minute in which a service starts and ends, as the plan's
rows will show it.
"""

from __future__ import annotations

import numpy as np

from solver.hauling.kernels import inlined, inner, kernel
from solver.hauling.problem import CLOSED, LARGEST_TOUR
from solver.hauling.schedule import EPS, UNLOAD_END, UNLOAD_START, Problem, Schedule

# What a minute's wait costs a truck in all: its own price, and what comes too late after it.
WAIT_YUAN_PER_MIN = 4.5


def cost_yuan(problem: Problem, schedule: Schedule) -> float:
    """Days, hours and kilometres of the trucks, crowded minutes, and the value of what no truck moves."""
    return float(total_cost(problem, schedule))


@inner
def spare(rest, load_t):  # type: ignore[no-untyped-def]
    """How much of a trip runs empty when `rest` is carried off in loads of `load_t`: 0 to 1."""
    if rest <= EPS:
        return 0.0
    loads = rest / load_t
    return np.ceil(loads - 1e-6) - loads


@inner
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


@inlined
def service_min(problem, place, dry_t, min_per_t):  # type: ignore[no-untyped-def]
    return dry_t * min_per_t + (problem.weigh_min if place < problem.hubs else 0.0)


@inlined
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


@inner
def bales_ready(problem, schedule, place, dry_t, clock):  # type: ignore[no-untyped-def]
    """The earliest minute from `clock` on after which `dry_t` is never missing at the place."""
    return _within_from(schedule.slack_t[place, : problem.horizon], clock, dry_t - 1e-4, np.inf)


@inner
def room_ready(problem, schedule, place, dry_t, clock):  # type: ignore[no-untyped-def]
    """The earliest minute from `clock` on after which the place always has room for `dry_t` more."""
    room_t = problem.capacity_t[place] - dry_t + 1e-4
    return _within_from(schedule.slack_t[place, : problem.horizon], clock, -np.inf, room_t)


@inner
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


@inlined
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


@inner
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


@inlined
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


@inner
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


@inner
def settle(problem, schedule, t, begin):  # type: ignore[no-untyped-def]
    """Time and book the hauls from `begin` on, which are not booked; from the first that does not fit they are
    dropped."""
    cls = problem.truck_class[t]
    home = problem.truck_home[t]
    here = home if begin == 0 else problem.destination[schedule.wish[t, begin - 1]]
    now = problem.shift_start[t] if begin == 0 else schedule.times[t, begin - 1, UNLOAD_END]
    for j in range(begin, schedule.hauls[t]):
        i = schedule.wish[t, j]
        times = schedule.times[t, j]
        fits = time_haul(problem, schedule, cls, i, schedule.dry_t[t, j], here, now, times, True) >= 0
        here, now = problem.destination[i], times[UNLOAD_END]
        if not fits or now + problem.travel_min[cls, here, home] > problem.shift_end[t] + EPS:
            schedule.hauls[t] = j
            return
        book(problem, schedule, t, j, 1)


@inner
def remove(problem, schedule, t, begin, length):  # type: ignore[no-untyped-def]
    """Take `length` hauls out from `begin` on and let the later ones move up."""
    count = schedule.hauls[t]
    for j in range(begin, count):
        book(problem, schedule, t, j, -1)
    for j in range(begin, count - length):
        schedule.wish[t, j] = schedule.wish[t, j + length]
        schedule.dry_t[t, j] = schedule.dry_t[t, j + length]
        schedule.times[t, j] = schedule.times[t, j + length]
    schedule.hauls[t] = count - length
    settle(problem, schedule, t, begin)


@inner
def bearable(problem, schedule, place):  # type: ignore[no-untyped-def]
    """Nothing is taken from the place before it is there, nor brought where there is no room, at any minute (a load
    kept may have lived from one taken away)."""
    most_t = problem.capacity_t[place] + 1e-3
    return _within_from(schedule.slack_t[place, : problem.horizon], 0.0, -1e-3, most_t) == 0.0


@inner
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


@inner
def undone(problem, schedule):  # type: ignore[no-untyped-def]
    """Yuan of the tonnes of the wishes that no truck moves, and of crowded minutes."""
    yuan = schedule.rest_t.sum() * problem.value_yuan_per_t
    if schedule.crowded_min[0] > 0:
        yuan += schedule.crowded_min[0] * problem.crowding_yuan_per_min
    return yuan


@kernel
def total_cost(problem, schedule):  # type: ignore[no-untyped-def]
    cost = undone(problem, schedule)
    for t in range(len(problem.truck_class)):
        cost += truck_cost(problem, schedule, t)
    return cost
