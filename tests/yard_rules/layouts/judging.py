"""How a finding is held against what was expected of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import inf

from tests.yard_rules.layouts.drawing import Drawing
from tests.yard_rules.layouts.layout import Expected
from yard_rules.finding import Finding
from yard_rules.fire import FireRules, check_yard
from yard_rules.yard_drawing import from_geojson

RULES = FireRules(date(2026, 11, 12))


def findings_of(drawing: Drawing) -> tuple[Finding, ...]:
    return check_yard(from_geojson(drawing.geojson()), RULES)


def differences(findings: Sequence[Finding], expected: Sequence[Expected]) -> list[str]:
    """One sentence for each finding too many, too few or other than expected; empty where all is as expected."""
    told: list[str] = []
    left = sorted(findings, key=lambda finding: -_number(finding.measured))
    for wanted in sorted(expected, key=lambda one: -_number(one.measured)):
        same = [finding for finding in left if (finding.rule, finding.subject) == (wanted.rule, wanted.subject)]
        if not same:
            told.append(f"not found: {wanted.rule} {wanted.subject}")
            continue
        left.remove(same[0])
        told += _differences(same[0], wanted)
    return told + [f"not expected: {_said(finding)}" for finding in left]


def _differences(finding: Finding, wanted: Expected) -> list[str]:
    said = _said(finding)
    told = []
    if wanted.measured is not None and abs(_number(finding.measured) - wanted.measured) > wanted.within:
        told.append(f"{said}: measured {wanted.measured} expected")
    if wanted.required is not None and abs(_number(finding.required) - wanted.required) > 1e-6:
        told.append(f"{said}: {wanted.required} required expected")
    if finding.severity != wanted.severity:
        told.append(f"{said}: {wanted.severity} expected")
    if wanted.ask_brigade is not None and finding.ask_brigade != wanted.ask_brigade:
        told.append(f"{said}: ask_brigade {wanted.ask_brigade} expected")
    return told


def _number(value: float | None) -> float:
    return -inf if value is None else value


def _said(finding: Finding) -> str:
    return (
        f"{finding.rule} {finding.subject} {finding.measured} of {finding.required} {finding.unit}, "
        f"{finding.severity}, ask {finding.ask_brigade}"
    )
