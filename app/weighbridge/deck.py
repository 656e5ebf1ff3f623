"""What stands on the scale's deck, told from what the indicator says and when.

Silence is never zero: a weight that has not been heard for `fresh_s` is not known. A weight may be taken once for each
truck, when it stands still, and only if the deck was seen empty and near zero before it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.weighbridge.curve import Curve
from app.weighbridge.readings import Reading, WeightKind
from yard_rules.rulebook import rulebook

FRAMES_KEPT: Final = 5
# Two frames in a row below the off-threshold: one alone may be a frame whose fault its check did not see.
_EMPTY_FRAMES: Final = 2
# Steadiness is not counted further back than this many windows, so that a quiet night takes no memory.
_WINDOWS_KEPT: Final = 10


class DeckState(StrEnum):
    NO_LINK = "no-link"
    EMPTY = "empty"
    MOVING = "moving"
    STEADY = "steady"
    OVERLOADED = "overloaded"
    BELOW_ZERO = "below-zero"


class WhyNot(StrEnum):
    """Why no weight may be taken now."""

    NO_LINK = "no-link"
    STALE = "stale"  # The line speaks, but nothing that can be understood.
    OVERLOAD = "overload"
    EMPTY = "empty"
    NOT_GROSS = "not-gross"  # The indicator shows a net weight: somebody has tared it.
    ALREADY_TAKEN = "already-taken"
    ZERO_OFF = "zero-off"
    ZERO_NOT_SEEN = "zero-not-seen"
    MOVING = "moving"
    OFF_DIVISION = "off-division"
    BELOW_MINIMUM = "below-minimum"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckLimits:
    """The figures of the rulebook `weighing`, under their names there."""

    steady_window_s: Decimal
    steady_spread_divisions: Decimal
    steady_frames: Decimal
    fresh_s: Decimal
    on_threshold_kg: Decimal
    off_threshold_kg: Decimal
    zero_warn_kg: Decimal
    zero_block_kg: Decimal
    zero_kept_over_silence_s: Decimal
    minimum_divisions: Decimal


def deck_limits(day: date) -> DeckLimits:
    """Return the figures in force on the day; raises NoFigure for a day before the rulebook begins."""
    figures = rulebook("weighing")
    return DeckLimits(**{field.name: figures.figure(field.name, day).value for field in fields(DeckLimits)})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckView:
    """The deck at a moment. `kg` is None while it is not known; `why_not` is None when the weight may be taken.

    `zero_off_kg` is what the deck showed when it was last seen empty.
    """

    state: DeckState
    kg: int | None
    age_ms: int | None
    steady_for_ms: int
    why_not: WhyNot | None
    zero_off_kg: int | None
    zero_warned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingWeight:
    """A weight that may be taken, with what speaks for it. `zero_seen_s` is a time like `at_s`."""

    kg: int
    kind: WeightKind
    steady_for_ms: int
    zero_seen_s: float
    frames: tuple[bytes, ...]
    curve_kg: tuple[int, ...]
    curve_step_ms: int


@dataclass(frozen=True, slots=True)
class _Heard:
    at_s: float
    reading: Reading


class Deck:
    """Keeps what was heard lately. All times are seconds of one clock that never goes back."""

    def __init__(self, limits: DeckLimits, *, division_kg: int, capacity_kg: int) -> None:
        self.limits = limits
        self.division_kg = division_kg
        self.capacity_kg = capacity_kg
        self._last: _Heard | None = None
        self._noise_s: float | None = None
        self._calm: deque[_Heard] = deque()
        self._frames: deque[bytes] = deque(maxlen=FRAMES_KEPT)
        self._curve = Curve()
        self._taken = False
        self._below_off = 0
        self._near_zero = 0
        self._off_zero = 0
        self._zero_seen_s: float | None = None
        self._zero_off_kg: Decimal | None = None

    def heard(self, reading: Reading, *, at_s: float) -> None:
        """Take note of a frame that was understood."""
        if reading.kind is WeightKind.TARE:
            return  # What the indicator keeps as tare does not stand on the deck.
        self._note_silence(at_s)
        self._last = _Heard(at_s, reading)
        self._frames.append(reading.raw)
        self._note_calm(self._last)
        if reading.overload:
            self._below_off = self._near_zero = self._off_zero = 0
            return
        if reading.kind is not WeightKind.NET:
            # A tare key makes a net zero of a loaded deck: that is neither an empty deck nor a seen zero.
            self._note_zero(reading.value_kg, at_s)
            self._note_leaving(reading.value_kg)
        if self._curve.begun or reading.value_kg >= self.limits.off_threshold_kg:
            self._curve.add(round(reading.value_kg), at_s=at_s)

    def heard_noise(self, *, at_s: float) -> None:
        """Take note of bytes that could not be understood: the line is there, a weight is not."""
        self._noise_s = at_s

    def view(self, *, at_s: float) -> DeckView:
        """Return the deck as it is known at that time."""
        known = self._fresh(at_s)
        zero_off = None if self._zero_off_kg is None else round(self._zero_off_kg)
        return DeckView(
            state=self._state(at_s),
            kg=round(known.value_kg) if known and not known.overload else None,
            age_ms=None if self._last is None else round((at_s - self._last.at_s) * 1000),
            steady_for_ms=self._steady_for_ms() if known else 0,
            why_not=self._why_not(at_s),
            zero_off_kg=zero_off,
            zero_warned=zero_off is not None and abs(zero_off) > self.limits.zero_warn_kg,
        )

    def standing(self, *, at_s: float) -> StandingWeight | WhyNot:
        """Return the weight that may be taken at that time, or why none may. It changes nothing: see `mark_taken`."""
        why_not = self._why_not(at_s)
        if why_not is not None:
            return why_not
        assert self._last is not None
        assert self._zero_seen_s is not None
        return StandingWeight(
            kg=int(self._last.reading.value_kg),
            kind=self._last.reading.kind,
            steady_for_ms=self._steady_for_ms(),
            zero_seen_s=self._zero_seen_s,
            frames=tuple(self._frames),
            curve_kg=self._curve.points_kg,
            curve_step_ms=self._curve.step_ms,
        )

    def mark_taken(self) -> None:
        """From now on this truck's weight has been taken, until the deck was empty."""
        self._taken = True

    def _fresh(self, at_s: float) -> Reading | None:
        if self._last is None or at_s - self._last.at_s > self.limits.fresh_s:
            return None
        return self._last.reading

    def _state(self, at_s: float) -> DeckState:
        reading = self._fresh(at_s)
        if reading is None:
            return DeckState.NO_LINK
        if reading.value_kg < -self.limits.zero_block_kg:
            return DeckState.BELOW_ZERO
        if reading.overload or reading.value_kg > self.capacity_kg:
            return DeckState.OVERLOADED
        if reading.value_kg < self.limits.off_threshold_kg and reading.kind is not WeightKind.NET:
            return DeckState.EMPTY
        return DeckState.STEADY if self._is_steady() else DeckState.MOVING

    def _why_not(self, at_s: float) -> WhyNot | None:
        """The first hindrance; those that no waiting mends come before those that pass."""
        limits = self.limits
        reading = self._fresh(at_s)
        if reading is None:
            noisy = self._noise_s is not None and at_s - self._noise_s <= limits.fresh_s
            return WhyNot.STALE if noisy else WhyNot.NO_LINK
        kg = reading.value_kg
        if reading.overload or kg > self.capacity_kg:
            return WhyNot.OVERLOAD if kg > 0 else WhyNot.ZERO_OFF
        if reading.kind is WeightKind.NET:
            return WhyNot.NOT_GROSS
        if kg < limits.on_threshold_kg:
            off_zero = abs(kg) > limits.zero_block_kg and self._is_steady()
            return WhyNot.ZERO_OFF if off_zero else WhyNot.EMPTY
        if self._taken:
            return WhyNot.ALREADY_TAKEN
        if self._zero_seen_s is None:
            return WhyNot.ZERO_NOT_SEEN if self._zero_off_kg is None else WhyNot.ZERO_OFF
        if not self._is_steady():
            return WhyNot.MOVING
        if kg % self.division_kg:
            return WhyNot.OFF_DIVISION
        if kg < limits.minimum_divisions * self.division_kg:
            return WhyNot.BELOW_MINIMUM
        return None

    def _is_steady(self) -> bool:
        if len(self._calm) < 2 or len(self._calm) < self.limits.steady_frames:
            return False
        alike = self._calm[-1].reading.value_kg == self._calm[-2].reading.value_kg
        return alike and self._calm[-1].at_s - self._calm[0].at_s >= self.limits.steady_window_s

    def _steady_for_ms(self) -> int:
        return round((self._calm[-1].at_s - self._calm[0].at_s) * 1000) if self._is_steady() else 0

    def _note_silence(self, at_s: float) -> None:
        """After silence steadiness begins anew, and after a long one nobody knows what the deck went through."""
        silent_s = 0.0 if self._last is None else at_s - self._last.at_s
        if silent_s > self.limits.fresh_s:
            self._calm.clear()
            self._near_zero = self._off_zero = self._below_off = 0
        if silent_s > self.limits.zero_kept_over_silence_s:
            self._zero_seen_s = self._zero_off_kg = None

    def _note_calm(self, heard: _Heard) -> None:
        """Keep the longest run of frames, up to this one, whose weights lie within the spread."""
        reading = heard.reading
        if reading.overload or reading.steady is False:
            self._calm.clear()
            return
        if self._calm and self._calm[-1].reading.kind is not reading.kind:
            self._calm.clear()
        self._calm.append(heard)
        oldest_s = heard.at_s - float(self.limits.steady_window_s) * _WINDOWS_KEPT
        while self._calm[0].at_s < oldest_s:
            self._calm.popleft()
        for _ in range(len(self._calm) - self._alike()):
            self._calm.popleft()

    def _alike(self) -> int:
        """How many of the last frames lie within the spread."""
        spread_kg = self.limits.steady_spread_divisions * self.division_kg
        least_kg = most_kg = self._calm[-1].reading.value_kg
        for count, heard in enumerate(reversed(self._calm)):
            least_kg, most_kg = min(least_kg, heard.reading.value_kg), max(most_kg, heard.reading.value_kg)
            if most_kg - least_kg > spread_kg:
                return count
        return len(self._calm)

    def _note_zero(self, kg: Decimal, at_s: float) -> None:
        if kg >= self.limits.off_threshold_kg:
            self._near_zero = self._off_zero = 0
            return
        near = abs(kg) <= self.limits.zero_block_kg
        self._near_zero = self._near_zero + 1 if near else 0
        self._off_zero = 0 if near else self._off_zero + 1
        if self._near_zero >= self.limits.steady_frames:
            self._zero_seen_s, self._zero_off_kg = at_s, kg
        elif self._off_zero >= self.limits.steady_frames:
            self._zero_seen_s, self._zero_off_kg = None, kg

    def _note_leaving(self, kg: Decimal) -> None:
        self._below_off = self._below_off + 1 if kg < self.limits.off_threshold_kg else 0
        if self._below_off >= _EMPTY_FRAMES:
            self._taken = False
            self._curve = Curve()
