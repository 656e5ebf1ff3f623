"""One load more in a truck's day, where it costs least. The cost is guessed from the ways, and the best guesses are
timed exactly: bays, bales, room and all that the truck does afterwards."""

from __future__ import annotations

import numpy as np

from solver.hauling.kernels import NO_TRUCK, NONE, inner
from solver.hauling.problem import LARGEST_TOUR
from solver.hauling.schedule import EPS, MOST_HAULS, TIMES, UNLOAD_END
from solver.hauling.timing import book, hold_bays, spare, time_haul, trip
from solver.hauling.undo import touch

# Insertions that are timed exactly, of all that were guessed.
GUESSES = 6


@inner
def insert(problem, prices, schedule, i, touched, barred, old, blink, bonus, opening):  # type: ignore[no-untyped-def]
    """One load of wish `i` into the truck and place in its day where it costs least; False where none is worth it."""
    best_score = np.full(GUESSES, np.inf)
    best_truck = np.full(GUESSES, -1)
    best_at = np.zeros(GUESSES, dtype=np.int64)
    best_km = np.zeros(GUESSES)
    rest = schedule.rest_t[i]
    origin, to = problem.origins[i, 0], problem.destination[i]
    classes = len(problem.load_t)
    dry_t = np.zeros(classes)
    gain = np.zeros(classes)
    own_min = np.zeros(classes)
    own_km = np.zeros(classes)
    for c in range(classes):
        dry_t[c] = min(rest, problem.load_t[c])
        gain[c] = prices.wish_yuan_per_t[i] * dry_t[c]
        if not problem.is_tour[i] and prices.trip_t[i] > 0:
            gain[c] += prices.trip_yuan[i] * (spare(rest, prices.trip_t[i]) - spare(rest - dry_t[c], prices.trip_t[i]))
        if prices.planned_loads[c, i] > schedule.used_loads[c, i]:
            gain[c] += bonus
        if problem.admitted[i, c]:
            # the haul itself, from its first origin on
            own_min[c], own_km[c] = trip(problem, c, i, origin, dry_t[c])
    hubs = problem.hubs
    reach = np.empty((classes, hubs, 2))
    for c in range(classes):
        for hub in range(hubs):
            reach[c, hub, 0] = own_min[c] + problem.travel_min[c, hub, origin]
            reach[c, hub, 1] = own_km[c] + problem.travel_km[c, hub, origin]
    last_idle_class, last_idle_home = -1, -1
    worst = np.inf
    for t in range(len(problem.truck_class)):
        cls = problem.truck_class[t]
        count = schedule.hauls[t]
        if barred[t] or not problem.admitted[i, cls] or count >= MOST_HAULS:
            continue
        fixed = -gain[cls]
        if count == 0:
            home = problem.truck_home[t]
            if cls == last_idle_class and home == last_idle_home:
                continue
            last_idle_class, last_idle_home = cls, home
            fixed += problem.yuan_per_day[t] * opening
        if not schedule.linked[t]:
            _link(problem, schedule, t)
        per_min = problem.yuan_per_min[t] + prices.min_yuan[cls]
        per_km = problem.yuan_per_km[t]
        spare_min = schedule.links[t, count, 2]
        for p in range(count + 1):
            here, after = schedule.ends[t, p, 0], schedule.ends[t, p, 1]
            minutes = reach[cls, here, 0] + problem.travel_min[cls, to, after] - schedule.links[t, p, 0]
            # waiting later in the day may take up what is added here
            gap = schedule.links[t, p, 2] if p < count else 0.0
            if minutes - gap > spare_min:
                continue
            km = reach[cls, here, 1] + problem.travel_km[cls, to, after] - schedule.links[t, p, 1]
            score = fixed + max(minutes - gap, 0.3 * minutes) * per_min + km * per_km
            if score < worst and np.random.random() >= blink:
                k = GUESSES - 1
                while k > 0 and best_score[k - 1] > score:
                    best_score[k] = best_score[k - 1]
                    best_truck[k] = best_truck[k - 1]
                    best_at[k] = best_at[k - 1]
                    best_km[k] = best_km[k - 1]
                    k -= 1
                best_score[k] = score
                best_truck[k] = t
                best_at[k] = p
                best_km[k] = km
                worst = best_score[GUESSES - 1]
    found = np.inf
    chosen, chosen_at = NO_TRUCK, NONE
    times = np.empty((MOST_HAULS, TIMES))
    for k in range(GUESSES):
        t = best_truck[k]
        if t < 0 or best_score[k] >= found:
            break
        cls = problem.truck_class[t]
        added = _try(problem, schedule, t, best_at[k], i, dry_t[cls], best_km[k], times)
        if not np.isfinite(added) or added >= problem.value_yuan_per_t * dry_t[cls]:
            continue
        if schedule.hauls[t] == 0:
            added -= problem.yuan_per_day[t] * (1.0 - opening)
        score = added - gain[cls] + prices.min_yuan[cls] * own_min[cls]
        if score < found:
            found, chosen, chosen_at = score, t, best_at[k]
    if chosen < 0:
        return False
    touch(schedule, chosen, touched, old)
    _put(problem, schedule, chosen, chosen_at, i, dry_t[problem.truck_class[chosen]], times)
    return True


@inner
def _link(problem, schedule, t):  # type: ignore[no-untyped-def]
    """What lies between the hauls of the truck: whence and whither, minutes and kilometres, waiting; last, the minutes
    left of its shift."""
    cls, home = problem.truck_class[t], problem.truck_home[t]
    count = schedule.hauls[t]
    here, free = home, problem.shift_start[t]
    for p in range(count + 1):
        after = home if p == count else problem.origins[schedule.wish[t, p], 0]
        minutes = problem.travel_min[cls, here, after] if count > 0 else 0.0
        schedule.ends[t, p, 0], schedule.ends[t, p, 1] = here, after
        schedule.links[t, p, 0] = minutes
        schedule.links[t, p, 1] = problem.travel_km[cls, here, after] if count > 0 else 0.0
        if p < count:
            schedule.links[t, p, 2] = schedule.times[t, p, 0] - free - minutes if p > 0 else 0.0
            free = schedule.times[t, p, UNLOAD_END]
            here = problem.destination[schedule.wish[t, p]]
        else:
            schedule.links[t, p, 2] = problem.shift_end[t] - free - minutes
    schedule.linked[t] = True


@inner
def _put(problem, schedule, t, p, i, dry_t, times):  # type: ignore[no-untyped-def]
    """A load of wish `i` that fits at place `p` of the truck's day; what comes after it moves as far as it must."""
    _, _, _, moved = _timed_with(problem, schedule, t, p, i, dry_t, times)
    for j in range(p, moved):
        _move_stock(problem, schedule, t, j, times[1 + j - p])
        schedule.times[t, j] = times[1 + j - p]
        hold_bays(problem, schedule, t, j, 1)
    for j in range(schedule.hauls[t], p, -1):
        schedule.wish[t, j] = schedule.wish[t, j - 1]
        schedule.dry_t[t, j] = schedule.dry_t[t, j - 1]
        schedule.times[t, j] = schedule.times[t, j - 1]
    schedule.wish[t, p] = i
    schedule.dry_t[t, p] = dry_t
    schedule.times[t, p] = times[0]
    schedule.hauls[t] += 1
    book(problem, schedule, t, p, 1)


@inner
def _move_stock(problem, schedule, t, j, times):  # type: ignore[no-untyped-def]
    """Bales and stocks as they are when haul `j` of the truck has its services at `times`."""
    i = schedule.wish[t, j]
    dry_t = schedule.dry_t[t, j]
    for k in range(LARGEST_TOUR):
        origin = problem.origins[i, k]
        if origin < 0:
            break
        if problem.tracked[origin]:
            part = problem.parts_t[i, k] if problem.is_tour[i] else dry_t
            _shift(schedule.slack_t[origin], schedule.times[t, j, k], times[k], part)
    to = problem.destination[i]
    if problem.tracked[to]:
        _shift(schedule.slack_t[to], schedule.times[t, j, UNLOAD_END], times[UNLOAD_END], -dry_t)


@inner
def _shift(slack_t, was, is_, dry_t):  # type: ignore[no-untyped-def]
    """`dry_t` that left at minute `was` leaves at minute `is_`."""
    if int(is_) >= int(was):
        slack_t[int(was) : int(is_)] += dry_t
    else:
        slack_t[int(is_) : int(was)] -= dry_t


@inner
def _try(problem, schedule, t, p, i, dry_t, added_km, times):  # type: ignore[no-untyped-def]
    """Yuan that truck `t` costs more with the load at place `p` of its day, everything after it timed anew; inf where
    it does not fit. Nothing stays booked. `times`: (MOST_HAULS, TIMES) to write in."""
    count = schedule.hauls[t]
    crowded_before = schedule.crowded_min[0]
    leave, back, crowded, released = _timed_with(problem, schedule, t, p, i, dry_t, times)
    crowded += schedule.crowded_min[0] - crowded_before
    for j in range(p, released):
        hold_bays(problem, schedule, t, j, 1)
    if back > problem.shift_end[t] + EPS:
        return np.inf
    added_yuan = added_km * problem.yuan_per_km[t]
    if crowded != 0:
        added_yuan += crowded * problem.crowding_yuan_per_min
    if count == 0:
        return added_yuan + problem.yuan_per_day[t] + (back - leave) * problem.yuan_per_min[t]
    cls, home = problem.truck_class[t], problem.truck_home[t]
    left = schedule.times[t, 0, 0] - problem.travel_min[cls, home, problem.origins[schedule.wish[t, 0], 0]]
    last = problem.destination[schedule.wish[t, count - 1]]
    returned = schedule.times[t, count - 1, UNLOAD_END] + problem.travel_min[cls, last, home]
    return added_yuan + (back - returned - leave + left) * problem.yuan_per_min[t]


@inner
def _timed_with(problem, schedule, t, p, i, dry_t, times):  # type: ignore[no-untyped-def]
    """When truck `t` leaves home and is back with the load at place `p` (inf where it does not fit), and the crowded
    minutes of what was timed. `times`: the load's, then those of the hauls from `p` on as far as it moves them; up to
    there the truck's bays have been given back."""
    count = schedule.hauls[t]
    cls, home = problem.truck_class[t], problem.truck_home[t]
    here = home if p == 0 else problem.destination[schedule.wish[t, p - 1]]
    now = problem.shift_start[t] if p == 0 else schedule.times[t, p - 1, UNLOAD_END]
    released = p
    if p < count:
        hold_bays(problem, schedule, t, p, -1)
        released += 1
    crowded = time_haul(problem, schedule, cls, i, dry_t, here, now, times[0], True)
    if crowded < 0:
        return 0.0, np.inf, 0, released
    first = i if p == 0 else schedule.wish[t, 0]
    leave = times[0, 0] if p == 0 else schedule.times[t, 0, 0]
    leave -= problem.travel_min[cls, home, problem.origins[first, 0]]
    here, now = problem.destination[i], times[0, UNLOAD_END]
    for j in range(p, count):
        i = schedule.wish[t, j]
        if now + problem.travel_min[cls, here, problem.origins[i, 0]] <= schedule.times[t, j, 0] + EPS:
            # the day goes on as it was
            hold_bays(problem, schedule, t, j, 1)
            released = j
            here, now = problem.destination[schedule.wish[t, count - 1]], schedule.times[t, count - 1, UNLOAD_END]
            break
        if j + 1 < count:
            hold_bays(problem, schedule, t, j + 1, -1)
            released += 1
        more = time_haul(problem, schedule, cls, i, schedule.dry_t[t, j], here, now, times[1 + j - p], False)
        if more < 0:
            return 0.0, np.inf, 0, released
        crowded += more
        here, now = problem.destination[i], times[1 + j - p, UNLOAD_END]
    return leave, now + problem.travel_min[cls, here, home], crowded, released
