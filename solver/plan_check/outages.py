"""Outages: a closed place serves nobody, a place with fewer bays no more than it has left, a machine that is out does
nothing."""

from __future__ import annotations

from collections.abc import Iterator

from solver.plan import BalerStop, TruckStop
from solver.plan_check.case import Case, Service
from solver.plan_check.violation import ROUNDING, TIME_TOLERANCE_MIN, Violation, clock, row_of
from solver.scenario import EndUsePlant, Outage, TransferYard

SLACK = TIME_TOLERANCE_MIN + ROUNDING


def check_places_out(case: Case) -> Iterator[Violation]:
    """Rule 4: no service in an outage of its place; where only bays are out, no more than are left."""
    for outage in case.scenario.outages:
        if outage.kind != "place":
            continue
        first, last = case.absolute(outage.day, outage.from_min), case.absolute(outage.day, outage.until_min)
        within = [s for s in case.services.get(outage.own_id, ()) if s.start < last - SLACK and s.end > first + SLACK]
        if outage.bays is None:
            yield from (_stop(service, outage, "is closed") for service in within)
            continue
        place = case.place(outage.own_id)
        bays = place.bays if isinstance(place, TransferYard | EndUsePlant) else 1
        for service in within:
            at = max(service.start, first)
            busy = sum(s.start <= at and s.end > at + SLACK for s in within)
            if busy > bays - outage.bays and service.end > at + SLACK:
                yield _stop(service, outage, f"has {max(bays - outage.bays, 0)} bays")


def check_machines_out(case: Case) -> Iterator[Violation]:
    """Rule 2: a truck neither loads nor unloads and a baler does not bale while it is out."""
    out = {(o.kind, o.own_id) for o in case.scenario.outages if o.kind != "place"}
    if not out:
        return
    rows: list[tuple[int, str, str, TruckStop | BalerStop]] = [
        (row, "truck", s.truck_id, s)
        for row, s in enumerate(case.plan.truck_stops)
        if ("truck", s.truck_id) in out and s.action in ("load", "unload")
    ]
    rows += [
        (row, "baler", s.baler_id, s) for row, s in enumerate(case.plan.baler_stops) if ("baler", s.baler_id) in out
    ]
    for outage in case.scenario.outages:
        first, last = case.absolute(outage.day, outage.from_min), case.absolute(outage.day, outage.until_min)
        for row, kind, own_id, stop in rows:
            if (kind, own_id) != (outage.kind, outage.own_id):
                continue
            start, end = case.absolute(stop.day, stop.start_min), case.absolute(stop.day, stop.end_min)
            if start < last - SLACK and end > first + SLACK:
                message = f"{kind} {own_id} works {clock(stop.start_min)}–{clock(stop.end_min)}; {_out(outage)}"
                yield Violation(2, f"{kind}_stops.csv", row_of(row), message)


def _stop(service: Service, outage: Outage, what: str) -> Violation:
    stop = service.stop
    span = f"{clock(stop.start_min)}–{clock(stop.end_min)} on {stop.day}"
    message = f"truck {stop.truck_id} is served at {outage.own_id} {span}, which {what}: {_out(outage)}"
    return Violation(4, "truck_stops.csv", row_of(service.row), message)


def _out(outage: Outage) -> str:
    return f"outage {clock(outage.from_min)}–{clock(outage.until_min)} on {outage.day}"
