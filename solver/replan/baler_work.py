"""One baler's day as it goes on: stops at their times or later, and pieces put between them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from solver.baling import STOP_DRY_T
from solver.plan import BalerStop
from solver.roads.ways import Ways
from solver.scenario import Baler

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Less is not worth a baler's way.
SMALLEST_STOP_MU = 0.5
FAR_OFF_MIN = 10**7


class BalerWays:
    """Ways between the places of the day, and how much longer detours make them."""

    def __init__(self, ways: Ways, place_ids: Sequence[str], detour_min: Mapping[str, float]) -> None:
        self.index = {place_id: i for i, place_id in enumerate(place_ids)}
        self.km = ways.table(place_ids, place_ids, None).km
        self.detour_min = detour_min

    def minutes(self, baler: Baler, here: str, there: str) -> float:
        if here == there:
            return 0.0
        km = float(self.km[self.index[here], self.index[there]])
        return km / baler.road_speed_km_h * 60.0 + max(self.detour_min.get(here, 0.0), self.detour_min.get(there, 0.0))


@dataclass(slots=True)
class BalerWork:
    """`out`: when the baler does not work, in minutes of the day; `most_min`: what the weather lets it work."""

    net: BalerWays
    baler: Baler
    day: date
    now: int
    out: tuple[tuple[int, int], ...]
    most_min: float
    stops: list[BalerStop] = field(default_factory=list)

    @property
    def shift_end(self) -> float:
        return self.baler.shift_start_min + min(self.baler.shift_hours, 24.0) * 60.0

    def with_stops(self, stops: list[BalerStop]) -> BalerWork:
        return replace(self, stops=stops)

    def without(self, first: int, last: int) -> BalerWork:
        return self.with_stops([*self.stops[:first], *self.stops[last:]])

    # --- where something can be put -----------------------------------------------------------------------------------

    @property
    def begun(self) -> int:
        """How many of its stops are begun: before these nothing is put."""
        return sum(stop.start_min < self.now for stop in self.stops)

    def visits(self) -> Iterator[tuple[int, int]]:
        """Runs of stops in one field that are not begun: the first and the one after the last."""
        first = self.begun
        for at in range(first + 1, len(self.stops) + 1):
            if at == len(self.stops) or self.stops[at].field_id != self.stops[first].field_id:
                yield first, at
                first = at

    def around(self, first: int, last: int) -> tuple[int, int]:
        """The places before and after a run of stops."""
        home = self.baler.home_yard_id
        before = self.stops[first - 1].field_id if first else home
        after = self.stops[last].field_id if last < len(self.stops) else home
        return self.net.index[before], self.net.index[after]

    def places(self) -> tuple[Ints, Ints, Ints, Floats]:
        """Where a piece can be put: places before and after, the number of the stop, and about the minutes left."""
        ats = [first for first, _ in self.visits()] + [len(self.stops)]
        between = np.array([self.around(at, at) for at in ats], dtype=np.int64)
        return between[:, 0], between[:, 1], np.array(ats), np.array([self._free_min(at) for at in ats])

    def _free_min(self, at: int) -> float:
        """About how much longer the day may be from its stop `at` on."""
        home = self.baler.home_yard_id
        dry = self.most_min - self._worked()
        if not self.stops:
            return min(self.shift_end - max(self.now, self.baler.shift_start_min), dry)
        last = self.stops[-1]
        spare = self.shift_end - max(last.end_min, self.now) - self.net.minutes(self.baler, last.field_id, home)
        if at < len(self.stops):
            gap_from = self.stops[at - 1].end_min if at else max(self.now, self.baler.shift_start_min)
            here = self.stops[at - 1].field_id if at else home
            way = self.net.minutes(self.baler, here, self.stops[at].field_id)
            spare += max(self.stops[at].start_min - max(gap_from, self.now) - way, 0.0)
        return min(spare, dry)

    def with_piece(
        self, at: int, field_id: str, area_mu: float, dry_t_per_mu: float
    ) -> tuple[list[BalerStop], float] | None:
        """The stops with as much of the area as fits before stop `at`, and the mu; None where too little does."""
        tail = self.stops[at:]
        work = self.with_stops(self.stops[:at])
        most_mu = area_mu
        if tail:
            more = self.net.minutes(self.baler, field_id, tail[0].field_id)
            here = self.stops[at - 1].field_id if at else self.baler.home_yard_id
            more += self.net.minutes(self.baler, here, field_id)
            more -= self.net.minutes(self.baler, here, tail[0].field_id)
            # a minute for rounding each way
            most_mu = min(area_mu, (self._free_min(at) - more - 3.0) * self.baler.rate_mu_per_h / 60.0)
        done_mu = work.add(field_id, most_mu, dry_t_per_mu) if most_mu > 0 else 0.0
        if done_mu < min(SMALLEST_STOP_MU, area_mu) or not all(work.go_on(stop) for stop in tail):
            return None
        return work.stops, done_mu

    # --- the day goes on ---------------------------------------------------------------------------------------------

    def go_on(self, stop: BalerStop) -> bool:
        """The stop at its time or later; False where it does not fit any more."""
        if stop.start_min < self.now:
            self.stops.append(stop)
            return True
        start = stop.start_min
        if self.stops and (self.stops[-1].field_id == stop.field_id or self._moved_on(stop)):
            start = max(start, self._arrive(stop.field_id, self.stops[-1].end_min))
        if stop.field_id in self.net.detour_min and not self.stops:
            start = max(start, self._arrive(stop.field_id, max(self.now, self.baler.shift_start_min)))
        start = self._not_out(start, stop.end_min - stop.start_min)
        arrive = stop.arrive_min if start == stop.start_min else start
        moved = replace(stop, arrive_min=arrive, start_min=start, end_min=start + stop.end_min - stop.start_min)
        if start != stop.start_min and not self._home_in_time(moved):
            return False
        if self._worked() + moved.end_min - moved.start_min > self.most_min + 1:
            return False
        self.stops.append(moved)
        return True

    def _moved_on(self, stop: BalerStop) -> bool:
        """Whether the way before the stop is another or a later one than was planned."""
        before = self.stops[-1]
        way = self.net.minutes(self.baler, before.field_id, stop.field_id)
        return before.end_min + way > stop.start_min + 1

    def add(self, field_id: str, area_mu: float, dry_t_per_mu: float) -> float:
        """As much of the area as fits after the last stop, in stops of about a load; returns the mu."""
        free = max(self.stops[-1].end_min if self.stops else self.baler.shift_start_min, self.now)
        start = self._arrive(field_id, free)
        home = self.net.minutes(self.baler, field_id, self.baler.home_yard_id)
        if not math.isfinite(start + home):
            return 0.0
        start = self._not_out(start, 1)
        closes = min([first for first, _ in self.out if first >= start], default=10**6)
        most_min = min(self.shift_end - home - 1, closes) - start
        most_min = math.floor(min(most_min, self.most_min - self._worked()))
        mu = min(area_mu, most_min * self.baler.rate_mu_per_h / 60.0)
        if mu < min(SMALLEST_STOP_MU, area_mu):
            return 0.0
        minutes = math.ceil(mu / self.baler.rate_mu_per_h * 60.0 - 1e-9)
        count = max(min(round(mu * dry_t_per_mu / STOP_DRY_T), minutes), 1)
        edges = [start + round(minutes * n / count) for n in range(count + 1)]
        for first, last in pairwise(edges):
            part_mu = mu * (last - first) / minutes
            self.stops.append(BalerStop(self.day, self.baler.baler_id, 0, field_id, first, first, last, part_mu))
        return mu

    def _arrive(self, field_id: str, free: int) -> int:
        here = self.stops[-1].field_id if self.stops else self.baler.home_yard_id
        way = self.net.minutes(self.baler, here, field_id)
        return free + math.ceil(way - 1e-6) if math.isfinite(way) else FAR_OFF_MIN

    def _not_out(self, start: int, minutes: int) -> int:
        for first, last in sorted(self.out):
            if start < last and start + minutes > first:
                start = last
        return start

    def _home_in_time(self, stop: BalerStop) -> bool:
        way = self.net.minutes(self.baler, stop.field_id, self.baler.home_yard_id)
        return stop.end_min + way <= self.shift_end

    def _worked(self) -> int:
        return sum(s.end_min - s.start_min for s in self.stops)
