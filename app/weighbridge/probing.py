"""Finds out which protocol an indicator speaks, and how fast, by listening; what does not speak is asked."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from app.weighbridge.frames import PROTOCOLS, ProtocolKind
from app.weighbridge.links import Link, has_speed, open_link
from app.weighbridge.readings import Reading

# The usual ones first: of the Chinese truck scales that were seen, A9 at 9600, others at 1200 and 4800.
PROBED_BAUDS: Final = (9600, 4800, 1200, 2400, 19200, 600)
LISTEN_S: Final = 1.5
ASK_EVERY_S: Final = 0.2

# So many good frames with hardly a bad one, and no other speed need be tried.
_ENOUGH_FRAMES: Final = 8
_SURE_SHARE: Final = 0.9
# Fewer are chance, or one frame repeated by somebody's print key.
_LEAST_FRAMES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was understood. `protocol` is a name in PROTOCOLS; `baud` None on TCP.

    `share_of_good_frames` (0-1) counts readings against readings and errors.
    """

    protocol: str
    baud: int | None
    share_of_good_frames: float
    good_frames: int

    @property
    def sure(self) -> bool:
        return self.good_frames >= _ENOUGH_FRAMES and self.share_of_good_frames >= _SURE_SHARE


def probe(address: str, bauds: Sequence[int] = PROBED_BAUDS, *, listen_s: float = LISTEN_S) -> Found | None:
    """Return the protocol and speed with the most good frames and the fewest faults, None where nothing is understood.

    Takes at most twice `listen_s` for each speed. "=" text is never found: whether it is reversed cannot be heard.
    Raises LinkLost where the link cannot be opened or breaks, ValueError for an address that is none.
    """
    best: Found | None = None
    speeds: Sequence[int | None] = bauds if has_speed(address) else (None,)
    for baud in speeds:
        with closing(open_link(address, baud=baud)) as link:
            found = _heard(link, baud, listen_s) or _answered(link, baud, listen_s)
        if found is not None and (best is None or _rank(found) > _rank(best)):
            best = found
        if best is not None and best.sure:
            break
    return best


def _heard(link: Link, baud: int | None, listen_s: float) -> Found | None:
    listeners = [_Listener(kind) for kind in PROTOCOLS.values() if kind.found_by_probing and kind.question is None]
    until_s = time.monotonic() + listen_s
    while (left_s := until_s - time.monotonic()) > 0:
        data = link.read(left_s)
        for listener in listeners:
            listener.hear(data)
        if any(listener.found(baud).sure for listener in listeners):
            break
    return _best_of(listeners, baud)


def _answered(link: Link, baud: int | None, listen_s: float) -> Found | None:
    listeners = [_Listener(kind) for kind in PROTOCOLS.values() if kind.found_by_probing and kind.question is not None]
    until_s = time.monotonic() + listen_s
    while time.monotonic() < until_s and not any(listener.found(baud).sure for listener in listeners):
        for listener in listeners:
            link.write(listener.kind.question or b"")
            listener.hear(link.read(ASK_EVERY_S))
    return _best_of(listeners, baud)


class _Listener:
    def __init__(self, kind: ProtocolKind) -> None:
        self.kind = kind
        self._decoder = kind.new_decoder()
        self._good = self._bad = 0

    def hear(self, data: bytes) -> None:
        for said in self._decoder.feed(data):
            if isinstance(said, Reading):
                self._good += 1
            else:
                self._bad += 1

    def found(self, baud: int | None) -> Found:
        share = self._good / (self._good + self._bad or 1)
        return Found(protocol=self.kind.name, baud=baud, share_of_good_frames=share, good_frames=self._good)


def _best_of(listeners: Sequence[_Listener], baud: int | None) -> Found | None:
    best = max((listener.found(baud) for listener in listeners), key=_rank)
    return best if best.good_frames >= _LEAST_FRAMES else None


def _rank(found: Found) -> float:
    # A protocol without check also finds its frames in those with one, sooner by a byte, and each time a byte is left.
    return found.good_frames * found.share_of_good_frames
