"""How far each weight is from what the same truck, body and field weighed before and after."""

from __future__ import annotations

from typing import Final

import numpy as np

from yard_rules.verification.records import CountyRecords, Floats, column
from yard_rules.verification.scatter import neighbours_median, spread_by, wide_spread_by

_NEIGHBOURS: Final = 21
_ROUNDS: Final = 3
# Loads are alike that have about as many bales, of a field of which as many loads are known.
_BALES: Final = (5, 8, 12, 18, 26, 34)
_LOADS: Final = (0, 1, 2, 4, 8, 16)


def beyond_neighbours(records: CountyRecords) -> tuple[Floats, Floats]:
    """How much more dry straw per bale each load has than its neighbours: as logarithm, and in spreads."""
    tickets = records.standing
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.log(records.dry_kg / column(tickets, "bales"))
    each[~np.isfinite(each)] = np.nan
    whose = tickets["origin_yard_id"].fillna(tickets["place_id"]).where(tickets["body_id"].isna(), tickets["body_id"])
    of_fields, loads = np.zeros(len(each)), np.zeros(len(each))
    # What neighbours press is told better without their fields, and what fields have in common without the neighbours.
    for _round in range(_ROUNDS):
        pressed = neighbours_median(each - of_fields, whose.to_numpy(), _NEIGHBOURS)
        of_fields, loads = _of_fields(records, each - pressed)
    left = each - pressed - of_fields
    # Few bales even out less, and what little is known of a field leaves more of it in.
    alike = _class_of(column(tickets, "bales"), _BALES) * 10 + _class_of(loads, _LOADS)
    # A class that has no spread says nothing.
    with np.errstate(divide="ignore", invalid="ignore"):
        spreads: Floats = left / wide_spread_by(left, alike)
    return left, spreads


def beyond_own_tares(records: CountyRecords) -> tuple[Floats, Floats]:
    """How far each tare is from its plate's around it: in kg, and in spreads."""
    tickets = records.standing
    tare_kg, plates = column(tickets, "tare_kg"), tickets["plate"].to_numpy()
    off_kg = tare_kg - neighbours_median(tare_kg, plates, _NEIGHBOURS)
    own = spread_by(off_kg, plates)
    least = tare_kg * records.figure("tare_least_permille") / 1000
    step = records.figure("pass_error_divisions") * column(tickets, "division_kg")
    spreads: Floats = off_kg / np.sqrt(np.maximum(own, least) ** 2 + step**2)
    return off_kg, spreads


def _of_fields(records: CountyRecords, left: Floats) -> tuple[Floats, Floats]:
    """What all loads of a field have in common of what is left, and from how many loads that is known.

    Drawn towards nothing where there are few; a load of several fields has a share of each.
    """
    rows = records.by_field
    shares = rows["share"].to_numpy(dtype=np.float64)
    of_row = rows.assign(left=left[rows["row"]])
    by_field = of_row[shares > 0.5].groupby("field_id")["left"]
    count = rows["field_id"].map(by_field.count()).fillna(0).to_numpy(dtype=np.float64)
    common = rows["field_id"].map(by_field.median()).fillna(0).to_numpy(dtype=np.float64)
    part = np.where(count >= 2, shares * common * count / (count + 0.5), 0.0)
    loads = np.full(len(left), np.inf)
    np.minimum.at(loads, rows["row"].to_numpy(), count)
    loads[~np.isfinite(loads)] = 0
    common_of_rows: Floats = np.bincount(rows["row"], weights=part, minlength=len(left)).astype(np.float64)
    return common_of_rows, loads


def _class_of(values: Floats, limits: tuple[int, ...]) -> Floats:
    made: Floats = np.searchsorted(np.array(limits), np.nan_to_num(values)).astype(np.float64)
    return made
