"""The trucks' day repaired: loads stay on their trucks in their order and are served as early as before or later.

Every load is looked at in the order of its times until all fit; what does not fit is taken off its truck and inserted
where it costs least (`insertion`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from solver.replan.board import HORIZON_MIN, TOLERANCE_T, Load, Run, Service, shrunk
from solver.replan.insertion import SMALLEST_LOAD_T, LoadInsertion

PASSES = 12
BEGUN_PASSES = 2


@dataclass(slots=True)
class TruckRepair(LoadInsertion):
    """`dropped_locks`: locked hauls that an event has made impossible."""

    dropped_locks: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Repair all runs, then find trucks for the loads that have none."""
        # a load that goes may leave a yard full for one that comes
        for _ in range(BEGUN_PASSES):
            for truck_run in self.runs.values():
                self._begun(truck_run)
            self._settle()
        self.insert_pool()

    # --- what is begun -----------------------------------------------------------------------------------------------

    def _begun(self, run: Run) -> None:
        """Straw on a truck is delivered: as planned, later, elsewhere, or in spite of what is closed."""
        for number, load in enumerate(run.loads):
            if not load.begun or load.begun_services == len(load.services):
                continue
            open_ = load.services[load.begun_services :]
            if all(self.board.booked_well(s) and not _touches(s, run.out) for s in open_):
                continue
            self.board.book(load.services, -1)
            found = self._delivered(run, load)
            run.loads[number] = found
            self.board.book(found.services)
            self.told.add(run.truck_id)

    def _delivered(self, run: Run, load: Load) -> Load:
        here, free = run.home_id, run.leave
        origin_t = load.services[0].dry_t
        for kind, place_id in ((load.kind, load.destination_id), *self.other_places(load)):
            there, arrive = replace(load, kind=kind, destination_id=place_id), 0
            if place_id != load.destination_id:
                there.services = load.services[:-1]
                # it may be at the planned place already, or nearly
                way = self.board.drive(run.truck_class, load.destination_id, place_id)
                arrive = int(min(max(self.now, load.services[-1].arrive) + way, HORIZON_MIN))
            services = self.board.timed(
                run, there, here, free, no_earlier=place_id == load.destination_id, unload_from=arrive
            )
            if services is not None and self._home_in_time(run, services[-1]) and origin_t > 0:
                there.services = services
                return there
        services = self.board.timed(run, load, here, free, no_earlier=True, despite_outages=True)
        return replace(load, services=services or load.services)

    def _home_in_time(self, run: Run, last: Service) -> bool:
        return last.end + self.board.drive(run.truck_class, last.place_id, run.home_id) <= run.shift_end

    # --- what is planned ---------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Until every load fits: later where that helps, else off the truck."""
        for number in range(PASSES):
            wrong = False
            order = sorted(
                ((load.services[0].start, run.truck_id, load) for run in self.runs.values() for load in run.loads
                 if not load.begun), key=lambda item: item[:2],
            )  # fmt: skip
            for _, truck_id, load in order:
                run = self.runs[truck_id]
                at = next((i for i, other in enumerate(run.loads) if other is load), None)
                if at is None or self._fits(run, at):
                    continue
                wrong = True
                if number == PASSES - 1 or not self._later(run, at):
                    self._drop_for(run, at)
            if not wrong:
                return
        # whatever still does not fit goes, until nothing does not
        while True:
            bad = [
                (run, at) for run in self.runs.values() for at, load in enumerate(run.loads)
                if not load.begun and not self._fits(run, at)
            ]  # fmt: skip
            if not bad:
                return
            run, at = bad[-1]
            self._drop(run, at)

    def _fits(self, run: Run, at: int) -> bool:
        load = run.loads[at]
        here, free = run.free_before(at, self.now)
        first = load.services[0]
        before_min = load.first_gap[1] if load.first_gap[0] == here else None
        way = self.board.way_as_before(run.truck_class, here, first.place_id, before_min)
        if first.arrive < free + way and not load.under_way:
            return False
        last = at == len(run.loads) - 1
        return (
            all(self.board.booked_well(s) and not _touches(s, run.out) for s in load.services)
            and self._ways_hold(run, load)
            and (not last or self.back(run) <= run.shift_end + 1)
        )

    def _ways_hold(self, run: Run, load: Load) -> bool:
        """The ways within the load, where a detour may have made them longer."""
        if not self.board.detour_min:
            return True
        return all(
            b.arrive >= a.end + self.board.way_as_before(run.truck_class, a.place_id, b.place_id, b.arrive - a.end)
            for a, b in zip(load.services, load.services[1:], strict=False)
        )

    def _later(self, run: Run, at: int) -> bool:
        """Serve the load later, or with less straw where there is less; False where that does not do."""
        load = run.loads[at]
        self.board.book(load.services, -1)
        found = self._with_the_straw_there_is(load)
        if found is not None:
            here, free = run.free_before(at, self.now)
            services = self.board.timed(run, found, here, free, no_earlier=True)
            if services is not None:
                was_locked_in = load.timed and services[0].arrive < free
                candidate = replace(found, services=self._waiting_at_home(run, at, services))
                run.loads[at] = candidate
                self.board.book(candidate.services)
                if not was_locked_in and self._fits(run, at):
                    self.told.add(run.truck_id)
                    return True
                self.board.book(candidate.services, -1)
                run.loads[at] = load
        self.board.book(load.services)
        return False

    def _with_the_straw_there_is(self, load: Load) -> Load | None:
        """The load with no more than will ever lie there; what is missing waits for its bales. None: too little."""
        if load.kind == "linehaul":
            return load
        if len(load.origin_ids) > 1:
            ready = all(
                self.board.straw_t[self.board.index[o], -1] >= t - TOLERANCE_T
                for o, t in zip(load.origin_ids, load.parts_t, strict=True)
            )
            return load if ready else None
        there_t = float(self.board.straw_t[self.board.index[load.origin_ids[0]], -1])
        if there_t >= load.dry_t - TOLERANCE_T:
            return load
        if there_t < SMALLEST_LOAD_T:
            return None
        self.pool.append(self._new_load(load, load.dry_t - there_t, "its straw is not baled yet"))
        return shrunk(load, there_t)

    def _drop_for(self, run: Run, at: int) -> None:
        """What is held stays if something before it can go; else it goes itself."""
        if run.loads[at].held:
            for before in range(at - 1, -1, -1):
                if not (run.loads[before].held or run.loads[before].begun):
                    self._drop(run, before)
                    return
        self._drop(run, at)

    def _drop(self, run: Run, at: int) -> None:
        load = run.loads.pop(at)
        self.board.book(load.services, -1)
        if load.under_way:
            # it is there, or on its way there, and goes on from there
            run.start_id = load.services[0].place_id
            run.start_min = max(self.now, load.services[0].arrive)
        haul_id = load.haul_id
        if load.held:
            self.dropped_locks.append(haul_id)
        if load.locked:
            # what was promised is called off, never moved: its straw may be fetched by another haul
            haul_id = self.new_id()
        self.told.add(run.truck_id)
        self.pool.append(
            replace(
                load,
                haul_id=haul_id,
                services=(),
                under_way=False,
                held=False,
                locked=False,
                timed=False,
                ordered=False,
                first_gap=("", 0),
                reason=load.reason or self._why(run, load),
            )
        )

    def _why(self, run: Run, load: Load) -> str:
        for service in load.services:
            i = self.board.index[service.place_id]
            if not (self.board.bays[i, self.now : HORIZON_MIN] > 0).any():
                return f"{service.place_id} is closed"
        if load.kind != "linehaul" and self._missing_t(load) > TOLERANCE_T:
            return "its straw is not baled yet"
        if any(last > self.now for _, last in run.out):
            return f"truck {run.truck_id} is out"
        return "its truck had no time left"


def _touches(service: Service, out: Iterable[tuple[int, int]]) -> bool:
    return any(service.start < last and service.end > first for first, last in out)
