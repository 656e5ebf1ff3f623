"""Ruin and recreate of a day's hauls: strings of neighbouring hauls are taken out of several trucks and put back where
they cost least, again and again (slack induction by string removals: Christiaens and Vanden Berghe, Transportation
Science 54(2), 2020; acceptance by simulated annealing). In between, two trucks swap the rest of their days (2-opt*:
Potvin and Rousseau, Journal of the Operational Research Society 46(12), 1995).

Compiled. The cost of an insertion is guessed from the ways, and the best guesses are timed exactly: bays, bales, room
and all that the truck does afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np
import numpy.typing as npt

from solver.haul_problem import LARGEST_TOUR
from solver.haul_schedule import (
    EPS,
    MOST_HAULS,
    TIMES,
    UNLOAD_END,
    Prices,
    Problem,
    Schedule,
    bearable,
    book,
    hold_bays,
    spare,
    time_haul,
    total_cost,
    trip,
    truck_cost,
    uncounted_problem,
    uncounted_schedule,
    undone,
)

# Insertions that are timed exactly, of all that were guessed.
GUESSES = 6
LONGEST_STRING = 8
# Hauls taken out in a round, about.
REMOVED = 6
# Share of the rounds that empty a whole truck, and of these the share in which it stays at home.
WHOLE_TRUCK_SHARE = 0.1
STAYS_HOME_SHARE = 0.7
# Share of the rounds that follow the flow's loads by class.
PLANNED_SHARE = 0.8
# Share of the rounds in which two trucks swap what they do from some hour on.
TAILS_SHARE = 0.6


def search(
    problem: Problem,
    prices: Prices,
    schedule: Schedule,
    trucks: npt.NDArray[np.bool_],
    *,
    rounds: int,
    seed: int,
    warm_yuan: float,
    cold_yuan: float,
) -> tuple[Schedule, float]:
    """The best schedule after `rounds` from `schedule`, which stays as it is, and its cost in yuan: days, hours and
    kilometres of the trucks, crowded minutes, and the value of every tonne of the wishes not moved. Only `trucks` (T,)
    change. The annealing cools from `warm_yuan` to `cold_yuan`."""
    best = Schedule._make(a.copy() for a in schedule)
    work = Schedule._make(a.copy() for a in schedule)
    cost = _search(problem, prices, work, best, trucks, rounds, seed, warm_yuan, cold_yuan)
    return best, cost


def joined(problem: Problem, empty: Schedule, parts: Sequence[tuple[Schedule, npt.NDArray[np.bool_]]]) -> float:
    """Book in `empty` what each of the `parts` has for its trucks; the cost in yuan, inf where bales or room would be
    missing. Where a place cannot bear all of it, trucks of the later parts leave loads of it out."""
    for part, trucks in parts:
        for whole, of_part in zip(empty[:4], part[:4], strict=True):
            whole[trucks] = of_part[trucks]
    first_trucks = parts[0][1]
    return float(_book_all(problem, empty, ~first_trucks))


def uncrowded(problem: Problem, schedule: Schedule) -> Schedule:
    """The schedule without the hauls that are served where no bay is left for them."""
    kept = Schedule._make(a.copy() for a in schedule)
    _uncrowd(problem, kept)
    return kept


@numba.njit(cache=True, nogil=True)
def _search(problem, prices, schedule, best, at_hand, rounds, seed, warm_yuan, cold_yuan):  # type: ignore[no-untyped-def]
    np.random.seed(seed)
    problem, schedule, best = uncounted_problem(problem), uncounted_schedule(schedule), uncounted_schedule(best)
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
    tracked_yards = np.flatnonzero(problem.tracked[: problem.yards])
    for _ in range(rounds):
        temperature *= cooling
        touched[:] = False
        barred[:] = ~at_hand
        left_before = undone(problem, schedule)
        if np.random.random() < TAILS_SHARE:
            if not _swap_tails(problem, schedule, at_hand, touched, old, temperature):
                continue
        else:
            _ruin(problem, schedule, at_hand, touched, barred, old)
            _recreate(problem, prices, schedule, touched, barred, old)
        change = undone(problem, schedule) - left_before
        for t in range(trucks):
            if touched[t]:
                change += truck_cost(problem, schedule, t) - cost_of[t]
        accepted = change < -temperature * np.log(np.random.random())
        for yard in tracked_yards:
            accepted = accepted and bearable(problem, schedule, yard)
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
        best.crowded_min[:] = schedule.crowded_min
        best.linked[:] = False
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
def _ruin(problem, schedule, at_hand, touched, barred, old):  # type: ignore[no-untyped-def]
    """Take out strings of hauls near a chosen one in place and time; now and then a whole truck's day."""
    trucks = len(problem.truck_class)
    at_work = np.flatnonzero((schedule.hauls > 0) & at_hand)
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
        _remove(problem, schedule, first, np.int64(0), schedule.hauls[first])
        barred[first] = np.random.random() < STAYS_HOME_SHARE
    longest = 1 + np.random.randint(LONGEST_STRING)
    strings = 1 + np.random.randint(max(int(2.0 * REMOVED / (1.0 + longest)), 1) * 2)
    distance = np.full(trucks, np.inf)
    nearest = np.zeros(trucks, dtype=np.int64)
    time_weight = 0.05 + 0.5 * np.random.random()
    to, cls = problem.destination[seed_wish], problem.truck_class[first]
    apart = np.empty(len(problem.destination))
    for i in range(len(apart)):
        apart[i] = problem.travel_min[cls, to, problem.destination[i]]
        apart[i] += problem.travel_min[cls, to, problem.origins[i, 0]]
    for t in at_work:
        # chance decides between trucks that are about as near
        chance = np.random.random() * 8.0
        for j in range(schedule.hauls[t]):
            away = apart[schedule.wish[t, j]] + time_weight * abs(schedule.times[t, j, 0] - seed_min) + chance
            if away < distance[t]:
                distance[t] = away
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
def _no_truck():  # type: ignore[no-untyped-def]
    """No truck, and the first place of its day: no literals, for each of which everything would be compiled anew."""
    return np.int64(-1), np.int64(0)


@numba.njit(cache=True)
def _swap_tails(problem, schedule, at_hand, touched, old, temperature):  # type: ignore[no-untyped-def]
    """Two trucks of a class go on with each other's hauls, where that promises most for one of them and a haul drawn by
    lot. False where there are no two."""
    at_work = np.flatnonzero((schedule.hauls > 0) & at_hand)
    if len(at_work) < 2:
        return False
    t = at_work[np.random.randint(len(at_work))]
    cls, home = problem.truck_class[t], problem.truck_home[t]
    count = schedule.hauls[t]
    p = 1 + np.random.randint(count)
    here = problem.destination[schedule.wish[t, p - 1]]
    free = schedule.times[t, p - 1, UNLOAD_END]
    last = problem.destination[schedule.wish[t, count - 1]]
    end = schedule.times[t, count - 1, UNLOAD_END]
    start = schedule.times[t, p, 0] if p < count else end
    origin = problem.origins[schedule.wish[t, p], 0] if p < count else home
    old_back = end + problem.travel_min[cls, last, home]
    old_km = problem.travel_km[cls, last, home]
    if p < count:
        old_km += problem.travel_km[cls, here, origin]
    # what is not accepted anyway is not tried
    best = -temperature * np.log(np.random.random())
    best_u, best_q = _no_truck()
    for u in at_work:
        if u == t or problem.truck_class[u] != cls:
            continue
        u_home, u_count = problem.truck_home[u], schedule.hauls[u]
        u_last = problem.destination[schedule.wish[u, u_count - 1]]
        u_end = schedule.times[u, u_count - 1, UNLOAD_END]
        u_back = u_end + problem.travel_min[cls, u_last, u_home]
        u_home_km = problem.travel_km[cls, u_last, u_home]
        for q in range(1, u_count + 1):
            if q == u_count and p == count:
                break
            u_here = problem.destination[schedule.wish[u, q - 1]]
            u_free = schedule.times[u, q - 1, UNLOAD_END]
            # truck t goes on with the tail of u
            km = -old_km - u_home_km
            if q < u_count:
                u_origin = problem.origins[schedule.wish[u, q], 0]
                km -= problem.travel_km[cls, u_here, u_origin]
                km += problem.travel_km[cls, here, u_origin] + problem.travel_km[cls, u_last, home]
                back = u_end + free + problem.travel_min[cls, here, u_origin] - schedule.times[u, q, 0]
                back += problem.travel_min[cls, u_last, home]
            else:
                back = free + problem.travel_min[cls, here, home]
                km += problem.travel_km[cls, here, home]
            if back > problem.shift_end[t]:
                continue
            # and u with that of t
            if p < count:
                other = end + u_free + problem.travel_min[cls, u_here, origin] - start
                other += problem.travel_min[cls, last, u_home]
                km += problem.travel_km[cls, u_here, origin] + problem.travel_km[cls, last, u_home]
            else:
                other = u_free + problem.travel_min[cls, u_here, u_home]
                km += problem.travel_km[cls, u_here, u_home]
            if other > problem.shift_end[u]:
                continue
            score = (back - old_back) * problem.yuan_per_min[t] + (other - u_back) * problem.yuan_per_min[u]
            score += km * problem.yuan_per_km[t]
            if score < best:
                best, best_u, best_q = score, u, q
    if best_u < 0:
        return False
    u, q = best_u, best_q
    _touch(schedule, t, touched, old)
    _touch(schedule, u, touched, old)
    u_count = schedule.hauls[u]
    for j in range(p, count):
        book(problem, schedule, t, j, -1)
    for j in range(q, u_count):
        book(problem, schedule, u, j, -1)
    schedule.wish[t, p : p + u_count - q] = old[0][u, q:u_count]
    schedule.dry_t[t, p : p + u_count - q] = old[1][u, q:u_count]
    schedule.wish[u, q : q + count - p] = old[0][t, p:count]
    schedule.dry_t[u, q : q + count - p] = old[1][t, p:count]
    schedule.hauls[t] = p + u_count - q
    schedule.hauls[u] = q + count - p
    _settle(problem, schedule, t, p)
    _settle(problem, schedule, u, q)
    return True


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
    _settle(problem, schedule, t, begin)


@numba.njit(cache=True)
def _settle(problem, schedule, t, begin):  # type: ignore[no-untyped-def]
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
    chosen, chosen_at = _no_truck()
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
    _touch(schedule, chosen, touched, old)
    _put(problem, schedule, chosen, chosen_at, i, dry_t[problem.truck_class[chosen]], times)
    return True


@numba.njit(cache=True)
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


@numba.njit(cache=True)
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


@numba.njit(cache=True)
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


@numba.njit(cache=True)
def _shift(slack_t, was, is_, dry_t):  # type: ignore[no-untyped-def]
    """`dry_t` that left at minute `was` leaves at minute `is_`."""
    if int(is_) >= int(was):
        slack_t[int(was) : int(is_)] += dry_t
    else:
        slack_t[int(is_) : int(was)] -= dry_t


@numba.njit(cache=True)
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


@numba.njit(cache=True)
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


@numba.njit(cache=True, nogil=True)
def _book_all(problem, schedule, may_leave_out):  # type: ignore[no-untyped-def]
    for truck in range(len(problem.truck_class)):
        for j in range(schedule.hauls[truck]):
            book(problem, schedule, truck, j, 1)
    tracked = np.flatnonzero(problem.tracked)
    trucks = np.flatnonzero(may_leave_out)
    for place in tracked:
        for t in trucks:
            if bearable(problem, schedule, place):
                break
            _leave_out(problem, schedule, t, place)
    for place in tracked:
        if not bearable(problem, schedule, place):
            return np.inf
    return total_cost(problem, schedule)


@numba.njit(cache=True)
def _leave_out(problem, schedule, t, place):  # type: ignore[no-untyped-def]
    """Take out all that the truck loads or unloads at the place."""
    j = 0
    while j < schedule.hauls[t]:
        i = schedule.wish[t, j]
        if problem.destination[i] == place or np.any(problem.origins[i] == place):
            _remove(problem, schedule, t, j, 1)
        else:
            j += 1


@numba.njit(cache=True, nogil=True)
def _uncrowd(problem, schedule):  # type: ignore[no-untyped-def]
    for t in range(len(problem.truck_class)):
        j = 0
        while j < schedule.hauls[t]:
            crowded_before = schedule.crowded_min[0]
            hold_bays(problem, schedule, t, j, -1)
            crowded = schedule.crowded_min[0] < crowded_before
            hold_bays(problem, schedule, t, j, 1)
            if crowded:
                _remove(problem, schedule, t, j, 1)
            else:
                j += 1
