"""A day's schedule from the first dispatch to the last exchange.

Trucks are dispatched by the worth of loads, places and minutes, in exact minutes, with opening hours, bales ready and
yard room; then parts of the schedule are ruined and rebuilt again and again. On the way bays have a price, not a limit:
at first a truck too many at a place costs little, in the end it may not be, so that good days are found first and then
fitted into the bays.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from solver.hauling.dispatch import dispatch
from solver.hauling.problem import HaulArrays
from solver.hauling.schedule import Prices, Schedule, empty_schedule, kernel_problem
from solver.hauling.search import joined, search, uncrowded
from solver.hauling.timing import cost_yuan

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
# Trucks called out first, as a multiple of what the flow needs.
CREW_MARGIN = 1.15
# What the first step by the clock has, before it is known how long rounds take.
FIRST_ROUNDS = 1000

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass
class _Pace:
    """How many rounds a step has, and whether there is time for another. `rounds`: of all steps together; None where
    the clock says how many there are."""

    seconds: float
    rounds: float | None

    def __post_init__(self) -> None:
        self.began = time.monotonic()
        self.per_second = 0.0

    @property
    def is_over(self) -> bool:
        limit_s = self.seconds if self.rounds is None else max(4.0 * self.seconds, 1.0)
        return time.monotonic() - self.began > limit_s

    def of_step(self, done: float, share: float) -> int:
        """Rounds of a step of this share of the whole, when so much is done."""
        if self.rounds is not None:
            return math.ceil(self.rounds * share)
        left_s = max(self.seconds - (time.monotonic() - self.began), 0.0)
        return max(math.ceil(self.per_second * left_s * share / (1.0 - done)), FIRST_ROUNDS)

    def took(self, rounds: int, seconds: float) -> None:
        self.per_second = rounds / max(seconds, 1e-3)


def improved_schedule(
    arrays: HaulArrays,
    prices: Prices,
    truck_days: Floats,
    *,
    seconds: float,
    workers: int,
    seed: int,
    by_clock: bool = False,
    progress: Callable[[float], bool] | None = None,
) -> tuple[Schedule, float]:
    """Dispatch, then ruin and rebuild through STAGES; the schedule and its cost in yuan. `truck_days` (C, P): trucks
    that the flow calls out, by class and home.

    `seconds` count as rounds, and the clock only stops a run that is far behind; `by_clock` they are seconds, whatever
    comes of it. `progress` is told the share done and may answer False to end hurriedly with the best so far.
    """
    loads = float(arrays.wanted_t.sum() / np.median(arrays.load_t))
    rounds = min(seconds * ROUNDS_PER_SECOND, LEAST_ROUNDS + ROUNDS_PER_SQUARED_LOAD * loads**2)
    pace = _Pace(seconds, None if by_clock else rounds)
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
                hurried = not told or pace.is_over
                if hurried and not (math.isinf(crowding_yuan_per_min) and step == 0):
                    break
                warm_yuan, cold_yuan = (
                    WARM_YUAN * (COLD_YUAN / WARM_YUAN) ** (done + share * part / steps) for part in (step, step + 1)
                )
                # even in a hurry, what had to leave a crowded bay finds another
                rounds_now = LEAST_ROUNDS if hurried else pace.of_step(done + share * step / steps, share / steps)
                began = time.monotonic()
                schedule, cost = _rebuilt(
                    pool,
                    partial(search, problem, prices, rounds=rounds_now, warm_yuan=warm_yuan, cold_yuan=cold_yuan),
                    arrays,
                    schedule,
                    workers=workers,
                    shared=workers > 1 and crowding_yuan_per_min <= SHARED_YUAN_PER_MIN,
                    booked=partial(joined, problem),
                    dice=np.random.default_rng((seed, number, step)),
                )
                pace.took(rounds_now, time.monotonic() - began)
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
