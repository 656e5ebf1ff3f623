"""Small counties for the tests: a grid of fields, a few yards and plants, ways as the crow flies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from solver.roads.ways import WayTable
from solver.scenario import (
    EARTH_RADIUS_KM,
    Baler,
    DirectHaulApproval,
    EndUsePlant,
    FarmField,
    OpeningHours,
    Scenario,
    Town,
    TransferYard,
    Truck,
    TruckClass,
)

FIRST = date(2026, 11, 2)
DAY_HOURS = OpeningHours(open_min=6 * 60, close_min=20 * 60)


@dataclass
class CrowWays:
    """Great circle times detour at one speed: the scenario format's ways without roads, written anew for the tests."""

    scenario: Scenario

    def table(self, origins: Sequence[str], destinations: Sequence[str], truck_class: str | None) -> WayTable:
        s = self.scenario
        places = {f.field_id: f for f in s.fields} | {y.yard_id: y for y in s.yards} | {p.plant_id: p for p in s.plants}
        a = np.radians([[places[i].lon, places[i].lat] for i in origins]).reshape(-1, 2)
        b = np.radians([[places[i].lon, places[i].lat] for i in destinations]).reshape(-1, 2)
        half = (
            np.sin((a[:, None, 1] - b[None, :, 1]) / 2) ** 2
            + np.cos(a[:, None, 1]) * np.cos(b[None, :, 1]) * np.sin((a[:, None, 0] - b[None, :, 0]) / 2) ** 2
        )
        km = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half)) * s.detour_factor
        return WayTable(km=km, hours=km / s.road_speed_km_h)


def small_county(*, fields: int = 24, days: int = 5, seed: int = 1) -> Scenario:
    """A county that can serve nearly all: one town, two yards, one plant, two balers, four trucks."""
    rng = np.random.default_rng(seed)
    area_mu = rng.integers(5, 60, size=fields)
    ready = rng.integers(0, max(1, days - 2), size=fields)
    spare = rng.integers(1, 4, size=fields)
    limits = rng.choice(["small", "large", None], size=fields, p=[0.2, 0.5, 0.3])
    return Scenario(
        name="small county",
        timezone="Asia/Shanghai",
        season_start=FIRST,
        season_end=FIRST + timedelta(days=days - 1),
        detour_factor=1.35,
        road_speed_km_h=32.0,
        load_minutes_per_t=6.0,
        unload_minutes_per_t=4.0,
        value_yuan_per_t=350.0,
        shortage_yuan_per_t=400.0,
        lateness_yuan_per_t_day=20.0,
        towns=(Town("T1", "Upper Mill", 120.6, 30.5),),
        fields=tuple(
            FarmField(
                field_id=f"F{i:03d}",
                town_id="T1",
                grower=f"Grower {i}",
                lon=120.55 + 0.1 * float(rng.random()),
                lat=30.45 + 0.1 * float(rng.random()),
                area_mu=float(area_mu[i]),
                crop="rice",
                dry_straw_t=round(float(area_mu[i]) * 0.41, 3),
                ready_date=FIRST + timedelta(days=int(ready[i])),
                clear_by=FIRST + timedelta(days=int(min(days - 1, ready[i] + spare[i]))),
                max_truck_class=limits[i],
            )
            for i in range(fields)
        ),
        yards=(
            TransferYard("Y1", "T1", "North yard", 120.58, 30.52, 4.0, 120.0, 20.0, 2, DAY_HOURS),
            TransferYard("Y2", "T1", "South yard", 120.62, 30.47, 3.0, 90.0, 10.0, 1, DAY_HOURS),
        ),
        plants=(EndUsePlant("P1", "T1", "Mill", 120.64, 30.52, "fuel", 30.0, 150.0, 900.0, 40.0, 2, DAY_HOURS),),
        balers=tuple(Baler(f"B{i}", f"Y{i % 2 + 1}", 10.0, 15.0, 9 * 60, 7.0, 300.0, 4.0) for i in range(4)),
        truck_classes=(TruckClass("small", 1, 1.8, 8), TruckClass("large", 2, 8.0, 30), TruckClass("semi", 3, 15, 48)),
        trucks=(
            Truck("K1", "small", "Y1", 7 * 60, 10.0, 150.0, 50.0, 2.0),
            Truck("K2", "large", "Y1", 7 * 60, 10.0, 250.0, 80.0, 3.0),
            Truck("K3", "large", "Y2", 6 * 60, 10.0, 250.0, 80.0, 3.0),
            Truck("K4", "large", "Y2", 8 * 60, 9.5, 250.0, 80.0, 3.0),
            Truck("K5", "semi", "Y2", 7 * 60, 10.0, 350.0, 110.0, 4.0),
        ),
        workable_fraction_by_date={FIRST + timedelta(days=1): 0.5},
        direct_hauls=(DirectHaulApproval("T1", "P1", FIRST + timedelta(days=1), FIRST + timedelta(days=2)),),
        weigh_minutes=2.0,
    )


def lone_field(scenario: Scenario, **changes: object) -> Scenario:
    """The county with nothing but its first field, changed as said."""
    return replace(scenario, fields=(replace(scenario.fields[0], **changes),))
