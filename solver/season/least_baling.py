"""The least that balers can pay for a mu of a field, from any home, and what it takes of the home's hours.

A baler's day is one round from home, over some fields, and back. With T hours on the road and W hours of work it costs
at least T times the price of a driven hour, and T is at least the shortest way to each of its fields and back. So an
hour of work in a field pays at least T / W of that, T that field's own way and back, W the most work that such a day
can hold: the rest of the shift, and no more than the weather lets. This is the radial bound of vehicle routing; what
lies between two fields of a day is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from solver.roads.matrices import ways_of
from solver.roads.ways import Ways
from solver.scenario import Baler, Scenario
from solver.season.periods import Periods

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Ways are found in whole small units of time; what rounding may add is taken off.
ROUNDING = 1e-4
# Edges get their length in place of their travel time, at a speed at which a way stays about as long as it was.
EVEN_KM_H = 40.0


@dataclass(frozen=True, slots=True, eq=False)
class LeastBaling:
    """K kinds of balers (one home, one set of figures), B homes, F fields, P periods.

    `yuan_per_mu`: (K, F, P), inf where no day of the period is dry or the kind cannot get there and back;
    `work_h_per_mu`: (K,); `shift_h_per_mu`: (K, F), with the way; `home`: (K,) index of the kind's home; `dry_h`,
    `shift_h`: (B, P) hours of all balers of a home in which the weather lets them work, and of their shifts on dry
    days.
    """

    yuan_per_mu: Floats
    work_h_per_mu: Floats
    shift_h_per_mu: Floats
    home: Ints
    dry_h: Floats
    shift_h: Floats


def least_baling(scenario: Scenario, ways: Ways, periods: Periods) -> LeastBaling:
    """The least prices and hours of all balers of the scenario."""
    kinds = list(dict.fromkeys(_kind(b) for b in scenario.balers if b.shift_hours > 0))
    homes = sorted({home for home, *_ in kinds})
    fraction = np.array([scenario.workable_fraction(d) for d in scenario.dates])
    best = np.maximum.reduceat(fraction, periods.first) if len(fraction) else fraction
    dry_days = periods.sums(fraction > 0)
    hours = np.zeros(len(homes))
    for baler in scenario.balers:
        if baler.shift_hours > 0:
            hours[homes.index(baler.home_yard_id)] += baler.shift_hours
    round_km = _round_km(scenario, ways, homes)
    yuan, shift_h, work_h = [], [], []
    for home, rate, speed, shift, per_h, per_km in kinds:
        way_h = round_km[homes.index(home)] / speed  # (F,)
        most_h = np.minimum(shift * best, np.maximum(shift - way_h, 0.0)[:, None])  # (F, P)
        possible = most_h > 1e-9
        share = np.where(possible, way_h[:, None] / np.where(possible, most_h, 1.0), np.inf)
        yuan.append((per_h + share * (per_h + per_km * speed)) / rate)
        rest_h = np.maximum(shift - way_h, 1e-9)
        shift_h.append((1.0 + np.where(np.isfinite(way_h), way_h / rest_h, 0.0)) / rate)
        work_h.append(1.0 / rate)
    fields = len(scenario.fields)
    return LeastBaling(
        yuan_per_mu=np.array(yuan).reshape(len(kinds), fields, len(periods)),
        work_h_per_mu=np.array(work_h),
        shift_h_per_mu=np.array(shift_h).reshape(len(kinds), fields),
        home=np.array([homes.index(home) for home, *_ in kinds], dtype=np.int64),
        dry_h=np.multiply.outer(hours, periods.sums(fraction)),
        shift_h=np.multiply.outer(hours, dry_days),
    )


def _kind(baler: Baler) -> tuple[str, float, float, float, float, float]:
    return (
        baler.home_yard_id,
        baler.rate_mu_per_h,
        baler.road_speed_km_h,
        baler.shift_hours,
        baler.yuan_per_h,
        baler.yuan_per_km,
    )


def _round_km(scenario: Scenario, ways: Ways, homes: list[str]) -> Floats:
    """(B, F): kilometres of the shortest walk from home to field and back, whatever the way that is driven."""
    fields = [f.field_id for f in scenario.fields]
    there, back = ways.table(homes, fields, None).km, ways.table(fields, homes, None).km
    if scenario.roads is not None:
        even = replace(
            scenario.roads, edge_travel_time_s=np.maximum(scenario.roads.edge_length_m, 1e-3) * 3.6 / EVEN_KM_H
        )
        shortest = ways_of(replace(scenario, roads=even, road_speed_km_h=EVEN_KM_H))
        scale = EVEN_KM_H * (1 - ROUNDING)
        there = np.minimum(there, shortest.table(homes, fields, None).hours * scale)
        back = np.minimum(back, shortest.table(fields, homes, None).hours * scale)
    return np.asarray(there + back.T, dtype=np.float64)
