"""What the law lets a truck and its load weigh together, by its axles."""

from __future__ import annotations

from datetime import date

from yard_rules.rounding import whole_kg
from yard_rules.rulebook import Figure, NoFigure, rulebook

_MOST_AXLES = 6


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


def legal_gross_by_payload_kg(payload_t: float, day: date) -> int:
    """Return the most that a truck whose axles nobody knows may weigh, by what its class carries.

    Of the axles that such trucks have the most count: only what exceeds that is certainly wrong. Source: figures
    `light_…`, `payload_…_axles_t`. Raises NoFigure before 2016.
    """
    rules = rulebook("vehicle_limits")
    for most, limit in (
        ("light_payload_t", "light_gross_t"),
        ("payload_2_axles_t", "gross_2_axles_t"),
        ("payload_4_axles_t", "gross_4_axles_t"),
    ):
        if payload_t <= rules.figure(most, day).value:
            return whole_kg(1000 * rules.figure(limit, day).value)
    return whole_kg(1000 * rules.figure(f"gross_{_MOST_AXLES}_axles_t", day).value)


def unknown_truck_gross_kg(day: date) -> int:
    """Return what a truck of which nothing is known may surely weigh: the least that the law allows by axles."""
    return whole_kg(1000 * rulebook("vehicle_limits").figure("gross_2_axles_t", day).value)
