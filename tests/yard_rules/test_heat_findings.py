"""A stack's heat as findings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.yard_rules.test_heat_readings import BEGAN, HOUR, STACK, read, state
from yard_rules.finding import Severity
from yard_rules.heat.findings import heat_findings
from yard_rules.heat.state import heat_state


def rules(celsius: float, at_h: float = 0) -> list[tuple[str, Severity]]:
    readings = [read(0, celsius, probe) for probe in "ABC"]
    return [(it.finding.rule, it.finding.severity) for it in heat_findings(state(*readings, at_h=at_h))]


def test_a_cool_stack_that_is_probed_as_it_should_has_no_findings() -> None:
    assert rules(30) == []


@pytest.mark.parametrize(
    ("celsius", "severity"),
    [(45, Severity.ADVICE), (55, Severity.MEND), (65, Severity.BLOCKS), (75, Severity.BLOCKS)],
)
def test_a_level_is_a_finding_with_the_probe_and_the_limit(celsius: float, severity: Severity) -> None:
    (found,) = heat_findings(state(read(0, celsius), read(0, 30, "B"), read(0, 30, "C")))
    finding = found.finding
    assert (finding.rule, finding.subject, finding.severity) == ("heat_level", ("S1", "P1"), severity)
    assert (finding.measured, finding.required, finding.unit) == (celsius, celsius, "°C")
    assert finding.ask_brigade
    assert found.begins == BEGAN


def test_late_probing_and_missing_probes_are_findings_too() -> None:
    assert rules(30, at_h=30) == [("heat_probes_missing", Severity.MEND), ("heat_probing_overdue", Severity.MEND)]
    (missing,) = heat_findings(state(read(0, 30), stack=replace(STACK, mass_kg=110_000)))
    assert (missing.finding.measured, missing.finding.required) == (1, 5)


def test_smoke_blocks_without_a_temperature() -> None:
    readings = [read(0, 30, probe) for probe in "ABC"]
    found = heat_findings(heat_state(STACK, readings, moment=BEGAN + HOUR / 10, smoke=[BEGAN]))
    assert [(it.finding.rule, it.finding.severity, it.finding.measured) for it in found] == [
        ("heat_level", Severity.BLOCKS, None)
    ]
