"""A finding's measure in few words."""

from __future__ import annotations

from yard_rules.finding import Finding

_UNITS = {"m2": "m²", "m3": "m³"}


def measured_words(finding: Finding) -> str:
    """Return "4.8 m of 6 m", "3 m²" where nothing at all is allowed, or nothing where there is nothing to measure."""
    if finding.measured is None:
        return ""
    unit = _UNITS.get(finding.unit or "", finding.unit or "")
    measured = f"{figure_words(finding.measured)} {unit}"
    return f"{measured} of {figure_words(finding.required)} {unit}" if finding.required else measured


def figure_words(value: float) -> str:
    """Return a figure with up to two decimals, more only where it would be nothing otherwise."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return text if text != "0" or value == 0 else f"{value:.3f}"
