"""Rule 7, the summary: its tonnes, km, costs and days are the sums of the files."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from solver.plan_check.case import Case, TruckDay
from solver.plan_check.stock import stock_days
from solver.plan_check.violation import MASS_TOLERANCE_T, ROUNDING, SUM_TOLERANCE, Violation, differ_t, more_t

FILE = "summary.json"

# Figures may be rounded to whole yuan, tenths of a km and of a percent.
YUAN_STEP = 1.0
KM_STEP = 0.1
PERCENT_STEP = 0.05


@dataclass(slots=True)
class _Trucks:
    day_yuan: float = 0.0
    hour_yuan: float = 0.0
    km_yuan: float = 0.0
    loaded_km: float = 0.0
    empty_km: float = 0.0
    yuan_by_day: dict[date, float] = field(default_factory=lambda: defaultdict(float))


def check_tonnes(case: Case) -> Iterator[Violation]:
    """`tonnes` are the sums of the files, and `from` and `to` are days of the season."""
    yield from _period(case)
    stated = _members(case.plan.summary, "tonnes")
    baled_t = sum(f.already_baled_t for f in case.scenario.fields) + sum(case.baled_t_by_field_and_day.values())
    linehauled_t = sum(case.moved_t(yard.yard_id, day)[1] for yard in case.scenario.yards for day in case.days)
    expected = {
        "straw": sum(f.dry_straw_t for f in case.scenario.fields),
        "baled": baled_t,
        "hauled": sum(case.hauled_t_by_field.values()),
        "linehauled": linehauled_t,
        "short": sum(row.short_t for row in case.plan.stock),
    }
    for name, dry_t in expected.items():
        given_t = _number(stated.get(name))
        if given_t is None or differ_t(given_t, dry_t):
            yield _summary(f"tonnes.{name} is {dry_t:.3f}, not {stated.get(name)}")
    least_t, most_t = _left_t(case)
    given_t = _number(stated.get("left"))
    if given_t is None or more_t(least_t, given_t) or more_t(given_t, most_t):
        yield _summary(f"tonnes.left is {most_t:.3f}, not {stated.get('left')}")


def check_cost_and_km(case: Case) -> Iterator[Violation]:
    """`km` and `cost_yuan` are those of the files, and the bound with its gap fits the total."""
    trucks, (baler_hour_yuan, baler_km_yuan, baler_km) = _trucks(case), _balers(case)
    scenario = case.scenario
    short_t = sum(stock.short_t for plant in scenario.plants for _, stock in stock_days(case, plant.plant_id))
    left_t = _left_t(case)[1]
    parts = {
        "truck_day": trucks.day_yuan,
        "truck_hour": trucks.hour_yuan,
        "truck_km": trucks.km_yuan,
        "baler_hour": baler_hour_yuan,
        "baler_km": baler_km_yuan,
        "left_in_field": left_t * scenario.value_yuan_per_t,
        "shortage": short_t * scenario.shortage_yuan_per_t,
        "lateness": _nights_t(case) * scenario.lateness_yuan_per_t_day,
    }
    # Fields that keep next to nothing may be counted or not.
    slack = {"left_in_field": (left_t - _left_t(case)[0]) * scenario.value_yuan_per_t}
    cost = _members(case.plan.summary, "cost_yuan")
    for name, yuan in {**parts, "total": sum(parts.values())}.items():
        step = YUAN_STEP + slack.get(name, 0.0)
        yield from _near(f"cost_yuan.{name}", cost.get(name), yuan, step=step)
    km = _members(case.plan.summary, "km")
    for name, length_km in (("loaded", trucks.loaded_km), ("empty", trucks.empty_km), ("baler", baler_km)):
        yield from _near(f"km.{name}", km.get(name), length_km, step=KM_STEP)
    if case.last_day < scenario.season_end:
        for name in ("lower_bound_yuan", "gap_percent"):
            if case.plan.summary.get(name) is not None:
                yield _summary(f"{name} is left out in a part of a season")
    else:
        yield from _bound("", case.plan.summary, _number(cost.get("total")))


def check_hauling_days(case: Case) -> Iterator[Violation]:
    """`hauling` has every day of the plan, with the tonnes of its hauls and what its trucks and unmoved tonnes cost."""
    hauled_t: dict[date, float] = defaultdict(float)
    for haul in case.plan.hauls:
        hauled_t[haul.day] += haul.dry_t
    truck_yuan = _trucks(case).yuan_by_day
    hauling = _members(case.plan.summary, "hauling")
    days = {day.isoformat(): day for day in case.days}
    for name in hauling:
        if name not in days:
            yield _summary(f"hauling.{name} is no day of the plan")
    for name, day in days.items():
        member = _members(hauling, name)
        wanted, hauled = _number(member.get("wanted_t")), _number(member.get("hauled_t"))
        if hauled is None or differ_t(hauled, hauled_t[day]):
            yield _summary(f"hauling.{name}.hauled_t is {hauled_t[day]:.3f}, not {member.get('hauled_t')}")
        if wanted is None or wanted < 0:
            yield _summary(f"hauling.{name}.wanted_t is a mass, not {member.get('wanted_t')}")
            continue
        yuan = truck_yuan[day] + case.scenario.value_yuan_per_t * max(0.0, wanted - hauled_t[day])
        step = YUAN_STEP + case.scenario.value_yuan_per_t * MASS_TOLERANCE_T
        yield from _near(f"hauling.{name}.cost_yuan", member.get("cost_yuan"), yuan, step=step)
        yield from _bound(f"hauling.{name}.", member, _number(member.get("cost_yuan")))


def _period(case: Case) -> Iterator[Violation]:
    summary, scenario = case.plan.summary, case.scenario
    if "from" not in summary and "to" not in summary:
        return
    for name, right in (("from", scenario.season_start), ("to", case.last_day)):
        if summary.get(name) != right.isoformat():
            yield _summary(f"{name} is a day of the season, from its first one on, not {summary.get(name)}")


def _left_t(case: Case) -> tuple[float, float]:
    """Straw left, without and with the fields that keep next to nothing."""
    crumbs = [left_t for left_t in case.left_t_by_field.values() if not more_t(left_t, 0.0)]
    much_t = sum(left_t for left_t in case.left_t_by_field.values() if more_t(left_t, 0.0))
    return much_t + sum(t for t in crumbs if t < 0), much_t + sum(t for t in crumbs if t > 0)


def _nights_t(case: Case) -> float:
    """Tonnes times the nights that they lie baled in the field before they are hauled."""
    return sum(
        row.dry_t * (row.haul_date - (row.bale_date or case.scenario.season_start)).days for row in case.plan.season
    )


def _trucks(case: Case) -> _Trucks:
    sums = _Trucks()
    for truck_day in case.truck_days:
        truck = truck_day.truck
        loaded_km, empty_km = _km(truck_day)
        hours = (truck_day.stops[-1].end_min - truck_day.stops[0].arrive_min) / 60
        sums.day_yuan += truck.yuan_per_day
        sums.hour_yuan += hours * truck.yuan_per_h
        sums.km_yuan += (loaded_km + empty_km) * truck.yuan_per_km
        sums.loaded_km += loaded_km
        sums.empty_km += empty_km
        yuan = truck.yuan_per_day + hours * truck.yuan_per_h + (loaded_km + empty_km) * truck.yuan_per_km
        sums.yuan_by_day[truck_day.day] += yuan
    return sums


def _km(truck_day: TruckDay) -> tuple[float, float]:
    """Kilometres with straw aboard and without: what leaves a load is loaded, all else is empty."""
    loaded_km = empty_km = 0.0
    for stop, leg in zip(truck_day.stops, truck_day.legs, strict=False):
        if leg is None:
            continue
        if stop.action == "load":
            loaded_km += leg.km
        else:
            empty_km += leg.km
    return loaded_km, empty_km


def _balers(case: Case) -> tuple[float, float, float]:
    """What the balers' hours and kilometres cost, and the kilometres."""
    hour_yuan = km_yuan = all_km = 0.0
    for day in case.baler_days:
        legs = [leg for leg in day.legs if leg is not None]
        # A baler is on its way before the first arrival and after the last end.
        ways_h = sum(leg.hours for leg in (day.legs[0], day.legs[-1]) if leg is not None)
        hours = (day.stops[-1].end_min - day.stops[0].arrive_min) / 60 + ways_h
        km = sum(leg.km for leg in legs)
        hour_yuan += hours * day.baler.yuan_per_h
        km_yuan += km * day.baler.yuan_per_km
        all_km += km
    return hour_yuan, km_yuan, all_km


def _bound(prefix: str, members: Mapping[str, Any], total: float | None) -> Iterator[Violation]:
    """A bound, where one is given, lies below the total, and the gap is what lies between them."""
    if members.get("lower_bound_yuan") is None and members.get("gap_percent") is None:
        return
    bound, gap = _number(members.get("lower_bound_yuan")), _number(members.get("gap_percent"))
    if bound is None or gap is None:
        yield _summary(f"{prefix}lower_bound_yuan and {prefix}gap_percent are numbers, both or neither given")
        return
    if total is None:
        return
    if bound > total + YUAN_STEP:
        yield _summary(f"{prefix}lower_bound_yuan {bound:.2f} is above the total {total:.2f}")
    true_gap = 100 * (total - bound) / total if total > 0 else 0.0
    if abs(gap - true_gap) > PERCENT_STEP + ROUNDING:
        yield _summary(f"{prefix}gap_percent is {true_gap:.3f}, not {gap}")


def _near(name: str, given: object, expected: float, *, step: float) -> Iterator[Violation]:
    number = _number(given)
    if number is None or not abs(number - expected) <= abs(expected) * SUM_TOLERANCE + step:
        yield _summary(f"{name} is {expected:.2f}, not {given}")


def _members(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def _number(value: object) -> float | None:
    """The number, None for anything else; a truth value is none, nor is what JSON can write but nobody can add."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _summary(message: str) -> Violation:
    return Violation(7, FILE, None, message)
