"""The scenario as arrays for the dispatcher: places by index, minutes of every way that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from solver.greedy.straw import NEVER_MIN
from solver.roads.ways import Ways
from solver.scenario import MINUTES_PER_DAY, EndUsePlant, Scenario, TransferYard

NEIGHBOURS = 12
FIELDS_PER_TABLE = 256
# Added to every way and service, so that no later rounding of the tables makes a truck a hair too fast.
MARGIN_MIN = 1e-3

Minutes = npt.NDArray[np.float64]


class County:
    """F fields, H hubs (yards, then plants), C truck classes; days and minutes count from the season's start.

    `to_field_min`: (C, H, F), `from_field_min`: (C, F, H), `hub_min`: (C, H, H), `neighbour_min`: (C, F, K) for the K
    fields of `neighbours` (F, K) nearest as the crow flies; `NEVER_MIN` where the class has no way. Baler ways in km:
    `baler_from_home_km` (H, F), `baler_to_home_km` (F, H), `baler_km` (F, F). `class_kg`: load of each class.
    """

    def __init__(self, scenario: Scenario, ways: Ways) -> None:
        self.scenario = scenario
        self.fields = scenario.fields
        self.hubs: tuple[TransferYard | EndUsePlant, ...] = (*scenario.yards, *scenario.plants)
        self.yards = len(scenario.yards)
        self.hub_ids = [y.yard_id for y in scenario.yards] + [p.plant_id for p in scenario.plants]
        self.hub_index = {hub_id: i for i, hub_id in enumerate(self.hub_ids)}
        self.field_ids = [f.field_id for f in scenario.fields]
        self.days = len(scenario.dates)
        self.ready_day = np.array([self.day_index(f.ready_date) for f in self.fields], dtype=np.int64)
        self.due_day = np.array(
            [self.day_index(min(f.clear_by, scenario.season_end)) for f in self.fields], dtype=np.int64
        )
        self.kg_per_mu = np.array([1000 * f.to_bale_t / f.area_mu if f.area_mu > 0 else 0.0 for f in self.fields])
        self.load_min_per_kg = scenario.load_minutes_per_t / 1000.0
        self.unload_min_per_kg = scenario.unload_minutes_per_t / 1000.0
        self._classes(scenario)
        self._ways(scenario, ways)

    def day_index(self, day: date) -> int:
        return (day - self.scenario.season_start).days

    @cached_property
    def home_by_hub_min(self) -> Minutes:
        """The shortest way from a field over any yard or plant home, (C, hubs as homes, F)."""
        answer = np.full(self.to_field_min.shape, NEVER_MIN)
        for c in range(len(answer)):
            for home in range(self.yards):
                answer[c, home] = (self.from_field_min[c] + self.hub_min[c, :, home]).min(axis=1)
        return answer

    @cached_property
    def windows(self) -> tuple[tuple[tuple[float, float], ...], ...]:
        """By hub its opening hours over the season and the night after it; those that touch are one."""
        return tuple(self._windows(hub) for hub in self.hubs)

    def on_evening(self, ready_day: npt.NDArray[np.int64], fraction_by_date: Mapping[date, float]) -> County:
        """The county as it is thought of on an evening: fields ready from `ready_day` (F,) on, this weather forecast.

        Everything else is shared with this one.
        """
        other = copy(self)
        other.ready_day = ready_day
        other.scenario = replace(self.scenario, workable_fraction_by_date=dict(fraction_by_date))
        return other

    def _windows(self, hub: TransferYard | EndUsePlant) -> tuple[tuple[float, float], ...]:
        merged: list[tuple[float, float]] = []
        for index in range(self.days + 1):
            day = date.fromordinal(self.scenario.season_start.toordinal() + index)
            hours = self.scenario.opening_hours(hub, day)
            if hours is None:
                continue
            opens = float(index * MINUTES_PER_DAY + hours.open_min)
            closes = float(index * MINUTES_PER_DAY + hours.close_min)
            if merged and merged[-1][1] >= opens:
                merged[-1] = (merged[-1][0], max(closes, merged[-1][1]))
            else:
                merged.append((opens, closes))
        return tuple(merged)

    def _classes(self, scenario: Scenario) -> None:
        classes = scenario.truck_classes
        self.class_index = {c.truck_class: i for i, c in enumerate(classes)}
        self.class_kg = [int(1000 * min(c.payload_t, c.bale_capacity * scenario.bale_dry_t) + 1e-6) for c in classes]
        used = {truck.truck_class for truck in scenario.trucks}
        ranks = np.array([c.rank for c in classes], dtype=np.int64)
        highest = int(ranks.max(initial=0))
        limits = [
            highest if f.max_truck_class is None else scenario.class_by_name[f.max_truck_class].rank
            for f in self.fields
        ]
        self.limit_rank = np.array(limits, dtype=np.int64)
        self.admits = ranks[:, None] <= self.limit_rank[None, :]
        self.class_used = np.array([c.truck_class in used for c in classes], dtype=bool)
        # The largest class in use that each field admits: smaller ones take such straw only if they pass by.
        load = np.where(self.admits & self.class_used[:, None], np.array(self.class_kg)[:, None], -1)
        self.best_class = np.where(load.max(axis=0, initial=-1) >= 0, load.argmax(axis=0), -1)

    def _ways(self, scenario: Scenario, ways: Ways) -> None:
        names = [c.truck_class for c in scenario.truck_classes]
        count, hubs = len(self.fields), len(self.hubs)
        self.to_field_min = np.full((len(names), hubs, count), NEVER_MIN)
        self.from_field_min = np.full((len(names), count, hubs), NEVER_MIN)
        self.hub_min = np.full((len(names), hubs, hubs), NEVER_MIN)
        self.neighbours = self._nearest_fields()
        self.neighbour_min = np.full((len(names), *self.neighbours.shape), NEVER_MIN)
        for index, name in enumerate(names):
            if not self.class_used[index]:
                continue
            self.hub_min[index] = _minutes(ways.table(self.hub_ids, self.hub_ids, name).hours)
            if self.admits[index].any():
                self.to_field_min[index] = _minutes(ways.table(self.hub_ids, self.field_ids, name).hours)
                self.from_field_min[index] = _minutes(ways.table(self.field_ids, self.hub_ids, name).hours)
                self.neighbour_min[index] = self._neighbour_min(ways, name)
        self.baler_from_home_km = _finite(ways.table(self.hub_ids, self.field_ids, None).km)
        self.baler_to_home_km = _finite(ways.table(self.field_ids, self.hub_ids, None).km)
        self.baler_km = np.empty((count, count), dtype=np.float32)
        for first in range(0, count, FIELDS_PER_TABLE):
            block = self.field_ids[first : first + FIELDS_PER_TABLE]
            self.baler_km[first : first + len(block)] = _finite(ways.table(block, self.field_ids, None).km)

    def _nearest_fields(self) -> npt.NDArray[np.int64]:
        count = len(self.fields)
        width = min(NEIGHBOURS, count - 1)
        if width <= 0:
            return np.zeros((count, 0), dtype=np.int64)
        lat = np.radians([f.lat for f in self.fields])
        lon = np.radians([f.lon for f in self.fields])
        points = np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))
        _, found = KDTree(points).query(points, k=width + 1)
        # Two fields at one place may come in either order: keep out the field itself wherever it stands.
        others = [[j for j in row if j != i][:width] for i, row in enumerate(np.asarray(found).tolist())]
        return np.array(others, dtype=np.int64)

    def _neighbour_min(self, ways: Ways, truck_class: str) -> Minutes:
        answer = np.full(self.neighbours.shape, NEVER_MIN)
        if not answer.size:
            return answer
        # Blocks of fields that lie together have few different neighbours, so their tables stay small.
        order = np.lexsort(([f.lon for f in self.fields], [round(f.lat, 2) for f in self.fields]))
        for first in range(0, len(order), FIELDS_PER_TABLE):
            block = order[first : first + FIELDS_PER_TABLE]
            used, column = np.unique(self.neighbours[block], return_inverse=True)
            origins = [self.field_ids[i] for i in block]
            table = _minutes(ways.table(origins, [self.field_ids[i] for i in used], truck_class).hours)
            column = column.reshape(len(block), -1)
            answer[block] = table[np.arange(len(block))[:, None], column]
        return answer


def _minutes(hours: npt.NDArray[np.float64]) -> Minutes:
    minutes = hours * 60.0
    return np.where(np.isfinite(minutes), np.where(minutes > 0, minutes + MARGIN_MIN, 0.0), NEVER_MIN)


def _finite(km: npt.NDArray[np.float64]) -> Minutes:
    return np.where(np.isfinite(km), km, NEVER_MIN)
