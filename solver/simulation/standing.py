"""What stands where on a morning of a played season: straw unbaled and lying, stocks; changed as days are played."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from solver.greedy.baler_day import already_baled
from solver.greedy.county import County
from solver.greedy.straw import ALREADY_BALED, BaledStraw, Piece
from solver.season.state import SeasonState


@dataclass(slots=True)
class Lot:
    """Bales of one field of one day (`ALREADY_BALED`: before the season)."""

    bale_day: int
    kg: int


class Standing:
    """F fields, masses in whole kilograms.

    `unbaled_mu`: (F,). `lots`: by field, oldest first. `yard_kg`, `plant_kg`: by index. `bale_moisture`: (F,) of the
    bales that lie there. `truck_day_kg`: what a truck of each class is expected to fetch in a day, None before the
    first.
    """

    def __init__(self, county: County) -> None:
        scenario = county.scenario
        self._county = county
        self.unbaled_mu = np.array([f.area_mu for f in county.fields], dtype=np.float64)
        self._all_mu = self.unbaled_mu.copy()
        self._baled_kg = np.zeros(len(county.fields), dtype=np.int64)
        self.lots: list[list[Lot]] = [[] for _ in county.fields]
        straw = BaledStraw(fields=len(county.fields), class_kg=county.class_kg)
        already_baled(county, straw, ALREADY_BALED)
        for field in np.flatnonzero(straw.open_kg):
            self.lots[field].append(Lot(ALREADY_BALED, int(straw.open_kg[field])))
        self.yard_kg = [int(y.opening_stock_t * 1000 + 1e-6) for y in scenario.yards]
        self.plant_kg = [int(p.opening_stock_t * 1000 + 1e-6) for p in scenario.plants]
        self.bale_moisture = np.zeros(len(county.fields))
        self.truck_day_kg: list[float] | None = None

    @classmethod
    def of_state(cls, county: County, state: SeasonState) -> Standing:
        """Return what `state` says, its bale dates being days of `county`."""
        standing = cls(county)
        for index, field_id in enumerate(county.field_ids):
            standing.unbaled_mu[index] = state.area_mu[field_id]
            standing._baled_kg[index] = int(standing._baled_by(index) * county.kg_per_mu[index] + 1e-3)
            standing.lots[index] = [
                Lot(ALREADY_BALED if lot.bale_date is None else county.day_index(lot.bale_date), int(lot.dry_t * 1000))
                for lot in state.lots[field_id]
            ]
        scenario = county.scenario
        standing.yard_kg = [int(state.stock_t[y.yard_id] * 1000) for y in scenario.yards]
        standing.plant_kg = [int(state.stock_t[p.plant_id] * 1000) for p in scenario.plants]
        return standing

    @property
    def lying_kg(self) -> npt.NDArray[np.int64]:
        """(F,) bales that lie in the fields."""
        return np.array([sum(lot.kg for lot in lots) for lots in self.lots], dtype=np.int64)

    @property
    def stock_kg(self) -> list[int]:
        """By hub, yards before plants."""
        return [*self.yard_kg, *self.plant_kg]

    @property
    def unbaled_kg(self) -> npt.NDArray[np.float64]:
        """(F,) straw that no baler has been over."""
        return np.asarray(self.unbaled_mu * self._county.kg_per_mu)

    def straw(self) -> BaledStraw:
        """The lying bales as the dispatcher's rule books them, all there in the morning."""
        straw = BaledStraw(fields=len(self.lots), class_kg=self._county.class_kg)
        for field, lots in enumerate(self.lots):
            for lot in lots:
                straw.add(field, Piece(bale_day=lot.bale_day, from_min=0.0, kg=lot.kg))
        return straw

    def bale(self, field: int, day: int, mu: float, moisture: float) -> int:
        """Bale `mu` of the field; returns the kilograms that now lie there more."""
        left_mu = self.unbaled_mu[field] - mu
        self.unbaled_mu[field] = left_mu if left_mu > 1e-9 else 0.0
        total_kg = int(self._baled_by(field) * self._county.kg_per_mu[field] + 1e-3)
        kg = total_kg - int(self._baled_kg[field])
        self._baled_kg[field] = total_kg
        if kg > 0:
            lots = self.lots[field]
            before_kg = sum(lot.kg for lot in lots)
            mean = (before_kg * self.bale_moisture[field] + kg * moisture) / (before_kg + kg)
            self.bale_moisture[field] = mean
            if lots and lots[-1].bale_day == day:
                lots[-1].kg += kg
            else:
                lots.append(Lot(day, kg))
        return kg

    def take(self, field: int, kg: int) -> list[tuple[int, int]]:
        """Take bales, the oldest first: (bale day, kg) each."""
        taken = []
        lots = self.lots[field]
        while kg > 0:
            part_kg = min(kg, lots[0].kg)
            taken.append((lots[0].bale_day, part_kg))
            lots[0].kg -= part_kg
            kg -= part_kg
            if lots[0].kg == 0:
                lots.pop(0)
        return taken

    def end_day(self) -> None:
        """Let every plant use its day's need."""
        for index, plant in enumerate(self._county.scenario.plants):
            self.plant_kg[index] -= min(self.plant_kg[index], round(plant.daily_need_t * 1000))

    def _baled_by(self, field: int) -> float:
        return float(self._all_mu[field] - self.unbaled_mu[field])
