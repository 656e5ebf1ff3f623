"""The season's programme: which field is baled on which day, when its straw leaves and where it goes.

A linear program (`season.model`) decides in tonnes; its answer is put into whole fields and full loads
(`season.rows`). The days turn it into stops and clock times. Truck work is measured as round trips to the
destination, so the cost is an estimate; `season.bound` gives the proven bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from solver.linear_program import Solution
from solver.plan import SeasonRow
from solver.scenario import Scenario
from solver.season.advice import Worth, season_worths
from solver.season.company import company_h
from solver.season.geometry import SeasonGeometry
from solver.season.model import SeasonChoices, SeasonModel
from solver.season.reasons import Blocked, blocked_fields, blocked_without_trucks
from solver.season.rows import linehaul_rows, season_rows
from solver.season.state import SeasonState

Floats = npt.NDArray[np.float64]

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
    `blocked_by`: for each field that keeps straw, the reason and what would have it served; `advice`: what one more of
    a limit would be worth, by week; `cost_parts_yuan`: trucks, balers, left_in_field, shortage, lateness."""

    rows: tuple[SeasonRow, ...]
    linehauls: tuple[LinehaulRow, ...]
    cost_yuan: float
    binding: Mapping[str, int] = field(default_factory=dict)
    blocked_by: Mapping[str, Blocked] = field(default_factory=dict)
    advice: tuple[Worth, ...] = ()
    cost_parts_yuan: Mapping[str, float] = field(default_factory=dict)


def season_programme(
    scenario: Scenario,
    geometry: SeasonGeometry,
    state: SeasonState,
    first_day: date,
    *,
    near_days: int | None = None,
    choices: SeasonChoices | None = None,
    before: Programme | None = None,
) -> Programme:
    """The programme from `first_day` to the season's end for what `state` leaves to be done.

    `near_days` None decides every day for itself; a number (NEAR_DAYS) only so many, the later ones in bundles: their
    rows are a rough guide, and a fifth of the time. `before`: the programme decided last, near whose work fields are
    cheaper to bale; without it a season of single days is decided twice.
    """
    if not geometry.classes or not any(d >= first_day for d in scenario.dates):
        return _nothing_moves(scenario, geometry, state, first_day)
    choices = choices or SeasonChoices()

    def decided(company: Floats | None) -> tuple[SeasonModel, Solution, tuple[SeasonRow, ...]]:
        model = SeasonModel(
            scenario, geometry, state, first_day, near_days=near_days, choices=choices, company_h=company
        )
        solution = model.lp.solve(method="barrier")
        return model, solution, season_rows(model, solution)

    if before is None and near_days is not None:
        model, solution, rows = decided(None)
    else:
        neighbours = before.rows if before is not None else decided(None)[2]
        model, solution, rows = decided(company_h(scenario, neighbours))
    parts = _cost_parts_yuan(model, solution)
    return Programme(
        rows=rows,
        linehauls=tuple(LinehaulRow(*row) for row in linehaul_rows(model, solution, rows)),
        cost_yuan=sum(parts.values()),
        cost_parts_yuan=parts,
        binding=_binding(model, solution),
        blocked_by=blocked_fields(model, solution, rows),
        advice=season_worths(model, solution),
    )


def _nothing_moves(scenario: Scenario, geometry: SeasonGeometry, state: SeasonState, first_day: date) -> Programme:
    """No truck, or no day: everything stays, plants live from their stock."""
    left_t = sum(state.left_t(f) for f in geometry.field_ids)
    days = sum(d >= first_day for d in scenario.dates)
    short_t = sum(max(p.daily_need_t * days - state.stock_t[p.plant_id], 0.0) for p in scenario.plants)
    cost = left_t * scenario.value_yuan_per_t + short_t * scenario.shortage_yuan_per_t
    return Programme((), (), cost, {}, blocked_without_trucks(scenario, state))


def _cost_parts_yuan(model: SeasonModel, solution: Solution) -> dict[str, float]:
    """The objective without the preferences, with straw left at its value, by what is paid for."""
    scenario, values, costs = model.scenario, solution.values, model.lp.costs()
    baled, lots = values[model.bale], values[model.lot]
    preferences = float(baled @ model.bale_preference) + float(values[model.line] @ model.line_preference)
    straw_t = float(model.to_bale.sum() + model.baled.sum())
    hours = np.concatenate([*model.baler_columns, np.zeros(0, dtype=np.int64)])
    parts = {
        "balers": float(baled @ model.baler_way_yuan[model.bale_field, model.bale_period])
        + float(costs[hours] @ values[hours]),
        "left_in_field": (straw_t - float(baled.sum() + lots.sum())) * scenario.value_yuan_per_t,
        "shortage": float(values[model.short].sum()) * scenario.shortage_yuan_per_t,
        "lateness": float(values[model.lie].sum()) * scenario.lateness_yuan_per_t_day
        + float(baled @ model.waits_yuan_per_t),
    }
    total = solution.objective - preferences + straw_t * scenario.value_yuan_per_t
    return {"trucks": total - sum(parts.values())} | parts


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
