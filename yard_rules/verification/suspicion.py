"""What a detector says: which tickets, why, how sure it is, how much straw is in question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import log10
from typing import Any, Final

# A chance of one in ten thousand million is as sure as a count can make it.
_SUREST_TENTHS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """Something to be looked at by a person; it decides nothing.

    `subject`: kind (ticket, plate, place, place_day, body, field) and id; `ticket_ids`: those to look at, none where
    the fault lies in a sum and no ticket stands out; `evidence`: plain values with the unit last in their names;
    `score`: 0 to 1, 1 where chance is out of the question; `at_stake_kg`: net weight that would not count if the
    suspicion were right; `until`: the last business day of what a sum was made of.
    """

    detector: str
    subject: tuple[str, str]
    ticket_ids: tuple[str, ...]
    evidence: Mapping[str, Any]
    score: float
    at_stake_kg: int
    until: date | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.score <= 1 or self.at_stake_kg < 0:
            raise ValueError(f"{self.detector}: score {self.score}, {self.at_stake_kg} kg")
        if not self.ticket_ids and self.until is None:
            raise ValueError(f"{self.detector}: neither tickets nor a day")

    def as_json(self) -> dict[str, Any]:
        """Return the suspicion as plain values for JSON."""
        return {
            "detector": self.detector,
            "subject": list(self.subject),
            "ticket_ids": list(self.ticket_ids),
            "evidence": dict(self.evidence),
            "score": self.score,
            "at_stake_kg": self.at_stake_kg,
            "until": self.until.isoformat() if self.until else None,
        }


def score_of_chance(chance: float) -> float:
    """Return the score of what chance alone gives that often: 0.3 for one in a thousand, 1 for one in 10^10."""
    return round(min(1.0, -log10(max(chance, 1e-300)) / _SUREST_TENTHS), 3)


def score_beyond(measured: float, limit: float) -> float:
    """Return the score of a measure beyond its limit: near 0 at the limit, 0.5 at twice it."""
    return round(max(0.0, 1 - abs(limit) / max(abs(measured), 1e-9)), 3)


def surest_first(suspicions: Iterable[Suspicion]) -> tuple[Suspicion, ...]:
    """Return the suspicions by score, then by what is at stake, then by detector and subject."""
    return tuple(
        sorted(suspicions, key=lambda it: (-it.score, -it.at_stake_kg, it.detector, it.subject, it.ticket_ids))
    )
