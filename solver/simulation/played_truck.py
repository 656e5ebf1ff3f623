"""One truck's day: its loads in order, with queues, waits and breakdowns, then home."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from solver.greedy.county import MARGIN_MIN
from solver.greedy.straw import NEVER_MIN
from solver.greedy.trips import FEWEST_KG
from solver.plan import Haul, HaulKind, StopAction, TruckStop
from solver.scenario import MINUTES_PER_DAY
from solver.simulation.day_world import DayWorld, Machine, Steps, whole_minute


class PlayedTruck:
    """Truck `number` of the scenario."""

    def __init__(self, world: DayWorld, number: int, machine: Machine) -> None:
        self._world = world
        self._county, self._env = world.county, world.env
        self._machine = machine
        self.truck = self._county.scenario.trucks[number]
        self._class = self._county.class_index[self.truck.truck_class]
        self._home = self._county.hub_index[self.truck.home_yard_id]
        self._at = self._home
        self._out = False
        self._shift_end = (
            self.truck.shift_start_min + 60 * self.truck.shift_hours + world.figures.overtime_min - MARGIN_MIN
        )

    def steps(self, stops: Sequence[TruckStop]) -> Steps:
        """The loads as ordered, then home."""
        yield self._env.timeout(stops[0].start_min)
        for loads, unload in _trips(stops):
            if loads[0].place_id in self._county.hub_index:
                yield from self._linehaul(loads[0], unload)
            else:
                yield from self._collect(loads, unload)
        if self._out:
            yield from self._drive(float(self._county.hub_min[self._class, self._at, self._home]))
            self._row("", self._county.hub_ids[self._home], "return", self._env.now, self._env.now, 0)
            late = self._env.now - self.truck.shift_start_min - 60 * self.truck.shift_hours
            self._world.rows.overtime_min += max(0.0, late)

    def _collect(self, loads: Sequence[TruckStop], unload: TruckStop) -> Steps:
        known, county = self._world.known, self._county
        fields = [known.field_index[s.place_id] for s in loads]
        first, hub = fields[0], county.hub_index[unload.place_id]
        straw = self._world.straw_of(first)
        wanted = round(loads[0].dry_t * 1000)
        drive = float(county.to_field_min[self._class, self._at, first])
        until = max(self._env.now, loads[0].start_min - drive) + self._world.figures.patience_min
        yield from self._world.wait("field", first, until, lambda: straw.free_kg >= wanted or straw.to_begin == 0)
        taken = [min(wanted, straw.free_kg)]
        if taken[0] < min(FEWEST_KG, wanted) or not self._in_time(drive, fields, hub, sum(s.dry_t for s in loads)):
            return
        ready = [straw.promise(taken[0])]
        for stop, index in zip(loads[1:], fields[1:], strict=True):
            more = self._world.straw_of(index)
            kg = min(round(stop.dry_t * 1000), more.free_kg)
            taken.append(kg if kg >= FEWEST_KG else 0)
            ready.append(more.promise(taken[-1]) if taken[-1] else 0.0)
        yield from self._set_out(max(self._env.now, ready[0] - drive))
        haul_id, before = self._world.next_haul_id(), -1
        parts: list[tuple[int, int]] = []
        for index, kg, from_min in zip(fields, taken, ready, strict=True):
            if not kg:
                continue
            way = drive if before < 0 else known.field_to_field_min(self._class, before, index)
            yield from self._drive(way)
            arrive = self._env.now
            yield self._env.timeout(max(0.0, from_min - arrive))
            place = self._world.loading_at(index)
            with place.request() as turn:
                yield turn
                start = self._env.now
                wet = _weight(
                    float(self._world.standing.bale_moisture[index]), self._world.figures.paid_as_weighed_up_to
                )
                yield from self._busy(kg * county.load_min_per_kg * wet * self._world.service())
            self._row(haul_id, county.field_ids[index], "load", arrive, start, kg)
            self._world.rows.picked_up.append((kg, float(self._world.standing.bale_moisture[index])))
            parts.append((index, kg))
            before = index
        yield from self._drive(float(county.from_field_min[self._class, before, hub]))
        yield from self._unload(haul_id, hub, sum(kg for _, kg in parts))
        for index, kg in parts:
            for bale_day, part_kg in self._world.standing.take(index, kg):
                self._world.rows.season_kg[index, bale_day, self._world.day, hub] += part_kg
        kind: HaulKind = "collect" if hub < county.yards else "direct"
        self._haul(haul_id, kind, [county.field_ids[i] for i, _ in parts], hub, sum(kg for _, kg in parts))

    def _linehaul(self, load: TruckStop, unload: TruckStop) -> Steps:
        county = self._county
        yard, hub = county.hub_index[load.place_id], county.hub_index[unload.place_id]
        stock = self._world.hubs[yard]
        wanted = round(load.dry_t * 1000)
        drive = float(county.hub_min[self._class, self._at, yard])
        until = max(self._env.now, load.start_min - drive) + self._world.figures.patience_min
        yield from self._world.wait("yard", yard, until, lambda: stock.level_kg - stock.promised_kg >= wanted)
        kg = min(wanted, stock.level_kg - stock.promised_kg)
        way = float(county.hub_min[self._class, yard, hub])
        service = wanted * (county.load_min_per_kg + county.unload_min_per_kg) + 2 * county.scenario.weigh_minutes
        home = float(county.hub_min[self._class, hub, self._home])
        unloaded = self._env.now + drive + way + service
        if kg < min(FEWEST_KG, wanted) or unloaded + home > self._shift_end or unloaded > self._closes(hub):
            return
        stock.promised_kg += kg
        yield from self._set_out(self._env.now)
        haul_id = self._world.next_haul_id()
        yield from self._drive(drive)
        arrive = self._env.now
        yield from self._open(yard)
        with stock.bays.request() as turn:
            yield turn
            start = self._env.now
            stock.level_kg -= kg
            stock.promised_kg -= kg
            self._world.tell("room", yard)
            yield from self._busy(self._service_min(kg * county.load_min_per_kg))
        self._row(haul_id, county.hub_ids[yard], "load", arrive, start, kg)
        yield from self._drive(way)
        yield from self._unload(haul_id, hub, kg)
        self._haul(haul_id, "linehaul", [county.hub_ids[yard]], hub, kg)

    def _unload(self, haul_id: str, index: int, kg: int) -> Steps:
        hub, env = self._world.hubs[index], self._env
        arrive = env.now
        yield from self._open(index)
        until = env.now + self._world.figures.patience_min
        yield from self._world.wait("room", index, until, lambda: hub.level_kg + hub.coming_kg + kg <= hub.capacity_kg)
        hub.coming_kg += kg
        with hub.bays.request() as turn:
            yield turn
            start = env.now
            yield from self._busy(self._service_min(kg * self._county.unload_min_per_kg))
        hub.coming_kg -= kg
        over = hub.over_kg
        hub.level_kg += kg
        self._world.rows.overflow_kg += round(hub.over_kg - over)
        self._world.rows.overflow_peak_kg = max(self._world.rows.overflow_peak_kg, round(hub.over_kg))
        self._world.tell("yard", index)
        self._row(haul_id, self._county.hub_ids[index], "unload", arrive, start, kg)
        self._at = index

    # --- steps --------------------------------------------------------------------------------------------------------

    def _set_out(self, at_min: float) -> Steps:
        """Leave for the next load; the first time of the day that is leaving home."""
        yield self._env.timeout(max(0.0, at_min - self._env.now))
        if not self._out:
            self._out = True
            self._row("", self._county.hub_ids[self._home], "leave", self._env.now, self._env.now, 0)

    def _drive(self, minutes: float) -> Steps:
        yield from self._busy(minutes * self._world.driving())

    def _busy(self, minutes: float) -> Steps:
        """So many minutes, longer where the truck breaks down within them."""
        broken = self._machine.breakdown
        if broken is not None and broken[0] <= self._env.now + minutes:
            self._machine.breakdown = None
            self._world.rows.truck_breakdowns += 1
            minutes += broken[1]
        yield self._env.timeout(minutes)

    def _open(self, index: int) -> Steps:
        """Until the place opens; whoever comes loaded after it has closed is served all the same."""
        now = self._env.now
        later = [opens for opens, closes in self._world.hubs[index].windows if closes > now]
        if later and later[0] > now and later[0] < MINUTES_PER_DAY:
            yield self._env.timeout(later[0] - now)

    def _service_min(self, minutes: float) -> float:
        weigh = self._county.scenario.weigh_minutes
        return minutes * self._world.service() + weigh * self._world.weighing() + MARGIN_MIN

    def _in_time(self, drive: float, fields: Sequence[int], hub: int, dry_t: float) -> bool:
        """Whether the load can be unloaded before the place closes, and the truck be home, by the reckoned times."""
        county, c = self._county, self._class
        way = sum(self._world.known.field_to_field_min(c, a, b) for a, b in pairwise(fields))
        way += drive + float(county.from_field_min[c, fields[-1], hub])
        service = dry_t * 1000 * (county.load_min_per_kg + county.unload_min_per_kg) + county.scenario.weigh_minutes
        unloaded = self._env.now + way + service
        home = float(county.hub_min[c, hub, self._home])
        return way < NEVER_MIN and unloaded + home <= self._shift_end and unloaded <= self._closes(hub)

    def _closes(self, hub: int) -> float:
        return max((closes for _, closes in self._world.hubs[hub].windows), default=0.0) + 1e-6

    # --- rows ---------------------------------------------------------------------------------------------------------

    def _haul(self, haul_id: str, kind: HaulKind, origins: Sequence[str], hub: int, kg: int) -> None:
        bale_kg = 1000 * self._county.scenario.bale_dry_t
        self._world.rows.hauls.append(
            Haul(
                day=self._world.known.date(self._world.day),
                haul_id=haul_id,
                kind=kind,
                origin_ids=tuple(origins),
                destination_id=self._county.hub_ids[hub],
                dry_t=kg / 1000,
                bales=math.ceil(kg / bale_kg - 0.01),
            )
        )

    def _row(self, haul_id: str, place_id: str, action: StopAction, arrive: float, start: float, kg: int) -> None:
        self._machine.seq += 1
        self._world.rows.truck_stops.append(
            TruckStop(
                day=self._world.known.date(self._world.day),
                truck_id=self.truck.truck_id,
                seq=self._machine.seq,
                haul_id=haul_id,
                place_id=place_id,
                action=action,
                arrive_min=whole_minute(arrive),
                start_min=whole_minute(start),
                end_min=whole_minute(self._env.now),
                dry_t=kg / 1000,
            )
        )


def _trips(stops: Sequence[TruckStop]) -> list[tuple[list[TruckStop], TruckStop]]:
    trips: list[tuple[list[TruckStop], TruckStop]] = []
    loads: list[TruckStop] = []
    for stop in stops:
        if stop.action == "load":
            loads.append(stop)
        elif stop.action == "unload":
            trips.append((loads, stop))
            loads = []
    return trips


def _weight(moisture: float, paid_up_to: float) -> float:
    """What a tonne as paid weighs on the truck: more where it is wetter than is paid for as weighed."""
    return max(1.0, (1.0 - paid_up_to) / (1.0 - moisture))
