"""A whole split into whole parts: by largest remainder, so that the parts add up."""

from __future__ import annotations

from collections.abc import Sequence


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Return `total` split in proportion to `weights`, which are at least 0; the parts add up to it exactly.

    What whole division leaves over goes, one each, to the largest remainders, of equal ones to the first. A total below
    0 is split as its amount. Where all weights are 0 each counts alike. Raises ValueError for no or negative weights.
    """
    if not weights or min(weights) < 0:
        raise ValueError(f"weights of a split: {list(weights)}")
    if not any(weights):
        weights = [1] * len(weights)
    amount, whole = abs(total), sum(weights)
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: -(amount * weights[at] % whole))
    for at in by_remainder[: amount - sum(parts)]:
        parts[at] += 1
    return [-part for part in parts] if total < 0 else parts
