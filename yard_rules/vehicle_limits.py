"""What the law lets a truck and its load weigh together, by its axles."""

from __future__ import annotations

from datetime import date

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
