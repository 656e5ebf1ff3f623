"""One day of the balers: each goes to the nearest ready field, what is due first among equals."""

from __future__ import annotations

import heapq

import numpy as np

from solver.greedy.county import MARGIN_MIN, County
from solver.greedy.rows import RowBook
from solver.greedy.rule import DispatchRule
from solver.greedy.straw import BaledStraw, Piece
from solver.scenario import MINUTES_PER_DAY, Baler

NEAR_FIELDS = 5


class BalerFleet:
    """`unbaled_mu`: (fields,) area that no baler has begun."""

    def __init__(self, county: County, rule: DispatchRule, straw: BaledStraw, rows: RowBook) -> None:
        self._county = county
        self._rule = rule
        self._straw = straw
        self._rows = rows
        self._balers = county.scenario.balers
        self._homes = [county.hub_index[baler.home_yard_id] for baler in self._balers]
        self.unbaled_mu = np.array([f.area_mu for f in county.fields], dtype=np.float64)
        self._baled_mu = np.zeros(len(county.fields))
        self._baled_kg = np.zeros(len(county.fields), dtype=np.int64)
        self._at_work = np.zeros(len(county.fields), dtype=np.int64)
        self._trucks_stop_min = max((t.shift_start_min + 60 * t.shift_hours for t in county.scenario.trucks), default=0)

    def work(self, day: int, *, backlog_limit_kg: float) -> None:
        """Bale for one day; beyond `backlog_limit_kg` lying baled, only what is due within days."""
        county = self._county
        fraction = county.scenario.workable_fraction(self._rows.day(day))
        turns: list[tuple[float, int, int]] = []  # (minute free, baler, field where it stands or -1 for home)
        budget_min: dict[int, int] = {}
        for index in self._called_out(day, fraction, backlog_limit_kg):
            baler = self._balers[index]
            budget_min[index] = int(fraction * baler.shift_hours * 60 + 1e-6)
            if budget_min[index] > 0:
                turns.append((float(day * MINUTES_PER_DAY + baler.shift_start_min), index, -1))
        heapq.heapify(turns)
        while turns:
            minute, index, stands = heapq.heappop(turns)
            baler = self._balers[index]
            if stands >= 0:
                self._at_work[stands] -= 1
            behind = float(self._straw.open_kg.sum()) > backlog_limit_kg
            shift_end = day * MINUTES_PER_DAY + baler.shift_start_min + 60 * baler.shift_hours
            choice = self._choose(day, index, minute, stands, shift_end, budget_min[index], only_urgent=behind)
            if choice is None:
                continue
            field, travel_min, stint_min = choice
            mu = self._claim(field, stint_min, baler)
            start = minute + travel_min
            end = start + mu / baler.rate_mu_per_h * 60 + MARGIN_MIN
            self._rows.baler_stop(
                day=day, baler_id=baler.baler_id, field=field, arrive_min=start, start_min=start, end_min=end, mu=mu
            )
            budget_min[index] -= int(end + 1e-6) - int(start + 1e-6)
            self._lay_down(field, day, end, mu)
            self._at_work[field] += 1
            heapq.heappush(turns, (end, index, field))
        self._straw.more_to_come = (self.unbaled_mu > 0) & (county.due_day > day)
        for lying in np.flatnonzero(self._straw.open_kg):
            self._straw.refresh(int(lying))

    def unbaled_kg(self, day: int) -> float:
        """Straw not baled yet in fields that are not past their deadline."""
        return float((self.unbaled_mu * self._county.kg_per_mu)[self._county.due_day > day].sum())

    def _called_out(self, day: int, fraction: float, backlog_limit_kg: float) -> list[int]:
        """As many balers as make the backlog full, or as urgent fields need; those nearest to ready fields first."""
        county = self._county
        ready = (self.unbaled_mu > 0) & (county.ready_day <= day) & (county.due_day >= day)
        urgent = ready & (county.due_day <= day + self._rule.baler_urgent_days)
        fields = np.flatnonzero(ready)
        if not fields.size:
            return []
        wanted_mu = float(self.unbaled_mu[urgent].sum())
        kg_per_mu = float((self.unbaled_mu * county.kg_per_mu)[fields].sum() / self.unbaled_mu[fields].sum())
        if kg_per_mu > 0:
            wanted_mu = max(wanted_mu, (backlog_limit_kg - float(self._straw.open_kg.sum())) / kg_per_mu)
        way_km = np.sort(county.baler_from_home_km[:, fields], axis=1)[:, :NEAR_FIELDS].mean(axis=1)
        called: list[int] = []
        for index in sorted(range(len(self._balers)), key=lambda i: float(way_km[self._homes[i]])):
            if wanted_mu <= 0:
                break
            baler = self._balers[index]
            called.append(index)
            wanted_mu -= fraction * baler.shift_hours * baler.rate_mu_per_h / self._rule.call_out_margin
        return sorted(called)

    def _choose(
        self, day: int, index: int, minute: float, stands: int, shift_end: float, budget_min: int, *, only_urgent: bool
    ) -> tuple[int, float, float] | None:
        """The field to go to, the way there and the most it may work there, in minutes; None to go home."""
        county, rule, baler = self._county, self._rule, self._balers[index]
        home = self._homes[index]
        km = county.baler_from_home_km[home] if stands < 0 else county.baler_km[stands].astype(np.float64)
        per_km = 60.0 / baler.road_speed_km_h
        travel = km * per_km + (km > 0) * MARGIN_MIN
        back = county.baler_to_home_km[:, home] * per_km + MARGIN_MIN
        need = np.minimum(self.unbaled_mu, rule.part_mu) / baler.rate_mu_per_h * 60 + 2 * MARGIN_MIN
        until = shift_end - back
        # Straw baled too late on its last day would never be fetched.
        last_call = day * MINUTES_PER_DAY + self._trucks_stop_min - rule.last_fetch_min
        until = np.where(county.due_day == day, np.minimum(until, last_call), until)
        room = np.minimum(until - minute - travel, budget_min)
        urgent = county.due_day <= day + rule.baler_urgent_days
        free = (self._at_work == 0) | (self.unbaled_mu >= rule.join_mu) | urgent
        if stands >= 0:
            free[stands] = True
        good = (
            (self.unbaled_mu > 0)
            & (county.ready_day <= day)
            & (county.due_day >= day)
            & free
            & (room >= np.minimum(need, rule.least_stint_min))
        )
        if only_urgent or (good & urgent).any():
            good &= urgent
        candidates = np.flatnonzero(good)
        if not candidates.size:
            return None
        weighed = travel + rule.baler_slack_min * (county.due_day - day)
        near = candidates[weighed[candidates] <= weighed[candidates].min() + rule.baler_equal_min]
        by_deadline = near[np.lexsort((travel[near], county.due_day[near]))]
        chosen = int(stands if stands >= 0 and good[stands] else by_deadline[0])
        return chosen, float(travel[chosen]), float(room[chosen])

    def _claim(self, field: int, stint_min: float, baler: Baler) -> float:
        """Take the baler's next part of the field, mu to four places."""
        left_mu = float(self.unbaled_mu[field])
        most_mu = (stint_min - 2 * MARGIN_MIN) / 60 * baler.rate_mu_per_h
        part_mu = self._rule.part_mu if left_mu > 1.5 * self._rule.part_mu else left_mu
        if min(part_mu, most_mu) >= left_mu:
            self.unbaled_mu[field] = 0.0
            return left_mu
        mu = max(int(min(part_mu, most_mu) * 1e4) / 1e4, 1e-4)
        self.unbaled_mu[field] = max(0.0, round(left_mu - mu, 9))
        return mu

    def _lay_down(self, field: int, day: int, from_min: float, mu: float) -> None:
        self._baled_mu[field] += mu
        total_kg = int(self._baled_mu[field] * self._county.kg_per_mu[field] + 1e-3)
        kg = total_kg - int(self._baled_kg[field])
        self._baled_kg[field] = total_kg
        if kg > 0:
            self._straw.add(field, Piece(bale_day=day, from_min=from_min, kg=kg))


def already_baled(county: County, straw: BaledStraw, bale_day: int) -> None:
    """Lay down what was baled before the season."""
    for index, farm_field in enumerate(county.fields):
        kg = int(farm_field.already_baled_t * 1000 + 1e-6)
        if kg > 0:
            straw.add(index, Piece(bale_day=bale_day, from_min=0.0, kg=kg))
