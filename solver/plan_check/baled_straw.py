"""Rule 1: baled from `ready_date`, hauled after it is baled, left empty by `clear_by` or listed as unserved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from solver.plan_check.case import Case
from solver.plan_check.violation import (
    MASS_TOLERANCE_T,
    ROUNDING,
    TIME_TOLERANCE_MIN,
    Violation,
    differ_t,
    more_t,
    row_of,
)

# Where a field yields nothing, its area cannot be compared as straw.
AREA_TOLERANCE_MU = 0.01

BALED, LOADED = 0, 1


def check_baling(case: Case) -> Iterator[Violation]:
    """No stop before `ready_date`, none at an unknown field, and no field baled beyond its area."""
    baled_mu: dict[str, float] = defaultdict(float)
    last_row: dict[str, int] = {}
    for row, stop in enumerate(case.plan.baler_stops):
        farm_field = case.scenario.field_by_id.get(stop.field_id)
        if farm_field is None:
            yield _baler_stop(row, f"field {stop.field_id} is not in the scenario")
            continue
        if stop.area_mu < 0:
            yield _baler_stop(row, f"an area of {stop.area_mu:g} mu cannot be baled")
        if stop.day < farm_field.ready_date:
            yield _baler_stop(row, f"field {stop.field_id} is baled on {stop.day}, ready on {farm_field.ready_date}")
        baled_mu[stop.field_id] += stop.area_mu
        last_row[stop.field_id] = row
    for field_id, area_mu in baled_mu.items():
        farm_field = case.scenario.field_by_id[field_id]
        excess_mu = area_mu - farm_field.area_mu
        yield_t_per_mu = farm_field.to_bale_t / farm_field.area_mu if farm_field.area_mu > 0 else 0.0
        too_much_t = excess_mu * yield_t_per_mu > MASS_TOLERANCE_T + ROUNDING
        if too_much_t or (yield_t_per_mu <= 0 and excess_mu > AREA_TOLERANCE_MU):
            message = f"field {field_id} is baled over {area_mu:.4f} mu in all, it has {farm_field.area_mu:.4f} mu"
            yield _baler_stop(last_row[field_id], message)


def check_baled_before_hauled(case: Case) -> Iterator[Violation]:
    """At the start of every load the tonnes taken so far are at most what has been baled; none after `clear_by`."""
    parts: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for stop in case.plan.baler_stops:
        if stop.field_id in case.scenario.field_by_id:
            parts[stop.field_id].append((case.absolute(stop.day, stop.end_min), case.baled_t(stop)))
    for field_id, services in case.services.items():
        farm_field = case.scenario.field_by_id.get(field_id)
        if farm_field is None:
            continue
        # A part counts from its end, a minute's tolerance earlier, and before a load of that moment.
        loads = [service for service in services if service.stop.action == "load"]
        events = [(end - TIME_TOLERANCE_MIN - ROUNDING, BALED, part_t, -1) for end, part_t in parts[field_id]]
        events += [(service.start, LOADED, service.stop.dry_t, service.row) for service in loads]
        baled_t, loaded_t = farm_field.already_baled_t, 0.0
        for _, event, dry_t, row in sorted(events):
            if event == BALED:
                baled_t += dry_t
                continue
            loaded_t += dry_t
            if more_t(loaded_t, baled_t):
                message = f"field {field_id}: {loaded_t:.3f} t are loaded by then, {baled_t:.3f} t are baled"
                yield Violation(1, "truck_stops.csv", row_of(row), message)
        for service in loads:
            if service.stop.day > farm_field.clear_by:
                message = f"field {field_id} is loaded on {service.stop.day}, to be clear by {farm_field.clear_by}"
                yield Violation(1, "truck_stops.csv", row_of(service.row), message)


def check_cleared(case: Case) -> Iterator[Violation]:
    """`unserved.csv` has one row, with the tonnes left, for each field that keeps straw past its day; no other."""
    listed: dict[str, float] = {}
    for row, unserved in enumerate(case.plan.unserved):
        if unserved.field_id not in case.scenario.field_by_id:
            yield Violation(1, "unserved.csv", row_of(row), f"field {unserved.field_id} is not in the scenario")
        elif unserved.field_id in listed:
            yield Violation(1, "unserved.csv", row_of(row), f"field {unserved.field_id} stands on two rows")
        else:
            listed[unserved.field_id] = unserved.dry_t
            left_t = case.left_t_by_field.get(unserved.field_id)
            if left_t is None:
                message = f"field {unserved.field_id} need not be clear by {case.last_day} and does not count yet"
                yield Violation(1, "unserved.csv", row_of(row), message)
            elif differ_t(left_t, unserved.dry_t):
                message = f"field {unserved.field_id} keeps {left_t:.3f} t, listed are {unserved.dry_t:.3f} t"
                yield Violation(1, "unserved.csv", row_of(row), message)
    for field_id, left_t in case.left_t_by_field.items():
        if field_id not in listed and more_t(left_t, 0.0):
            yield Violation(1, "unserved.csv", None, f"field {field_id} keeps {left_t:.3f} t and is not listed")


def _baler_stop(row: int, message: str) -> Violation:
    return Violation(1, "baler_stops.csv", row_of(row), message)
