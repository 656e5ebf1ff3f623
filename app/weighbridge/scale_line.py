"""The line to the indicator, read for as long as it takes: found by trying, opened again when it was lost."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from app.weighbridge.agent_log import log
from app.weighbridge.frames import ProtocolKind, protocol_named
from app.weighbridge.links import LinkLost, open_link
from app.weighbridge.probing import probe
from app.weighbridge.readings import FrameError, Reading

Hear = Callable[[list[Reading | FrameError]], None]
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 5.0
_READ_S: Final = 0.2
# In command mode: how often it is asked, and how long an answer may take.
_ASK_EVERY_S: Final = 0.1
_ANSWER_S: Final = 0.5
# A silent line is usually a cable that is out: only after so many tries in a row may it be another indicator.
_IN_VAIN: Final = 10
# A line without a weight for so long is opened anew: a TCP server that restarted says nothing of it.
_MUTE_S: Final = 8.0


class ScaleLine:
    """Reads the indicator at `port`; what is not known of it (`protocol`, `baud`) is found by trying."""

    def __init__(self, port: str, *, protocol: str | None, baud: int | None) -> None:
        """Raises KeyError for a protocol that is not known."""
        self._port, self._baud = port, baud
        self._named = protocol_named(protocol) if protocol else None

    def read(self, hear: Hear, *, found: Callable[[str], None], stop: threading.Event) -> None:
        """Give every frame to `hear`, and the protocol's name to `found` when it is known, until `stop`."""
        pause_s = FIRST_PAUSE_S
        known: _Known | None = None
        in_vain = 0
        while not stop.is_set():
            heard = _Heard(hear)
            try:
                known = known or self._look()
                if known is not None:
                    found(known.protocol.name)
                    self._listen(known, heard, stop)
            except LinkLost as lost:
                log("warning", "link-lost", port=self._port, fault=str(lost))
            in_vain = 0 if heard.understood else in_vain + 1
            if self._named is None and (heard.noise or in_vain >= _IN_VAIN) and not heard.understood:
                known = None  # Perhaps somebody has set the indicator to something else.
            pause_s = FIRST_PAUSE_S if heard.understood else min(LONGEST_PAUSE_S, pause_s * 2)
            stop.wait(pause_s * random.uniform(0.75, 1.25))

    def _look(self) -> _Known | None:
        if self._named is not None:
            return _Known(self._named, self._baud)
        found = probe(self._port, bauds=(self._baud,)) if self._baud else probe(self._port)
        if found is None:
            log("warning", "no-indicator", port=self._port)
            return None
        log("info", "indicator-found", port=self._port, protocol=found.protocol, baud=found.baud)
        return _Known(protocol_named(found.protocol), found.baud)

    def _listen(self, known: _Known, heard: _Heard, stop: threading.Event) -> None:
        """Read until `stop`, or LinkLost: also where nothing has been understood for long."""
        decoder, question = known.protocol.new_decoder(), known.protocol.question
        link = open_link(self._port, baud=known.baud)
        try:
            log("info", "link-open", port=self._port)
            asked_s, mute_since_s = 0.0, time.monotonic()
            while not stop.is_set():
                now_s = time.monotonic()
                if question and now_s - asked_s >= (_ASK_EVERY_S if heard.answered else _ANSWER_S):
                    link.write(question)
                    asked_s, heard.answered = now_s, False
                before = heard.understood
                heard.hear(decoder.feed(link.read(_ASK_EVERY_S if question else _READ_S)))
                if heard.understood > before:
                    mute_since_s = now_s
                elif now_s - mute_since_s > _MUTE_S:
                    raise LinkLost(f"no weight for {_MUTE_S:.0f} s")
        finally:
            link.close()


@dataclass(frozen=True, slots=True)
class _Known:
    protocol: ProtocolKind
    baud: int | None


class _Heard:
    """Passes entries on; counts readings and the rest, and knows whether a reading came since it was asked."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear
        self.understood = self.noise = 0
        self.answered = True

    def hear(self, entries: list[Reading | FrameError]) -> None:
        readings = sum(isinstance(entry, Reading) for entry in entries)
        self.understood += readings
        self.noise += len(entries) - readings
        self.answered = self.answered or readings > 0
        if entries:
            self._hear(entries)
