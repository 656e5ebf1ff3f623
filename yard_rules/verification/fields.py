"""Fields: straw against what grows there, and who claims it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from yard_rules.verification.records import CountyRecords, column, rows_where
from yard_rules.verification.scatter import chance_above, not_by_chance, spread
from yard_rules.verification.suspicion import Suspicion, score_of_chance

_PURPOSES = ("intake", "direct_in")


def check_field_yield(records: CountyRecords) -> Iterator[Suspicion]:
    """Fields that gave more straw than grows on them: kg per mu against crop and area.

    What came is brought to air-dry straw (`air_dry_permille`) and compared with what can be collected, told for the
    field or reckoned from its area and crop. Fields of a county differ by `field_scatter_permille` or as much as they
    are seen to above their middle, whichever is more; which fields stand out is told by Benjamini and Hochberg. No
    ticket is named: the fault lies in the sum.
    """
    given = records.by_field[np.isin(records.standing["purpose"].to_numpy()[records.by_field["row"]], _PURPOSES)]
    grown = records.fields.set_index("field_id")
    by_crop = grown["crop"].map(lambda crop: _usual_kg_per_mu(records, str(crop)))
    collectable_kg = grown["collectable_kg"].fillna(grown["area_mu"] * by_crop)
    air_dry = 1 - records.figure("air_dry_permille") / 1000
    given = given.assign(share=given["dry_kg"] / air_dry / given["field_id"].map(collectable_kg)).dropna(
        subset=["share"]
    )
    if given.empty:
        return
    sums = given.groupby("field_id")["share"].sum()
    logs = np.log(sums.to_numpy(dtype=np.float64).clip(1e-6))
    finished = logs > np.log(0.5)
    middle = float(np.median(logs[finished])) if finished.sum() >= 20 else 0.0
    above = logs[logs > middle] - middle
    seen = spread(np.concatenate([above, -above])) if len(above) >= 20 else 0.0
    scatter = max(seen, records.figure("field_scatter_permille") / 1000)
    chances = chance_above((logs - middle) / scatter)
    for index in rows_where(not_by_chance(chances, records.figure("false_share_permille") / 1000)):
        loads = given[given["field_id"] == sums.index[index]]
        area_mu, kg = float(grown["area_mu"][sums.index[index]]), float(loads["dry_kg"].sum() / air_dry)
        usual_kg = kg * float(np.exp(middle)) / float(sums.iloc[index])
        yield Suspicion(
            detector="field_yield",
            subject=("field", str(sums.index[index])),
            ticket_ids=(),
            evidence={
                "air_dry_kg": round(kg),
                "usual_kg": round(usual_kg),
                "area_mu": area_mu,
                "tickets": len(loads),
            },
            score=score_of_chance(float(chances[index])),
            at_stake_kg=max(0, round(kg - usual_kg)),
            until=records.standing["business_day"].iloc[int(loads["row"].max())],
        )


def check_field_claimed_twice(records: CountyRecords) -> Iterator[Suspicion]:
    """Fields that several bodies delivered from: a field's straw is one body's.

    Named are the tickets of all but the one that brought most of it.
    """
    tickets, rows = records.standing, records.by_field
    bodies = tickets["body_id"].to_numpy()[rows["row"]]
    claims = rows.assign(body=bodies, net_kg=column(tickets, "net_kg")[rows["row"]] * rows["share"])
    claims = claims[claims["body"].notna()]
    each = claims.groupby(["field_id", "body"])["net_kg"].sum().reset_index()
    each = each[each.duplicated("field_id", keep=False)].sort_values(["net_kg", "body"])
    for field_id, of_field in each.groupby("field_id"):
        owner = of_field["body"].iloc[-1]
        others = claims[(claims["field_id"] == field_id) & (claims["body"] != owner)]
        yield Suspicion(
            detector="field_claimed_twice",
            subject=("field", str(field_id)),
            ticket_ids=records.ids(others["row"].to_numpy()),
            evidence={
                "bodies": {str(body): round(kg) for body, kg in zip(of_field["body"], of_field["net_kg"], strict=True)}
            },
            score=0.9,
            at_stake_kg=round(float(others["net_kg"].sum())),
        )


def _usual_kg_per_mu(records: CountyRecords, crop: str) -> float:
    name = f"{crop}_kg_per_mu"
    return records.figure(name) if name in records.book.figures else float("nan")
