"""A day and its trucks' hauls as arrays, which the kernels read and write."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from solver.hauling.kernels import inner, uncounted
from solver.hauling.problem import LARGEST_TOUR, HaulArrays

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_HAULS = 48
# columns of Schedule.times for each haul: load starts, load ends, unload start, unload end
UNLOAD_START = 2 * LARGEST_TOUR
UNLOAD_END = UNLOAD_START + 1
TIMES = UNLOAD_END + 1
EPS = 1e-6


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


@inner
def uncounted_problem(p):  # type: ignore[no-untyped-def]
    """The problem for use within a kernel."""
    return Problem(
        p.hubs,
        p.yards,
        p.horizon,
        uncounted(p.travel_min),
        uncounted(p.travel_km),
        uncounted(p.load_t),
        uncounted(p.capacity_t),
        uncounted(p.bays),
        uncounted(p.origins),
        uncounted(p.parts_t),
        uncounted(p.destination),
        uncounted(p.admitted),
        uncounted(p.is_tour),
        uncounted(p.truck_class),
        uncounted(p.truck_home),
        uncounted(p.shift_start),
        uncounted(p.shift_end),
        uncounted(p.yuan_per_day),
        uncounted(p.yuan_per_min),
        uncounted(p.yuan_per_km),
        p.load_min_per_t,
        p.unload_min_per_t,
        p.weigh_min,
        p.value_yuan_per_t,
        p.crowding_yuan_per_min,
        uncounted(p.tracked),
    )


@inner
def uncounted_schedule(s):  # type: ignore[no-untyped-def]
    """The schedule for use within a kernel, which writes into the same arrays."""
    return Schedule(
        uncounted(s.wish),
        uncounted(s.dry_t),
        uncounted(s.times),
        uncounted(s.hauls),
        uncounted(s.rest_t),
        uncounted(s.taken),
        uncounted(s.slack_t),
        uncounted(s.used_loads),
        uncounted(s.crowded_min),
        uncounted(s.linked),
        uncounted(s.ends),
        uncounted(s.links),
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
