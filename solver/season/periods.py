"""The days of a season as the periods of its program: near days one by one, far days in bundles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Periods:
    """D days in P periods. `first`: (P,) first day of each, `length`: (P,) its days, `of_day`: (D,) a day's period."""

    first: Ints
    length: Ints
    of_day: Ints

    def __len__(self) -> int:
        return len(self.first)

    def sums(self, by_day: npt.ArrayLike) -> Floats:
        """Sums over each period's days of an array whose first axis is the days."""
        values = np.asarray(by_day, dtype=float)
        return np.add.reduceat(values, self.first, axis=0) if len(self.first) else values


def periods_of(days: int, *, near_days: int | None, bundle_days: int = 4) -> Periods:
    """`near_days` periods of one day, then bundles of `bundle_days`; None: every day for itself."""
    near = days if near_days is None else min(near_days, days)
    first = np.concatenate([np.arange(near), np.arange(near, days, bundle_days)]).astype(np.int64)
    length = np.diff(np.append(first, days))
    return Periods(first, length, np.repeat(np.arange(len(first)), length))
