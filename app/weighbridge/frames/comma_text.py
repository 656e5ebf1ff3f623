"""Comma text, AND-like: `ST,GS,+0018460kg` and a line end. No check, but every field has its fixed width."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from app.weighbridge.frames.machine import CR, DIGITS, LF, FrameMachine, layout
from app.weighbridge.frames.numbers import KG_IN, UNITS_OF_TWO, fault, number_in, out_of_range, reading_of
from app.weighbridge.readings import FrameError, FrameFault, Reading, WeightKind

_STEADY: Final[dict[bytes, bool | None]] = {b"ST": True, b"US": False, b"OL": None}
_KINDS: Final = {b"GS": WeightKind.GROSS, b"NT": WeightKind.NET, b"TR": WeightKind.TARE}
_NUMBER_BYTES: Final = 8
_UNIT_LETTERS = b" kgtlb"


class CommaText(FrameMachine):
    """State, kind, sign with seven characters, unit of two. A lost byte breaks the widths, so it makes no weight."""

    layouts = (
        layout(
            b"SUO", b"TSL", b",", b"GNT", b"STR", b",",
            *[DIGITS + b"+-. "] * _NUMBER_BYTES, _UNIT_LETTERS, _UNIT_LETTERS, CR,
        ),
    )  # fmt: skip
    between = LF

    def read_frame(self, frame: bytes, raw: bytes) -> Reading | FrameError:
        state, kind, number = frame[0:2], _KINDS.get(frame[3:5]), frame[6 : 6 + _NUMBER_BYTES]
        unit = UNITS_OF_TWO.get(frame[6 + _NUMBER_BYTES : -1])
        if state not in _STEADY or kind is None:
            return fault(FrameFault.NOISE, raw)
        value = number_in(number)
        if state == b"OL" and (value is None or unit is None):
            return out_of_range(raw, kind, below=b"-" in number)
        if value is None:
            return fault(FrameFault.NO_WEIGHT, raw)
        if unit is None:
            return fault(FrameFault.UNIT, raw)
        value_kg: Decimal = value * KG_IN[unit]
        return reading_of(value_kg, kind, raw, steady=_STEADY[state], overload=state == b"OL")
