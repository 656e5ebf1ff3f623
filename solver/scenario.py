"""The planner's problem as frozen values: what the scenario folder says, already free of faults.

Masses are tonnes of dry straw, areas mu, coordinates WGS-84 degrees. A clock time is whole minutes after the
midnight that begins its date; a time past the next midnight is above 1440.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt

MINUTES_PER_DAY = 1440
EARTH_RADIUS_KM = 6371.0088
CROPS = ("rice", "wheat", "rape", "maize", "soybean")
OUTAGE_KINDS = ("place", "truck", "baler")
USES = ("fertiliser", "feed", "fuel", "substrate", "material")
SNAP_LIMIT_M = 3000.0
SNAP_WARNING_M = 500.0


@dataclass(frozen=True, slots=True)
class Town:
    town_id: str
    name: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class FarmField:
    """One grower's block of plots.

    `dry_straw_t` is all straw on it, `already_baled_t` the part that lies baled when the season starts; `area_mu`
    is what is still to be baled and yields the difference. `max_truck_class` None admits every class.
    """

    field_id: str
    town_id: str
    grower: str
    lon: float
    lat: float
    area_mu: float
    crop: str
    dry_straw_t: float
    ready_date: date
    clear_by: date
    max_truck_class: str | None = None
    already_baled_t: float = 0.0

    @property
    def to_bale_t(self) -> float:
        """Straw that the `area_mu` still to be baled yields, tonnes."""
        return self.dry_straw_t - self.already_baled_t


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Open from `open_min` to `close_min`, minutes after the date's midnight; `close_min` may pass 1440."""

    open_min: int
    close_min: int


@dataclass(frozen=True, slots=True)
class TransferYard:
    """`opens_on` None: serves from the season's start."""

    yard_id: str
    town_id: str
    name: str
    lon: float
    lat: float
    area_mu: float
    capacity_t: float
    opening_stock_t: float
    bays: int
    hours: OpeningHours
    opens_on: date | None = None
    adjacent_plant_id: str | None = None


@dataclass(frozen=True, slots=True)
class EndUsePlant:
    plant_id: str
    town_id: str
    name: str
    lon: float
    lat: float
    use: str
    daily_need_t: float
    daily_max_t: float
    storage_t: float
    opening_stock_t: float
    bays: int
    hours: OpeningHours


@dataclass(frozen=True, slots=True)
class Baler:
    baler_id: str
    home_yard_id: str
    rate_mu_per_h: float
    road_speed_km_h: float
    shift_start_min: int
    shift_hours: float
    yuan_per_h: float
    yuan_per_km: float


@dataclass(frozen=True, slots=True)
class TruckClass:
    truck_class: str
    rank: int
    payload_t: float
    bale_capacity: int


@dataclass(frozen=True, slots=True)
class Truck:
    truck_id: str
    truck_class: str
    home_yard_id: str
    shift_start_min: int
    shift_hours: float
    yuan_per_day: float
    yuan_per_h: float
    yuan_per_km: float


@dataclass(frozen=True, slots=True)
class DirectHaulApproval:
    """Fields of `town_id` may be hauled straight to `plant_id` (H13); both dates included."""

    town_id: str
    plant_id: str
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class Outage:
    """From `from_min` to `until_min` of `day` a place, truck or baler (`kind`) does not work: a place serves nobody,
    or has `bays` fewer; a machine neither loads, unloads nor bales, but it may drive home."""

    kind: str
    own_id: str
    day: date
    from_min: int
    until_min: int
    bays: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RoadNetwork:
    """A directed road graph as parallel arrays; N nodes, E edges.

    `node_lon`, `node_lat`: (N,) degrees. `edge_from`, `edge_to`: (E,) indices of nodes. `edge_length_m`,
    `edge_travel_time_s`: (E,). `edge_max_rank`: (E,) the highest truck-class rank an edge admits, -1 where it
    admits every class. `edge_road_class`: (E,) index into `road_classes`, for drawing only.
    """

    node_lon: npt.NDArray[np.float64]
    node_lat: npt.NDArray[np.float64]
    edge_from: npt.NDArray[np.int64]
    edge_to: npt.NDArray[np.int64]
    edge_length_m: npt.NDArray[np.float64]
    edge_travel_time_s: npt.NDArray[np.float64]
    edge_max_rank: npt.NDArray[np.int64]
    edge_road_class: npt.NDArray[np.int64]
    road_classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scenario:
    name: str
    timezone: str
    season_start: date
    season_end: date
    detour_factor: float
    road_speed_km_h: float
    load_minutes_per_t: float
    unload_minutes_per_t: float
    value_yuan_per_t: float
    shortage_yuan_per_t: float
    lateness_yuan_per_t_day: float
    towns: tuple[Town, ...]
    fields: tuple[FarmField, ...]
    yards: tuple[TransferYard, ...]
    plants: tuple[EndUsePlant, ...]
    balers: tuple[Baler, ...]
    truck_classes: tuple[TruckClass, ...]
    trucks: tuple[Truck, ...]
    workable_fraction_by_date: dict[date, float] = field(default_factory=dict)
    direct_hauls: tuple[DirectHaulApproval, ...] = ()
    hours_by_place_and_date: dict[tuple[str, date], OpeningHours | None] = field(default_factory=dict)
    outages: tuple[Outage, ...] = ()
    weigh_minutes: float = 0.0
    bale_dry_t: float = 0.1
    roads: RoadNetwork | None = None

    @cached_property
    def dates(self) -> tuple[date, ...]:
        """Every calendar day from `season_start` to `season_end`."""
        days = (self.season_end - self.season_start).days + 1
        return tuple(self.season_start + timedelta(days=i) for i in range(days))

    @cached_property
    def field_by_id(self) -> dict[str, FarmField]:
        return {f.field_id: f for f in self.fields}

    @cached_property
    def yard_by_id(self) -> dict[str, TransferYard]:
        return {y.yard_id: y for y in self.yards}

    @cached_property
    def plant_by_id(self) -> dict[str, EndUsePlant]:
        return {p.plant_id: p for p in self.plants}

    @cached_property
    def hubs(self) -> tuple[TransferYard | EndUsePlant, ...]:
        """The yards, then the plants: the places that have bays."""
        return (*self.yards, *self.plants)

    @cached_property
    def baler_by_id(self) -> dict[str, Baler]:
        return {b.baler_id: b for b in self.balers}

    @cached_property
    def truck_by_id(self) -> dict[str, Truck]:
        return {t.truck_id: t for t in self.trucks}

    @cached_property
    def class_by_name(self) -> dict[str, TruckClass]:
        return {c.truck_class: c for c in self.truck_classes}

    def workable_fraction(self, day: date) -> float:
        """Share of a baler's shift in which straw can be baled that day; 1 where the weather says nothing."""
        return self.workable_fraction_by_date.get(day, 1.0)

    def opening_hours(self, place: TransferYard | EndUsePlant, day: date) -> OpeningHours | None:
        """Hours of `place` on `day`; None where it is closed or, for a yard, not yet opened."""
        if isinstance(place, TransferYard) and place.opens_on is not None and day < place.opens_on:
            return None
        place_id = place.yard_id if isinstance(place, TransferYard) else place.plant_id
        return self.hours_by_place_and_date.get((place_id, day), place.hours)

    @cached_property
    def _outages_by_day(self) -> dict[date, list[Outage]]:
        by_day: dict[date, list[Outage]] = {}
        for outage in self.outages:
            by_day.setdefault(outage.day, []).append(outage)
        return by_day

    def outages_on(self, day: date) -> tuple[Outage, ...]:
        """The outages that reach into `day` or the night after it, in minutes of that day."""
        found: list[Outage] = []
        for offset in (-1, 0, 1):
            shift = offset * MINUTES_PER_DAY
            found.extend(
                replace(outage, day=day, from_min=outage.from_min + shift, until_min=outage.until_min + shift)
                for outage in self._outages_by_day.get(day + timedelta(days=offset), ())
                if outage.until_min + shift > 0
            )
        return tuple(found)

    def shift_without_outages(self, kind: str, machine: Truck | Baler, day: date) -> tuple[float, float]:
        """The longest part of the shift of a truck or baler without an outage, in minutes of `day`."""
        own_id = machine.truck_id if isinstance(machine, Truck) else machine.baler_id
        start = float(machine.shift_start_min)
        end = start + min(machine.shift_hours, 24.0) * 60.0
        longest, free = (start, start), start
        for outage in sorted(self.outages_on(day), key=lambda o: o.from_min):
            if outage.kind == kind and outage.own_id == own_id:
                longest = max(longest, (free, min(float(outage.from_min), end)), key=lambda part: part[1] - part[0])
                free = max(free, float(outage.until_min))
        return max(longest, (free, end), key=lambda part: part[1] - part[0])

    def admits(self, farm_field: FarmField, truck_class: str) -> bool:
        """Whether a truck of `truck_class` may be sent to the field (same or lower rank than its limit)."""
        if farm_field.max_truck_class is None:
            return True
        limit = self.class_by_name[farm_field.max_truck_class]
        return self.class_by_name[truck_class].rank <= limit.rank

    def direct_haul_allowed(self, town_id: str, plant_id: str, day: date) -> bool:
        """Whether an approval (H13) covers a haul from the town's fields to the plant that day."""
        return any(
            a.town_id == town_id and a.plant_id == plant_id and a.valid_from <= day <= a.valid_until
            for a in self.direct_hauls
        )
