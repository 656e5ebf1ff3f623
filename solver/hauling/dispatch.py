"""A first dispatch: whichever truck is free first takes the haul worth most to it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from solver.hauling.kernels import inner, kernel
from solver.hauling.schedule import EPS, MOST_HAULS, TIMES, UNLOAD_END, Prices, Problem, Schedule
from solver.hauling.timing import book, spare, time_haul, total_cost, trip

Ints = npt.NDArray[np.int64]

# How many hauls that fit are timed before the best of them is taken.
CANDIDATES = 14


def dispatch(problem: Problem, prices: Prices, schedule: Schedule, trucks: Ints) -> float:
    """Give the trucks (their numbers) work, in place; returns the cost in yuan."""
    return float(_dispatch_all(problem, prices, schedule, trucks))


@kernel
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


@inner
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


@inner
def _place_of(problem, schedule, t):  # type: ignore[no-untyped-def]
    if schedule.hauls[t] == 0:
        return problem.truck_home[t]
    return problem.destination[schedule.wish[t, schedule.hauls[t] - 1]]


@inner
def _free_at(problem, schedule, t):  # type: ignore[no-untyped-def]
    if schedule.hauls[t] == 0:
        return problem.shift_start[t]
    return schedule.times[t, schedule.hauls[t] - 1, UNLOAD_END]
