"""The season's programme: which field is baled on which day, when its straw leaves and where it goes.

A linear program (`season_model`) decides in tonnes; its answer is put into whole fields and full loads
(`season_rows`). The days turn it into stops and clock times. Truck work is measured as round trips to the
destination, so the cost is an estimate; `season_bound` gives the proven bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from solver.linear_program import Solution
from solver.plan import SeasonRow
from solver.scenario import Scenario
from solver.season_geometry import SeasonGeometry
from solver.season_model import SeasonChoices, SeasonModel
from solver.season_reasons import Blocked, blocked_fields, blocked_without_trucks
from solver.season_rows import linehaul_rows, season_rows
from solver.season_state import SeasonState

# A rolling solve sees so many days one by one and the rest in bundles: a quarter of the columns of the whole season.
NEAR_DAYS = 6


@dataclass(frozen=True, slots=True)
class LinehaulRow:
    """Tonnes that a day moves from a yard to a plant."""

    day: date
    yard_id: str
    plant_id: str
    dry_t: float


@dataclass(frozen=True, slots=True)
class Programme:
    """What the season wants. `cost_yuan` is the program's own estimate, `binding` the days on which a limit binds;
    `blocked_by`: for each field that keeps straw, the reason and what would have it served."""

    rows: tuple[SeasonRow, ...]
    linehauls: tuple[LinehaulRow, ...]
    cost_yuan: float
    binding: Mapping[str, int] = field(default_factory=dict)
    blocked_by: Mapping[str, Blocked] = field(default_factory=dict)


def season_programme(
    scenario: Scenario,
    geometry: SeasonGeometry,
    state: SeasonState,
    first_day: date,
    *,
    near_days: int | None = None,
    choices: SeasonChoices | None = None,
) -> Programme:
    """The programme from `first_day` to the season's end for what `state` leaves to be done.

    `near_days` None decides every day for itself; a number (NEAR_DAYS) only so many, the later ones in bundles: their
    rows are a rough guide, and a fifth of the time.
    """
    if not geometry.classes or not any(d >= first_day for d in scenario.dates):
        return _nothing_moves(scenario, geometry, state, first_day)
    model = SeasonModel(scenario, geometry, state, first_day, near_days=near_days, choices=choices or SeasonChoices())
    solution = model.lp.solve(method="barrier")
    rows = season_rows(model, solution)
    return Programme(
        rows=rows,
        linehauls=tuple(LinehaulRow(*row) for row in linehaul_rows(model, solution, rows)),
        cost_yuan=_cost_yuan(model, solution),
        binding=_binding(model, solution),
        blocked_by=blocked_fields(model, solution, rows),
    )


def _nothing_moves(scenario: Scenario, geometry: SeasonGeometry, state: SeasonState, first_day: date) -> Programme:
    """No truck, or no day: everything stays, plants live from their stock."""
    left_t = sum(state.left_t(f) for f in geometry.field_ids)
    days = sum(d >= first_day for d in scenario.dates)
    short_t = sum(max(p.daily_need_t * days - state.stock_t[p.plant_id], 0.0) for p in scenario.plants)
    cost = left_t * scenario.value_yuan_per_t + short_t * scenario.shortage_yuan_per_t
    return Programme((), (), cost, {}, blocked_without_trucks(scenario, state))


def _cost_yuan(model: SeasonModel, solution: Solution) -> float:
    """The objective without the preferences, with straw left at its value."""
    left = float(model.to_bale.sum() + model.baled.sum()) * model.scenario.value_yuan_per_t
    preferences = float(solution.values[model.bale] @ model.bale_preference)
    preferences += float(solution.values[model.line] @ model.line_preference)
    return solution.objective - preferences + left


def _binding(model: SeasonModel, solution: Solution) -> dict[str, int]:
    """Days on which a limit has a price, by limit."""
    if not solution.row_duals.size:
        return {}
    length, yards = model.periods.length, model.geometry.yards
    price = np.abs(solution.row_duals) > 1e-3
    full = solution.values[model.yard_stock] > model.room_t - 1e-3
    binding = {
        "balers": price[model.baler_rows].any(axis=0),
        "yard bays": price[model.bay_rows[:, :yards]].any(axis=1),
        "yard room": full.any(axis=1),
        "plant intake": price[model.intake_rows].any(axis=1),
        "plant bays": price[model.bay_rows[:, yards:]].any(axis=1),
    }
    for name, rows in zip(model.geometry.classes, model.truck_rows, strict=True):
        binding[f"truck hours {name}"] = price[rows]
    return {name: int(length[flags].sum()) for name, flags in binding.items()}
