"""What goes wrong between an indicator and the machine that reads it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from random import Random
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How much goes wrong. Shares are 0-1; a fault with `_every_s` and `_for_s` comes so often and lasts so long.

    Of these seconds, as of all in a simulation, `speed` go into a real one.
    """

    wind_kg: int = 0
    lost_bytes_share: float = 0.0
    wrong_checks_share: float = 0.0
    glued_frames: int = 1  # at most so many frames leave together, cut anywhere, as serial servers pack them
    link_lost_every_s: float = 0.0
    link_lost_for_s: float = 5.0
    stuck_every_s: float = 0.0
    stuck_for_s: float = 10.0

    def __post_init__(self) -> None:
        if not (0 <= self.lost_bytes_share <= 1 and 0 <= self.wrong_checks_share <= 1):
            raise ValueError("a share lies between 0 and 1")
        if any(getattr(self, field.name) < 0 for field in fields(self)) or self.glued_frames < 1:
            raise ValueError("a fault is not below zero")

    def link_is_lost(self, at_s: float) -> bool:
        """Say whether the link is lost at this moment of the simulated clock."""
        return _within(at_s, self.link_lost_every_s, self.link_lost_for_s)

    def is_stuck(self, at_s: float) -> bool:
        """Say whether the indicator repeats its last value."""
        return _within(at_s, self.stuck_every_s, self.stuck_for_s)


NO_FAULTS = Faults()


def faults_from(text: str) -> Faults:
    """Return the faults of a text such as `wind_kg=60,lost_bytes_share=0.01,glued_frames=4`.

    Raises ValueError with the names that there are.
    """
    names = {field.name: field.type for field in fields(Faults)}
    values: dict[str, Any] = {}
    for part in filter(None, text.split(",")):
        name, _, value = part.partition("=")
        if name not in names:
            raise ValueError(f"no fault {name!r}: there are {', '.join(names)}")
        values[name] = int(value) if names[name] == "int" else float(value)
    return Faults(**values)


class FaultyWire:
    """Takes the frames of an indicator and returns what arrives, damaged by chance from the seed."""

    def __init__(self, *, seed: int) -> None:
        self._chance = Random(f"wire {seed}")
        self._packed: list[bytes] = []
        self._pack_size = 1

    def carry(self, frame: bytes, faults: Faults, *, checked: bool) -> bytes:
        """Return the bytes that arrive with this frame: none while frames are packed, then several at once.

        Checks are made wrong only where the protocol has one: without, a wrong digit is simply another weight.
        """
        if checked and self._chance.random() < faults.wrong_checks_share:
            frame = self._with_a_wrong_digit(frame)
        self._packed.append(frame)
        if len(self._packed) < self._pack_size:
            return b""
        whole = b"".join(self._packed)
        self._packed.clear()
        self._pack_size = self._chance.randint(1, faults.glued_frames)
        if faults.glued_frames > 1:
            cut = self._chance.randint(0, len(whole))
            whole, rest = whole[:cut], whole[cut:]
            self._packed.append(rest)
        if faults.lost_bytes_share:
            whole = bytes(byte for byte in whole if self._chance.random() >= faults.lost_bytes_share)
        return whole

    def _with_a_wrong_digit(self, frame: bytes) -> bytes:
        places = [place for place, byte in enumerate(frame) if 0x30 <= byte <= 0x39]
        if not places:
            return frame
        place = self._chance.choice(places)
        return frame[:place] + bytes((frame[place] ^ 0x01,)) + frame[place + 1 :]


def _within(at_s: float, every_s: float, for_s: float) -> bool:
    return every_s > 0 and at_s >= every_s and at_s % every_s < for_s
