"""What a plant is charged for a delivery, and whose share of it is whose (H17, H18).

A contract says which end's weight counts, whether it is priced as weighed or as dry straw, and what moisture,
impurities and mould take off; the plan itself does not say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from yard_rules.dry_straw import WHOLE_PERMILLE, DryStrawMethod, dry_straw_kg
from yard_rules.rounding import whole_fen, whole_kg
from yard_rules.shares import split

_KG_PER_T: Final = 1000


class PriceKind(StrEnum):
    ON_ACCOUNT = "on_account"  # nothing is charged until the price is fixed
    PROVISIONAL = "provisional"  # charged now, the difference later
    FINAL = "final"


class CountedEnd(StrEnum):
    """Whose weight counts where both ends have one and neither disputes it."""

    PLANT = "plant"
    YARD = "yard"
    MEAN = "mean"


class Counted(StrEnum):
    """Which weight of a load counts by all that is known of it."""

    PLANT = "plant"
    YARD = "yard"
    MEAN = "mean"
    AGREED = "agreed"  # what a dispute was settled on


class WeightBasis(StrEnum):
    AS_WEIGHED = "as_weighed"
    DRY = "dry"


@dataclass(frozen=True, slots=True)
class Deduction:
    """Above this moisture, or share of impurities, `off_permille` of the price is taken off."""

    above_permille: int
    off_permille: int


@dataclass(frozen=True, slots=True)
class MouldDeduction:
    """Of straw of this grade of mould, `off_permille` of the price is taken off."""

    grade: int
    off_permille: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What was found of a load beside its moisture; None where nobody looked. `mould_grade`: 1 is without mould."""

    impurity_permille: int | None = None
    mould_grade: int | None = None

    @property
    def is_known(self) -> bool:
        """Whether anybody looked at all."""
        return self.impurity_permille is not None or self.mould_grade is not None


NOT_LOOKED_AT: Final = Quality()


class OffFor(StrEnum):
    """For what something is taken off."""

    MOISTURE = "moisture"
    IMPURITY = "impurity"
    MOULD = "mould"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a contract says of a material on a day. `town_permille`: the town's part of the fee of a direct haul."""

    kind: PriceKind
    yuan_per_t: Decimal
    counted_end: CountedEnd
    basis: WeightBasis
    dry_method: DryStrawMethod
    deductions: tuple[Deduction, ...]
    town_permille: int
    impurity_deductions: tuple[Deduction, ...] = ()
    mould_deductions: tuple[MouldDeduction, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is known of a load that a plant took. `agreed_kg`: what a dispute was settled on. `is_direct`: it came
    straight from the field (H13)."""

    day: date
    yard_kg: int | None
    plant_kg: int | None
    agreed_kg: int | None
    moisture_permille: int | None
    is_direct: bool
    quality: Quality = NOT_LOOKED_AT


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """What a plant owes for a load. `town_fen` is the part of `amount_fen` that goes to the town; `off_permille`: what
    is taken off for what, without what takes nothing off."""

    kg: int
    gross_fen: int
    deduction_fen: int
    amount_fen: int
    town_fen: int
    off_permille: Mapping[OffFor, int] = field(default_factory=dict)


def charge(load: Load, terms: Terms) -> Charge | None:
    """Return what is owed for the load, None while no weight of it is known. Each amount is rounded once, half a fen
    up; where moisture is unknown nothing is taken off for it and the weight counts as it was weighed. What is taken off
    for several things is added, up to the whole price."""
    counted = counted_kg(load, terms.counted_end)
    if counted is None:
        return None
    moisture = load.moisture_permille
    kg = counted
    if terms.basis is WeightBasis.DRY and moisture is not None:
        kg = dry_straw_kg(counted, moisture, method=terms.dry_method, day=load.day)
    gross_fen = whole_fen(terms.yuan_per_t * kg / _KG_PER_T)
    off = off_for(load, terms)
    deduction_fen = deducted_fen(gross_fen, off)
    amount_fen = gross_fen - deduction_fen
    town_permille = terms.town_permille if load.is_direct else 0
    town_fen, _company_fen = split(amount_fen, [town_permille, WHOLE_PERMILLE - town_permille])
    return Charge(
        kg=kg,
        gross_fen=gross_fen,
        deduction_fen=deduction_fen,
        amount_fen=amount_fen,
        town_fen=town_fen,
        off_permille=off,
    )  # fmt: skip


def counted_kg(load: Load, end: CountedEnd) -> int | None:
    """Return the weight that counts, in kg, as `which_counts` has it."""
    counted = which_counts(load, end)
    if counted is Counted.MEAN:
        return whole_kg(Fraction((load.yard_kg or 0) + (load.plant_kg or 0), 2))
    kg = {Counted.AGREED: load.agreed_kg, Counted.PLANT: load.plant_kg, Counted.YARD: load.yard_kg}
    return None if counted is None else kg[counted]


def which_counts(load: Load, end: CountedEnd) -> Counted | None:
    """Return which weight counts: what was agreed, else that of the contract's end, else the only one there is; None
    where there is none."""
    if load.agreed_kg is not None:
        return Counted.AGREED
    if load.plant_kg is not None and load.yard_kg is not None:
        return Counted(end)
    if load.plant_kg is None and load.yard_kg is None:
        return None
    return Counted.YARD if load.plant_kg is None else Counted.PLANT


def off_for(load: Load, terms: Terms) -> dict[OffFor, int]:
    """Return what the contract takes off the price of the load for what, in per mille, without what is nothing."""
    by_grade = {it.grade: it.off_permille for it in terms.mould_deductions}
    off = {
        OffFor.MOISTURE: off_permille(load.moisture_permille, terms.deductions),
        OffFor.IMPURITY: off_permille(load.quality.impurity_permille, terms.impurity_deductions),
        OffFor.MOULD: by_grade.get(load.quality.mould_grade or 0, 0),
    }
    return {what: permille for what, permille in off.items() if permille}


def deducted_fen(gross_fen: int, off: Mapping[OffFor, int]) -> int:
    """Return what all of this takes off an amount, at most the whole of it; rounded once, half a fen up."""
    return whole_fen(Decimal(gross_fen * min(sum(off.values()), WHOLE_PERMILLE)) / WHOLE_PERMILLE / 100)


def off_permille(found_permille: int | None, deductions: Sequence[Deduction]) -> int:
    """Return what the contract takes off the price at this moisture, or share of impurities: the highest band that it
    is above."""
    reached = [it for it in deductions if found_permille is not None and found_permille > it.above_permille]
    return max(reached, key=lambda it: it.above_permille).off_permille if reached else 0


def is_above_ceiling(yuan_per_t: Decimal, ceilings: Sequence[Decimal]) -> bool:
    """Whether the price is above one of the task force's yearly ceilings that hold while it does (H17)."""
    return any(yuan_per_t > ceiling for ceiling in ceilings)
