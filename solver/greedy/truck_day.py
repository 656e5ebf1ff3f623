"""One day of the trucks, event by event: whenever a truck is free it takes the nearest load."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from solver.greedy.bays import BayBook
from solver.greedy.county import MARGIN_MIN, County
from solver.greedy.rows import RowBook
from solver.greedy.rule import DispatchRule
from solver.greedy.stocks import PlantBook, YardBook
from solver.greedy.straw import BaledStraw
from solver.greedy.trips import Asking, Trip, TripFinder
from solver.scenario import MINUTES_PER_DAY

NEAR_FIELDS = 20
FIRST_GUESS_OF_WAYS = 1.6  # ways of a round trip, over twice the way to the nearest yard


@dataclass(slots=True)
class _TruckState:
    """Where a truck stands; `out` from the moment it has left home, `idle` times in a row it found no load.

    `fetches`: called out for the fields; otherwise it drives from yards to plants only.
    """

    place: int
    fetches: bool
    out: bool = False
    idle: int = 0


class TruckFleet:
    """The trucks with the bays, yards and plants they use; carries stocks from day to day."""

    def __init__(
        self,
        county: County,
        rule: DispatchRule,
        straw: BaledStraw,
        rows: RowBook,
        *,
        stock_kg: Sequence[int] | None = None,
        truck_day_kg: Sequence[float] | None = None,
    ) -> None:
        """`stock_kg`: (hubs,) on the morning of the first day that is worked, None: as the scenario says.
        `truck_day_kg`: what the days before have taught, None: a guess."""
        scenario = county.scenario
        if stock_kg is None:
            stock_kg = [int(hub.opening_stock_t * 1000 + 1e-6) for hub in county.hubs]
        self._county, self._rule, self._straw, self._rows = county, rule, straw, rows
        self._trucks = scenario.trucks
        self._class_of = [county.class_index[truck.truck_class] for truck in self._trucks]
        self._homes = [county.hub_index[truck.home_yard_id] for truck in self._trucks]
        self._bays = [BayBook(bays=hub.bays, windows=county.windows[i]) for i, hub in enumerate(county.hubs)]
        self._yards = [
            YardBook(capacity_kg=int(y.capacity_t * 1000 + 1e-6), opening_kg=kg)
            for y, kg in zip(scenario.yards, stock_kg[: county.yards], strict=True)
        ]
        self._plants = [
            PlantBook(
                storage_kg=int(p.storage_t * 1000 + 1e-6),
                daily_max_kg=int(p.daily_max_t * 1000 + 1e-6),
                need_kg=p.daily_need_t * 1000,
                opening_kg=kg,
            )
            for p, kg in zip(scenario.plants, stock_kg[county.yards :], strict=True)
        ]
        self.finder = TripFinder(county, rule, straw, self._bays, self._yards, self._plants)
        self._truck_day_kg = list(truck_day_kg) if truck_day_kg is not None else self._guessed_truck_day_kg()

    @property
    def truck_day_kg(self) -> tuple[float, ...]:
        """(C,) what a truck of each class is expected to fetch in a day."""
        return tuple(self._truck_day_kg)

    @property
    def collecting_kg_per_day(self) -> float:
        """What all trucks that go to fields fetch in a day, as far as the dispatcher knows by now."""
        return float(sum(self._truck_day_kg[c] for c in self._class_of if self.finder.goes_to_fields[c]))

    def work(self, day: int, *, unbaled_kg: float) -> None:
        """Dispatch one day's trucks until all are home; `unbaled_kg`: straw that is still to be baled."""
        morning = day * MINUTES_PER_DAY
        for bays in self._bays:
            bays.forget_before(morning)
        for yard in self._yards:
            yard.forget_before(morning)
        self.finder.begin_day(day, to_come_kg=unbaled_kg + float(self._straw.open_kg.sum()))
        fetching, others = self._called_out(day)
        states = [_TruckState(place=home, fetches=False) for home in self._homes]
        for i in fetching:
            states[i].fetches = True
        fetched_kg = np.zeros(len(self._county.class_kg))
        out = np.zeros(len(self._county.class_kg))
        called = [*fetching, *others]
        turns = [(float(morning + self._trucks[i].shift_start_min), order, i) for order, i in enumerate(called)]
        heapq.heapify(turns)
        order = len(turns)
        while turns:
            minute, _, index = heapq.heappop(turns)
            state, c = states[index], self._class_of[index]
            was_out = state.out
            next_min, kg = self._turn(day, index, state, minute)
            out[c] += state.out and not was_out
            fetched_kg[c] += kg
            if next_min is not None:
                heapq.heappush(turns, (next_min, order, index))
                order += 1
        for plant in self._plants:
            plant.end_day()
        self._learn(fetched_kg.tolist(), out.tolist())

    def _turn(self, day: int, index: int, state: _TruckState, minute: float) -> tuple[float | None, int]:
        """Let one truck act; return when it asks again (None: it is home for today) and what it fetched, kg."""
        truck, home = self._trucks[index], self._homes[index]
        shift_end = day * MINUTES_PER_DAY + truck.shift_start_min + 60 * truck.shift_hours
        asking = Asking(
            day=day,
            truck_class=self._class_of[index],
            place=state.place,
            home=home,
            free_min=minute,
            shift_end_min=shift_end - MARGIN_MIN,
            waits_at_home=not state.out,
        )
        trip = self._better(state, asking)
        if trip is not None:
            self._book(day, index, state, trip)
            return trip.unload.end_min, trip.unload.kg if trip.fields else 0
        again = minute + self._rule.look_again_min
        if not state.out:
            worth_it = shift_end - again > 60 * truck.shift_hours / 3
            return (again if worth_it else None), 0
        state.idle += 1
        way_home = float(self._county.hub_min[asking.truck_class, state.place, home])
        if state.idle * self._rule.look_again_min <= self._rule.patience_min and again + way_home < shift_end - 60:
            return again, 0
        self._rows.at_home(
            day=day,
            truck_id=truck.truck_id,
            home_id=self._county.hub_ids[home],
            action="return",
            minute=minute + way_home,
        )
        return None, 0

    def _better(self, state: _TruckState, asking: Asking) -> Trip | None:
        """A full yard near by goes first, else whichever load can be begun first."""
        yard_trip = self.finder.yard_trip(asking)
        if yard_trip is not None and yard_trip.score_min - asking.free_min <= self._rule.relieve_first_min:
            return yard_trip
        field_trip = self.finder.field_trip(asking) if state.fetches else None
        if field_trip is None or yard_trip is None:
            return field_trip or yard_trip
        return field_trip if field_trip.score_min <= yard_trip.score_min else yard_trip

    def _book(self, day: int, index: int, state: _TruckState, trip: Trip) -> None:
        county, rows = self._county, self._rows
        truck = self._trucks[index]
        if not state.out:
            leave = trip.loads[0].start_min - trip.drive_min
            home_id = county.hub_ids[self._homes[index]]
            rows.at_home(day=day, truck_id=truck.truck_id, home_id=home_id, action="leave", minute=leave)
        state.out, state.idle, state.place = True, 0, trip.hub
        if trip.fields:
            for field, load in zip(trip.fields, trip.loads, strict=True):
                rows.hauled(day=day, field=field, hub=trip.hub, taken=self._straw.take(field, load.kg))
                self.finder.field_free_min[field] = load.end_min
        else:
            load = trip.loads[0]
            self._bays[trip.origin_hub].book(load.start_min, load.end_min - load.start_min)
            self._yards[trip.origin_hub].book(load.start_min, -load.kg)
        unload = trip.unload
        self._bays[trip.hub].book(unload.start_min, unload.end_min - unload.start_min)
        if trip.hub < county.yards:
            self._yards[trip.hub].book(unload.end_min, unload.kg)
        else:
            self._plants[trip.hub - county.yards].book(unload.kg)
        rows.trip(
            day=day,
            truck_id=truck.truck_id,
            kind=trip.kind,
            loads=trip.loads,
            unload=unload,
            bale_kg=1000 * county.scenario.bale_dry_t,
        )

    def _called_out(self, day: int) -> tuple[list[int], list[int]]:
        """The trucks that may go to fields today, and the others that may drive from the yards.

        The largest class that a field admits is asked first; what it cannot carry falls to the next smaller one. Of a
        class those nearest to straw are taken.
        """
        county, straw = self._county, self._straw
        lying = straw.open_kg * (county.due_day >= day)
        carried_over = 0.0
        fetching: list[int] = []
        others: list[int] = []
        for c in sorted(range(len(county.class_kg)), key=lambda c: -county.class_kg[c]):
            trucks = [i for i in range(len(self._trucks)) if self._class_of[i] == c]
            per_truck_kg = self._truck_day_kg[c]
            work_kg = carried_over + float(lying[county.best_class == c].sum())
            carried_over = max(0.0, work_kg - len(trucks) * per_truck_kg)
            wanted = int(np.ceil(self._rule.call_out_margin * work_kg / per_truck_kg)) if per_truck_kg > 0 else 0
            here = np.flatnonzero(county.admits[c] & (lying > 0))
            if here.size:
                way = {
                    i: float(np.sort(county.to_field_min[c, self._homes[i], here])[:NEAR_FIELDS].mean()) for i in trucks
                }
                trucks.sort(key=way.__getitem__)
            fetching += trucks[:wanted]
            if self.finder.drives_for_yards[c]:
                others += trucks[wanted:]
        fetching.sort(key=lambda i: (self._trucks[i].shift_start_min, -county.class_kg[self._class_of[i]]))
        return fetching, others

    def _guessed_truck_day_kg(self) -> list[float]:
        """Before the first day: loads of a shift with ways a little longer than those to the nearest yard."""
        county = self._county
        guess = []
        for c, class_kg in enumerate(county.class_kg):
            fields = county.admits[c]
            hours = [t.shift_hours for t, k in zip(self._trucks, self._class_of, strict=True) if k == c]
            if not hours or not fields.any():
                guess.append(0.0)
                continue
            way = float(np.median(county.from_field_min[c, fields, : county.yards].min(axis=1)))
            service = class_kg * (county.load_min_per_kg + county.unload_min_per_kg) + county.scenario.weigh_minutes
            cycle = service + 2 * FIRST_GUESS_OF_WAYS * way
            guess.append(max(1.0, 60 * float(np.mean(hours)) / cycle) * class_kg)
        return guess

    def _learn(self, fetched_kg: Sequence[float], out: Sequence[float]) -> None:
        """What a truck of each class fetched today goes into what is expected of it tomorrow.

        A day that left little straw lying says nothing: the trucks could have fetched more.
        """
        if float(self._straw.open_kg.sum()) < 0.5 * sum(fetched_kg):
            return
        for c, kg in enumerate(fetched_kg):
            if out[c] > 0 and kg > 0:
                self._truck_day_kg[c] = 0.7 * self._truck_day_kg[c] + 0.3 * kg / out[c]
