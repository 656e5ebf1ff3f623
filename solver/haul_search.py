"""Ruin and recreate of a day's hauls: strings of neighbouring hauls are taken out of several trucks and put back where
they cost least, again and again (slack induction by string removals: Christiaens and Vanden Berghe, Transportation
Science 54(2), 2020; acceptance by simulated annealing).

Compiled. The cost of an insertion is guessed from the ways, and the best guesses are timed exactly: bays, bales, room
and all that the truck does afterwards.
"""

from __future__ import annotations

import numba
import numpy as np

from solver.haul_problem import LARGEST_TOUR
from solver.haul_schedule import (
    EPS,
    MOST_HAULS,
    TIMES,
    UNLOAD_END,
    UNLOAD_START,
    Prices,
    Problem,
    Schedule,
    bay_free,
    book,
    service_min,
    spare,
    stock_holds,
    time_haul,
    total_cost,
    trip,
    truck_cost,
    undone,
)

# Insertions that are timed exactly, of all that were guessed.
GUESSES = 8
LONGEST_STRING = 8
# Hauls taken out in a round, about.
REMOVED = 10
# Share of the rounds that empty a whole truck, and of these the share in which it stays at home.
WHOLE_TRUCK_SHARE = 0.1
STAYS_HOME_SHARE = 0.7
# Share of the rounds that follow the flow's loads by class.
PLANNED_SHARE = 0.8


def search(
    problem: Problem, prices: Prices, schedule: Schedule, *, rounds: int, seed: int, warm_yuan: float, cold_yuan: float
) -> tuple[Schedule, float]:
    """The best schedule after `rounds` from `schedule`, which stays as it is, and its cost in yuan: days, hours and
    kilometres of the trucks, and the value of every tonne of the wishes not moved. The annealing cools from `warm_yuan`
    to `cold_yuan`."""
    best = Schedule._make(a.copy() for a in schedule)
    work = Schedule._make(a.copy() for a in schedule)
    cost = _search(problem, prices, work, best, rounds, seed, warm_yuan, cold_yuan)
    return best, cost


def replayed(problem: Problem, planned: Schedule, empty: Schedule) -> tuple[Schedule, float]:
    """The hauls of `planned` timed anew in `empty` (which takes them) under `problem`, and the cost in yuan."""
    _replay(problem, planned, empty)
    return empty, float(total_cost(problem, empty))


@numba.njit(cache=True, nogil=True)
def _search(problem, prices, schedule, best, rounds, seed, warm_yuan, cold_yuan):  # type: ignore[no-untyped-def]
    np.random.seed(seed)
    trucks = len(problem.truck_class)
    cost = total_cost(problem, schedule)
    best_cost = cost
    improved = False
    cost_of = np.zeros(trucks)
    for t in range(trucks):
        cost_of[t] = truck_cost(problem, schedule, t)
    old = (schedule.wish.copy(), schedule.dry_t.copy(), schedule.times.copy(), schedule.hauls.copy())
    touched = np.zeros(trucks, dtype=np.bool_)
    barred = np.zeros(trucks, dtype=np.bool_)
    cooling = (cold_yuan / warm_yuan) ** (1.0 / max(rounds, 1))
    temperature = warm_yuan
    for _ in range(rounds):
        temperature *= cooling
        touched[:] = False
        barred[:] = False
        left_before = undone(problem, schedule)
        _ruin(problem, schedule, touched, barred, old)
        _recreate(problem, prices, schedule, touched, barred, old)
        change = undone(problem, schedule) - left_before
        for t in range(trucks):
            if touched[t]:
                change += truck_cost(problem, schedule, t) - cost_of[t]
        accepted = change < -temperature * np.log(np.random.random())
        if accepted and not stock_holds(problem, schedule):
            accepted = False
        if accepted:
            cost += change
            for t in range(trucks):
                if touched[t]:
                    cost_of[t] = truck_cost(problem, schedule, t)
            if cost < best_cost - EPS:
                best_cost = cost
                improved = True
                best.wish[:] = schedule.wish
                best.dry_t[:] = schedule.dry_t
                best.times[:] = schedule.times
                best.hauls[:] = schedule.hauls
        else:
            for t in range(trucks):
                if touched[t]:
                    for j in range(schedule.hauls[t]):
                        book(problem, schedule, t, j, -1)
            for t in range(trucks):
                if touched[t]:
                    n = old[3][t]
                    schedule.hauls[t] = n
                    schedule.wish[t, :n] = old[0][t, :n]
                    schedule.dry_t[t, :n] = old[1][t, :n]
                    schedule.times[t, :n] = old[2][t, :n]
                    for j in range(n):
                        book(problem, schedule, t, j, 1)
    if improved:
        # bookings of the best: take the present ones out, put the best ones in
        for t in range(trucks):
            for j in range(schedule.hauls[t]):
                book(problem, schedule, t, j, -1)
        best.rest_t[:] = schedule.rest_t
        best.taken[:] = schedule.taken
        best.slack_t[:] = schedule.slack_t
        best.used_loads[:] = schedule.used_loads
        for t in range(trucks):
            for j in range(best.hauls[t]):
                book(problem, best, t, j, 1)
    return best_cost


@numba.njit(cache=True)
def _touch(schedule, t, touched, old):  # type: ignore[no-untyped-def]
    if touched[t]:
        return
    touched[t] = True
    n = schedule.hauls[t]
    old[3][t] = n
    old[0][t, :n] = schedule.wish[t, :n]
    old[1][t, :n] = schedule.dry_t[t, :n]
    old[2][t, :n] = schedule.times[t, :n]


@numba.njit(cache=True)
def _ruin(problem, schedule, touched, barred, old):  # type: ignore[no-untyped-def]
    """Take out strings of hauls near a chosen one in place and time; now and then a whole truck's day."""
    trucks = len(problem.truck_class)
    at_work = np.flatnonzero(schedule.hauls > 0)
    if len(at_work) == 0:
        return
    first = at_work[np.random.randint(len(at_work))]
    whole = np.random.random() < WHOLE_TRUCK_SHARE
    if whole:
        # a short day is the easiest to do without
        for _ in range(3):
            other = at_work[np.random.randint(len(at_work))]
            if schedule.hauls[other] < schedule.hauls[first]:
                first = other
    j = np.random.randint(schedule.hauls[first])
    seed_wish = schedule.wish[first, j]
    seed_min = schedule.times[first, j, 0]
    if whole:
        _touch(schedule, first, touched, old)
        _remove(problem, schedule, first, 0, schedule.hauls[first])
        barred[first] = np.random.random() < STAYS_HOME_SHARE
    longest = 1 + np.random.randint(LONGEST_STRING)
    strings = 1 + np.random.randint(max(int(2.0 * REMOVED / (1.0 + longest)), 1) * 2)
    distance = np.full(trucks, np.inf)
    nearest = np.zeros(trucks, dtype=np.int64)
    time_weight = 0.05 + 0.5 * np.random.random()
    to = problem.destination[seed_wish]
    for t in at_work:
        cls = problem.truck_class[t]
        for j in range(schedule.hauls[t]):
            i = schedule.wish[t, j]
            apart = problem.travel_min[cls, to, problem.destination[i]]
            apart += problem.travel_min[cls, to, problem.origins[i, 0]]
            if not apart < 1e6:
                continue
            apart += time_weight * abs(schedule.times[t, j, 0] - seed_min) + np.random.random() * 8.0
            if apart < distance[t]:
                distance[t] = apart
                nearest[t] = j
    for t in np.argsort(distance)[:strings]:
        count = schedule.hauls[t]
        if count == 0 or not np.isfinite(distance[t]):
            continue
        length = min(count, 1 + np.random.randint(longest))
        begin = nearest[t] - np.random.randint(length)
        begin = max(0, min(begin, count - length))
        _touch(schedule, t, touched, old)
        _remove(problem, schedule, t, begin, length)


@numba.njit(cache=True)
def _remove(problem, schedule, t, begin, length):  # type: ignore[no-untyped-def]
    """Take `length` hauls out from `begin` on and let the later ones move up."""
    count = schedule.hauls[t]
    for j in range(begin, count):
        book(problem, schedule, t, j, -1)
    for j in range(begin, count - length):
        schedule.wish[t, j] = schedule.wish[t, j + length]
        schedule.dry_t[t, j] = schedule.dry_t[t, j + length]
        schedule.times[t, j] = schedule.times[t, j + length]
    schedule.hauls[t] = count - length
    _settle(problem, schedule, t, begin, True)


@numba.njit(cache=True)
def _settle(problem, schedule, t, begin, surely):  # type: ignore[no-untyped-def]
    """Time and book the hauls from `begin` on, which are not booked. False, and nothing booked, where one does not fit;
    with `surely`, hauls that do not fit are dropped instead."""
    cls = problem.truck_class[t]
    home = problem.truck_home[t]
    here = home if begin == 0 else problem.destination[schedule.wish[t, begin - 1]]
    now = problem.shift_start[t] if begin == 0 else schedule.times[t, begin - 1, UNLOAD_END]
    j = begin
    while j < schedule.hauls[t]:
        i = schedule.wish[t, j]
        dry_t = schedule.dry_t[t, j]
        fits = time_haul(problem, schedule, cls, i, dry_t, here, now, schedule.times[t, j], t, MOST_HAULS)
        if fits:
            end = schedule.times[t, j, UNLOAD_END]
            fits = end + problem.travel_min[cls, problem.destination[i], home] <= problem.shift_end[t] + EPS
        if not fits:
            if surely:
                schedule.hauls[t] = j
                return True
            for k in range(begin, j):
                book(problem, schedule, t, k, -1)
            return False
        book(problem, schedule, t, j, 1)
        here = problem.destination[i]
        now = schedule.times[t, j, UNLOAD_END]
        j += 1
    return True


@numba.njit(cache=True)
def _recreate(problem, prices, schedule, touched, barred, old):  # type: ignore[no-untyped-def]
    """Put back what is wanted, wish by wish, where it costs least."""
    wishes = len(problem.destination)
    open_ = np.zeros(wishes, dtype=np.int64)
    count = 0
    key = np.zeros(wishes)
    order = np.random.random()
    for i in range(wishes):
        if schedule.rest_t[i] > EPS:
            open_[count] = i
            if order < 0.5:
                key[count] = np.random.random()
            elif order < 0.75:
                key[count] = -schedule.rest_t[i] + np.random.random()
            else:
                key[count] = -prices.wish_yuan_per_t[i] * (0.8 + 0.4 * np.random.random())
            count += 1
    ranked = np.argsort(key[:count])
    # now and then a truck may be called out as if its day cost less, so that it can fill up before it is judged
    opening = max(np.random.random() * 2.0 - 1.0, 0.0)
    bonus = prices.planned_yuan if np.random.random() < PLANNED_SHARE else 0.0
    blink = 0.01 + 0.04 * np.random.random()
    for n in ranked:
        i = open_[n]
        while schedule.rest_t[i] > EPS:
            if not _insert(problem, prices, schedule, i, touched, barred, old, blink, bonus, opening):
                break


@numba.njit(cache=True)
def _insert(problem, prices, schedule, i, touched, barred, old, blink, bonus, opening):  # type: ignore[no-untyped-def]
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
    last_idle_class, last_idle_home = -1, -1
    for t in range(len(problem.truck_class)):
        cls = problem.truck_class[t]
        if barred[t] or not problem.admitted[i, cls] or schedule.hauls[t] >= MOST_HAULS:
            continue
        home = problem.truck_home[t]
        count = schedule.hauls[t]
        per_min = problem.yuan_per_min[t] + prices.min_yuan[cls]
        per_km = problem.yuan_per_km[t]
        spare_min = problem.shift_end[t] - problem.shift_start[t]
        fixed = 0.0
        if count == 0:
            if cls == last_idle_class and home == last_idle_home:
                continue
            last_idle_class, last_idle_home = cls, home
            fixed = problem.yuan_per_day[t] * opening
        else:
            last = problem.destination[schedule.wish[t, count - 1]]
            spare_min = (
                problem.shift_end[t] - schedule.times[t, count - 1, UNLOAD_END] - problem.travel_min[cls, last, home]
            )
        here = home
        for p in range(count + 1):
            after = home if p == count else problem.origins[schedule.wish[t, p], 0]
            minutes = own_min[cls] + problem.travel_min[cls, here, origin] + problem.travel_min[cls, to, after]
            km = own_km[cls] + problem.travel_km[cls, here, origin] + problem.travel_km[cls, to, after]
            if count > 0:
                minutes -= problem.travel_min[cls, here, after]
                km -= problem.travel_km[cls, here, after]
            # waiting later in the day may take up what is added here
            gap = 0.0
            if 0 < p < count:
                gap = (
                    schedule.times[t, p, 0]
                    - schedule.times[t, p - 1, UNLOAD_END]
                    - problem.travel_min[cls, here, after]
                )
            if minutes - gap <= spare_min:
                score = fixed + max(minutes - gap, 0.3 * minutes) * per_min + km * per_km - gain[cls]
                if score < best_score[GUESSES - 1] and np.random.random() >= blink:
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
            if p < count:
                here = problem.destination[schedule.wish[t, p]]
    found = np.inf
    chosen, chosen_at = -1, 0
    times = np.empty(TIMES)
    for k in range(GUESSES):
        t = best_truck[k]
        if t < 0:
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
    _touch(schedule, chosen, touched, old)
    count = schedule.hauls[chosen]
    later = schedule.times[chosen, chosen_at:count].copy()
    _open(problem, schedule, chosen, chosen_at, i, dry_t[problem.truck_class[chosen]])
    if _settle(problem, schedule, chosen, chosen_at, False):
        return True
    # the truck's own hauls were in each other's way: as it was
    for j in range(chosen_at, count):
        schedule.wish[chosen, j] = schedule.wish[chosen, j + 1]
        schedule.dry_t[chosen, j] = schedule.dry_t[chosen, j + 1]
    schedule.times[chosen, chosen_at:count] = later
    schedule.hauls[chosen] = count
    for j in range(chosen_at, count):
        book(problem, schedule, chosen, j, 1)
    return False


@numba.njit(cache=True)
def _open(problem, schedule, t, p, i, dry_t):  # type: ignore[no-untyped-def]
    """Unbook the hauls from `p` on and make room for one of wish `i` there, not booked."""
    count = schedule.hauls[t]
    for j in range(p, count):
        book(problem, schedule, t, j, -1)
    for j in range(count, p, -1):
        schedule.wish[t, j] = schedule.wish[t, j - 1]
        schedule.dry_t[t, j] = schedule.dry_t[t, j - 1]
        schedule.times[t, j] = schedule.times[t, j - 1]
    schedule.wish[t, p] = i
    schedule.dry_t[t, p] = dry_t
    schedule.hauls[t] = count + 1


@numba.njit(cache=True)
def _try(problem, schedule, t, p, i, dry_t, added_km, times):  # type: ignore[no-untyped-def]
    """Yuan that truck `t` costs more with the load at place `p` of its day, everything after it timed anew; inf where
    it does not fit. Nothing is booked: the truck's own later bookings are looked through."""
    count = schedule.hauls[t]
    cls, home = problem.truck_class[t], problem.truck_home[t]
    here = home if p == 0 else problem.destination[schedule.wish[t, p - 1]]
    now = problem.shift_start[t] if p == 0 else schedule.times[t, p - 1, UNLOAD_END]
    last = problem.destination[schedule.wish[t, count - 1]] if count > 0 else home
    if not time_haul(problem, schedule, cls, i, dry_t, here, now, times, t, p):
        return np.inf
    now = times[UNLOAD_END]
    leave = times[0] - problem.travel_min[cls, home, problem.origins[i, 0]]
    here = problem.destination[i]
    for j in range(p, count):
        now = _delayed(problem, schedule, cls, t, p, j, here, now)
        if now < 0.0:
            # the day goes on as it was
            here, now = last, schedule.times[t, count - 1, UNLOAD_END]
            break
        if not now < problem.horizon:
            return np.inf
        here = problem.destination[schedule.wish[t, j]]
    back = now + problem.travel_min[cls, here, home]
    if back > problem.shift_end[t] + EPS:
        return np.inf
    added_yuan = added_km * problem.yuan_per_km[t]
    if count == 0:
        return added_yuan + problem.yuan_per_day[t] + (back - leave) * problem.yuan_per_min[t]
    left = schedule.times[t, 0, 0] - problem.travel_min[cls, home, problem.origins[schedule.wish[t, 0], 0]]
    if p > 0:
        leave = left
    returned = schedule.times[t, count - 1, UNLOAD_END] + problem.travel_min[cls, last, home]
    return added_yuan + (back - returned - leave + left) * problem.yuan_per_min[t]


@numba.njit(cache=True)
def _delayed(problem, schedule, cls, t, p, j, here, now):  # type: ignore[no-untyped-def]
    """When haul `j` of the truck is unloaded if it sets out from `here` at `now`; -1 where that changes nothing of it,
    the horizon where it never is. Later than it was, bales and room are there."""
    i = schedule.wish[t, j]
    dry_t = schedule.dry_t[t, j]
    at, clock = here, now
    for k in range(LARGEST_TOUR):
        origin = problem.origins[i, k]
        if origin < 0:
            break
        part = problem.parts_t[i, k] if problem.is_tour[i] else dry_t
        clock += problem.travel_min[cls, at, origin]
        if clock <= schedule.times[t, j, k] + EPS:
            return -1.0
        if not clock < problem.horizon:
            return clock
        duration = service_min(problem, origin, part, problem.load_min_per_t)
        clock = bay_free(problem, schedule, origin, clock, duration * problem.bay_share, t, p) + duration
        if not clock < problem.horizon:
            return clock
        at = origin
    to = problem.destination[i]
    clock += problem.travel_min[cls, at, to]
    if clock <= schedule.times[t, j, UNLOAD_START] + EPS:
        return -1.0
    if not clock < problem.horizon:
        return clock
    duration = service_min(problem, to, dry_t, problem.unload_min_per_t)
    return bay_free(problem, schedule, to, clock, duration * problem.bay_share, t, p) + duration


@numba.njit(cache=True, nogil=True)
def _replay(problem, planned, schedule):  # type: ignore[no-untyped-def]
    """Drive the hauls of `planned` again in `schedule` (empty), whichever truck is free first going next; a truck whose
    next haul does not fit goes home."""
    trucks = len(problem.truck_class)
    free = np.full(trucks, np.inf)
    for t in range(trucks):
        if planned.hauls[t] > 0:
            free[t] = problem.shift_start[t]
    while True:
        t = int(np.argmin(free))
        if not np.isfinite(free[t]):
            return
        j = schedule.hauls[t]
        i = planned.wish[t, j]
        schedule.wish[t, j] = i
        schedule.dry_t[t, j] = planned.dry_t[t, j]
        schedule.hauls[t] = j + 1
        _settle(problem, schedule, t, j, True)
        if schedule.hauls[t] == j or j + 1 == planned.hauls[t]:
            free[t] = np.inf
        else:
            free[t] = schedule.times[t, j, UNLOAD_END]
