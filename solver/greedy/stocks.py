"""What lies in yards and plants, with all movements already booked. Masses are whole kilograms."""

from __future__ import annotations

import math
from bisect import insort


class YardBook:
    """One yard's stock at every moment: what is booked to leave when loading starts and to arrive when it ends."""

    def __init__(self, *, capacity_kg: int, opening_kg: int) -> None:
        self.capacity_kg = capacity_kg
        self._past_kg = opening_kg
        self._events: list[tuple[float, int]] = []
        self.booked_kg = opening_kg

    def room_from(self, at_min: float, kg: int) -> float:
        """From when on, not before `at_min`, `kg` more always fit; inf if they never do."""
        level_kg = self.booked_kg
        if level_kg + kg > self.capacity_kg:
            return math.inf
        for minute, delta_kg in reversed(self._events):
            if minute <= at_min:
                break
            level_kg -= delta_kg
            if level_kg + kg > self.capacity_kg:
                return minute
        return at_min

    def straw_from(self, at_min: float, kg: int) -> float:
        """From when on, not before `at_min`, `kg` can be taken and later bookings still hold; inf if never."""
        level_kg = self.booked_kg
        if level_kg < kg:
            return math.inf
        for minute, delta_kg in reversed(self._events):
            if minute <= at_min:
                break
            level_kg -= delta_kg
            if level_kg < kg:
                return minute
        return at_min

    def book(self, at_min: float, delta_kg: int) -> None:
        insort(self._events, (at_min, delta_kg))
        self.booked_kg += delta_kg

    def forget_before(self, minute: float) -> None:
        while self._events and self._events[0][0] < minute:
            self._past_kg += self._events.pop(0)[1]


class PlantBook:
    """One plant's stock by date: judged at the end of the day, after it has used its need."""

    def __init__(self, *, storage_kg: int, daily_max_kg: int, need_kg: float, opening_kg: float) -> None:
        self._storage_kg = storage_kg
        self._daily_max_kg = daily_max_kg
        self.need_kg = need_kg
        self._opening_kg = opening_kg
        self._in_kg = 0

    @property
    def cover_days(self) -> float:
        """For how many days what lies there and is booked for today lasts; inf without a need."""
        return (self._opening_kg + self._in_kg) / self.need_kg if self.need_kg > 0 else math.inf

    def has_room(self, kg: int) -> bool:
        in_kg = self._in_kg + kg
        used_kg = min(self.need_kg, self._opening_kg + in_kg)
        return in_kg <= self._daily_max_kg and self._opening_kg + in_kg - used_kg <= self._storage_kg

    def book(self, kg: int) -> None:
        self._in_kg += kg

    def end_day(self) -> None:
        self._opening_kg += self._in_kg - min(self.need_kg, self._opening_kg + self._in_kg)
        self._in_kg = 0
