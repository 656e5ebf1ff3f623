"""The season's programme over towns and days: how much straw each town's balers should bale tomorrow.

A small linear program, solved every evening in some milliseconds. It knows towns instead of fields, one stock of all
yards and one of all plants instead of each, and the next days singly, later ones in bundles:

- a town's straw can be baled once its fields are ready, and what has not left by their deadlines is lost;
- balers work, their own town first, their shifts in the share of the day that the forecast, later the usual weather of
  the month, leaves them;
- trucks fetch what they have fetched in the days before; what lies baled overnight costs what the scenario says;
- straw goes into the yards' room and on to plants up to their intake; a plant without straw is short.

What is ready and not baled costs a little a day: rain may come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from solver.greedy.county import County
from solver.linear_program import LinearProgram, NoSolution
from solver.simulation.standing import Standing

Floats = npt.NDArray[np.float64]

PERIOD_DAYS = (1, 1, 1, 1, 2, 3, 5, 8)
HASTE_YUAN_PER_T_DAY = 8.0
GUEST_YUAN_PER_T = 10.0  # a tonne baled by balers of another town
BALER_SHARE = 1.0  # of a shift that is worked in fields
YARD_SHARE = 0.85  # of the room: all yards are never full at once


@dataclass(frozen=True, slots=True)
class _Periods:
    first: tuple[int, ...]
    length: tuple[int, ...]


class TownProgramme:
    """The program of one county; its towns are numbered as in the scenario."""

    def __init__(self, county: County) -> None:
        self._county = county
        scenario = county.scenario
        town = {t.town_id: i for i, t in enumerate(scenario.towns)}
        self.town_of_field = np.array([town[f.town_id] for f in county.fields], dtype=np.int64)
        self.towns = len(scenario.towns)
        self._baler_mu_per_day = np.zeros(self.towns)
        for baler in scenario.balers:
            home = town[scenario.yard_by_id[baler.home_yard_id].town_id]
            self._baler_mu_per_day[home] += baler.rate_mu_per_h * baler.shift_hours * BALER_SHARE

    def to_bale_kg(
        self, standing: Standing, day: int, *, fractions: Sequence[float], fetch_kg: float, linehaul_kg: float
    ) -> Floats:
        """Return the kilograms (towns,) to be baled on `day`.

        `fractions`: of a shift that can be worked on `day` and every day after it; `fetch_kg`, `linehaul_kg`: what all
        trucks bring from fields, and from yards to plants, in a day.
        """
        periods = _periods(len(fractions))
        if not periods.first:
            return np.zeros(self.towns)
        ready, due, kg_per_mu = self._straw(standing, day, periods)
        if not ready.any():
            return np.zeros(self.towns)
        model = _Model(self._county, standing, day, periods, ready / 1000, due / 1000)
        model.limit_balers(kg_per_mu / 1000, self._baler_mu_per_day, fractions)
        model.limit_trucks(fetch_kg / 1000, linehaul_kg / 1000)
        try:
            values = model.program.solve().values
        except NoSolution:  # numbers beyond the solver: everything that is ready may be baled
            return np.asarray(ready[:, 0])
        return np.asarray(values[model.bale[:, 0]] * 1000)

    def _straw(self, standing: Standing, day: int, periods: _Periods) -> tuple[Floats, Floats, Floats]:
        """By town and period, kilograms: unbaled straw that is ready when the period begins, all straw due by its end
        (both grow over the periods); and straw per mu by town."""
        county = self._county
        alive = county.due_day >= day
        unbaled = standing.unbaled_kg * alive
        straw = (standing.unbaled_kg + standing.lying_kg) * alive
        ready = np.zeros((self.towns, len(periods.first)))
        due = np.zeros_like(ready)
        for p, (first, length) in enumerate(zip(periods.first, periods.length, strict=True)):
            # Of a bundle's straw half of what becomes ready within it counts.
            now, later = county.ready_day <= day + first, county.ready_day <= day + first + length - 1
            ready[:, p] = self._by_town(unbaled * (now + (later & ~now) * 0.5))
            due[:, p] = self._by_town(straw * (county.due_day <= day + first + length - 1))
        mu = self._by_town(standing.unbaled_mu * alive)
        per_mu = np.divide(self._by_town(unbaled), mu, out=np.full(self.towns, 400.0), where=mu > 0)
        return ready, due, np.maximum(per_mu, 1.0)

    def _by_town(self, values: Floats) -> Floats:
        return np.bincount(self.town_of_field, weights=values, minlength=self.towns).astype(np.float64)


class _Model:
    """The program's columns and rows, tonnes."""

    def __init__(
        self, county: County, standing: Standing, day: int, periods: _Periods, ready_t: Floats, due_t: Floats
    ) -> None:
        scenario = county.scenario
        self._periods = periods
        self.program = LinearProgram()
        towns, count = ready_t.shape
        length = np.array(periods.length, dtype=float)
        alive = county.due_day >= day
        town = {t.town_id: i for i, t in enumerate(scenario.towns)}
        town_of_field = np.array([town[f.town_id] for f in county.fields], dtype=np.int64)
        lying_t: Floats = np.bincount(town_of_field, weights=standing.lying_kg * alive / 1000, minlength=towns).astype(
            np.float64
        )

        def block(cost: float | Floats) -> npt.NDArray[np.int64]:
            flat = np.broadcast_to(np.asarray(cost, dtype=float), (towns, count)).ravel()
            return self.program.add_columns(towns * count, cost=flat).reshape(towns, count)

        # A tonne baled earlier does not cost haste in the days after.
        after = length[::-1].cumsum()[::-1]
        self.bale = block(-HASTE_YUAN_PER_T_DAY * after)
        self.fetch = block(0.0)
        lost = block(scenario.value_yuan_per_t)
        lying = block(scenario.lateness_yuan_per_t_day * length)
        self.line = self.program.add_columns(count)
        room_t = YARD_SHARE * sum(y.capacity_t for y in scenario.yards)
        in_yards_t = sum(standing.yard_kg) / 1000
        in_yards = self.program.add_columns(count, upper=max(room_t, in_yards_t))
        storage_t = sum(p.storage_t for p in scenario.plants)
        at_plants_t = sum(standing.plant_kg) / 1000
        at_plants = self.program.add_columns(count, upper=max(storage_t, at_plants_t))
        short = self.program.add_columns(count, cost=scenario.shortage_yuan_per_t)
        need_t = sum(p.daily_need_t for p in scenario.plants)
        intake_t = sum(p.daily_max_t for p in scenario.plants)
        every = np.arange(towns)
        for p in range(count):
            ready_rows = self.program.add_rows(towns, upper=ready_t[:, p])
            due_rows = self.program.add_rows(towns, lower=due_t[:, p])
            for q in range(p + 1):
                self.program.add_entries(ready_rows, self.bale[:, q], 1.0)
                self.program.add_entries(due_rows, self.fetch[:, q], 1.0)
                self.program.add_entries(due_rows, lost[:, q], 1.0)
            before_t = lying_t if p == 0 else 0.0 * lying_t
            flow = self.program.add_rows(towns, lower=before_t, upper=before_t)
            self.program.add_entries(flow, lying[:, p], 1.0)
            self.program.add_entries(flow, self.fetch[:, p], 1.0)
            self.program.add_entries(flow, self.bale[:, p], -1.0)
            yards = self.program.add_rows(1, lower=in_yards_t if p == 0 else 0.0, upper=in_yards_t if p == 0 else 0.0)
            self.program.add_entries(yards, in_yards[p], 1.0)
            self.program.add_entries(yards, self.line[p], 1.0)
            self.program.add_entries(np.repeat(yards, towns), self.fetch[every, p], -1.0)
            used_t = need_t * length[p]
            opening_t = (at_plants_t if p == 0 else 0.0) - used_t
            plants = self.program.add_rows(1, lower=opening_t, upper=opening_t)
            self.program.add_entries(plants, at_plants[p], 1.0)
            self.program.add_entries(plants, self.line[p], -1.0)
            self.program.add_entries(plants, short[p], -1.0)
            intake = self.program.add_rows(1, upper=intake_t * length[p])
            self.program.add_entries(intake, self.line[p], 1.0)
            if p:
                self.program.add_entries(flow, lying[:, p - 1], -1.0)
                self.program.add_entries(yards, in_yards[p - 1], -1.0)
                self.program.add_entries(plants, at_plants[p - 1], -1.0)

    def limit_balers(self, t_per_mu: Floats, mu_per_day: Floats, fractions: Sequence[float]) -> None:
        """Balers work in their home's town first; what others must do there costs their way. `mu_per_day`: by town."""
        towns = len(t_per_mu)
        for p, (first, length) in enumerate(zip(self._periods.first, self._periods.length, strict=True)):
            days = float(sum(fractions[first : first + length]))
            guests = self.program.add_columns(towns, cost=GUEST_YUAN_PER_T)
            at_home = self.program.add_rows(towns, upper=mu_per_day * days)
            self.program.add_entries(at_home, self.bale[:, p], 1.0 / t_per_mu)
            self.program.add_entries(at_home, guests, -1.0 / t_per_mu)
            row = self.program.add_rows(1, upper=float(mu_per_day.sum()) * days)
            self.program.add_entries(np.repeat(row, towns), self.bale[:, p], 1.0 / t_per_mu)

    def limit_trucks(self, fetch_t: float, linehaul_t: float) -> None:
        for p, length in enumerate(self._periods.length):
            row = self.program.add_rows(1, upper=fetch_t * length)
            self.program.add_entries(np.repeat(row, len(self.fetch)), self.fetch[:, p], 1.0)
            row = self.program.add_rows(1, upper=linehaul_t * length)
            self.program.add_entries(row, self.line[p], 1.0)


def _periods(days: int) -> _Periods:
    first, length, at = [], [], 0
    sizes = list(PERIOD_DAYS)
    while at < days:
        size = min(sizes.pop(0) if sizes else days - at, days - at)
        first.append(at)
        length.append(size)
        at += size
    return _Periods(tuple(first), tuple(length))
