"""Numbers of tickets that lack, and weights that people make up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd

from yard_rules.verification.records import CountyRecords, Mask, column, rows_where
from yard_rules.verification.scatter import chance_of_so_many, not_by_chance
from yard_rules.verification.suspicion import Suspicion, score_of_chance

_ROUND_KG: Final = 100


def check_sequence(records: CountyRecords) -> Iterator[Suspicion]:
    """Numbers of a place's day that lack: they count without gaps, and void tickets keep theirs.

    Named are the tickets before and after. What lacks at the end of a day nobody sees.
    """
    tickets = records.tickets.sort_values(["place_kind", "place_id", "business_day", "day_number"])
    by_day = tickets.groupby(["place_kind", "place_id", "business_day"])["day_number"]
    before = by_day.shift(fill_value=0)
    gaps = (tickets["day_number"] - before).to_numpy() > 1
    usual_kg = float(records.tickets["net_kg"].median()) if len(tickets) else 0.0
    ids, number, last = tickets["ticket_id"].to_numpy(), tickets["day_number"].to_numpy(), before.to_numpy()
    for index in rows_where(gaps):
        lacking = list(range(int(last[index]) + 1, int(number[index])))
        row = tickets.iloc[index]
        yield Suspicion(
            detector="sequence",
            subject=("place_day", f"{row['place_id']}/{row['business_day']}"),
            ticket_ids=(*((str(ids[index - 1]),) if last[index] else ()), str(ids[index])),
            evidence={"lacking": lacking},
            score=1.0,
            at_stake_kg=round(usual_kg * len(lacking)),
        )


def check_round_weights(records: CountyRecords) -> Iterator[Suspicion]:
    """Bodies and plates whose typed or weighed gross weights are whole hundreds more often than a scale makes them.

    A scale with a division of 20 kg shows one in five; binomial, all groups together by Benjamini and Hochberg. Named
    are the round ones of the group, where chance alone would have given less than half of them.
    """
    tickets = records.standing
    gross_kg, division_kg = column(tickets, "gross_kg"), column(tickets, "division_kg")
    is_round: Mask = np.mod(gross_kg, _ROUND_KG) == 0
    typed = tickets["is_typed"].astype(bool).map({True: "typed", False: "weighed"})
    groups = [("body", tickets["body_id"]), ("plate", tickets["plate"])]
    found: list[dict[str, Any]] = []
    for kind, ids in groups:
        table = pd.DataFrame({"id": ids, "how": typed, "round": is_round, "share": division_kg / _ROUND_KG})
        for (name, how), of_group in table.dropna().groupby(["id", "how"]):
            so_many, of, usual = int(of_group["round"].sum()), len(of_group), float(of_group["share"].mean())
            rows = of_group.index.to_numpy()[of_group["round"].to_numpy()]
            chance = chance_of_so_many(so_many, of, min(usual, 1.0))
            told = rows if so_many > 2 * usual * of else rows[:0]
            found.append(
                {
                    "kind": kind,
                    "id": name,
                    "how": how,
                    "round": so_many,
                    "of": of,
                    "chance": chance,
                    "rows": told,
                    "last": int(of_group.index[-1]),
                }
            )
    stands = not_by_chance(
        np.array([it["chance"] for it in found], dtype=np.float64), records.figure("false_share_permille") / 1000
    )
    for index in rows_where(stands):
        group = found[index]
        yield Suspicion(
            detector="round_weights",
            subject=(str(group["kind"]), str(group["id"])),
            ticket_ids=records.ids(group["rows"]),
            evidence={"how": group["how"], "round": group["round"], "of": group["of"]},
            score=score_of_chance(group["chance"]),
            at_stake_kg=_ROUND_KG // 2 * group["round"],
            until=tickets["business_day"].iloc[group["last"]],
        )
