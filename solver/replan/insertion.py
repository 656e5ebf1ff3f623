"""Loads without a truck are put where they cost least, dearest first, with a price on every driver who has to be told.

What a load costs at a place in a truck's day is guessed for all places at once; the best guesses are timed exactly,
with everything that comes after them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from solver.plan import HaulKind
from solver.replan.board import HORIZON_MIN, TOLERANCE_T, Board, Load, Run, Service, shrunk
from solver.scenario import Scenario
from solver.season.geometry import full_load_t

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# What it is worth to leave a driver's day as it was, and a load at its minute.
TOLD_YUAN = 100.0
HELD_UP_YUAN_PER_MIN = 0.05
# Insertions that are timed exactly, of all that were guessed.
GUESSES = 6
# Less straw is no load.
SMALLEST_LOAD_T = 0.3
# Nor is less of a load, as long as the rest of its straw is still to be baled.
LEAST_SHARE = 0.6
# Hubs that are tried where the planned one does not do.
OTHER_PLACES = 3


@dataclass(frozen=True, slots=True, eq=False)
class _Slots:
    """S places where a load could be put: whose day and where in it, between which places; what now lies between."""

    truck_ids: list[str]
    at: Ints
    here: Ints
    there: Ints
    way_min: Floats
    way_km: Floats
    gap_min: Floats
    spare_min: Floats
    behind: Floats
    yuan_per_min: Floats
    yuan_per_km: Floats
    yuan: Floats


@dataclass(slots=True)
class LoadInsertion:
    """`pool`: loads without a truck. `told`: trucks whose day is not as it was. `haul_ids`: those that are taken."""

    scenario: Scenario
    board: Board
    runs: dict[str, Run]
    now: int
    pool: list[Load] = field(default_factory=list)
    told: set[str] = field(default_factory=set)
    haul_ids: set[str] = field(default_factory=set)
    slots: dict[str, _Slots] = field(default_factory=dict)

    def insert_pool(self) -> None:
        """Put the loads of the pool where they cost least; what finds no place stays in the pool."""
        waiting = sorted(self._joined(self.pool), key=lambda load: (self._due(load), -load.dry_t, load.haul_id))
        self.pool = []
        while waiting:
            load = waiting.pop(0)
            if load.kind != "linehaul":
                enough = self._with_straw_now(load)
                if enough is None:
                    self.pool.append(load)
                    continue
                load = enough
            rest = self._insert(load)
            if rest is load:
                self.pool.append(load)
            elif rest is not None:
                waiting.insert(0, rest)

    def _joined(self, pool: Iterable[Load]) -> list[Load]:
        """What waits at one place for the same destination in as few loads as its trucks can take."""
        of_way: dict[tuple[str, str, str], list[Load]] = {}
        joined: list[Load] = []
        for load in sorted(pool, key=lambda load: (-load.dry_t, load.haul_id)):
            if len(load.origin_ids) > 1:
                joined.append(load)
                continue
            others = of_way.setdefault((load.kind, load.origin_ids[0], load.destination_id), [])
            most_t = self._largest_t(load.origin_ids[0])
            room = next((o for o in others if o.dry_t + load.dry_t <= most_t + 1e-9), None)
            if room is None:
                others.append(load)
            else:
                room.parts_t = (round(room.dry_t + load.dry_t, 6),)
        return [*joined, *(load for others in of_way.values() for load in others)]

    def _largest_t(self, origin_id: str) -> float:
        """What the largest truck holds that gets there."""
        farm_field = self.scenario.field_by_id.get(origin_id)
        return max(
            (full_load_t(self.scenario, c) for c in self.board.km
             if farm_field is None or self.scenario.admits(farm_field, c)), default=0.0,
        )  # fmt: skip

    def _with_straw_now(self, load: Load) -> Load | None:
        missing_t = self._missing_t(load)
        if missing_t <= TOLERANCE_T:
            return load
        load.reason = "its straw is not baled yet"
        least_t = SMALLEST_LOAD_T
        if self._due(load) > self.board.day.toordinal() + 1:
            # it may wait for the rest of its straw, which spares a way
            least_t = max(least_t, LEAST_SHARE * load.dry_t)
        if len(load.origin_ids) > 1 or load.dry_t - missing_t < least_t:
            return None
        self.pool.append(self._new_load(load, missing_t, load.reason))
        return shrunk(load, load.dry_t - missing_t)

    def _due(self, load: Load) -> int:
        fields = [self.scenario.field_by_id[o] for o in load.origin_ids if o in self.scenario.field_by_id]
        return min((f.clear_by.toordinal() for f in fields), default=0)

    def _insert(self, load: Load) -> Load | None:
        """None: all of it has a truck; another load: what a smaller truck left of it; the same: nothing was found."""
        places = [(load.kind, load.destination_id)]
        if not self._takes(load.destination_id):
            places += self.other_places(load)
        for kind, place_id in places:
            there = load if place_id == load.destination_id else replace(load, kind=kind, destination_id=place_id)
            if kind == "direct" and not self._approved(there):
                continue
            found = self.best_place(there)
            if found is not None:
                run, at, put = found
                self.put(run, at, put)
                rest_t = load.dry_t - put.dry_t
                return self._new_load(load, rest_t, load.reason) if rest_t > TOLERANCE_T else None
        return load

    def _takes(self, place_id: str) -> bool:
        """Whether the place is open later today and has room for any more tonight."""
        i = self.board.index[place_id]
        if not (self.board.bays[i, self.now :] > self.board.used[i, self.now :]).any():
            return False
        if place_id in self.board.intake_t:
            return self.board.intake_t[place_id] > SMALLEST_LOAD_T
        return bool(self.board.straw_t[i, -1] + SMALLEST_LOAD_T < self.board.room_t[i])

    def _new_load(self, load: Load, dry_t: float, reason: str) -> Load:
        """What one haul does not take of it, as a haul of its own."""
        return Load(self.new_id(), load.kind, load.origin_ids, (round(dry_t, 6),), load.destination_id, reason=reason)

    def new_id(self) -> str:
        """An id that no haul has."""
        number = 1
        while (haul_id := f"{self.board.day:%m%d}-R-{number:03d}") in self.haul_ids:
            number += 1
        self.haul_ids.add(haul_id)
        return haul_id

    def best_place(self, load: Load) -> tuple[Run, int, Load] | None:
        """The truck and the place in its day where the load costs least; what it takes of it, with its services."""
        guesses = sorted(guess for name in self.board.km for guess in self._guesses(name, load))
        best: tuple[float, Run, int, Load] | None = None
        for guess, truck_id, at in guesses[:GUESSES]:
            if best is not None and guess >= best[0]:
                break
            run = self.runs[truck_id]
            taken = self._taken_by(run, load)
            yuan = self._tried(run, at, taken)
            if yuan is not None and yuan < self._worth(taken) and (best is None or yuan < best[0]):
                best = yuan, run, at, taken
        return None if best is None else best[1:]

    def _worth(self, load: Load) -> float:
        return self.scenario.value_yuan_per_t * load.dry_t

    def _taken_by(self, run: Run, load: Load) -> Load:
        """The load as the truck takes it: no more than it holds."""
        most_t = full_load_t(self.scenario, run.truck_class)
        return replace(load, parts_t=(most_t,), services=()) if load.dry_t > most_t + 1e-9 else replace(load)

    def _guesses(self, name: str, load: Load) -> list[tuple[float, str, int]]:
        """About what the load costs in the days of the trucks of the class: yuan, truck, place; the GUESSES best."""
        board, scenario = self.board, self.scenario
        fields = [scenario.field_by_id[o] for o in load.origin_ids if o in scenario.field_by_id]
        full_t = full_load_t(scenario, name)
        too_large = len(load.origin_ids) > 1 and load.dry_t > full_t + 1e-9
        if too_large or not all(scenario.admits(f, name) for f in fields):
            return []
        slots = self._slots_of(name)
        index = [board.index[p] for p in (*load.origin_ids, load.destination_id)]
        minutes, km = board.minutes[name], board.km[name]
        own_min = float(minutes[index[:-1], index[1:]].sum())
        own_min += (scenario.load_minutes_per_t + scenario.unload_minutes_per_t) * min(load.dry_t, full_t)
        if not slots.truck_ids or not math.isfinite(own_min):
            return []
        here, there = slots.here, slots.there
        more_min = minutes[here, index[0]] + own_min + minutes[index[-1], there] - slots.way_min
        more_km = km[here, index[0]] + float(km[index[:-1], index[1:]].sum()) + km[index[-1], there] - slots.way_km
        # a gap in the truck's day is there to be used
        late_min = more_min - slots.gap_min
        yuan = np.where(slots.gap_min > 0, np.maximum(late_min, 0.3 * more_min), more_min) * slots.yuan_per_min
        yuan = yuan + more_km * slots.yuan_per_km + slots.yuan
        # what is held up behind it does not please anybody
        yuan = yuan + HELD_UP_YUAN_PER_MIN * np.maximum(late_min, 0.0) * slots.behind
        yuan[~(late_min <= slots.spare_min + 2)] = np.inf
        chosen = np.argsort(yuan, kind="stable")[:GUESSES]
        return [(float(yuan[k]), slots.truck_ids[k], int(slots.at[k])) for k in chosen if math.isfinite(yuan[k])]

    def _slots_of(self, name: str) -> _Slots:
        """The places in the days of the trucks of the class where a load can be put."""
        if name not in self.slots:
            self.slots[name] = self._made_slots(name)
        return self.slots[name]

    def _made_slots(self, name: str) -> _Slots:
        rows: list[tuple[float, ...]] = []
        truck_ids: list[str] = []
        idle: set[tuple[str, float]] = set()
        minutes, km, index = self.board.minutes[name], self.board.km[name], self.board.index
        for run in self.runs.values():
            if run.truck_class != name or run.returned or run.shift_end <= run.start_min:
                continue
            if not run.loads and not run.left and not run.out:
                if (run.home_id, run.shift_end) in idle:
                    continue  # one of those alike will do
                idle.add((run.home_id, run.shift_end))
            truck = self.scenario.truck_by_id[run.truck_id]
            yuan = 0.0 if run.truck_id in self.told else TOLD_YUAN
            yuan += 0.0 if run.loads or run.left else truck.yuan_per_day
            spare = run.shift_end - (self.back(run) if run.loads else run.start_min)
            for at in range(run.bound, len(run.loads) + 1):
                if (at and run.loads[at - 1].ordered) or (at < len(run.loads) and run.loads[at].ordered):
                    continue
                here_id, free = run.free_before(at, self.now)
                last = at == len(run.loads)
                here = index[here_id]
                there = index[run.home_id if last else run.loads[at].services[0].place_id]
                way_min, way_km = (minutes[here, there], km[here, there]) if run.loads else (0.0, 0.0)
                gap = 0.0 if last else run.loads[at].services[0].start - free - way_min
                behind = len(run.loads) - at
                per_min, per_km = truck.yuan_per_h / 60.0, truck.yuan_per_km
                rows.append((at, here, there, way_min, way_km, gap, spare, behind, per_min, per_km, yuan))
                truck_ids.append(run.truck_id)
        columns = np.array(rows, dtype=float).reshape(-1, 11).T
        at, here, there = columns[:3].astype(np.int64)
        return _Slots(truck_ids, at, here, there, *columns[3:])

    def _tried(self, run: Run, at: int, load: Load) -> float | None:
        """Yuan that the load costs at place `at` of the truck's day, None where it does not fit; it gets its services.
        Nothing stays booked."""
        before = list(run.loads)
        yuan_before = self.run_yuan(run)
        fits = self._set_in(run, at, load)
        yuan = self.run_yuan(run) - yuan_before if fits else None
        for other in run.loads:
            self.board.book(other.services, -1)
        run.loads = before
        for other in run.loads:
            self.board.book(other.services)
        if yuan is None:
            return None
        return yuan + (0.0 if run.truck_id in self.told else TOLD_YUAN)

    def _set_in(self, run: Run, at: int, load: Load) -> bool:
        """Put the load in, what comes after it later as far as it must; whether that fits. What was put is booked."""
        tail = run.loads[at:]
        for other in tail:
            self.board.book(other.services, -1)
        run.loads = run.loads[:at]
        for number, other in enumerate((load, *tail)):
            here, free = run.free_before(len(run.loads), self.now)
            services = self.board.timed(run, other, here, free, no_earlier=number > 0)
            if services is None or (other.timed and not self._reached(run, other, here, free)):
                return False
            if number == 0:
                services = self._waiting_at_home(run, len(run.loads), services)
                other.services = services
            moved = services != other.services
            run.loads.append(replace(other, services=services) if moved else other)
            self.board.book(services)
        places = {p for other in run.loads[at:] for p in (*other.origin_ids, other.destination_id)}
        return self.back(run) <= run.shift_end and all(self.board.bearable(p) for p in places)

    def _reached(self, run: Run, load: Load, here: str, free: int) -> bool:
        """Whether the truck is there when the load's own times begin."""
        first = load.services[0]
        before_min = load.first_gap[1] if load.first_gap[0] == here else None
        return first.arrive >= free + self.board.way_as_before(run.truck_class, here, first.place_id, before_min)

    def put(self, run: Run, at: int, load: Load) -> None:
        self._set_in(run, at, load)
        self.told.add(run.truck_id)
        self.slots.pop(run.truck_class, None)

    def run_yuan(self, run: Run) -> float:
        if not run.loads:
            return 0.0
        truck = self.scenario.truck_by_id[run.truck_id]
        stops = [run.home_id, *(s.place_id for load in run.loads for s in load.services), run.home_id]
        index = np.array([self.board.index[p] for p in stops])
        km = float(self.board.km[run.truck_class][index[:-1], index[1:]].sum())
        hours = (self.back(run) - self.leave(run)) / 60.0
        return truck.yuan_per_day + hours * truck.yuan_per_h + km * truck.yuan_per_km

    def leave(self, run: Run) -> int:
        """When the truck leaves home."""
        if run.left or not run.loads:
            return run.leave
        first = run.loads[0].services[0]
        if (run.loads[0].haul_id, first.arrive) == run.first_arrive:
            return run.leave
        before_min = run.loads[0].first_gap[1] if run.loads[0].first_gap[0] == run.home_id else None
        return first.arrive - int(self.board.way_as_before(run.truck_class, run.home_id, first.place_id, before_min))

    def _approved(self, load: Load) -> bool:
        fields = [self.scenario.field_by_id[o] for o in load.origin_ids]
        return all(self.scenario.direct_haul_allowed(f.town_id, load.destination_id, self.board.day) for f in fields)

    def other_places(self, load: Load) -> list[tuple[HaulKind, str]]:
        """Kind and id of other places that may take the load, the nearest first."""
        scenario, board = self.scenario, self.board
        origin = load.origin_ids[-1]
        found: list[tuple[HaulKind, str]] = []
        if load.kind != "linehaul":
            found += [("collect", y.yard_id) for y in scenario.yards]
            found += [
                ("direct", p.plant_id) for p in scenario.plants
                if self._approved(replace(load, destination_id=p.plant_id))
            ]  # fmt: skip
        else:
            found += [("linehaul", p.plant_id) for p in scenario.plants]
        name = max(board.km, key=lambda c: float(np.isfinite(board.km[c]).sum()))
        near = sorted(found, key=lambda place: (board.way_km(name, origin, place[1]), place[1]))
        return [place for place in near if place[1] != load.destination_id][:OTHER_PLACES]

    def back(self, run: Run) -> int:
        """When the truck is home again."""
        if not run.loads or run.returned or (run.loads[-1].haul_id, run.loads[-1].end) == run.last_end:
            return run.back
        last = run.loads[-1].last_place
        before_min = run.gap_home[1] if run.gap_home[0] == last else None
        way = self.board.way_as_before(run.truck_class, last, run.home_id, before_min)
        return run.loads[-1].end + int(min(way, HORIZON_MIN))

    def _missing_t(self, load: Load) -> float:
        return max(
            (t - float(self.board.straw_t[self.board.index[o], -1])
             for o, t in zip(load.origin_ids, load.parts_t, strict=True)), default=0.0,
        )  # fmt: skip

    def _waiting_at_home(self, run: Run, at: int, services: tuple[Service, ...]) -> tuple[Service, ...]:
        """A truck that has not left yet leaves so that it need not wait."""
        if at or run.left:
            return services
        return (replace(services[0], arrive=services[0].start), *services[1:])
