"""The balers' day repaired: stops later where an outage holds them up, and what no longer fits done by whoever has
time left, or instead of what may wait longer (`baler_work`, for one baler's day).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from heapq import heapify, heappop, heappush

import numpy as np

from solver.plan import BalerStop
from solver.replan.baler_work import SMALLEST_STOP_MU, BalerWays, BalerWork
from solver.roads.ways import Ways
from solver.scenario import Scenario

# Places in the balers' days that are timed exactly, of all that were guessed.
PLACES_TRIED = 6
# What it is worth to leave a crew's day as it was.
TOLD_YUAN = 100.0
# A field with no more days of dry weather left after today takes the place of one with more.
DRY_DAYS_IN_HAND = 3.0
# Before that a baler goes no farther for it, in kilometres more.
FARTHEST_KM = 12.0
# Going so much farther is worth it for driving out what may wait a day longer, up to so many days.
KM_PER_DAY = 1.0
MOST_DAYS = 20


@dataclass(frozen=True, slots=True)
class BalersDay:
    """`undone_mu`: mu by field that have no baler."""

    stops: tuple[BalerStop, ...]
    undone_mu: Mapping[str, float]


def repaired_balers(
    scenario: Scenario,
    ways: Ways,
    day: date,
    stops: Sequence[BalerStop],
    *,
    now: int,
    out: Mapping[str, tuple[tuple[int, int], ...]],
    extra_mu: Mapping[str, float],
    detour_min: Mapping[str, float],
    held: Collection[str] = (),
    dry_t_per_mu: Callable[[str], float],
    moves_others: bool = True,
) -> BalersDay:
    """The day's stops after outages (`out`: by baler, minutes of the day); stops begun before `now` stay as they are.
    `extra_mu`: mu by field that nobody has been sent to yet; `held`: fields that keep their stops where they can.
    Without `moves_others` that is baled after all else only."""
    by_baler: dict[str, list[BalerStop]] = {}
    for stop in sorted(stops, key=lambda s: (s.baler_id, s.seq)):
        by_baler.setdefault(stop.baler_id, []).append(stop)
    undone = dict(extra_mu)
    places = {*undone, *(s.field_id for s in stops), *(b.home_yard_id for b in scenario.balers)}
    net = BalerWays(ways, sorted(places), detour_min)
    works: dict[str, BalerWork] = {}
    told: set[str] = set()
    for baler in scenario.balers:
        mine = by_baler.get(baler.baler_id, [])
        most_min = scenario.workable_fraction(day) * baler.shift_hours * 60.0
        work = BalerWork(net, baler, day, now, out.get(baler.baler_id, ()), most_min)
        for stop in mine:
            if not work.go_on(stop):
                undone[stop.field_id] = undone.get(stop.field_id, 0.0) + stop.area_mu
        works[baler.baler_id] = work
        if [_what(s) for s in work.stops] != [_what(s) for s in mine]:
            told.add(baler.baler_id)
    if scenario.workable_fraction(day) > 0:
        _Finder(scenario, net, day, works, undone, told, frozenset(held), dry_t_per_mu, moves_others).find()
    every = tuple(
        replace(stop, seq=number) for baler_id in sorted(works) for number, stop in enumerate(works[baler_id].stops, 1)
    )
    return BalersDay(every, {f: mu for f, mu in undone.items() if mu > 1e-6})


def _what(stop: BalerStop) -> tuple[object, ...]:
    return stop.field_id, stop.arrive_min, stop.start_min, stop.end_min, stop.area_mu


@dataclass(slots=True)
class _Finder:
    """Finds balers for what is `undone` (mu by field, changed on the way)."""

    scenario: Scenario
    net: BalerWays
    day: date
    works: dict[str, BalerWork]
    undone: dict[str, float]
    told: set[str]
    held: frozenset[str]
    dry_t_per_mu: Callable[[str], float]
    moves_others: bool

    def find(self) -> None:
        """The most urgent first. What gives way has more time than what takes its place, so this comes to an end."""
        waiting = [(self._due(field_id), field_id) for field_id in self.undone]
        heapify(waiting)
        while waiting:
            _, field_id = heappop(waiting)
            farm_field = self.scenario.field_by_id[field_id]
            if not farm_field.ready_date <= self.day <= farm_field.clear_by:
                continue
            urgent = self._dry_days_after(field_id) < DRY_DAYS_IN_HAND
            while self.undone[field_id] >= SMALLEST_STOP_MU:
                if self._put(field_id, urgent):
                    continue
                gone = self._put_instead(field_id) if urgent and self.moves_others else None
                if gone is None:
                    break
                heappush(waiting, (self._due(gone), gone))

    def _due(self, field_id: str) -> date:
        return self.scenario.field_by_id[field_id].clear_by

    def _dry_days_after(self, field_id: str) -> float:
        days = (self._due(field_id) - self.day).days
        return sum(
            self.scenario.workable_fraction(self.day + timedelta(days=n))
            for n in range(1, min(days, int(DRY_DAYS_IN_HAND) * 4) + 1)
        )

    def _put(self, field_id: str, urgent: bool) -> bool:
        """As much of the field as fits where it costs least a mu; False where none does."""
        area_mu = self.undone[field_id]
        here = self.net.index[field_id]
        guesses: list[tuple[float, str, int]] = []
        for baler_id, work in self.works.items():
            baler = work.baler
            before, after, at, free_min = work.places()
            if not len(at):
                continue
            km = self.net.km
            more_km = km[before, here] + km[here, after] - km[before, after]
            more_min = more_km / baler.road_speed_km_h * 60.0
            mu = np.minimum((free_min - more_min) * baler.rate_mu_per_h / 60.0, area_mu)
            yuan = more_km * baler.yuan_per_km + more_min / 60.0 * baler.yuan_per_h
            yuan = yuan + (0.0 if baler_id in self.told else TOLD_YUAN)
            if not self.moves_others:
                mu = np.where(at == len(work.stops), mu, 0.0)
            fits = (mu >= min(SMALLEST_STOP_MU, area_mu)) & (urgent | (more_km <= FARTHEST_KM))
            guesses.extend(
                (float(yuan[k] / mu[k]), baler_id, int(at[k])) for k in np.flatnonzero(fits & np.isfinite(yuan))
            )
        for _, baler_id, at_ in sorted(guesses)[:PLACES_TRIED]:
            found = self.works[baler_id].with_piece(at_, field_id, area_mu, self.dry_t_per_mu(field_id))
            if found is not None:
                stops, done_mu = found
                self._take(baler_id, stops)
                self.undone[field_id] -= done_mu
                return True
        return False

    def _put_instead(self, field_id: str) -> str | None:
        """The field in place of another that may wait longer; the other one, None where there is none."""
        due, here, km = self._due(field_id), self.net.index[field_id], self.net.km
        guesses: list[tuple[float, str, int, int]] = []
        for baler_id, work in self.works.items():
            for first, last in work.visits():
                other = work.stops[first].field_id
                if other == field_id or other in self.held or self._due(other) <= due + timedelta(days=1):
                    continue
                before, after = work.around(first, last)
                more_km = km[before, here] + km[here, after]
                # what may wait longest, so that it need not drive out yet another
                days = min((self._due(other) - due).days, MOST_DAYS)
                score = more_km - KM_PER_DAY * days + (0.0 if baler_id in self.told else 5.0)
                guesses.append((score, baler_id, first, last))
        for _, baler_id, first, last in sorted(guesses)[:PLACES_TRIED]:
            work = self.works[baler_id]
            other, other_mu = work.stops[first].field_id, sum(s.area_mu for s in work.stops[first:last])
            found = work.without(first, last).with_piece(
                first, field_id, self.undone[field_id], self.dry_t_per_mu(field_id)
            )
            if found is not None:
                stops, done_mu = found
                self._take(baler_id, stops)
                self.undone[field_id] -= done_mu
                self.undone[other] = self.undone.get(other, 0.0) + other_mu
                return other
        return None

    def _take(self, baler_id: str, stops: list[BalerStop]) -> None:
        self.works[baler_id] = self.works[baler_id].with_stops(stops)
        self.told.add(baler_id)
