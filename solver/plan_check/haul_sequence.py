"""Rule 7, the hauls: each is driven once, as its row says, and what leaves its origins is what arrives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from solver.plan import Haul, TruckStop
from solver.plan_check.case import Case
from solver.plan_check.violation import Violation, differ_t, row_of

HAULS, STOPS = "hauls.csv", "truck_stops.csv"


def check_hauls_driven(case: Case) -> Iterator[Violation]:
    """Kinds and places of the hauls, their rows in one truck's day without another between, and their tonnes."""
    yield from _haul_rows(case)
    stops_of: dict[str, list[int]] = defaultdict(list)
    for row, stop in enumerate(case.plan.truck_stops):
        if stop.action in ("load", "unload"):
            stops_of[stop.haul_id].append(row)
            if stop.dry_t < 0:
                yield Violation(7, STOPS, row_of(row), f"{stop.dry_t:.3f} t cannot be moved")
    for haul_id, rows in stops_of.items():
        if haul_id not in case.haul_by_id:
            for row in rows:
                yield Violation(7, STOPS, row_of(row), f"haul {haul_id!r} is not in hauls.csv")
    for row, haul in enumerate(case.plan.hauls):
        message = _driven_otherwise(haul, [case.plan.truck_stops[i] for i in stops_of.get(haul.haul_id, ())])
        if message:
            yield Violation(7, HAULS, row_of(row), f"haul {haul.haul_id} {message}")
    yield from _mixed_hauls(case)


def _haul_rows(case: Case) -> Iterator[Violation]:
    scenario = case.scenario
    places: dict[str, tuple[set[str], set[str]]] = {
        "collect": (set(scenario.field_by_id), set(scenario.yard_by_id)),
        "direct": (set(scenario.field_by_id), set(scenario.plant_by_id)),
        "linehaul": (set(scenario.yard_by_id), set(scenario.plant_by_id)),
    }
    days = frozenset(case.days)
    first_row: dict[str, int] = {}
    for row, haul in enumerate(case.plan.hauls):
        if not haul.haul_id:
            yield Violation(7, HAULS, row_of(row), "a haul needs an id")
        if (first := first_row.setdefault(haul.haul_id, row)) != row:
            yield Violation(7, HAULS, row_of(row), f"haul {haul.haul_id} stands in row {row_of(first)} already")
        if haul.day not in days:
            yield Violation(7, HAULS, row_of(row), f"{haul.day} is outside the plan")
        if haul.kind not in places:
            yield Violation(7, HAULS, row_of(row), f"there is no kind {haul.kind!r}: collect, direct or linehaul")
            continue
        origins, destinations = places[haul.kind]
        wrong = [origin for origin in haul.origin_ids if origin not in origins]
        if haul.destination_id not in destinations:
            wrong.append(haul.destination_id)
        if wrong:
            message = f"haul {haul.haul_id} cannot be a {haul.kind} with {', '.join(wrong)}"
            yield Violation(7, HAULS, row_of(row), message)
        if haul.kind == "linehaul" and len(haul.origin_ids) != 1:
            yield Violation(7, HAULS, row_of(row), f"linehaul {haul.haul_id} has one yard as its origin")
        if len(set(haul.origin_ids)) != len(haul.origin_ids):
            yield Violation(7, HAULS, row_of(row), f"haul {haul.haul_id} names an origin twice")


def _driven_otherwise(haul: Haul, stops: list[TruckStop]) -> str:
    """What is wrong with the stops of a haul; empty where they are as the haul says."""
    if not stops:
        return "is not driven by any truck"
    if len({(stop.truck_id, stop.day) for stop in stops}) > 1:
        return "has its rows on more than one truck or day"
    if stops[0].day != haul.day:
        return f"is of {haul.day} but driven on {stops[0].day}"
    ordered = sorted(stops, key=lambda stop: stop.seq)
    expected = [*(("load", origin) for origin in haul.origin_ids), ("unload", haul.destination_id)]
    driven = [(stop.action, stop.place_id) for stop in ordered]
    if driven != expected:
        said = ", ".join(f"{action} at {place}" for action, place in driven)
        return f"is driven as {said}; it is to load at {', '.join(haul.origin_ids)} and unload at {haul.destination_id}"
    loaded_t = sum(stop.dry_t for stop in ordered[:-1])
    if differ_t(loaded_t, ordered[-1].dry_t):
        return f"loads {loaded_t:.3f} t and unloads {ordered[-1].dry_t:.3f} t"
    if differ_t(loaded_t, haul.dry_t) or differ_t(ordered[-1].dry_t, haul.dry_t):
        return f"is of {haul.dry_t:.3f} t; loaded are {loaded_t:.3f} t, unloaded {ordered[-1].dry_t:.3f} t"
    return ""


def _mixed_hauls(case: Case) -> Iterator[Violation]:
    """No truck takes up a haul while another is aboard, and none ends its day loaded."""
    by_day: dict[tuple[str, date], list[int]] = defaultdict(list)
    for row, stop in enumerate(case.plan.truck_stops):
        by_day[stop.truck_id, stop.day].append(row)
    for rows in by_day.values():
        aboard: str | None = None
        for row in sorted(rows, key=lambda i: case.plan.truck_stops[i].seq):
            stop = case.plan.truck_stops[row]
            if stop.action == "load":
                if aboard not in (None, stop.haul_id):
                    yield Violation(7, STOPS, row_of(row), f"haul {stop.haul_id} is loaded while {aboard} is aboard")
                aboard = stop.haul_id
            elif stop.action == "unload":
                if aboard != stop.haul_id:
                    yield Violation(7, STOPS, row_of(row), f"haul {stop.haul_id} is unloaded but not aboard")
                aboard = None
            elif stop.action == "return" and aboard is not None:
                yield Violation(7, STOPS, row_of(row), f"haul {aboard} is still aboard when the truck returns")
