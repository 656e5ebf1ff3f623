"""The small county: one town, six days in November. For tests and the tutorial."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from solver.roads.schematic import build_schematic
from solver.scenario import (
    DirectHaulApproval,
    EndUsePlant,
    FarmField,
    OpeningHours,
    Scenario,
    Town,
    TransferYard,
)
from solver.synthetic.field_sites import scatter_fields
from solver.synthetic.fleets import TRUCK_TERMS, make_balers, make_trucks
from solver.synthetic.haining import grower_name
from solver.synthetic.places import CountyPlaces, TownSite, haining_places
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

SEED = 20261109
ROAD_SEED = 330481
NAME = "One town, six days (synthetic)"
SEASON_START = date(2026, 11, 9)
SEASON_END = date(2026, 11, 14)
TOWN_KEY = "xieqiao"
TOWN_RADIUS_KM = 3.6
VILLAGES = 7

FIELD_COUNT = 60
AREAS = AreaShape(median_mu=10.5, sigma=0.7, least_mu=5.0, most_mu=60.0)
HARVEST = HarvestShape(
    first_day=date(2026, 11, 2),
    last_day=date(2026, 11, 8),
    peak_day=date(2026, 11, 5),
    deviation_days=2.0,
    village_share=0.35,
    least_drying_days=3,
    most_drying_days=7,
    latest_ready=date(2026, 11, 10),
)
WINDOWS = WindowShape(
    least_days=5,
    most_days=20,
    fallow_share=0.2,
    fallow_least_days=60,
    fallow_most_days=100,
    least_workable_days=2.5,
)
WEATHER = {date(2026, 11, 11): 0.0, date(2026, 11, 12): 0.5}
ACCESS_SHARES = {"c8": 0.10, "c18": 0.30, "c30": 0.60}
ALREADY_BALED_SHARES = (1.0, 1.0, 0.5)  # of the first fields to be ready

YARD_HOURS = OpeningHours(360, 1200)
PLANT_HOURS = OpeningHours(360, 1320)
BALER_HOMES = {"Y1": 2, "Y2": 2}
TRUCK_HOMES = {"c8": {"Y1": 1, "Y2": 2}, "c18": {"Y1": 2, "Y2": 1}, "c30": {"Y1": 2, "Y2": 2}}


def build_one_town() -> Scenario:
    """The small county with its roads; the same on every call."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    places = haining_places()
    site = replace(places.town(TOWN_KEY), radius_km=TOWN_RADIUS_KM, villages=VILLAGES)
    names = places.one_town_names
    town = Town(site.town_id, site.name, site.lon, site.lat)
    classes = tuple(terms.as_class() for terms in TRUCK_TERMS if terms.truck_class in TRUCK_HOMES)
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
        towns=(town,),
        fields=_fields(places, site, rng),
        yards=(
            _yard("Y1", names["Y1"], town, lon=120.5850, lat=30.4750, area_mu=3.0, capacity_t=120.0),
            _yard("Y2", names["Y2"], town, lon=120.6050, lat=30.5000, area_mu=3.5, capacity_t=160.0),
        ),
        plants=(
            EndUsePlant(
                plant_id="P1",
                town_id=town.town_id,
                name=names["P1"],
                lon=120.5830,
                lat=30.4880,
                use="material",
                daily_need_t=55.0,
                daily_max_t=120.0,
                storage_t=600.0,
                opening_stock_t=60.0,
                bays=2,
                hours=PLANT_HOURS,
            ),
        ),
        balers=make_balers(BALER_HOMES),
        truck_classes=classes,
        trucks=make_trucks(TRUCK_HOMES),
        workable_fraction_by_date=dict(WEATHER),
        direct_hauls=(DirectHaulApproval(town.town_id, "P1", date(2026, 11, 10), date(2026, 11, 10)),),
    )
    return replace(county, roads=build_schematic(county, seed=ROAD_SEED))


def _fields(places: CountyPlaces, site: TownSite, rng: np.random.Generator) -> tuple[FarmField, ...]:
    sites = scatter_fields((site,), places.river_bank, field_counts=(FIELD_COUNT,), rng=rng)
    areas_mu = draw_areas_mu(FIELD_COUNT, AREAS, rng)
    straw_t = draw_straw_t(areas_mu, mean_kg_per_mu=450.0, variation=0.17, total_t=None, rng=rng)
    ready = draw_ready_dates(sites.village, HARVEST, rng)
    clear_by = draw_clear_by(ready, WINDOWS, WEATHER, rng)
    access = draw_access(straw_t, areas_mu, sites.village, shares=ACCESS_SHARES, rng=rng)
    baled_share = np.zeros(FIELD_COUNT)
    first = sorted(range(FIELD_COUNT), key=lambda i: (ready[i], i))[: len(ALREADY_BALED_SHARES)]
    baled_share[first] = ALREADY_BALED_SHARES
    baled_t = np.round(baled_share * straw_t, 1)
    left_mu = np.round(areas_mu * (1 - baled_t / straw_t), 1)
    return tuple(
        FarmField(
            field_id=f"F{i + 1:02d}",
            town_id=site.town_id,
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


def _yard(
    yard_id: str, name: str, town: Town, *, lon: float, lat: float, area_mu: float, capacity_t: float
) -> TransferYard:
    return TransferYard(
        yard_id=yard_id,
        town_id=town.town_id,
        name=name,
        lon=lon,
        lat=lat,
        area_mu=area_mu,
        capacity_t=capacity_t,
        opening_stock_t=round(0.2 * capacity_t, 1),
        bays=2,
        hours=YARD_HOURS,
        adjacent_plant_id=None,
    )
