"""What grows on the made-up fields and when: areas, yields, dates, access."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaShape:
    """A lognormal of `median_mu` and log-deviation `sigma`, cut at both ends."""

    median_mu: float
    sigma: float
    least_mu: float
    most_mu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestShape:
    """Harvest days as a normal cut at both ends; a village's fields are cut near each other."""

    first_day: date
    last_day: date
    peak_day: date
    deviation_days: float
    village_share: float
    least_drying_days: int
    most_drying_days: int
    latest_ready: date


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowShape:
    """Days from `ready_date` to `clear_by`: fields to be sown again, and fallow ones."""

    least_days: int
    most_days: int
    fallow_share: float
    fallow_least_days: int
    fallow_most_days: int
    least_workable_days: float


def draw_areas_mu(count: int, shape: AreaShape, rng: np.random.Generator) -> Floats:
    """(count,) mu with one decimal. Drawn by strata, so the sample's median and mean are those of the shape."""
    low, high = norm.cdf(np.log(np.array([shape.least_mu, shape.most_mu]) / shape.median_mu) / shape.sigma)
    quantile = low + (high - low) * (np.arange(count) + rng.uniform(size=count)) / count
    areas = shape.median_mu * np.exp(shape.sigma * norm.ppf(rng.permutation(quantile)))
    areas = np.clip(areas, shape.least_mu, shape.most_mu)
    return np.asarray(np.round(areas, 1), dtype=np.float64)


def draw_straw_t(
    areas_mu: Floats, *, mean_kg_per_mu: float, variation: float, total_t: float | None, rng: np.random.Generator
) -> Floats:
    """(fields,) tonnes with one decimal, yields lognormal with that variation; scaled to `total_t` where given."""
    sigma = np.sqrt(np.log1p(variation**2))
    yields = mean_kg_per_mu * np.exp(sigma * np.clip(rng.standard_normal(len(areas_mu)), -2.5, 2.5) - sigma**2 / 2)
    straw_t = areas_mu * yields / 1000
    if total_t is not None:
        straw_t *= total_t / straw_t.sum()
    return np.asarray(np.maximum(np.round(straw_t, 1), 0.1), dtype=np.float64)


def draw_ready_dates(village: Ints, shape: HarvestShape, rng: np.random.Generator) -> list[date]:
    """One date per field: harvest, then days of drying in the swath."""
    village_mood = rng.standard_normal(int(village.max()) + 1)
    mood = np.sqrt(shape.village_share) * village_mood[village]
    mood += np.sqrt(1 - shape.village_share) * rng.standard_normal(len(village))
    rank = np.argsort(np.argsort(mood, kind="stable"), kind="stable")
    first, last, peak = (d.toordinal() for d in (shape.first_day, shape.last_day, shape.peak_day))
    low, high = norm.cdf((np.array([first, last + 1]) - peak - 0.5) / shape.deviation_days)
    share = low + (high - low) * (rank + 0.5) / len(village)
    harvest = np.floor(peak + 0.5 + shape.deviation_days * norm.ppf(share)).astype(np.int64)
    drying = rng.integers(shape.least_drying_days, shape.most_drying_days, size=len(village), endpoint=True)
    ready = np.minimum(harvest + drying, shape.latest_ready.toordinal())
    return [date.fromordinal(int(d)) for d in ready]


def draw_clear_by(
    ready: list[date], shape: WindowShape, workable_fraction: Mapping[date, float], rng: np.random.Generator
) -> list[date]:
    """One date per field; a short window is stretched until it holds `least_workable_days` of baling weather."""
    count = len(ready)
    fallow = rng.permutation(count) < round(shape.fallow_share * count)
    short = rng.integers(shape.least_days, shape.most_days, size=count, endpoint=True)
    long = rng.integers(shape.fallow_least_days, shape.fallow_most_days, size=count, endpoint=True)
    days = np.where(fallow, long, short)
    return [
        _stretched(first, first + timedelta(days=int(n)), shape.least_workable_days, workable_fraction)
        for first, n in zip(ready, days, strict=True)
    ]


def draw_access(
    straw_t: Floats, areas_mu: Floats, village: Ints, *, shares: Mapping[str, float], rng: np.random.Generator
) -> list[str]:
    """The largest class that reaches each field. `shares`: class to its share of all straw, narrowest access first.

    Fields of one village, and small fields, tend to lie on narrow tracks.
    """
    narrow = rng.standard_normal(int(village.max()) + 1)[village] + rng.standard_normal(len(village))
    narrow -= 0.6 * np.log(areas_mu)
    order = np.argsort(-narrow, kind="stable")
    reached = np.cumsum(straw_t[order]) / straw_t.sum()
    limits = np.cumsum(list(shares.values()))
    chosen = np.minimum(np.searchsorted(limits, reached - 1e-9), len(limits) - 1)
    access = np.empty(len(village), dtype=np.int64)
    access[order] = chosen
    names = list(shares)
    return [names[i] for i in access]


def _stretched(first: date, last: date, workable_days: float, workable_fraction: Mapping[date, float]) -> date:
    days = (first + timedelta(days=i) for i in range((last - first).days + 1))
    good = sum(workable_fraction.get(day, 1.0) for day in days)
    while good < workable_days:
        last += timedelta(days=1)
        good += workable_fraction.get(last, 1.0)
    return last
