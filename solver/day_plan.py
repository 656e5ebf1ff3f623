"""One day in full: the programme's wishes for a date become baler stops, loads, truck stops and what they move."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from solver.baling import plan_baling
from solver.hauling.collection_tours import with_tours
from solver.hauling.network import haul_flow
from solver.hauling.plan import SHIFT_SHARE, HaulingResult, plan_hauls
from solver.hauling.problem import MASS_DECIMALS, SMALLEST_WISH_T, Booking, HaulDay, StockEvent, Wish, haul_arrays
from solver.hauling.whole_loads import WholeLoads, whole_loads
from solver.plan import BalerStop, Haul, SeasonRow, TruckStop
from solver.roads.ways import Ways
from solver.scenario import MINUTES_PER_DAY, FarmField, Scenario
from solver.season.geometry import full_load_t
from solver.season.programme import Programme
from solver.season.state import SeasonState

# A field of which nearly all is wanted is baled and emptied as a whole.
NEARLY_ALL_SHARE = 0.85
SMALLEST_BALING_MU = 1.0
# With so many dry days left after today, a field far from all others may wait for company.
DAYS_IN_HAND = 2.0
# Balers may go into fields of so many dry days to come where they lie by the way.
COMING_DRY_DAYS = 3
COMING_KM = 2.0
MOST_COMING = 60
BALING_SECONDS_SHARE = 0.15  # about what the baling takes; it ends by itself


@dataclass(frozen=True, slots=True)
class Overnight:
    """What yesterday's trucks and balers still do after midnight, in minutes of today.

    `bales`: field, minute from which they may be loaded, tonnes.
    """

    bookings: tuple[Booking, ...] = ()
    stock_events: tuple[StockEvent, ...] = ()
    bales: tuple[tuple[str, int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class DayPlan:
    baler_stops: tuple[BalerStop, ...]
    season: tuple[SeasonRow, ...]
    hauling: HaulingResult
    overnight: Overnight


def plan_day(
    scenario: Scenario,
    ways: Ways,
    state: SeasonState,
    programme: Programme,
    day: date,
    *,
    overnight: Overnight,
    seconds: float,
    workers: int,
    seed: int,
    progress: Callable[[float], bool] | None = None,
) -> DayPlan:
    """The day's stops for what `programme` wants of it; `state` moves on to the evening, after the plants' use."""
    stops = _bale(scenario, ways, state, programme, day)
    released, baled_today_t = _released(state, stops)
    for field_id, area_mu in _baled_mu(stops).items():
        state.bale(field_id, day, area_mu)
    collect, intake_left_t = _within_intake(
        scenario, state, _collect_wishes(scenario, state, programme, day, released, baled_today_t)
    )
    base = (*collect, *_linehaul_wishes(scenario, state, programme, day, intake_left_t))
    morning_t = dict(state.stock_t)
    for event in overnight.stock_events:
        morning_t[event.yard_id] -= event.dry_t
    released = _with_bales_of_the_night(released, overnight)
    problem = HaulDay(day, base, released, morning_t, overnight.bookings, overnight.stock_events)
    loads = _in_whole_loads(scenario, ways, problem)
    problem = replace(problem, wishes=loads.wishes)
    toured = with_tours(scenario, ways, loads.wishes, loads.rest_t.tolist(), same_day_t=baled_today_t)
    hauling = plan_hauls(
        scenario,
        ways,
        replace(problem, wishes=toured),
        bound_of=problem,
        planned_loads=loads.by_class(),
        seconds=seconds * (1.0 - BALING_SECONDS_SHARE),
        workers=workers,
        seed=seed,
        progress=progress,
    )
    season = _move(scenario, state, hauling, day)
    state.end_day(scenario)
    return DayPlan(stops, season, hauling, _overnight(scenario, state, stops, hauling))


# --- baling ----------------------------------------------------------------------------------------------------------


def _bale(scenario: Scenario, ways: Ways, state: SeasonState, programme: Programme, day: date) -> tuple[BalerStop, ...]:
    wanted_t: dict[str, float] = {}
    for row in programme.rows:
        if row.bale_date == day:
            wanted_t[row.field_id] = wanted_t.get(row.field_id, 0.0) + row.dry_t
    wanted_mu, spare_mu = {}, {}
    for field_id, dry_t in wanted_t.items():
        left_mu = state.area_mu[field_id]
        yield_t = state.yield_t_per_mu(field_id)
        if left_mu <= 0 or yield_t <= 0:
            continue
        area_mu = dry_t / yield_t
        if area_mu >= NEARLY_ALL_SHARE * left_mu:
            area_mu = left_mu
        if area_mu >= min(SMALLEST_BALING_MU, left_mu):
            wanted_mu[field_id] = area_mu
            spare_mu[field_id] = left_mu - area_mu
    may_wait = {f for f in wanted_mu if _dry_days_after(scenario, scenario.field_by_id[f], day) >= DAYS_IN_HAND}
    coming_mu = _coming_mu(scenario, ways, state, programme, day, wanted_mu)
    yields = {f: state.yield_t_per_mu(f) for f in (*wanted_mu, *coming_mu)}
    return plan_baling(
        scenario, ways, day, wanted_mu, spare_mu, dry_t_per_mu=yields, may_wait=may_wait, coming_mu=coming_mu
    )


def _coming_mu(
    scenario: Scenario,
    ways: Ways,
    state: SeasonState,
    programme: Programme,
    day: date,
    wanted_mu: Mapping[str, float],
) -> dict[str, float]:
    """Whole fields that are ready and that the programme has balers in on the next dry days, with their area."""
    dry = [d for d in scenario.dates if d > day and scenario.workable_fraction(d) > 0][:COMING_DRY_DAYS]
    coming: dict[str, float] = {}
    for row in programme.rows:
        field_id = row.field_id
        ready = scenario.field_by_id[field_id].ready_date <= day
        if row.bale_date in dry and ready and field_id not in wanted_mu and state.area_mu[field_id] > 0:
            coming[field_id] = state.area_mu[field_id]
    if not coming or not wanted_mu:
        return {}
    km = ways.table(sorted(wanted_mu), list(coming), None).km.min(axis=0)
    nearest = sorted((far, f) for far, f in zip(km.tolist(), coming, strict=True) if far <= COMING_KM)
    return {f: coming[f] for _, f in nearest[:MOST_COMING]}


def _dry_days_after(scenario: Scenario, farm_field: FarmField, day: date) -> float:
    """Days of baling weather that are left in the field's window after `day`."""
    until = min(farm_field.clear_by, scenario.season_end)
    return sum(scenario.workable_fraction(d) for d in scenario.dates if day < d <= until)


def _baled_mu(stops: Sequence[BalerStop]) -> dict[str, float]:
    area: dict[str, float] = {}
    for stop in stops:
        area[stop.field_id] = area.get(stop.field_id, 0.0) + stop.area_mu
    return area


def _released(
    state: SeasonState, stops: Sequence[BalerStop]
) -> tuple[dict[str, tuple[tuple[float, float], ...]], dict[str, float]]:
    """Per field (minute, tonnes) of bales as they become ready, what lies there at minute 0; and today's tonnes.

    The tonnes of a stop are rounded down a little, so that a truck never counts on straw that rounding made.
    """
    releases: dict[str, list[tuple[float, float]]] = {}
    today: dict[str, float] = {}
    for field_id, lots in state.lots.items():
        if lots:
            releases[field_id] = [(0.0, sum(lot.dry_t for lot in lots))]
    for stop in stops:
        dry_t = stop.area_mu * state.yield_t_per_mu(stop.field_id)
        releases.setdefault(stop.field_id, []).append((float(stop.end_min), dry_t))
        today[stop.field_id] = today.get(stop.field_id, 0.0) + dry_t
    return {f: tuple(sorted(r)) for f, r in releases.items()}, today


def _with_bales_of_the_night(
    released: Mapping[str, tuple[tuple[float, float], ...]], overnight: Overnight
) -> dict[str, tuple[tuple[float, float], ...]]:
    """`released` with what yesterday's balers make after midnight ready only from then on.

    What yesterday's trucks have taken was made first, so the latest bales are those that still lie there.
    """
    ready = dict(released)
    for field_id, minute, dry_t in sorted(overnight.bales, key=lambda b: -b[1]):
        if field_id in ready and ready[field_id][0][0] <= 0:
            (start, lying_t), *later = ready[field_id]
            late_t = min(dry_t, lying_t)
            ready[field_id] = tuple(sorted([(start, lying_t - late_t), (float(minute), late_t), *later]))
    return ready


# --- wishes ----------------------------------------------------------------------------------------------------------


def _collect_wishes(
    scenario: Scenario,
    state: SeasonState,
    programme: Programme,
    day: date,
    released: Mapping[str, tuple[tuple[float, float], ...]],
    baled_today_t: Mapping[str, float],
) -> list[Wish]:
    """What leaves fields today: lying bales as the programme says; of today's bales as many tonnes as it says, but
    those that are ready first; everything that must be gone tonight."""
    lying: dict[str, dict[str, float]] = {}
    same_day_t = 0.0
    destination: dict[str, dict[str, float]] = {}
    for row in programme.rows:
        if row.haul_date == day and row.bale_date != day:
            to = lying.setdefault(row.field_id, {})
            to[row.destination_id] = to.get(row.destination_id, 0.0) + row.dry_t
        if row.bale_date == day:
            same_day_t += row.dry_t if row.haul_date == day else 0.0
        if row.field_id in baled_today_t and row.bale_date is not None and _may_go_today(scenario, row, day):
            to = destination.setdefault(row.field_id, {})
            to[row.destination_id] = to.get(row.destination_id, 0.0) + row.dry_t
    wishes: list[Wish] = []
    for field_id, to in lying.items():
        ready_t = state.baled_t(field_id) - baled_today_t.get(field_id, 0.0)
        wishes.extend(_tonnes(field_id, to, ready_t))
    today = _ready_first(scenario, released, baled_today_t, same_day_t, day)
    for field_id, dry_t in today.items():
        to = destination.get(field_id, {})
        if to:
            nearest = max(sorted(to), key=lambda d: to[d])
            wishes.extend(_tonnes(field_id, {nearest: dry_t}, dry_t))
    return _joined(wishes)


def _may_go_today(scenario: Scenario, row: SeasonRow, day: date) -> bool:
    """Whether straw of the row could go to its destination on `day` already: a plant may be approved only later."""
    if row.destination_id in scenario.yard_by_id:
        return scenario.opening_hours(scenario.yard_by_id[row.destination_id], day) is not None
    return scenario.direct_haul_allowed(scenario.field_by_id[row.field_id].town_id, row.destination_id, day)


def _ready_first(
    scenario: Scenario,
    released: Mapping[str, tuple[tuple[float, float], ...]],
    baled_today_t: Mapping[str, float],
    same_day_t: float,
    day: date,
) -> dict[str, float]:
    """Tonnes by field of today's bales to leave today, `same_day_t` in all, the first ready first."""
    last = {f: scenario.field_by_id[f].clear_by <= day for f in baled_today_t}
    ready = sorted(
        (not last[f], minute, f, dry_t) for f in baled_today_t for minute, dry_t in released[f] if minute > 0
    )
    chosen: dict[str, float] = {}
    for not_last, _, field_id, dry_t in ready:
        if not_last and same_day_t <= 0:
            continue
        chosen[field_id] = chosen.get(field_id, 0.0) + dry_t
        same_day_t -= dry_t
    return chosen


def _tonnes(field_id: str, to: Mapping[str, float], ready_t: float) -> list[Wish]:
    """The wanted tonnes by destination, the largest first, as far as there are bales."""
    wishes = []
    for destination_id in sorted(to, key=lambda d: (-to[d], d)):
        dry_t = round(min(to[destination_id], ready_t) - 5e-7, MASS_DECIMALS)
        if dry_t > SMALLEST_WISH_T:
            wishes.append(Wish((field_id,), destination_id, (dry_t,)))
            ready_t -= dry_t
    return wishes


def _joined(wishes: Sequence[Wish]) -> list[Wish]:
    """One wish per field and destination."""
    total: dict[tuple[str, str], float] = {}
    for wish in wishes:
        key = (wish.origin_ids[0], wish.destination_id)
        total[key] = round(total.get(key, 0.0) + wish.dry_t, MASS_DECIMALS)
    return [Wish((field_id,), destination_id, (dry_t,)) for (field_id, destination_id), dry_t in sorted(total.items())]


def _in_whole_loads(scenario: Scenario, ways: Ways, problem: HaulDay) -> WholeLoads:
    """The wishes in whole loads. Linehauls stay as they are, and so does what must be gone tonight, what fills no truck
    anyway, and what a plant takes in."""
    smallest_t = min((full_load_t(scenario, t.truck_class) for t in scenario.trucks), default=0.0)
    most_t, fixed = [], []
    for wish in problem.wishes:
        origin_id = wish.origin_ids[0]
        farm_field = scenario.field_by_id.get(origin_id)
        if farm_field is None:
            most_t.append(wish.dry_t)
            fixed.append(True)
            continue
        ready_t = sum(dry_t for _, dry_t in problem.released_t.get(origin_id, ()))
        others_t = sum(w.dry_t for w in problem.wishes if w.origin_ids[0] == origin_id) - wish.dry_t
        most_t.append(max(ready_t - others_t, wish.dry_t))
        to_plant = wish.destination_id not in scenario.yard_by_id
        fixed.append(farm_field.clear_by <= problem.day or ready_t <= smallest_t + SMALLEST_WISH_T or to_plant)
    arrays = haul_arrays(scenario, ways, problem)
    return whole_loads(
        arrays,
        haul_flow(arrays, shift_share=SHIFT_SHARE),
        problem.wishes,
        np.array(most_t),
        fixed=np.array(fixed, dtype=bool),
    )


def _linehaul_wishes(
    scenario: Scenario, state: SeasonState, programme: Programme, day: date, intake_left_t: Mapping[str, float]
) -> list[Wish]:
    """Linehauls in whole loads of the largest truck, what is cut off one plant going to the yard's next; no plant is
    sent more than it may take, and one that would run short today gets a load more rather than less."""
    load_t = max((full_load_t(scenario, t.truck_class) for t in scenario.trucks), default=0.0)
    if load_t <= 0:
        return []
    by_yard: dict[str, list[tuple[float, str]]] = {}
    for row in programme.linehauls:
        if row.day == day:
            by_yard.setdefault(row.yard_id, []).append((row.dry_t, row.plant_id))
    room_t = dict(intake_left_t)
    short_t = {p.plant_id: p.daily_need_t - state.stock_t[p.plant_id] for p in scenario.plants}
    wishes = []
    for yard_id, rows in sorted(by_yard.items()):
        over_t = 0.0
        for dry_t, plant_id in sorted(rows):
            wanted = (dry_t + over_t) / load_t
            loads = math.ceil(wanted - 1e-6) if short_t[plant_id] > 0 else round(wanted)
            loads = max(min(loads, math.floor(room_t[plant_id] / load_t + 1e-9)), 0)
            over_t += dry_t - loads * load_t
            room_t[plant_id] -= loads * load_t
            short_t[plant_id] -= loads * load_t
            if loads > 0:
                wishes.append(Wish((yard_id,), plant_id, (round(loads * load_t, MASS_DECIMALS),)))
    return wishes


def _within_intake(
    scenario: Scenario, state: SeasonState, wishes: Sequence[Wish]
) -> tuple[list[Wish], dict[str, float]]:
    """The wishes without what a plant may not take today (its intake, its storage tonight); and what is left to it."""
    left_t = {
        p.plant_id: max(min(p.daily_max_t, p.storage_t + p.daily_need_t - state.stock_t[p.plant_id]), 0.0)
        for p in scenario.plants
    }
    kept = []
    for wish in wishes:
        room_t = left_t.get(wish.destination_id)
        if room_t is None:
            kept.append(wish)
            continue
        dry_t = round(min(wish.dry_t, room_t) - 5e-7, MASS_DECIMALS) if wish.dry_t > room_t else wish.dry_t
        if dry_t > SMALLEST_WISH_T:
            kept.append(Wish(wish.origin_ids, wish.destination_id, (dry_t,)))
            left_t[wish.destination_id] -= dry_t
    return kept, left_t


# --- what the day moved ----------------------------------------------------------------------------------------------


def _move(scenario: Scenario, state: SeasonState, hauling: HaulingResult, day: date) -> tuple[SeasonRow, ...]:
    """Season rows of the day's hauls, bales leaving in the order in which they were baled; stocks follow."""
    moved: dict[tuple[str, date | None, str], float] = {}
    destination = {h.haul_id: h.destination_id for h in hauling.hauls}
    for stop in sorted(hauling.truck_stops, key=lambda s: (s.start_min, s.truck_id, s.seq)):
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


def _overnight(scenario: Scenario, state: SeasonState, stops: Sequence[BalerStop], hauling: HaulingResult) -> Overnight:
    late = [s for s in hauling.truck_stops if s.end_min > MINUTES_PER_DAY and s.action in ("load", "unload")]
    bookings = tuple(Booking(s.place_id, s.start_min - MINUTES_PER_DAY, s.end_min - MINUTES_PER_DAY) for s in late)
    events = []
    for stop in late:
        if stop.place_id in scenario.yard_by_id:
            minute = (stop.start_min if stop.action == "load" else stop.end_min) - MINUTES_PER_DAY
            if minute > 0:
                events.append(StockEvent(stop.place_id, minute, -stop.dry_t if stop.action == "load" else stop.dry_t))
    bales = tuple(
        (s.field_id, s.end_min - MINUTES_PER_DAY, s.area_mu * state.yield_t_per_mu(s.field_id))
        for s in stops
        if s.end_min > MINUTES_PER_DAY
    )
    return Overnight(bookings, tuple(events), bales)


def stops_of(days: Sequence[DayPlan]) -> tuple[tuple[BalerStop, ...], tuple[Haul, ...], tuple[TruckStop, ...]]:
    """All baler stops, hauls and truck stops of the days, in order."""
    return (
        tuple(s for d in days for s in d.baler_stops),
        tuple(h for d in days for h in d.hauling.hauls),
        tuple(s for d in days for s in d.hauling.truck_stops),
    )
