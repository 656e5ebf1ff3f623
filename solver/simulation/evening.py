"""The fast rule of an evening: the programme over towns says how much to bale, the dispatcher's rule plans tomorrow.

Of each town's fields that are ready those due first are released to the balers until the programme's tonnes are
reached; what is due tomorrow or the day after always is. Then tomorrow is planned load by load as `solver.greedy`
describes, from what really stands where, with the forecast of tomorrow's workable hours and the times the scenario
reckons with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from solver.greedy.baler_day import BalerFleet
from solver.greedy.county import County
from solver.greedy.rows import RowBook
from solver.greedy.rule import DispatchRule
from solver.greedy.truck_day import TruckFleet
from solver.plan import BalerStop, Plan, TruckStop
from solver.simulation.standing import Standing
from solver.simulation.town_programme import TownProgramme

FLEET_SHARE = 1.2  # what the trucks fetch, over the dispatcher's first guess of a day
SHARED_SHARE = 0.5  # of the hours of trucks that go to fields too, for yards
CHOICE_SHARE = 5.0  # fields released, over what is to be baled: balers work in neighbourhoods
CALLED_SHARE = 1.15  # baled at most, over what the programme says
LINEHAUL_WAYS = 1.3  # ways of a round trip between yard and plant, over twice the middle way


@dataclass(frozen=True, slots=True)
class DayOrders:
    """What tomorrow's balers and trucks are told, in order."""

    baler_stops: tuple[BalerStop, ...]
    truck_stops: tuple[TruckStop, ...]

    @classmethod
    def of_plan(cls, plan: Plan, day: date) -> DayOrders:
        """The day as a plan has it."""
        return cls(
            tuple(s for s in plan.baler_stops if s.day == day), tuple(s for s in plan.truck_stops if s.day == day)
        )

    def trucks(self) -> dict[str, list[TruckStop]]:
        """The stops of each truck, in order."""
        by_truck: dict[str, list[TruckStop]] = defaultdict(list)
        for stop in sorted(self.truck_stops, key=lambda s: (s.truck_id, s.seq)):
            by_truck[stop.truck_id].append(stop)
        return by_truck

    def balers(self) -> dict[str, list[BalerStop]]:
        """The stops of each baler, in order."""
        by_baler: dict[str, list[BalerStop]] = defaultdict(list)
        for stop in sorted(self.baler_stops, key=lambda s: (s.baler_id, s.seq)):
            by_baler[stop.baler_id].append(stop)
        return by_baler


class EveningRule:
    """The rule of one county; keeps nothing from evening to evening but what `Standing` says."""

    def __init__(self, county: County, rule: DispatchRule | None = None) -> None:
        self._county = county
        self._rule = rule or DispatchRule()
        self._programme = TownProgramme(county)
        self._linehaul_kg = _linehaul_kg(county, self._rule)
        morning = TruckFleet(county, self._rule, Standing(county).straw(), RowBook(county))
        self._fetch_kg = morning.collecting_kg_per_day

    def orders(self, standing: Standing, day: int, fractions: Sequence[float]) -> DayOrders:
        """Return what is to be done on `day`; `fractions` of a shift that is thought workable then and every day after.

        `standing` learns what a truck may be expected to fetch, and changes in nothing else.
        """
        county, rule = self._county, self._rule
        straw = standing.straw()
        rows = RowBook(county)
        trucks = TruckFleet(county, rule, straw, rows, stock_kg=standing.stock_kg, truck_day_kg=standing.truck_day_kg)
        quota_kg = self._programme.to_bale_kg(
            standing,
            day,
            fractions=fractions,
            fetch_kg=FLEET_SHARE * self._fetch_kg,
            linehaul_kg=self._linehaul_kg,
        )
        released, released_kg = self._released(standing, day, quota_kg)
        evening = county.on_evening(
            np.where(released, county.ready_day, day + 1), {county.scenario.dates[day]: fractions[0]}
        )
        balers = BalerFleet(evening, rule, straw, rows)
        balers.unbaled_mu[:] = standing.unbaled_mu
        balers.work(day, backlog_limit_kg=float(straw.open_kg.sum()) + min(CALLED_SHARE * quota_kg.sum(), released_kg))
        trucks.work(day, unbaled_kg=balers.unbaled_kg(day))
        standing.truck_day_kg = list(trucks.truck_day_kg)
        return DayOrders(tuple(rows.baler_stops), tuple(rows.truck_stops))

    def _released(
        self, standing: Standing, day: int, quota_kg: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.bool_], float]:
        """(F,) which fields the balers may go to, and what they hold together."""
        county = self._county
        unbaled = standing.unbaled_kg
        ready = (standing.unbaled_mu > 0) & (county.ready_day <= day) & (county.due_day >= day)
        released = ready & (county.due_day <= day + self._rule.baler_urgent_days)
        fields = np.flatnonzero(ready)
        order = fields[np.lexsort((fields, county.due_day[fields]))]
        town = self._programme.town_of_field
        for number in range(self._programme.towns):
            mine = order[town[order] == number]
            before = np.cumsum(unbaled[mine]) - unbaled[mine]
            released[mine[before < CHOICE_SHARE * quota_kg[number] - 1.0]] = True
        return released, float(unbaled[released].sum())


def _linehaul_kg(county: County, rule: DispatchRule) -> float:
    """What the trucks bring from yards to plants in a day: those that go to no field, or half of all where none is."""
    if not county.scenario.plants or not county.yards:
        return 0.0
    largest_kg = max((kg for kg, used in zip(county.class_kg, county.class_used, strict=True) if used), default=0)
    free, shared = 0.0, 0.0
    for truck in county.scenario.trucks:
        c = county.class_index[truck.truck_class]
        kg = county.class_kg[c]
        if kg < rule.linehaul_share * largest_kg or kg <= 0:
            continue
        way = float(np.median(county.hub_min[c, : county.yards, county.yards :]))
        service = kg * (county.load_min_per_kg + county.unload_min_per_kg) + 2 * county.scenario.weigh_minutes
        day_kg = 60 * truck.shift_hours / max(service + 2 * LINEHAUL_WAYS * way, 1.0) * kg
        if county.admits[c].any():
            shared += day_kg
        else:
            free += day_kg
    return free + SHARED_SHARE * shared
