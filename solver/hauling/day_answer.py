"""A day's hauls as rows, and their judge, which shares no code with the search: what they cost, which rules they break.

For days of whole loads, each from one place (`solver.synthetic.haul_days`). A service holds a bay in the whole minutes
from the one in which it begins to before the one in which it ends, as in the rows of a plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from solver.hauling.problem import LARGEST_TOUR, HaulArrays
from solver.hauling.schedule import UNLOAD_END, UNLOAD_START, Schedule

# Minutes and loads that differ by no more are the same.
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class TruckLoad:
    """One load of a truck, in its order of the day; numbers as in HaulArrays, minutes of the day."""

    truck: int
    wish: int
    load_start_min: float
    load_end_min: float
    unload_start_min: float
    unload_end_min: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """`cost`: days, hours from leaving to return, kilometres, and the price of `left` loads. `loaded_km`: price of the
    loaded kilometres in it, by the trucks that drove them. `faults`: every rule broken, in words."""

    cost: float
    loaded_km: float
    trucks: int
    left: int
    faults: tuple[str, ...]


def truck_loads(schedule: Schedule) -> tuple[TruckLoad, ...]:
    """The rows of a schedule without tours, truck after truck in their order."""
    columns = (0, LARGEST_TOUR, UNLOAD_START, UNLOAD_END)
    return tuple(
        TruckLoad(truck, int(schedule.wish[truck, j]), *(float(schedule.times[truck, j, c]) for c in columns))
        for truck in range(len(schedule.hauls))
        for j in range(int(schedule.hauls[truck]))
    )


def judge(day: HaulArrays, rows: Sequence[TruckLoad]) -> Verdict:
    """What the rows cost, and every rule that they break."""
    faults: list[str] = []
    cost = loaded = 0.0
    trucks = 0
    for truck, of_truck in groupby(rows, key=lambda row: row.truck):
        its = list(of_truck)
        trucks += 1
        yuan, way = _truck_day(day, truck, its, faults)
        cost += yuan
        loaded += way
    if len({row.truck for row in rows}) != trucks:
        faults.append("the rows of a truck do not stand together")
    load = float(day.load_t.min())
    moved = np.bincount([row.wish for row in rows], minlength=len(day.wanted_t))
    wanted = np.rint(day.wanted_t / load).astype(np.int64)
    faults.extend(
        f"haul {wish}: {moved[wish]} loads, {wanted[wish]} are wanted" for wish in np.flatnonzero(moved > wanted)
    )
    left = int(np.maximum(wanted - moved, 0).sum())
    _bays(day, rows, faults)
    _releases(day, rows, faults)
    return Verdict(cost + left * load * day.value_yuan_per_t, loaded, trucks, left, tuple(faults))


def _truck_day(day: HaulArrays, truck: int, rows: Sequence[TruckLoad], faults: list[str]) -> tuple[float, float]:
    """Cost of the truck's day and of its loaded kilometres."""
    name, c, home = day.truck_ids[truck], int(day.truck_class[truck]), int(day.truck_home[truck])
    minutes, km = day.travel_min[c], day.travel_km[c]
    origins, destinations = day.origins[:, 0], day.destination
    leave = rows[0].load_start_min - minutes[home, origins[rows[0].wish]]
    at, free = home, float(day.shift_start[truck])
    driven = loaded = 0.0
    for number, row in enumerate(rows, start=1):
        what = f"truck {name}, load {number}"
        origin, to = int(origins[row.wish]), int(destinations[row.wish])
        if not day.admitted[row.wish, c]:
            faults.append(f"{what}: the truck may not go there")
        loading = day.load_t[c] * day.load_min_per_t + (day.weigh_min if origin < day.hubs else 0.0)
        unloading = day.load_t[c] * day.unload_min_per_t + (day.weigh_min if to < day.hubs else 0.0)
        for from_, until, least, action in (
            (free, row.load_start_min, minutes[at, origin], "drives to the load"),
            (row.load_start_min, row.load_end_min, loading, "loads"),
            (row.load_end_min, row.unload_start_min, minutes[origin, to], "drives with the load"),
            (row.unload_start_min, row.unload_end_min, unloading, "unloads"),
        ):
            if not until - from_ >= least - TOLERANCE:
                faults.append(f"{what}: {action} in {until - from_:.2f} minutes, it takes {least:.2f}")
        driven += km[at, origin] + km[origin, to]
        loaded += km[origin, to]
        at, free = to, row.unload_end_min
    back = free + minutes[at, home]
    if back > day.shift_end[truck] + TOLERANCE:
        faults.append(f"truck {name}: back at {back:.2f}, the shift ends at {day.shift_end[truck]:.2f}")
    driven += km[at, home]
    per_km = float(day.yuan_per_km[truck])
    yuan = day.yuan_per_day[truck] + (back - leave) * day.yuan_per_min[truck] + driven * per_km
    return float(yuan), float(loaded * per_km)


def _bays(day: HaulArrays, rows: Iterable[TruckLoad], faults: list[str]) -> None:
    """At no place more trucks in a minute than it has bays."""
    held = np.zeros((len(day.place_ids), day.blocked.shape[1] + 1), dtype=np.int64)
    for row in rows:
        for place, start, end in (
            (day.origins[row.wish, 0], row.load_start_min, row.load_end_min),
            (day.destination[row.wish], row.unload_start_min, row.unload_end_min),
        ):
            held[place, int(start)] += 1
            held[place, max(int(end), int(start) + 1)] -= 1
    served = held.cumsum(axis=1)[:, :-1] + day.blocked
    for place in np.flatnonzero((served > np.maximum(day.bays[:, None], day.blocked)).any(axis=1)):
        minute = int((served[place] > day.bays[place]).argmax())
        faults.append(f"{day.place_ids[place]}: {served[place, minute]} trucks at minute {minute}, more than its bays")


def _releases(day: HaulArrays, rows: Iterable[TruckLoad], faults: list[str]) -> None:
    """From no field more loads than its bales that are ready."""
    taken: dict[int, list[float]] = {}
    for row in rows:
        if day.origins[row.wish, 0] >= day.hubs:
            taken.setdefault(int(day.origins[row.wish, 0]), []).append(row.load_start_min)
    load = float(day.load_t.min())
    for place, starts in taken.items():
        for number, start in enumerate(sorted(starts), start=1):
            if day.slack_t[place, int(start)] < number * load - TOLERANCE:
                faults.append(f"{day.place_ids[place]}: load {number} at {start:.2f} is not ready yet")
