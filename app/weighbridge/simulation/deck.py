"""A deck on which trucks drive on and off, and the display above it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Final

from app.weighbridge.readings import WeightKind
from app.weighbridge.simulation.encoding import Display

# domain/weighbridge.md, "Suggested driver interface": what a simulator needs.
RAMP_S: Final = (4.0, 8.0)
OVERSHOOT_SHARE: Final = (0.03, 0.05)
SWING_HZ: Final = (0.5, 1.0)
SETTLE_S: Final = (2.0, 4.0)

# So many time constants in the settling time: what is left of the swing is less than half a division.
_TIME_CONSTANTS: Final = 6.0
_STANDING_NOISE_DIVISIONS: Final = 0.1
_OVERLOAD_DIVISIONS: Final = 9
_WIND_HZ, _GUST_HZ = 0.23, 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """The load from the moment in which it begins to change: ramp, overshoot with swing, rest."""

    began_s: float
    from_kg: float
    to_kg: float
    ramp_s: float = 0.0
    settle_s: float = 0.0
    overshoot_share: float = 0.0
    swing_hz: float = 1.0

    @property
    def rests_from_s(self) -> float:
        return self.began_s + self.ramp_s + self.settle_s

    def load_kg(self, at_s: float) -> float:
        """Return the load at a moment of the simulated clock."""
        since_s = at_s - self.began_s
        step_kg = self.to_kg - self.from_kg
        if since_s < self.ramp_s:
            return self.from_kg + step_kg * (1 - math.cos(math.pi * since_s / self.ramp_s)) / 2
        if at_s >= self.rests_from_s:
            return self.to_kg
        swung_s = since_s - self.ramp_s
        decay_per_s = _TIME_CONSTANTS / self.settle_s
        turn_per_s = 2 * math.pi * self.swing_hz
        # The first peak of a swing of size 1 that dies away: the overshoot is measured there.
        peak_s = math.atan2(turn_per_s, decay_per_s) / turn_per_s
        peak = math.exp(-decay_per_s * peak_s) * math.sin(turn_per_s * peak_s)
        size_kg = step_kg * self.overshoot_share / peak
        swing_kg = size_kg * math.exp(-decay_per_s * swung_s) * math.sin(turn_per_s * swung_s)
        return self.to_kg + swing_kg


class SimulatedDeck:
    """What stands on the deck, for the thread that plays and for the one that drives.

    Seconds are those of the simulated clock, `speed` of them in a real one; the same seed gives the same movements.
    `zero_off_kg` is mud and straw that lie there, `tare_kg` a tare taken at the indicator, which then shows net.
    """

    def __init__(
        self,
        *,
        division_kg: int = 20,
        maximum_kg: int = 100_000,
        seed: int = 0,
        speed: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if division_kg <= 0 or speed <= 0:
            raise ValueError("division and speed are above zero")
        self.division_kg, self.maximum_kg, self.speed = division_kg, maximum_kg, speed
        self.zero_off_kg, self.tare_kg = 0, 0
        self._clock, self._started = clock, clock()
        # One for each thread: numbers drawn for the noise must not change how the next truck drives.
        self._driving, self._noise = Random(f"driving {seed}"), Random(f"noise {seed}")
        self._motion = Motion(began_s=0.0, from_kg=0.0, to_kg=0.0)

    def now_s(self) -> float:
        """Return the seconds since the deck was made, on the simulated clock."""
        return (self._clock() - self._started) * self.speed

    def drive_on(self, kg: int) -> float:
        """Let a truck of this weight drive on; return the simulated seconds until it stands still."""
        return self._move(kg)

    def drive_off(self) -> float:
        """Let the deck become empty; return the simulated seconds until it is at rest."""
        return self._move(0)

    def set_weight(self, kg: int) -> None:
        """Put a weight on the deck at once, at rest."""
        self._motion = Motion(began_s=self.now_s(), from_kg=kg, to_kg=kg)

    def display(self, *, wind_kg: int = 0) -> Display:
        """Return what the indicator shows now, in whole divisions; `wind_kg` is the size of the swing in a storm."""
        at_s, motion = self.now_s(), self._motion
        load_kg = motion.load_kg(at_s) + self.zero_off_kg + wind_kg * _wind(at_s)
        at_rest = at_s >= motion.rests_from_s
        if at_rest and motion.to_kg == 0:
            load_kg += self._noise.uniform(-1, 1) * self.division_kg
        else:
            load_kg += self._noise.gauss(0, _STANDING_NOISE_DIVISIONS) * self.division_kg
        gross_kg = round(load_kg / self.division_kg) * self.division_kg
        return Display(
            weight_kg=Decimal(gross_kg - self.tare_kg),
            tare_kg=Decimal(self.tare_kg),
            kind=WeightKind.NET if self.tare_kg else WeightKind.GROSS,
            steady=at_rest and wind_kg <= self.division_kg,
            overload=gross_kg > self.maximum_kg + _OVERLOAD_DIVISIONS * self.division_kg,
        )

    def _move(self, to_kg: int) -> float:
        began_s = self.now_s()
        self._motion = Motion(
            began_s=began_s,
            from_kg=self._motion.load_kg(began_s),
            to_kg=to_kg,
            ramp_s=self._driving.uniform(*RAMP_S),
            settle_s=self._driving.uniform(*SETTLE_S),
            overshoot_share=self._driving.uniform(*OVERSHOOT_SHARE),
            swing_hz=self._driving.uniform(*SWING_HZ),
        )
        return self._motion.rests_from_s - began_s


def _wind(at_s: float) -> float:
    gust = (1 + math.sin(2 * math.pi * _GUST_HZ * at_s)) / 2
    return gust * math.sin(2 * math.pi * _WIND_HZ * at_s)
