"""Plays an indicator on a port, in a thread of its own: it sends what the display shows, or answers what is asked."""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from app.weighbridge.frames import protocol_named
from app.weighbridge.simulation.deck import SimulatedDeck
from app.weighbridge.simulation.encoding import Display, answer_of, frame_of
from app.weighbridge.simulation.faults import NO_FAULTS, Faults, FaultyWire
from app.weighbridge.simulation.ports import Port, PtyPort, TcpPort

# Continuous output is 5-25 frames/s at 9600 baud.
FRAMES_PER_S: Final = 10.0

_QUESTION_BYTES: Final = 6
_STX: Final = b"\x02"


class PlayedScale:
    """An indicator that can be heard at `address`, above a deck to drive on.

    `faults` may be replaced while it plays; `lose_link` and `restore_link` pull the cable by hand.
    """

    def __init__(
        self, port: Port, deck: SimulatedDeck, *, protocol: str, frames_per_s: float, faults: Faults, seed: int
    ) -> None:
        self.deck, self.faults, self.address = deck, faults, port.address
        kind = protocol_named(protocol)
        self._asked_only, self._checked = kind.question is not None, kind.checked
        self._protocol, self._own_letter = protocol, protocol.partition(":")[2] or "A"
        self._port, self._wire = port, FaultyWire(seed=seed)
        self._interval_s = 1 / (frames_per_s * deck.speed)
        self._pulled = self._lost = False
        self._shown: Display | None = None
        self._asked = b""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._play, name="played scale", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and close the port."""
        self._stop.set()
        self._thread.join()
        self._port.close()

    def lose_link(self) -> None:
        """Pull the cable: silence on a serial line, a closed connection on TCP."""
        self._pulled = True

    def restore_link(self) -> None:
        """Put the cable back."""
        self._pulled = False

    def wait_s(self, simulated_s: float) -> None:
        """Wait for so many seconds of the simulated clock, or until the scale is stopped."""
        self._stop.wait(simulated_s / self.deck.speed)

    def _play(self) -> None:
        next_at = time.monotonic()
        while not self._stop.is_set():
            self._keep_link()
            left_s = max(0.0, next_at - time.monotonic())
            if wakes := self._port.wakes_on():
                select.select(wakes, [], [], left_s)
            else:  # A closed connection wakes nobody; the clock puts it back.
                self._stop.wait(left_s)
            for asked in self._port.received():
                self._answer(asked)
            if time.monotonic() >= next_at:
                next_at = max(next_at + self._interval_s, time.monotonic())
                if not self._asked_only:
                    frame = frame_of(self._protocol, self._display())
                    self._port.write(self._wire.carry(frame, self.faults, checked=self._checked))

    def _keep_link(self) -> None:
        lost = self._pulled or self.faults.link_is_lost(self.deck.now_s())
        if lost != self._lost:
            self._lost = lost
            self._port.set_lost(lost)

    def _answer(self, asked: bytes) -> None:
        self._asked += asked
        while (start := self._asked.find(_STX)) >= 0 and len(self._asked) - start >= _QUESTION_BYTES:
            question = self._asked[start : start + _QUESTION_BYTES]
            answer = answer_of(question, self._display(), address=self._own_letter) if self._asked_only else b""
            if answer:
                self._port.write(self._wire.carry(answer, self.faults, checked=True))
            self._asked = self._asked[start + (_QUESTION_BYTES if answer else 1) :]
        self._asked = self._asked[-_QUESTION_BYTES:]

    def _display(self) -> Display:
        if self._shown is None or not self.faults.is_stuck(self.deck.now_s()):
            self._shown = self.deck.display(wind_kg=self.faults.wind_kg)
        return self._shown


@contextmanager
def played_scale(
    protocol: str = "yaohua",
    *,
    listen: tuple[str, int] | None = None,
    baud: int | None = None,
    division_kg: int = 20,
    seed: int = 0,
    speed: float = 1.0,
    frames_per_s: float = FRAMES_PER_S,
    faults: Faults = NO_FAULTS,
) -> Iterator[PlayedScale]:
    """Play a scale for as long as the context lasts, on a pseudo-terminal, or on TCP where `listen` is host and port.

    Port 0 takes a free one; `PlayedScale.address` says which. `baud` is the one speed at which a pseudo-terminal is
    understood (None: any). Raises KeyError for an unknown protocol, OSError where the port cannot be had.
    """
    protocol_named(protocol)
    deck = SimulatedDeck(division_kg=division_kg, seed=seed, speed=speed)
    port: Port = TcpPort(*listen) if listen else PtyPort(baud=baud, seed=seed)
    scale = PlayedScale(port, deck, protocol=protocol, frames_per_s=frames_per_s, faults=faults, seed=seed)
    scale.start()
    try:
        yield scale
    finally:
        scale.stop()
