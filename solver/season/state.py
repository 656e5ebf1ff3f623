"""What stands where on the morning of a day: straw to bale, bales in fields, stocks. Changed as days are planned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from solver.scenario import FarmField, Scenario

DUST_T = 1e-6


@dataclass(frozen=True, slots=True)
class Lot:
    """Bales that lie in a field; `bale_date` None: they lay there before the season began."""

    bale_date: date | None
    dry_t: float


class SeasonState:
    """The straw of a scenario on some morning; tonnes of dry straw, mu of field still to be baled."""

    def __init__(self, scenario: Scenario) -> None:
        self.area_mu = {f.field_id: f.area_mu for f in scenario.fields}
        self.to_bale_t = {f.field_id: f.to_bale_t for f in scenario.fields}
        self.lots: dict[str, list[Lot]] = {
            f.field_id: [Lot(None, f.already_baled_t)] if f.already_baled_t > DUST_T else [] for f in scenario.fields
        }
        self.stock_t = {y.yard_id: y.opening_stock_t for y in scenario.yards}
        self.stock_t |= {p.plant_id: p.opening_stock_t for p in scenario.plants}
        self._yield_t_per_mu = {f.field_id: f.to_bale_t / f.area_mu if f.area_mu > 0 else 0.0 for f in scenario.fields}

    def baled_t(self, field_id: str) -> float:
        """Bales that lie in the field, tonnes."""
        return sum(lot.dry_t for lot in self.lots[field_id])

    def left_t(self, field_id: str) -> float:
        """All straw in the field, baled or not, tonnes."""
        return self.to_bale_t[field_id] + self.baled_t(field_id)

    def yield_t_per_mu(self, field_id: str) -> float:
        """Straw that a mu of the field still to be baled gives, tonnes."""
        return self._yield_t_per_mu[field_id]

    def bale(self, field_id: str, day: date, area_mu: float) -> float:
        """Bale `area_mu` of the field; returns the tonnes that now lie there baled."""
        area_mu = min(area_mu, self.area_mu[field_id])
        self.area_mu[field_id] -= area_mu
        if self.area_mu[field_id] < 1e-6:
            dry_t, self.area_mu[field_id] = self.to_bale_t[field_id], 0.0
        else:
            dry_t = min(area_mu * self._yield_t_per_mu[field_id], self.to_bale_t[field_id])
        self.to_bale_t[field_id] -= dry_t
        if dry_t > 0:
            self.lots[field_id].append(Lot(day, dry_t))
        return dry_t

    def take(self, field_id: str, dry_t: float) -> list[Lot]:
        """Take bales from the field, the oldest first; returns the parts by their bale date."""
        taken: list[Lot] = []
        lots = self.lots[field_id]
        while dry_t > DUST_T and lots:
            part_t = min(dry_t, lots[0].dry_t)
            taken.append(Lot(lots[0].bale_date, part_t))
            dry_t -= part_t
            rest_t = lots[0].dry_t - part_t
            if rest_t > DUST_T:
                lots[0] = Lot(lots[0].bale_date, rest_t)
            else:
                lots.pop(0)
        return taken

    def end_day(self, scenario: Scenario) -> None:
        """Let every plant use its day's need."""
        for plant in scenario.plants:
            stock_t = self.stock_t[plant.plant_id]
            self.stock_t[plant.plant_id] = stock_t - min(plant.daily_need_t, stock_t)

    def as_scenario(self, scenario: Scenario, morning: date) -> Scenario:
        """The scenario as it stands on `morning`: what is left of the straw, stocks, fields not yet past clear_by."""
        fields = tuple(
            _field_left(self, f) for f in scenario.fields if f.clear_by >= morning and self.left_t(f.field_id) > DUST_T
        )
        yards = tuple(
            replace(y, opening_stock_t=_within(self.stock_t[y.yard_id], y.capacity_t)) for y in scenario.yards
        )
        plants = tuple(
            replace(p, opening_stock_t=_within(self.stock_t[p.plant_id], p.storage_t)) for p in scenario.plants
        )
        return replace(scenario, season_start=morning, fields=fields, yards=yards, plants=plants)


def _field_left(state: SeasonState, farm_field: FarmField) -> FarmField:
    baled_t = round(state.baled_t(farm_field.field_id), 6)
    to_bale_t = round(state.to_bale_t[farm_field.field_id], 6)
    return replace(
        farm_field,
        area_mu=round(state.area_mu[farm_field.field_id], 6) if to_bale_t > 0 else 0.0,
        dry_straw_t=baled_t + to_bale_t,
        already_baled_t=baled_t,
    )


def _within(stock_t: float, limit_t: float) -> float:
    return min(max(round(stock_t, 6), 0.0), limit_t)
