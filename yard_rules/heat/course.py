"""What one probe's readings say, one after the other: its level, held until two readings are below it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from yard_rules.heat.ladder import LEVELS_ABOVE_NORMAL, HeatLevel, ladder, tenths
from yard_rules.heat.readings import CountedReading
from yard_rules.rulebook import Figure, Rulebook, rulebook

_A_DAY: Final = timedelta(days=1)


class Sign(StrEnum):
    """What of a reading speaks for a level."""

    TEMPERATURE = "temperature"
    RISE = "rise"
    FAST_RISE = "fast_rise"
    JUMP = "jump"
    NONSENSE = "nonsense"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What one reading says by itself: a level, why, and the temperature that it counts with."""

    level: HeatLevel
    sign: Sign
    reading: CountedReading
    counted_dc: int | None
    rise_dc_per_day: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A level that a probe holds: since when, what last spoke for it, and the first reading below it since then."""

    since: datetime
    last: Spoken
    below_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeCourse:
    """Where a probe's readings have led. `heard_at`: the last one that was a temperature."""

    probe: str
    heard_at: datetime | None
    last: Spoken | None
    held: dict[HeatLevel, Held]
    changes: tuple[tuple[datetime, HeatLevel], ...]
    spoken: tuple[Spoken, ...]

    @property
    def level(self) -> HeatLevel:
        """The highest level that the probe holds."""
        return max(self.held, default=HeatLevel.NORMAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseFigures:
    """The figures of rulebooks/heat.toml that judge readings, in tenths of a degree, as integers."""

    from_dc: dict[HeatLevel, int]
    probe_every: dict[HeatLevel, timedelta]
    rise_dc: int
    fast_rise_dc: int
    fast_rise_above_dc: int
    jump_dc: int
    rise_dc_per_h: int
    fall_dc_per_h: int
    jump_level: HeatLevel
    broken_level: HeatLevel
    readings_to_leave: int
    highest_left_by_readings: HeatLevel
    by_sign: dict[Sign, tuple[Figure, ...]]
    of_level: dict[HeatLevel, tuple[Figure, ...]]


def course_figures(day: date, book: Rulebook | None = None) -> CourseFigures:
    """Return the figures in force on a day; raises NoFigure before 2023."""
    return _course_figures(day, book) if book is not None else _usual_figures(day)


@lru_cache(maxsize=64)
def _usual_figures(day: date) -> CourseFigures:
    return _course_figures(day, rulebook("heat"))


def _course_figures(day: date, book: Rulebook) -> CourseFigures:
    rungs = {rung.level: rung for rung in ladder(day, book)}
    figure = {name: book.figure(name, day) for name in _NAMES}
    level = {name: HeatLevel(int(figure[name].value)) for name in _NAMES if name.endswith(("level", "_by_readings"))}
    return CourseFigures(
        from_dc={it: rungs[it].from_dc or 0 for it in LEVELS_ABOVE_NORMAL},
        probe_every={it: rungs[it].probe_every or _A_DAY for it in LEVELS_ABOVE_NORMAL},
        rise_dc=tenths(figure["rise_raises_c_per_day"]),
        fast_rise_dc=tenths(figure["fast_rise_c_per_day"]),
        fast_rise_above_dc=tenths(figure["fast_rise_above_c"]),
        jump_dc=tenths(figure["believed_jump_c"]),
        rise_dc_per_h=tenths(figure["believed_rise_c_per_h"]),
        fall_dc_per_h=tenths(figure["believed_fall_c_per_h"]),
        jump_level=level["jump_level"],
        broken_level=level["broken_probe_level"],
        readings_to_leave=int(figure["readings_to_leave"].value),
        highest_left_by_readings=level["highest_left_by_readings"],
        by_sign={
            Sign.TEMPERATURE: (),
            Sign.RISE: (figure["rise_raises_c_per_day"],),
            Sign.FAST_RISE: (figure["fast_rise_c_per_day"], figure["fast_rise_above_c"]),
            Sign.JUMP: (figure["jump_level"], figure["believed_jump_c"]),
            Sign.NONSENSE: (figure["broken_probe_level"], figure["lowest_believed_c"], figure["highest_believed_c"]),
        },
        of_level={it: rungs[it].figures for it in HeatLevel},
    )


def probe_course(probe: str, readings: Iterable[CountedReading], figures: CourseFigures) -> ProbeCourse:
    """Return where a probe's readings, in the order of their moments, have led.

    A reading counts with a temperature that straw can have had. It rises over the one before by at most
    `believed_jump_c` and `believed_rise_c_per_h`, or to what the reading before showed: so a jump counts in full once
    the next reading confirms it, until then as far as it can be believed and, where it is as hot as a warning, as
    `jump_level`; a rate is made of what is confirmed only. It falls by at most `believed_fall_c_per_h`: what falls
    faster has fallen out of the straw. What somebody measured by hand counts as it is.

    What is no temperature speaks for `broken_probe_level`, and above the believed range for one level more than the
    probe's temperature before, if that is higher: a probe that was hot and then fails may have burnt.

    Each level is held by itself, from a reading that speaks for it or for a higher one until `readings_to_leave`
    readings in a row show less and the last comes the level's interval after the first of them. Levels above
    `highest_left_by_readings` do not end so.
    """
    follower = _Follower(figures)
    held: dict[HeatLevel, Held] = {}
    below: dict[HeatLevel, int] = {}
    changes: list[tuple[datetime, HeatLevel]] = []
    spoken: list[Spoken] = []
    heard_at: datetime | None = None
    for reading in readings:
        if reading.temperature_dc is not None:
            heard_at = reading.at
            if reading.is_clock_wrong and follower.firm_dc is not None and (reading.temperature_dc < follower.firm_dc):
                continue  # It may raise a level, not lower one.
        said = follower.spoken(reading)
        spoken.append(said)
        before = max(held, default=HeatLevel.NORMAL)
        _hold(held, below, said, figures)
        if (now := max(held, default=HeatLevel.NORMAL)) != before:
            changes.append((reading.at, now))
    return ProbeCourse(
        probe=probe,
        heard_at=heard_at,
        last=spoken[-1] if spoken else None,
        held=held,
        changes=tuple(changes),
        spoken=tuple(spoken),
    )


def held_after(release: datetime, level: HeatLevel, spoken: Iterable[Spoken], figures: CourseFigures) -> HeatLevel:
    """Return what is left of the level that a stack has after its release, given what its probes said since then."""
    left = HeatLevel.NORMAL
    said_by_time = sorted(spoken, key=lambda said: said.reading.at)
    for it in LEVELS_ABOVE_NORMAL[:level]:
        first_below: datetime | None = None
        count = 0
        for said in said_by_time:
            if said.level >= it:
                first_below, count = None, 0
                continue
            if not _is_below(said, it, figures):
                continue
            first_below, count = first_below or said.reading.at, count + 1
            if count >= figures.readings_to_leave and said.reading.at - first_below >= figures.probe_every[it]:
                break
        else:
            left = it
    return left


_NAMES: Final = (
    "rise_raises_c_per_day",
    "fast_rise_c_per_day",
    "fast_rise_above_c",
    "believed_jump_c",
    "believed_rise_c_per_h",
    "believed_fall_c_per_h",
    "jump_level",
    "broken_probe_level",
    "readings_to_leave",
    "highest_left_by_readings",
    "lowest_believed_c",
    "highest_believed_c",
)


def _hold(held: dict[HeatLevel, Held], below: dict[HeatLevel, int], said: Spoken, figures: CourseFigures) -> None:
    """Bring what is held up to date with one more reading. Each level by itself: hotter readings then never end one
    sooner, although higher levels have the shorter intervals."""
    at = said.reading.at
    for level in LEVELS_ABOVE_NORMAL:
        known = held.get(level)
        if said.level >= level:
            held[level] = Held(since=known.since if known else at, last=said, below_since=None)
            below[level] = 0
        elif known is not None and _is_below(said, level, figures):
            below_since = known.below_since or at
            below[level] += 1
            if (
                level <= figures.highest_left_by_readings
                and below[level] >= figures.readings_to_leave
                and at - below_since >= figures.probe_every[level]
            ):
                del held[level]
            else:
                held[level] = Held(since=known.since, last=known.last, below_since=below_since)


def _is_below(said: Spoken, level: HeatLevel, figures: CourseFigures) -> bool:
    """Whether a reading shows that it is less hot: nonsense shows nothing, and neither does a jump that nobody believes
    yet."""
    shown_dc = said.reading.temperature_dc
    return said.level < level and shown_dc is not None and shown_dc < figures.from_dc[level]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Believed:
    """What straw can have now: at most, with and without a jump of the probe, and at least."""

    with_jump_dc: int
    without_jump_dc: int
    lowest_dc: int


class _Follower:
    """Follows one probe, reading after reading: the temperature that counts, and its rise within a day."""

    def __init__(self, figures: CourseFigures) -> None:
        self.figures = figures
        self.firm_dc: int | None = None  # the last one that counted, without what nothing has confirmed
        self._at: datetime | None = None
        self._shown_dc: int | None = None  # what the last reading showed, where that was a temperature
        self._falls_from: tuple[datetime, int] | None = None  # the last one that had not fallen faster than straw cools
        self._last_day: deque[tuple[datetime, int]] = deque()
        self._before: tuple[datetime, int] | None = None  # the last one that is more than a day old
        self._lowest: deque[tuple[datetime, int]] = deque()  # of the last day, ascending, the first the lowest

    def spoken(self, reading: CountedReading) -> Spoken:
        shown_dc = reading.temperature_dc
        if shown_dc is None:
            self._shown_dc = None
            return self._of_nonsense(reading)
        believed = self._believed(reading.at, shown_dc, is_by_hand=reading.is_by_hand)
        counted_dc = max(min(shown_dc, believed.with_jump_dc), believed.lowest_dc)
        firm_dc = min(counted_dc, believed.without_jump_dc)
        self._remember(reading.at, firm_dc, shown_dc)
        level, sign = self._level(counted_dc, firm_dc)
        is_jump = shown_dc > believed.with_jump_dc
        if is_jump and shown_dc >= self.figures.from_dc[HeatLevel.WARNING] and level < self.figures.jump_level:
            level, sign = self.figures.jump_level, Sign.JUMP
        rise_dc = firm_dc - self._lowest[0][1]
        return Spoken(level=level, sign=sign, reading=reading, counted_dc=counted_dc, rise_dc_per_day=rise_dc)

    def _of_nonsense(self, reading: CountedReading) -> Spoken:
        level = HeatLevel.NORMAL if self.firm_dc is None else self._by_temperature(self.firm_dc)
        if reading.is_above_believed and level < HeatLevel.EMERGENCY:
            level = HeatLevel(level + 1)
        level = max(level, self.figures.broken_level)
        return Spoken(level=level, sign=Sign.NONSENSE, reading=reading, counted_dc=self.firm_dc, rise_dc_per_day=None)

    def _believed(self, at: datetime, shown_dc: int, *, is_by_hand: bool) -> _Believed:
        if is_by_hand or self.firm_dc is None or self._at is None or self._falls_from is None:
            return _Believed(with_jump_dc=shown_dc, without_jump_dc=shown_dc, lowest_dc=shown_dc)
        risen_dc = self.firm_dc + _by_hour(self.figures.rise_dc_per_h, at - self._at)
        confirmed_dc = risen_dc if self._shown_dc is None else max(risen_dc, self._shown_dc)
        fell_at, fell_dc = self._falls_from
        return _Believed(
            with_jump_dc=max(confirmed_dc, risen_dc + self.figures.jump_dc),
            without_jump_dc=confirmed_dc,
            lowest_dc=fell_dc - _by_hour(self.figures.fall_dc_per_h, at - fell_at),
        )

    def _remember(self, at: datetime, firm_dc: int, shown_dc: int) -> None:
        while self._last_day and self._last_day[0][0] < at - _A_DAY:
            self._before = self._last_day.popleft()
        while self._lowest and self._lowest[0][0] < at - _A_DAY:
            self._lowest.popleft()
        while self._lowest and self._lowest[-1][1] >= firm_dc:
            self._lowest.pop()
        self._last_day.append((at, firm_dc))
        self._lowest.append((at, firm_dc))
        if firm_dc <= shown_dc:
            self._falls_from = at, firm_dc
        self.firm_dc, self._shown_dc, self._at = firm_dc, shown_dc, at

    def _level(self, counted_dc: int, firm_dc: int) -> tuple[HeatLevel, Sign]:
        """By temperature, and by the rise to `firm_dc`: a jump that is not confirmed yet is no rate."""
        figures = self.figures
        level = self._by_temperature(counted_dc)
        if level is HeatLevel.EMERGENCY:
            return level, Sign.TEMPERATURE
        if firm_dc >= figures.fast_rise_above_dc and self._has_risen(firm_dc, figures.fast_rise_dc):
            return HeatLevel.EMERGENCY, Sign.FAST_RISE
        if self._has_risen(firm_dc, figures.rise_dc):
            # The level that it raises is that of the firm temperature too.
            raised = HeatLevel(min(self._by_temperature(firm_dc) + 1, HeatLevel.EMERGENCY))
            if raised > level:
                return raised, Sign.RISE
        return level, Sign.TEMPERATURE

    def _by_temperature(self, counted_dc: int) -> HeatLevel:
        reached = [level for level in LEVELS_ABOVE_NORMAL if counted_dc >= self.figures.from_dc[level]]
        return reached[-1] if reached else HeatLevel.NORMAL

    def _has_risen(self, firm_dc: int, rise_dc: int) -> bool:
        """Whether it rose by so much within the last day, over any reading of that day or over what lies, on a straight
        line, between the last before that day and the first in it."""
        at = self._last_day[-1][0]
        if firm_dc - self._lowest[0][1] >= rise_dc:
            return True
        if self._before is None:
            return False
        (before_at, before_dc), (after_at, after_dc) = self._before, self._last_day[0]
        span_s = int((after_at - before_at).total_seconds())
        within_s = int((at - _A_DAY - before_at).total_seconds())
        return span_s > 0 and (firm_dc - before_dc - rise_dc) * span_s >= (after_dc - before_dc) * within_s


def _by_hour(dc_per_h: int, passed: timedelta) -> int:
    return dc_per_h * int(passed.total_seconds()) // 3600
