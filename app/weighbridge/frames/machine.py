"""Finds frames in a stream of bytes: collects, begins again at the next start byte, and never trusts "the last n"."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Final

from app.weighbridge.readings import FrameError, FrameFault, Reading

NOISE_LIMIT_BYTES: Final = 64
EIGHT_BITS: Final = 0xFF
SEVEN_BITS: Final = 0x7F

STX, ETX, CR, LF = b"\x02", b"\x03", b"\r", b"\n"
DIGITS = b"0123456789"

# For each place of a frame the bytes that may stand there.
Layout = tuple[frozenset[int], ...]


def layout(*places: bytes) -> Layout:
    """Return a layout from the bytes allowed at each place."""
    return tuple(frozenset(place) for place in places)


class FrameMachine(ABC):
    """A decoder that looks at one byte after the other, so that it does not matter how the link cuts the stream.

    What is held is always the beginning of a frame that may still become whole. A byte that does not fit makes the
    first held byte noise, and the rest is looked at again from its next byte: a cut frame costs itself and not the one
    behind it. At most one frame and `NOISE_LIMIT_BYTES` of noise are held.
    """

    layouts: ClassVar[tuple[Layout, ...]]
    # Bytes that may stand between frames and are not worth an error.
    between: ClassVar[bytes] = b""
    bit_mask: ClassVar[int] = EIGHT_BITS
    # True where a frame of no fixed length ends with the first byte of the next one.
    ends_with_next: ClassVar[bool] = False

    def __init__(self) -> None:
        self._held = bytearray()
        self._fitting = self.layouts
        self._noise = bytearray()

    def feed(self, data: bytes) -> list[Reading | FrameError]:
        """Return what `data` completes, in the order sent; see `Decoder`."""
        found: list[Reading | FrameError] = []
        for byte in data:
            self._take(byte, found)
        return found

    @abstractmethod
    def read_frame(self, frame: bytes, raw: bytes) -> Reading | FrameError | None:
        """Return what a whole frame says, None where it says nothing of a weight. `raw` is `frame` before the mask."""

    def _take(self, byte: int, found: list[Reading | FrameError]) -> None:
        place = len(self._held)
        self._held.append(byte)
        self._fitting = tuple(known for known in self._fitting if byte & self.bit_mask in known[place])
        if any(len(known) == len(self._held) for known in self._fitting):
            self._end_frame(found)
        elif not self._fitting:
            self._drop_first(found)

    def _end_frame(self, found: list[Reading | FrameError]) -> None:
        self._end_noise(found)
        frame = bytes(byte & self.bit_mask for byte in self._held)
        said = self.read_frame(frame, bytes(self._held))
        if said is not None:
            found.append(said)
        bad = isinstance(said, FrameError) and said.reason is FrameFault.BAD_CHECK
        # Where a byte was lost, the last byte of what looked like a frame is the first of the next.
        last_stays = (self.ends_with_next or bad) and any(frame[-1] in known[0] for known in self.layouts)
        self._begin_again(self._held[-1:] if last_stays else b"", found)

    def _drop_first(self, found: list[Reading | FrameError]) -> None:
        if self._held[0] & self.bit_mask not in self.between:
            self._noise.append(self._held[0])
        if len(self._noise) >= NOISE_LIMIT_BYTES:
            self._end_noise(found)
        self._begin_again(self._held[1:], found)

    def _begin_again(self, rest: bytes | bytearray, found: list[Reading | FrameError]) -> None:
        self._held.clear()
        self._fitting = self.layouts
        for byte in rest:
            self._take(byte, found)

    def _end_noise(self, found: list[Reading | FrameError]) -> None:
        if self._noise:
            found.append(FrameError(reason=FrameFault.NOISE, raw=bytes(self._noise)))
            self._noise.clear()
