"""A scenario and a plan laid side by side: days of trucks and balers, their ways, services, straw by field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

from solver.plan import BalerStop, Haul, Plan, TruckStop
from solver.plan_check.check_ways import CheckWays
from solver.scenario import MINUTES_PER_DAY, Baler, EndUsePlant, FarmField, Scenario, TransferYard, Truck


@dataclass(frozen=True, slots=True)
class Leg:
    km: float
    hours: float


@dataclass(frozen=True, slots=True)
class TruckDay:
    """A known truck's rows of one date by `seq`: `rows[i]` is the index in the plan of `stops[i]`.

    `legs[i]` leads from stop i to stop i + 1; None where a place is unknown.
    """

    truck: Truck
    day: date
    rows: tuple[int, ...]
    stops: tuple[TruckStop, ...]
    legs: tuple[Leg | None, ...]


@dataclass(frozen=True, slots=True)
class BalerDay:
    """As `TruckDay`; `legs` has one more than `stops`: from home, between the fields, and home."""

    baler: Baler
    day: date
    rows: tuple[int, ...]
    stops: tuple[BalerStop, ...]
    legs: tuple[Leg | None, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """One load or unload at a known place; times are minutes after the midnight that begins the season."""

    row: int
    stop: TruckStop
    start: int
    end: int


@dataclass(frozen=True)
class Case:
    scenario: Scenario
    plan: Plan
    last_day: date
    truck_days: tuple[TruckDay, ...]
    baler_days: tuple[BalerDay, ...]

    @classmethod
    def of(cls, scenario: Scenario, plan: Plan) -> Case:
        """Orders the plan's rows and measures every way that is driven."""
        ways = CheckWays(scenario)
        return cls(
            scenario=scenario,
            plan=plan,
            last_day=last_covered_day(scenario, plan.summary),
            truck_days=_truck_days(scenario, plan, ways),
            baler_days=_baler_days(scenario, plan, ways),
        )

    @cached_property
    def days(self) -> tuple[date, ...]:
        first_day = self.scenario.season_start
        return tuple(first_day + timedelta(days=i) for i in range((self.last_day - first_day).days + 1))

    def absolute(self, day: date, minute: float) -> float:
        """Minutes after the midnight that begins the season."""
        return (day - self.scenario.season_start).days * MINUTES_PER_DAY + minute

    def place(self, place_id: str) -> FarmField | TransferYard | EndUsePlant | None:
        return self._places.get(place_id)

    @cached_property
    def _places(self) -> dict[str, FarmField | TransferYard | EndUsePlant]:
        return {**self.scenario.field_by_id, **self.scenario.yard_by_id, **self.scenario.plant_by_id}

    @cached_property
    def haul_by_id(self) -> dict[str, Haul]:
        return {haul.haul_id: haul for haul in self.plan.hauls}

    @cached_property
    def services(self) -> dict[str, list[Service]]:
        """The loads and unloads at each known place."""
        found: dict[str, list[Service]] = defaultdict(list)
        for row, stop in enumerate(self.plan.truck_stops):
            if stop.action in ("load", "unload") and stop.place_id in self._places:
                day_min = (stop.day - self.scenario.season_start).days * MINUTES_PER_DAY
                found[stop.place_id].append(Service(row, stop, day_min + stop.start_min, day_min + stop.end_min))
        return dict(found)

    def moved_t(self, place_id: str, day: date) -> tuple[float, float]:
        """Tonnes unloaded and tonnes loaded at the place by rows of that date."""
        return self._moved_t.get((place_id, day), (0.0, 0.0))

    @cached_property
    def _moved_t(self) -> dict[tuple[str, date], tuple[float, float]]:
        moved: dict[tuple[str, date], tuple[float, float]] = {}
        for place_id, services in self.services.items():
            for service in services:
                key = place_id, service.stop.day
                in_t, out_t = moved.get(key, (0.0, 0.0))
                if service.stop.action == "load":
                    moved[key] = in_t, out_t + service.stop.dry_t
                else:
                    moved[key] = in_t + service.stop.dry_t, out_t
        return moved

    @cached_property
    def hauled_t_by_field(self) -> dict[str, float]:
        """Tonnes loaded at each field; fields without a load are absent."""
        return {
            place_id: sum(service.stop.dry_t for service in services if service.stop.action == "load")
            for place_id, services in self.services.items()
            if place_id in self.scenario.field_by_id
        }

    @cached_property
    def baled_t_by_field_and_day(self) -> dict[tuple[str, date], float]:
        baled: dict[tuple[str, date], float] = defaultdict(float)
        for stop in self.plan.baler_stops:
            if stop.field_id in self.scenario.field_by_id:
                baled[stop.field_id, stop.day] += self.baled_t(stop)
        return dict(baled)

    def baled_t(self, stop: BalerStop) -> float:
        """The straw that a stop's share of the area yields."""
        farm_field = self.scenario.field_by_id[stop.field_id]
        return stop.area_mu / farm_field.area_mu * farm_field.to_bale_t if farm_field.area_mu > 0 else 0.0

    @cached_property
    def left_t_by_field(self) -> dict[str, float]:
        """What stays on each field that counts: all of them, or in a part of a season those to be clear by its end."""
        last_day, season_end = self.last_day, self.scenario.season_end
        return {
            f.field_id: f.dry_straw_t - self.hauled_t_by_field.get(f.field_id, 0.0)
            for f in self.scenario.fields
            if min(f.clear_by, season_end) <= last_day
        }


def last_covered_day(scenario: Scenario, summary: Mapping[str, Any]) -> date:
    """The summary's `to`; the season's end where it gives none that makes sense."""
    try:
        last_day = date.fromisoformat(summary["to"])
    except (KeyError, TypeError, ValueError):
        return scenario.season_end
    return last_day if scenario.season_start <= last_day <= scenario.season_end else scenario.season_end


def _truck_days(scenario: Scenario, plan: Plan, ways: CheckWays) -> tuple[TruckDay, ...]:
    grouped: dict[tuple[str, date], list[int]] = defaultdict(list)
    for row, stop in enumerate(plan.truck_stops):
        if stop.truck_id in scenario.truck_by_id:
            grouped[stop.truck_id, stop.day].append(row)
    ordered = {key: sorted(rows, key=lambda row: plan.truck_stops[row].seq) for key, rows in sorted(grouped.items())}
    class_and_places: list[tuple[str | None, str, str]] = []
    for (truck_id, _), rows in ordered.items():
        truck_class = scenario.truck_by_id[truck_id].truck_class
        places = [plan.truck_stops[row].place_id for row in rows]
        class_and_places.extend((truck_class, a, b) for a, b in pairwise(places))
    legs = iter(_legs(scenario, ways, class_and_places))
    return tuple(
        TruckDay(
            truck=scenario.truck_by_id[truck_id],
            day=day,
            rows=tuple(rows),
            stops=tuple(plan.truck_stops[row] for row in rows),
            legs=tuple(next(legs) for _ in rows[1:]),
        )
        for (truck_id, day), rows in ordered.items()
    )


def _baler_days(scenario: Scenario, plan: Plan, ways: CheckWays) -> tuple[BalerDay, ...]:
    grouped: dict[tuple[str, date], list[int]] = defaultdict(list)
    for row, stop in enumerate(plan.baler_stops):
        if stop.baler_id in scenario.baler_by_id:
            grouped[stop.baler_id, stop.day].append(row)
    ordered = {key: sorted(rows, key=lambda row: plan.baler_stops[row].seq) for key, rows in sorted(grouped.items())}
    wanted: list[tuple[str | None, str, str]] = []
    for (baler_id, _), rows in ordered.items():
        home = scenario.baler_by_id[baler_id].home_yard_id
        places = [home, *(plan.baler_stops[row].field_id for row in rows), home]
        wanted.extend((None, a, b) for a, b in pairwise(places))
    legs = iter(_legs(scenario, ways, wanted))
    days = []
    for (baler_id, day), rows in ordered.items():
        baler = scenario.baler_by_id[baler_id]
        roads = [next(legs) for _ in range(len(rows) + 1)]
        own = tuple(None if leg is None else Leg(leg.km, leg.km / baler.road_speed_km_h) for leg in roads)
        stops = tuple(plan.baler_stops[row] for row in rows)
        days.append(BalerDay(baler=baler, day=day, rows=tuple(rows), stops=stops, legs=own))
    return tuple(days)


def _legs(scenario: Scenario, ways: CheckWays, wanted: Sequence[tuple[str | None, str, str]]) -> Iterable[Leg | None]:
    """The way of each (class, origin, destination), None where a place is unknown."""
    known = {*scenario.field_by_id, *scenario.yard_by_id, *scenario.plant_by_id}
    by_class: dict[str | None, list[int]] = defaultdict(list)
    for i, (truck_class, origin, destination) in enumerate(wanted):
        if origin in known and destination in known:
            by_class[truck_class].append(i)
    legs: list[Leg | None] = [None] * len(wanted)
    for truck_class, positions in by_class.items():
        km, hours = ways.pairs([wanted[i][1] for i in positions], [wanted[i][2] for i in positions], truck_class)
        for i, leg_km, leg_hours in zip(positions, km.tolist(), hours.tolist(), strict=True):
            legs[i] = Leg(leg_km, leg_hours)
    return legs
