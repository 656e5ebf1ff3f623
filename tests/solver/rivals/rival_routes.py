"""A made-up day of hauls as other engines are asked it, and their routes as rows that our judge reads.

Each load is a stop: the service is its loading and unloading, the loaded way is part of the way out of it, because
its minutes hang on the truck's class. Times are rounded up, so that what is planned can be driven; costs are judged
from the exact ways afterwards. Bays are not told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import vroom

from solver.hauling.day_answer import TruckLoad
from solver.hauling.problem import HaulArrays
from solver.routing.problem import FOREVER, NO_WAY, Answer, Fleet, Ints, Problem, Route, Stops

# Whole numbers for the engines: parts of a minute, metres, parts of a yuan.
PER_MIN, PER_KM, PER_YUAN = 100, 1000, 100_000
SECONDS_PER_MIN, CENTS = 60, 100


@dataclass(frozen=True, slots=True)
class Loads:
    """The day's loads one by one after the homes: `wish` (N,), `kinds` of trucks alike as (class, home, trucks)."""

    day: HaulArrays
    wish: Ints
    homes: Ints
    kinds: tuple[tuple[int, int, Ints], ...]

    @property
    def first(self) -> int:
        return len(self.homes)


def loads_of(day: HaulArrays) -> Loads:
    """The loads of a day of whole loads, and its trucks by class and home."""
    wish = np.repeat(np.arange(len(day.wanted_t)), np.rint(day.wanted_t / day.load_t.min()).astype(np.int64))
    homes = np.unique(day.truck_home)
    kinds = [
        (c, int(home), np.flatnonzero((day.truck_class == c) & (day.truck_home == home)))
        for c in range(len(day.classes))
        for home in homes
    ]
    return Loads(day, wish, homes, tuple(kind for kind in kinds if len(kind[2])))


def ways(loads: Loads, c: int, *, loaded_km: bool) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Minutes and kilometres (M, M) between homes and loads for class `c`; with the loaded kilometres or without."""
    day = loads.day
    origin, to = day.origins[loads.wish, 0], day.destination[loads.wish]
    ends, begins = np.concatenate([loads.homes, to]), np.concatenate([loads.homes, origin])
    minutes, km = day.travel_min[c][ends][:, begins], day.travel_km[c][ends][:, begins].copy()
    minutes = minutes + np.concatenate([np.zeros(loads.first), day.travel_min[c][origin, to]])[:, None]
    if loaded_km:
        km += np.concatenate([np.zeros(loads.first), day.travel_km[c][origin, to]])[:, None]
    for matrix in (minutes, km):
        np.fill_diagonal(matrix, 0.0)
    return minutes, km


def routing_problem(loads: Loads, *, loaded_km: bool) -> Problem:
    """The day for the engines of `solver.routing`: minutes / PER_MIN, km / PER_KM, yuan / PER_YUAN."""
    day = loads.day
    tables = [ways(loads, c, loaded_km=loaded_km) for c in range(len(day.classes))]
    kinds = loads.kinds
    one = np.ones(len(kinds), dtype=np.int64)
    trucks = [int(numbers[0]) for _, _, numbers in kinds]
    start = np.array([int(np.searchsorted(loads.homes, home)) for _, home, _ in kinds])
    count = len(loads.wish)
    return Problem(
        stops=Stops(
            place=np.arange(count) + loads.first,
            demand=np.zeros((count, 1), dtype=np.int64),
            service=np.round(_service_min(loads) * PER_MIN).astype(np.int64),
            earliest=np.ceil(_ready_min(loads) * PER_MIN).astype(np.int64),
            latest=np.full(count, FOREVER),
            release=np.zeros(count, dtype=np.int64),
            price=np.full(count, round(day.value_yuan_per_t * day.load_t.min() * PER_YUAN)),
        ),
        fleet=Fleet(
            count=np.array([len(numbers) for _, _, numbers in kinds]),
            capacity=np.ones((len(kinds), 1), dtype=np.int64),
            fixed_cost=np.round(day.yuan_per_day[trucks] * PER_YUAN).astype(np.int64),
            cost_per_distance=np.round(day.yuan_per_km[trucks] * PER_YUAN / PER_KM).astype(np.int64),
            cost_per_time=np.round(day.yuan_per_min[trucks] * PER_YUAN / PER_MIN).astype(np.int64),
            earliest=np.round(day.shift_start[trucks] * PER_MIN).astype(np.int64),
            latest=np.round(day.shift_end[trucks] * PER_MIN).astype(np.int64),
            longest_time=one * FOREVER,
            longest_way=one * FOREVER,
            start_place=start,
            end_place=start,
            reload_places=tuple(() for _ in kinds),
            most_reloads=one * 0,
            profile=np.array([c for c, _, _ in kinds]),
            admits=np.array([day.admitted[loads.wish, c] for c, _, _ in kinds]),
        ),
        distance=tuple(np.minimum(np.round(km * PER_KM), NO_WAY).astype(np.int64) for _, km in tables),
        time=tuple(np.minimum(np.ceil(minutes * PER_MIN), NO_WAY).astype(np.int64) for minutes, _ in tables),
    )


def routes_by_vroom(loads: Loads, *, seconds: float, threads: int, loaded_km: bool) -> Answer:
    """VROOM's routes at its deepest exploration, ended by the clock. Waiting costs it nothing, hours on the way do."""
    day = loads.day
    asked = vroom.Input()
    for c, name in enumerate(day.classes):
        minutes, km = ways(loads, c, loaded_km=loaded_km)
        first = int((day.truck_class == c).argmax())
        yuan = km * day.yuan_per_km[first] + minutes * day.yuan_per_min[first]
        # VROOM reads the memory row by row, however the array lies in it
        asked.set_durations_matrix(name, np.ascontiguousarray(np.ceil(minutes * SECONDS_PER_MIN), dtype=np.uint32))
        asked.set_costs_matrix(name, np.ascontiguousarray(np.round(yuan * CENTS), dtype=np.uint32))
    service = np.ceil(_service_min(loads) * SECONDS_PER_MIN).astype(int)
    ready = np.ceil(_ready_min(loads) * SECONDS_PER_MIN).astype(int)
    until = int(day.shift_end.max()) * SECONDS_PER_MIN
    for n, wish in enumerate(loads.wish):
        barred = {c + 1 for c in range(len(day.classes)) if not day.admitted[wish, c]}
        may = frozenset(range(1, len(day.classes) + 1)) - barred
        asked.add_job(
            vroom.Job(
                id=n,
                location=loads.first + n,
                default_service=int(service[n]),
                # a skill for each set of classes that may come
                skills={sum(1 << c for c in may)} if barred else set(),
                time_windows=[vroom.TimeWindow(int(ready[n]), until)],
            )
        )
    sets = range(1, 1 << (len(day.classes) + 1))
    for c, home, numbers in loads.kinds:
        for truck in numbers.tolist():
            asked.add_vehicle(
                vroom.Vehicle(
                    id=truck,
                    start=int(np.searchsorted(loads.homes, home)),
                    end=int(np.searchsorted(loads.homes, home)),
                    profile=day.classes[c],
                    skills={s for s in sets if s >> (c + 1) & 1},
                    time_window=vroom.TimeWindow(
                        int(day.shift_start[truck]) * SECONDS_PER_MIN, int(day.shift_end[truck]) * SECONDS_PER_MIN
                    ),
                    costs=vroom.VehicleCosts(fixed=round(day.yuan_per_day[truck] * CENTS)),
                )
            )
    steps = asked.solve(exploration_level=5, nb_threads=threads, timeout=timedelta(seconds=seconds)).routes
    kind_of = {int(t): kind for kind, (_, _, numbers) in enumerate(loads.kinds) for t in numbers}
    jobs = steps[steps["type"] == "job"]
    return Answer(
        tuple(
            Route(kind_of[int(truck)], tuple(int(n) for n in of_truck["id"]))
            for truck, of_truck in jobs.groupby("vehicle_id", sort=False)
        )
    )


def rows_of(loads: Loads, answer: Answer) -> list[TruckLoad]:
    """The routes in exact times: each truck as early as it can, leaving home as late as its first load allows."""
    day = loads.day
    free = {kind: list(numbers) for kind, (_, _, numbers) in enumerate(loads.kinds)}
    rows = []
    for route in answer.routes:
        if not route.stops:
            continue
        truck = int(free[route.kind].pop())
        c, at, clock = int(day.truck_class[truck]), int(day.truck_home[truck]), float(day.shift_start[truck])
        for stop in route.stops:
            wish = int(loads.wish[stop])
            origin, to = int(day.origins[wish, 0]), int(day.destination[wish])
            start = max(clock + day.travel_min[c, at, origin], _ready_min(loads)[stop])
            loading, unloading = _services(day, origin, to)
            unload = start + loading + day.travel_min[c, origin, to]
            rows.append(TruckLoad(truck, wish, start, start + loading, unload, unload + unloading))
            at, clock = to, unload + unloading
    return rows


def _services(day: HaulArrays, origin: int, to: int) -> tuple[float, float]:
    load = float(day.load_t.min())
    weighed = day.weigh_min if origin < day.hubs else 0.0
    return load * day.load_min_per_t + weighed, load * day.unload_min_per_t + (day.weigh_min if to < day.hubs else 0.0)


def _service_min(loads: Loads) -> npt.NDArray[np.float64]:
    day = loads.day
    pairs = zip(day.origins[loads.wish, 0].tolist(), day.destination[loads.wish].tolist(), strict=True)
    return np.array([sum(_services(day, origin, to)) for origin, to in pairs])


def _ready_min(loads: Loads) -> npt.NDArray[np.float64]:
    """The minute from which a field's bales lie ready, all of them at once; 0 at hubs."""
    day = loads.day
    origin = day.origins[loads.wish, 0]
    return np.where(origin < day.hubs, 0.0, (day.slack_t[origin] > 0).argmax(axis=1).astype(float))
