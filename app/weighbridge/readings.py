"""What a weighbridge indicator says, one frame at a time: a reading, or a fault that is never taken for a weight."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class WeightKind(StrEnum):
    """Which weight the frame carries; UNKNOWN: what the display shows (gross, or net after taring)."""

    GROSS = "gross"
    NET = "net"
    TARE = "tare"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One whole frame, its check (where the protocol has one) proved.

    `steady` is what the indicator says of itself, None where its frames do not say. `overload` means out of range: no
    weight, whatever `value_kg` holds; look at it first. Where the display then shows no digits, `value_kg` is Infinity
    (below the range: -Infinity), so that it is never mistaken for an empty deck. `negative` is `value_kg < 0`.
    """

    value_kg: Decimal
    kind: WeightKind
    steady: bool | None
    overload: bool
    negative: bool
    raw: bytes

    def __post_init__(self) -> None:
        if self.value_kg.is_nan() or (self.value_kg.is_infinite() and not self.overload):
            raise ValueError("a reading in range has a finite weight")
        if self.negative != (self.value_kg < 0):
            raise ValueError("a reading is negative when its weight is below zero")


class FrameFault(StrEnum):
    """Why bytes gave no reading."""

    NOISE = "noise"  # bytes that belong to no whole frame: garbage, or what is left of a cut one
    BAD_CHECK = "bad_check"  # a whole frame whose check does not agree with it
    NO_WEIGHT = "no_weight"  # a whole frame with no number where the weight stands, and no word of overload
    UNIT = "unit"  # a weight in pounds or in a unit that is not known
    NOT_ZEROED = "not_zeroed"  # the indicator was switched on and has no zero yet
    LENGTH = "length"  # text of another length than the frames before it: a byte is lost, or one too many
    OTHER_ADDRESS = "other_address"  # the answer of another indicator on the same line


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameError:
    """Bytes that are no reading, and why. `raw` is bounded (`frames.machine.NOISE_LIMIT_BYTES`)."""

    reason: FrameFault
    raw: bytes


class Decoder(Protocol):
    """Turns the bytes of one link into readings; holds a cut frame until its rest comes. A new link needs a new one."""

    def feed(self, data: bytes) -> list[Reading | FrameError]:
        """Return what `data` completes, in the order sent. However a stream is cut, the readings are the same."""
        ...
