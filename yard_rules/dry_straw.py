"""The dry-straw weight of a load, which the town's subsidy is paid for (H6)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final

from yard_rules.rounding import whole_kg
from yard_rules.rulebook import rulebook

WHOLE_PERMILLE: Final = 1000


class DryStrawMethod(StrEnum):
    """How the plan's words "moisture 30 % or less" are read: it gives no formula."""

    CAP = "cap"  # wet straw is reduced to 30 %, dry straw counts as weighed
    FULL = "full"  # everything is brought to 30 %, so that dry straw counts more than it weighs


def dry_straw_kg(net_kg: int, moisture_permille: int, *, method: DryStrawMethod = DryStrawMethod.CAP, day: date) -> int:
    """Return the dry-straw weight in whole kg, half a kilogram going up; H6.

    Moisture M is of the total mass. `full`: net × (1 − M) / (1 − base); `cap`: the same, but never more than net.
    Raises ValueError for a net weight below zero and for a moisture outside 0 to 1,000 per mille; NoFigure before the
    plan.
    """
    if net_kg < 0:
        raise ValueError(f"a net weight of {net_kg} kg")
    if not 0 <= moisture_permille <= WHOLE_PERMILLE:
        raise ValueError(f"a moisture of {moisture_permille} per mille")
    dry_matter_permille = WHOLE_PERMILLE - base_moisture_permille(day)
    return whole_kg(Fraction(net_kg * _numerator(moisture_permille, method, dry_matter_permille), dry_matter_permille))


def dry_straw_ratios(method: DryStrawMethod, day: date) -> tuple[int, tuple[int, ...]]:
    """Return (denominator, numerators), one numerator for each per mille of moisture from 0 to 1,000; H6.

    A browser without a network gets the same kilograms as `dry_straw_kg` from whole numbers alone:
    floor((2 × net_kg × numerator + denominator) / (2 × denominator)). Raises NoFigure before the plan.
    """
    dry_matter_permille = WHOLE_PERMILLE - base_moisture_permille(day)
    return dry_matter_permille, tuple(
        _numerator(moisture_permille, method, dry_matter_permille) for moisture_permille in range(WHOLE_PERMILLE + 1)
    )


def base_moisture_permille(day: date) -> int:
    """Return the moisture that dry straw may have, in per mille of its mass; raises NoFigure before the plan (H6)."""
    return rulebook("dry_straw").whole("base_moisture_permille", day)


def _numerator(moisture_permille: int, method: DryStrawMethod, dry_matter_permille: int) -> int:
    numerator = WHOLE_PERMILLE - moisture_permille
    return min(numerator, dry_matter_permille) if method is DryStrawMethod.CAP else numerator
