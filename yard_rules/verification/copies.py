"""Tickets that are other tickets again: copied, nearly copied, with another's photos or another's moisture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.special import betainc, erf

from yard_rules.verification.records import CountyRecords, Floats, Mask, Rows, column
from yard_rules.verification.scatter import spread_by
from yard_rules.verification.suspicion import Suspicion, score_of_chance

# Of a truck so many later tickets are compared with each, of a body and place so many: two weeks, a day or two.
_LATER_OF_PLATE: Final = 90
_LATER_OF_BODY: Final = 30
# Fewer readings are alike by chance too often.
_LEAST_READINGS: Final = 6


def check_copied_ticket(records: CountyRecords) -> Iterator[Suspicion]:
    """The same plate with the same weights and readings once more. The first one stays unnamed."""
    tickets = records.standing
    alike = tickets[["plate", "gross_kg", "tare_kg", "bales"]].copy()
    alike["readings"] = tickets["readings"].map(tuple)
    alike = alike[tickets["readings"].map(len) >= 3]
    first = alike.reset_index(names="row").groupby(list(alike.columns), sort=False)["row"].transform("min").to_numpy()
    rows = alike.index.to_numpy()
    for row, original in zip(rows[rows != first], first[rows != first], strict=True):
        yield _copy("copied_ticket", records, row, original, {}, 1.0)


def check_used_photo(records: CountyRecords) -> Iterator[Suspicion]:
    """A photo that was taken for an earlier ticket: two photos are never the same file."""
    photos = records.standing["photos"].explode().dropna().rename("photo").rename_axis("row").reset_index()
    photos["original"] = photos.groupby("photo")["row"].transform("min")
    again = photos[photos["row"] != photos["original"]].drop_duplicates("row")
    for row, original in zip(again["row"], again["original"], strict=True):
        yield _copy("used_photo", records, int(row), int(original), {}, 1.0)


def check_near_copy(records: CountyRecords) -> Iterator[Suspicion]:
    """Two tickets of a plate whose readings go up and down together and whose weights are close.

    The chance of such a correlation of independent readings, times the chance of gross weights so close by the plate's
    own scatter; over all pairs that are compared, at most `alarm_permille` of the tickets are alarms of chance.
    """
    tickets = records.standing
    gross_kg, division_kg = column(tickets, "gross_kg"), column(tickets, "division_kg")
    centred = gross_kg - pd.Series(gross_kg).groupby(tickets["plate"].to_numpy()).transform("median").to_numpy()
    scatter = np.maximum(spread_by(centred, tickets["plate"].to_numpy()), division_kg)
    earlier, later, alike = _pairs_alike(records, tickets["plate"].to_numpy(), _LATER_OF_PLATE)
    apart_kg = np.abs(gross_kg[earlier] - gross_kg[later]) + division_kg[later] / 2
    product = alike * erf(apart_kg / (2 * scatter[later]))
    # How often the product of two independent chances is as small.
    chances = product * (1 - np.log(np.maximum(product, 1e-300)))
    for row, original, chance in _beyond_chance(records, earlier, later, chances, _LATER_OF_PLATE):
        evidence = {"gross_apart_kg": int(abs(gross_kg[row] - gross_kg[original]))}
        yield _copy("near_copy", records, row, original, evidence, chance)


def check_copied_moisture(records: CountyRecords) -> Iterator[Suspicion]:
    """Readings that go up and down as those of an earlier load of the same body: one sample written down for many."""
    tickets = records.standing
    bodies = (tickets["body_id"].fillna("") + "/" + tickets["place_id"]).to_numpy()
    earlier, later, alike = _pairs_alike(records, bodies, _LATER_OF_BODY)
    for row, original, chance in _beyond_chance(records, earlier, later, alike, _LATER_OF_BODY):
        yield _copy("copied_moisture", records, row, original, {}, chance)


def _pairs_alike(records: CountyRecords, groups: Any, most: int) -> tuple[Rows, Rows, Floats]:
    """Rows of pairs of one group that are alike beyond one in ten thousand, the earlier and the later, and the chance.

    The chance of the correlation of the readings that both have, in their order, were they independent.
    """
    order = np.argsort(pd.factorize(groups)[0], kind="stable")
    ordered, readings = np.asarray(groups)[order], records.readings[order]
    found: list[tuple[Rows, Rows, Floats]] = []
    for step in range(1, min(most, len(order) - 1) + 1):
        at = np.flatnonzero(ordered[step:] == ordered[:-step])
        if len(at) == 0:
            break
        chances = _chance_of_correlation(readings[at], readings[at + step])
        kept = chances < 1e-3
        found.append((order[at[kept]], order[at[kept] + step], chances[kept]))
    if not found:
        nobody = np.zeros(0, dtype=np.intp)
        return nobody, nobody, np.zeros(0)
    one = np.concatenate([part[0] for part in found])
    other = np.concatenate([part[1] for part in found])
    return np.minimum(one, other), np.maximum(one, other), np.concatenate([part[2] for part in found])


def _chance_of_correlation(one: Floats, other: Floats) -> Floats:
    """How often independent readings are correlated so well, 1 where there are too few or all are one value."""
    both: Mask = ~np.isnan(one) & ~np.isnan(other)
    count = both.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(both, one, 0.0)
        second = np.where(both, other, 0.0)
        first = np.where(both, first - (first.sum(axis=1) / count)[:, None], 0.0)
        second = np.where(both, second - (second.sum(axis=1) / count)[:, None], 0.0)
        r = (first * second).sum(axis=1) / np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    r = np.where((count >= _LEAST_READINGS) & np.isfinite(r), np.clip(r, -1, 1), -1.0)
    half = np.maximum(count - 2, 1) / 2
    # Student's t of r, by its symmetrical beta distribution.
    made: Floats = betainc(half, half, np.clip((1 - r) / 2, 0, 1))
    return made


def _beyond_chance(
    records: CountyRecords, earlier: Rows, later: Rows, chances: Floats, compared: int
) -> Iterator[tuple[int, int, float]]:
    """The later tickets whose likeness is too great for chance, once each, with the one they are most like.

    Each was compared with so many others: the chance of any of them counts (Bonferroni).
    """
    limit = records.figure("alarm_permille") / 1000 / compared
    table = pd.DataFrame({"later": later, "earlier": earlier, "chance": chances})
    table = table[table["chance"] < limit].sort_values("chance").drop_duplicates("later")
    for row, original, chance in zip(table["later"], table["earlier"], table["chance"], strict=True):
        yield int(row), int(original), float(chance)


def _copy(
    detector: str, records: CountyRecords, row: int, original: int, evidence: dict[str, int], chance: float
) -> Suspicion:
    ids = records.ids([row])
    return Suspicion(
        detector=detector,
        subject=("ticket", ids[0]),
        ticket_ids=ids,
        evidence={"like": records.ids([original])[0], **evidence},
        score=1.0 if chance == 1.0 else score_of_chance(chance),
        at_stake_kg=int(records.standing["net_kg"].iloc[row]),
    )
