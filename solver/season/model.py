"""The season as a linear program over fields, neighbourhoods, hubs and periods.

Straw of a field is baled in dry periods of its window and then lies in its neighbourhood (fields with the same two
nearest yards, truck limit and town) until trucks take it to a near yard or an approved plant; from the yards it goes
on to the plants. Bales that lie are counted per neighbourhood and period, not per bale date: that is a tenth of the
columns, and hauling the earliest deadline first gives the dates back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from solver.linear_program import LinearProgram
from solver.scenario import Scenario
from solver.season.company import lonely_share
from solver.season.figures import SeasonFigures
from solver.season.geometry import SeasonGeometry
from solver.season.periods import periods_of
from solver.season.state import SeasonState

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NO_WAY_H = 1e3
DUST_T = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonChoices:
    """What the program offers, and the shares of each limit that a day's plan can be expected to use: the rest goes
    into driving to the first job, queues and loads that are not full."""

    yards_offered: int = 3
    homes_offered: int = 6
    linehaul_classes_offered: int = 2
    baler_shift_share: float = 0.94
    truck_shift_share: float = 0.88
    yard_bay_share: float = 0.55
    plant_bay_share: float = 0.62  # open two hours longer than trucks are out
    yard_room_share: float = 0.90
    same_day_share: float = 0.75
    last_day_share: float = 0.75  # of a baler's day whose bales can still leave, where they must leave that day
    # Preferences, not costs: they settle what would else be a tie. Baling early leaves days in hand against rain.
    early_yuan_per_t_day: float = 0.4
    own_town_yuan_per_t: float = 3.0
    lonely_weight: float = 1.0  # ways from home that a field baled far from all others counts once more
    # Factors on limits, by the names in BINDING_NAMES, for asking what a limit is worth.
    relaxed: tuple[tuple[str, float], ...] = ()

    def factor(self, limit: str) -> float:
        return dict(self.relaxed).get(limit, 1.0)


class SeasonModel:
    """The program's columns and rows, with the arrays that say what each stands for.

    F fields, N neighbourhoods, P periods, H hubs (yards, then plants), C classes.
    """

    def __init__(
        self,
        scenario: Scenario,
        geometry: SeasonGeometry,
        state: SeasonState,
        first_day: date,
        *,
        near_days: int | None = None,
        choices: SeasonChoices,
        company_h: Floats | None = None,
    ) -> None:
        self.scenario, self.geometry, self.state, self.first_day = scenario, geometry, state, first_day
        self.choices, self.figures = choices, SeasonFigures(scenario, geometry)
        self.days = tuple(d for d in scenario.dates if d >= first_day)
        self.periods = periods_of(len(self.days), near_days=near_days)
        self.fraction = np.array([scenario.workable_fraction(d) for d in self.days])
        self.hub_open_min = self.periods.sums(self.figures.open_min(self.days))
        self.to_bale = np.array([state.to_bale_t[f] for f in geometry.field_ids])
        self.baled = np.array([state.baled_t(f) for f in geometry.field_ids])
        self.area = np.array([state.area_mu[f] for f in geometry.field_ids])
        last = len(self.days) - 1
        self.ready_day = np.array([max((f.ready_date - first_day).days, 0) for f in scenario.fields], dtype=np.int64)
        self.clear_day = np.array([min((f.clear_by - first_day).days, last) for f in scenario.fields], dtype=np.int64)
        self.clear = np.where(self.clear_day >= 0, self.periods.of_day[np.maximum(self.clear_day, 0)], -1)
        self._find_neighbourhoods()
        self.lp = LinearProgram()
        self._find_baler_ways(company_h)
        self._baling()
        self._hauling()
        self._linehaul()
        self._lying()
        self._baler_hours()
        self._yard_stock()
        self._plant_stock()
        self._bays()
        self._truck_hours()

    # --- neighbourhoods ----------------------------------------------------------------------------------------------

    def _find_neighbourhoods(self) -> None:
        """`neighbourhood` (F,); `mean_trip_h` (N, H): the mean round trip of its fields, weighted by their straw."""
        geometry, scenario = self.geometry, self.scenario
        self.trip_h = np.where(np.isfinite(geometry.round_trip_h), geometry.round_trip_h, NO_WAY_H)
        order = np.argsort(self.trip_h[:, : geometry.yards], axis=1, kind="stable")
        self.region = order[:, 0]
        town_number = {t.town_id: i for i, t in enumerate(scenario.towns)}
        town = np.array([town_number[f.town_id] for f in scenario.fields], dtype=np.int64)
        keys = np.column_stack([order[:, :2], geometry.tier, town])
        unique, inverse = np.unique(keys, axis=0, return_inverse=True)
        self.neighbourhood = inverse.ravel()
        self.tier_of, self.town_of, self.region_of = unique[:, -2], unique[:, -1], unique[:, 0]
        weight = np.maximum(self.to_bale + self.baled, 1e-9)
        weights = np.zeros((len(unique), len(weight)))
        weights[self.neighbourhood, np.arange(len(weight))] = weight
        mean = weights @ self.trip_h / weights.sum(axis=1, keepdims=True)
        self.mean_trip_h = np.where(mean < NO_WAY_H / 2, mean, np.inf)

    def _find_baler_ways(self, company_h: Floats | None) -> None:
        """`baler_way_yuan` (F, P) and `baler_way_h` (F,) as in `SeasonFigures.baler_ways`; `lonely_yuan` (F, P): the
        share of the way that a tonne pays once more, by how little work there is near in the programme before."""
        periods = self.periods
        best = np.maximum.reduceat(self.fraction, periods.first) if len(periods) else self.fraction
        hours_per_t = self.area / np.maximum(self.to_bale, 1e-9) / self.figures.mean_baler("rate_mu_per_h")
        self.baler_way_yuan, self.baler_way_h = self.figures.baler_ways(best, hours_per_t)
        self.lonely_yuan = np.zeros(self.baler_way_yuan.shape)
        if company_h is not None:
            by_period = periods.sums(company_h.T[-len(self.days) :]) / periods.length[:, None]
            self.lonely_yuan = self.choices.lonely_weight * self.baler_way_yuan * lonely_share(by_period.T)

    # --- columns -----------------------------------------------------------------------------------------------------

    def _baling(self) -> None:
        """Tonnes of a field baled in a dry period of its window; a field off the mean pays its longer way here.

        Bales that lie already come into play by a column of their own: they too may be left."""
        scenario, periods, choices = self.scenario, self.periods, self.choices
        dry_before = np.concatenate([[0], np.cumsum(self.fraction > 0)])
        opens = np.maximum(self.ready_day[:, None], periods.first)
        closes = np.minimum(self.clear_day[:, None], periods.first + periods.length - 1)
        dry_days = dry_before[np.maximum(closes, -1) + 1] - dry_before[opens]
        usable = (self.to_bale > DUST_T) & (self.geometry.tier >= 0)
        self.bale_field, self.bale_period = np.nonzero((closes >= opens) & (dry_days > 0) & usable[:, None])
        self.urgent = self.clear[self.bale_field] == self.bale_period
        self.lot_field = np.flatnonzero((self.baled > DUST_T) & (self.geometry.tier >= 0) & (self.clear_day >= 0))
        middle = periods.first + (periods.length - 1) / 2
        later = np.maximum(middle[self.bale_period] - self.ready_day[self.bale_field], 0.0)
        at = (self.bale_field, self.bale_period)
        self.bale_preference = choices.early_yuan_per_t_day * later + self._lonely_beyond_least(at)
        # within a bundle the bales that miss the last truck still wait a night
        waits = (1 - choices.same_day_share) * (1 - 1 / periods.length) * scenario.lateness_yuan_per_t_day
        self.waits_yuan_per_t = waits[self.bale_period]
        cost = self._detour_yuan_per_t()[self.bale_field] + self.waits_yuan_per_t - scenario.value_yuan_per_t
        cost = cost + self.baler_way_yuan[at]
        self.bale = self.lp.add_columns(len(self.bale_field), cost=cost + self.bale_preference)
        lot_cost = self._detour_yuan_per_t()[self.lot_field] - scenario.value_yuan_per_t
        self.lot = self.lp.add_columns(len(self.lot_field), cost=lot_cost, upper=self.baled[self.lot_field])
        self.straw_rows = self.lp.add_rows(len(self.to_bale), upper=self.to_bale)
        self.lp.add_entries(self.straw_rows[self.bale_field], self.bale, 1.0)

    def _lonely_beyond_least(self, at: tuple[Ints, Ints]) -> Floats:
        """Per column of baling: a preference among a field's periods only, which leaves no straw."""
        least = np.full(len(self.to_bale), np.inf)
        np.minimum.at(least, at[0], self.lonely_yuan[at])
        return np.asarray(self.lonely_yuan[at] - least[at[0]], dtype=np.float64)

    def _detour_yuan_per_t(self) -> Floats:
        """(F,) what a field's way to its nearest yard costs more than its neighbourhood's mean."""
        tier = self.geometry.tier
        if not len(self.geometry.classes) or not len(tier):
            return np.zeros(len(tier))
        mean = self.mean_trip_h[self.neighbourhood, self.region]
        detour_h = np.where(np.isfinite(mean), self.trip_h[np.arange(len(tier)), self.region] - mean, 0.0)
        return np.asarray(detour_h * (self.figures.yuan_per_driven_h() / self.geometry.load_t)[tier], dtype=float)

    def _hauling(self) -> None:
        """Tonnes of a neighbourhood to a hub in a period: one column each, and the bales that lie overnight."""
        scenario, periods = self.scenario, self.periods
        yards, count = self.geometry.yards, len(self.tier_of)
        offered = np.zeros((count, len(periods), len(self.geometry.hub_ids)), dtype=bool)
        nearest = np.argsort(self.mean_trip_h[:, :yards], axis=1, kind="stable")[:, : self.choices.yards_offered]
        offered[np.arange(count)[:, None], :, nearest] = True
        towns = [t.town_id for t in scenario.towns]
        for approval in scenario.direct_hauls:
            valid = [approval.valid_from <= d <= approval.valid_until for d in self.days]
            own = self.town_of == towns.index(approval.town_id)
            hub = self.geometry.hub_ids.index(approval.plant_id)
            offered[:, :, hub] |= own[:, None] & (periods.sums(valid) > 0)
        offered &= (
            np.isfinite(self.mean_trip_h)[:, None, :] & (self.hub_open_min > 0) & (self.tier_of >= 0)[:, None, None]
        )
        busy = np.zeros((count, len(periods)), dtype=bool)  # only while straw can lie there
        busy[self.neighbourhood[self.bale_field], self.bale_period] = True
        busy[self.neighbourhood[self.lot_field], 0] = True
        lying = busy | np.roll(busy, 1, axis=1) | np.roll(busy, 2, axis=1)
        if len(periods) > 2:
            lying |= np.roll(busy, 3, axis=1)
        offered &= lying[:, :, None]
        self.haul_from, self.haul_period, self.haul_hub = np.nonzero(offered)
        self.haul_trip_h = self.mean_trip_h[self.haul_from, self.haul_hub]
        self.haul = self.lp.add_columns(len(self.haul_from))
        night = np.ones((count, len(periods)))
        upper = np.where(np.arange(len(periods)) == len(periods) - 1, 0.0, np.inf)
        self.lie = self.lp.add_columns(
            night.size, cost=scenario.lateness_yuan_per_t_day, upper=np.broadcast_to(upper, night.shape).ravel()
        ).reshape(night.shape)

    def _linehaul(self) -> None:
        """Tonnes from a yard to a plant by truck class, the cheapest classes of each pair."""
        geometry, yards, plants = self.geometry, self.geometry.yards, len(self.scenario.plants)
        trip_h, trip_km = self.figures.linehaul_trips()
        load_t = geometry.load_t[:, None, None]
        passable = np.isfinite(trip_h)
        hours = self.figures.service_h_per_t()[:, None, None] + np.where(passable, trip_h, 0.0) / load_t
        km = np.where(passable, trip_km, 0.0) / load_t
        cost = (
            hours * self.figures.yuan_per_truck_h()[:, None, None]
            + km * self.figures.yuan_per_truck_km()[:, None, None]
        )
        cost = np.where(passable, cost, np.inf)
        rank = np.argsort(np.argsort(cost, axis=0, kind="stable"), axis=0, kind="stable")
        offered = passable & (rank < self.choices.linehaul_classes_offered)
        open_both = np.minimum(self.hub_open_min[:, :yards, None], self.hub_open_min[:, None, yards:]) > 0
        period, cls, yard, plant = np.nonzero(offered[None] & open_both[:, None])
        self.line_period, self.line_class, self.line_yard, self.line_plant = period, cls, yard, plant
        self.line_h_per_t = hours[cls, yard, plant]
        own = np.array([[y.town_id == p.town_id for p in self.scenario.plants] for y in self.scenario.yards])
        own = own.reshape(yards, plants)
        self.line_preference = -self.choices.own_town_yuan_per_t * own[yard, plant]
        self.line = self.lp.add_columns(len(period), cost=cost[cls, yard, plant] + self.line_preference)

    # --- rows --------------------------------------------------------------------------------------------------------

    def _lying(self) -> None:
        """Bales carried from period to period; what must leave in a period; what a day's trucks cannot have yet."""
        lp, shape = self.lp, self.lie.shape
        at_bale = (self.neighbourhood[self.bale_field], self.bale_period)
        at_lot = (self.neighbourhood[self.lot_field], np.zeros(len(self.lot_field), dtype=np.int64))
        carry = lp.add_rows(self.lie.size, lower=0.0, upper=0.0).reshape(shape)
        lp.add_entries(carry, self.lie, 1.0)
        lp.add_entries(carry[:, 1:], self.lie[:, :-1], -1.0)
        lp.add_entries(carry[at_bale], self.bale, -1.0)
        lp.add_entries(carry[at_lot], self.lot, -1.0)
        lp.add_entries(carry[self.haul_from, self.haul_period], self.haul, 1.0)
        self.carry_rows = carry
        self._deadlines()
        # a region's trucks cannot have all of a day's bales on the day
        regional = lp.add_rows(self.geometry.yards * shape[1], upper=0.0).reshape(-1, shape[1])
        early = regional[self.region_of]
        share = 1 - (1 - self.choices.same_day_share) / self.periods.length
        lp.add_entries(early[at_bale], self.bale, -np.where(self.urgent, 1.0, share[self.bale_period]))
        lp.add_entries(early[at_lot], self.lot, -1.0)
        lp.add_entries(early[:, 1:], self.lie[:, :-1], -1.0)
        lp.add_entries(early[self.haul_from, self.haul_period], self.haul, 1.0)

    def _deadlines(self) -> None:
        """A neighbourhood hauls at least what must be clear: bales of the last two periods, lots of the first three."""
        shape = self.lie.shape
        due = np.flatnonzero(self.clear[self.bale_field] - self.bale_period <= 1)
        place = np.ravel_multi_index(
            (self.neighbourhood[self.bale_field[due]], self.clear[self.bale_field[due]]), shape
        )
        self._at_least_hauled(place, self.bale[due])
        for within in range(min(3, shape[1])):
            due = np.flatnonzero(self.clear[self.lot_field] <= within)
            place = np.ravel_multi_index((self.neighbourhood[self.lot_field[due]], np.full(len(due), within)), shape)
            self._at_least_hauled(place, self.lot[due], cumulative=True)

    def _at_least_hauled(self, place: Ints, columns: Ints, *, cumulative: bool = False) -> None:
        places, row = np.unique(place, return_inverse=True)
        rows = self.lp.add_rows(len(places), lower=0.0)
        self.lp.add_entries(rows[row.ravel()], columns, -1.0)
        for i, (neighbourhood, period) in enumerate(zip(*np.unravel_index(places, self.lie.shape), strict=True)):
            of_place = self.haul_from == neighbourhood
            in_time = self.haul_period <= period if cumulative else self.haul_period == period
            self.lp.add_entries(rows[i], self.haul[of_place & in_time], 1.0)

    def _baler_hours(self) -> None:
        """Baler hours by home: a region draws them from the homes around it, and pays the way."""
        scenario, yards, periods = self.scenario, self.geometry.yards, self.periods
        homes: dict[int, list[int]] = {}
        for number, baler in enumerate(scenario.balers):
            homes.setdefault(self.geometry.hub_ids.index(baler.home_yard_id), []).append(number)
        hub_km = np.where(np.isfinite(self.geometry.hub_km), self.geometry.hub_km, 50.0).max(axis=0, initial=0.0)
        demand = self.lp.add_rows(len(periods) * yards, upper=0.0).reshape(len(periods), yards)
        rate = np.mean([b.rate_mu_per_h for b in scenario.balers]) if scenario.balers else 1.0
        hours_per_t = self.area / np.maximum(self.to_bale, 1e-9) / rate
        # on a day dry from end to end the way takes of the shift, on others the weather does
        dry = periods.sums(self.fraction) >= self.choices.baler_shift_share * periods.sums(self.fraction > 0)
        with_way = 1.0 + np.where(dry[self.bale_period], self.baler_way_h[self.bale_field], 0.0)
        at = (self.bale_period, self.region[self.bale_field])
        in_time = np.where(self.urgent, 1 - (1 - self.choices.last_day_share) / periods.length[self.bale_period], 1.0)
        self.lp.add_entries(demand[at], self.bale, hours_per_t[self.bale_field] * with_way / in_time)
        self.baler_columns: list[Ints] = []
        self.baler_rows = np.zeros((len(homes), len(periods)), dtype=np.int64)
        share = np.minimum(self.fraction, self.choices.baler_shift_share) * self.choices.factor("balers")
        for row, (home, numbers) in enumerate(sorted(homes.items())):
            balers = [scenario.balers[i] for i in numbers]
            supply = self.lp.add_rows(len(periods), upper=periods.sums(share * sum(b.shift_hours for b in balers)))
            self.baler_rows[row] = supply
            per_day_h = max(balers[0].shift_hours * self.choices.baler_shift_share, 1.0)
            for region in np.argsort(hub_km[home, :yards], kind="stable")[: self.choices.homes_offered]:
                km = float(hub_km[home, region])
                travel_h = 2 * km / balers[0].road_speed_km_h
                travel_yuan = 2 * km * balers[0].yuan_per_km + travel_h * balers[0].yuan_per_h
                columns = self.lp.add_columns(len(periods), cost=balers[0].yuan_per_h + travel_yuan / per_day_h)
                self.baler_columns.append(columns)
                self.lp.add_entries(supply, columns, 1.0 + travel_h / per_day_h)
                self.lp.add_entries(demand[:, region], columns, -1.0)

    def _yard_stock(self) -> None:
        scenario, shape = self.scenario, (len(self.periods), self.geometry.yards)
        opening = np.array([self.state.stock_t[y.yard_id] for y in scenario.yards])
        room = np.array([y.capacity_t for y in scenario.yards]) * self.choices.yard_room_share
        self.room_t = np.maximum(room * self.choices.factor("yard room"), opening)
        stock = self.lp.add_columns(shape[0] * shape[1], upper=np.tile(self.room_t, shape[0])).reshape(shape)
        start = np.zeros(shape)
        start[0] = opening
        carry = self.lp.add_rows(start.size, lower=start.ravel(), upper=start.ravel()).reshape(shape)
        to_yard = self.haul_hub < shape[1]
        at_haul = (self.haul_period[to_yard], self.haul_hub[to_yard])
        at_line = (self.line_period, self.line_yard)
        self.lp.add_entries(carry, stock, 1.0)
        self.lp.add_entries(carry[1:], stock[:-1], -1.0)
        self.lp.add_entries(carry[at_line], self.line, 1.0)
        self.lp.add_entries(carry[at_haul], self.haul[to_yard], -1.0)
        # a day's linehaul lives from the morning's stock and half of what comes in
        ready = self.lp.add_rows(start.size, upper=start.ravel()).reshape(shape)
        share = 1 - 0.5 / self.periods.length
        self.lp.add_entries(ready[at_line], self.line, 1.0)
        self.lp.add_entries(ready[1:], stock[:-1], -1.0)
        self.lp.add_entries(ready[at_haul], self.haul[to_yard], -share[at_haul[0]])
        self.yard_stock, self.yard_carry_rows = stock, carry

    def _plant_stock(self) -> None:
        scenario, yards = self.scenario, self.geometry.yards
        shape = (len(self.periods), len(scenario.plants))
        length = self.periods.length[:, None]
        opening = np.array([self.state.stock_t[p.plant_id] for p in scenario.plants])
        need = length * np.array([p.daily_need_t for p in scenario.plants])
        storage = np.maximum(np.array([p.storage_t for p in scenario.plants]), opening)
        stock = self.lp.add_columns(need.size, upper=np.tile(storage, shape[0])).reshape(shape)
        self.short = self.lp.add_columns(need.size, cost=scenario.shortage_yuan_per_t).reshape(shape)
        start = -need
        if len(start):
            start[0] += opening
        carry = self.lp.add_rows(start.size, lower=start.ravel(), upper=start.ravel()).reshape(shape)
        self.lp.add_entries(carry, stock, 1.0)
        self.lp.add_entries(carry[1:], stock[:-1], -1.0)
        self.lp.add_entries(carry, self.short, -1.0)
        most = length * np.array([p.daily_max_t for p in scenario.plants]) * self.choices.factor("plant intake")
        self.intake_rows = self.lp.add_rows(need.size, upper=most.ravel()).reshape(shape)
        direct = self.haul_hub >= yards
        at_haul = (self.haul_period[direct], self.haul_hub[direct] - yards)
        for rows, sign in ((carry, -1.0), (self.intake_rows, 1.0)):
            self.lp.add_entries(rows[self.line_period, self.line_plant], self.line, sign)
            self.lp.add_entries(rows[at_haul], self.haul[direct], sign)
        self.plant_stock, self.plant_carry_rows = stock, carry

    def _bays(self) -> None:
        yards = self.geometry.yards
        load_min, unload_min = self.figures.bay_min_per_t()
        bays = np.array(
            [y.bays for y in self.scenario.yards] + [p.bays for p in self.scenario.plants], dtype=np.float64
        )
        bays[:yards] *= self.choices.factor("yard bays") * self.choices.yard_bay_share
        bays[yards:] *= self.choices.factor("plant bays") * self.choices.plant_bay_share
        minutes = self.hub_open_min * bays
        self.bay_rows = self.lp.add_rows(minutes.size, upper=minutes.ravel()).reshape(minutes.shape)
        self.lp.add_entries(self.bay_rows[self.haul_period, self.haul_hub], self.haul, unload_min)
        self.lp.add_entries(self.bay_rows[self.line_period, self.line_yard], self.line, load_min)
        self.lp.add_entries(self.bay_rows[self.line_period, yards + self.line_plant], self.line, unload_min)

    def _truck_hours(self) -> None:
        """Tonnes and tonne-hours of round trips are shared out to the classes, whose hours are limited."""
        geometry, periods = self.geometry, self.periods
        hours = self.figures.truck_hours_a_day() * self.choices.truck_shift_share
        factor = [self.choices.factor(f"truck hours {name}") for name in geometry.classes]
        limit = np.multiply.outer(hours * factor, periods.length)
        self.truck_rows = self.lp.add_rows(limit.size, upper=limit.ravel()).reshape(limit.shape)
        service_h, driven = self.figures.service_h_per_t(), self.figures.yuan_per_driven_h()
        per_h = self.figures.yuan_per_truck_h()
        haul_tier = self.tier_of[self.haul_from]
        for tier in np.unique(haul_tier):
            mine = haul_tier == tier
            trip, period = self.haul_trip_h[mine], self.haul_period[mine]
            low, high = np.quantile(trip, [0.1, 0.9])
            tonnes, tonne_hours = (self.lp.add_rows(len(periods), lower=0.0, upper=0.0) for _ in range(2))
            self.lp.add_entries(tonnes[period], self.haul[mine], -1.0)
            self.lp.add_entries(tonne_hours[period], self.haul[mine], -trip)
            for cls in np.flatnonzero(geometry.admitted[geometry.tier == tier].all(axis=0)):
                moved = self.lp.add_columns(len(periods), cost=service_h[cls] * per_h[cls])
                driven_th = self.lp.add_columns(len(periods), cost=driven[cls] / geometry.load_t[cls])
                self.lp.add_entries(tonnes, moved, 1.0)
                self.lp.add_entries(tonne_hours, driven_th, 1.0)
                self.lp.add_entries(self.truck_rows[cls], moved, service_h[cls])
                self.lp.add_entries(self.truck_rows[cls], driven_th, 1.0 / geometry.load_t[cls])
                # no class takes only the near fields and leaves the far ones to the others
                for trip_h, sign in ((low, 1.0), (high, -1.0)):
                    rows = self.lp.add_rows(len(periods), upper=0.0)
                    self.lp.add_entries(rows, moved, sign * trip_h)
                    self.lp.add_entries(rows, driven_th, -sign)
        self.lp.add_entries(self.truck_rows[self.line_class, self.line_period], self.line, self.line_h_per_t)
