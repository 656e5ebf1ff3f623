"""Straw that came into a yard against what left it: stock, and what a bale weighs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import numpy as np
import pandas as pd

from yard_rules.verification.records import CountyRecords, Floats, column, rows_where
from yard_rules.verification.scatter import chance_above, not_by_chance
from yard_rules.verification.suspicion import Suspicion, score_beyond, score_of_chance

# Fewer loads on either side say nothing of a yard's week.
_LEAST_LOADS: Final = 8


def check_yard_balance(records: CountyRecords) -> Iterator[Suspicion]:
    """Yards that by their tickets hold more than fits in, or sent out more than they had.

    The stock of dry matter from day to day, without and with the greatest loss (`stock_loss_permille`); only where the
    opening stock and the capacity are known. No ticket is named: the fault lies in the sum.
    """
    tickets = records.standing
    air_dry = 1 - records.figure("air_dry_permille") / 1000
    loss, slack = records.figure("stock_loss_permille") / 1000, 1 + records.figure("capacity_slack_permille") / 1000
    for yard in records.places[records.places["place_kind"] == "yard"].itertuples():
        signed = _signed_dry_kg(records, str(yard.place_id)) / air_dry
        opening_kg, capacity_kg = float(yard.opening_kg), float(yard.capacity_kg)  # type: ignore[arg-type]
        if np.isnan(opening_kg) or np.isnan(capacity_kg) or not signed.any():
            continue
        most_kg = opening_kg + np.cumsum(signed)
        least_kg = (1 - loss) * (opening_kg + np.cumsum(np.maximum(signed, 0))) + np.cumsum(np.minimum(signed, 0))
        # Too full though everything was lost that can be; empty though nothing was.
        for name, measured, limit in (
            ("over_kg", float(least_kg.max()) - capacity_kg * slack, capacity_kg),
            ("lacking_kg", -float(most_kg.min()), capacity_kg * (slack - 1)),
        ):
            over_kg = measured if name == "over_kg" else measured - limit
            if over_kg > 0:
                at = int(np.argmax(least_kg) if name == "over_kg" else np.argmin(most_kg))
                yield Suspicion(
                    detector="yard_balance",
                    subject=("place", str(yard.place_id)),
                    ticket_ids=(),
                    evidence={
                        name: round(over_kg),
                        "capacity_kg": round(capacity_kg),
                    },
                    score=max(0.3, score_beyond(over_kg + limit, limit)),
                    at_stake_kg=round(over_kg),
                    until=tickets["business_day"].iloc[at],
                )


def check_yard_bales(records: CountyRecords) -> Iterator[Suspicion]:
    """Yards whose bales weigh more, dry, when they come than when they leave, beyond what storage takes.

    Week by week, since a yard turns over within days: means of dry matter per bale of all loads in and out, their
    standard errors, the greatest loss (`stock_loss_permille`) and how far two measurings of one yard may be apart
    (`bales_bias_permille`).
    """
    tickets = records.standing
    purpose, places = tickets["purpose"].to_numpy(), tickets["place_id"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.log(records.dry_kg / column(tickets, "bales"))
    weeks = [(records.day - day).days // 7 for day in tickets["business_day"]]
    loads = pd.DataFrame({"yard": places, "purpose": purpose, "week": weeks, "each": each, "kg": tickets["net_kg"]})
    loads = loads[np.isfinite(loads["each"]) & loads["purpose"].isin(["intake", "linehaul_out"])]
    sums = loads.groupby(["purpose", "yard", "week"]).agg(
        mean=("each", "mean"), count=("each", "count"), var=("each", "var"), kg=("kg", "sum")
    )
    if not {"intake", "linehaul_out"} <= set(sums.index.get_level_values(0)):
        return
    both = sums.loc["intake"].merge(
        sums.loc["linehaul_out"], left_index=True, right_index=True, suffixes=("_in", "_out")
    )
    both = both[(both["count_in"] >= _LEAST_LOADS) & (both["count_out"] >= _LEAST_LOADS)]
    allowed = records.figure("stock_loss_permille") / 1000
    bias = records.figure("bales_bias_permille") / 1000
    error = np.sqrt(both["var_in"] / both["count_in"] + both["var_out"] / both["count_out"] + bias**2)
    both["lost"] = both["mean_in"] - both["mean_out"]
    chances = chance_above(((both["lost"] - allowed) / error).to_numpy(dtype=np.float64))
    for index in rows_where(not_by_chance(chances, records.figure("false_share_permille") / 1000)):
        yard, week = both.index[index]
        lost, came_kg = float(both["lost"].iloc[index]), float(both["kg_in"].iloc[index])
        yield Suspicion(
            detector="yard_bales",
            subject=("place", str(yard)),
            ticket_ids=(),
            evidence={
                "lost_percent": round(100 * (1 - float(np.exp(-lost))), 1),
                "allowed_percent": round(100 * allowed, 1),
            },
            score=score_of_chance(float(chances[index])),
            at_stake_kg=max(0, round(came_kg * (1 - float(np.exp(allowed - lost))))),
            until=records.day - timedelta(days=7 * int(week)),
        )


def _signed_dry_kg(records: CountyRecords, yard: str) -> Floats:
    """What each standing ticket adds to the yard's dry matter, less what it takes."""
    tickets = records.standing
    at_yard = (tickets["place_id"] == yard).to_numpy()
    purpose = tickets["purpose"].to_numpy()
    sign = np.where(at_yard & (purpose == "intake"), 1.0, np.where(at_yard & (purpose == "linehaul_out"), -1.0, 0.0))
    made: Floats = sign * np.nan_to_num(records.dry_kg)
    return made
