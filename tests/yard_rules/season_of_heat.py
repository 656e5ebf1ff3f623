"""A synthetic season of one yard: probes, rain, fireworks, smoke, rounds, and the alarms that must come of them.

Nothing in it is measured: the curves, the faults and the guards are made up, the same for the same seed. What must be
raised is worked out from the curves and the faults while they are made, without the rules that are tested.

To replay it, go through `events` in order: each is what the server learns at its `known_at`. Then every `MustAlarm` has
to be there at its `by`, and no stack of `quiet` may ever be a warning.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from math import exp
from random import Random
from typing import Final

from yard_rules.acceptance import AcceptanceKind
from yard_rules.heat.ladder import HeatLevel
from yard_rules.heat.readings import HeatReading
from yard_rules.heat.state import HeatStack, Sensor
from yard_rules.patrols.interval import Conditions, Weather
from yard_rules.patrols.rounds import PointScan, Round

BEIJING: Final = timezone(timedelta(hours=8))
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
EVERY: Final = 4 * HOUR
POINTS: Final = frozenset({"gate", "pond", "north", "east"})
# From which temperature on a level must be there, and the longest time without a round. Written here a second time on
# purpose: the replay is to notice when somebody changes the rulebooks' own.
LIMITS: Final = {HeatLevel.WATCH: 45.0, HeatLevel.WARNING: 55.0, HeatLevel.ALARM: 65.0, HeatLevel.EMERGENCY: 75.0}
LONGEST_WITHOUT_ROUND: Final = 130 * MINUTE


@dataclass(frozen=True, slots=True)
class BalesCame:
    known_at: datetime
    stack_id: str
    mass_kg: int


@dataclass(frozen=True, slots=True)
class ReadingCame:
    known_at: datetime
    stack_id: str
    reading: HeatReading


@dataclass(frozen=True, slots=True)
class Rained:
    known_at: datetime
    day: date


@dataclass(frozen=True, slots=True)
class SmokeSeen:
    known_at: datetime
    stack_id: str


@dataclass(frozen=True, slots=True)
class StackGone:
    known_at: datetime
    stack_id: str


@dataclass(frozen=True, slots=True)
class RoundDone:
    known_at: datetime
    round: Round


@dataclass(frozen=True, slots=True)
class ConditionsChanged:
    known_at: datetime
    conditions: Conditions


SeasonEvent = BalesCame | ReadingCame | Rained | SmokeSeen | StackGone | RoundDone | ConditionsChanged


@dataclass(frozen=True, slots=True)
class MustAlarm:
    """At `by`, and until the stack is gone or cools, its level is at least this; `why` for whoever reads a failure."""

    stack_id: str
    level: HeatLevel
    by: datetime
    why: str


@dataclass(frozen=True, slots=True)
class MustMissRound:
    """From `by` on a round is overdue, until the next one ends at `until`."""

    by: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Season:
    begins: datetime
    ends: datetime
    stacks: tuple[HeatStack, ...]
    gone_at: dict[str, datetime]
    events: tuple[SeasonEvent, ...]
    alarms: tuple[MustAlarm, ...]
    missed_rounds: tuple[MustMissRound, ...]
    quiet: frozenset[str]

    def known(self, moment: datetime) -> tuple[SeasonEvent, ...]:
        """Return what the server has learnt by then."""
        return tuple(event for event in self.events if event.known_at <= moment)


def season_of_heat(seed: int, *, days: int = 60, begins: date = date(2026, 11, 1)) -> Season:
    """Return a season from `begins` on; by default over the winter solstice and New Year's Eve."""
    made = _Making(Random(seed), datetime(begins.year, begins.month, begins.day, 6, tzinfo=BEIJING), days)
    made.weather()
    # Dry, sweating, dry with faulty probes, damp, running away, dry and late in the season.
    lives = [
        ("S1", _dry, 0, days),
        ("S2", _sweating, 1, days),
        ("S3", _dry, 2, days),
        ("S4", _damp, 3, 21),
        ("S5", _runaway, 4, 24),
        ("S6", _dry, min(30, days // 2), days),
    ]
    for stack_id, curve, first_day, last_day in lives:
        made.stack(stack_id, curve, first_day, min(last_day, days), is_faulty=stack_id == "S3")
    made.rounds()
    return made.season(quiet=frozenset({"S1", "S6"}))


def _dry(days: float) -> float:
    """Sweats a little in its first week."""
    return 17 + 12 * (days / 5) * exp(1 - days / 5)


def _sweating(days: float) -> float:
    """Damp, as hay does: close to fifty after nine days, then it cools."""
    return 17 + 33 * (days / 9) * exp(1 - days / 9)


def _damp(days: float) -> float:
    """Creeps up to the low sixties in two weeks."""
    return 18 + 44 / (1 + exp(-(days - 8) / 2.2))


def _runaway(days: float) -> float:
    """As the damp one, then away within two days."""
    return _damp(days) + (0 if days < 14 else 7 * (days - 14) ** 2)


class _Making:
    def __init__(self, chance: Random, begins: datetime, days: int) -> None:
        self.chance, self.begins, self.ends = chance, begins, begins + days * DAY
        self.events: list[SeasonEvent] = []
        self.alarms: list[MustAlarm] = []
        self.missed: list[MustMissRound] = []
        self.stacks: list[HeatStack] = []
        self.gone_at: dict[str, datetime] = {}

    def weather(self) -> None:
        at = self.begins
        while at < self.ends:
            dry = self.chance.random() < 0.1
            weather = Weather(
                humidity_permille=self.chance.randint(250, 340) if dry else self.chance.randint(400, 950),
                wind_force=self.chance.choice([1, 2, 2, 3, 4, 5, 6, 7]),
            )
            conditions = Conditions(since=at, stock_kg=self.chance.randint(40, 260) * 1000, weather=weather)
            self.events.append(ConditionsChanged(at, conditions))
            if self.chance.random() < 0.25:
                self.events.append(Rained(at + 20 * HOUR, at.date()))
            at += DAY

    def stack(
        self, stack_id: str, curve: Callable[[float], float], first_day: int, last_day: int, *, is_faulty: bool
    ) -> None:
        since, gone_at = self.begins + first_day * DAY + 3 * HOUR, self.begins + last_day * DAY
        loads = sorted(self.chance.uniform(0, 30) for _load in range(6))
        self.events += [BalesCame(since + hours * HOUR, stack_id, 7_000) for hours in (0, *loads)]
        sensors = tuple(Sensor(probe=f"{stack_id}-{number}", placed_at=since, every=EVERY) for number in (1, 2, 3))
        stack = HeatStack(
            stack_id=stack_id,
            since=since,
            last_addition=since + loads[-1] * HOUR,
            mass_kg=49_000,
            stacking=AcceptanceKind.STACK_FREELY if curve is _dry else AcceptanceKind.STACK_APART,
            sensors=sensors,
        )
        self.stacks.append(stack)
        self.gone_at[stack_id] = gone_at
        reached: dict[HeatLevel, tuple[datetime, float]] = {}
        for number, sensor in enumerate(sensors):
            # The first probe sits in the hottest place.
            told = self._readings(stack, sensor.probe, curve, 1 - 0.12 * number, gone_at, is_faulty and number == 1)
            for reading, celsius in told:
                for level, limit in LIMITS.items():
                    known = reached.get(level)
                    if celsius >= limit and (known is None or reading.received_at < known[0]):
                        reached[level] = reading.received_at, celsius
        self.alarms += [
            MustAlarm(stack_id, level, at, f"{celsius:.1f} degrees") for level, (at, celsius) in reached.items()
        ]
        if HeatLevel.EMERGENCY in reached:
            at = min(reached[HeatLevel.EMERGENCY][0] + 2 * HOUR, gone_at - HOUR)
            self.events.append(SmokeSeen(at, stack_id))
            self.alarms.append(MustAlarm(stack_id, HeatLevel.EMERGENCY, at, "smoke"))
        self.events.append(StackGone(gone_at, stack_id))

    def _readings(
        self,
        stack: HeatStack,
        probe: str,
        curve: Callable[[float], float],
        share: float,
        gone_at: datetime,
        is_faulty: bool,
    ) -> list[tuple[HeatReading, float]]:
        """All readings of one probe; returned are those that show the straw's temperature, with it."""
        chance, right = self.chance, []
        dies_at = stack.since + 12 * DAY if is_faulty else gone_at
        at, last_heard = stack.since, stack.since
        number = 0
        while at < dies_at - HOUR:
            days = (at - stack.since) / DAY
            celsius = 17 + (curve(days) - 17) * share + chance.uniform(-0.3, 0.3)
            reading = HeatReading(
                probe=probe,
                measured_at=at,
                received_at=at + MINUTE / 3,
                temperature_dc=round(celsius * 10),
            )
            fate = chance.random()
            if fate < 0.05:
                # Late: the radio was away. Not longer than the probe would count as lost.
                reading = replace(reading, received_at=at + chance.uniform(0.1, 3.9) * HOUR)
            elif fate < 0.07:
                # The clock was reset; it counts when it comes.
                reading = replace(reading, measured_at=datetime(2000, 1, 1, tzinfo=BEIJING) + number * MINUTE)
            elif is_faulty and number in (20, 33):
                reading = replace(reading, temperature_dc=[1500, -400][number == 33])
                self.alarms.append(MustAlarm(stack.stack_id, HeatLevel.WARNING, reading.received_at, "nonsense"))
            elif is_faulty and number == 45:
                reading = replace(reading, temperature_dc=850)
                self.alarms.append(MustAlarm(stack.stack_id, HeatLevel.WARNING, reading.received_at, "a jump"))
            self.events.append(ReadingCame(reading.received_at, stack.stack_id, reading))
            if reading.temperature_dc == round(celsius * 10):
                last_heard = max(last_heard, reading.received_at)
                right.append((reading, round(celsius * 10) / 10))
            if chance.random() < 0.05:
                doubled = replace(reading, received_at=reading.received_at + chance.uniform(0, 60) * MINUTE)
                self.events.append(ReadingCame(doubled.received_at, stack.stack_id, doubled))
            at += EVERY
            number += 1
        if is_faulty and last_heard + 2 * EVERY + HOUR < gone_at:
            # An hour for the doubled ones, of which the last may count when it came.
            by = last_heard + 2 * EVERY + HOUR + MINUTE
            self.alarms.append(MustAlarm(stack.stack_id, HeatLevel.WARNING, by, "a lost probe"))
        return right

    def rounds(self) -> None:
        """A guard who goes round every twenty to eighty minutes, and sometimes sleeps."""
        last, number = self.begins, 0
        while last < self.ends:
            sleeps = self.chance.random() < 0.01
            ended = last + (self.chance.uniform(3, 6) * HOUR if sleeps else self.chance.uniform(14, 80) * MINUTE)
            scans = tuple(
                PointScan(point=point, at=ended - step * 2 * MINUTE) for step, point in enumerate(sorted(POINTS))
            )
            # Sometimes the tablet is without a network until after the next round.
            known_at = ended + (self.chance.uniform(1, 25) * MINUTE if self.chance.random() < 0.1 else 5 * MINUTE)
            done = Round(round_id=f"R{number}", who=f"guard {number % 2}", scans=scans, received_at=known_at)
            self.events.append(RoundDone(known_at, done))
            if ended - last > LONGEST_WITHOUT_ROUND and ended < self.ends:
                self.missed.append(MustMissRound(last + LONGEST_WITHOUT_ROUND + MINUTE, ended))
            last, number = ended, number + 1

    def season(self, *, quiet: frozenset[str]) -> Season:
        order = {kind: place for place, kind in enumerate(SeasonEvent.__args__)}
        return Season(
            begins=self.begins,
            ends=self.ends,
            stacks=tuple(self.stacks),
            gone_at=self.gone_at,
            events=tuple(sorted(self.events, key=lambda event: (event.known_at, order[type(event)]))),
            alarms=tuple(sorted(self.alarms, key=lambda alarm: (alarm.by, alarm.stack_id, alarm.level))),
            missed_rounds=tuple(self.missed),
            quiet=quiet,
        )
