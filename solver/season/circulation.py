"""The relaxed season as a linear program: straw in tonnes, trucks as a circulation without clock times.

Every way is at its least price, loads may be fractions of a full load, and a truck that has unloaded anywhere is free
to go on from there; periods bundle some days. Its duals price what fields share: hub balances of trucks, truck and
baler hours, stocks, intakes, bays. `season.bound` turns them into a bound that holds field by field.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import numpy.typing as npt

from solver.linear_program import LinearProgram
from solver.scenario import MINUTES_PER_DAY, EndUsePlant, Scenario, TransferYard
from solver.season.geometry import SeasonGeometry
from solver.season.least_baling import LeastBaling
from solver.season.least_ways import LeastWays
from solver.season.periods import Periods

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

HUBS_OFFERED = 5
KINDS_OFFERED = 8
SINGLE_FIELDS = 100


class Circulation:
    """Columns and rows of the relaxed season; names say what each index array is over.

    F fields, H hubs (Y yards, then Q plants), C classes, P periods, N groups of fields with like ways, K kinds of
    balers, B homes of theirs.
    """

    def __init__(
        self,
        scenario: Scenario,
        geometry: SeasonGeometry,
        ways: LeastWays,
        periods: Periods,
        *,
        baling: LeastBaling,
    ) -> None:
        self.scenario, self.geometry, self.ways, self.periods = scenario, geometry, ways, periods
        self.overnight = any(t.shift_start_min + t.shift_hours * 60 > MINUTES_PER_DAY for t in scenario.trucks)
        self.to_bale = np.array([f.to_bale_t for f in scenario.fields], dtype=np.float64)
        self.lying = np.array([f.already_baled_t for f in scenario.fields], dtype=np.float64)
        self.baling = baling
        self.mu_per_t = np.array([f.area_mu for f in scenario.fields]) / np.maximum(self.to_bale, 1e-9)
        self._windows()
        self._service()
        self.lp = LinearProgram()
        self._shared_rows()
        self._shared_columns()
        self.shared_columns = self.lp.columns
        self.shared_rows = self.lp.rows
        self._field_part()

    # --- figures -----------------------------------------------------------------------------------------------------

    def _windows(self) -> None:
        """`bale_until` (F, P): the last dry day of the window in a period, -1 where none; `haul_until` (F,): the last
        day on which straw may leave; `direct` (F, P, Q): an approval covers some day of the period."""
        scenario, periods, days = self.scenario, self.periods, len(self.scenario.dates)
        start = scenario.season_start
        dry = np.array([scenario.workable_fraction(d) > 0 for d in scenario.dates])
        ready = np.array([max((f.ready_date - start).days, 0) for f in scenario.fields], dtype=np.int64)
        self.haul_until = np.array([min((f.clear_by - start).days, days - 1) for f in scenario.fields], dtype=np.int64)
        day = np.arange(days)
        usable = dry & (day >= ready[:, None]) & (day <= self.haul_until[:, None])
        last = np.where(usable, day, -1).reshape(len(ready), days)
        self.bale_until = np.maximum.reduceat(last, periods.first, axis=1)
        self.direct = np.zeros((len(scenario.fields), len(periods), len(scenario.plants)), dtype=bool)
        towns = np.array([f.town_id for f in scenario.fields])
        plants = {p.plant_id: i for i, p in enumerate(scenario.plants)}
        for approval in scenario.direct_hauls:
            valid = periods.sums([approval.valid_from <= d <= approval.valid_until for d in scenario.dates]) > 0
            self.direct[:, :, plants[approval.plant_id]] |= (towns == approval.town_id)[:, None] & valid

    def _service(self) -> None:
        scenario = self.scenario
        # a bale is counted from a hundredth of it on, so a load may hold that much more than its bales
        self.load_t = np.array(
            [
                min((c.bale_capacity + 0.01) * scenario.bale_dry_t, c.payload_t)
                for c in (scenario.class_by_name[name] for name in self.geometry.classes)
            ]
        )
        load_t = self.load_t
        weigh_min = scenario.weigh_minutes / load_t
        self.load_min = scenario.load_minutes_per_t + weigh_min  # at a yard, with its weighing
        self.unload_min = scenario.unload_minutes_per_t + weigh_min
        self.collect_h = (scenario.load_minutes_per_t + self.unload_min) / 60.0
        self.line_h = (self.load_min + self.unload_min) / 60.0

    # --- what fields share -------------------------------------------------------------------------------------------

    def _shared_rows(self) -> None:
        scenario, geometry, periods, lp = self.scenario, self.geometry, self.periods, self.lp
        count, classes, hubs = len(periods), len(geometry.classes), len(geometry.hub_ids)
        dry_h, on_shift_h = self.baling.dry_h, self.baling.shift_h
        self.dry_rows = lp.add_rows(dry_h.size, upper=dry_h.ravel()).reshape(dry_h.shape)
        self.shift_rows = lp.add_rows(on_shift_h.size, upper=on_shift_h.ravel()).reshape(dry_h.shape)
        shift_h = [sum(t.shift_hours for t in scenario.trucks if t.truck_class == n) for n in geometry.classes]
        hours = np.multiply.outer(np.array(shift_h), periods.length)
        self.hour_rows = lp.add_rows(hours.size, upper=hours.ravel()).reshape(classes, count)
        self.hub_rows = lp.add_rows(classes * count * hubs, lower=0.0, upper=0.0).reshape(classes, count, hubs)
        opening = np.zeros((count, geometry.yards))
        opening[0] = [y.opening_stock_t for y in scenario.yards]
        self.yard_rows = lp.add_rows(opening.size, lower=opening.ravel(), upper=opening.ravel()).reshape(opening.shape)
        need = -np.multiply.outer(periods.length, [p.daily_need_t for p in scenario.plants]).astype(np.float64)
        most = np.multiply.outer(periods.length, [p.daily_max_t for p in scenario.plants]).astype(np.float64)
        need[0] += [p.opening_stock_t for p in scenario.plants]
        self.plant_rows = lp.add_rows(need.size, lower=need.ravel(), upper=need.ravel()).reshape(need.shape)
        self.intake_rows = lp.add_rows(most.size, upper=most.ravel()).reshape(need.shape)
        minutes = self._bay_min()
        self.bay_rows = lp.add_rows(minutes.size, upper=minutes.ravel()).reshape(minutes.shape)

    def _bay_min(self) -> Floats:
        """(P, H) minutes of all bays; where shifts pass midnight the day after the period counts too."""
        scenario, periods = self.scenario, self.periods
        places: tuple[TransferYard | EndUsePlant, ...] = (*scenario.yards, *scenario.plants)
        days = [*scenario.dates, scenario.season_end + timedelta(days=1)]
        hours = [[scenario.opening_hours(place, day) for place in places] for day in days]
        minutes = np.array([[0 if h is None else h.close_min - h.open_min for h in row] for row in hours], dtype=float)
        minutes *= [place.bays for place in places]
        total = periods.sums(minutes[:-1])
        return total + minutes[periods.first + periods.length] if self.overnight else total

    def _shared_columns(self) -> None:
        """Empty trucks between hubs, linehaul, stocks of yards and plants, shortage."""
        lp, geometry, ways, count = self.lp, self.geometry, self.ways, len(self.periods)
        passable = np.isfinite(ways.h_hub) & ~np.eye(len(geometry.hub_ids), dtype=bool)
        period, cls, origin, goal = np.nonzero(np.broadcast_to(passable, (count, *passable.shape)))
        self.empty = lp.add_columns(len(period), cost=ways.yuan_hub[cls, origin, goal])
        lp.add_entries(self.hour_rows[cls, period], self.empty, ways.h_hub[cls, origin, goal])
        lp.add_entries(self.hub_rows[cls, period, origin], self.empty, 1.0)
        lp.add_entries(self.hub_rows[cls, period, goal], self.empty, -1.0)
        self._linehaul()
        self._stocks()

    def _linehaul(self) -> None:
        lp, ways, yards = self.lp, self.ways, self.geometry.yards
        passable = np.isfinite(ways.h_hub[:, :yards, yards:])
        period, cls, yard, plant = np.nonzero(np.broadcast_to(passable, (len(self.periods), *passable.shape)))
        load_t, goal = self.load_t[cls], yards + plant
        cost = ways.yuan_hub[cls, yard, goal] / load_t + (self.line_h * ways.yuan_per_h)[cls]
        self.line = lp.add_columns(len(period), cost=cost)
        lp.add_entries(self.hour_rows[cls, period], self.line, ways.h_hub[cls, yard, goal] / load_t + self.line_h[cls])
        lp.add_entries(self.hub_rows[cls, period, yard], self.line, 1.0 / load_t)
        lp.add_entries(self.hub_rows[cls, period, goal], self.line, -1.0 / load_t)
        lp.add_entries(self.yard_rows[period, yard], self.line, 1.0)
        lp.add_entries(self.plant_rows[period, plant], self.line, -1.0)
        lp.add_entries(self.intake_rows[period, plant], self.line, 1.0)
        lp.add_entries(self.bay_rows[period, yard], self.line, self.load_min[cls])
        lp.add_entries(self.bay_rows[period, goal], self.line, self.unload_min[cls])

    def _stocks(self) -> None:
        """Stocks at the ends of periods. Where shifts pass midnight a row's date and the moment differ, so a yard's
        stock by dates may leave its limits; only the season's end is then held to."""
        scenario, lp, count = self.scenario, self.lp, len(self.periods)
        room = np.tile([y.capacity_t for y in scenario.yards], (count, 1)).astype(np.float64)
        least = np.zeros(room.shape)
        if self.overnight:
            everything = self.everything_t()
            room[:-1], least[:-1] = everything, -everything
        yard = lp.add_columns(room.size, lower=least.ravel(), upper=room.ravel()).reshape(room.shape)
        storage = np.tile([p.storage_t for p in scenario.plants], (count, 1)).astype(np.float64)
        plant = lp.add_columns(storage.size, upper=storage.ravel()).reshape(storage.shape)
        self.short = lp.add_columns(storage.size, cost=scenario.shortage_yuan_per_t).reshape(storage.shape)
        for rows, stock in ((self.yard_rows, yard), (self.plant_rows, plant)):
            lp.add_entries(rows, stock, 1.0)
            lp.add_entries(rows[1:], stock[:-1], -1.0)
        lp.add_entries(self.plant_rows, self.short, -1.0)

    def everything_t(self) -> float:
        """All straw there is and all that plants need: above it no flow of tonnes can be."""
        scenario = self.scenario
        days = len(scenario.dates)
        stocks = sum(y.opening_stock_t for y in scenario.yards) + sum(p.opening_stock_t for p in scenario.plants)
        needs = days * sum(p.daily_need_t for p in scenario.plants)
        return float(self.to_bale.sum() + self.lying.sum() + stocks + needs)

    # --- fields, by groups: only to find good duals ------------------------------------------------------------------

    def _field_part(self) -> None:
        """Baling by field, hauling by groups at mean ways."""
        lp, periods, scenario = self.lp, self.periods, self.scenario
        group, members = self._groups()
        served = np.asarray(np.isfinite(self.ways.h_from_field).any(axis=(0, 2)))
        least = self.baling.yuan_per_mu.min(axis=0, initial=np.inf)
        bales = served & (self.to_bale > 1e-9)
        field, period = np.nonzero((self.bale_until >= 0) & np.isfinite(least) & bales[:, None])
        bale = lp.add_columns(len(field), cost=-scenario.value_yuan_per_t)
        straw = lp.add_rows(len(group), upper=self.to_bale)
        lp.add_entries(straw[field], bale, 1.0)
        if len(bale):
            self._group_baling(bale, field, period, group, members)
        lots = np.flatnonzero((self.lying > 1e-9) & (self.haul_until >= 0) & served)
        lot = lp.add_columns(len(lots), cost=-scenario.value_yuan_per_t, upper=self.lying[lots])
        shape = (len(members), len(periods))
        # nothing baled lies on at the end
        most = np.broadcast_to(np.where(np.arange(shape[1]) == shape[1] - 1, 0.0, np.inf), shape)
        lie = lp.add_columns(shape[0] * shape[1], cost=scenario.lateness_yuan_per_t_day, upper=most.ravel())
        lie = lie.reshape(shape)
        carry = lp.add_rows(lie.size, lower=0.0, upper=0.0).reshape(shape)
        lp.add_entries(carry, lie, 1.0)
        lp.add_entries(carry[:, 1:], lie[:, :-1], -1.0)
        lp.add_entries(carry[group[field], period], bale, -1.0)
        lp.add_entries(carry[group[lots], 0], lot, -1.0)
        busy = np.zeros(shape, dtype=bool)
        busy[group[field], period] = True
        busy[group[lots], 0] = True
        busy |= np.roll(busy, 1, axis=1)
        for number, fields in enumerate(members):
            self._group_hauls(carry[number], np.flatnonzero(busy[number]), fields)

    def _groups(self) -> tuple[Ints, list[Ints]]:
        """(F,) group of each field, and the fields of each group: one each where there are few."""
        geometry, count = self.geometry, len(self.scenario.fields)
        if count <= SINGLE_FIELDS:
            return np.arange(count), [np.array([i]) for i in range(count)]
        nearest = np.argsort(geometry.round_trip_h[:, : geometry.yards], axis=1, kind="stable")[:, :2]
        towns = {t.town_id: i for i, t in enumerate(self.scenario.towns)}
        town = np.array([towns[f.town_id] for f in self.scenario.fields], dtype=np.int64)
        keys = np.column_stack([nearest, geometry.tier, town])
        unique, inverse = np.unique(keys, axis=0, return_inverse=True)
        group = inverse.ravel()
        return group, [np.flatnonzero(group == i) for i in range(len(unique))]

    def _group_baling(self, bale: Ints, field: Ints, period: Ints, group: Ints, members: list[Ints]) -> None:
        """Mu of a group's fields baled by kinds of balers at mean ways; a field off the mean pays the rest itself."""
        lp, baling = self.lp, self.baling
        weight = [self.to_bale[fields] * self.mu_per_t[fields] + 1e-9 for fields in members]
        yuan = np.array(
            [
                np.average(baling.yuan_per_mu[:, fields], axis=1, weights=w)
                for fields, w in zip(members, weight, strict=True)
            ]
        )  # (N, K, P)
        shift_h = [baling.shift_h_per_mu[:, f] @ w / w.sum() for f, w in zip(members, weight, strict=True)]
        least = yuan.min(axis=1)
        own = baling.yuan_per_mu.min(axis=0)[field, period]
        mean = least[group[field], period]
        off = np.where(np.isfinite(mean), own - np.where(np.isfinite(mean), mean, 0.0), 0.0)
        lp.add_cost(bale, off * self.mu_per_t[field])
        places, row = np.unique(np.column_stack([group[field], period]), axis=0, return_inverse=True)
        demand = lp.add_rows(len(places), upper=0.0)
        lp.add_entries(demand[row.ravel()], bale, self.mu_per_t[field])
        offered = np.argsort(yuan.min(axis=2), axis=1, kind="stable")[:, :KINDS_OFFERED]
        for kind in range(len(baling.home)):
            mine = np.flatnonzero((offered[places[:, 0]] == kind).any(axis=1))
            cost = yuan[places[mine, 0], kind, places[mine, 1]]
            mine, cost = mine[np.isfinite(cost)], cost[np.isfinite(cost)]
            mu = lp.add_columns(len(mine), cost=cost)
            lp.add_entries(demand[mine], mu, -1.0)
            home, when = baling.home[kind], places[mine, 1]
            lp.add_entries(self.dry_rows[home, when], mu, baling.work_h_per_mu[kind])
            lp.add_entries(self.shift_rows[home, when], mu, np.array(shift_h)[places[mine, 0], kind])

    def _group_hauls(self, carry: Ints, periods: Ints, fields: Ints) -> None:
        """Trucks of each class come from near hubs and take the group's bales to near yards or approved plants."""
        lp, ways, yards = self.lp, self.ways, self.geometry.yards
        weight = (self.to_bale + self.lying)[fields] + 1e-9
        direct = np.asarray(self.direct[fields].any(axis=0))
        for cls in np.flatnonzero(self.geometry.admitted[fields].all(axis=0)):
            load_t = self.load_t[cls]
            to, back = ways.yuan_to_field[cls][:, fields] @ weight, weight @ ways.yuan_from_field[cls][fields]
            to_h, back_h = ways.h_to_field[cls][:, fields] @ weight, weight @ ways.h_from_field[cls][fields]
            to, back, to_h, back_h = (v / weight.sum() for v in (to, back, to_h, back_h))
            near = [k for k in np.argsort(to, kind="stable")[:HUBS_OFFERED] if np.isfinite(to[k])]
            goals = [k for k in np.argsort(back[:yards], kind="stable")[:HUBS_OFFERED] if np.isfinite(back[k])]
            goals += [k for k in range(yards, len(back)) if np.isfinite(back[k]) and direct[:, k - yards].any()]
            if not near or not goals:
                continue
            balance = lp.add_rows(len(periods), lower=0.0, upper=0.0)
            for hub in near:
                came = lp.add_columns(len(periods), cost=to[hub] / load_t)
                lp.add_entries(balance, came, 1.0)
                lp.add_entries(self.hour_rows[cls, periods], came, to_h[hub] / load_t)
                lp.add_entries(self.hub_rows[cls, periods, hub], came, 1.0 / load_t)
            for hub in goals:
                open_ = np.ones(len(periods), dtype=bool) if hub < yards else direct[periods, hub - yards]
                when = periods[open_]
                gone = lp.add_columns(len(when), cost=back[hub] / load_t + self.collect_h[cls] * ways.yuan_per_h[cls])
                lp.add_entries(balance[open_], gone, -1.0)
                lp.add_entries(carry[when], gone, 1.0)
                lp.add_entries(self.hour_rows[cls, when], gone, back_h[hub] / load_t + self.collect_h[cls])
                lp.add_entries(self.hub_rows[cls, when, hub], gone, -1.0 / load_t)
                lp.add_entries(self.bay_rows[when, hub], gone, self.unload_min[cls])
                if hub < yards:
                    lp.add_entries(self.yard_rows[when, hub], gone, -1.0)
                else:
                    lp.add_entries(self.plant_rows[when, hub - yards], gone, -1.0)
                    lp.add_entries(self.intake_rows[when, hub - yards], gone, 1.0)
