"""Small scenarios and networks for the tests of ways."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from solver.scenario import FarmField, OpeningHours, RoadNetwork, Scenario, TransferYard, TruckClass

CLASSES = (
    TruckClass("small", 1, 1.7, 8),
    TruckClass("medium", 2, 5.0, 18),
    TruckClass("large", 3, 9.0, 30),
    TruckClass("huge", 4, 16.0, 48),
)


def place(place_id: str, lon: float, lat: float, max_truck_class: str | None = None) -> FarmField:
    return FarmField(
        field_id=place_id,
        town_id="T",
        grower="G",
        lon=lon,
        lat=lat,
        area_mu=10.0,
        crop="rice",
        dry_straw_t=4.0,
        ready_date=date(2026, 11, 1),
        clear_by=date(2026, 11, 20),
        max_truck_class=max_truck_class,
    )


def yard(yard_id: str, lon: float, lat: float) -> TransferYard:
    return TransferYard(
        yard_id=yard_id,
        town_id="T",
        name=yard_id,
        lon=lon,
        lat=lat,
        area_mu=5.0,
        capacity_t=300.0,
        opening_stock_t=0.0,
        bays=2,
        hours=OpeningHours(360, 1200),
    )


def world(
    fields: Sequence[FarmField],
    roads: RoadNetwork | None,
    yards: Sequence[TransferYard] = (),
    classes: Sequence[TruckClass] = CLASSES,
) -> Scenario:
    return Scenario(
        name="world",
        timezone="Asia/Shanghai",
        season_start=date(2026, 11, 1),
        season_end=date(2026, 11, 10),
        detour_factor=1.3,
        road_speed_km_h=30.0,
        load_minutes_per_t=6.0,
        unload_minutes_per_t=4.0,
        value_yuan_per_t=350.0,
        shortage_yuan_per_t=400.0,
        lateness_yuan_per_t_day=20.0,
        towns=(),
        fields=tuple(fields),
        yards=tuple(yards),
        plants=(),
        balers=(),
        truck_classes=tuple(classes),
        trucks=(),
        roads=roads,
    )


def network(nodes: Sequence[tuple[float, float]], edges: Sequence[tuple[int, int, float, float, int]]) -> RoadNetwork:
    """Nodes as (lon, lat); edges as (from, to, length_m, travel_time_s, max_rank)."""
    columns = list(zip(*edges, strict=True)) if edges else [(), (), (), (), ()]
    return RoadNetwork(
        node_lon=np.array([lon for lon, _ in nodes], dtype=np.float64),
        node_lat=np.array([lat for _, lat in nodes], dtype=np.float64),
        edge_from=np.array(columns[0], dtype=np.int64),
        edge_to=np.array(columns[1], dtype=np.int64),
        edge_length_m=np.array(columns[2], dtype=np.float64),
        edge_travel_time_s=np.array(columns[3], dtype=np.float64),
        edge_max_rank=np.array(columns[4], dtype=np.int64),
        edge_road_class=np.zeros(len(edges), dtype=np.int64),
        road_classes=("unclassified",),
    )
