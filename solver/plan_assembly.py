"""From the rows of a plan to the whole plan: daily stocks, what stays unserved, and the sums of `summary.json`."""

from __future__ import annotations

import platform
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt

from solver.leg_lengths import LegLengths
from solver.plan import BalerStop, Haul, Plan, SeasonRow, StockRow, TruckStop, UnservedRow
from solver.roads.ways import Ways
from solver.scenario import FarmField, Scenario

LEFT_LIMIT_T = 0.01
PACKAGES = ("strawline", "ortools", "numpy", "scipy")


def assemble_plan(
    scenario: Scenario,
    ways: Ways,
    *,
    season: Sequence[SeasonRow],
    baler_stops: Sequence[BalerStop],
    hauls: Sequence[Haul],
    truck_stops: Sequence[TruckStop],
    unserved_reasons: Mapping[str, tuple[str, str]],
    hauling: Mapping[str, Mapping[str, float]],
    first_day: date,
    last_day: date,
    seed: int,
    seconds: float,
    lower_bound_yuan: float | None,
    allocation_deviations: Sequence[Mapping[str, object]] = (),
    lengths: LegLengths | None = None,
) -> Plan:
    """Return the plan of `first_day`..`last_day` with its stocks, unserved fields and summary computed from the rows.

    `unserved_reasons`: by field id the reason and what would have served it; where a field that keeps straw has none,
    a general one is written. `hauling`: by ISO date `wanted_t` and `lower_bound_yuan`; a date without them wanted
    what was hauled and is bounded by nothing. `lower_bound_yuan` None, or a part of a season (`last_day` before the
    season's end), leaves the bound and the gap of the total out.
    """
    is_part = first_day > scenario.season_start or last_day < scenario.season_end
    days = [first_day + timedelta(days=i) for i in range((last_day - first_day).days + 1)]
    stock = stock_rows(scenario, hauls, days)
    left_t = _left_t_by_field(scenario, season, last_day)
    unserved = _unserved_rows(scenario, left_t, baler_stops, unserved_reasons)
    lengths = lengths or LegLengths(scenario, ways)
    trucks = _TruckCosts(scenario, lengths, truck_stops, days)
    baler_hours_yuan, baler_km_yuan, baler_km = _baler_costs(scenario, lengths, baler_stops)

    cost_yuan = {
        "truck_day": float(trucks.day_yuan.sum()),
        "truck_hour": float(trucks.hour_yuan.sum()),
        "truck_km": float(trucks.km_yuan.sum()),
        "baler_hour": baler_hours_yuan,
        "baler_km": baler_km_yuan,
        "left_in_field": scenario.value_yuan_per_t * sum(left_t.values()),
        "shortage": scenario.shortage_yuan_per_t * sum(row.short_t for row in stock),
        "lateness": scenario.lateness_yuan_per_t_day * _tonne_nights(scenario, season),
    }
    cost_yuan["total"] = sum(cost_yuan.values())
    summary: dict[str, Any] = {
        "cost_yuan": _rounded(cost_yuan, 2),
        "km": _rounded({"loaded": trucks.loaded_km, "empty": trucks.empty_km, "baler": baler_km}, 3),
        "tonnes": _rounded(_tonnes(scenario, baler_stops, hauls, left_t, stock), 6),
    }
    if is_part:
        summary |= {"from": first_day.isoformat(), "to": last_day.isoformat()}
    if lower_bound_yuan is not None and last_day >= scenario.season_end:
        summary["lower_bound_yuan"] = round(lower_bound_yuan, 2)
        summary["gap_percent"] = round(_gap_percent(cost_yuan["total"], lower_bound_yuan), 4)
    summary |= {
        "hauling": _hauling(scenario, hauls, trucks, days, hauling),
        "allocation_deviations": [dict(deviation) for deviation in allocation_deviations],
        "seconds": round(seconds, 3),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        "seed": seed,
    }
    return Plan(
        season=tuple(season),
        baler_stops=tuple(baler_stops),
        hauls=tuple(hauls),
        truck_stops=tuple(truck_stops),
        stock=stock,
        unserved=unserved,
        summary=summary,
    )


def stock_rows(scenario: Scenario, hauls: Sequence[Haul], days: Sequence[date]) -> tuple[StockRow, ...]:
    """One row per day and place, yards before plants; straw moved counts on its haul's date."""
    in_t: dict[tuple[date, str], float] = defaultdict(float)
    out_t: dict[tuple[date, str], float] = defaultdict(float)
    for haul in hauls:
        in_t[haul.day, haul.destination_id] += haul.dry_t
        if haul.kind == "linehaul":
            out_t[haul.day, haul.origin_ids[0]] += haul.dry_t
    opening_t = {y.yard_id: y.opening_stock_t for y in scenario.yards}
    opening_t |= {p.plant_id: p.opening_stock_t for p in scenario.plants}
    need_t = {p.plant_id: p.daily_need_t for p in scenario.plants}
    rows = []
    for day in days:
        for place_id, opening in opening_t.items():
            arrived_t, left_t = in_t[day, place_id], out_t[day, place_id]
            used_t = min(need_t.get(place_id, 0.0), opening + arrived_t)
            closing_t = _clean(opening + arrived_t - left_t - used_t)
            short_t = _clean(need_t.get(place_id, 0.0) - used_t)
            rows.append(
                StockRow(
                    day=day,
                    place_id=place_id,
                    opening_t=opening,
                    in_t=_clean(arrived_t),
                    out_t=_clean(left_t),
                    used_t=_clean(used_t),
                    closing_t=closing_t,
                    short_t=short_t,
                )
            )
            opening_t[place_id] = closing_t
    return tuple(rows)


def _left_t_by_field(scenario: Scenario, season: Sequence[SeasonRow], last_day: date) -> dict[str, float]:
    """Tonnes left by field id, for the fields due by `last_day` that keep more than the limit."""
    hauled_t: dict[str, float] = defaultdict(float)
    for row in season:
        hauled_t[row.field_id] += row.dry_t
    left_t = {}
    for farm_field in scenario.fields:
        rest_t = _clean(farm_field.dry_straw_t - hauled_t[farm_field.field_id])
        if rest_t > LEFT_LIMIT_T and min(farm_field.clear_by, scenario.season_end) <= last_day:
            left_t[farm_field.field_id] = rest_t
    return left_t


def _unserved_rows(
    scenario: Scenario,
    left_t: Mapping[str, float],
    baler_stops: Sequence[BalerStop],
    reasons: Mapping[str, tuple[str, str]],
) -> tuple[UnservedRow, ...]:
    baled_mu: dict[str, float] = defaultdict(float)
    for stop in baler_stops:
        baled_mu[stop.field_id] += stop.area_mu
    rows = []
    for field_id, dry_t in left_t.items():
        farm_field = scenario.field_by_id[field_id]
        reason = reasons.get(field_id) or _general_reason(farm_field, baled_mu[field_id])
        rows.append(UnservedRow(field_id=field_id, dry_t=dry_t, reason=reason[0], would_be_served_if=reason[1]))
    return tuple(rows)


def _general_reason(farm_field: FarmField, baled_mu: float) -> tuple[str, str]:
    if baled_mu < farm_field.area_mu - 1e-3:
        return (
            "not baled before the field's deadline",
            "balers had more hours near it by its deadline, or the deadline were later",
        )
    return (
        "baled, but not fetched before the field's deadline",
        "trucks that it admits had more hours and the yards more room by its deadline, or the deadline were later",
    )


def _tonne_nights(scenario: Scenario, season: Sequence[SeasonRow]) -> float:
    """Tonnes times nights that straw lay baled in the field before it was hauled."""
    return sum(row.dry_t * (row.haul_date - (row.bale_date or scenario.season_start)).days for row in season)


def _tonnes(
    scenario: Scenario,
    baler_stops: Sequence[BalerStop],
    hauls: Sequence[Haul],
    left_t: Mapping[str, float],
    stock: Sequence[StockRow],
) -> dict[str, float]:
    t_per_mu = {f.field_id: f.to_bale_t / f.area_mu if f.area_mu > 0 else 0.0 for f in scenario.fields}
    already_t = sum(f.already_baled_t for f in scenario.fields)
    return {
        "straw": sum(f.dry_straw_t for f in scenario.fields),
        "baled": already_t + sum(stop.area_mu * t_per_mu[stop.field_id] for stop in baler_stops),
        "hauled": sum(haul.dry_t for haul in hauls if haul.kind != "linehaul"),
        "left": sum(left_t.values()),
        "linehauled": sum(haul.dry_t for haul in hauls if haul.kind == "linehaul"),
        "short": sum(row.short_t for row in stock),
    }


class _TruckCosts:
    """What the trucks' days cost and drive.

    `day_yuan`, `hour_yuan`, `km_yuan`: (days,) yuan by date; `loaded_km`, `empty_km`: sums over all dates.
    """

    def __init__(
        self, scenario: Scenario, lengths: LegLengths, truck_stops: Sequence[TruckStop], days: Sequence[date]
    ) -> None:
        stops = sorted(truck_stops, key=lambda stop: (stop.day, stop.truck_id, stop.seq))
        truck_index = {truck.truck_id: i for i, truck in enumerate(scenario.trucks)}
        class_index = {c.truck_class: i for i, c in enumerate(scenario.truck_classes)}
        day_of = _indices([(stop.day - days[0]).days for stop in stops])
        truck_of = _indices([truck_index[stop.truck_id] for stop in stops])
        follows = (day_of[1:] == day_of[:-1]) & (truck_of[1:] == truck_of[:-1])
        begins = np.flatnonzero(np.concatenate(([True], ~follows))) if stops else _indices([])
        ends = np.append(begins[1:] - 1, len(stops) - 1) if stops else _indices([])
        minutes = np.array([stops[j].end_min - stops[i].start_min for i, j in zip(begins, ends, strict=True)], float)
        yuan_per_day = np.array([truck.yuan_per_day for truck in scenario.trucks], float)
        yuan_per_h = np.array([truck.yuan_per_h for truck in scenario.trucks], float)
        yuan_per_km = np.array([truck.yuan_per_km for truck in scenario.trucks], float)
        class_of_truck = _indices([class_index[truck.truck_class] for truck in scenario.trucks])

        legs = np.flatnonzero(follows)
        leg_truck = truck_of[legs]
        km = np.zeros(len(legs))
        for truck_class, index in class_index.items():
            mask = class_of_truck[leg_truck] == index
            chosen = legs[mask]
            km[mask] = lengths.km(
                [stops[i].place_id for i in chosen], [stops[i + 1].place_id for i in chosen], truck_class
            )
        loaded = np.array([stops[i].action == "load" for i in legs], dtype=bool)

        size = len(days)
        self.day_yuan = np.bincount(day_of[begins], weights=yuan_per_day[truck_of[begins]], minlength=size)
        self.hour_yuan = np.bincount(
            day_of[begins], weights=minutes / 60.0 * yuan_per_h[truck_of[begins]], minlength=size
        )
        self.km_yuan = np.bincount(day_of[legs], weights=km * yuan_per_km[leg_truck], minlength=size)
        self.loaded_km = float(km[loaded].sum())
        self.empty_km = float(km[~loaded].sum())


def _baler_costs(
    scenario: Scenario, lengths: LegLengths, baler_stops: Sequence[BalerStop]
) -> tuple[float, float, float]:
    """Yuan for hours, yuan for kilometres, and kilometres of all baler days."""
    stops = sorted(baler_stops, key=lambda stop: (stop.day, stop.baler_id, stop.seq))
    runs: list[list[BalerStop]] = []
    for stop in stops:
        if runs and (runs[-1][-1].day, runs[-1][-1].baler_id) == (stop.day, stop.baler_id):
            runs[-1].append(stop)
        else:
            runs.append([stop])
    origins: list[str] = []
    destinations: list[str] = []
    for run in runs:
        home = scenario.baler_by_id[run[0].baler_id].home_yard_id
        visited = [home, *(stop.field_id for stop in run), home]
        origins += visited[:-1]
        destinations += visited[1:]
    km = lengths.km(origins, destinations, None)
    hour_yuan = km_yuan = 0.0
    first = 0
    for run in runs:
        baler = scenario.baler_by_id[run[0].baler_id]
        last = first + len(run)
        travel_h = float(km[first] + km[last]) / baler.road_speed_km_h
        hour_yuan += baler.yuan_per_h * ((run[-1].end_min - run[0].arrive_min) / 60.0 + travel_h)
        km_yuan += baler.yuan_per_km * float(km[first : last + 1].sum())
        first = last + 1
    return hour_yuan, km_yuan, float(km.sum())


def _hauling(
    scenario: Scenario,
    hauls: Sequence[Haul],
    trucks: _TruckCosts,
    days: Sequence[date],
    given: Mapping[str, Mapping[str, float]],
) -> dict[str, dict[str, float]]:
    hauled_t: dict[date, float] = defaultdict(float)
    for haul in hauls:
        hauled_t[haul.day] += haul.dry_t
    truck_yuan = trucks.day_yuan + trucks.hour_yuan + trucks.km_yuan
    members = {}
    for i, day in enumerate(days):
        asked = given.get(day.isoformat(), {})
        wanted_t = asked.get("wanted_t", hauled_t[day])
        bound_yuan = asked.get("lower_bound_yuan", 0.0)
        cost_yuan = float(truck_yuan[i]) + scenario.value_yuan_per_t * max(0.0, wanted_t - hauled_t[day])
        members[day.isoformat()] = {
            "wanted_t": round(wanted_t, 6),
            "hauled_t": round(hauled_t[day], 6),
            "cost_yuan": round(cost_yuan, 2),
            "lower_bound_yuan": round(bound_yuan, 2),
            "gap_percent": round(_gap_percent(cost_yuan, bound_yuan), 4),
        }
    return members


def _gap_percent(cost_yuan: float, bound_yuan: float) -> float:
    return 100.0 * (cost_yuan - bound_yuan) / cost_yuan if cost_yuan > 0 else 0.0


def _indices(values: Sequence[int]) -> npt.NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


def _rounded(members: Mapping[str, float], digits: int) -> dict[str, float]:
    return {name: round(float(value), digits) for name, value in members.items()}


def _clean(mass_t: float) -> float:
    """The mass to the milligram-tonne, so that sums of decimals leave no binary dust; never minus zero."""
    return round(mass_t, 6) + 0.0
