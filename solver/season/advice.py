"""What one more truck, baler, bay or 100 t of yard room would be worth in a week: the duals of the season's program.

A dual is the yuan that the season would cost less for one more unit of a limit's right-hand side: an hour of a class
of trucks or of a home's balers, a minute at a place's bays, a tonne of a yard's room. What one more machine or bay adds
to that side, day by day, times the dual is its worth, after what its own hours cost. It holds for the first of them;
the next is worth no more, mostly less. Preferences of the program (`SeasonChoices`) are in the duals, a few yuan.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt

from solver.linear_program import Solution
from solver.season.model import SeasonModel

Floats = npt.NDArray[np.float64]
Limit = Literal["truck", "baler", "yard_bay", "plant_bay", "yard_room_100_t"]

WEEK_DAYS = 7
ROOM_T = 100.0
LEAST_YUAN = 1.0


@dataclass(frozen=True, slots=True)
class Worth:
    """`yuan` that one more of `limit` would save from `first_day` to `last_day`. `of_id`: a truck class for trucks, the
    home yard for balers, else the yard or plant."""

    first_day: date
    last_day: date
    limit: Limit
    of_id: str
    yuan: float


def season_worths(model: SeasonModel, solution: Solution) -> tuple[Worth, ...]:
    """Week by week from the model's first day, the dearest first within a week; nothing below a yuan."""
    if not solution.row_duals.size:
        return ()
    weeks = _weeks(model)
    worths = []
    for limit, of_ids, by_period in _by_period(model, solution):
        for week, row in enumerate(weeks @ by_period):
            first, last = week * WEEK_DAYS, min((week + 1) * WEEK_DAYS, len(model.days)) - 1
            worths += [
                Worth(model.days[first], model.days[last], limit, of_id, float(yuan))
                for of_id, yuan in zip(of_ids, row, strict=True)
                if yuan > LEAST_YUAN
            ]
    return tuple(sorted(worths, key=lambda w: (w.first_day, -w.yuan, w.limit, w.of_id)))


def advice_members(worths: tuple[Worth, ...]) -> list[dict[str, object]]:
    """The worths as they stand in `summary.json`."""
    return [
        {
            "from": worth.first_day.isoformat(),
            "to": worth.last_day.isoformat(),
            "limit": worth.limit,
            "of_id": worth.of_id,
            "yuan": round(worth.yuan, 2),
        }
        for worth in worths
    ]


def _weeks(model: SeasonModel) -> Floats:
    """(weeks, P): the share of each period's days that lies in the week."""
    days = np.arange(len(model.days))
    weeks = np.zeros((int(days[-1]) // WEEK_DAYS + 1, len(model.periods)))
    np.add.at(weeks, (days // WEEK_DAYS, model.periods.of_day), 1.0)
    return weeks / model.periods.length


def _by_period(model: SeasonModel, solution: Solution) -> list[tuple[Limit, tuple[str, ...], Floats]]:
    """Each limit with its ids and (P, ids): yuan that one more of it saves in a period."""
    scenario, choices, geometry, periods = model.scenario, model.choices, model.geometry, model.periods
    price = np.maximum(-solution.row_duals, 0.0)
    trucks = np.array([sum(t.truck_class == name for t in scenario.trucks) for name in geometry.classes])
    hours_a_day = model.figures.truck_hours_a_day() / np.maximum(trucks, 1) * choices.truck_shift_share
    homes = sorted({geometry.hub_ids.index(b.home_yard_id) for b in scenario.balers})
    home_ids = tuple(geometry.hub_ids[home] for home in homes)
    shift_h = [np.mean([b.shift_hours for b in scenario.balers if b.home_yard_id == home]) for home in home_ids]
    baling_share = periods.sums(np.minimum(model.fraction, choices.baler_shift_share))
    bay_share = np.where(
        np.arange(len(geometry.hub_ids)) < geometry.yards, choices.yard_bay_share, choices.plant_bay_share
    )
    bays = price[model.bay_rows] * model.hub_open_min * bay_share
    capacity_t = np.array([y.capacity_t for y in scenario.yards])
    grows = model.room_t <= capacity_t * choices.yard_room_share * choices.factor("yard room") + 1e-9
    room = np.maximum(-solution.reduced_costs[model.yard_stock], 0.0) * choices.yard_room_share * ROOM_T * grows
    yard_ids, plant_ids = geometry.hub_ids[: geometry.yards], geometry.hub_ids[geometry.yards :]
    return [
        ("truck", geometry.classes, price[model.truck_rows].T * hours_a_day * periods.length[:, None]),
        ("baler", home_ids, price[model.baler_rows].T * np.array(shift_h) * baling_share[:, None]),
        ("yard_bay", yard_ids, bays[:, : geometry.yards]),
        ("plant_bay", plant_ids, bays[:, geometry.yards :]),
        ("yard_room_100_t", yard_ids, room),
    ]
