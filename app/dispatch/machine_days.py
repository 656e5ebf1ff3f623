"""What each truck's and each baler's day comes to: kilometres, hours, tonnes and cost, for showing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import Any

import numpy as np

from solver.leg_lengths import LegLengths
from solver.plan import BalerStop, Plan, TruckStop
from solver.roads.ways import Ways
from solver.scenario import Scenario

MINUTES_PER_HOUR = 60.0


def truck_days(scenario: Scenario, ways: Ways, plan: Plan) -> list[dict[str, Any]]:
    """Return {day, truck_id, loaded_km, empty_km, hours, dry_t, cost_yuan} for each truck and date with stops.

    `dry_t` counts the tonnes it unloads; the hours run from leaving home to being back.
    """
    tours = list(_grouped_trucks(plan))
    legs = [(i, a, b) for i, stops in enumerate(tours) for a, b in pairwise(stops)]
    loaded_after = {id(stop): load_t for stops in tours for stop, load_t in _load_after(stops)}
    loaded_km, empty_km = np.zeros(len(tours)), np.zeros(len(tours))
    lengths = LegLengths(scenario, ways)
    for truck_class in scenario.class_by_name:
        of_class = [leg for leg in legs if scenario.truck_by_id[tours[leg[0]][0].truck_id].truck_class == truck_class]
        if not of_class:
            continue
        km = lengths.km([a.place_id for _, a, _ in of_class], [b.place_id for _, _, b in of_class], truck_class)
        tour = np.array([i for i, _, _ in of_class])
        loaded = np.array([loaded_after[id(a)] > 0 for _, a, _ in of_class])
        np.add.at(loaded_km, tour[loaded], km[loaded])
        np.add.at(empty_km, tour[~loaded], km[~loaded])
    answer = []
    for i, stops in enumerate(tours):
        truck = scenario.truck_by_id[stops[0].truck_id]
        hours = (stops[-1].end_min - stops[0].start_min) / MINUTES_PER_HOUR
        km_driven = float(loaded_km[i] + empty_km[i])
        answer.append(
            {
                "day": stops[0].day,
                "truck_id": truck.truck_id,
                "loaded_km": float(loaded_km[i]),
                "empty_km": float(empty_km[i]),
                "hours": hours,
                "dry_t": sum(stop.dry_t for stop in stops if stop.action == "unload"),
                "cost_yuan": truck.yuan_per_day + truck.yuan_per_h * hours + truck.yuan_per_km * km_driven,
            }
        )
    return answer


def baler_days(scenario: Scenario, ways: Ways, plan: Plan) -> list[dict[str, Any]]:
    """Return {day, baler_id, km, hours, cost_yuan} for each baler and date with stops, from home to home."""
    ordered = sorted(plan.baler_stops, key=lambda s: (s.day, s.baler_id, s.seq))
    tours = [list(stops) for _, stops in groupby(ordered, key=lambda s: (s.day, s.baler_id))]
    legs = [(i, a, b) for i, stops in enumerate(tours) for a, b in pairwise(_baler_places(scenario, stops))]
    km_of_leg = LegLengths(scenario, ways).km([a for _, a, _ in legs], [b for _, _, b in legs], None)
    legs_of_tour: list[list[float]] = [[] for _ in tours]
    for (i, _, _), leg_km in zip(legs, km_of_leg.tolist(), strict=True):
        legs_of_tour[i].append(leg_km)
    answer = []
    for stops, leg_kms in zip(tours, legs_of_tour, strict=True):
        baler = scenario.baler_by_id[stops[0].baler_id]
        on_the_field = (stops[-1].end_min - stops[0].arrive_min) / MINUTES_PER_HOUR
        hours = on_the_field + (leg_kms[0] + leg_kms[-1]) / baler.road_speed_km_h
        km = sum(leg_kms)
        answer.append(
            {
                "day": stops[0].day,
                "baler_id": baler.baler_id,
                "km": km,
                "hours": hours,
                "cost_yuan": baler.yuan_per_h * hours + baler.yuan_per_km * km,
            }
        )
    return answer


def _grouped_trucks(plan: Plan) -> Iterator[list[TruckStop]]:
    ordered = sorted(plan.truck_stops, key=lambda s: (s.day, s.truck_id, s.seq))
    for _, stops in groupby(ordered, key=lambda s: (s.day, s.truck_id)):
        yield list(stops)


def _load_after(stops: list[TruckStop]) -> Iterator[tuple[TruckStop, float]]:
    load_t = 0.0
    for stop in stops:
        if stop.action == "load":
            load_t += stop.dry_t
        elif stop.action == "unload":
            load_t = 0.0
        yield stop, load_t


def _baler_places(scenario: Scenario, stops: list[BalerStop]) -> list[str]:
    home = scenario.baler_by_id[stops[0].baler_id].home_yard_id
    return [home, *(stop.field_id for stop in stops), home]
