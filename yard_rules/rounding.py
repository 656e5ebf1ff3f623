"""The only rounding of money and mass in the project: half a fen or kilogram goes up, away from zero."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

_ONE = Decimal(1)


def whole_fen(yuan: Decimal) -> int:
    """Return an amount in whole fen."""
    return int((100 * yuan).quantize(_ONE, ROUND_HALF_UP))


def whole_kg(kg: Decimal | Fraction) -> int:
    """Return a mass in whole kilograms."""
    return _half_up(Fraction(kg))


def whole_permille(permille: Decimal | Fraction) -> int:
    """Return a share in whole per mille."""
    return _half_up(Fraction(permille))


def _half_up(exact: Fraction) -> int:
    rounded = int((2 * abs(exact) + 1) // 2)
    return -rounded if exact < 0 else rounded
