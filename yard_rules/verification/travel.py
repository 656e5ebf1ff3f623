"""Whether a truck can have been where its tickets say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import ndtr

from yard_rules.rulebook import rulebook
from yard_rules.verification.loads import beyond_own_tares
from yard_rules.verification.records import CountyRecords, Floats, Mask, column, rows_where, straight_km
from yard_rules.verification.scatter import spreads_of_chance
from yard_rules.verification.suspicion import Suspicion, score_beyond, score_of_chance

# A normal value lies so many spreads below the middle one time in twenty.
_SPREADS_OF_5_PERCENT: Final = 1.64485
# Fewer trips say nothing of how quick trips are.
_LEAST_TRIPS: Final = 50


@dataclass(frozen=True, slots=True)
class _Trips:
    """From one ticket of a plate to its next one: rows, minutes between, minutes needed at the very least."""

    before: Floats
    after: Floats
    took_min: Floats
    needed_min: Floats
    is_collected: Mask


def check_travel(records: CountyRecords) -> Iterator[Suspicion]:
    """Tickets of a plate that came sooner after its last one than it can have driven, loaded and come.

    Reckoned with speeds and loading that nobody exceeds: `fastest_km_h` over the straight line times `least_detour`, or
    over the road where it is known, `fastest_bale_s` for each bale from a field, and two clocks that are wrong by as
    much as clocks may be. Both tickets are named, for either may be the false one; one alone where it fits neither to
    the one before nor to the one after, or has another truck's tare.
    """
    trips = _trips(records)
    allowed_min = _least_min(records, trips)
    too_soon, odd = trips.took_min < allowed_min, _has_odd_tare(records)
    for index in rows_where(too_soon):
        score = min(1.0, 0.3 + score_beyond(allowed_min[index], max(trips.took_min[index], 0.1)))
        yield _too_soon("travel", records, trips, index, _false_ones(trips, too_soon, odd, index), score)


def check_quick_trips(records: CountyRecords) -> Iterator[Suspicion]:
    """Trips to a field and back that are possible, but quicker for their way and bales than trips of the county are.

    The logarithm of minutes taken over minutes needed, against its middle and what one trip in twenty lies below;
    waiting and rests make trips long, never short. An alarm names two tickets, so that it may be half as often.
    """
    trips = _trips(records)
    with np.errstate(divide="ignore", invalid="ignore"):
        quick = np.log(trips.took_min / trips.needed_min)
    known = trips.is_collected & np.isfinite(quick)
    if known.sum() < _LEAST_TRIPS:
        return
    middle, low = np.quantile(quick[known], [0.5, 0.05])
    chances: Floats = ndtr((quick - middle) / max((middle - low) / _SPREADS_OF_5_PERCENT, 1e-6))
    too_quick = known & (chances < records.figure("alarm_permille") / 2000)
    odd = _has_odd_tare(records)
    is_possible = trips.took_min >= _least_min(records, trips)
    for index in rows_where(too_quick & is_possible):
        named = _false_ones(trips, too_quick | ~is_possible, odd, index)
        yield _too_soon("quick_trips", records, trips, index, named, score_of_chance(float(chances[index])))


def _least_min(records: CountyRecords, trips: _Trips) -> Floats:
    clocks_min = 2 * rulebook("weighing").whole("clock_skew_s", records.day) / 60
    return trips.needed_min - clocks_min


def _has_odd_tare(records: CountyRecords) -> Mask:
    _off_kg, spreads = beyond_own_tares(records)
    made: Mask = np.abs(spreads) > spreads_of_chance(records.figure("alarm_permille") / 1000)
    return made


def _false_ones(trips: _Trips, too_soon: Mask, odd: Mask, index: int) -> list[int]:
    """Both ends of the trip, or the one of them that has a second sign against it."""
    before, after = int(trips.before[index]), int(trips.after[index])
    came_too_soon = index > 0 and too_soon[index - 1] and trips.after[index - 1] == before
    went_too_soon = index + 1 < len(too_soon) and too_soon[index + 1] and trips.before[index + 1] == after
    first_is_odd, then_is_odd = bool(came_too_soon or odd[before]), bool(went_too_soon or odd[after])
    if first_is_odd == then_is_odd:
        return [before, after]
    return [before] if first_is_odd else [after]


def _too_soon(
    detector: str, records: CountyRecords, trips: _Trips, index: int, named: list[int], score: float
) -> Suspicion:
    tickets, row, last = records.standing, int(trips.after[index]), int(trips.before[index])
    return Suspicion(
        detector=detector,
        subject=("plate", str(tickets["plate"].iloc[row])),
        ticket_ids=records.ids(named),
        evidence={
            "first": records.ids([last])[0],
            "then": records.ids([row])[0],
            "took_min": round(float(trips.took_min[index]), 1),
            "needed_min": round(float(trips.needed_min[index]), 1),
        },
        score=score,
        at_stake_kg=int(tickets["net_kg"].iloc[row]),
    )


def _trips(records: CountyRecords) -> _Trips:
    tickets = records.standing
    order = np.lexsort((np.arange(len(tickets)), pd.factorize(tickets["plate"])[0]))
    before, after = order[:-1], order[1:]
    is_one = tickets["plate"].to_numpy()[before] == tickets["plate"].to_numpy()[after]
    before, after = before[is_one], after[is_one]
    opened = tickets["opened_at"].to_numpy(dtype="datetime64[s]").astype(np.float64) / 60
    took_min = opened[after] - opened[before] - _stay_min(records)[before]
    is_collected = np.isin(tickets["purpose"].to_numpy()[after], ["intake", "direct_in"])
    return _Trips(before, after, took_min, _needed_min(records, before, after, is_collected), is_collected)


def _stay_min(records: CountyRecords) -> Floats:
    """From a ticket's opening to its closing; where it was closed much later than others, as long as others stay."""
    tickets = records.standing
    stay = (tickets["closed_at"] - tickets["opened_at"]).dt.total_seconds().to_numpy(dtype=np.float64) / 60
    loads = [tickets["purpose"].to_numpy(), (column(tickets, "bales") // 6).tolist()]
    usual = pd.Series(stay).groupby(loads, dropna=False)
    middle, long = usual.transform("median").to_numpy(), usual.transform(lambda it: it.quantile(0.95)).to_numpy()
    made: Floats = np.where(np.isnan(stay), 0.0, np.where(stay > 1.25 * long, middle, stay))
    return made


def _needed_min(records: CountyRecords, before: Floats, after: Floats, is_collected: Mask) -> Floats:
    tickets = records.standing
    lon, lat = column(tickets, "place_lon"), column(tickets, "place_lat")
    field_lon, field_lat = (column(records.field_position, name) for name in ("lon", "lat"))
    detour = records.figure("least_detour")
    direct_km = straight_km(lon[before], lat[before], lon[after], lat[after]) * detour
    by_road = records.distances.drop_duplicates(["from_id", "to_id"]).set_index(["from_id", "to_id"])["km"]
    places = tickets["place_id"].to_numpy()
    ends = pd.MultiIndex.from_arrays([places[before], places[after]])
    road_km = by_road.reindex(ends).to_numpy(dtype=np.float64) if len(by_road) else np.full(len(before), np.nan)
    direct_km = np.where(np.isnan(road_km), direct_km, np.fmax(road_km, direct_km))
    by_field_km = detour * (
        straight_km(lon[before], lat[before], field_lon[after], field_lat[after])
        + straight_km(field_lon[after], field_lat[after], lon[after], lat[after])
    )
    km = np.where(is_collected & ~np.isnan(by_field_km), by_field_km, direct_km)
    loaded = np.where(is_collected, np.nan_to_num(column(tickets, "bales")[after]), 0)
    made: Floats = (
        np.nan_to_num(km) / records.figure("fastest_km_h") * 60 + loaded * records.figure("fastest_bale_s") / 60
    )
    return made
