"""Where a plan departs from "nearest plant first" (H15) and "own town first" (H16), and why.

H15: straw of a yard, or of a directly hauled field, goes to a plant that is not its nearest by road. H16: a plant
takes another town's straw on a day on which straw of its own town goes elsewhere. The reasons are read off the plan:
the nearest plant's intake, storage and bays of those days, need elsewhere, and what a change would cost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt

from solver.plan import Haul, SeasonRow
from solver.scenario import EndUsePlant, Scenario
from solver.season.figures import SeasonFigures
from solver.season.geometry import SeasonGeometry

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Deviation = dict[str, object]

LEAST_T = 0.01
# A plant's bays count as taken when so much of their time is.
BAYS_TAKEN_SHARE = 0.75


def allocation_deviations(
    scenario: Scenario, geometry: SeasonGeometry, season: Sequence[SeasonRow], hauls: Sequence[Haul]
) -> list[Deviation]:
    """One entry per (rule, origin, destination): rule, origin_id, destination_id, preferred_id, dry_t, reason.

    For H15 `preferred_id` is the nearest plant; for H16 the yard or field of the plant's own town that most of the
    straw sent elsewhere came from.
    """
    if not scenario.plants or not geometry.classes:
        return []
    flows = _Flows(scenario, geometry, season, hauls)
    return [*_nearest_first(flows), *_own_town_first(flows)]


class _Flows:
    """O origins (the yards, then fields hauled directly), Q plants, D days: `moved_t` (D, O, Q)."""

    def __init__(
        self, scenario: Scenario, geometry: SeasonGeometry, season: Sequence[SeasonRow], hauls: Sequence[Haul]
    ) -> None:
        self.scenario, self.geometry = scenario, geometry
        plants = {p.plant_id: i for i, p in enumerate(scenario.plants)}
        direct = [row for row in season if row.destination_id in plants]
        fields = sorted({row.field_id for row in direct})
        self.origin_ids = [*geometry.hub_ids[: geometry.yards], *fields]
        origin = {name: i for i, name in enumerate(self.origin_ids)}
        day = {d: i for i, d in enumerate(scenario.dates)}
        self.moved_t = np.zeros((len(day), len(origin), len(plants)))
        for row in direct:
            self.moved_t[day[row.haul_date], origin[row.field_id], plants[row.destination_id]] += row.dry_t
        for haul in hauls:
            if haul.kind == "linehaul":
                at = (day[haul.day], origin[haul.origin_ids[0]], plants[haul.destination_id])
                self.moved_t[at] += haul.dry_t
        self.town = self._towns(fields)
        self.km, self.yuan_per_t = self._ways(fields)
        self.reasons_of_day = self._plant_days()

    def _towns(self, fields: Iterable[str]) -> list[str]:
        scenario = self.scenario
        return [y.town_id for y in scenario.yards] + [scenario.field_by_id[f].town_id for f in fields]

    def _ways(self, fields: Sequence[str]) -> tuple[Floats, Floats]:
        """(O, Q): km by road one way, and yuan of the cheapest round trip per tonne; inf without a way."""
        geometry, yards = self.geometry, self.geometry.yards
        figures = SeasonFigures(self.scenario, geometry)
        trip_h, trip_km = figures.linehaul_trips()
        per_h, per_km = figures.yuan_per_truck_h(), figures.yuan_per_truck_km()
        load_t = geometry.load_t
        of_yards = ((trip_h * per_h[:, None, None] + trip_km * per_km[:, None, None]) / load_t[:, None, None]).min(
            axis=0
        )
        km_of_yards = geometry.hub_km[:, :yards, yards:].min(axis=0)
        number = {f: i for i, f in enumerate(geometry.field_ids)}
        rows = np.array([number[f] for f in fields], dtype=np.int64)
        tier = geometry.tier[rows]
        of_fields = geometry.round_trip_h[rows, yards:] * per_h[tier][:, None]
        of_fields = (of_fields + geometry.round_trip_km[rows, yards:] * per_km[tier][:, None]) / load_t[tier][:, None]
        km = np.concatenate([km_of_yards, geometry.round_trip_km[rows, yards:] / 2])
        return km, np.concatenate([of_yards, of_fields])

    def _plant_days(self) -> list[list[str]]:
        """(plant)(day): what kept the plant from taking another load that day, or ''."""
        least_load_t = float(self.geometry.load_t.max())
        unload_min = SeasonFigures(self.scenario, self.geometry).bay_min_per_t()[1]
        answers = []
        for number, plant in enumerate(self.scenario.plants):
            in_t = self.moved_t[:, :, number].sum(axis=1)
            stock_t, of_plant = plant.opening_stock_t, []
            for day, taken_t in zip(self.scenario.dates, in_t.tolist(), strict=True):
                before_t = stock_t + taken_t
                stock_t = before_t - min(plant.daily_need_t, before_t)
                bay_min = _open_min(self.scenario, plant, day) * plant.bays
                if bay_min <= 0:
                    of_plant.append("was closed")
                elif taken_t + least_load_t > plant.daily_max_t:
                    of_plant.append("had reached its daily intake limit")
                elif stock_t + least_load_t > plant.storage_t:
                    of_plant.append("had its storage full")
                elif taken_t * unload_min > BAYS_TAKEN_SHARE * bay_min:
                    of_plant.append("had its bays taken")
                else:
                    of_plant.append("")
            answers.append(of_plant)
        return answers


# --- H15 --------------------------------------------------------------------------------------------------------------


def _nearest_first(flows: _Flows) -> list[Deviation]:
    deviations = []
    total_t = flows.moved_t.sum(axis=0)
    nearest = flows.km.argmin(axis=1)
    for origin, plant in zip(*np.nonzero(total_t > LEAST_T), strict=True):
        first = int(nearest[origin])
        if plant == first or flows.km[origin, plant] <= flows.km[origin, first] + 1e-9:
            continue
        deviations.append(
            _entry("H15", flows, origin, plant, _plant_id(flows, first), total_t[origin, plant])
            | {"reason": _why_not_nearest(flows, int(origin), int(plant), first)}
        )
    return deviations


def _why_not_nearest(flows: _Flows, origin: int, plant: int, first: int) -> str:
    days = np.flatnonzero(flows.moved_t[:, origin, plant] > LEAST_T)
    counts: dict[str, int] = defaultdict(int)
    for day in days:
        counts[flows.reasons_of_day[first][int(day)]] += 1
    free = counts.pop("", 0)
    parts = [f"{_plant_id(flows, first)} {why} on {n} of {len(days)} days" for why, n in _most_first(counts)]
    if free:
        parts.append(_why_on_free_days(flows, origin, plant, first, free, len(days)))
    return "; ".join(parts)


def _why_on_free_days(flows: _Flows, origin: int, plant: int, first: int, free: int, days: int) -> str:
    """The nearest plant could have taken more: then need elsewhere, or the price, decided."""
    saved = float(flows.yuan_per_t[origin, first] - flows.yuan_per_t[origin, plant])
    on_days = f"on {free} of {days} days"
    if saved > 0:
        return f"{on_days} the way to {_plant_id(flows, plant)} costs {saved:.1f} yuan/t less, though it is longer"
    need_t = flows.scenario.plants[plant].daily_need_t * len(flows.scenario.dates)
    took_t = flows.scenario.plants[plant].opening_stock_t + float(flows.moved_t[:, :, plant].sum())
    given_t = float(flows.moved_t[:, origin, plant].sum())
    if took_t - given_t < need_t:
        return f"{on_days} without it {_plant_id(flows, plant)} would be short over the season"
    held = sum(bool(why) for why in flows.reasons_of_day[first])
    if held:
        return (
            f"{on_days} {_plant_id(flows, first)} had room, which the season's programme gave to other yards: "
            f"it takes no more on {held} days of the season"
        )
    return f"{on_days} no limit held: the season's programme chose it for {-saved:.1f} yuan/t more"


# --- H16 --------------------------------------------------------------------------------------------------------------


def _own_town_first(flows: _Flows) -> list[Deviation]:
    deviations = []
    for number, plant in enumerate(flows.scenario.plants):
        own = np.array([town == plant.town_id for town in flows.town], dtype=bool)
        if not own.any():
            continue
        foreign_t = np.where(own[None, :], 0.0, flows.moved_t[:, :, number])
        others = np.arange(len(flows.scenario.plants)) != number
        away_t = np.where(own[:, None], flows.moved_t[:, :, others].sum(axis=2).T, 0.0).T  # (D, O)
        taken_t = foreign_t.sum(axis=1)
        share = np.divide(
            np.minimum(taken_t, away_t.sum(axis=1)), taken_t, out=np.zeros_like(taken_t), where=taken_t > 0
        )
        displaced_t = foreign_t * share[:, None]
        for origin in np.flatnonzero(displaced_t.sum(axis=0) > LEAST_T):
            on_days = displaced_t[:, origin] > LEAST_T
            preferred = int(away_t[on_days].sum(axis=0).argmax())
            elsewhere = np.where(others, flows.moved_t[on_days][:, preferred].sum(axis=0), 0.0)
            reason = _why_not_own_town(flows, int(origin), number, preferred, int(elsewhere.argmax()))
            deviations.append(
                _entry("H16", flows, int(origin), number, flows.origin_ids[preferred], displaced_t[:, origin].sum())
                | {"reason": reason}
            )
    return deviations


def _why_not_own_town(flows: _Flows, origin: int, plant: int, preferred: int, elsewhere: int) -> str:
    """What exchanging the foreign straw for the own town's would change."""
    names = flows.origin_ids
    if flows.km[preferred, elsewhere] < flows.km[preferred, plant]:
        return f"{names[preferred]} lies nearer to {_plant_id(flows, elsewhere)}, which has first claim to it (H15)"
    cost = flows.yuan_per_t
    more = float(cost[origin, elsewhere] + cost[preferred, plant] - cost[origin, plant] - cost[preferred, elsewhere])
    if more > 0:
        return (
            f"exchanging it with {names[preferred]}'s straw that goes to {_plant_id(flows, elsewhere)} "
            f"would cost {more:.1f} yuan/t more"
        )
    return (
        f"{names[preferred]}'s straw went to {_plant_id(flows, elsewhere)} on the same days; exchanging them would "
        f"save {-more:.1f} yuan/t of ways, but not every load of a day can be exchanged"
    )


# --- figures ----------------------------------------------------------------------------------------------------------


def _entry(rule: str, flows: _Flows, origin: int, plant: int, preferred_id: str, dry_t: float) -> Deviation:
    return {
        "rule": rule,
        "origin_id": flows.origin_ids[origin],
        "destination_id": _plant_id(flows, plant),
        "preferred_id": preferred_id,
        "dry_t": round(float(dry_t), 3),
    }


def _plant_id(flows: _Flows, plant: int) -> str:
    return flows.scenario.plants[plant].plant_id


def _most_first(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _open_min(scenario: Scenario, plant: EndUsePlant, day: date) -> float:
    hours = scenario.opening_hours(plant, day)
    return 0.0 if hours is None else float(hours.close_min - hours.open_min)
