"""Whether the weights of a load at both ends agree."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from yard_rules.dry_straw import WHOLE_PERMILLE
from yard_rules.rounding import whole_kg
from yard_rules.rulebook import rulebook


def may_differ_kg(yard_kg: int, plant_kg: int, day: date) -> int:
    """Return by how many kg both net weights may lie apart: a share of the heavier one, and never less than a floor.

    Figures of the rulebook `deliveries`, estimates until a contract sets others. Raises NoFigure before the plan.
    """
    book = rulebook("deliveries")
    share_kg = Fraction(max(yard_kg, plant_kg) * book.whole("weights_apart_permille", day), WHOLE_PERMILLE)
    return max(whole_kg(share_kg), book.whole("weights_apart_floor_kg", day))


def weights_agree(yard_kg: int, plant_kg: int, day: date) -> bool:
    """Return whether both net weights lie no further apart than they may."""
    return abs(yard_kg - plant_kg) <= may_differ_kg(yard_kg, plant_kg, day)
