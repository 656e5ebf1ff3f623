"""Rules 3 and 6: what a truck may carry, which fields admit it, and which loads may go straight to a plant."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator

from solver.plan_check.case import Case
from solver.plan_check.violation import ROUNDING, Violation, more_t, row_of

# The share of a bale that is not counted as one more.
BALE_CRUMB = 0.01


def check_capacity(case: Case) -> Iterator[Violation]:
    """The tonnes on board at most the payload, the bales at most the capacity, and the bales those of the tonnes."""
    parts_t: dict[str, list[float]] = defaultdict(list)
    truck_ids: dict[str, set[str]] = defaultdict(set)
    for stop in case.plan.truck_stops:
        if stop.action == "load":
            parts_t[stop.haul_id].append(stop.dry_t)
            truck_ids[stop.haul_id].add(stop.truck_id)
    for row, haul in enumerate(case.plan.hauls):
        parts = parts_t[haul.haul_id]
        fewest = math.ceil(haul.dry_t / case.scenario.bale_dry_t - BALE_CRUMB - ROUNDING)
        most = sum(math.ceil(dry_t / case.scenario.bale_dry_t - BALE_CRUMB + ROUNDING) for dry_t in parts)
        if haul.bales < fewest or (parts and haul.bales > max(most, fewest)):
            limits = f"{fewest}" if most <= fewest else f"{fewest} to {most}"
            yield _haul(row, f"haul {haul.haul_id} of {haul.dry_t:.3f} t has {limits} bales, not {haul.bales}")
        for truck_id in sorted(truck_ids[haul.haul_id] & case.scenario.truck_by_id.keys()):
            truck_class = case.scenario.class_by_name[case.scenario.truck_by_id[truck_id].truck_class]
            carried_t = max(haul.dry_t, sum(parts))
            if more_t(carried_t, truck_class.payload_t):
                message = f"{carried_t:.3f} t on truck {truck_id}, which may carry {truck_class.payload_t:g} t"
                yield _haul(row, f"haul {haul.haul_id}: {message}")
            if haul.bales > truck_class.bale_capacity:
                message = f"{haul.bales} bales on truck {truck_id}, which holds {truck_class.bale_capacity}"
                yield _haul(row, f"haul {haul.haul_id}: {message}")


def check_truck_admitted(case: Case) -> Iterator[Violation]:
    """No truck stands at a field that admits only smaller ones."""
    for row, stop in enumerate(case.plan.truck_stops):
        farm_field = case.scenario.field_by_id.get(stop.place_id)
        truck = case.scenario.truck_by_id.get(stop.truck_id)
        if farm_field is None or truck is None or farm_field.max_truck_class is None:
            continue
        limit = case.scenario.class_by_name[farm_field.max_truck_class]
        if case.scenario.class_by_name[truck.truck_class].rank > limit.rank:
            message = f"truck {stop.truck_id} ({truck.truck_class}) at field {stop.place_id}, which admits"
            yield Violation(3, "truck_stops.csv", row_of(row), f"{message} {limit.truck_class} at most")


def check_approvals(case: Case) -> Iterator[Violation]:
    """Each field of a direct haul lies in a town with an approval for the plant on the row's date."""
    for row, haul in enumerate(case.plan.hauls):
        if haul.destination_id not in case.scenario.plant_by_id:
            continue
        for origin_id in haul.origin_ids:
            farm_field = case.scenario.field_by_id.get(origin_id)
            if farm_field is None:
                continue
            approved = any(
                approval.town_id == farm_field.town_id
                and approval.plant_id == haul.destination_id
                and approval.valid_from <= haul.day <= approval.valid_until
                for approval in case.scenario.direct_hauls
            )
            if not approved:
                message = f"haul {haul.haul_id} takes straw of town {farm_field.town_id} straight to"
                note = f"{message} {haul.destination_id} on {haul.day} without an approval"
                yield Violation(6, "hauls.csv", row_of(row), note)


def _haul(row: int, message: str) -> Violation:
    return Violation(3, "hauls.csv", row_of(row), message)
