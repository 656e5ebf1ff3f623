"""How a town divides the subsidy among its collecting bodies by rules of its own (H6, H7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from yard_rules.rounding import whole_fen
from yard_rules.shares import split

_KG_PER_T: Final = 1000
_FEN_PER_YUAN: Final = 100
_PER_MU: Final = 100  # areas are whole hundredths of a mu


class BonusPer(StrEnum):
    """What the bonus for removed stubble is reckoned by."""

    NONE = "none"
    MU = "mu"
    T = "t"


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A base for each tonne of dry straw, a bonus for each mu or tonne off fields whose stubble was removed; what is
    left goes by weight."""

    base_fen_per_t: int
    bonus_per: BonusPer
    bonus_fen: int

    def __post_init__(self) -> None:
        if min(self.base_fen_per_t, self.bonus_fen) < 0:
            raise ValueError("a town gives, it does not take")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What a body brought. `removed_centimu`, `removed_kg`: off fields whose stubble was removed, in hundredths of a mu
    and in dry straw."""

    dry_kg: int
    removed_centimu: int
    removed_kg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a body gets, in fen."""

    base_fen: int
    bonus_fen: int
    rest_fen: int

    @property
    def amount_fen(self) -> int:
        return self.base_fen + self.bonus_fen + self.rest_fen


def distribution(amount_fen: int, formula: Formula, bodies: Sequence[Collected]) -> list[Part]:
    """Return each body's part, in the same order; together they are exactly `amount_fen`.

    Base and bonus are each rounded once, half a fen up, and split by largest remainder. Where both together are more
    than there is, both are cut in proportion. Raises ValueError for an amount below 0, or for one with no body.
    """
    if amount_fen < 0 or (amount_fen and not bodies):
        raise ValueError(f"{amount_fen} fen for {len(bodies)} bodies")
    if not bodies:
        return []
    kg = [it.dry_kg for it in bodies]
    units = [_bonus_units(it, formula.bonus_per) for it in bodies]
    base_fen = whole_fen(Decimal(formula.base_fen_per_t * sum(kg)) / _KG_PER_T / _FEN_PER_YUAN)
    bonus_fen = _bonus_sum_fen(formula, sum(units))
    if base_fen + bonus_fen > amount_fen:
        base_fen, bonus_fen = split(amount_fen, [base_fen, bonus_fen])
    rest_fen = amount_fen - base_fen - bonus_fen
    parts = (split(base_fen, kg), split(bonus_fen, units), split(rest_fen, kg))
    return [
        Part(base_fen=base, bonus_fen=bonus, rest_fen=rest)
        for base, bonus, rest in zip(*parts, strict=True)
    ]  # fmt: skip


def is_cut(amount_fen: int, formula: Formula, bodies: Sequence[Collected]) -> bool:
    """Whether base and bonus together are more than there is."""
    base = Decimal(formula.base_fen_per_t * sum(it.dry_kg for it in bodies)) / _KG_PER_T / _FEN_PER_YUAN
    units = sum(_bonus_units(it, formula.bonus_per) for it in bodies)
    return whole_fen(base) + _bonus_sum_fen(formula, units) > amount_fen


def _bonus_units(it: Collected, per: BonusPer) -> int:
    return {BonusPer.NONE: 0, BonusPer.MU: it.removed_centimu, BonusPer.T: it.removed_kg}[per]


def _bonus_sum_fen(formula: Formula, units: int) -> int:
    size = _PER_MU if formula.bonus_per is BonusPer.MU else _KG_PER_T
    return whole_fen(Decimal(formula.bonus_fen * units) / size / _FEN_PER_YUAN)
