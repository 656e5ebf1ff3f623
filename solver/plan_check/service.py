"""Rule 4: trucks are served within opening hours, long enough, and never more at once than there are bays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from solver.plan_check.case import Case, Service
from solver.plan_check.violation import (
    ROUNDING,
    TIME_TOLERANCE_MIN,
    Violation,
    clock,
    more_minutes,
    row_of,
)
from solver.scenario import EndUsePlant, FarmField, TransferYard


def check_opening_hours(case: Case) -> Iterator[Violation]:
    """Every service at a yard or plant lies in one opening; before `opens_on` a yard serves nobody."""
    for place_id, services in case.services.items():
        place = case.place(place_id)
        if place is None or isinstance(place, FarmField):
            continue
        opens, closes = _openings(case, place)
        starts = np.array([service.start for service in services], dtype=np.float64)
        ends = np.array([service.end for service in services], dtype=np.float64)
        # The last opening that has begun by then; none is -1, which closes before any time.
        slack = TIME_TOLERANCE_MIN + ROUNDING
        opening = np.searchsorted(opens, starts + slack, side="right") - 1
        outside = (opening < 0) | (ends > np.append(closes, -np.inf)[opening] + slack)
        for i in np.flatnonzero(outside).tolist():
            stop = services[i].stop
            span = f"{clock(stop.start_min)}–{clock(stop.end_min)} on {stop.day}"
            yield _stop(services[i], f"truck {stop.truck_id} is served at {place_id} {span}, outside its hours")
        if isinstance(place, TransferYard) and place.opens_on is not None:
            for service in services:
                if service.stop.day < place.opens_on:
                    yield _stop(service, f"yard {place_id} serves nobody before {place.opens_on}")


def check_service_time(case: Case) -> Iterator[Violation]:
    """Loading and unloading take their minutes a tonne, at yards and plants with the weighing."""
    for services in case.services.values():
        for service in services:
            stop = service.stop
            rate = case.scenario.load_minutes_per_t if stop.action == "load" else case.scenario.unload_minutes_per_t
            needed = rate * stop.dry_t
            if stop.place_id not in case.scenario.field_by_id:
                needed += case.scenario.weigh_minutes
            if more_minutes(needed, stop.end_min - stop.start_min):
                message = f"{stop.action} of {stop.dry_t:.3f} t at {stop.place_id} takes {needed:.1f} min"
                yield _stop(service, f"{message}, not {stop.end_min - stop.start_min}")


def check_bays(case: Case) -> Iterator[Violation]:
    """At no moment are more trucks served at a place than it has bays; a field has one."""
    for place_id, services in case.services.items():
        place = case.place(place_id)
        bays = place.bays if isinstance(place, TransferYard | EndUsePlant) else 1
        starts = np.array([service.start for service in services], dtype=np.float64)
        ends = np.array([service.end for service in services], dtype=np.float64)
        count = len(services)
        # Ends go before starts up to a minute earlier: of events that near, those that free a bay count first.
        time = np.concatenate((ends - TIME_TOLERANCE_MIN, starts))
        change = np.concatenate((-np.ones(count), np.ones(count)))
        order = np.lexsort((change, time))
        busy = np.cumsum(change[order])
        # A service shorter than the tolerance would count below zero before it begins: it holds no bay at all.
        for position in np.flatnonzero((busy > bays) & (change[order] > 0)).tolist():
            service = services[order[position] - count]
            message = f"{int(busy[position])} trucks are served at {place_id} at {clock(service.stop.start_min)}"
            yield _stop(service, f"{message} on {service.stop.day}; it has {bays} bay{'s' if bays > 1 else ''}")


def _openings(case: Case, place: TransferYard | EndUsePlant) -> tuple[np.ndarray, np.ndarray]:
    """Openings and closings as absolute minutes, those that touch or overlap joined."""
    place_id = place.yard_id if isinstance(place, TransferYard) else place.plant_id
    spans: list[tuple[float, float]] = []
    # The hours of the evening before reach into the first day, those of the last day's shifts into the days after.
    for i in range(-1, len(case.days) + 8):
        day = case.scenario.season_start + timedelta(days=i)
        hours = case.scenario.hours_by_place_and_date.get((place_id, day), place.hours)
        if hours is None:
            continue
        opens, closes = case.absolute(day, hours.open_min), case.absolute(day, hours.close_min)
        if spans and opens <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(spans[-1][1], closes)
        else:
            spans.append((opens, closes))
    return np.array([opens for opens, _ in spans]), np.array([closes for _, closes in spans])


def _stop(service: Service, message: str) -> Violation:
    return Violation(4, "truck_stops.csv", row_of(service.row), message)
