"""Why the season's programme leaves straw in a field, and what would have it fetched: from the data and the prices."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from solver.linear_program import Solution
from solver.plan import SeasonRow
from solver.scenario import FarmField, Scenario
from solver.season.model import NO_WAY_H, SeasonModel
from solver.season.state import SeasonState

Blocked = tuple[str, str]  # (reason, would be served if)

LEAST_LEFT_T = 0.01
LEAST_PRICE_YUAN_PER_T = 1.0


def blocked_fields(model: SeasonModel, solution: Solution, rows: Iterable[SeasonRow]) -> dict[str, Blocked]:
    """By field id, for every field with straw that `rows` do not haul."""
    number = {field_id: i for i, field_id in enumerate(model.geometry.field_ids)}
    left_t = model.to_bale + model.baled
    for row in rows:
        left_t[number[row.field_id]] -= row.dry_t
    left = np.flatnonzero(left_t > LEAST_LEFT_T)
    prices = _Prices(model, solution) if solution.row_duals.size else None
    blocked = {}
    for f in left:
        reason = _from_data(model, int(f))
        if reason is None and prices is not None:
            reason = prices.reason(int(f))
        blocked[model.geometry.field_ids[f]] = reason or (
            "the programme has no trip for it",
            "more truck or baler hours were there in its window",
        )
    return blocked


def blocked_without_trucks(scenario: Scenario, state: SeasonState) -> dict[str, Blocked]:
    """The same where nothing can be hauled at all."""
    reason = ("the fleet has no truck", "there were a truck of a class that the field admits")
    return {f.field_id: reason for f in scenario.fields if state.left_t(f.field_id) > LEAST_LEFT_T}


def _from_data(model: SeasonModel, f: int) -> Blocked | None:
    """What no price is needed for."""
    scenario, farm_field = model.scenario, model.scenario.fields[f]
    if model.clear_day[f] < 0:
        return f"its window ended on {farm_field.clear_by}", "it could be cleared later"
    if not model.geometry.admitted[f].any():
        limit = farm_field.max_truck_class
        return (
            f"no truck of the fleet is small enough: it admits {limit} at most",
            f"there were a truck of class {limit}",
        )
    if not (model.trip_h[f] < NO_WAY_H / 2).any():
        return (
            "no road that its trucks may use leads to a yard or plant",
            "a road were open to the trucks that the field admits",
        )
    if model.to_bale[f] > LEAST_LEFT_T and not scenario.balers:
        return "there is no baler", "there were a baler"
    if model.to_bale[f] > LEAST_LEFT_T and not (model.bale_field == f).any():
        return f"no dry day from {max(farm_field.ready_date, model.first_day)} to {_until(model, f)}", _next_dry(
            model, farm_field
        )
    if not (model.haul_from == model.neighbourhood[f]).any():
        return "no yard or approved plant near it is open in its window", "a yard near it were open in its window"
    return None


def _until(model: SeasonModel, f: int) -> str:
    return model.days[int(model.clear_day[f])].isoformat()


def _next_dry(model: SeasonModel, farm_field: FarmField) -> str:
    later = [d for d, dry in zip(model.days, model.fraction, strict=True) if dry > 0 and d > farm_field.clear_by]
    if later:
        return f"its deadline were {later[0]} or later, the next dry day"
    return "a day of its window were dry"


class _Prices:
    """What serving a field would cost by the duals of the program, and which limit makes it dear."""

    def __init__(self, model: SeasonModel, solution: Solution) -> None:
        self.model, self.dual, self.reduced = model, solution.row_duals, solution.reduced_costs
        self.service_h = model.figures.service_h_per_t()
        self.unload_min = model.figures.bay_min_per_t()[1]

    def reason(self, f: int) -> Blocked:
        model = self.model
        mine = np.flatnonzero(model.bale_field == f)
        if mine.size and model.to_bale[f] > LEAST_LEFT_T:
            best = int(mine[np.argmin(self.reduced[model.bale[mine]])])
            period, over_yuan = int(model.bale_period[best]), float(self.reduced[model.bale[best]])
        else:
            lot = np.flatnonzero(model.lot_field == f)
            period, over_yuan = 0, float(self.reduced[model.lot[lot]].max(initial=0.0))
        day = model.days[int(model.periods.first[period])]
        scarce = self._scarce(f, period)
        if not scarce or max(scarce.values())[0] < LEAST_PRICE_YUAN_PER_T:
            cost = model.scenario.value_yuan_per_t + max(over_yuan, 0.0)
            return (
                f"leaving it is cheaper: serving it would cost about {cost:.0f} yuan/t, "
                f"a tonne left is worth {model.scenario.value_yuan_per_t:.0f}",
                f"a tonne were worth more than {cost:.0f} yuan",
            )
        price_yuan, remedy = max(scarce.values())
        limit = max(scarce, key=lambda name: scarce[name])
        until = _until(model, f)
        return (
            f"{limit} is used up in its window, to {until}: "
            f"another tonne on {day} would displace {price_yuan:.0f} yuan of other work",
            f"there were {remedy} by {until}, or its deadline were later",
        )

    def _scarce(self, f: int, period: int) -> dict[str, tuple[float, str]]:
        """By limit: yuan that a tonne of the field takes of it beyond its own cost, and what would relieve it."""
        model, geometry = self.model, self.model.geometry
        region = geometry.hub_ids[int(model.region[f])]
        scarce: dict[str, tuple[float, str]] = {}
        rate = np.mean([b.rate_mu_per_h for b in model.scenario.balers]) if model.scenario.balers else 1.0
        if model.to_bale[f] > LEAST_LEFT_T and len(model.baler_rows):
            hours = float(model.area[f] / model.to_bale[f] / rate * (1.0 + model.baler_way_h[f]))
            price = float(np.min(np.abs(self.dual[model.baler_rows[:, period]]))) * hours
            scarce["the time of the balers"] = (price, f"more baler hours near {region}")
        here = (model.haul_from == model.neighbourhood[f]) & (model.haul_period == period)
        columns = np.flatnonzero(here)
        if not columns.size:
            return scarce
        best = int(columns[np.argmin(self.reduced[model.haul[columns]])])
        hub, trip_h = int(model.haul_hub[best]), float(model.haul_trip_h[best])
        tier = int(geometry.tier[f])
        classes = np.flatnonzero(geometry.admitted[f])
        prices = [
            float(abs(self.dual[model.truck_rows[c, period]])) * (self.service_h[c] + trip_h / geometry.load_t[c])
            for c in classes
        ]
        name = geometry.classes[tier]
        scarce[f"the time of the trucks of class {name} and smaller"] = (min(prices), f"more hours of {name} trucks")
        place = geometry.hub_ids[hub]
        bay_price = float(abs(self.dual[model.bay_rows[period, hub]])) * self.unload_min
        scarce[f"the bay time of {place}"] = (bay_price, f"another bay at {place}")
        if hub < geometry.yards:
            scarce[f"the room of {place}"] = self._room(period, hub)
        else:
            price = float(abs(self.dual[model.intake_rows[period, hub - geometry.yards]]))
            scarce[f"the daily intake of {place}"] = (price, f"a larger daily intake at {place}")
        return scarce

    def _room(self, period: int, yard: int) -> tuple[float, str]:
        """What a tonne in the yard costs beyond the cheapest linehaul: room, or what holds the linehaul up."""
        model = self.model
        at = (model.line_period == period) & (model.line_yard == yard)
        costs = model.line_h_per_t[at] * model.figures.yuan_per_truck_h()[model.line_class[at]]
        price = float(self.dual[model.yard_carry_rows[period, yard]]) - float(costs.min(initial=0.0))
        place = model.geometry.hub_ids[yard]
        return max(price, 0.0), f"more room in {place} or more trucks from there to the plants"
