"""What the law lets a truck and its load weigh together, by its axles."""

from __future__ import annotations

from datetime import date

from yard_rules.rounding import whole_kg
from yard_rules.rulebook import Figure, NoFigure, rulebook


def legal_gross_t(axles: int | None, day: date) -> Figure | None:
    """Return the most that any vehicle with so many axles may weigh; None where that is not known.

    For four axles and three the limit of a combination is the higher one: only what exceeds that is certainly wrong.
    """
    if axles is None:
        return None
    try:
        return rulebook("vehicle_limits").figure(f"gross_{axles}_axles_t", day)
    except NoFigure:
        return None


def legal_gross_kg(axles: int | None, day: date) -> int | None:
    """Return `legal_gross_t` in whole kg; None where that is not known."""
    figure = legal_gross_t(axles, day)
    return None if figure is None else whole_kg(1000 * figure.value)
