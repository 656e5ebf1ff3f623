"""The only rounding of money in the project: half a fen goes up, away from zero."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_ONE = Decimal(1)


def whole_fen(yuan: Decimal) -> int:
    """Return an amount in whole fen."""
    return int((100 * yuan).quantize(_ONE, ROUND_HALF_UP))
