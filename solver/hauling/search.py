"""Ruin and recreate of a day's hauls: strings of neighbouring hauls are taken out of several trucks and put back where
they cost least, again and again (slack induction by string removals: Christiaens and Vanden Berghe, Transportation
Science 54(2), 2020; acceptance by simulated annealing). In between, two trucks exchange hauls.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from solver.hauling.exchange import exchange
from solver.hauling.insertion import insert
from solver.hauling.kernels import NONE, ONE, inner, kernel
from solver.hauling.problem import LARGEST_TOUR
from solver.hauling.schedule import EPS, Prices, Problem, Schedule, uncounted_problem, uncounted_schedule
from solver.hauling.timing import bearable, book, hold_bays, remove, total_cost, truck_cost, undone
from solver.hauling.undo import touch, undo

LONGEST_STRING = 8
# Hauls taken out in a round, about.
REMOVED = 6
# Share of the rounds that empty a whole truck, and of these the share in which it stays at home.
WHOLE_TRUCK_SHARE = 0.1
STAYS_HOME_SHARE = 0.7
# Share of the rounds that follow the flow's loads by class.
PLANNED_SHARE = 0.8
# Share of the rounds in which two trucks exchange hauls, and of these the share in which all from some hour on.
EXCHANGES_SHARE = 0.75
TAILS_SHARE = 0.5


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


@kernel
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
        if np.random.random() < EXCHANGES_SHARE:
            tails = np.random.random() < TAILS_SHARE
            if not exchange(problem, schedule, at_hand, touched, old, temperature, tails):
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
            undo(problem, schedule, touched, old)
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


@inner
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
        touch(schedule, first, touched, old)
        remove(problem, schedule, first, NONE, schedule.hauls[first])
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
        touch(schedule, t, touched, old)
        remove(problem, schedule, t, begin, length)


@inner
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
            if not insert(problem, prices, schedule, i, touched, barred, old, blink, bonus, opening):
                break


@kernel
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


@inner
def _leave_out(problem, schedule, t, place):  # type: ignore[no-untyped-def]
    """Take out all that the truck loads or unloads at the place."""
    for j in range(schedule.hauls[t] - 1, -1, -1):
        i = schedule.wish[t, j]
        there = problem.destination[i] == place
        for k in range(LARGEST_TOUR):
            there |= problem.origins[i, k] == place
        if there:
            remove(problem, schedule, t, j, ONE)


@kernel
def _uncrowd(problem, schedule):  # type: ignore[no-untyped-def]
    for t in range(len(problem.truck_class)):
        for j in range(schedule.hauls[t] - 1, -1, -1):
            crowded_before = schedule.crowded_min[0]
            hold_bays(problem, schedule, t, j, -1)
            crowded = schedule.crowded_min[0] < crowded_before
            hold_bays(problem, schedule, t, j, 1)
            if crowded:
                remove(problem, schedule, t, j, ONE)
