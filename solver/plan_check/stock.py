"""Rule 5, and of rule 7 the stocks: what lies in yards and plants, moment by moment and day by day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from solver.plan_check.case import Case
from solver.plan_check.violation import TIME_TOLERANCE_MIN, Violation, clock, differ_t, more_t, row_of


@dataclass(frozen=True, slots=True)
class StockDay:
    """One day of one place as its loads and unloads make it."""

    opening_t: float
    in_t: float
    out_t: float
    used_t: float
    closing_t: float
    short_t: float


def check_yard_stock(case: Case) -> Iterator[Violation]:
    """From the start of every load and the end of every unload on, a yard holds 0 to `capacity_t`."""
    for yard in case.scenario.yards:
        services = case.services.get(yard.yard_id, [])
        if not services:
            continue
        is_load = np.array([service.stop.action == "load" for service in services])
        dry_t = np.array([service.stop.dry_t for service in services])
        change_t = np.where(is_load, -dry_t, dry_t)
        time = np.array([s.start if s.stop.action == "load" else s.end for s in services], dtype=np.float64)
        for relieving, limit in ((is_load, "above"), (~is_load, "below")):
            # Of events within a minute of each other those that relieve this limit count first.
            order = np.lexsort((~relieving, np.where(relieving, time - TIME_TOLERANCE_MIN, time)))
            stock_t = yard.opening_stock_t + np.cumsum(change_t[order])
            for position in np.flatnonzero(~relieving[order]).tolist():
                held_t = float(stock_t[position])
                service = services[order[position]]
                message = f"yard {yard.yard_id} holds {held_t:.3f} t at"
                at = f"{clock(time[order[position]] - case.absolute(service.stop.day, 0))} on {service.stop.day}"
                if limit == "above" and more_t(held_t, yard.capacity_t):
                    note = f"{message} {at}, above its {yard.capacity_t:g} t"
                    yield Violation(5, "truck_stops.csv", row_of(service.row), note)
                if limit == "below" and more_t(0.0, held_t):
                    yield Violation(5, "truck_stops.csv", row_of(service.row), f"{message} {at}, below zero")


def check_plant_stock(case: Case) -> Iterator[Violation]:
    """No plant holds more than `storage_t` at a day's end, and each shortage is reported as it is."""
    row_by_key = {(row.place_id, row.day): i for i, row in enumerate(case.plan.stock)}
    for plant in case.scenario.plants:
        for day, stock in stock_days(case, plant.plant_id):
            row = row_by_key.get((plant.plant_id, day))
            if more_t(stock.closing_t, plant.storage_t):
                message = f"plant {plant.plant_id} holds {stock.closing_t:.3f} t at the end of {day}"
                note = f"{message}, above its {plant.storage_t:g} t"
                yield Violation(5, "stock.csv", None if row is None else row_of(row), note)
            if row is not None and differ_t(case.plan.stock[row].short_t, stock.short_t):
                message = f"plant {plant.plant_id} is {stock.short_t:.3f} t short on {day}"
                note = f"{message}, reported are {case.plan.stock[row].short_t:.3f} t"
                yield Violation(5, "stock.csv", row_of(row), note)


def check_daily_intake(case: Case) -> Iterator[Violation]:
    """The unloads of a date at a plant are at most `daily_max_t`."""
    for plant in case.scenario.plants:
        for day in case.days:
            in_t = case.moved_t(plant.plant_id, day)[0]
            if more_t(in_t, plant.daily_max_t):
                message = f"plant {plant.plant_id} takes in {in_t:.3f} t on {day}, at most {plant.daily_max_t:g} t"
                yield Violation(5, "truck_stops.csv", None, message)


def check_stock_rows(case: Case) -> Iterator[Violation]:
    """`stock.csv` has one row a day for every yard and plant, with the figures that the loads and unloads make."""
    expected = {
        (place_id, day): stock
        for place_id in (*case.scenario.yard_by_id, *case.scenario.plant_by_id)
        for day, stock in stock_days(case, place_id)
    }
    seen: set[tuple[str, date]] = set()
    for row, given in enumerate(case.plan.stock):
        key = given.place_id, given.day
        if key not in expected:
            yield _row(row, f"{given.place_id} on {given.day} is no yard or plant on a day of the plan")
        elif key in seen:
            yield _row(row, f"{given.place_id} on {given.day} stands on two rows")
        else:
            for name in ("opening_t", "in_t", "out_t", "used_t", "closing_t", "short_t"):
                stated_t, true_t = getattr(given, name), getattr(expected[key], name)
                if differ_t(stated_t, true_t):
                    yield _row(row, f"{name} of {given.place_id} on {given.day} is {true_t:.3f}, not {stated_t:.3f}")
        seen.add(key)
    missing = [key for key in expected if key not in seen]
    for place_id, day in missing:
        yield Violation(7, "stock.csv", None, f"the row of {place_id} on {day} is missing")


def stock_days(case: Case, place_id: str) -> list[tuple[date, StockDay]]:
    """Each day of the plan at a yard or plant, from its opening stock on."""
    plant = case.scenario.plant_by_id.get(place_id)
    opening_t = (plant or case.scenario.yard_by_id[place_id]).opening_stock_t
    days = []
    for day in case.days:
        in_t, out_t = case.moved_t(place_id, day)
        used_t = min(plant.daily_need_t, opening_t + in_t) if plant else 0.0
        closing_t = opening_t + in_t - out_t - used_t
        short_t = plant.daily_need_t - used_t if plant else 0.0
        days.append((day, StockDay(opening_t, in_t, out_t, used_t, closing_t, short_t)))
        opening_t = closing_t
    return days


def _row(row: int, message: str) -> Violation:
    return Violation(7, "stock.csv", row_of(row), message)
