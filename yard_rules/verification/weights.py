"""Weights against what the same truck, body and field weighed before and after."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from yard_rules.verification.loads import beyond_neighbours, beyond_own_tares
from yard_rules.verification.records import CountyRecords, column, rows_where
from yard_rules.verification.scatter import chance_above
from yard_rules.verification.suspicion import Suspicion, score_of_chance


def check_kg_per_bale(records: CountyRecords) -> Iterator[Suspicion]:
    """Loads with more dry straw in a bale than the same body's loads around it and of the same field.

    A baler presses much alike all day, and all bales of a field are of one crop; what is left is how bales differ, the
    scale and the moisture meter. Said of a load as heavy as chance makes one in so many (`load_alarm_permille`).
    """
    excess, spreads = beyond_neighbours(records)
    net_kg = column(records.standing, "net_kg")
    chances = chance_above(spreads)
    for row in rows_where(chances < records.figure("load_alarm_permille") / 1000):
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
    off_kg, spreads = beyond_own_tares(records)
    chances = 2 * chance_above(np.abs(spreads))
    for row in rows_where(chances < records.figure("alarm_permille") / 1000):
        evidence = {"off_kg": round(float(off_kg[row])), "spreads": round(float(spreads[row]), 1)}
        yield _of_ticket("tare", records, row, evidence, chances[row], abs(off_kg[row]))


def check_weights_together(records: CountyRecords) -> Iterator[Suspicion]:
    """Loads a little heavy for their bales whose tare is also a little low: each alone could be chance.

    Nature does not couple the two, since fuel and mud weigh in both passes. Sum of both over √2 (Stouffer 1949).
    """
    excess, heavy = beyond_neighbours(records)
    off_kg, tare = beyond_own_tares(records)
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


def _percent(logarithm: float) -> float:
    return round(100 * (float(np.exp(logarithm)) - 1), 1)


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
