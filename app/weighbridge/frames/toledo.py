"""Toledo (Mettler) continuous output: 17 bytes, or 18 with checksum; the short form goes without the tare."""

from __future__ import annotations

from typing import Final

from app.weighbridge.frames.checks import toledo_checksum
from app.weighbridge.frames.machine import CR, DIGITS, SEVEN_BITS, STX, FrameMachine, layout
from app.weighbridge.frames.numbers import KG_IN, fault, number_in, out_of_range, reading_of
from app.weighbridge.readings import FrameError, FrameFault, Reading, WeightKind

# Status word A, bits 0-2: how often the six digits are to be multiplied by ten; below zero, decimals.
_TEN_TIMES: Final = {0: 2, 1: 1, 2: 0, 3: -1, 4: -2, 5: -3, 6: -4, 7: -5}
_POSITION_BITS: Final = 0b111

_NET, _NEGATIVE, _OUT_OF_RANGE, _IN_MOTION, _KILOGRAMS, _NOT_ZEROED = 0x01, 0x02, 0x04, 0x08, 0x10, 0x40
_GRAMS, _OTHER_UNIT_BITS = 0x01, 0x06

# Copies differ in the fixed bits of a status word, so it may be anything but a control character.
_STATUS = bytes(range(0x20, 0x80))
_SIX_DIGITS = (DIGITS + b" ",) * 6
_SHORT_FORM = (STX, _STATUS, _STATUS, _STATUS, *_SIX_DIGITS, CR)
_WITH_TARE = (STX, _STATUS, _STATUS, _STATUS, *_SIX_DIGITS, *_SIX_DIGITS, CR)
_CHECKSUM = bytes(range(0x80))


class Toledo(FrameMachine):
    """The weight that the display shows, gross or net, with the indicator's own word on motion and range."""

    layouts = (layout(*_WITH_TARE),)
    bit_mask = SEVEN_BITS  # the eighth may be parity

    def read_frame(self, frame: bytes, raw: bytes) -> Reading | FrameError:
        word_a, word_b, word_c = frame[1:4]
        if word_b & _NOT_ZEROED:
            return fault(FrameFault.NOT_ZEROED, raw)
        if word_c & _OTHER_UNIT_BITS or not (word_c & _GRAMS or word_b & _KILOGRAMS):
            return fault(FrameFault.UNIT, raw)
        kind = WeightKind.NET if word_b & _NET else WeightKind.GROSS
        digits = number_in(frame[4:10])
        if digits is None:
            below = bool(word_b & _NEGATIVE)
            return out_of_range(raw, kind, below=below) if word_b & _OUT_OF_RANGE else fault(FrameFault.NO_WEIGHT, raw)
        shown = digits.scaleb(_TEN_TIMES[word_a & _POSITION_BITS]) * KG_IN[b"g" if word_c & _GRAMS else b"kg"]
        return reading_of(
            -shown if word_b & _NEGATIVE else shown,
            kind,
            raw,
            steady=not word_b & _IN_MOTION,
            overload=bool(word_b & _OUT_OF_RANGE),
        )


class ToledoShort(Toledo):
    """The short form, as Cardinal formats 1 and 3 send it."""

    layouts = (layout(*_SHORT_FORM),)


class ToledoChecked(Toledo):
    """With the checksum switched on at the indicator."""

    layouts = (layout(*_WITH_TARE, _CHECKSUM),)

    def read_frame(self, frame: bytes, raw: bytes) -> Reading | FrameError:
        if toledo_checksum(frame[:-1]) != frame[-1]:
            return fault(FrameFault.BAD_CHECK, raw)
        return super().read_frame(frame, raw)


class ToledoShortChecked(ToledoChecked):
    """The short form with checksum."""

    layouts = (layout(*_SHORT_FORM, _CHECKSUM),)
