"""`=` and seven or eight characters, as A23, A26, D2 and many big displays send them. No check.

Which end comes first cannot be seen (`=0648100` is 18,460 or 648,100): it is a setting and never a guess.
"""

from __future__ import annotations

from typing import Final

from app.weighbridge.frames.machine import CR, DIGITS, LF, FrameMachine, layout
from app.weighbridge.frames.numbers import fault, number_in, reading_of
from app.weighbridge.readings import FrameError, FrameFault, Reading, WeightKind

# So many frames of one length in a row make it the length of the stream.
FRAMES_OF_ONE_LENGTH: Final = 3

_CHARACTER = DIGITS + b".- "
_END = b"=" + CR + LF


class EqualsText(FrameMachine):
    """Format 2: the text as it is read. A frame ends where the next begins, or with its line.

    There is no check, so a lost byte would pass for a smaller weight. What guards against it: all frames of a stream
    have one length. The first `FRAMES_OF_ONE_LENGTH - 1` frames are therefore withheld (LENGTH), and so is every later
    one of another length, until as many of the new length have followed each other.
    """

    layouts = (layout(b"=", *[_CHARACTER] * 7, _END), layout(b"=", *[_CHARACTER] * 8, _END))
    between = CR + LF
    ends_with_next = True

    def __init__(self) -> None:
        super().__init__()
        self._length: int | None = None
        self._last_length: int | None = None
        self._equal_lengths = 0

    def read_frame(self, frame: bytes, raw: bytes) -> Reading | FrameError:
        raw = raw[:-1]
        if not self._is_of_the_length(len(raw)):
            return fault(FrameFault.LENGTH, raw)
        value_kg = number_in(self._as_read(frame[1:-1]))
        if value_kg is None:
            return fault(FrameFault.NO_WEIGHT, raw)
        return reading_of(value_kg, WeightKind.UNKNOWN, raw)

    def _as_read(self, text: bytes) -> bytes:
        return text

    def _is_of_the_length(self, length: int) -> bool:
        self._equal_lengths = self._equal_lengths + 1 if length == self._last_length else 1
        self._last_length = length
        if self._equal_lengths >= FRAMES_OF_ONE_LENGTH:
            self._length = length
        return length == self._length


class ReversedEqualsText(EqualsText):
    """Format 1: the lowest digit first, a minus last."""

    def _as_read(self, text: bytes) -> bytes:
        return text[::-1]
