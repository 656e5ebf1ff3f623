"""One day of a plan as rows, made ready to be repaired and put back into rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from solver.day_plan import Overnight
from solver.hauling.plan import bales_of
from solver.hauling.problem import MASS_DECIMALS, Booking, StockEvent
from solver.plan import BalerStop, Haul, SeasonRow, TruckStop
from solver.replan.balers import repaired_balers
from solver.replan.board import HORIZON_MIN, Board, Load, Run, Service
from solver.replan.events import Events, minutes_within
from solver.replan.locks import Lock
from solver.replan.trucks import TruckRepair
from solver.roads.ways import Ways
from solver.scenario import MINUTES_PER_DAY, Scenario
from solver.season.geometry import full_load_t
from solver.season.state import SeasonState

NEVER = -1


@dataclass(frozen=True, slots=True)
class DayRows:
    """A day of a plan."""

    baler_stops: tuple[BalerStop, ...] = ()
    hauls: tuple[Haul, ...] = ()
    truck_stops: tuple[TruckStop, ...] = ()


@dataclass(slots=True)
class Waiting:
    """What no day has done yet: loads without a truck, mu by field without a baler."""

    loads: list[Load] = field(default_factory=list)
    area_mu: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RepairedDay:
    rows: DayRows
    season: tuple[SeasonRow, ...]
    overnight: Overnight
    waiting: Waiting
    dropped_locks: tuple[str, ...]
    # services and stops on which an outage has no claim: they were begun, or bring straw that is on a truck
    begun: tuple[tuple[str, str, int, int], ...]


def repaired_day(
    scenario: Scenario,
    ways: Ways,
    state: SeasonState,
    day: date,
    rows: DayRows,
    *,
    now: datetime,
    events: Events,
    locks: Mapping[str, Lock],
    waiting: Waiting,
    overnight: Overnight,
    haul_ids: set[str],
) -> RepairedDay:
    """The day after the events; `state` moves on to its evening, after the plants' use."""
    now_min = _minute_of(now, day)
    detours = {d.place_id: d.minutes for d in events.detours if minutes_within(d.start, d.end, day)}
    balers = repaired_balers(
        scenario, ways, day, rows.baler_stops, now=now_min, out=_outs(events, "baler", day, now_min),
        extra_mu=_within_area(state, rows.baler_stops, waiting.area_mu), detour_min=detours,
        held={o for haul in rows.hauls if haul.haul_id in locks for o in haul.origin_ids},
        dry_t_per_mu=state.yield_t_per_mu,
    )  # fmt: skip
    due = [load for load in waiting.loads if _may_leave(scenario, load, day)]
    late = [load for load in waiting.loads if not _may_leave(scenario, load, day)]
    board, runs = booked_day(
        scenario, ways, state, day, replace(rows, baler_stops=balers.stops), overnight=overnight, now_min=now_min,
        locks=locks, truck_outs=_outs(events, "truck", day, now_min), detour_min=detours,
        places={o for load in due for o in load.origin_ids} | {d.place_id for d in events.detours},
    )  # fmt: skip
    for stop in balers.stops:
        state.bale(stop.field_id, day, stop.area_mu)
    for out in events.outs:
        span = minutes_within(max(out.start, now), out.end, day)
        if out.kind == "place" and span is not None:
            board.close(out.own_id, *span, out.bays)
    repair = TruckRepair(scenario, board, runs, max(now_min, 0), pool=due, haul_ids=haul_ids)
    repair.run()
    hauls, stops = _as_rows(repair, scenario, day, rows)
    season = _moved(scenario, state, day, hauls, stops)
    tonight = overnight_of(scenario, state, balers.stops, stops)
    state.end_day(scenario)
    left = Waiting([*late, *repair.pool], dict(balers.undone_mu))
    begun_hauls = {load.haul_id for run in runs.values() for load in run.loads if load.begun}
    begun = served_by(
        DayRows(
            tuple(s for s in balers.stops if s.start_min < now_min),
            (),
            tuple(s for s in stops if s.haul_id in begun_hauls),
        )
    )
    return RepairedDay(DayRows(balers.stops, hauls, stops), season, tonight, left, tuple(repair.dropped_locks), begun)


def booked_day(
    scenario: Scenario,
    ways: Ways,
    state: SeasonState,
    day: date,
    rows: DayRows,
    *,
    overnight: Overnight,
    places: Iterable[str] = (),
    now_min: int = NEVER,
    locks: Mapping[str, Lock] | None = None,
    truck_outs: Mapping[str, tuple[tuple[int, int], ...]] | None = None,
    detour_min: Mapping[str, float] | None = None,
) -> tuple[Board, dict[str, Run]]:
    """The board with the day's rows on it, and the trucks' days. `state` is that of the morning and stays so."""
    released = _released(scenario, state, overnight)
    for stop in rows.baler_stops:
        dry_t = stop.area_mu * state.yield_t_per_mu(stop.field_id)
        released.setdefault(stop.field_id, []).append((stop.end_min, dry_t))
    morning_t = dict(state.stock_t)
    for event in overnight.stock_events:
        morning_t[event.yard_id] -= event.dry_t
    intake_t = {
        p.plant_id: max(min(p.daily_max_t, p.storage_t + p.daily_need_t - state.stock_t[p.plant_id]), 0.0)
        for p in scenario.plants
    }
    board = Board(
        scenario, ways, day, {o for h in rows.hauls for o in h.origin_ids} | set(places), stock_t=morning_t,
        released_t=released, intake_t=intake_t, detour_min=detour_min or {},
    )  # fmt: skip
    for event in overnight.stock_events:
        board.straw_t[board.index[event.yard_id], event.minute :] += event.dry_t
    runs = _runs(scenario, rows, locks or {}, now_min, truck_outs or {})
    for run in runs.values():
        for load in run.loads:
            board.book(load.services)
    for booking in overnight.bookings:
        if booking.place_id in board.index:
            board.used[board.index[booking.place_id], max(booking.start_min, 0) : max(booking.end_min, 0)] += 1
    board.accept_what_is_booked()
    return board, runs


def loads_of_fields(scenario: Scenario, field_ids: Iterable[str], ways: Ways) -> list[Load]:
    """All straw of the fields in full loads to their nearest yard, as loads that wait for a truck."""
    loads = []
    for field_id in field_ids:
        farm_field = scenario.field_by_id[field_id]
        classes = [t.truck_class for t in scenario.trucks if scenario.admits(farm_field, t.truck_class)]
        if not classes or not scenario.yards:
            continue
        largest = max(sorted(set(classes)), key=lambda c: full_load_t(scenario, c))
        yards = [y.yard_id for y in scenario.yards]
        hours = ways.table([field_id], yards, largest).hours[0].tolist()
        nearest = min(zip(hours, yards, strict=True))[1]
        full_t, left_t = full_load_t(scenario, largest), farm_field.dry_straw_t
        number = 0
        while left_t > 1e-6:
            number += 1
            part_t = round(min(full_t, left_t), MASS_DECIMALS)
            loads.append(Load(f"{field_id}-{number:02d}", "collect", (field_id,), (part_t,), nearest))
            left_t -= part_t
    return loads


def _minute_of(now: datetime, day: date) -> int:
    """`now` in minutes of the day; 0 where the day has not begun."""
    return (now.date() - day).days * MINUTES_PER_DAY + now.hour * 60 + now.minute if now.date() >= day else NEVER


def _outs(events: Events, kind: str, day: date, now_min: int) -> dict[str, tuple[tuple[int, int], ...]]:
    outs: dict[str, tuple[tuple[int, int], ...]] = {}
    for out in events.outs:
        span = minutes_within(out.start, out.end, day)
        if out.kind == kind and span is not None and span[1] > now_min:
            outs[out.own_id] = (*outs.get(out.own_id, ()), (max(span[0], now_min), span[1]))
    return outs


def _within_area(state: SeasonState, stops: Sequence[BalerStop], extra_mu: Mapping[str, float]) -> dict[str, float]:
    """No more than the field has beside what is planned there today."""
    planned: dict[str, float] = {}
    for stop in stops:
        planned[stop.field_id] = planned.get(stop.field_id, 0.0) + stop.area_mu
    return {f: min(mu, state.area_mu[f] - planned.get(f, 0.0)) for f, mu in extra_mu.items()}


def _may_leave(scenario: Scenario, load: Load, day: date) -> bool:
    fields = [scenario.field_by_id[o] for o in load.origin_ids if o in scenario.field_by_id]
    return all(f.clear_by >= day for f in fields)


def _released(scenario: Scenario, state: SeasonState, overnight: Overnight) -> dict[str, list[tuple[int, float]]]:
    """Bales by field and the minute from which they may be loaded; what is made after midnight later."""
    late: dict[str, list[tuple[int, float]]] = {}
    for field_id, minute, dry_t in overnight.bales:
        late.setdefault(field_id, []).append((minute, dry_t))
    released: dict[str, list[tuple[int, float]]] = {}
    for field_id, lots in state.lots.items():
        lying_t = sum(lot.dry_t for lot in lots)
        for minute, dry_t in sorted(late.get(field_id, ()), reverse=True):
            part_t = min(dry_t, lying_t)
            released.setdefault(field_id, []).append((minute, part_t))
            lying_t -= part_t
        if lying_t > 0:
            released.setdefault(field_id, []).append((0, lying_t))
    return released


# --- rows into runs ---------------------------------------------------------------------------------------------------


def _runs(
    scenario: Scenario,
    rows: DayRows,
    locks: Mapping[str, Lock],
    now: int,
    outs: Mapping[str, tuple[tuple[int, int], ...]],
) -> dict[str, Run]:
    haul_of = {haul.haul_id: haul for haul in rows.hauls}
    stops_of: dict[str, list[TruckStop]] = {}
    for stop in sorted(rows.truck_stops, key=lambda s: (s.truck_id, s.seq)):
        stops_of.setdefault(stop.truck_id, []).append(stop)
    runs = {}
    for truck in scenario.trucks:
        start = float(truck.shift_start_min)
        run = Run(
            truck.truck_id, truck.truck_class, truck.home_yard_id, start, start + min(truck.shift_hours, 24.0) * 60.0
        )
        run.out = outs.get(truck.truck_id, ())
        stops = stops_of.get(truck.truck_id, [])
        if stops:
            _fill(run, stops, haul_of, locks, now)
        run.start_id = run.start_id or run.home_id
        run.start_min = max(run.start_min, math.ceil(start), now)
        runs[truck.truck_id] = run
    return runs


def _fill(
    run: Run, stops: Sequence[TruckStop], haul_of: Mapping[str, Haul], locks: Mapping[str, Lock], now: int
) -> None:
    run.leave, run.left = stops[0].start_min, stops[0].start_min < now
    run.back, run.returned = stops[-1].end_min, stops[-1].start_min < now
    before = stops[0]
    for stop in stops[1:-1]:
        service = Service(stop.place_id, stop.action, stop.arrive_min, stop.start_min, stop.end_min, stop.dry_t)
        if not run.loads or run.loads[-1].haul_id != stop.haul_id:
            haul = haul_of[stop.haul_id]
            gap = (before.place_id, stop.arrive_min - before.end_min)
            run.loads.append(Load(haul.haul_id, haul.kind, haul.origin_ids, (), haul.destination_id, first_gap=gap))
            run.loads[-1].begun = stop.start_min < now
            run.loads[-1].under_way = not run.loads[-1].begun and before.end_min < now
        load = run.loads[-1]
        load.services = (*load.services, service)
        load.begun_services += stop.start_min < now
        if stop.action == "load":
            load.parts_t = (*load.parts_t, stop.dry_t)
        before = stop
    run.gap_home = (before.place_id, stops[-1].arrive_min - before.end_min)
    if run.loads:
        run.first_arrive = (run.loads[0].haul_id, run.loads[0].services[0].arrive)
        run.last_end = (run.loads[-1].haul_id, run.loads[-1].end)
    for number, load in enumerate(run.loads):
        lock = locks.get(load.haul_id)
        if lock is None:
            continue
        load.timed, load.ordered = lock.time, lock.order
        load.locked = lock.truck or lock.time or lock.order
        load.held = load.held or load.locked
        if lock.order:
            for neighbour in run.loads[max(number - 1, 0) : number + 2]:
                neighbour.held = True
    # everything done and on the way home: from there it may be sent out again
    if run.loads and run.loads[-1].begun and run.loads[-1].end < now:
        run.start_id, run.start_min = run.home_id, run.back


# --- runs into rows ---------------------------------------------------------------------------------------------------


def _as_rows(
    repair: TruckRepair, scenario: Scenario, day: date, before: DayRows
) -> tuple[tuple[Haul, ...], tuple[TruckStop, ...]]:
    was = {haul.haul_id: haul for haul in before.hauls}
    hauls: list[Haul] = []
    stops: list[TruckStop] = []
    for run in repair.runs.values():
        if not run.loads and not run.left:
            continue
        leave = repair.leave(run)
        own = [TruckStop(day, run.truck_id, 1, "", run.home_id, "leave", leave, leave, leave, 0.0)]
        for load in run.loads:
            dry_t = round(sum(s.dry_t for s in load.services[:-1]), MASS_DECIMALS)
            haul = was.get(load.haul_id)
            if haul is None or (haul.dry_t, haul.destination_id, haul.day) != (dry_t, load.destination_id, day):
                bales = bales_of(dry_t, scenario.bale_dry_t)
                haul = Haul(day, load.haul_id, load.kind, load.origin_ids, load.destination_id, dry_t, bales)
            hauls.append(haul)
            for s in load.services:
                mass_t = dry_t if s.action == "unload" else s.dry_t
                own.append(
                    TruckStop(
                        day, run.truck_id, len(own) + 1, load.haul_id, s.place_id, s.action, s.arrive, s.start, s.end,
                        mass_t,
                    )
                )  # fmt: skip
        # a truck whose only load was taken from it turns round
        back = repair.back(run) if run.loads else min(repair.now + max(repair.now - leave, 0), HORIZON_MIN)
        own.append(TruckStop(day, run.truck_id, len(own) + 1, "", run.home_id, "return", back, back, back, 0.0))
        stops.extend(own)
    return tuple(hauls), tuple(stops)


def served_by(rows: DayRows) -> tuple[tuple[str, str, int, int], ...]:
    """Who is at work when: kind and id of places, trucks and balers, from and until in minutes."""
    served = [s for s in rows.truck_stops if s.haul_id]
    return (
        *(("place", s.place_id, s.start_min, s.end_min) for s in served),
        *(("truck", s.truck_id, s.start_min, s.end_min) for s in served),
        *(("baler", s.baler_id, s.start_min, s.end_min) for s in rows.baler_stops),
    )


def _moved(
    scenario: Scenario, state: SeasonState, day: date, hauls: Sequence[Haul], stops: Sequence[TruckStop]
) -> tuple[SeasonRow, ...]:
    """Season rows of the day, bales leaving in the order in which they were baled; stocks follow."""
    moved: dict[tuple[str, date | None, str], float] = {}
    destination = {h.haul_id: h.destination_id for h in hauls}
    for stop in sorted(stops, key=lambda s: (s.start_min, s.truck_id, s.seq)):
        if stop.action == "load" and stop.place_id in scenario.field_by_id:
            for lot in state.take(stop.place_id, stop.dry_t):
                key = (stop.place_id, lot.bale_date, destination[stop.haul_id])
                moved[key] = moved.get(key, 0.0) + lot.dry_t
        elif stop.action == "load":
            state.stock_t[stop.place_id] -= stop.dry_t
        elif stop.action == "unload":
            state.stock_t[stop.place_id] += stop.dry_t
    return tuple(
        SeasonRow(field_id, bale_date, day, destination_id, round(dry_t, MASS_DECIMALS))
        for (field_id, bale_date, destination_id), dry_t in sorted(
            moved.items(), key=lambda m: (m[0][0], m[0][2], str(m[0][1]))
        )
    )


def overnight_of(
    scenario: Scenario, state: SeasonState, baler_stops: Sequence[BalerStop], stops: Sequence[TruckStop]
) -> Overnight:
    """What the day's trucks and balers still do after midnight."""
    late = [s for s in stops if s.end_min > MINUTES_PER_DAY and s.action in ("load", "unload")]
    events = [
        StockEvent(s.place_id, minute, -s.dry_t if s.action == "load" else s.dry_t)
        for s in late
        if s.place_id in scenario.yard_by_id
        and (minute := (s.start_min if s.action == "load" else s.end_min) - MINUTES_PER_DAY) > 0
    ]
    return Overnight(
        tuple(Booking(s.place_id, s.start_min - MINUTES_PER_DAY, s.end_min - MINUTES_PER_DAY) for s in late),
        tuple(events),
        tuple(
            (s.field_id, s.end_min - MINUTES_PER_DAY, s.area_mu * state.yield_t_per_mu(s.field_id))
            for s in baler_stops
            if s.end_min > MINUTES_PER_DAY
        ),
    )
