"""The dry-straw weight of a ticket as a reckoning that can be followed: the rule, its source and every figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from yard_rules.dry_straw import DryStrawMethod, dry_straw_kg, dry_straw_ratios
from yard_rules.rulebook import Figure, rulebook


@dataclass(frozen=True, slots=True, kw_only=True)
class DryWeight:
    """`dry_kg` = `net_kg` × `numerator` / `denominator`, half a kilogram going up."""

    net_kg: int
    moisture_permille: int
    method: str
    base: Figure
    numerator: int
    denominator: int
    dry_kg: int

    @property
    def counts_whole(self) -> bool:
        """Whether the load counts as it was weighed."""
        return self.numerator == self.denominator


def dry_weight(net_kg: int, moisture_permille: int, *, method: str, day: date) -> DryWeight:
    """Return the reckoning with the figures in force on the day; raises NoFigure before the plan."""
    how = DryStrawMethod(method)
    denominator, numerators = dry_straw_ratios(how, day)
    return DryWeight(
        net_kg=net_kg,
        moisture_permille=moisture_permille,
        method=method,
        base=rulebook("dry_straw").figure("base_moisture_permille", day),
        numerator=numerators[moisture_permille],
        denominator=denominator,
        dry_kg=dry_straw_kg(net_kg, moisture_permille, method=how, day=day),
    )
