"""The agent beside the scale: it hears the indicator, says what stands on the deck, and signs what is taken."""

from __future__ import annotations

import re
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from app import clock
from app.weighbridge.agent_files import Answer, TakenBook, agent_key
from app.weighbridge.agent_log import log
from app.weighbridge.agent_settings import AgentSettings
from app.weighbridge.deck import Deck, DeckLimits, StandingWeight, WhyNot
from app.weighbridge.readings import FrameError, Reading
from app.weighbridge.signing import SignedReading, public_text, signed

NONCE: Final = re.compile(r"[!-~]{16,64}")
# What makes a state worth telling at once; ages go with the heartbeat.
_TELLING: Final = ("state", "kg", "why_not", "seq", "zero_off_kg")


def _steady_s() -> float:
    """Seconds that also pass while the machine sleeps, where the system counts them: what was heard before is old."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


@dataclass(frozen=True, slots=True)
class Clocks:
    """`steady_s` never goes back and measures ages; `now` is what a taken reading is dated with (aware)."""

    steady_s: Callable[[], float] = _steady_s
    now: Callable[[], datetime] = clock.now


class ScaleAgent:
    """One scale. May be called from several threads."""

    def __init__(self, folder: Path, settings: AgentSettings, limits: DeckLimits, clocks: Clocks | None = None) -> None:
        """Read or make the key and the book of taken readings in the folder; raises OSError and ValueError of those."""
        self.settings = settings
        self.protocol = settings.protocol
        self._clocks = clocks or Clocks()
        self._key = agent_key(folder)
        self._book = TakenBook(folder, if_damaged_seq=int(self._clocks.now().timestamp()))
        if self._book.damaged:
            log("warning", "taken-book-damaged", seq=self._book.seq)
        self._deck = Deck(limits, division_kg=settings.division_kg, capacity_kg=settings.capacity_kg)
        self._changed = threading.Condition()

    def heard(self, entries: list[Reading | FrameError]) -> None:
        """Take note of what the decoder gave, now."""
        at_s = self._clocks.steady_s()
        with self._changed:
            for entry in entries:
                if isinstance(entry, Reading):
                    self._deck.heard(entry, at_s=at_s)
                else:
                    self._deck.heard_noise(at_s=at_s)
            self._changed.notify_all()

    def speaks(self, protocol: str) -> None:
        """Take note of what the indicator speaks."""
        with self._changed:
            self.protocol = protocol

    def who(self) -> dict[str, Any]:
        """Return which scale this is, the key that its readings are signed with, and what its clock says."""
        return {
            "agent": version("strawline"),
            "scale_id": self.settings.scale_id,
            "name": self.settings.name,
            "division_kg": self.settings.division_kg,
            "capacity_kg": self.settings.capacity_kg,
            "public_key": public_text(self._key),
            "protocol": self.protocol,
            "now": self._clocks.now().astimezone(UTC).isoformat(timespec="milliseconds"),
        }

    def state(self) -> dict[str, Any]:
        """Return what stands on the deck, and whether it may be taken."""
        with self._changed:
            return self._state()

    def next_state(self, last: dict[str, Any] | None, *, timeout_s: float) -> dict[str, Any]:
        """Return the state as soon as it tells something that `last` did not, at the latest after `timeout_s`."""
        until_s = time.monotonic() + timeout_s
        with self._changed:
            while True:
                state = self._state()
                left_s = until_s - time.monotonic()
                if last is None or left_s <= 0 or any(state[name] != last[name] for name in _TELLING):
                    return state
                # Silence notifies nobody, but becomes "no link" with time.
                self._changed.wait(min(left_s, 0.2))

    def take(self, nonce: str) -> Answer | WhyNot:
        """Return the signed weight, or why there is none; the same nonce is given its answer again.

        Raises ValueError for a nonce that is not 16 to 64 signs of ASCII, OSError where the disk does not keep the
        answer: then nothing has been taken.
        """
        if not NONCE.fullmatch(nonce):
            raise ValueError("a nonce has 16 to 64 signs of ASCII, without blanks")
        with self._changed:
            known = self._book.answer(nonce)
            if known is not None:
                return known
            at_s = self._clocks.steady_s()
            standing = self._deck.standing(at_s=at_s)
            if not isinstance(standing, StandingWeight):
                return standing
            seq = self._book.seq + 1
            answer = Answer(nonce, *signed(self._signed_reading(standing, nonce, seq, at_s), self._key))
            self._book.add(answer, seq=seq)
            self._deck.mark_taken()
            self._changed.notify_all()
        log("info", "taken", seq=seq, kg=standing.kg)
        return answer

    def _state(self) -> dict[str, Any]:
        view = self._deck.view(at_s=self._clocks.steady_s())
        return {
            "state": view.state,
            "kg": view.kg,
            "age_ms": view.age_ms,
            "steady_for_ms": view.steady_for_ms,
            "may_take": view.why_not is None,
            "why_not": view.why_not,
            "seq": self._book.seq,
            "zero_off_kg": view.zero_off_kg,
            "zero_warned": view.zero_warned,
        }

    def _signed_reading(self, standing: StandingWeight, nonce: str, seq: int, at_s: float) -> SignedReading:
        taken_at = self._clocks.now().astimezone(UTC)
        return SignedReading(
            scale_id=self.settings.scale_id,
            kg=standing.kg,
            division_kg=self.settings.division_kg,
            taken_at=taken_at,
            nonce=nonce,
            seq=seq,
            steady_for_ms=standing.steady_for_ms,
            protocol=self.protocol or "unknown",
            kind=standing.kind,
            zero_seen_at=taken_at - timedelta(seconds=at_s - standing.zero_seen_s),
            frames=tuple(frame.hex() for frame in standing.frames),
            curve=standing.curve_kg,
            curve_step_ms=standing.curve_step_ms,
        )
