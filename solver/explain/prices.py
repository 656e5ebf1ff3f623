"""What another day or another destination would cost by the season's prices: reduced costs of its program, as it stood
on the morning on which the field's straw was decided."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import date

import numpy as np

from solver.plan import Plan
from solver.replan.rolling import mornings, rows_by_day
from solver.roads.ways import Ways
from solver.scenario import FarmField, Scenario
from solver.season.geometry import season_geometry
from solver.season.model import SeasonChoices, SeasonModel
from solver.season.programme import NEAR_DAYS

ALTERNATIVES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Alternative:
    """A destination (`kind` "destination") or a day of baling ("day") and the yuan a tonne that it costs more than the
    chosen one; below 0: the season's prices would have had it so, and whole loads or the day's trucks had not."""

    kind: str
    destination_id: str
    day: date
    yuan_per_t: float


def alternatives(scenario: Scenario, ways: Ways, plan: Plan, farm_field: FarmField) -> tuple[Alternative, ...]:
    """The nearest alternatives to what the plan does with most of the field's straw; none where prices cannot tell."""
    rows = [row for row in plan.season if row.field_id == farm_field.field_id]
    if not rows:
        return ()
    main = max(rows, key=lambda row: (row.dry_t, row.haul_date))
    decided = main.bale_date or main.haul_date
    geometry = season_geometry(scenario, ways)
    if not geometry.classes:
        return ()
    for day, state, _ in mornings(scenario, plan, rows_by_day(plan)):
        if day == decided:
            state = deepcopy(state)
            break
    else:
        return ()
    model = SeasonModel(scenario, geometry, state, decided, near_days=NEAR_DAYS, choices=SeasonChoices())
    solution = model.lp.solve(method="barrier")
    if not solution.row_duals.size:
        return ()
    number = geometry.field_ids.index(farm_field.field_id)
    return (
        *_destinations(model, solution.reduced_costs, number, main.haul_date, main.destination_id),
        *_days(model, solution.reduced_costs, number, main.bale_date),
    )


def _destinations(
    model: SeasonModel, reduced: np.ndarray, number: int, haul_date: date, chosen_id: str
) -> list[Alternative]:
    """Other destinations on the day on which it is hauled, with what the field's own way is longer or shorter."""
    period = int(model.periods.of_day[min((haul_date - model.first_day).days, len(model.days) - 1)])
    mine = np.flatnonzero((model.haul_from == model.neighbourhood[number]) & (model.haul_period == period))
    tier = int(model.geometry.tier[number])
    if not mine.size or tier < 0:
        return []
    hubs = model.haul_hub[mine]
    per_h_t = float(model.figures.yuan_per_driven_h()[tier] / model.geometry.load_t[tier])
    own_h = model.trip_h[number, hubs] - model.haul_trip_h[mine]
    yuan = dict(zip(hubs.tolist(), (reduced[model.haul[mine]] + own_h * per_h_t).tolist(), strict=True))
    names = model.geometry.hub_ids
    chosen = names.index(chosen_id)
    if chosen not in yuan:
        return []
    found = [Alternative("destination", names[k], haul_date, y - yuan[chosen]) for k, y in yuan.items() if k != chosen]
    return sorted(found, key=lambda a: a.yuan_per_t)[:ALTERNATIVES_SHOWN]


def _days(model: SeasonModel, reduced: np.ndarray, number: int, bale_date: date | None) -> list[Alternative]:
    """Other days of baling."""
    mine = np.flatnonzero(model.bale_field == number)
    if bale_date is None or not mine.size:
        return []
    periods = model.bale_period[mine]
    yuan = dict(zip(periods.tolist(), reduced[model.bale[mine]].tolist(), strict=True))
    chosen = int(model.periods.of_day[(bale_date - model.first_day).days])
    if chosen not in yuan:
        return []
    found = [
        Alternative("day", "", model.days[int(model.periods.first[p])], y - yuan[chosen])
        for p, y in yuan.items()
        if p != chosen
    ]
    return sorted(found, key=lambda a: a.yuan_per_t)[:ALTERNATIVES_SHOWN]
