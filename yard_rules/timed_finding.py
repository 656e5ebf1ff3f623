"""Findings about times: a gap in the watch, a round that did not come, a check that is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yard_rules.finding import Basis, Finding, Severity
from yard_rules.rulebook import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedFinding:
    """A finding, and the time that it is about; `ends` is None while that lasts."""

    finding: Finding
    begins: datetime
    ends: datetime | None

    def as_json(self) -> dict[str, Any]:
        """Return the finding as plain values for JSON, with its times in ISO 8601."""
        return {
            **self.finding.as_json(),
            "begins": self.begins.isoformat(),
            "ends": None if self.ends is None else self.ends.isoformat(),
        }


def finding_by_figures(
    rule: str,
    subject: tuple[str, ...],
    severity: Severity,
    figures: tuple[Figure, ...],
    *,
    measured: float | None = None,
    required: float | None = None,
    unit: str | None = None,
    mend_days: int | None = None,
) -> Finding:
    """Return a finding whose bases are rulebook figures, the binding one first."""
    return Finding(
        rule=rule,
        subject=subject,
        measured=measured,
        required=required,
        unit=unit,
        severity=severity,
        mend_days=mend_days,
        bases=tuple(
            Basis(figure=figure.name, source=figure.source, value=float(figure.value), verified=figure.verified)
            for figure in figures
        ),
        ask_brigade=bool(figures) and not figures[0].verified,
    )
