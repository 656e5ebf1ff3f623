"""Rule 2: every truck and baler is in one place at a time, no faster than its ways, within its shift, home at night."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from solver.plan import BalerStop, TruckStop
from solver.plan_check.case import BalerDay, Case, Leg, TruckDay
from solver.plan_check.violation import Violation, clock, more_minutes, row_of

TRUCKS, BALERS = "truck_stops.csv", "baler_stops.csv"
MIDDLE_ACTIONS = ("load", "unload")


def check_calendar(case: Case) -> Iterator[Violation]:
    """Known trucks, balers and places; dates that the plan covers; every `seq` once in a day."""
    days = frozenset(case.days)
    seen: dict[tuple[str, date, int], int] = {}
    for row, stop in enumerate(case.plan.truck_stops):
        if stop.truck_id not in case.scenario.truck_by_id:
            yield _truck(row, f"truck {stop.truck_id} is not in the scenario")
        if case.place(stop.place_id) is None:
            yield _truck(row, f"place {stop.place_id} is not in the scenario")
        if stop.day not in days:
            yield _truck(row, f"{stop.day} is outside the plan, {case.days[0]} to {case.last_day}")
        if (other := seen.setdefault((stop.truck_id, stop.day, stop.seq), row)) != row:
            yield _truck(row, f"truck {stop.truck_id} has seq {stop.seq} twice that day, also in row {row_of(other)}")
    seen.clear()
    for row, baling in enumerate(case.plan.baler_stops):
        if baling.baler_id not in case.scenario.baler_by_id:
            yield _baler(row, f"baler {baling.baler_id} is not in the scenario")
        if baling.day not in days:
            yield _baler(row, f"{baling.day} is outside the plan, {case.days[0]} to {case.last_day}")
        if (other := seen.setdefault((baling.baler_id, baling.day, baling.seq), row)) != row:
            yield _baler(row, f"baler {baling.baler_id} has seq {baling.seq} twice that day, also in row {other + 2}")


def check_truck_days(case: Case) -> Iterator[Violation]:
    """Leaves home first, returns home last, drives no faster than the ways, keeps its shift, one day after another."""
    before: TruckDay | None = None
    # an outage may have stopped a truck that was on its way to its first load
    outage_days = {outage.day for outage in case.scenario.outages}
    for truck_day in case.truck_days:
        yield from _truck_ends(truck_day, may_come_home_empty=truck_day.day in outage_days)
        yield from _truck_times(truck_day)
        if before is not None and before.truck.truck_id == truck_day.truck.truck_id:
            back = case.absolute(before.day, before.stops[-1].end_min)
            away = case.absolute(truck_day.day, truck_day.stops[0].arrive_min)
            if more_minutes(back, away):
                message = f"truck {truck_day.truck.truck_id} leaves before it is back from {before.day}"
                yield _truck(truck_day.rows[0], message)
        before = truck_day


def check_baler_days(case: Case) -> Iterator[Violation]:
    """As for trucks; the way from and to home lies in the shift, and baling takes its time within the weather's."""
    before: tuple[BalerDay, float] | None = None
    for baler_day in case.baler_days:
        baler_id, shift_start = baler_day.baler.baler_id, baler_day.baler.shift_start_min
        shift_end = shift_start + baler_day.baler.shift_hours * 60
        yield from _baler_times(baler_day)
        worked = sum(stop.end_min - stop.start_min for stop in baler_day.stops)
        fraction = case.scenario.workable_fraction(baler_day.day)
        if more_minutes(worked, fraction * baler_day.baler.shift_hours * 60):
            message = f"baler {baler_id} bales for {worked} min; the weather allows {fraction:g} of its shift"
            yield _baler(baler_day.rows[-1], message)
        first, last = baler_day.legs[0], baler_day.legs[-1]
        if first is None or last is None:
            continue
        away = baler_day.stops[0].arrive_min - first.hours * 60
        back = baler_day.stops[-1].end_min + last.hours * 60
        if more_minutes(shift_start, away):
            message = f"baler {baler_id} leaves home at {_clock(away)}, its shift starts at {clock(shift_start)}"
            yield _baler(baler_day.rows[0], message)
        if more_minutes(back, shift_end):
            message = f"baler {baler_id} is home at {_clock(back)}, its shift ends at {clock(shift_end)}"
            yield _baler(baler_day.rows[-1], message)
        if (
            before is not None
            and before[0].baler.baler_id == baler_id
            and more_minutes(before[1], case.absolute(baler_day.day, away))
        ):
            yield _baler(baler_day.rows[0], f"baler {baler_id} leaves before it is back from {before[0].day}")
        before = baler_day, case.absolute(baler_day.day, back)


def _truck_ends(truck_day: TruckDay, *, may_come_home_empty: bool) -> Iterator[Violation]:
    truck, stops, rows = truck_day.truck, truck_day.stops, truck_day.rows
    for position, action, name in ((0, "leave", "first"), (-1, "return", "last")):
        stop, row = stops[position], rows[position]
        if stop.action != action:
            yield _truck(row, f"the {name} row of truck {truck.truck_id} that day is to be {action}, not {stop.action}")
    for row, stop in zip(rows, stops, strict=True):
        if stop.action not in ("leave", "return"):
            continue
        if stop.place_id != truck.home_yard_id:
            yield _truck(row, f"truck {truck.truck_id} has its {stop.action} at {stop.place_id}, not at its home")
        if stop.haul_id or stop.dry_t != 0:
            yield _truck(row, f"a {stop.action} row has no haul and 0 t")
        if more_minutes(stop.end_min, stop.arrive_min) or more_minutes(stop.arrive_min, stop.end_min):
            yield _truck(row, f"a {stop.action} row has arrive, start and end at one time")
    for row, stop in zip(rows[1:-1], stops[1:-1], strict=True):
        if stop.action not in MIDDLE_ACTIONS:
            yield _truck(row, f"between leave and return a truck loads or unloads; it cannot {stop.action!r}")
    if len(stops) < 3 and not (may_come_home_empty and len(stops) == 2):
        yield _truck(rows[0], f"truck {truck.truck_id} has a day without a load; at home it has no rows")


def _truck_times(truck_day: TruckDay) -> Iterator[Violation]:
    truck = truck_day.truck
    shift_end = truck.shift_start_min + truck.shift_hours * 60
    first, last = truck_day.stops[0], truck_day.stops[-1]
    if more_minutes(truck.shift_start_min, first.arrive_min):
        message = f"truck {truck.truck_id} starts at {clock(first.arrive_min)}, before its shift"
        yield _truck(truck_day.rows[0], f"{message} at {clock(truck.shift_start_min)}")
    latest = max(last.arrive_min, last.end_min)
    if more_minutes(latest, shift_end):
        message = f"truck {truck.truck_id} ends at {clock(latest)}, after its shift until {clock(shift_end)}"
        yield _truck(truck_day.rows[-1], message)
    yield from _sequence(
        truck_day.stops, truck_day.rows, truck_day.legs, file=TRUCKS, who=f"truck {truck.truck_id}", place="place_id"
    )


def _baler_times(baler_day: BalerDay) -> Iterator[Violation]:
    baler = baler_day.baler
    for row, stop in zip(baler_day.rows, baler_day.stops, strict=True):
        needed = stop.area_mu / baler.rate_mu_per_h * 60
        if more_minutes(needed, stop.end_min - stop.start_min):
            message = f"baler {baler.baler_id} needs {needed:.1f} min for {stop.area_mu:g} mu"
            yield _baler(row, f"{message} and takes {stop.end_min - stop.start_min}")
    yield from _sequence(
        baler_day.stops,
        baler_day.rows,
        baler_day.legs[1:-1],
        file=BALERS,
        who=f"baler {baler.baler_id}",
        place="field_id",
    )


def _sequence(
    stops: Sequence[TruckStop | BalerStop],
    rows: Sequence[int],
    legs: Sequence[Leg | None],
    *,
    file: str,
    who: str,
    place: str,
) -> Iterator[Violation]:
    """Arrive, start and end follow each other in a stop, and the next arrival comes after the way there."""
    for row, stop in zip(rows, stops, strict=True):
        if more_minutes(stop.arrive_min, stop.start_min) or more_minutes(stop.start_min, stop.end_min):
            yield Violation(2, file, row_of(row), f"{who}: arrive, start and end are not in this order")
    for i, leg in enumerate(legs):
        here, there = stops[i], stops[i + 1]
        if leg is None:
            continue
        trip = f"{who} from {getattr(here, place)} to {getattr(there, place)}"
        if leg.hours == float("inf"):
            yield Violation(2, file, row_of(rows[i + 1]), f"{trip}: no road admits it")
        elif more_minutes(here.end_min + leg.hours * 60, there.arrive_min):
            took = there.arrive_min - here.end_min
            message = f"{trip}: {leg.hours * 60:.1f} min of way, {took} min between the stops"
            yield Violation(2, file, row_of(rows[i + 1]), message)


def _clock(minutes: float) -> str:
    return clock(minutes) if abs(minutes) != float("inf") else "no time (no road leads there)"


def _truck(row: int, message: str) -> Violation:
    return Violation(2, TRUCKS, row_of(row), message)


def _baler(row: int, message: str) -> Violation:
    return Violation(2, BALERS, row_of(row), message)
