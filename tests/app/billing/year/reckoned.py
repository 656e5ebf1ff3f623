"""What the year comes to, reckoned with pandas from the loads, purchases and prices alone. Nothing here knows the app:
it rounds by itself, in whole numbers, half a fen or kilogram up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

import numpy as np
import pandas as pd

from tests.app.billing.year.book import (
    CITY_PERMILLE,
    FEE_PERMILLE,
    FILM_FEN,
    POINTS,
    RECYCLING_FEN,
    Bought,
    Price,
)

_DRY_PERMILLE: Final = 700  # of straw that has the 30 % of H6
COLUMNS: Final = ("fen", "kg", "town_fen", "is_final", "is_charged")


def reckoned(loads: pd.DataFrame, prices: Sequence[Price]) -> pd.DataFrame:
    """Return what each load costs by all that is known, indexed as `loads`, whose columns are plant_id, town_id (None
    from a yard), day, yard_kg, plant_kg and agreed_kg (-1 where there is none), moisture, impurity, grade and
    counts (whether it was weighed and is not void)."""
    told = pd.DataFrame({"fen": 0, "kg": 0, "town_fen": 0, "is_final": False, "is_charged": False}, index=loads.index)
    # the last that fits counts: a plant's own after those of all, final after others, later agreed after earlier
    order = sorted(range(len(prices)), key=lambda at: (prices[at].plant_id is not None, prices[at].kind == "final", at))
    for at in order:
        price = prices[at]
        fits = loads.counts & (loads.day >= price.since)
        if price.until is not None:
            fits &= loads.day <= price.until
        if price.plant_id is not None:
            fits &= loads.plant_id == price.plant_id
        some = loads[fits]
        kg = _counted_kg(some, price)
        gross = _halves_up(price.fen_per_t * kg, 1000)
        fen = gross - _halves_up(gross * _off_permille(some, price), 1000)
        town, rest = fen * price.town_permille // 1000, fen * price.town_permille % 1000
        town = (town + ((rest > 0) & (rest >= 1000 - rest))).where(some.town_id.notna(), 0)
        told.loc[fits, "kg"], told.loc[fits, "fen"], told.loc[fits, "town_fen"] = kg, fen, town
        told.loc[fits, "is_final"], told.loc[fits, "is_charged"] = price.kind == "final", True
    return told


def differences(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the loads of which something else is to be said, with the kind of entry that says it, and by how much."""
    known = before.reindex(after.index)
    known[["fen", "kg", "town_fen"]] = known[["fen", "kg", "town_fen"]].fillna(0).astype("int64")
    known[["is_final", "is_charged"]] = known[["is_final", "is_charged"]].fillna(value=False).astype(bool)
    changed = (known[list(COLUMNS)] != after[list(COLUMNS)]).any(axis=1)
    made = after.loc[changed, ["fen", "kg", "town_fen"]] - known.loc[changed, ["fen", "kg", "town_fen"]]
    was, now = known.loc[changed], after.loc[changed]
    made["kind"] = np.select(
        [~now.is_charged, ~was.is_charged, now.is_final & ~was.is_final],
        ["reversal", "charge", "true_up"],
        default="correction",
    )
    return made


def purchases_reckoned(purchases: Sequence[Bought]) -> pd.DataFrame:
    """Return what recycling points' purchases come to, fen and kg by month and account: in the month in which they were
    bought, and taken back in that in which they became void."""
    frame = pd.DataFrame([asdict(it) | {"month": it.month, "town_id": POINTS[it.point_id]} for it in purchases])
    frame = frame[frame.is_signed]
    void = frame[frame.void_in.notna()]
    void = void.assign(month=void.void_in, kg=-void.kg)
    frame = pd.concat([frame, void])
    price = FILM_FEN * frame.kg
    fee = np.sign(price) * _halves_up(price.abs() * FEE_PERMILLE, 1000)
    whole = (price + fee).abs()
    city, rest = whole * CITY_PERMILLE // 1000, whole * CITY_PERMILLE % 1000
    city = np.sign(price) * (city + ((rest > 0) & (rest >= 1000 - rest)))
    recycled = frame.kg.where(frame.is_recyclable, 0)
    lines = [
        ("point/" + frame.point_id + "/paid_out", -price, -frame.kg),
        ("point/" + frame.point_id + "/fee", -fee, 0 * fee),
        ("city/purchases", city, frame.kg),
        ("town/" + frame.town_id + "/purchases", price + fee - city, 0 * fee),
        ("city/recycling", RECYCLING_FEN * recycled, recycled),
        ("recycler/recycling", -RECYCLING_FEN * recycled, -recycled),
    ]
    parts = [pd.DataFrame({"month": frame.month, "account": a, "fen": fen, "kg": kg}) for a, fen, kg in lines]
    return pd.concat(parts).groupby(["month", "account"])[["fen", "kg"]].sum().astype("int64")


def _counted_kg(loads: pd.DataFrame, price: Price) -> pd.Series:
    yard = loads.yard_kg.where(loads.yard_kg >= 0, loads.plant_kg)
    both = {"plant": loads.plant_kg, "yard": yard, "mean": (loads.plant_kg + yard + 1) // 2}
    kg = both[price.end].where(loads.agreed_kg < 0, loads.agreed_kg)
    if price.is_dry:
        kg = _halves_up(kg * np.minimum(1000 - loads.moisture, _DRY_PERMILLE), _DRY_PERMILLE)
    return kg


def _off_permille(loads: pd.DataFrame, price: Price) -> pd.Series:
    by_grade = loads.grade.map(dict(price.off_by_grade)).fillna(0).astype("int64")
    off = _of_bands(loads.moisture, price.bands) + _of_bands(loads.impurity, price.impurity_bands) + by_grade
    return off.clip(upper=1000)


def _of_bands(found: pd.Series, bands: Sequence[tuple[int, int]]) -> pd.Series:
    off = pd.Series(0, index=found.index)
    for above, permille in sorted(bands):
        off = off.mask(found > above, permille)
    return off


def _halves_up(products: pd.Series, by: int) -> pd.Series:
    return (2 * products + by) // (2 * by)
