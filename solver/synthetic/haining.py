"""The synthetic county: Haining's rice season of autumn 2026 with real towns and everything else made up.

Sources of the figures: [plan] the city's implementation plan; [S] published work listed in data/haining/README.md;
[est] an estimate. The knobs stand first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from solver.roads.matrices import ways_of
from solver.roads.schematic import build_schematic
from solver.scenario import DirectHaulApproval, EndUsePlant, FarmField, OpeningHours, Scenario, Town, TransferYard
from solver.synthetic.field_sites import FieldSites, scatter_fields
from solver.synthetic.fleets import TRUCK_TERMS, apportion, make_balers, make_trucks
from solver.synthetic.neighbours import nearest_yard
from solver.synthetic.places import CountyPlaces, haining_places
from solver.synthetic.straw_draws import (
    AreaShape,
    HarvestShape,
    WindowShape,
    draw_access,
    draw_areas_mu,
    draw_clear_by,
    draw_ready_dates,
    draw_straw_t,
)

SEED = 20261025
ROAD_SEED = 330481
NAME = "Haining rice season 2026 (synthetic)"
SEASON_START = date(2026, 10, 25)
SEASON_END = date(2026, 12, 10)

FIELD_COUNT = 3000
STRAW_T = 55_000.0
AREAS = AreaShape(median_mu=33.0, sigma=0.84, least_mu=5.0, most_mu=150.0)
YIELD_KG_PER_MU = 450.0
YIELD_VARIATION = 0.17
HARVEST = HarvestShape(
    first_day=date(2026, 10, 25),
    last_day=date(2026, 11, 29),
    peak_day=date(2026, 11, 10),
    deviation_days=9.0,
    village_share=0.35,
    least_drying_days=3,
    most_drying_days=7,
    latest_ready=date(2026, 12, 3),
)
WINDOWS = WindowShape(
    least_days=5,
    most_days=20,
    fallow_share=0.25,
    fallow_least_days=60,
    fallow_most_days=100,
    least_workable_days=3.0,
)
ACCESS_SHARES = {"c8": 0.10, "c18": 0.10, "c30": 0.80}  # of the straw; nothing is reached by c48
EARLY_FIELDS = 12  # cut before the season starts, partly baled already
EARLY_READY = (date(2026, 10, 22), date(2026, 10, 23), date(2026, 10, 24))

# Twelve rain days, each spell followed by a day in which only the afternoon dries; 9-13 November are the dry peak.
WEATHER = {
    date(2026, 10, 26): 0.0,
    date(2026, 10, 27): 0.0,
    date(2026, 10, 28): 0.6,
    date(2026, 10, 30): 0.0,
    date(2026, 10, 31): 0.0,
    date(2026, 11, 1): 0.5,
    date(2026, 11, 6): 0.0,
    date(2026, 11, 7): 0.0,
    date(2026, 11, 8): 0.5,
    date(2026, 11, 14): 0.0,
    date(2026, 11, 15): 0.0,
    date(2026, 11, 16): 0.5,
    date(2026, 11, 20): 0.0,
    date(2026, 11, 21): 0.6,
    date(2026, 11, 26): 0.0,
    date(2026, 11, 27): 0.6,
    date(2026, 12, 2): 0.0,
    date(2026, 12, 3): 0.6,
    date(2026, 12, 8): 0.0,
    date(2026, 12, 9): 0.6,
}

BALER_COUNT = 78
TRUCK_COUNTS = {"c8": 25, "c18": 50, "c30": 45, "c48": 30}
YARD_HOURS = OpeningHours(360, 1200)
PLANT_HOURS = OpeningHours(360, 1320)
YARD_BAYS = 2
YARD_BAYS_FROM_6_MU = 3
PLANT_BAYS = 4
YARD_OPENING_SHARE = 0.2
DIRECT_HAULS = (
    ("huangwan", "P4", date(2026, 11, 5), date(2026, 11, 25)),
    ("haichang", "P2", date(2026, 10, 25), date(2026, 11, 20)),
)


def build_haining() -> Scenario:
    """The county with its roads; the same on every call."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    places = haining_places()
    sites = scatter_fields(
        places.towns,
        places.river_bank,
        field_counts=apportion(FIELD_COUNT, [t.straw_weight for t in places.towns]),
        rng=rng,
    )
    county = Scenario(
        name=NAME,
        timezone="Asia/Shanghai",
        season_start=SEASON_START,
        season_end=SEASON_END,
        detour_factor=1.35,
        road_speed_km_h=32.0,
        load_minutes_per_t=6.0,
        unload_minutes_per_t=4.0,
        weigh_minutes=1.5,
        bale_dry_t=0.1,
        value_yuan_per_t=350.0,
        shortage_yuan_per_t=400.0,
        lateness_yuan_per_t_day=20.0,
        towns=tuple(Town(t.town_id, t.name, t.lon, t.lat) for t in places.towns),
        fields=_fields(places, sites, rng),
        yards=tuple(_yard(row, places) for row in places.yards),
        plants=tuple(_plant(row, places) for row in places.plants),
        balers=(),
        truck_classes=tuple(terms.as_class() for terms in TRUCK_TERMS),
        trucks=(),
        workable_fraction_by_date=dict(WEATHER),
        direct_hauls=tuple(
            DirectHaulApproval(places.town(town).town_id, plant_id, first, last)
            for town, plant_id, first, last in DIRECT_HAULS
        ),
    )
    county = replace(county, roads=build_schematic(county, seed=ROAD_SEED))
    return _with_fleets(county)


def _fields(places: CountyPlaces, sites: FieldSites, rng: np.random.Generator) -> tuple[FarmField, ...]:
    areas_mu = draw_areas_mu(FIELD_COUNT, AREAS, rng)
    straw_t = draw_straw_t(
        areas_mu, mean_kg_per_mu=YIELD_KG_PER_MU, variation=YIELD_VARIATION, total_t=STRAW_T, rng=rng
    )
    ready = draw_ready_dates(sites.village, HARVEST, rng)
    baled_share = np.zeros(FIELD_COUNT)
    early = sorted((i for i in range(FIELD_COUNT) if areas_mu[i] >= 20), key=lambda i: (ready[i], i))[:EARLY_FIELDS]
    for number, i in enumerate(early):
        ready[i] = EARLY_READY[number % len(EARLY_READY)]
        baled_share[i] = rng.uniform(0.3, 0.7)
    clear_by = draw_clear_by(ready, WINDOWS, WEATHER, rng)
    access = draw_access(straw_t, areas_mu, sites.village, shares=ACCESS_SHARES, rng=rng)
    baled_t = np.round(baled_share * straw_t, 1)
    left_mu = np.round(areas_mu * (1 - baled_t / straw_t), 1)
    return tuple(
        FarmField(
            field_id=f"F{i + 1:04d}",
            town_id=places.towns[sites.town[i]].town_id,
            grower=grower_name(places, i + 1, area_mu=areas_mu[i]),
            lon=float(sites.lon[i]),
            lat=float(sites.lat[i]),
            area_mu=float(left_mu[i]),
            crop="rice",
            dry_straw_t=float(straw_t[i]),
            ready_date=ready[i],
            clear_by=clear_by[i],
            max_truck_class=access[i],
            already_baled_t=float(baled_t[i]),
        )
        for i in range(FIELD_COUNT)
    )


def grower_name(places: CountyPlaces, number: int, *, area_mu: float) -> str:
    """A plainly made-up grower: households below 50 mu, then family farms, from 100 mu cooperatives."""
    kind = "household" if area_mu < 50 else "farm" if area_mu < 100 else "cooperative"
    return places.grower_names[kind].format(number=number)


def _yard(row: Mapping[str, Any], places: CountyPlaces) -> TransferYard:
    return TransferYard(
        yard_id=row["yard_id"],
        town_id=places.town(row["town"]).town_id,
        name=row["name"],
        lon=row["lon"],
        lat=row["lat"],
        area_mu=row["area_mu"],
        capacity_t=float(row["capacity_t"]),
        opening_stock_t=round(YARD_OPENING_SHARE * row["capacity_t"], 1),
        bays=YARD_BAYS_FROM_6_MU if row["area_mu"] >= 6 else YARD_BAYS,
        hours=YARD_HOURS,
        adjacent_plant_id=row.get("adjacent_plant_id"),
    )


def _plant(row: Mapping[str, Any], places: CountyPlaces) -> EndUsePlant:
    return EndUsePlant(
        plant_id=row["plant_id"],
        town_id=places.town(row["town"]).town_id,
        name=row["name"],
        lon=row["lon"],
        lat=row["lat"],
        use=row["use"],
        daily_need_t=float(row["daily_need_t"]),
        daily_max_t=float(row["daily_max_t"]),
        storage_t=float(row["storage_t"]),
        opening_stock_t=float(row["opening_stock_t"]),
        bays=PLANT_BAYS,
        hours=PLANT_HOURS,
    )


def _with_fleets(county: Scenario) -> Scenario:
    """Balers and field trucks where the straw is; of the largest trucks one to each yard, the rest near the plants."""
    yard_ids = [y.yard_id for y in county.yards]
    ways = ways_of(county)
    yard_of_field = nearest_yard(county, [f.field_id for f in county.fields], ways)
    straw_t = np.bincount(yard_of_field, weights=[f.dry_straw_t for f in county.fields], minlength=len(yard_ids))
    area_mu = np.bincount(yard_of_field, weights=[f.area_mu for f in county.fields], minlength=len(yard_ids))
    yard_of_plant = nearest_yard(county, [p.plant_id for p in county.plants], ways)
    intake_t = np.bincount(yard_of_plant, weights=[p.daily_max_t for p in county.plants], minlength=len(yard_ids))
    truck_homes = {
        truck_class: dict(
            zip(yard_ids, apportion(count, (intake_t if truck_class == "c48" else straw_t).tolist()), strict=True)
        )
        for truck_class, count in TRUCK_COUNTS.items()
    }
    baler_homes = dict(zip(yard_ids, apportion(BALER_COUNT, area_mu.tolist()), strict=True))
    return replace(county, balers=make_balers(baler_homes), trucks=make_trucks(truck_homes))
