"""Yaohua XK3190: continuous mode (tF = 0), and command mode (tF other than 0), where the host asks."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from app.weighbridge.frames.checks import HALF_BYTES, as_half_bytes, value_of_half_bytes, xor_of
from app.weighbridge.frames.machine import DIGITS, ETX, STX, FrameMachine, layout
from app.weighbridge.frames.numbers import fault, reading_of
from app.weighbridge.readings import FrameError, FrameFault, Reading, WeightKind

ADDRESSES: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
COMMANDS: Final = b"ABCDEFGH"
ASKED_KIND: Final = {ord("B"): WeightKind.GROSS, ord("C"): WeightKind.TARE, ord("D"): WeightKind.NET}

# Sign, six digits, decimals counted from the right.
_WEIGHT = (b"+-", *[DIGITS] * 6, b"01234")
_CHECK_AND_END = (HALF_BYTES, HALF_BYTES, ETX)


class YaohuaContinuous(FrameMachine):
    """Twelve bytes, sent without being asked. The weight is what the display shows; steadiness is not in the frame."""

    layouts = (layout(STX, *_WEIGHT, *_CHECK_AND_END),)

    def read_frame(self, frame: bytes, raw: bytes) -> Reading | FrameError:
        if value_of_half_bytes(frame[9:11]) != xor_of(frame[1:9]):
            return fault(FrameFault.BAD_CHECK, raw)
        return reading_of(_weight_in(frame[1:9]), WeightKind.UNKNOWN, raw)


class YaohuaAnswers(FrameMachine):
    """What the indicator at `address` answers. A handshake, and the question itself come back, give nothing."""

    layouts = (
        layout(STX, ADDRESSES, bytes(ASKED_KIND), *_WEIGHT, *_CHECK_AND_END),
        layout(STX, ADDRESSES, COMMANDS, *_CHECK_AND_END),
    )

    def __init__(self, address: str = "A") -> None:
        super().__init__()
        self._address = _address_byte(address)

    def read_frame(self, frame: bytes, raw: bytes) -> Reading | FrameError | None:
        if value_of_half_bytes(frame[-3:-1]) != xor_of(frame[1:-3]):
            return fault(FrameFault.BAD_CHECK, raw)
        if frame[1] != self._address:
            return fault(FrameFault.OTHER_ADDRESS, raw)
        if len(frame) == len(self.layouts[1]):
            return None
        return reading_of(_weight_in(frame[3:11]), ASKED_KIND[frame[2]], raw)


def question(command: str, *, address: str = "A") -> bytes:
    """Return the six bytes that ask the indicator at `address` (A-Z).

    Commands: A handshake, B gross, C tare, D net, E-H texts of some models. Raises ValueError for any other.
    """
    if len(command) != 1 or command.encode() not in COMMANDS:
        raise ValueError(f"no command {command!r}: the letters A to H are")
    asked = bytes((_address_byte(address), ord(command)))
    return STX + asked + as_half_bytes(xor_of(asked)) + ETX


def _address_byte(address: str) -> int:
    if len(address) != 1 or address.encode() not in ADDRESSES:
        raise ValueError(f"no address {address!r}: the letters A to Z are")
    return ord(address)


def _weight_in(field: bytes) -> Decimal:
    size = Decimal(field[1:7].decode()).scaleb(-(field[7] - ord("0")))
    return -size if field[:1] == b"-" else size
