"""When a yard, a plant or a field can serve the next truck."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence


class BayBook:
    """The bookings of one place's bays. Times are minutes after the season's first midnight."""

    def __init__(self, *, bays: int, windows: Sequence[tuple[float, float]]) -> None:
        self._opens = [opens for opens, _ in windows]
        self._closes = [closes for _, closes in windows]
        self._starts: list[list[float]] = [[] for _ in range(bays)]
        self._ends: list[list[float]] = [[] for _ in range(bays)]

    def earliest(self, at_min: float, service_min: float) -> float:
        """The earliest start, not before `at_min`, of a service wholly within opening hours; inf if there is none."""
        window = bisect_right(self._closes, at_min)
        while window < len(self._opens):
            start = max(at_min, self._opens[window])
            start = min(self._gap(bay, start, service_min) for bay in range(len(self._starts)))
            if start + service_min <= self._closes[window]:
                return start
            window += 1
        return math.inf

    def book(self, start_min: float, service_min: float) -> None:
        """Take a bay from `start_min` on; `start_min` must be an answer of `earliest`."""
        for bay in range(len(self._starts)):
            if self._gap(bay, start_min, service_min) == start_min:
                at = bisect_left(self._starts[bay], start_min)
                self._starts[bay].insert(at, start_min)
                self._ends[bay].insert(at, start_min + service_min)
                return
        raise ValueError(f"no bay is free at minute {start_min}")

    def forget_before(self, minute: float) -> None:
        """Drop bookings that ended before `minute`."""
        for starts, ends in zip(self._starts, self._ends, strict=True):
            past = bisect_left(ends, minute)
            del starts[:past], ends[:past]

    def _gap(self, bay: int, start: float, service_min: float) -> float:
        starts, ends = self._starts[bay], self._ends[bay]
        booked = bisect_right(ends, start)
        while booked < len(starts) and starts[booked] < start + service_min:
            start = ends[booked]
            booked += 1
        return start
