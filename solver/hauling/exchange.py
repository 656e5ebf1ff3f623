"""Two trucks give each other some of their hauls (cross-exchange: Taillard et al., Transportation Science 31(2), 1997),
or all from some hour on (2-opt*: Potvin and Rousseau, Journal of the Operational Research Society 46(12), 1995)."""

from __future__ import annotations

import numpy as np

from solver.hauling.kernels import NO_TRUCK, NONE, inlined, inner
from solver.hauling.schedule import MOST_HAULS, UNLOAD_END
from solver.hauling.timing import book, settle
from solver.hauling.undo import touch

# So many hauls in a row are given at once, at most.
LONGEST_EXCHANGED = 3


@inner
def exchange(problem, schedule, at_hand, touched, old, temperature, tails):  # type: ignore[no-untyped-def]
    """Two trucks of a class give each other some of their hauls, or all from some hour on (`tails`): where that
    promises most for one of them and hauls drawn by lot. False where there are no two."""
    at_work = np.flatnonzero((schedule.hauls > 0) & at_hand)
    if len(at_work) < 2:
        return False
    t = at_work[np.random.randint(len(at_work))]
    cls, home = problem.truck_class[t], problem.truck_home[t]
    count = schedule.hauls[t]
    if tails:
        p = 1 + np.random.randint(count)
        e = count
    else:
        p = np.random.randint(count)
        e = min(p + 1 + np.random.randint(LONGEST_EXCHANGED), count)
    kept, free, next_, start = _around(problem, schedule, t, p, e)
    origin, to, minutes = home, home, 0.0
    old_km = problem.travel_km[cls, kept, next_]
    if p < e:
        origin = problem.origins[schedule.wish[t, p], 0]
        to = problem.destination[schedule.wish[t, e - 1]]
        minutes = schedule.times[t, e - 1, UNLOAD_END] - schedule.times[t, p, 0]
        old_km = problem.travel_km[cls, kept, origin] + problem.travel_km[cls, to, next_]
    spare_min = problem.shift_end[t] - _back(problem, schedule, t)
    # what is not accepted anyway is not tried
    best = -temperature * np.log(np.random.random())
    best_u, best_q = NO_TRUCK, NONE
    best_f = best_q
    for u in at_work:
        if u == t or problem.truck_class[u] != cls:
            continue
        u_count = schedule.hauls[u]
        u_spare_min = problem.shift_end[u] - _back(problem, schedule, u)
        for q in range(1 if tails else 0, u_count + 1):
            for f in range(u_count if tails else q, 1 + (u_count if tails else min(u_count, q + LONGEST_EXCHANGED))):
                if q == f and p == e:
                    continue
                u_kept, u_free, u_next, u_start = _around(problem, schedule, u, q, f)
                if p < e:
                    more = u_free + problem.travel_min[cls, u_kept, origin] + minutes
                    more += problem.travel_min[cls, to, u_next] - u_start
                    km = problem.travel_km[cls, u_kept, origin] + problem.travel_km[cls, to, u_next]
                else:
                    more = u_free + problem.travel_min[cls, u_kept, u_next] - u_start
                    km = problem.travel_km[cls, u_kept, u_next]
                if more <= u_spare_min:
                    if q < f:
                        u_origin = problem.origins[schedule.wish[u, q], 0]
                        u_to = problem.destination[schedule.wish[u, f - 1]]
                        own = free + problem.travel_min[cls, kept, u_origin] - schedule.times[u, q, 0]
                        own += schedule.times[u, f - 1, UNLOAD_END] + problem.travel_min[cls, u_to, next_] - start
                        km += problem.travel_km[cls, kept, u_origin] + problem.travel_km[cls, u_to, next_]
                        km -= problem.travel_km[cls, u_kept, u_origin] + problem.travel_km[cls, u_to, u_next]
                    else:
                        own = free + problem.travel_min[cls, kept, next_] - start
                        km += problem.travel_km[cls, kept, next_] - problem.travel_km[cls, u_kept, u_next]
                    if own <= spare_min:
                        score = own * problem.yuan_per_min[t] + more * problem.yuan_per_min[u]
                        score += (km - old_km) * problem.yuan_per_km[t]
                        if q == f and e - p == count:
                            score -= problem.yuan_per_day[t]
                        if score < best:
                            best, best_u, best_q, best_f = score, u, q, f
    if best_u < 0:
        return False
    u, q, f = best_u, best_q, best_f
    touch(schedule, t, touched, old)
    touch(schedule, u, touched, old)
    _give(problem, schedule, t, p, e, old, u, q, f)
    _give(problem, schedule, u, q, f, old, t, p, e)
    settle(problem, schedule, t, p)
    settle(problem, schedule, u, q)
    return True


@inner
def _give(problem, schedule, t, p, e, old, u, q, f):  # type: ignore[no-untyped-def]
    """Instead of its hauls from `p` to before `e`, truck `t` has those of `u` from `q` to before `f`; from `p` on
    nothing is booked."""
    count = old[3][t]
    for j in range(p, count):
        book(problem, schedule, t, j, -1)
    after = min(p + f - q + count - e, MOST_HAULS)
    for j in range(p, after):
        if j < p + f - q:
            schedule.wish[t, j], schedule.dry_t[t, j] = old[0][u, q + j - p], old[1][u, q + j - p]
        else:
            schedule.wish[t, j] = old[0][t, e + j - p - f + q]
            schedule.dry_t[t, j] = old[1][t, e + j - p - f + q]
    schedule.hauls[t] = after


@inlined
def _around(problem, schedule, t, p, e):  # type: ignore[no-untyped-def]
    """Where and when truck `t` is free before its haul `p`, where it has to be after those to before `e`, and when."""
    home = problem.truck_home[t]
    if p > 0:
        kept, free = problem.destination[schedule.wish[t, p - 1]], schedule.times[t, p - 1, UNLOAD_END]
    else:
        kept, free = home, _leave(problem, schedule, t)
    if e < schedule.hauls[t]:
        return kept, free, problem.origins[schedule.wish[t, e], 0], schedule.times[t, e, 0]
    return kept, free, home, _back(problem, schedule, t)


@inlined
def _leave(problem, schedule, t):  # type: ignore[no-untyped-def]
    first = problem.origins[schedule.wish[t, 0], 0]
    return schedule.times[t, 0, 0] - problem.travel_min[problem.truck_class[t], problem.truck_home[t], first]


@inlined
def _back(problem, schedule, t):  # type: ignore[no-untyped-def]
    last = schedule.hauls[t] - 1
    to = problem.destination[schedule.wish[t, last]]
    return schedule.times[t, last, UNLOAD_END] + problem.travel_min[problem.truck_class[t], to, problem.truck_home[t]]
