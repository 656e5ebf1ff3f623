"""Why a field's straw goes where and when it does, and what keeps the rest of it there (docs/explain.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from solver.explain.prices import Alternative, alternatives
from solver.explain.relaxing import Remedy, remedies
from solver.plan import BalerStop, Haul, Plan, TruckStop
from solver.plan_assembly import LEFT_LIMIT_T
from solver.plan_check.case import last_covered_day
from solver.roads.ways import Ways
from solver.scenario import FarmField, Scenario


@dataclass(frozen=True, slots=True)
class Fetched:
    """A haul that takes straw of the field: its truck, its load there, what it takes."""

    haul: Haul
    load: TruckStop


@dataclass(frozen=True, slots=True)
class Explanation:
    """`left_t` of the field's straw stay. `alternatives`: what another day or destination would cost a tonne more, by
    the season's prices. `remedies`: what was tried for what stays; the first is the plan as it is."""

    farm_field: FarmField
    baled: tuple[BalerStop, ...]
    fetched: tuple[Fetched, ...]
    left_t: float
    last_day: date
    alternatives: tuple[Alternative, ...]
    remedies: tuple[Remedy, ...]
    value_yuan: float

    @property
    def cheapest(self) -> Remedy | None:
        """The cheapest remedy that was proven."""
        proven = [remedy for remedy in self.remedies if remedy.proven]
        return min(proven, key=lambda remedy: (remedy.yuan, remedy.limits)) if proven else None


def explain(scenario: Scenario, ways: Ways, plan: Plan, field_id: str) -> Explanation:
    """The explanation of one field; KeyError where the scenario has no such field."""
    farm_field = scenario.field_by_id[field_id]
    hauls = {haul.haul_id: haul for haul in plan.hauls}
    fetched = tuple(
        Fetched(hauls[stop.haul_id], stop)
        for stop in sorted(plan.truck_stops, key=lambda s: (s.day, s.start_min, s.truck_id))
        if stop.action == "load" and stop.place_id == field_id
    )
    baled = tuple(
        sorted((s for s in plan.baler_stops if s.field_id == field_id), key=lambda s: (s.day, s.start_min, s.baler_id))
    )
    left_t = max(farm_field.dry_straw_t - sum(f.load.dry_t for f in fetched), 0.0)
    last_day = last_covered_day(scenario, plan.summary)
    chosen = alternatives(scenario, ways, plan, farm_field) if fetched else ()
    due = min(farm_field.clear_by, scenario.season_end) <= last_day
    tried = remedies(scenario, ways, plan, farm_field, left_t) if left_t > LEFT_LIMIT_T and due else ()
    return Explanation(farm_field, baled, fetched, left_t, last_day, chosen, tried, left_t * scenario.value_yuan_per_t)
