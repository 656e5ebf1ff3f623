"""What keeps straw in a field, proven: the rest of the plan as it is, one limit is relaxed and the field is planned
again, baler and trucks to the minute. Where it is served then, that limit was in the way."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from solver.day_plan import Overnight
from solver.plan import BalerStop, Plan
from solver.replan.balers import repaired_balers
from solver.replan.board import Load
from solver.replan.day import DayRows, booked_day
from solver.replan.rolling import mornings, rows_by_day
from solver.replan.trucks import TruckRepair
from solver.roads.ways import Ways
from solver.scenario import Baler, FarmField, Scenario, Truck
from solver.season.geometry import full_load_t
from solver.season.state import SeasonState

LATER_DAYS = (1, 3, 7)
MOST_DAYS = 21
SMALLEST_T = 0.05
# Part of what stays that has to be served for a limit to count as the one in the way.
PROVEN_SHARE = 0.9
ANY_PRICE_YUAN_PER_T = 1e5


@dataclass(frozen=True, slots=True)
class Remedy:
    """`limits` relaxed (none: the plan as it is), `served_t` of what stays, `yuan` for balers and trucks, with the
    day's price of a truck more; on `days`, by `trucks`. `possible`: that serves the field. `proven`: these limits were
    in the way: it serves the field, and for less than the straw is worth where that was all that stood against it."""

    limits: tuple[str, ...]
    served_t: float
    yuan: float
    possible: bool
    proven: bool
    days: tuple[date, ...]
    trucks: tuple[str, ...]
    destinations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Morning:
    day: date
    state: SeasonState
    overnight: Overnight
    # of the bales that lie in the field, what nobody fetches on this day or later
    spare_t: float


def remedies(scenario: Scenario, ways: Ways, plan: Plan, farm_field: FarmField, left_t: float) -> tuple[Remedy, ...]:
    """The plan as it is, then every limit alone; all together and their least set where none does alone."""
    trial = _Trial(scenario, ways, plan, farm_field, left_t)
    as_it_is = trial.relaxed(())
    if as_it_is.proven:
        return (as_it_is,)
    # where it could be served, it is its price that has to fall
    trial.at_any_price = not as_it_is.possible
    found = [as_it_is]
    limits = trial.limits()
    found += [trial.relaxed((limit,)) for limit in limits]
    if not any(remedy.proven for remedy in found):
        together = [limit for limit in limits if not limit.startswith("deadline") or limit == limits[-1]]
        best = trial.relaxed(tuple(together))
        if best.proven:
            for limit in list(together):
                fewer = tuple(other for other in together if other != limit)
                without = trial.relaxed(fewer)
                if without.proven:
                    together, best = list(fewer), without
            found.append(best)
    return tuple(found)


class _Trial:
    def __init__(self, scenario: Scenario, ways: Ways, plan: Plan, farm_field: FarmField, left_t: float) -> None:
        # it is asked what can be done, not what is worth its price
        self.scenario = replace(scenario, value_yuan_per_t=ANY_PRICE_YUAN_PER_T)
        self.ways, self.plan, self.field, self.left_t = ways, plan, farm_field, left_t
        self.value_yuan, self.at_any_price = left_t * scenario.value_yuan_per_t, False
        self.by_day = rows_by_day(plan)
        own = [s for s in plan.baler_stops if s.field_id == farm_field.field_id]
        self.left_mu = max(farm_field.area_mu - sum(s.area_mu for s in own), 0.0)
        self.mornings = self._mornings()

    def limits(self) -> list[str]:
        scenario = self.scenario
        classes = [c.truck_class for c in scenario.truck_classes if scenario.admits(self.field, c.truck_class)]
        named = [f"trucks {name}" for name in classes]
        if self.left_mu > 0:
            named = ["balers", "weather", *named]
        named += ["roads"] if self.field.max_truck_class is not None else []
        named += ["bays", "opening hours", "yard room", "plant intake"]
        return [*named, *(f"deadline {days}" for days in LATER_DAYS)]

    def _mornings(self) -> list[_Morning]:
        first = max(self.field.ready_date, self.scenario.season_start)
        if self.field.already_baled_t > 0:
            first = self.scenario.season_start
        first = max(first, self.field.clear_by - timedelta(days=MOST_DAYS))
        last = self.field.clear_by + timedelta(days=LATER_DAYS[-1])
        # what stays on some evening and is not fetched later
        evenings: list[tuple[date, SeasonState, Overnight, float]] = []
        for day, state, overnight in mornings(self.scenario, self.plan, self.by_day):
            if day > last:
                break
            if day >= first:
                evenings.append((day, deepcopy(state), overnight, state.baled_t(self.field.field_id)))
        found = []
        for number, (day, state, overnight, _) in enumerate(evenings):
            later = [lying_t for _, _, _, lying_t in evenings[number + 1 :]]
            # the last evening known: what lies then less what is fetched that day is what stays
            spare_t = min([*later, self._stays_baled_t()])
            found.append(_Morning(day, state, overnight, max(min(spare_t, evenings[number][3]), 0.0)))
        return found

    def _stays_baled_t(self) -> float:
        yield_t = self.field.to_bale_t / self.field.area_mu if self.field.area_mu > 0 else 0.0
        return max(self.left_t - self.left_mu * yield_t, 0.0)

    def relaxed(self, limits: Sequence[str]) -> Remedy:
        """What of the straw that stays is served with these limits relaxed."""
        scenario, clear_by = self._relaxed_scenario(limits)
        undone_mu, baled_t = self.left_mu, 0.0
        left_t, yuan = self.left_t, 0.0
        done: list[tuple[date, str, str]] = []
        for morning in self.mornings:
            if morning.day > min(clear_by, scenario.season_end) or left_t <= SMALLEST_T:
                break
            rows = self.by_day.get(morning.day, DayRows())
            ready: list[tuple[int, float]] = []
            if undone_mu > 0:
                ready, baled_mu, baler_yuan = self._bale(scenario, morning.day, rows, undone_mu)
                undone_mu -= baled_mu
                yuan += baler_yuan
            lying_t = baled_t + (morning.spare_t if not done else 0.0)
            baled_t += sum(dry_t for _, dry_t in ready)
            taken = self._haul(scenario, limits, morning, rows, lying_t, ready, left_t)
            for truck_id, place_id, dry_t, cost in taken:
                done.append((morning.day, truck_id, place_id))
                left_t, baled_t, yuan = left_t - dry_t, baled_t - dry_t, yuan + cost
        served_t = self.left_t - left_t
        possible = served_t >= PROVEN_SHARE * self.left_t
        return Remedy(
            tuple(limits), served_t, yuan, possible,
            possible and (self.at_any_price or yuan <= self.value_yuan),
            tuple(sorted({day for day, _, _ in done})), tuple(sorted({t for _, t, _ in done})),
            tuple(sorted({p for _, _, p in done})),
        )  # fmt: skip

    def _relaxed_scenario(self, limits: Sequence[str]) -> tuple[Scenario, date]:
        scenario, farm_field = self.scenario, self.field
        home = self._nearest_yard()
        clear_by = farm_field.clear_by
        for limit in limits:
            name, _, value = limit.partition(" ")
            if name == "balers" and home is not None:
                scenario = replace(scenario, balers=(*scenario.balers, _one_more_baler(scenario, home)))
            elif name == "trucks" and home is not None:
                scenario = replace(scenario, trucks=(*scenario.trucks, _one_more_truck(scenario, value, home)))
            elif name == "weather":
                dry = {m.day: 1.0 for m in self.mornings}
                scenario = replace(scenario, workable_fraction_by_date={**scenario.workable_fraction_by_date, **dry})
            elif name == "roads":
                farm_field = replace(farm_field, max_truck_class=None)
            elif name == "deadline":
                clear_by = self.field.clear_by + timedelta(days=int(value))
        farm_field = replace(farm_field, clear_by=clear_by)
        fields = tuple(farm_field if f.field_id == farm_field.field_id else f for f in scenario.fields)
        return replace(scenario, fields=fields), clear_by

    def _nearest_yard(self) -> str | None:
        yards = [y.yard_id for y in self.scenario.yards]
        if not yards:
            return None
        km = self.ways.table([self.field.field_id], yards, None).km[0]
        return yards[int(np.argmin(km))]

    def _bale(
        self, scenario: Scenario, day: date, rows: DayRows, undone_mu: float
    ) -> tuple[list[tuple[int, float]], float, float]:
        """Bales by the minute at which they are ready, the mu, the yuan that the balers' days cost more."""
        field_id = self.field.field_id
        yield_t = self.field.to_bale_t / self.field.area_mu
        made = repaired_balers(
            scenario, self.ways, day, rows.baler_stops, now=-1, out={}, extra_mu={field_id: undone_mu}, detour_min={},
            dry_t_per_mu=lambda _: yield_t, moves_others=False,
        )  # fmt: skip
        before = {(s.baler_id, s.start_min) for s in rows.baler_stops}
        new = [s for s in made.stops if s.field_id == field_id and (s.baler_id, s.start_min) not in before]
        yuan = 0.0
        for baler_id in {s.baler_id for s in new}:
            baler = scenario.baler_by_id[baler_id]
            after, was = ([s for s in of if s.baler_id == baler_id] for of in (made.stops, rows.baler_stops))
            yuan += self._baler_yuan(baler, after) - self._baler_yuan(baler, was)
        return [(s.end_min, s.area_mu * yield_t) for s in new], sum(s.area_mu for s in new), yuan

    def _baler_yuan(self, baler: Baler, stops: Sequence[BalerStop]) -> float:
        """What the baler's day costs: hours from home to home, kilometres."""
        if not stops:
            return 0.0
        stops = sorted(stops, key=lambda s: s.start_min)
        places = [baler.home_yard_id, *(s.field_id for s in stops), baler.home_yard_id]
        km = np.diagonal(self.ways.table(places, places, None).km, offset=1)
        hours = (stops[-1].end_min - stops[0].arrive_min) / 60.0 + float(km[0] + km[-1]) / baler.road_speed_km_h
        return hours * baler.yuan_per_h + float(km.sum()) * baler.yuan_per_km

    def _haul(
        self,
        scenario: Scenario,
        limits: Sequence[str],
        morning: _Morning,
        rows: DayRows,
        lying_t: float,
        ready: list[tuple[int, float]],
        left_t: float,
    ) -> list[tuple[str, str, float, float]]:
        """Loads that find a truck on the day: truck, destination, tonnes, yuan."""
        there_t = min(lying_t + sum(dry_t for _, dry_t in ready), left_t)
        farm_field = scenario.field_by_id[self.field.field_id]
        classes = [t.truck_class for t in scenario.trucks if scenario.admits(farm_field, t.truck_class)]
        home = self._nearest_yard()
        if there_t <= SMALLEST_T or not classes or home is None:
            return []
        field_id = self.field.field_id
        board, runs = booked_day(
            scenario, self.ways, morning.state, morning.day, rows, overnight=morning.overnight, places=[field_id]
        )
        i = board.index[field_id]
        # only what nobody else fetches
        board.straw_t[i] = lying_t
        for minute, dry_t in ready:
            board.straw_t[i, minute:] += dry_t
        hubs = np.array([board.index[p] for p in (*scenario.yard_by_id, *scenario.plant_by_id)])
        if "opening hours" in limits:
            board.bays[hubs] = np.maximum(board.bays[hubs], 1)
        if "bays" in limits:
            board.bays[hubs] += board.bays[hubs] > 0
        if "yard room" in limits:
            board.room_t[:] = math.inf
        if "plant intake" in limits:
            board.intake_t = dict.fromkeys(board.intake_t, math.inf)
        repair = TruckRepair(scenario, board, runs, 0)
        full_t = max(full_load_t(scenario, c) for c in classes)
        taken: list[tuple[str, str, float, float]] = []
        while there_t > SMALLEST_T:
            load = Load("", "collect", (field_id,), (min(full_t, there_t),), home)
            for kind, place_id in (("collect", home), *repair.other_places(load)):
                found = repair.best_place(replace(load, kind=kind, destination_id=place_id))
                if found is not None:
                    break
            else:
                return taken
            run, at, put = found
            before_yuan = repair.run_yuan(run)
            repair.put(run, at, put)
            taken.append((run.truck_id, put.destination_id, put.dry_t, repair.run_yuan(run) - before_yuan))
            there_t -= put.dry_t
        return taken


def _one_more_baler(scenario: Scenario, home: str) -> Baler:
    """Like the baler in the middle of the fleet; a county without balers gets a small one."""
    if not scenario.balers:
        return Baler("+", home, 8.0, 15.0, 8 * 60, 8.0, 300.0, 4.0)
    middle = sorted(scenario.balers, key=lambda b: (b.rate_mu_per_h, b.baler_id))[len(scenario.balers) // 2]
    return replace(middle, baler_id="+", home_yard_id=home)


def _one_more_truck(scenario: Scenario, name: str, home: str) -> Truck:
    """Like the first of its class, else like the first of all."""
    alike = [t for t in scenario.trucks if t.truck_class == name] or list(scenario.trucks)
    if not alike:
        return Truck("+", name, home, 7 * 60, 10.0, 300.0, 80.0, 3.0)
    return replace(
        alike[0], truck_id="+", truck_class=name, home_yard_id=home, shift_hours=max(alike[0].shift_hours, 8)
    )
