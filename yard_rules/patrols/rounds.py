"""Which rounds were due, what became of them, and which comes next."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from yard_rules.patrols.interval import Conditions, PatrolInterval, patrol_figures, patrol_interval
from yard_rules.rulebook import Rulebook

_A_DAY: Final = timedelta(days=1)
_NOT_NEEDED: Final = PatrolInterval(every=None, reasons=(), figures=())


@dataclass(frozen=True, slots=True, kw_only=True)
class PointScan:
    """A QR point that somebody scanned on a round."""

    point: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of one person, as a device told of it."""

    round_id: str
    who: str
    scans: tuple[PointScan, ...]
    received_at: datetime

    def ended_at(self, points: frozenset[str]) -> datetime | None:
        """Return when the round was complete: the first scan of the last of the yard's points; None where one is
        missing. Nothing ends after the server heard of it."""
        first_seen: dict[str, datetime] = {}
        for scan in self.scans:
            first_seen[scan.point] = min(scan.at, first_seen.get(scan.point, scan.at))
        if not self.scans or not points <= set(first_seen):
            return None
        return min(max(first_seen[point] for point in points or first_seen), self.received_at)


class DueState(StrEnum):
    PUNCTUAL = "punctual"
    LATE = "late"
    MISSED = "missed"
    OPEN = "open"  # due, its time of grace not over yet
    OVERDUE = "overdue"  # not done yet, and no later one is due yet


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRound:
    """A round that had to come: after `since` (the round before it, or when patrols became needed), at `due_at` at the
    latest, with an alarm at `alarm_at`."""

    since: datetime
    due_at: datetime
    alarm_at: datetime
    done_at: datetime | None
    round_id: str | None
    state: DueState
    interval: PatrolInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRound:
    """The round that comes next; `due_at` is None where none is needed as things stand. `returned_at`: where everybody
    had to leave the yard after the last round, when that was over, or the moment asked for while it is not."""

    last_at: datetime | None
    due_at: datetime | None
    alarm_at: datetime | None
    is_due: bool
    is_overdue: bool
    interval: PatrolInterval
    returned_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """A time in which one interval holds; `is_last`: no other conditions are known to follow."""

    begins: datetime
    ends: datetime
    interval: PatrolInterval
    is_last: bool


def due_rounds(
    conditions: Sequence[Conditions],
    rounds: Iterable[Round],
    *,
    points: frozenset[str],
    until: datetime,
    book: Rulebook | None = None,
) -> tuple[DueRound, ...]:
    """Return every round that was due up to `until`, from when the first conditions began, with what became of it.

    `conditions`: by time, each holding until the next; `points`: the QR points of the yard, all of which a round must
    see to count. A round is due as soon as the time since the last one reaches the interval then in force: where that
    gets shorter, perhaps at once. What counts is when it ended. After a missed round the next is due an interval later,
    so that long silence is as many missed rounds as it lasted. Rounds received after `until` are not known yet.
    """
    return tuple(_Course(conditions, rounds, points, until, book).due())


def next_round(
    conditions: Sequence[Conditions],
    rounds: Iterable[Round],
    *,
    points: frozenset[str],
    moment: datetime,
    book: Rulebook | None = None,
) -> NextRound:
    """Return which round is to be done next at a moment, and whether it is overdue: `round_grace_min` after it was due.

    Arguments as in `due_rounds`; `conditions` may hold what is forecast. Silence leaves the due moment where it is,
    until everybody has to leave the yard.
    """
    course = _Course(conditions, rounds, points, moment, book)
    last_at = course.ended[-1][0] if course.ended else None
    begins = course.begins
    # What was due before everybody had to leave is not done now; once they are back, it is counted anew.
    back_at = course.back_at(moment)
    returned_at = back_at if back_at is not None and (last_at is None or back_at > last_at) else None
    since = returned_at or last_at
    due = course.next_due(max(begins, since or begins)) if begins else None
    alarm_at = due[0] + course.grace if due else None
    return NextRound(
        last_at=last_at,
        due_at=due[0] if due else None,
        alarm_at=alarm_at,
        is_due=due is not None and due[0] <= moment,
        is_overdue=alarm_at is not None and alarm_at < moment,
        interval=course.interval_at(moment),
        returned_at=returned_at,
    )


def intervals_ahead(
    conditions: Sequence[Conditions], *, moment: datetime, until: datetime, book: Rulebook | None = None
) -> tuple[tuple[datetime, PatrolInterval], ...]:
    """Return which interval holds from when on, from `moment` to `until`, as far as is known: for whoever goes on
    without news. Ends where no rounds are needed; empty where none are now.
    """
    found: list[tuple[datetime, PatrolInterval]] = []
    for begins, interval in _Course(conditions, (), frozenset(), moment, book).intervals(moment):
        if begins >= until or interval.every is None:
            break
        if not found or found[-1][1].every != interval.every:
            found.append((begins, interval))
    return tuple(found)


class _Course:
    """The intervals in force one after the other, and which rounds came."""

    def __init__(
        self,
        conditions: Sequence[Conditions],
        rounds: Iterable[Round],
        points: frozenset[str],
        until: datetime,
        book: Rulebook | None,
    ) -> None:
        zone = until.tzinfo
        self._conditions = sorted(conditions, key=lambda it: it.since)
        self._begins = [it.since.astimezone(zone) for it in self._conditions]
        self._until = until
        self._book = book
        figures = patrol_figures(until, book)
        self.grace = timedelta(minutes=int(figures["round_grace_min"].value))
        self._hours = sorted({int(figures[name].value) for name in _CLOCK} | {0})
        known = {it.round_id: it for it in rounds if it.received_at <= until}
        ended = ((it.ended_at(points), it.round_id) for it in known.values())
        self.ended = sorted((at.astimezone(zone), round_id) for at, round_id in ended if at is not None)
        self._known: list[_Stretch] = []

    @property
    def begins(self) -> datetime | None:
        return self._begins[0] if self._begins else None

    def interval_at(self, at: datetime) -> PatrolInterval:
        number = bisect_right(self._begins, at)
        return patrol_interval(self._conditions[number - 1], at, self._book) if number else _NOT_NEEDED

    def back_at(self, at: datetime) -> datetime | None:
        """When the last time was over, up to a moment, in which everybody had to leave; the moment itself while that
        lasts."""
        number = bisect_right(self._begins, at)
        left = next((it for it in reversed(range(number)) if self._conditions[it].is_left), None)
        return None if left is None else self._begins[left + 1] if left + 1 < number else at

    def intervals(self, at: datetime) -> Iterator[tuple[datetime, PatrolInterval]]:
        for stretch in self._stretches(at):
            yield stretch.begins, stretch.interval

    def due(self) -> Iterator[DueRound]:
        if not self._conditions:
            return
        last = since = self._begins[0]
        while (found := self.next_due(last)) is not None and found[0] <= self._until:
            due_at, needed_from, interval = found
            since = needed_from or since
            coming = self._first_after(last)
            # Only of a round that did not come in time does it matter when the next one is due.
            following = None if coming and coming[0] <= due_at else self.next_due(due_at)
            done = coming if coming and (following is None or coming[0] <= following[0]) else None
            alarm_at = due_at + self.grace
            yield DueRound(
                since=since,
                due_at=due_at,
                alarm_at=alarm_at,
                done_at=done[0] if done else None,
                round_id=done[1] if done else None,
                state=self._state(alarm_at, done[0] if done else None, following[0] if following else None),
                interval=interval,
            )
            last = done[0] if done else due_at
            since = done[0] if done else since

    def next_due(self, last: datetime) -> tuple[datetime, datetime | None, PatrolInterval] | None:
        """The first moment after `last` at which a round is due, since when rounds are needed where that is later than
        `last`, and the interval."""
        since, was_needed = last, True
        for stretch in self._stretches(last):
            if stretch.interval.every is None:
                was_needed = False
                continue
            if not was_needed:
                since, was_needed = stretch.begins, True
            due_at = max(since + stretch.interval.every, stretch.begins)
            if due_at < stretch.ends:
                return due_at, since if since > last else None, stretch.interval
        return None

    def _first_after(self, last: datetime) -> tuple[datetime, str] | None:
        number = bisect_right(self.ended, last, key=lambda it: it[0])
        return self.ended[number] if number < len(self.ended) else None

    def _state(self, alarm_at: datetime, done_at: datetime | None, following: datetime | None) -> DueState:
        if done_at is not None:
            return DueState.PUNCTUAL if done_at <= alarm_at else DueState.LATE
        if following is not None and following <= self._until:
            return DueState.MISSED
        return DueState.OVERDUE if self._until > alarm_at else DueState.OPEN

    def _stretches(self, at: datetime) -> Iterator[_Stretch]:
        """Stretches of time in which one interval holds, from the one in which `at` lies on, until none are needed any
        more. Round after round asks for nearly the same ones: what is known is not made again."""
        if not self._known or at < self._known[0].begins:
            self._known = [self._stretch(at)]
        number = bisect_right(self._known, at, key=lambda it: it.begins) - 1
        while (stretch := self._known[number]).interval.every is not None or not stretch.is_last:
            if at < stretch.ends:
                yield stretch
            number += 1
            if number == len(self._known):
                self._known.append(self._stretch(stretch.ends))

    def _stretch(self, at: datetime) -> _Stretch:
        number = bisect_right(self._begins, at)
        is_last = number == len(self._conditions)
        ends = self._next_hour(at) if is_last else min(self._next_hour(at), self._begins[number])
        return _Stretch(begins=at, ends=ends, interval=self.interval_at(at), is_last=is_last)

    def _next_hour(self, at: datetime) -> datetime:
        """The next hour of the clock at which an interval may change."""
        midnight = datetime.combine(at.date(), time.min, at.tzinfo)
        return midnight + timedelta(hours=next((hour for hour in self._hours if hour > at.hour), 24))


_CLOCK: Final = ("night_from_h", "night_until_h", "festival_night_from_h", "festival_night_until_h")
