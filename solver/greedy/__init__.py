"""The season as a good dispatcher plans it by hand, load by load: what the planner is compared with.

The rule, as the dispatcher would say it:

**Balers.** In the morning every baler called out drives to the nearest field that is ready and that nobody works on;
a day more to the deadline counts as two minutes farther, fields due today or tomorrow go before all others, and of
fields about equally near the one due first is taken. It tells us whenever 20 mu are done, so that trucks can fetch
behind it. A second baler joins a field where 40 mu or more are still to be begun, or that is nearly due. We open no
field that is not nearly due while more straw lies baled than the trucks fetch in nearly two days.

**Trucks.** Whoever is free takes the nearest load: the one he can begin first, counting the way, the queue at the
field, the baler still at work, and the way on to the nearest yard with room; fields near his home count as nearer.
Straw due today counts as an hour nearer; of loads about equally near the one due first is taken. A part load counts
as farther than a full one: what is left of a field is fetched last, and the bed is then filled up at fields close by.
The load goes to the nearest yard with room, counting the wait for a bay, or straight to a plant where that is
approved and hardly farther.

**Yards.** The largest trucks drive from the yards to the plants: from the nearest yard that is more than a fifth full,
and from any yard while a plant has less than two days' straw. The straw goes to the plant that has least if it has
less than two days', else to the nearest with room. The next smaller ones help at a yard that is half full.
When all straw still to come fits into the yards, only those three quarters full are relieved.

**Calling out.** We call out as many balers and trucks as the day needs, those nearest to straw first, of the trucks
the largest that its fields admit. A truck leaves home in time for its first load and not earlier, drives on until its
shift ends, and goes home early if there is nothing to fetch within three quarters of an hour.

The rule knows every bay, hour, baler, truck and approval that the planner knows; it does not look
farther ahead than tomorrow.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from solver.greedy.baler_day import BalerFleet, already_baled
from solver.greedy.county import County
from solver.greedy.reasons import unserved_reasons
from solver.greedy.rows import RowBook
from solver.greedy.rule import DispatchRule
from solver.greedy.straw import ALREADY_BALED, BaledStraw
from solver.greedy.truck_day import TruckFleet
from solver.plan import Haul, Plan
from solver.plan_assembly import assemble_plan
from solver.roads.ways import Ways
from solver.scenario import Scenario

__all__ = ["DispatchRule", "plan_greedy"]


def plan_greedy(
    scenario: Scenario,
    ways: Ways,
    *,
    progress: Callable[[int, int], None] | None = None,
    rule: DispatchRule | None = None,
) -> Plan:
    """Return the whole season planned by the dispatcher's rule; the same scenario always gives the same plan.

    `progress` is called after every day with the days done and the days in all. The rule proves nothing: the lower
    bounds of its summary are 0.
    """
    began = time.monotonic()
    rule = rule or DispatchRule()
    county = County(scenario, ways)
    rows = RowBook(county)
    straw = BaledStraw(fields=len(county.fields), class_kg=county.class_kg)
    already_baled(county, straw, ALREADY_BALED)
    balers = BalerFleet(county, rule, straw, rows)
    trucks = TruckFleet(county, rule, straw, rows)
    for day in range(county.days):
        balers.work(day, backlog_limit_kg=rule.backlog_days * trucks.collecting_kg_per_day)
        trucks.work(day, unbaled_kg=balers.unbaled_kg(day))
        if progress is not None:
            progress(day + 1, county.days)
    return assemble_plan(
        scenario,
        ways,
        season=rows.season_rows(),
        baler_stops=rows.baler_stops,
        hauls=rows.hauls,
        truck_stops=rows.truck_stops,
        unserved_reasons=unserved_reasons(
            county, unbaled_mu=balers.unbaled_mu, open_kg=straw.open_kg, no_room=trucks.finder.no_room
        ),
        hauling={},
        first_day=scenario.season_start,
        last_day=scenario.season_end,
        seed=0,
        seconds=time.monotonic() - began,
        lower_bound_yuan=0.0,
        allocation_deviations=_allocation_deviations(county, rows.hauls),
    )


def _allocation_deviations(county: County, hauls: Sequence[Haul]) -> list[dict[str, object]]:
    """Where a yard's straw did not go to its own town's plant (H16) or to the nearest one (H15), summed by pair."""
    plants = county.scenario.plants
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for haul in hauls:
        if haul.kind == "linehaul":
            sums[haul.origin_ids[0], haul.destination_id] += haul.dry_t
    if not sums:
        return []
    ride = county.hub_min[county.class_used].min(axis=0)[: county.yards, county.yards :]
    deviations: list[dict[str, object]] = []
    for (yard_id, plant_id), dry_t in sorted(sums.items()):
        yard = county.hub_index[yard_id]
        own = [j for j, p in enumerate(plants) if p.town_id == county.scenario.yards[yard].town_id]
        preferred = min(own or range(len(plants)), key=lambda j: float(ride[yard, j]))
        if plants[preferred].plant_id == plant_id or (own and plant_id in {plants[j].plant_id for j in own}):
            continue
        deviations.append(
            {
                "rule": "H16" if own else "H15",
                "origin_id": yard_id,
                "destination_id": plant_id,
                "preferred_id": plants[preferred].plant_id,
                "dry_t": round(float(np.round(dry_t, 6)), 6),
                "reason": "the plant had less straw than two days' need, or the preferred one had no room that day",
            }
        )
    return deviations
