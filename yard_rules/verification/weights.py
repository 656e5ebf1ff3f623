"""Weights against what the same truck, body and field weighed before and after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from yard_rules.verification.records import CountyRecords, Floats, column, rows_where
from yard_rules.verification.scatter import chance_above, neighbours_median, spread_by, wide_spread_by
from yard_rules.verification.suspicion import Suspicion, score_of_chance

_NEIGHBOURS: Final = 21


def check_kg_per_bale(records: CountyRecords) -> Iterator[Suspicion]:
    """Loads with more dry straw in a bale than the same body's loads around it and of the same field.

    A baler presses much alike all day, and all bales of a field are of one crop; what is left is how bales differ, the
    scale and the moisture meter. Said of a load as heavy as chance makes one in so many (`alarm_permille`).
    """
    excess, spreads = _beyond_neighbours(records)
    net_kg = column(records.standing, "net_kg")
    chances = chance_above(spreads)
    for row in rows_where(chances < records.figure("alarm_permille") / 1000):
        more_kg = net_kg[row] * (1 - np.exp(-excess[row]))
        yield _of_ticket(
            "kg_per_bale",
            records,
            row,
            {"over_percent": _percent(excess[row]), "spreads": round(float(spreads[row]), 1)},
            chances[row],
            more_kg,
        )


def check_tare(records: CountyRecords) -> Iterator[Suspicion]:
    """Tares far from those of the same plate around them: lowered, another truck, or something in it.

    Fuel, mud and tools make a plate's own scatter. A plate with fewer than five tickets has no history.
    """
    off_kg, spreads = _beyond_own_tares(records)
    chances = 2 * chance_above(np.abs(spreads))
    for row in rows_where(chances < records.figure("alarm_permille") / 1000):
        evidence = {"off_kg": round(float(off_kg[row])), "spreads": round(float(spreads[row]), 1)}
        yield _of_ticket("tare", records, row, evidence, chances[row], abs(off_kg[row]))


def check_weights_together(records: CountyRecords) -> Iterator[Suspicion]:
    """Loads a little heavy for their bales whose tare is also a little low: each alone could be chance.

    Nature does not couple the two, since fuel and mud weigh in both passes. Sum of both over √2 (Stouffer 1949).
    """
    excess, heavy = _beyond_neighbours(records)
    off_kg, tare = _beyond_own_tares(records)
    both = (heavy - tare) / np.sqrt(2)
    chances = chance_above(both)
    says = (heavy > 1) & (tare < -1) & (chances < records.figure("alarm_permille") / 1000)
    for row in rows_where(says):
        evidence = {
            "over_percent": _percent(excess[row]),
            "off_kg": round(float(off_kg[row])),
            "spreads": round(float(both[row]), 1),
        }
        yield _of_ticket("weights_together", records, row, evidence, chances[row], abs(off_kg[row]))


def check_plate_history(records: CountyRecords) -> Iterator[Suspicion]:
    """More bales than the plate ever carries, or a heavier load than its upper half scatters.

    A bed holds so many bales and no more: what nine of ten loads do not exceed, and for trucks that often go half full
    as much above it as that lies above the middle; one bale in so many may be miscounted.
    """
    tickets = records.standing
    for name, evidence_name in (("bales", "usual_bales"), ("net_kg", "usual_kg")):
        values = column(tickets, name)
        by_plate = pd.Series(values).groupby(tickets["plate"].to_numpy())
        high = by_plate.transform(lambda it: it.quantile(0.9)).to_numpy()
        middle = by_plate.transform("median").to_numpy()
        known = by_plate.transform("count").to_numpy() >= records.figure("history_tickets")
        allowed = np.round(high * records.figure("miscount_permille") / 1000) if name == "bales" else 0.15 * middle
        limit = high + 1.5 * (high - middle) + allowed
        for row in rows_where(known & (values > limit)):
            share = values[row] / high[row] - 1
            net_kg = column(tickets, "net_kg")[row]
            yield Suspicion(
                detector="plate_history",
                subject=("ticket", str(tickets["ticket_id"].iloc[row])),
                ticket_ids=records.ids([row]),
                evidence={"plate": tickets["plate"].iloc[row], name: int(values[row]), evidence_name: int(high[row])},
                score=round(min(1.0, 0.3 + share), 3),
                at_stake_kg=round(net_kg * share / (1 + share)),
            )


def _beyond_neighbours(records: CountyRecords) -> tuple[Floats, Floats]:
    """How much more dry straw per bale each load has than its neighbours: as logarithm, and in spreads."""
    tickets = records.standing
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.log(records.dry_kg / column(tickets, "bales"))
    each[~np.isfinite(each)] = np.nan
    whose = tickets["origin_yard_id"].fillna(tickets["place_id"]).where(tickets["body_id"].isna(), tickets["body_id"])
    left = each - neighbours_median(each, whose.to_numpy(), _NEIGHBOURS)
    left, loads = _without_field(records, left)
    # Few bales even out less, and what little is known of a field leaves more of it in.
    alike = _class_of(column(tickets, "bales"), (6, 12, 22, 34)) * 10 + _class_of(loads, (0, 2, 4, 8))
    spreads: Floats = left / wide_spread_by(left, alike)
    return left, spreads


def _without_field(records: CountyRecords, left: Floats) -> tuple[Floats, Floats]:
    """What is left without what all loads of a field have in common, and from how many loads that is known.

    Drawn towards nothing where there are few; a load of several fields has a share of each.
    """
    rows = records.by_field
    shares = rows["share"].to_numpy(dtype=np.float64)
    of_row = rows.assign(left=left[rows["row"]])
    by_field = of_row[shares > 0.5].groupby("field_id")["left"]
    count = rows["field_id"].map(by_field.count()).fillna(0).to_numpy(dtype=np.float64)
    common = rows["field_id"].map(by_field.median()).fillna(0).to_numpy(dtype=np.float64)
    part = np.where(count >= 3, shares * common * count / (count + 0.5), 0.0)
    loads = np.full(len(left), np.inf)
    np.minimum.at(loads, rows["row"].to_numpy(), count)
    loads[~np.isfinite(loads)] = 0
    return left - np.bincount(rows["row"], weights=part, minlength=len(left)), loads


def _class_of(values: Floats, limits: tuple[int, ...]) -> Floats:
    made: Floats = np.searchsorted(np.array(limits), np.nan_to_num(values)).astype(np.float64)
    return made


def _percent(logarithm: float) -> float:
    return round(100 * (float(np.exp(logarithm)) - 1), 1)


def _beyond_own_tares(records: CountyRecords) -> tuple[Floats, Floats]:
    """How far each tare is from its plate's around it: in kg, and in spreads."""
    tickets = records.standing
    tare_kg, plates = column(tickets, "tare_kg"), tickets["plate"].to_numpy()
    off_kg = tare_kg - neighbours_median(tare_kg, plates, _NEIGHBOURS)
    own = spread_by(off_kg, plates)
    least = tare_kg * records.figure("tare_least_permille") / 1000
    step = records.figure("pass_error_divisions") * column(tickets, "division_kg")
    spreads: Floats = off_kg / np.sqrt(np.maximum(own, least) ** 2 + step**2)
    return off_kg, spreads


def _of_ticket(
    detector: str, records: CountyRecords, row: int, evidence: dict[str, float], chance: float, at_stake_kg: float
) -> Suspicion:
    ids = records.ids([row])
    return Suspicion(
        detector=detector,
        subject=("ticket", ids[0]),
        ticket_ids=ids,
        evidence={"plate": str(records.standing["plate"].iloc[row]), **evidence},
        score=score_of_chance(float(chance)),
        at_stake_kg=round(float(at_stake_kg)),
    )
