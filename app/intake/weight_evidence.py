"""What the agent beside a scale signed, as a page shows it: the curve of the weight, the raw frames."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.intake.models import Weighing

WIDTH: Final = 600
HEIGHT: Final = 140
_PRINTABLE: Final = range(0x20, 0x7F)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightCurve:
    """A line in a field of WIDTH × HEIGHT, from 0 kg at the bottom to `most_kg` at the top."""

    points: str
    most_kg: int
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The signed members that a page shows; frames as hexadecimal and as far as they are text."""

    taken_at: str
    steady_for_ms: int | None
    protocol: str
    seq: int | None
    zero_seen_at: str
    frames: Sequence[tuple[str, str]]
    curve: WeightCurve | None


def evidence_of(weighing: Weighing) -> Evidence | None:
    """Return what the scale signed; None of a typed weight."""
    if weighing.payload is None:
        return None
    said: dict[str, Any] = json.loads(weighing.payload)
    return Evidence(
        taken_at=said.get("taken_at", ""),
        steady_for_ms=said.get("steady_for_ms"),
        protocol=said.get("protocol", ""),
        seq=said.get("seq"),
        zero_seen_at=said.get("zero_seen_at", ""),
        frames=[(_spaced(frame), _as_text(frame)) for frame in said.get("frames", ())],
        curve=weight_curve(said.get("curve", ()), said.get("curve_step_ms", 0)),
    )


def weight_curve(weights_kg: Sequence[int], step_ms: int) -> WeightCurve | None:
    """Return the line of weights that are `step_ms` apart; None where there are too few for a line."""
    if len(weights_kg) < 2:
        return None
    most_kg = max(max(weights_kg), 1)
    step = WIDTH / (len(weights_kg) - 1)
    points = (f"{number * step:.1f},{HEIGHT * (1 - max(0, kg) / most_kg):.1f}" for number, kg in enumerate(weights_kg))
    return WeightCurve(points=" ".join(points), most_kg=most_kg, duration_s=(len(weights_kg) - 1) * step_ms / 1000)


def _spaced(frame: str) -> str:
    return " ".join(frame[at : at + 2] for at in range(0, len(frame), 2))


def _as_text(frame: str) -> str:
    try:
        return "".join(chr(byte) if byte in _PRINTABLE else "·" for byte in bytes.fromhex(frame))
    except ValueError:
        return ""
