"""What a check found: which rule, on what, how far from what is required, on whose word, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final


class Severity(StrEnum):
    """What a finding means for the yard, worst first."""

    BLOCKS = "blocks"  # nothing comes in until it is mended
    MEND = "mend"  # to be mended within days
    ADVICE = "advice"


class Shape(StrEnum):
    POINT = "point"
    LINE = "line"
    AREA = "area"


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """One source of what is required: `figure` by name in a rulebook, and what it comes to here.

    `value` is None where the source demands something without a figure; `verified`: compared with the source's text.
    """

    figure: str
    source: str
    value: float | None
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place on the drawing, in metres; of an area the outline without the repeated first point."""

    shape: Shape
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule broken on one subject.

    `subject`: ids, in the rule's order; `measured`, `required` in `unit`, None where there is nothing to measure;
    `bases`: the binding one first; `ask_brigade`: the binding one is unverified; `mend_days`: with severity `mend`.
    """

    rule: str
    subject: tuple[str, ...]
    measured: float | None = None
    required: float | None = None
    unit: str | None = None
    severity: Severity
    mend_days: int | None = None
    bases: tuple[Basis, ...] = ()
    ask_brigade: bool = False
    where: tuple[Mark, ...] = ()

    def __post_init__(self) -> None:
        if (self.mend_days is not None) != (self.severity is Severity.MEND):
            raise ValueError(f"{self.rule}: days to mend go with what is to be mended")

    def mend_by(self, day: date) -> date | None:
        """Return the last day to mend what was found on a day; None where it is not to be mended within days."""
        return None if self.mend_days is None else day + timedelta(days=self.mend_days)

    def as_json(self, day: date | None = None) -> dict[str, Any]:
        """Return the finding as plain values for JSON; with the day of the check also by when it is to be mended."""
        mend_by = None if day is None else self.mend_by(day)
        return {
            "rule": self.rule,
            "subject": list(self.subject),
            "measured": self.measured,
            "required": self.required,
            "unit": self.unit,
            "severity": self.severity.value,
            "mend_days": self.mend_days,
            **({} if day is None else {"mend_by": mend_by and mend_by.isoformat()}),
            "ask_brigade": self.ask_brigade,
            "bases": [
                {"figure": basis.figure, "source": basis.source, "value": basis.value, "verified": basis.verified}
                for basis in self.bases
            ],
            "where": [
                {"shape": mark.shape.value, "points": [list(point) for point in mark.points]} for mark in self.where
            ],
        }


_ORDER: Final = {severity: number for number, severity in enumerate(Severity)}


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings by severity, then by how far they miss in proportion, then by rule and subject."""
    return tuple(sorted(findings, key=lambda it: (_ORDER[it.severity], -_miss(it), it.rule, it.subject)))


def _miss(finding: Finding) -> float:
    """From 0 to 1: how far from what is required; 1 where there is nothing to measure."""
    if finding.measured is None or finding.required is None:
        return 1.0
    greater = max(abs(finding.measured), abs(finding.required))
    return abs(finding.measured - finding.required) / greater if greater else 0.0
