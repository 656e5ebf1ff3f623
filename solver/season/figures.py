"""What the season's program reckons with: prices of truck hours, minutes at a bay, hours of opening, round trips."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

from solver.scenario import MINUTES_PER_DAY, Scenario, Truck
from solver.season.geometry import SeasonGeometry

Floats = npt.NDArray[np.float64]

FLEET_SHARE_THAT_FILLS_BAYS = 0.5


class SeasonFigures:
    """Figures per truck class (C classes of the fleet) and hub (H yards, then plants)."""

    def __init__(self, scenario: Scenario, geometry: SeasonGeometry) -> None:
        self.scenario, self.geometry = scenario, geometry

    def yuan_per_truck_h(self) -> Floats:
        """(C,) an hour of a truck with its share of the day's price; the mean of a class."""
        return np.array(
            [
                np.mean([t.yuan_per_h + t.yuan_per_day / max(t.shift_hours, 1.0) for t in self._trucks(name)])
                for name in self.geometry.classes
            ]
        )

    def yuan_per_truck_km(self) -> Floats:
        """(C,) the mean of a class."""
        return np.array([np.mean([t.yuan_per_km for t in self._trucks(name)]) for name in self.geometry.classes])

    def truck_hours_a_day(self) -> Floats:
        """(C,) hours of all shifts of a class."""
        return np.array([sum(t.shift_hours for t in self._trucks(name)) for name in self.geometry.classes])

    def yuan_per_driven_h(self) -> Floats:
        """(C,) an hour of driving with its kilometres, at the mean speed of the fields' round trips."""
        finite = np.isfinite(self.geometry.round_trip_h)
        hours = max(float(self.geometry.round_trip_h[finite].sum()), 1e-9)
        km_h = float(self.geometry.round_trip_km[finite].sum()) / hours
        return self.yuan_per_truck_h() + km_h * self.yuan_per_truck_km()

    def service_h_per_t(self) -> Floats:
        """(C,) hours that a truck stands per tonne: loading, unloading, one weighing."""
        minutes = self.scenario.load_minutes_per_t + self.scenario.unload_minutes_per_t
        return np.asarray((minutes + self.scenario.weigh_minutes / self.geometry.load_t) / 60.0, dtype=float)

    def bay_min_per_t(self) -> tuple[float, float]:
        """Bay minutes of a tonne loaded, and of a tonne unloaded, with the weighing of a middling load."""
        middling_t = float(np.median(self.geometry.load_t)) if len(self.geometry.load_t) else 1.0
        weigh = self.scenario.weigh_minutes / middling_t
        return self.scenario.load_minutes_per_t + weigh, self.scenario.unload_minutes_per_t + weigh

    def mean_baler(self, figure: str) -> float:
        """The mean of a figure over all balers; 1 without any."""
        return float(np.mean([getattr(b, figure) for b in self.scenario.balers])) if self.scenario.balers else 1.0

    def baler_ways(self, best_fraction: Floats, hours_per_t: Floats) -> tuple[Floats, Floats]:
        """(F, P) yuan a tonne for the way from home to the field and back, shared with the rest of a baler's day in a
        period whose driest day has `best_fraction` (P,); (F,) hours of way for each of work on a dry day."""
        if not self.scenario.balers:
            return np.zeros((len(hours_per_t), len(best_fraction))), np.zeros(len(hours_per_t))
        shift_h, km_h = self.mean_baler("shift_hours"), self.mean_baler("road_speed_km_h")
        way_h = np.minimum(self.geometry.baler_round_km / km_h, shift_h / 2)
        rest_h = np.maximum(shift_h - way_h, 1e-9)
        most_h = np.maximum(np.minimum(shift_h * best_fraction, rest_h[:, None]), 1e-3)
        yuan_per_h = self.mean_baler("yuan_per_h") + self.mean_baler("yuan_per_km") * km_h
        return (way_h * hours_per_t * yuan_per_h)[:, None] / most_h, way_h / rest_h

    def linehaul_trips(self) -> tuple[Floats, Floats]:
        """Round trips between yards and plants, (C, yards, plants): hours, km."""
        yards, hub_h, hub_km = self.geometry.yards, self.geometry.hub_h, self.geometry.hub_km
        hours = hub_h[:, :yards, yards:] + hub_h[:, yards:, :yards].transpose(0, 2, 1)
        km = hub_km[:, :yards, yards:] + hub_km[:, yards:, :yards].transpose(0, 2, 1)
        return hours, km

    def open_min(self, days: tuple[date, ...]) -> Floats:
        """(days, H) minutes in which a hub's bays can be kept busy.

        Those of its opening hours, each counting for as much as there are trucks on shift: half of the fleet keeps
        the bays busy, fewer in proportion.
        """
        busy = self._busy_share()
        hubs = range(len(self.geometry.hub_ids))
        return np.array([[self._open_min(hub, day, busy) for hub in hubs] for day in days]).reshape(
            len(days), len(hubs)
        )

    def _busy_share(self) -> Floats:
        """(2 days in minutes,) how busy the fleet can keep a bay; what shifts do past midnight repeats every day."""
        on_shift = np.zeros(3 * MINUTES_PER_DAY + 1)
        for truck in self.scenario.trucks:
            length = int(min(truck.shift_hours, 24.0) * 60)
            on_shift[truck.shift_start_min] += 1
            on_shift[truck.shift_start_min + length] -= 1
        daily = np.cumsum(on_shift)[: 3 * MINUTES_PER_DAY].reshape(3, MINUTES_PER_DAY).sum(axis=0)
        half = max(len(self.scenario.trucks) * FLEET_SHARE_THAT_FILLS_BAYS, 1.0)
        return np.tile(np.minimum(daily / half, 1.0), 2)

    def _open_min(self, hub: int, day: date, busy: Floats) -> float:
        scenario, yards = self.scenario, len(self.scenario.yards)
        place = scenario.yards[hub] if hub < yards else scenario.plants[hub - yards]
        hours = scenario.opening_hours(place, day)
        return 0.0 if hours is None else float(busy[hours.open_min : hours.close_min].sum())

    def _trucks(self, name: str) -> list[Truck]:
        return [t for t in self.scenario.trucks if t.truck_class == name]
