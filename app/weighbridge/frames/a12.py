"""Yaohua XK3190-A12 and A12E, small platform and sample scales: one line for each reading, with or without check."""

from __future__ import annotations

from typing import Final

from app.weighbridge.frames.checks import HALF_BYTES, value_of_half_bytes, xor_of
from app.weighbridge.frames.machine import CR, DIGITS, LF, FrameMachine, layout
from app.weighbridge.frames.numbers import KG_IN, UNITS_OF_TWO, fault, number_in, out_of_range, reading_of
from app.weighbridge.readings import FrameError, FrameFault, Reading, WeightKind

_KINDS: Final = {
    ord("G"): WeightKind.GROSS,
    ord("W"): WeightKind.GROSS,
    ord("w"): WeightKind.GROSS,
    ord("N"): WeightKind.NET,
    ord("n"): WeightKind.NET,
    ord("T"): WeightKind.TARE,
    ord("t"): WeightKind.TARE,
}
_UNIT_LETTERS = b" kgtlb"
_WEIGHT_LINE = (b"Ww", bytes(_KINDS), *[DIGITS + b".- "] * 7, _UNIT_LETTERS, _UNIT_LETTERS)
_OUT_OF_RANGE_LINE = (*[b" "] * 9, b"OL", b"OL")
_CHECK = (HALF_BYTES, HALF_BYTES)
_BODY_BYTES: Final = 11


class A12Plain(FrameMachine):
    """The variants without check: eleven characters, then a line end or the next reading."""

    layouts = (layout(*_WEIGHT_LINE), layout(*_OUT_OF_RANGE_LINE))
    between = CR + LF

    def read_frame(self, frame: bytes, raw: bytes) -> Reading | FrameError:
        body = frame[:_BODY_BYTES]
        if body[:1] == b" ":
            return _out_of_range(body, raw)
        value = number_in(body[2:9])
        unit = UNITS_OF_TWO.get(body[9:11])
        if value is None:
            return fault(FrameFault.NO_WEIGHT, raw)
        if unit is None:
            return fault(FrameFault.UNIT, raw)
        return reading_of(value * KG_IN[unit], _KINDS[body[1]], raw)


class A12(A12Plain):
    """Fifteen bytes: the line, two check characters (XOR of the line), CR LF."""

    layouts = (layout(*_WEIGHT_LINE, *_CHECK, CR, LF), layout(*_OUT_OF_RANGE_LINE, *_CHECK, CR, LF))
    between = b""

    def read_frame(self, frame: bytes, raw: bytes) -> Reading | FrameError:
        if value_of_half_bytes(frame[11:13]) != xor_of(frame[:_BODY_BYTES]):
            return fault(FrameFault.BAD_CHECK, raw)
        return super().read_frame(frame, raw)


def _out_of_range(body: bytes, raw: bytes) -> Reading | FrameError:
    if body[9:] not in (b"OL", b"LO"):
        return fault(FrameFault.NO_WEIGHT, raw)
    return out_of_range(raw, WeightKind.UNKNOWN, below=body[9:] == b"LO")
