"""A finding's measure in few words."""

from __future__ import annotations

from yard_rules.finding import Finding

_MOST_DECIMALS = 6
_UNITS = {"m2": "m²", "m3": "m³"}


def measured_words(finding: Finding) -> str:
    """Return "4.8 m of 6 m", "3 m²" where nothing at all is allowed, or nothing where there is nothing to measure."""
    if finding.measured is None:
        return ""
    unit = _UNITS.get(finding.unit or "", finding.unit or "")
    if not finding.required:
        return f"{figure_words(finding.measured)} {unit}"
    measured, required = apart_words(finding.measured, finding.required)
    return f"{measured} {unit} of {required} {unit}"


def unit_words(unit: str) -> str:
    """Return a unit as it is written."""
    return _UNITS.get(unit, unit)


def apart_words(measured: float, required: float) -> tuple[str, str]:
    """Return both in few words, with so many decimals that a near miss is seen: "3.995", "4"."""
    first, second = figure_words(measured), figure_words(required)
    decimals = 3
    while first == second and measured != required and decimals <= _MOST_DECIMALS:
        first, second = (f"{it:,.{decimals}f}".rstrip("0").rstrip(".") for it in (measured, required))
        decimals += 1
    return first, second


def figure_words(value: float) -> str:
    """Return a figure with up to two decimals, more only where it would be nothing otherwise."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return text if text != "0" or value == 0 else f"{value:.3f}"
