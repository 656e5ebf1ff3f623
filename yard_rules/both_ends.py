"""Whether the weights of a load at both ends agree."""

from __future__ import annotations

from collections.abc import Collection
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


def moistures_agree(yard_permille: int | None, plant_permille: int | None, day: date) -> bool:
    """Return whether both moistures lie no further apart than they may; one that was not measured contradicts none."""
    if yard_permille is None or plant_permille is None:
        return True
    return abs(yard_permille - plant_permille) <= rulebook("deliveries").whole("moistures_apart_permille", day)


def reweighed_range_kg(known_kg: Collection[int], day: date) -> tuple[int, int]:
    """Return the least and the most that a load may weigh when it is weighed again, by what is known of it."""
    apart = rulebook("deliveries").whole("reweighed_apart_permille", day)
    least, most = min(known_kg) * (WHOLE_PERMILLE - apart), max(known_kg) * (WHOLE_PERMILLE + apart)
    return whole_kg(Fraction(least, WHOLE_PERMILLE)), whole_kg(Fraction(most, WHOLE_PERMILLE))


def weights_agree(yard_kg: int, plant_kg: int, day: date) -> bool:
    """Return whether both net weights lie no further apart than they may."""
    apart_kg = abs(yard_kg - plant_kg)
    # nearly all lie within the floor, which needs no share of the weight
    is_within_floor = apart_kg <= rulebook("deliveries").whole("weights_apart_floor_kg", day)
    return is_within_floor or apart_kg <= may_differ_kg(yard_kg, plant_kg, day)
