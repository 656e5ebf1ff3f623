"""The season's programme: which field is baled on which day, when its straw leaves and where it goes.

A linear program: every field's baling by day; the bales of a neighbourhood (fields with the same two nearest yards,
truck limit and town) by bale date, haul date and destination; linehaul by truck class; with truck hours by class,
baler hours by home region and weather, bays, yard room and plant stock carried from day to day. Afterwards the bales
of a neighbourhood are handed out to its fields. Fields one by one over all dates and destinations would be half a
million columns and minutes; neighbourhoods are a tenth of that and seconds.

It is a plan in tonnes: the days turn it into stops and clock times. Truck work is measured as round trips to the
destination, so its cost is an estimate; `season_bound` gives the proven bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from solver.linear_program import LinearProgram, Method, Solution
from solver.plan import SeasonRow
from solver.scenario import MINUTES_PER_DAY, Scenario
from solver.season_geometry import SeasonGeometry
from solver.season_state import SeasonState

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Yards offered to a field, and nights its bales may wait: more before rain, when trucks outlast balers.
YARDS_OFFERED = 4
NIGHTS_OFFERED = 2
NIGHTS_OFFERED_BEFORE_RAIN = 4
# Shares of a limit that a day's plan can be expected to use; the rest goes into driving to the first job, queues, ends.
BALER_SHIFT_SHARE = 0.90
TRUCK_SHIFT_SHARE = 0.88
BAY_SHARE = 0.80
YARD_ROOM_SHARE = 0.90
SAME_DAY_SHARE = 0.6
OWN_TOWN_YUAN_PER_T = 3.0
NIGHTS_OFFERED_LYING = 6
SMALLEST_ROW_T = 0.05
METHOD: Method = "barrier"


@dataclass(frozen=True, slots=True)
class LinehaulRow:
    """Tonnes that a day moves from a yard to a plant."""

    day: date
    yard_id: str
    plant_id: str
    dry_t: float


@dataclass(frozen=True, slots=True)
class Programme:
    """What the season wants. `cost_yuan` is the program's own estimate, `binding` the days on which a limit binds."""

    rows: tuple[SeasonRow, ...]
    linehauls: tuple[LinehaulRow, ...]
    cost_yuan: float
    binding: Mapping[str, int] = field(default_factory=dict)
    blocked_by: Mapping[str, str] = field(default_factory=dict)


def season_programme(scenario: Scenario, geometry: SeasonGeometry, state: SeasonState, first_day: date) -> Programme:
    """The programme from `first_day` to the season's end for what `state` leaves to be done."""
    return _Season(scenario, geometry, state, first_day).solve()


@dataclass(slots=True)
class _Pools:
    """Bales by neighbourhood and bale day. A pool is either the fields of a neighbourhood baled on one day or one
    field whose bales lie there already (`bale_day` -1, `field` its number, else -1)."""

    neighbourhood: Ints
    bale_day: Ints
    urgent: npt.NDArray[np.bool_]
    field: Ints


@dataclass(slots=True)
class _Hauls:
    """One entry per (pool, haul day, hub): the LP column and its mean round trip in hours."""

    pool: Ints
    haul_day: Ints
    hub: Ints
    trip_h: Floats
    tier: Ints
    index: Ints


class _Season:
    def __init__(self, scenario: Scenario, geometry: SeasonGeometry, state: SeasonState, first_day: date) -> None:
        self.scenario, self.geometry, self.state, self.first_day = scenario, geometry, state, first_day
        self.days = tuple(d for d in scenario.dates if d >= first_day)
        self.fraction = np.array([scenario.workable_fraction(d) for d in self.days])
        self.hub_open = np.array([[self._open_min(h, d) for h in range(len(geometry.hub_ids))] for d in self.days])
        self.to_bale = np.array([state.to_bale_t[f] for f in geometry.field_ids])
        self.baled = np.array([state.baled_t(f) for f in geometry.field_ids])
        self.area = np.array([state.area_mu[f] for f in geometry.field_ids])
        last = len(self.days) - 1
        self.ready = np.array([max((f.ready_date - first_day).days, 0) for f in scenario.fields], dtype=np.int64)
        self.clear = np.array([min((f.clear_by - first_day).days, last) for f in scenario.fields], dtype=np.int64)
        self._find_neighbourhoods()
        self.lp = LinearProgram()

    def solve(self) -> Programme:
        self._baling_columns()
        self._pool_rows()
        hauls = self._haul_columns()
        self._baler_rows()
        linehaul = self._linehaul_columns()
        self._yard_stock(hauls, linehaul)
        self._plant_stock(hauls, linehaul)
        self._bay_rows(hauls, linehaul)
        self._truck_rows(hauls, linehaul)
        solution = self.lp.solve(method=METHOD)
        return self._programme(solution, hauls, linehaul)

    # --- neighbourhoods and pools ------------------------------------------------------------------------------------

    def _find_neighbourhoods(self) -> None:
        """Fields with the same two nearest yards, truck limit and town, and the mean round trips of each."""
        geometry = self.geometry
        trips = np.where(np.isfinite(geometry.round_trip_h), geometry.round_trip_h, 1e3)
        order = np.argsort(trips[:, : geometry.yards], axis=1, kind="stable")
        self.region = order[:, 0] if geometry.yards else np.zeros(len(trips), dtype=np.int64)
        town_number = {t.town_id: i for i, t in enumerate(self.scenario.towns)}
        town = np.array([town_number[f.town_id] for f in self.scenario.fields], dtype=np.int64)
        keys = np.column_stack([order[:, :2], geometry.tier, town])
        unique, self.neighbourhood = np.unique(keys, axis=0, return_inverse=True)
        self.neighbourhood = self.neighbourhood.ravel()
        self.neighbourhood_tier, self.neighbourhood_town = unique[:, -2], unique[:, -1]
        weight = np.maximum(self.to_bale + self.baled, 1e-9)
        total = np.bincount(self.neighbourhood, weights=weight)
        self.mean_trip_h = np.stack(
            [np.bincount(self.neighbourhood, weights=weight * trips[:, h]) / total for h in range(trips.shape[1])],
            axis=1,
        ).reshape(len(unique), trips.shape[1])
        self.mean_trip_h[self.mean_trip_h >= 500] = np.inf
        self.trips = trips

    def _baling_columns(self) -> None:
        """Tonnes of a field baled on a dry day of its window; a field off the mean pays its longer way here."""
        dry = np.flatnonzero(self.fraction > 0)
        usable = (self.to_bale > 1e-6) & (self.geometry.tier >= 0)
        pairs = [
            (f, b)
            for f in np.flatnonzero(usable)
            for b in dry[np.searchsorted(dry, self.ready[f]) : np.searchsorted(dry, self.clear[f], side="right")]
        ]
        self.bale_field, self.bale_day = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        mean = self.mean_trip_h[self.neighbourhood[self.bale_field], self.region[self.bale_field]]
        detour_h = self.trips[self.bale_field, self.region[self.bale_field]] - np.where(np.isfinite(mean), mean, 0.0)
        per_h = np.array([self._yuan_per_hour_driven(tier) for tier in range(len(self.geometry.classes))])
        tier = self.geometry.tier[self.bale_field]
        cost = detour_h * per_h[tier] / self.geometry.load_t[tier]
        self.bale_column = self.lp.add_columns(len(self.bale_field), cost=cost)
        straw = self.lp.add_rows(len(self.to_bale), upper=self.to_bale)
        self.lp.add_entries(straw[self.bale_field], self.bale_column, 1.0)

    def _pool_rows(self) -> None:
        """What leaves a pool is at most what was baled into it; bales of a field's last day must leave that day."""
        urgent = self.bale_day == self.clear[self.bale_field]
        keys = np.column_stack([self.neighbourhood[self.bale_field], self.bale_day, urgent])
        unique, self.bale_pool = np.unique(keys, axis=0, return_inverse=True)
        self.bale_pool = self.bale_pool.ravel()
        lying = np.flatnonzero((self.baled > 1e-6) & (self.geometry.tier >= 0))
        self.pools = _Pools(
            neighbourhood=np.concatenate([unique[:, 0], self.neighbourhood[lying]]),
            bale_day=np.concatenate([unique[:, 1], np.full(len(lying), -1)]),
            urgent=np.concatenate([unique[:, 2] > 0, np.zeros(len(lying), dtype=bool)]),
            field=np.concatenate([np.full(len(unique), -1), lying]),
        )
        upper = np.concatenate([np.zeros(len(unique)), self.baled[lying]])
        self.pool_rows = self.lp.add_rows(len(upper), upper=upper)
        self.lp.add_entries(self.pool_rows[self.bale_pool], self.bale_column, -1.0)

    # --- columns ---------------------------------------------------------------------------------------------------

    def _haul_columns(self) -> _Hauls:
        """Every way a pool's straw can leave: tonight or some nights later, to a near yard or an approved plant."""
        pools = self.pools
        dry = self.fraction > 0
        last = len(self.days) - 1
        lying = pools.bale_day < 0
        picks: list[tuple[Ints, Ints]] = []
        for nights in range(NIGHTS_OFFERED_BEFORE_RAIN + 1):
            day = pools.bale_day + nights
            keep = ~lying & (day <= last) & (~pools.urgent | (nights == 0))
            if nights > NIGHTS_OFFERED:
                rain_comes = np.array([not dry[b + 1 : b + nights + 1].all() for b in pools.bale_day])
                keep &= rain_comes
            picks.append((np.flatnonzero(keep), day[keep]))
        for nights in range(NIGHTS_OFFERED_LYING + 1):
            keep = lying & (self.clear[np.maximum(pools.field, 0)] >= nights) & (nights <= last)
            picks.append((np.flatnonzero(keep), np.full(int(keep.sum()), nights)))
        pool, day = (np.concatenate([p[i] for p in picks]) for i in range(2))
        return self._with_destinations(pool, day)

    def _with_destinations(self, pool: Ints, day: Ints) -> _Hauls:
        pools, yards = self.pools, self.geometry.yards
        one_field = pools.field >= 0
        trip = np.where(
            one_field[:, None], self.trips[np.maximum(pools.field, 0)], self.mean_trip_h[pools.neighbourhood]
        )
        trip[trip >= 500] = np.inf
        offered = np.argsort(trip[:, :yards], axis=1, kind="stable")[:, :YARDS_OFFERED]
        picks = [(pool, day, offered[pool, k]) for k in range(offered.shape[1])]
        towns = [t.town_id for t in self.scenario.towns]
        for approval in self.scenario.direct_hauls:
            hub = self.geometry.hub_ids.index(approval.plant_id)
            first = (approval.valid_from - self.first_day).days
            until = (approval.valid_until - self.first_day).days
            own = self.neighbourhood_town[pools.neighbourhood[pool]] == towns.index(approval.town_id)
            keep = own & (day >= first) & (day <= until)
            picks.append((pool[keep], day[keep], np.full(int(keep.sum()), hub)))
        pool, day, hub = (np.concatenate([p[i] for p in picks]) for i in range(3))
        scenario = self.scenario
        nights = np.where(pools.bale_day[pool] < 0, day, day - pools.bale_day[pool])
        worth = scenario.value_yuan_per_t - scenario.lateness_yuan_per_t_day * nights
        usable = np.isfinite(trip[pool, hub]) & (self.hub_open[day, hub] > 0) & (worth > 0)
        pool, day, hub = pool[usable], day[usable], hub[usable]
        index = self.lp.add_columns(len(pool), cost=-worth[usable])
        self.lp.add_entries(self.pool_rows[pool], index, 1.0)
        fresh = pools.bale_day[pool] >= 0
        released = self.lp.add_rows(len(self.days), upper=0.0)
        value = np.where(day == pools.bale_day[pool], 1.0 - SAME_DAY_SHARE, -SAME_DAY_SHARE)
        self.lp.add_entries(released[pools.bale_day[pool][fresh]], index[fresh], value[fresh])
        tier = self.neighbourhood_tier[pools.neighbourhood[pool]]
        return _Hauls(pool, day, hub, trip[pool, hub], tier, index)

    def _linehaul_columns(self) -> Ints:
        """Tonnes from yard to plant by truck class: columns (days, yards, plants, classes)."""
        scenario, geometry, days = self.scenario, self.geometry, len(self.days)
        yards, plants, classes = geometry.yards, len(scenario.plants), len(geometry.classes)
        trip_h, trip_km = self._linehaul_trips()
        open_both = np.minimum(self.hub_open[:, :yards, None], self.hub_open[:, None, yards:]) > 0
        passable = np.isfinite(trip_h)
        rates = self._class_rates()
        cost = np.zeros((yards, plants, classes))
        self.linehaul_h_per_t = np.zeros((yards, plants, classes))
        for cls in range(classes):
            hours = self._service_hours_per_t()[cls] + np.where(passable[cls], trip_h[cls], 0.0) / geometry.load_t[cls]
            self.linehaul_h_per_t[:, :, cls] = hours
            km = np.where(passable[cls], trip_km[cls], 0.0) / geometry.load_t[cls]
            cost[:, :, cls] = hours * rates[cls][0] + km * rates[cls][1]
        own = np.array([[y.town_id == p.town_id for p in scenario.plants] for y in scenario.yards]).reshape(
            yards, plants
        )
        cost -= OWN_TOWN_YUAN_PER_T * own[:, :, None]
        upper = np.where(open_both[..., None] & np.moveaxis(passable, 0, -1)[None], np.inf, 0.0)
        shape = (days, yards, plants, classes)
        columns = self.lp.add_columns(
            days * yards * plants * classes, cost=np.broadcast_to(cost, shape).ravel(), upper=upper.ravel()
        )
        return columns.reshape(shape)

    # --- rows ------------------------------------------------------------------------------------------------------

    def _baler_rows(self) -> None:
        """Baler hours by home region: a field's region draws them from the homes around it."""
        scenario, yards = self.scenario, self.geometry.yards
        homes: dict[str, list[int]] = {}
        for number, baler in enumerate(scenario.balers):
            homes.setdefault(baler.home_yard_id, []).append(number)
        days = len(self.days)
        hub_km = self.geometry.hub_km[0] if self.geometry.classes else np.zeros((yards, yards))
        demand = self.lp.add_rows(days * yards, upper=0.0).reshape(days, yards)
        rate = np.mean([b.rate_mu_per_h for b in scenario.balers]) if scenario.balers else 1.0
        hours_per_t = np.divide(self.area, np.maximum(self.to_bale, 1e-9)) / rate
        field_ = self.bale_field
        self.lp.add_entries(demand[self.bale_day, self.region[field_]], self.bale_column, hours_per_t[field_])
        self.baler_rows: list[Ints] = []
        for home_id, numbers in homes.items():
            home = self.geometry.hub_ids.index(home_id)
            balers = [scenario.balers[i] for i in numbers]
            shift_h = sum(b.shift_hours for b in balers)
            hours = np.minimum(self.fraction, BALER_SHIFT_SHARE) * shift_h
            supply = self.lp.add_rows(days, upper=hours)
            self.baler_rows.append(supply)
            for region in range(yards):
                km = hub_km[home, region] if np.isfinite(hub_km[home, region]) else 50.0
                per_day_h = max(balers[0].shift_hours * BALER_SHIFT_SHARE, 1.0)
                travel_yuan = 2 * km * (balers[0].yuan_per_km + balers[0].yuan_per_h / balers[0].road_speed_km_h)
                columns = self.lp.add_columns(days, cost=balers[0].yuan_per_h + travel_yuan / per_day_h)
                lost = 1.0 + 2 * km / balers[0].road_speed_km_h / per_day_h
                self.lp.add_entries(supply, columns, lost)
                self.lp.add_entries(demand[:, region], columns, -1.0)

    def _yard_stock(self, c: _Hauls, linehaul: Ints) -> None:
        scenario, days, yards = self.scenario, len(self.days), self.geometry.yards
        opening = np.array([self.state.stock_t[y.yard_id] for y in scenario.yards])
        room = np.array([y.capacity_t for y in scenario.yards]) * YARD_ROOM_SHARE
        room = np.maximum(room, opening)
        stock = self.lp.add_columns(days * yards, upper=np.tile(room, days)).reshape(days, yards)
        # closing = opening + in − out, day by day
        start = np.zeros((days, yards))
        start[0] = opening
        carry = self.lp.add_rows(days * yards, lower=start.ravel(), upper=start.ravel()).reshape(days, yards)
        self.lp.add_entries(carry, stock, 1.0)
        self.lp.add_entries(carry[1:], stock[:-1], -1.0)
        day, yard, _, _ = np.indices(linehaul.shape)
        self.lp.add_entries(carry[day, yard], linehaul, 1.0)
        to_yard = c.hub < yards
        self.lp.add_entries(carry[c.haul_day[to_yard], c.hub[to_yard]], c.index[to_yard], -1.0)
        # a day's linehaul lives from the morning's stock and half of what comes in
        ready = self.lp.add_rows(days * yards, upper=start.ravel()).reshape(days, yards)
        self.lp.add_entries(ready[day, yard], linehaul, 1.0)
        self.lp.add_entries(ready[1:], stock[:-1], -1.0)
        self.lp.add_entries(ready[c.haul_day[to_yard], c.hub[to_yard]], c.index[to_yard], -0.5)
        self.stock_columns, self.room_t = stock, room

    def _plant_stock(self, c: _Hauls, linehaul: Ints) -> None:
        scenario, days = self.scenario, len(self.days)
        yards, plants = self.geometry.yards, len(scenario.plants)
        opening = np.array([self.state.stock_t[p.plant_id] for p in scenario.plants])
        need = np.array([p.daily_need_t for p in scenario.plants])
        storage = np.maximum(np.array([p.storage_t for p in scenario.plants]), opening)
        stock = self.lp.add_columns(days * plants, upper=np.tile(storage, days)).reshape(days, plants)
        short = self.lp.add_columns(days * plants, cost=scenario.shortage_yuan_per_t).reshape(days, plants)
        start = np.tile(-need, (days, 1))
        start[0] += opening
        carry = self.lp.add_rows(days * plants, lower=start.ravel(), upper=start.ravel()).reshape(days, plants)
        self.lp.add_entries(carry, stock, 1.0)
        self.lp.add_entries(carry[1:], stock[:-1], -1.0)
        self.lp.add_entries(carry, short, -1.0)
        intake = self.lp.add_rows(days * plants, upper=np.tile([p.daily_max_t for p in scenario.plants], days))
        intake = intake.reshape(days, plants)
        day, _, plant, _ = np.indices(linehaul.shape)
        direct = c.hub >= yards
        for rows, sign in ((carry, -1.0), (intake, 1.0)):
            self.lp.add_entries(rows[day, plant], linehaul, sign)
            self.lp.add_entries(rows[c.haul_day[direct], c.hub[direct] - yards], c.index[direct], sign)
        self.intake_rows = intake

    def _bay_rows(self, c: _Hauls, linehaul: Ints) -> None:
        yards = self.geometry.yards
        unload_min, load_min = self._bay_minutes_per_t()[1], self._bay_minutes_per_t()[0]
        bays = np.array([p.bays for p in (*self.scenario.yards, *self.scenario.plants)])
        minutes = self.hub_open * bays[None, :] * BAY_SHARE
        self.bay_rows = self.lp.add_rows(minutes.size, upper=minutes.ravel()).reshape(minutes.shape)
        self.lp.add_entries(self.bay_rows[c.haul_day, c.hub], c.index, unload_min)
        day, yard, plant, _ = np.indices(linehaul.shape)
        self.lp.add_entries(self.bay_rows[day, yard], linehaul, load_min)
        self.lp.add_entries(self.bay_rows[day, yards + plant], linehaul, unload_min)

    def _truck_rows(self, c: _Hauls, linehaul: Ints) -> None:
        """Tonnes and tonne-hours of round trips are shared out to the classes, whose hours are limited."""
        scenario, geometry, days = self.scenario, self.geometry, len(self.days)
        hours = [sum(t.shift_hours for t in scenario.trucks if t.truck_class == n) for n in geometry.classes]
        self.truck_rows = [self.lp.add_rows(days, upper=h * TRUCK_SHIFT_SHARE) for h in hours]
        service_h = self._service_hours_per_t()
        rates = self._class_rates()
        for tier in range(len(geometry.classes)):
            of_tier = c.tier == tier
            if not of_tier.any():
                continue
            trip = c.trip_h[of_tier]
            low, high = np.quantile(trip, [0.1, 0.9])
            tonnes = self.lp.add_rows(days, lower=0.0, upper=0.0)
            tonne_hours = self.lp.add_rows(days, lower=0.0, upper=0.0)
            self.lp.add_entries(tonnes[c.haul_day[of_tier]], c.index[of_tier], -1.0)
            self.lp.add_entries(tonne_hours[c.haul_day[of_tier]], c.index[of_tier], -trip)
            for cls in np.flatnonzero(geometry.admitted[geometry.tier == tier].all(axis=0)):
                q = self.lp.add_columns(days, cost=service_h[cls] * rates[cls][0])
                r = self.lp.add_columns(days, cost=self._yuan_per_hour_driven(cls) / geometry.load_t[cls])
                self.lp.add_entries(tonnes, q, 1.0)
                self.lp.add_entries(tonne_hours, r, 1.0)
                self.lp.add_entries(self.truck_rows[cls], q, service_h[cls])
                self.lp.add_entries(self.truck_rows[cls], r, 1.0 / geometry.load_t[cls])
                for limit, sign in ((low, 1.0), (high, -1.0)):
                    rows = self.lp.add_rows(days, upper=0.0)
                    self.lp.add_entries(rows, q, sign * limit)
                    self.lp.add_entries(rows, r, -sign)
        for cls, rows in enumerate(self.truck_rows):
            columns = linehaul[:, :, :, cls]
            day = np.indices(columns.shape)[0]
            self.lp.add_entries(rows[day], columns, np.broadcast_to(self.linehaul_h_per_t[:, :, cls], columns.shape))

    # --- figures of the scenario -------------------------------------------------------------------------------------

    def _class_rates(self) -> list[tuple[float, float]]:
        """(yuan per hour with its share of the day's price, yuan per km) of each class in the fleet, the mean."""
        rates = []
        for name in self.geometry.classes:
            trucks = [t for t in self.scenario.trucks if t.truck_class == name]
            per_h = np.mean([t.yuan_per_h + t.yuan_per_day / max(t.shift_hours, 1.0) for t in trucks])
            rates.append((float(per_h), float(np.mean([t.yuan_per_km for t in trucks]))))
        return rates

    def _yuan_per_hour_driven(self, cls: int) -> float:
        """What an hour of driving costs with its kilometres, at the mean speed of the fields' round trips."""
        finite = np.isfinite(self.geometry.round_trip_h)
        hours = max(float(self.geometry.round_trip_h[finite].sum()), 1e-9)
        km_h = float(self.geometry.round_trip_km[finite].sum()) / hours
        per_h, per_km = self._class_rates()[cls]
        return per_h + km_h * per_km

    def _linehaul_trips(self) -> tuple[Floats, Floats]:
        """Round trips between yards and plants, (classes, yards, plants): hours, km."""
        yards, hub_h, hub_km = self.geometry.yards, self.geometry.hub_h, self.geometry.hub_km
        hours = hub_h[:, :yards, yards:] + hub_h[:, yards:, :yards].transpose(0, 2, 1)
        km = hub_km[:, :yards, yards:] + hub_km[:, yards:, :yards].transpose(0, 2, 1)
        return hours, km

    def _open_min(self, hub: int, day: date) -> float:
        """Minutes in which a hub can serve trucks: its hours within the span of the trucks' shifts."""
        scenario = self.scenario
        place = (*scenario.yards, *scenario.plants)[hub]
        hours = scenario.opening_hours(place, day)
        if hours is None or not scenario.trucks:
            return 0.0
        first = min(t.shift_start_min for t in scenario.trucks)
        last = max(t.shift_start_min + min(t.shift_hours, 24.0) * 60 for t in scenario.trucks)
        within = min(hours.close_min, last) - max(hours.open_min, first)
        past_midnight = min(hours.close_min, last - MINUTES_PER_DAY) - max(hours.open_min, first - MINUTES_PER_DAY)
        return max(within, past_midnight, 0.0)

    def _bay_minutes_per_t(self) -> tuple[float, float]:
        """Bay minutes of a tonne loaded, and of a tonne unloaded, with the weighing of a middling load."""
        middling_t = float(np.median(self.geometry.load_t)) if len(self.geometry.load_t) else 1.0
        weigh = self.scenario.weigh_minutes / middling_t
        return self.scenario.load_minutes_per_t + weigh, self.scenario.unload_minutes_per_t + weigh

    def _service_hours_per_t(self) -> Floats:
        """Hours that a truck of each class stands per tonne: loading, unloading, one weighing."""
        scenario = self.scenario
        minutes = scenario.load_minutes_per_t + scenario.unload_minutes_per_t
        return (minutes + scenario.weigh_minutes / self.geometry.load_t) / 60.0

    # --- the answer --------------------------------------------------------------------------------------------------

    def _programme(self, solution: Solution, hauls: _Hauls, linehaul: Ints) -> Programme:
        days, geometry = self.days, self.geometry
        amounts = self._hand_out(solution, hauls)
        rows = tuple(
            SeasonRow(geometry.field_ids[f], None if b < 0 else days[b], days[h], geometry.hub_ids[k], dry_t)
            for (f, b, h, k), dry_t in sorted(amounts.items(), key=lambda item: (item[0][2], item[0]))
        )
        moved = solution.values[linehaul].sum(axis=3)
        linehauls = tuple(
            LinehaulRow(days[d], geometry.hub_ids[y], geometry.hub_ids[geometry.yards + p], float(moved[d, y, p]))
            for d, y, p in zip(*np.nonzero(moved > SMALLEST_ROW_T), strict=True)
        )
        left = float(self.to_bale.sum() + self.baled.sum()) * self.scenario.value_yuan_per_t
        return Programme(rows, linehauls, solution.objective + left, self._binding(solution), {})

    def _hand_out(self, solution: Solution, hauls: _Hauls) -> dict[tuple[int, int, int, int], float]:
        """Each pool's hauls go to its fields, whole fields to one haul where that fits: (field, bale day, haul day,
        hub) → tonnes."""
        wanted: dict[int, list[tuple[int, int, float]]] = {}
        for i in np.flatnonzero(solution.values[hauls.index] > 1e-6):
            entry = (int(hauls.haul_day[i]), int(hauls.hub[i]), float(solution.values[hauls.index[i]]))
            wanted.setdefault(int(hauls.pool[i]), []).append(entry)
        baled: dict[int, list[tuple[int, float]]] = {}
        for i in np.flatnonzero(solution.values[self.bale_column] > 1e-6):
            entry_ = (int(self.bale_field[i]), float(solution.values[self.bale_column[i]]))
            baled.setdefault(int(self.bale_pool[i]), []).append(entry_)
        amounts: dict[tuple[int, int, int, int], float] = {}
        for pool, hauls_of_pool in wanted.items():
            bale_day = int(self.pools.bale_day[pool])
            own = int(self.pools.field[pool])
            fields = [(own, float(self.baled[own]))] if own >= 0 else baled.get(pool, [])
            for f, h, k, dry_t in _shared_out(fields, sorted(hauls_of_pool), self.clear, self.trips):
                amounts[(f, bale_day, h, k)] = amounts.get((f, bale_day, h, k), 0.0) + dry_t
        _join_crumbs(amounts)
        return amounts

    def _binding(self, solution: Solution) -> dict[str, int]:
        """Days on which a limit has a price."""
        if not solution.row_duals.size:
            return {}
        price = np.abs(solution.row_duals) > 1e-3
        yards = self.geometry.yards
        full = solution.values[self.stock_columns] > self.room_t[None, :] - 1e-3
        binding = {
            "baler hours": int(np.any([price[r] for r in self.baler_rows], axis=0).sum()) if self.baler_rows else 0,
            "yard bays": int(price[self.bay_rows[:, :yards]].any(axis=1).sum()),
            "plant bays": int(price[self.bay_rows[:, yards:]].any(axis=1).sum()),
            "yard room": int(full.any(axis=1).sum()),
            "plant intake": int(price[self.intake_rows].any(axis=1).sum()),
        }
        for name, rows in zip(self.geometry.classes, self.truck_rows, strict=True):
            binding[f"truck hours {name}"] = int(price[rows].sum())
        return binding


def _shared_out(
    fields: list[tuple[int, float]], hauls: list[tuple[int, int, float]], clear: Ints, trips: Floats
) -> list[tuple[int, int, int, float]]:
    """(field, haul day, hub, tonnes): hauls in order of day, each taking first the fields that must be clear soonest,
    then those for which its hub is the least detour."""
    left = dict(fields)
    shared: list[tuple[int, int, int, float]] = []
    for day, hub, wanted_t in hauls:
        detour = {f: trips[f, hub] - trips[f].min() for f in left}
        for f in sorted(left, key=lambda f: (clear[f] > day + 1, detour[f], f)):
            take_t = min(left[f], wanted_t)
            if take_t > 1e-9:
                shared.append((f, day, hub, take_t))
            left[f] -= take_t
            wanted_t -= take_t
            if wanted_t <= 1e-9:
                break
        left = {f: t for f, t in left.items() if t > 1e-9}
    return shared


def _join_crumbs(amounts: dict[tuple[int, int, int, int], float]) -> None:
    """Add rows too small to send a truck for to the largest row of the same field and bale day."""
    by_lot: dict[tuple[int, int], list[tuple[int, int, int, int]]] = {}
    for key in amounts:
        by_lot.setdefault((key[0], key[1]), []).append(key)
    for keys in by_lot.values():
        largest = max(keys, key=lambda k: (amounts[k], k))
        for key in keys:
            if key != largest and amounts[key] < SMALLEST_ROW_T:
                amounts[largest] += amounts.pop(key)
