"""A made-up county of any size for measuring the season's programme: a square of towns with as many yards.

Its densities are those of the demo county (`haining`): straw and area per field, trucks, balers, room and bays per
tonne. Ways are as the crow flies, so that the generator takes a second and no road graph is stored; ask
`build_schematic` for roads.
"""

from __future__ import annotations

import math
from datetime import timedelta

import numpy as np

from solver.scenario import DirectHaulApproval, EndUsePlant, FarmField, Scenario, Town, TransferYard
from solver.synthetic.field_sites import FieldSites, scatter_fields
from solver.synthetic.fleets import TRUCK_TERMS, apportion, make_balers, make_trucks
from solver.synthetic.haining import (
    ACCESS_SHARES,
    AREAS,
    PLANT_BAYS,
    PLANT_HOURS,
    SEASON_START,
    WEATHER,
    WINDOWS,
    YARD_BAYS_FROM_6_MU,
    YARD_HOURS,
    YARD_OPENING_SHARE,
    YIELD_KG_PER_MU,
    YIELD_VARIATION,
)
from solver.synthetic.places import KM_PER_DEGREE_LAT, KM_PER_DEGREE_LON, TownSite
from solver.synthetic.straw_draws import (
    HarvestShape,
    draw_access,
    draw_areas_mu,
    draw_clear_by,
    draw_ready_dates,
    draw_straw_t,
)

CENTRE = (120.6, 30.4)
KM2_PER_FIELD = 0.23
TOWN_FILL = 0.47  # radius of a town's disc as a share of the distance between towns
FIELDS_PER_VILLAGE = 22
# The demo county's figures per tonne of straw in the season, and per season of 47 days.
T_PER_YARD_ROOM_T = 11.7
T_PER_BALER = 705.0
T_PER_TRUCK = {"c8": 2200.0, "c18": 1100.0, "c30": 1220.0, "c48": 1830.0}
NEED_SHARE_A_DAY = 1 / 47
INTAKE_PER_NEED = 1.53
STORAGE_SHARE = 0.8
OPENING_DAYS = 0.85


def season_county(*, fields: int = 5000, days: int = 47, yards: int = 15, plants: int = 6, seed: int = 1) -> Scenario:
    """The county; the same arguments give the same one. The harvest takes the first three quarters of `days`, at least
    16 of them."""
    if days < 16 or min(fields, yards, plants) < 1:
        raise ValueError("a season of 16 days or more, and a field, a yard and a plant at least")
    rng = np.random.Generator(np.random.PCG64(seed))
    towns = _towns(yards, fields)
    south = CENTRE[1] - 90 * math.sqrt(fields * KM2_PER_FIELD) / KM_PER_DEGREE_LAT
    bank = np.array([[CENTRE[0] - 20.0, south], [CENTRE[0] + 20.0, south]])
    counts = apportion(fields, [t.straw_weight for t in towns])
    sites = scatter_fields(towns, bank, field_counts=counts, rng=rng)
    farm_fields = _fields(towns, sites, days, rng)
    straw_t = sum(f.dry_straw_t for f in farm_fields)
    town_t = [sum(f.dry_straw_t for f in farm_fields if f.town_id == t.town_id) for t in towns]
    sites_of_yards = [_beside(t, rng) for t in towns]
    plant_rows = tuple(_plant(k, plants, towns, straw_t, rng) for k in range(plants))
    end = SEASON_START + timedelta(days=days - 1)
    yard_ids = [f"Y{k + 1:02d}" for k in range(yards)]
    plant_yard = [min(range(yards), key=lambda k: _apart(sites_of_yards[k], p)) for p in plant_rows]
    near_plant = np.bincount(plant_yard, minlength=yards) + 1e-3
    homes = {
        name: dict(zip(yard_ids, apportion(max(round(straw_t / per_truck_t), yards), w), strict=True))
        for name, per_truck_t in T_PER_TRUCK.items()
        for w in ([near_plant.tolist() if name == "c48" else town_t])
    }
    balers = dict(zip(yard_ids, apportion(max(round(straw_t / T_PER_BALER), yards), town_t), strict=True))
    return Scenario(
        name=f"Season county of {fields} fields, seed {seed} (synthetic)",
        timezone="Asia/Shanghai",
        season_start=SEASON_START,
        season_end=end,
        detour_factor=1.35,
        road_speed_km_h=32.0,
        load_minutes_per_t=6.0,
        unload_minutes_per_t=4.0,
        weigh_minutes=1.5,
        bale_dry_t=0.1,
        value_yuan_per_t=350.0,
        shortage_yuan_per_t=400.0,
        lateness_yuan_per_t_day=20.0,
        towns=tuple(Town(t.town_id, t.name, t.lon, t.lat) for t in towns),
        fields=farm_fields,
        yards=tuple(
            _yard(yard_ids[k], towns[k], sites_of_yards[k], straw_t / T_PER_YARD_ROOM_T * town_t[k] / straw_t)
            for k in range(yards)
        ),
        plants=plant_rows,
        balers=make_balers(balers),
        truck_classes=tuple(terms.as_class() for terms in TRUCK_TERMS),
        trucks=make_trucks(homes),
        workable_fraction_by_date={day: share for day, share in WEATHER.items() if day <= end},
        direct_hauls=tuple(
            DirectHaulApproval(plant.town_id, plant.plant_id, SEASON_START + timedelta(days=days // 5), end)
            for plant in plant_rows[:2]
        ),
    )


def _towns(count: int, fields: int) -> tuple[TownSite, ...]:
    """Towns on a square lattice, their discs side by side."""
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    apart_km = math.sqrt(fields * KM2_PER_FIELD / count)
    towns = []
    for number in range(count):
        row, column = divmod(number, columns)
        lon = CENTRE[0] + (column - (columns - 1) / 2) * apart_km / KM_PER_DEGREE_LON
        lat = CENTRE[1] + (row - (rows - 1) / 2) * apart_km / KM_PER_DEGREE_LAT
        villages = max(round(fields / count / FIELDS_PER_VILLAGE), 1)
        name = f"T{number + 1:02d}"
        towns.append(
            TownSite(name, name, name, round(lon, 5), round(lat, 5), (lon, lat), apart_km * TOWN_FILL, villages, 1.0)
        )
    return tuple(towns)


def _fields(
    towns: tuple[TownSite, ...], sites: FieldSites, days: int, rng: np.random.Generator
) -> tuple[FarmField, ...]:
    count = len(sites.lon)
    areas_mu = draw_areas_mu(count, AREAS, rng)
    straw_t = draw_straw_t(areas_mu, mean_kg_per_mu=YIELD_KG_PER_MU, variation=YIELD_VARIATION, total_t=None, rng=rng)
    ready = draw_ready_dates(sites.village, _harvest(days), rng)
    clear_by = draw_clear_by(ready, WINDOWS, WEATHER, rng)
    access = draw_access(straw_t, areas_mu, sites.village, shares=ACCESS_SHARES, rng=rng)
    return tuple(
        FarmField(
            field_id=f"F{i + 1:05d}",
            town_id=towns[sites.town[i]].town_id,
            grower=f"grower {i + 1}",
            lon=float(sites.lon[i]),
            lat=float(sites.lat[i]),
            area_mu=float(areas_mu[i]),
            crop="rice",
            dry_straw_t=float(straw_t[i]),
            ready_date=ready[i],
            clear_by=clear_by[i],
            max_truck_class=access[i],
        )
        for i in range(count)
    )


def _harvest(days: int) -> HarvestShape:
    last = SEASON_START + timedelta(days=max(days * 3 // 4, 5))
    return HarvestShape(
        first_day=SEASON_START,
        last_day=last,
        peak_day=SEASON_START + (last - SEASON_START) / 2,
        deviation_days=days / 5,
        village_share=0.35,
        least_drying_days=3,
        most_drying_days=7,
        latest_ready=last + timedelta(days=4),
    )


def _beside(town: TownSite, rng: np.random.Generator) -> tuple[float, float]:
    """A site within a kilometre or two of the town's seat."""
    east, north = rng.uniform(-1.5, 1.5, 2)
    return round(town.lon + east / KM_PER_DEGREE_LON, 5), round(town.lat + north / KM_PER_DEGREE_LAT, 5)


def _apart(site: tuple[float, float], plant: EndUsePlant) -> float:
    return math.hypot((site[0] - plant.lon) * KM_PER_DEGREE_LON, (site[1] - plant.lat) * KM_PER_DEGREE_LAT)


def _yard(yard_id: str, town: TownSite, site: tuple[float, float], capacity_t: float) -> TransferYard:
    return TransferYard(
        yard_id=yard_id,
        town_id=town.town_id,
        name=f"yard {yard_id}",
        lon=site[0],
        lat=site[1],
        area_mu=6.0,
        capacity_t=round(capacity_t, 1),
        opening_stock_t=round(YARD_OPENING_SHARE * capacity_t, 1),
        bays=max(YARD_BAYS_FROM_6_MU, math.ceil(capacity_t / 110.0)),
        hours=YARD_HOURS,
    )


def _plant(
    number: int, plants: int, towns: tuple[TownSite, ...], straw_t: float, rng: np.random.Generator
) -> EndUsePlant:
    town = towns[number * len(towns) // plants]
    lon, lat = _beside(town, rng)
    need_t = straw_t * NEED_SHARE_A_DAY / plants
    return EndUsePlant(
        plant_id=f"P{number + 1}",
        town_id=town.town_id,
        name=f"plant P{number + 1}",
        lon=lon,
        lat=lat,
        use="material",
        daily_need_t=round(need_t, 1),
        daily_max_t=round(need_t * INTAKE_PER_NEED, 1),
        storage_t=round(straw_t * STORAGE_SHARE / plants, 1),
        opening_stock_t=round(need_t * OPENING_DAYS, 1),
        bays=max(PLANT_BAYS, math.ceil(need_t / 60.0)),
        hours=PLANT_HOURS,
    )
