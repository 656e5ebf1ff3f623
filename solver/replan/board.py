"""The board of a day that is planned again: who is served where and when, what straw lies where, minute by minute.

Times are whole minutes of the day. A load of straw is booked with all its services; whoever asks when another could
be served gets an answer that leaves everything booked as it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from solver.plan import HaulKind, StopAction
from solver.roads.ways import Ways
from solver.scenario import MINUTES_PER_DAY, EndUsePlant, Scenario, TransferYard

HORIZON_MIN = 2 * MINUTES_PER_DAY + 60
# Below the check's tolerance of 0.01 t, above what rounding leaves.
TOLERANCE_T = 0.006
MANY_BAYS = 30_000


@dataclass(frozen=True, slots=True)
class Service:
    place_id: str
    action: StopAction
    arrive: int
    start: int
    end: int
    dry_t: float


@dataclass(slots=True)
class Load:
    """A haul that is driven, or waits to be. `begun`: straw is on the truck, or being loaded; `under_way`: the truck
    drives to it; `locked`: it has a lock; `held`: its own or a neighbour's keeps it on its truck; `timed`: and at its
    times; `ordered`: and beside its neighbours. `first_gap`: the place before it in the plan and the minutes of the
    way from there."""

    haul_id: str
    kind: HaulKind
    origin_ids: tuple[str, ...]
    parts_t: tuple[float, ...]
    destination_id: str
    services: tuple[Service, ...] = ()
    begun: bool = False
    begun_services: int = 0
    under_way: bool = False
    locked: bool = False
    held: bool = False
    timed: bool = False
    ordered: bool = False
    first_gap: tuple[str, int] = ("", 0)
    reason: str = ""

    @property
    def dry_t(self) -> float:
        return sum(self.parts_t)

    @property
    def last_place(self) -> str:
        return self.services[-1].place_id

    @property
    def end(self) -> int:
        return self.services[-1].end


@dataclass(slots=True)
class Run:
    """A truck's day. `left`: it has left home at `leave` already; `returned`: and is back, its day is over."""

    truck_id: str
    truck_class: str
    home_id: str
    shift_start: float
    shift_end: float
    loads: list[Load] = field(default_factory=list)
    leave: int = 0
    left: bool = False
    back: int = 0
    returned: bool = False
    out: tuple[tuple[int, int], ...] = ()
    # where it can be sent on from and when, where its loads begun do not say it
    start_id: str = ""
    start_min: int = 0
    gap_home: tuple[str, int] = ("", 0)
    # as the plan before had it: arrival at the first load, end of the last
    first_arrive: tuple[str, int] = ("", 0)
    last_end: tuple[str, int] = ("", 0)

    def free_before(self, index: int, now: int) -> tuple[str, int]:
        """Where the truck is before its load at `index`, and from which minute on. Whatever it drives to already, it
        has been driving to since its last load."""
        before = self.loads[index - 1] if index else None
        if before is not None and (not before.begun or before.end >= now):
            return before.last_place, before.end
        if index < len(self.loads) and self.loads[index].under_way:
            return (self.home_id, self.leave) if before is None else (before.last_place, before.end)
        return self.start_id, self.start_min

    @property
    def bound(self) -> int:
        """How many of its first loads it has begun or drives to: before these nothing is put."""
        return sum(load.begun or load.under_way for load in self.loads)


class Board:
    """Bays, bales, stocks and intake of the day, and the ways between its places."""

    def __init__(
        self,
        scenario: Scenario,
        ways: Ways,
        day: date,
        place_ids: Iterable[str],
        *,
        stock_t: Mapping[str, float],
        released_t: Mapping[str, list[tuple[int, float]]],
        intake_t: Mapping[str, float],
        detour_min: Mapping[str, float],
    ) -> None:
        self.scenario, self.day = scenario, day
        hubs = [*scenario.yard_by_id, *scenario.plant_by_id]
        self.place_ids = [*hubs, *sorted(set(place_ids) - set(hubs))]
        self.index = {place_id: i for i, place_id in enumerate(self.place_ids)}
        count = len(self.place_ids)
        self.bays = np.ones((count, HORIZON_MIN), dtype=np.int16)
        self.used = np.zeros((count, HORIZON_MIN), dtype=np.int16)
        self.straw_t = np.zeros((count, HORIZON_MIN))
        self.room_t = np.full(count, np.inf)
        self.intake_t = dict(intake_t)
        for hub in scenario.hubs:
            i = self.index[hub.yard_id if isinstance(hub, TransferYard) else hub.plant_id]
            self.bays[i] = np.where(self._open(hub), hub.bays, 0)
            if isinstance(hub, TransferYard):
                self.straw_t[i] = stock_t[hub.yard_id]
                self.room_t[i] = max(hub.capacity_t, stock_t[hub.yard_id])
        for field_id, releases in released_t.items():
            if field_id in self.index:
                for minute, dry_t in releases:
                    self.straw_t[self.index[field_id], max(minute, 0) :] += dry_t
        self.classes = {c.truck_class: c for c in scenario.truck_classes}
        self.minutes: dict[str, npt.NDArray[np.float64]] = {}
        self.km: dict[str, npt.NDArray[np.float64]] = {}
        self.detour_min = dict(detour_min)
        extra = np.array([detour_min.get(p, 0.0) for p in self.place_ids])
        for name in {t.truck_class for t in scenario.trucks}:
            table = ways.table(self.place_ids, self.place_ids, name)
            minutes = table.hours * 60.0 + np.maximum(extra[:, None], extra[None, :])
            np.fill_diagonal(minutes, 0.0)
            self.minutes[name], self.km[name] = minutes, table.km

    def _open(self, hub: TransferYard | EndUsePlant) -> npt.NDArray[np.bool_]:
        open_ = np.zeros(HORIZON_MIN, dtype=bool)
        for offset in (-1, 0, 1):
            hours = self.scenario.opening_hours(hub, date.fromordinal(self.day.toordinal() + offset))
            if hours is not None:
                shift = offset * MINUTES_PER_DAY
                open_[max(hours.open_min + shift, 0) : max(hours.close_min + shift, 0)] = True
        if isinstance(hub, TransferYard) and hub.opens_on is not None and self.day < hub.opens_on:
            open_[:] = False  # judged by the row's date
        return open_

    def accept_what_is_booked(self) -> None:
        """What the plan before had served at once was within the check's tolerance: it is not a bay too few now."""
        np.maximum(self.bays, self.used, out=self.bays)

    def close(self, place_id: str, first: int, last: int, bays: int | None) -> None:
        """From now on the place has so many bays fewer; None: all."""
        if place_id not in self.index:
            return
        row = self.bays[self.index[place_id], first:last]
        row[:] = 0 if bays is None else np.maximum(row - bays, 0)

    # --- ways --------------------------------------------------------------------------------------------------------

    def drive(self, truck_class: str, here: str, there: str) -> float:
        """Minutes, rounded up; inf where the class has no way."""
        minutes = float(self.minutes[truck_class][self.index[here], self.index[there]])
        return math.ceil(minutes - 1e-6) if math.isfinite(minutes) else math.inf

    def way_km(self, truck_class: str, here: str, there: str) -> float:
        return float(self.km[truck_class][self.index[here], self.index[there]])

    def way_as_before(self, truck_class: str, here: str, there: str, before_min: int | None) -> float:
        """Minutes of a way that took `before_min` in the plan before, where it was driven (the plan rounds down)."""
        way = self.drive(truck_class, here, there)
        if before_min is None or here in self.detour_min or there in self.detour_min or not math.isfinite(way):
            return way
        return min(way, before_min)

    # --- booking -----------------------------------------------------------------------------------------------------

    def book(self, services: Iterable[Service], sign: int = 1) -> None:
        """Enter services (`sign` 1) or take them out again (-1)."""
        for s in services:
            i = self.index[s.place_id]
            self.used[i, s.start : max(s.end, s.start + 1)] += sign
            if s.action == "load":
                self.straw_t[i, s.start :] -= sign * s.dry_t
            elif s.place_id in self.intake_t:
                self.intake_t[s.place_id] -= sign * s.dry_t
            else:
                self.straw_t[i, s.end :] += sign * s.dry_t

    def bearable(self, place_id: str) -> bool:
        """No straw is taken before it is there, none brought where there is no room, nor beyond a plant's intake."""
        if place_id in self.intake_t:
            return self.intake_t[place_id] >= -TOLERANCE_T
        row = self.straw_t[self.index[place_id]]
        return bool(row.min() >= -TOLERANCE_T and row.max() <= self.room_t[self.index[place_id]] + TOLERANCE_T)

    def booked_well(self, s: Service) -> bool:
        """Whether the service, which is booked, keeps bays, straw and room."""
        i = self.index[s.place_id]
        span = slice(s.start, max(s.end, s.start + 1))
        if (self.used[i, span] > self.bays[i, span]).any():
            return False
        if s.action == "load":
            return bool(self.straw_t[i, s.start :].min() >= -TOLERANCE_T)
        if s.place_id in self.intake_t:
            return self.intake_t[s.place_id] >= -TOLERANCE_T
        return bool(self.straw_t[i, s.end :].max() <= self.room_t[i] + TOLERANCE_T)

    def earliest(
        self, place_id: str, action: str, dry_t: float, clock: int, minutes: int, out: Iterable[tuple[int, int]]
    ) -> int | None:
        """When a service of `minutes` can begin that could from `clock` on; None: not in this day."""
        i = self.index[place_id]
        if action == "unload" and place_id in self.intake_t and self.intake_t[place_id] < dry_t - TOLERANCE_T:
            return None
        free = self.used[i] < self.bays[i]
        start = clock
        while start + minutes < HORIZON_MIN:
            was = start
            for first, last in out:
                if start < last and start + minutes > first:
                    start = last
            if start + minutes >= HORIZON_MIN:
                return None
            if action == "load":
                short = np.flatnonzero(self.straw_t[i, start:] < dry_t - TOLERANCE_T)
                start += int(short[-1]) + 1 if len(short) else 0
            elif math.isfinite(self.room_t[i]):
                full = np.flatnonzero(self.straw_t[i, start + minutes :] + dry_t > self.room_t[i] + TOLERANCE_T)
                start += int(full[-1]) + 1 if len(full) else 0
            if start + minutes >= HORIZON_MIN:
                return None
            if not free[start : start + max(minutes, 1)].all():
                taken = np.append(np.flatnonzero(~free[start:]), HORIZON_MIN - start)
                enough = np.flatnonzero(np.diff(taken) - 1 >= max(minutes, 1))
                if not len(enough):
                    return None
                start += int(taken[enough[0]]) + 1
            if start == was:
                return start
        return None

    def service_min(self, place_id: str, action: str, dry_t: float) -> int:
        rate = self.scenario.load_minutes_per_t if action == "load" else self.scenario.unload_minutes_per_t
        weigh = 0.0 if place_id in self.scenario.field_by_id else self.scenario.weigh_minutes
        return math.ceil(rate * dry_t + weigh - 1e-6)

    def timed(
        self,
        run: Run,
        load: Load,
        here: str,
        free: int,
        *,
        no_earlier: bool,
        despite_outages: bool = False,
        unload_from: int = 0,
    ) -> tuple[Service, ...] | None:
        """The services of the load by the truck, which is at `here` from minute `free` on; those begun stay as they
        are. `no_earlier` than they are now; no unloading before `unload_from`. None where they do not fit into the
        day."""
        clock, at = free, here
        services: list[Service] = []
        wanted: list[tuple[str, StopAction, float]] = [
            (o, "load", t) for o, t in zip(load.origin_ids, load.parts_t, strict=True)
        ]
        wanted.append((load.destination_id, "unload", load.dry_t))
        for number, (place_id, action, dry_t) in enumerate(wanted):
            was = load.services[number] if number < len(load.services) else None
            if was is not None and (number < load.begun_services or load.timed):
                services.append(was)
                clock, at = was.end, was.place_id
                continue
            before_min: int | None = None
            minutes = self.service_min(place_id, action, dry_t)
            if was is not None and was.place_id == place_id:
                minutes = max(was.end - was.start, minutes - 1)
                if number == 0 and load.first_gap[0] == at:
                    before_min = load.first_gap[1]
                elif number and load.services[number - 1].place_id == at:
                    before_min = was.arrive - load.services[number - 1].end
            way = self.way_as_before(run.truck_class, at, place_id, before_min)
            if not math.isfinite(way):
                return None
            arrive = clock + int(way)
            if action == "unload":
                arrive = max(arrive, unload_from)
            earliest = max(arrive, was.start) if was is not None and no_earlier else arrive
            if despite_outages:
                start: int | None = earliest
            else:
                start = self.earliest(place_id, action, dry_t, earliest, minutes, run.out)
            if start is None:
                return None
            services.append(Service(place_id, action, arrive, start, start + minutes, dry_t))
            clock, at = start + minutes, place_id
        return tuple(services)


def shrunk(load: Load, dry_t: float) -> Load:
    """The load with no more than `dry_t` of straw, taken from its origins alike."""
    share = dry_t / load.dry_t
    parts = tuple(round(part * share - 5e-7, 6) for part in load.parts_t)
    services = tuple(replace(s, dry_t=part) for s, part in zip(load.services, (*parts, sum(parts)), strict=False))
    return replace(load, parts_t=parts, services=services)
