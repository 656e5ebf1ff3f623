"""The hauls of a day as a problem: what is wanted, when bales are ready, who may drive, what is already booked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from solver.roads.ways import Ways
from solver.scenario import MINUTES_PER_DAY, EndUsePlant, Scenario, TransferYard
from solver.season.geometry import full_load_t

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

HORIZON_MIN = 2 * MINUTES_PER_DAY
LARGEST_TOUR = 4
# Less is no wish; tonnes are kept to the gram.
SMALLEST_WISH_T = 0.005
MASS_DECIMALS = 6
# More bays than any place has: in `HaulArrays.blocked`, a place that is closed.
CLOSED = 1000


@dataclass(frozen=True, slots=True)
class Wish:
    """Straw that the season wants moved today.

    One origin: it may be cut into loads of any admitted class, `parts_t` holds all of it. Several origins: one load
    that takes `parts_t` from each in this order.
    """

    origin_ids: tuple[str, ...]
    destination_id: str
    parts_t: tuple[float, ...]

    @property
    def dry_t(self) -> float:
        return sum(self.parts_t)


@dataclass(frozen=True, slots=True)
class Booking:
    """A bay held by a truck of an earlier date, in minutes of this day (they may lie before 0)."""

    place_id: str
    start_min: int
    end_min: int


@dataclass(frozen=True, slots=True)
class StockEvent:
    """Straw that joins (+) or leaves (-) a yard through a truck of an earlier date, in minutes of this day."""

    yard_id: str
    minute: int
    dry_t: float


@dataclass(frozen=True)
class HaulDay:
    """`released_t`: per field, (minute, tonnes) of bales that become ready then; minute 0 for what lies there.

    `stock_t`: per yard, tonnes at the day's beginning.
    """

    day: date
    wishes: tuple[Wish, ...]
    released_t: Mapping[str, tuple[tuple[float, float], ...]]
    stock_t: Mapping[str, float]
    bookings: tuple[Booking, ...] = ()
    stock_events: tuple[StockEvent, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class HaulArrays:
    """The day as arrays: P places (hubs first, then the fields of the wishes), C classes, T trucks, W wishes.

    `travel_min`, `travel_km`: (C, P, P). `bays`: (P,). `blocked`: (P, HORIZON_MIN) bays taken by others, CLOSED where
    the place is closed. `slack_t`: (P, HORIZON_MIN) for a field the bales ready, for a yard the stock, at each minute.
    `capacity_t`: (P,) room of a yard, inf elsewhere. Wishes: `origins` (W, LARGEST_TOUR) places or -1, `parts_t`,
    `destination` (W,), `wanted_t` (W,), `admitted` (W, C), `is_tour` (W,). Trucks: class, home, shift in
    minutes, prices.
    """

    place_ids: tuple[str, ...]
    hubs: int
    yards: int
    classes: tuple[str, ...]
    load_t: Floats
    travel_min: Floats
    travel_km: Floats
    bays: Ints
    blocked: npt.NDArray[np.int16]
    slack_t: Floats
    capacity_t: Floats
    origins: Ints
    parts_t: Floats
    destination: Ints
    wanted_t: Floats
    admitted: Bools
    is_tour: Bools
    truck_ids: tuple[str, ...]
    truck_class: Ints
    truck_home: Ints
    shift_start: Floats
    shift_end: Floats
    yuan_per_day: Floats
    yuan_per_min: Floats
    yuan_per_km: Floats
    load_min_per_t: float
    unload_min_per_t: float
    value_yuan_per_t: float = 0.0
    weigh_min: float = 0.0


def haul_arrays(scenario: Scenario, ways: Ways, problem: HaulDay) -> HaulArrays:
    """The arrays of a day. Wishes to places unknown to the scenario raise KeyError."""
    hub_ids = [y.yard_id for y in scenario.yards] + [p.plant_id for p in scenario.plants]
    fields = sorted({o for w in problem.wishes for o in w.origin_ids if o in scenario.field_by_id})
    place_ids = (*hub_ids, *fields)
    place = {p: i for i, p in enumerate(place_ids)}
    shifts = {t.truck_id: scenario.shift_without_outages("truck", t, problem.day) for t in scenario.trucks}
    trucks = [t for t in scenario.trucks if shifts[t.truck_id][1] > shifts[t.truck_id][0]]
    in_fleet = {t.truck_class for t in trucks}
    classes = tuple(c.truck_class for c in scenario.truck_classes if c.truck_class in in_fleet)
    tables = [ways.table(place_ids, place_ids, c) for c in classes]
    count = len(place_ids)
    hours = np.stack([t.hours for t in tables]) if tables else np.zeros((0, count, count))
    km = np.stack([t.km for t in tables]) if tables else np.zeros((0, count, count))
    bays = np.ones(count, dtype=np.int64)
    for i, hub in enumerate(scenario.hubs):
        bays[i] = hub.bays
    origins = np.full((len(problem.wishes), LARGEST_TOUR), -1)
    parts = np.zeros((len(problem.wishes), LARGEST_TOUR))
    for i, wish in enumerate(problem.wishes):
        for j, (origin, part_t) in enumerate(zip(wish.origin_ids, wish.parts_t, strict=True)):
            origins[i, j], parts[i, j] = place[origin], part_t
    load_t = np.array([full_load_t(scenario, c) for c in classes])
    class_number = {c: i for i, c in enumerate(classes)}
    capacity = np.full(count, np.inf)
    for i, yard in enumerate(scenario.yards):
        capacity[i] = yard.capacity_t
    return HaulArrays(
        place_ids=place_ids,
        hubs=len(hub_ids),
        yards=len(scenario.yards),
        classes=classes,
        load_t=load_t,
        travel_min=hours * 60.0,
        travel_km=km,
        bays=bays,
        blocked=_blocked(scenario, problem, place, bays),
        slack_t=_slack(scenario, problem, place),
        capacity_t=capacity,
        origins=origins,
        parts_t=parts,
        destination=np.array([place[w.destination_id] for w in problem.wishes], dtype=np.int64),
        wanted_t=np.array([w.dry_t for w in problem.wishes]),
        admitted=_admitted(scenario, problem, classes, load_t),
        is_tour=np.array([len(w.origin_ids) > 1 for w in problem.wishes], dtype=bool),
        truck_ids=tuple(t.truck_id for t in trucks),
        truck_class=np.array([class_number[t.truck_class] for t in trucks], dtype=np.int64),
        truck_home=np.array([place[t.home_yard_id] for t in trucks], dtype=np.int64),
        shift_start=np.array([shifts[t.truck_id][0] for t in trucks]),
        shift_end=np.array([shifts[t.truck_id][1] for t in trucks]),
        yuan_per_day=np.array([t.yuan_per_day for t in trucks]),
        yuan_per_min=np.array([t.yuan_per_h / 60.0 for t in trucks]),
        yuan_per_km=np.array([t.yuan_per_km for t in trucks]),
        load_min_per_t=scenario.load_minutes_per_t,
        unload_min_per_t=scenario.unload_minutes_per_t,
        value_yuan_per_t=scenario.value_yuan_per_t,
        weigh_min=scenario.weigh_minutes,
    )


def _admitted(scenario: Scenario, problem: HaulDay, classes: tuple[str, ...], load_t: Floats) -> Bools:
    """Which class may take a wish: it reaches every origin and, for a tour, holds the whole load."""
    admitted = np.ones((len(problem.wishes), len(classes)), dtype=bool)
    for i, wish in enumerate(problem.wishes):
        for origin in wish.origin_ids:
            farm_field = scenario.field_by_id.get(origin)
            if farm_field is not None:
                admitted[i] &= np.array([scenario.admits(farm_field, c) for c in classes], dtype=bool)
        if len(wish.origin_ids) > 1:
            admitted[i] &= load_t >= wish.dry_t - 1e-9
    return admitted


def _blocked(scenario: Scenario, problem: HaulDay, place: Mapping[str, int], bays: Ints) -> npt.NDArray[np.int16]:
    blocked = np.zeros((len(place), HORIZON_MIN), dtype=np.int16)
    for hub in scenario.hubs:
        row = place[hub.yard_id if isinstance(hub, TransferYard) else hub.plant_id]
        blocked[row] = np.where(_open_minutes(scenario, hub, problem.day), 0, CLOSED)
    for outage in scenario.outages_on(problem.day):
        if outage.kind == "place" and outage.own_id in place:
            out = CLOSED if outage.bays is None else outage.bays
            blocked[place[outage.own_id], max(outage.from_min, 0) : outage.until_min] += out
    for booking in problem.bookings:
        if booking.place_id in place:
            blocked[place[booking.place_id], max(booking.start_min, 0) : max(booking.end_min, 0)] += 1
    return blocked


def _open_minutes(scenario: Scenario, hub: TransferYard | EndUsePlant, day: date) -> Bools:
    """Which minutes from the day's midnight on the place is open, hours of the days around it included."""
    open_ = np.zeros(HORIZON_MIN, dtype=bool)
    first = day.toordinal()
    for offset in (-1, 0, 1):
        hours = scenario.opening_hours(hub, date.fromordinal(first + offset))
        if hours is not None:
            shift = offset * MINUTES_PER_DAY
            open_[max(hours.open_min + shift, 0) : max(hours.close_min + shift, 0)] = True
    if isinstance(hub, TransferYard) and hub.opens_on is not None and day < hub.opens_on:
        open_[:] = False  # judged by the row's date
    return open_


def _slack(scenario: Scenario, problem: HaulDay, place: Mapping[str, int]) -> Floats:
    slack = np.zeros((len(place), HORIZON_MIN))
    for yard in scenario.yards:
        slack[place[yard.yard_id]] = problem.stock_t[yard.yard_id]
    for event in problem.stock_events:
        slack[place[event.yard_id], max(event.minute, 0) :] += event.dry_t
    for field_id, releases in problem.released_t.items():
        if field_id in place:
            for minute, dry_t in releases:
                slack[place[field_id], int(minute) :] += dry_t
    return slack
