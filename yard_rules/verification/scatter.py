"""How far things scatter by nature, told by medians so that a few false ones among many do not count."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.special import bdtrc, ndtr, ndtri

from yard_rules.verification.records import Floats, Mask

# Median absolute deviation to standard deviation, for a normal distribution.
_MAD_TO_SD: Final = 1.4826
_SPREADS_OF_95_PERCENT: Final = 1.95996


def spread(values: Floats) -> float:
    """Return 1.4826 times the median distance from the median; NaN of nothing."""
    known = values[~np.isnan(values)]
    return float(_MAD_TO_SD * np.median(np.abs(known - np.median(known)))) if len(known) else float("nan")


def spread_by(values: Floats, groups: Any) -> Floats:
    """Return for each value the spread of its group (around zero: for what is left after a centre was taken off)."""
    sizes = pd.Series(np.abs(values)).groupby(np.asarray(groups), dropna=False).transform("median")
    made: Floats = _MAD_TO_SD * sizes.to_numpy(dtype=np.float64)
    return made


def wide_spread_by(values: Floats, groups: Any) -> Floats:
    """Return for each value how far its group reaches: what 95 % lie within, as the spread of a normal distribution.

    For what has more far ones by nature than a normal distribution; false ones do not count while they are few among
    the one in twenty that lie beyond.
    """
    sizes = pd.Series(np.abs(values)).groupby(np.asarray(groups), dropna=False).transform(lambda it: it.quantile(0.95))
    made: Floats = np.asarray(sizes, dtype=np.float64) / _SPREADS_OF_95_PERCENT
    return made


def neighbours_median(values: Floats, groups: Any, count: int) -> Floats:
    """Return for each value the median of the `count` values of its group around it, in the order they stand.

    Fewer at a group's ends; NaN where fewer than five are known, for they say nothing of one among them.
    """
    series = pd.Series(values)
    rolled = series.groupby(np.asarray(groups), dropna=False).rolling(count, center=True, min_periods=5).median()
    made: Floats = np.asarray(rolled.droplevel(0).reindex(series.index), dtype=np.float64)
    return made


def chance_above(z: Floats) -> Floats:
    """Return how often a normal value lies above z spreads."""
    made: Floats = ndtr(-z)
    return made


def spreads_of_chance(chance: float) -> float:
    """Return above how many spreads a normal value lies that often."""
    return float(-ndtri(chance))


def chance_of_so_many(found: int, of: int, share: float) -> float:
    """Return how often `found` or more of `of` independent ones have what each has with the share."""
    return 1.0 if found <= 0 else float(bdtrc(found - 1, of, share))


def not_by_chance(chances: Floats, false_share: float) -> Mask:
    """Return which of many tests stand when so great a share of those that stand may be false.

    Benjamini & Hochberg 1995, J. R. Statist. Soc. B 57:289. NaN never stands.
    """
    known = np.nan_to_num(chances, nan=1.0)
    if len(known) == 0:
        return np.zeros(0, dtype=bool)
    ranked = np.sort(known)
    under = ranked <= false_share * np.arange(1, len(known) + 1) / len(known)
    made: Mask = known <= (ranked[under][-1] if under.any() else -1.0)
    return made
