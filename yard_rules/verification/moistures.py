"""Moisture that is too regular, or too often just dry enough."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import gammainc

from yard_rules.dry_straw import base_moisture_permille
from yard_rules.verification.loads import beyond_neighbours
from yard_rules.verification.records import CountyRecords, Floats, column, rows_where
from yard_rules.verification.scatter import chance_above, not_by_chance, spread
from yard_rules.verification.suspicion import Suspicion, score_of_chance

_LEAST_READINGS: Final = 5


def check_regular_moisture(records: CountyRecords) -> Iterator[Suspicion]:
    """Samples whose readings differ less than those of real bales do at that place.

    The variance of a sample over the middle one of its place, as chi-squared; a county's bales never differ less than
    `reading_least_permille`, which the meter and its user alone make.
    """
    tickets, readings = records.standing, records.readings
    count = (~np.isnan(readings)).sum(axis=1)
    enough = count >= _LEAST_READINGS
    variance = np.full(len(tickets), np.nan)
    if enough.any():
        variance[enough] = np.nanvar(readings[enough], axis=1, ddof=1)
    usual = pd.Series(variance).groupby(tickets["place_id"].to_numpy()).transform("median").to_numpy()
    usual = np.maximum(usual, records.figure("reading_least_permille") ** 2)
    free = np.maximum(count - 1, 1)
    chances: Floats = gammainc(free / 2, free * variance / usual / 2)
    for row in rows_where(chances < records.figure("alarm_permille") / 1000):
        yield Suspicion(
            detector="regular_moisture",
            subject=("ticket", records.ids([row])[0]),
            ticket_ids=records.ids([row]),
            evidence={
                "spread_permille": round(float(np.sqrt(variance[row])), 1),
                "usual_permille": round(float(np.sqrt(usual[row])), 1),
                "readings": int(count[row]),
            },
            score=score_of_chance(float(chances[row])),
            at_stake_kg=int(tickets["net_kg"].iloc[row]),
        )


def check_moisture_under_paid(records: CountyRecords) -> Iterator[Suspicion]:
    """Bodies whose damp loads lie just under the paid moisture more often than the county's do.

    Of all loads from `heap_permille` below the base of dry straw up, the share within half of that below it. Wet days
    come in rows, so that bodies differ more than a binomial does: how much more is taken from how they are seen to.
    Normal, the bodies together by Benjamini and Hochberg. Named are those loads, where chance alone would have given
    less than half of them.
    """
    tickets = records.standing
    moisture, base = column(tickets, "moisture_permille"), base_moisture_permille(records.day)
    wide = records.figure("heap_permille")
    damp = (moisture > base - wide) & tickets["body_id"].notna().to_numpy()
    close = damp & (moisture > base - wide / 2) & (moisture <= base)
    if not damp.any():
        return
    bodies = tickets["body_id"].to_numpy()
    of = pd.Series(damp[damp].astype(float)).groupby(bodies[damp]).sum()
    found = pd.Series(close[damp].astype(float)).groupby(bodies[damp]).sum()
    # The body itself is no part of what is usual, and one more of each keeps the share from none or all.
    usual = (close.sum() - found + 1) / (damp.sum() - of + 2)
    over = ((found - of * usual) / np.sqrt(of * usual * (1 - usual))).to_numpy()
    chances = chance_above(over / max(1.0, spread(over)))
    for index in rows_where(not_by_chance(chances, records.figure("false_share_permille") / 1000)):
        body = found.index[index]
        rows = rows_where(close & (bodies == body))
        told = rows if len(rows) > 2 * usual.iloc[index] * of.iloc[index] else []
        yield Suspicion(
            detector="moisture_under_paid",
            subject=("body", str(body)),
            ticket_ids=records.ids(told),
            evidence={
                "close": int(found.iloc[index]),
                "damp": int(of.iloc[index]),
                "usual_percent": round(100 * float(usual.iloc[index]), 1),
            },
            score=score_of_chance(float(chances[index])),
            at_stake_kg=int(column(tickets, "net_kg")[rows].sum()),
            until=tickets["business_day"].iloc[rows[-1]],
        )


def check_heavy_and_just_dry(records: CountyRecords) -> Iterator[Suspicion]:
    """Loads just dry enough to be paid in full that are heavy for their bales: wet straw under a dry figure.

    Half of `heap_permille` below the base; so few loads lie there by nature that a less rare weight is enough for both
    together to be as rare as `alarm_permille`.
    """
    tickets = records.standing
    moisture, base = column(tickets, "moisture_permille"), base_moisture_permille(records.day)
    close = (moisture > base - records.figure("heap_permille") / 2) & (moisture <= base)
    excess, spreads = beyond_neighbours(records)
    chances = chance_above(spreads) * max(float(close.mean()), 1 / len(tickets))
    for row in rows_where(close & (spreads > 1) & (chances < records.figure("alarm_permille") / 1000)):
        over = float(np.exp(excess[row]))
        yield Suspicion(
            detector="heavy_and_just_dry",
            subject=("ticket", records.ids([row])[0]),
            ticket_ids=records.ids([row]),
            evidence={"over_percent": round(100 * (over - 1), 1), "moisture_permille": int(moisture[row])},
            score=score_of_chance(float(chances[row])),
            at_stake_kg=round(float(tickets["net_kg"].iloc[row]) * (1 - 1 / over)),
        )
