"""What left a yard against what came to the plant."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from yard_rules.verification.records import CountyRecords, column
from yard_rules.verification.suspicion import Suspicion, score_beyond
from yard_rules.weighing import two_weights_tolerance_kg


def check_two_weights(records: CountyRecords) -> Iterator[Suspicion]:
    """Hauls that weigh more at one end than at the other, beyond the tolerance of two scales and one person in the cab.

    The heavier ticket is named, since weight is money.
    """
    tickets, pairs = records.standing, hauls(records)
    net_kg, division_kg = column(tickets, "net_kg"), column(tickets, "division_kg")
    both = pairs.dropna()
    for sent, came in zip(both["sent"].astype(int), both["came"].astype(int), strict=True):
        more_kg = net_kg[came] - net_kg[sent]
        coarser = int(max(division_kg[sent], division_kg[came]))
        limit_kg = two_weights_tolerance_kg(int(net_kg[sent]), coarser, records.day) + records.figure("person_kg")
        if abs(more_kg) > limit_kg:
            heavier = came if more_kg > 0 else sent
            yield Suspicion(
                detector="two_weights",
                subject=("ticket", records.ids([heavier])[0]),
                ticket_ids=records.ids([heavier]),
                evidence={
                    "sent": records.ids([sent])[0],
                    "sent_kg": int(net_kg[sent]),
                    "came": records.ids([came])[0],
                    "came_kg": int(net_kg[came]),
                    "limit_kg": int(limit_kg),
                },
                score=min(1.0, 0.3 + score_beyond(more_kg, limit_kg)),
                at_stake_kg=round(abs(more_kg)),
            )


def check_haul_without_other_end(records: CountyRecords) -> Iterator[Suspicion]:
    """Straw that came to a plant and never left its yard, or left and never came; the last hours may still be on their
    way."""
    tickets, pairs = records.standing, hauls(records)
    alone = pairs[pairs["sent"].isna() | pairs["came"].isna()]
    on_the_way = tickets["opened_at"].max() - pd.Timedelta(hours=records.figure("haul_within_h"))
    for sent, came in zip(alone["sent"], alone["came"], strict=True):
        row = int(sent if np.isnan(came) else came)
        if np.isnan(came) and tickets["opened_at"].iloc[row] > on_the_way:
            continue
        yield Suspicion(
            detector="haul_without_other_end",
            subject=("ticket", records.ids([row])[0]),
            ticket_ids=records.ids([row]),
            evidence={"plate": str(tickets["plate"].iloc[row]), "purpose": str(tickets["purpose"].iloc[row])},
            score=0.6,
            at_stake_kg=int(tickets["net_kg"].iloc[row]),
        )


def hauls(records: CountyRecords) -> pd.DataFrame:
    """Return the rows of standing tickets that are the two ends of one haul: `sent`, `came`, NaN where one lacks.

    An arrival belongs to the last departure of its plate from that yard, within `haul_within_h` hours, and a departure
    to its first arrival.
    """
    tickets = records.standing
    moments = pd.DataFrame({"row": range(len(tickets)), "at": tickets["opened_at"].astype("datetime64[ns, UTC]")})
    moments["plate"], moments["purpose"] = tickets["plate"].to_numpy(), tickets["purpose"].to_numpy()
    moments["yard"] = tickets["origin_yard_id"].fillna(tickets["place_id"]).to_numpy()
    out = moments[moments["purpose"] == "linehaul_out"]
    came = moments[moments["purpose"] == "linehaul_in"]
    within = pd.Timedelta(hours=records.figure("haul_within_h"))
    joined = pd.merge_asof(
        came.rename(columns={"row": "came"}),
        out.rename(columns={"row": "sent"})[["sent", "at", "plate", "yard"]],
        on="at",
        by=["plate", "yard"],
        tolerance=within,
    )[["sent", "came"]].astype("float64")
    joined.loc[joined.duplicated("sent") & joined["sent"].notna(), "sent"] = np.nan
    never = out[~out["row"].isin(joined["sent"])]["row"].to_numpy(dtype=np.float64)
    return pd.concat([joined, pd.DataFrame({"sent": never, "came": np.full(len(never), np.nan)})], ignore_index=True)
