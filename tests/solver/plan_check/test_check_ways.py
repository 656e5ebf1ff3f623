"""The check's own ways: against hand-made networks, and against the planner's over a random one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from solver.plan_check.check_ways import CheckWays
from solver.roads.matrices import ways_of
from solver.scenario import (
    EARTH_RADIUS_KM,
    FarmField,
    OpeningHours,
    RoadNetwork,
    Scenario,
    Town,
    TransferYard,
    TruckClass,
)

DAY = date(2026, 11, 1)
DEGREE_KM = np.pi / 180 * EARTH_RADIUS_KM


def _scenario(places: dict[str, tuple[float, float]], roads: RoadNetwork | None) -> Scenario:
    return Scenario(
        name="ways",
        timezone="Asia/Shanghai",
        season_start=DAY,
        season_end=DAY,
        detour_factor=1.5,
        road_speed_km_h=30.0,
        load_minutes_per_t=6.0,
        unload_minutes_per_t=4.0,
        value_yuan_per_t=350.0,
        shortage_yuan_per_t=400.0,
        lateness_yuan_per_t_day=20.0,
        towns=(Town("T", "Town", 120.5, 30.5),),
        fields=tuple(
            FarmField(place_id, "T", "grower", lon, lat, 10.0, "rice", 5.0, DAY, DAY)
            for place_id, (lon, lat) in places.items()
            if place_id.startswith("F")
        ),
        yards=tuple(
            TransferYard(place_id, "T", "yard", lon, lat, 3.0, 100.0, 0.0, 1, OpeningHours(0, 1440))
            for place_id, (lon, lat) in places.items()
            if place_id.startswith("Y")
        ),
        plants=(),
        balers=(),
        truck_classes=(TruckClass("small", 1, 2.0, 8), TruckClass("large", 2, 6.0, 24)),
        trucks=(),
        roads=roads,
    )


def _network(nodes: list[tuple[float, float]], edges: list[tuple[int, int, float, float, int]]) -> RoadNetwork:
    """Edges: from, to, metres, seconds, highest rank."""
    start, end, metres, seconds, rank = zip(*edges, strict=True)
    return RoadNetwork(
        node_lon=np.array([lon for lon, _ in nodes]),
        node_lat=np.array([lat for _, lat in nodes]),
        edge_from=np.array(start),
        edge_to=np.array(end),
        edge_length_m=np.array(metres, dtype=float),
        edge_travel_time_s=np.array(seconds, dtype=float),
        edge_max_rank=np.array(rank),
        edge_road_class=np.zeros(len(edges), dtype=np.int64),
        road_classes=("road",),
    )


SQUARE = [(120.0, 0.0), (120.01, 0.0), (120.02, 0.0), (120.01, 0.01)]


def test_without_roads_the_way_is_the_great_circle_with_its_detour() -> None:
    ways = CheckWays(_scenario({"F1": (120.0, 0.0), "Y1": (120.1, 0.0)}, None))
    km, hours = ways.pairs(["F1", "F1"], ["Y1", "F1"], "small")
    assert km == pytest.approx([0.1 * DEGREE_KM * 1.5, 0.0])
    assert hours == pytest.approx(km / 30.0)


def test_of_ways_of_equal_time_the_shortest_counts() -> None:
    edges = [
        (0, 1, 1000, 60, -1),
        (1, 2, 1000, 60, -1),
        (0, 3, 900, 60, -1),
        (3, 2, 900, 60, -1),
        (2, 0, 5000, 500, -1),
    ]
    ways = CheckWays(_scenario({"F1": SQUARE[0], "Y1": SQUARE[2]}, _network(SQUARE, edges)))
    km, hours = ways.pairs(["F1", "Y1"], ["Y1", "F1"], "small")
    assert km == pytest.approx([1.8, 5.0])
    assert hours == pytest.approx([120 / 3600, 500 / 3600])


def test_the_quicker_way_counts_though_it_is_longer_and_of_parallel_roads_the_quicker() -> None:
    edges = [(0, 1, 100, 90, -1), (0, 1, 700, 80, -1), (1, 2, 0, 0, -1), (0, 2, 50, 100, -1), (2, 0, 10, 10, -1)]
    ways = CheckWays(_scenario({"F1": SQUARE[0], "Y1": SQUARE[2]}, _network(SQUARE, edges)))
    km, hours = ways.pairs(["F1"], ["Y1"], "small")
    assert km == pytest.approx([0.7])
    assert hours == pytest.approx([80 / 3600])


def test_a_class_takes_only_the_roads_that_admit_it_and_a_baler_every_road() -> None:
    edges = [(0, 1, 100, 10, 1), (1, 0, 100, 10, 1), (0, 2, 100, 10, 2), (2, 0, 100, 10, -1), (2, 1, 100, 90, 2)]
    ways = CheckWays(_scenario({"F1": SQUARE[0], "F2": SQUARE[1], "Y1": SQUARE[2]}, _network(SQUARE, edges)))
    assert ways.pairs(["F1"], ["F2"], "small")[0] == pytest.approx([0.1])
    assert ways.pairs(["F1"], ["F2"], "large")[0] == pytest.approx([0.2])
    assert ways.pairs(["F2"], ["F1"], None)[0] == pytest.approx([0.1])
    assert np.isinf(ways.pairs(["F2"], ["F1"], "large")[1]).all()


def test_places_join_the_largest_part_and_two_at_one_node_are_their_approaches_apart() -> None:
    nodes = [*SQUARE, (120.0, 0.001)]
    edges = [(0, 1, 1000, 60, -1), (1, 0, 1000, 60, -1), (1, 2, 1000, 60, -1), (2, 0, 1000, 60, -1), (4, 0, 1, 1, -1)]
    places = {"F1": (120.0, 0.0011), "F2": (119.999, 0.0), "Y1": SQUARE[2]}
    ways = CheckWays(_scenario(places, _network(nodes, edges)))
    km, hours = ways.pairs(["F1", "F2"], ["F2", "F2"], "small")
    assert km == pytest.approx([(0.0011 + 0.001) * DEGREE_KM * 1.5, 0.0])
    assert hours == pytest.approx(km / 30.0)
    km, hours = ways.pairs(["F1"], ["Y1"], "small")
    assert km == pytest.approx([0.0011 * DEGREE_KM * 1.5 + 2.0])
    assert hours == pytest.approx([0.0011 * DEGREE_KM * 1.5 / 30.0 + 120 / 3600])


def test_the_planners_ways_are_the_same() -> None:
    rng = np.random.default_rng(7)
    nodes, edges, places = 400, 1500, 60
    roads = RoadNetwork(
        node_lon=120.5 + rng.random(nodes) * 0.02,
        node_lat=30.5 + rng.random(nodes) * 0.02,
        edge_from=rng.integers(0, nodes, edges),
        edge_to=rng.integers(0, nodes, edges),
        edge_length_m=rng.integers(10, 900, edges).astype(float),
        # Few different times, so that many ways take equally long.
        edge_travel_time_s=rng.integers(1, 6, edges) * 10.0,
        edge_max_rank=rng.choice([-1, 1, 2], edges, p=[0.7, 0.15, 0.15]),
        edge_road_class=np.zeros(edges, dtype=np.int64),
        road_classes=("road",),
    )
    names = [f"{'Y' if i < 5 else 'F'}{i}" for i in range(places)]
    spots = {name: (120.5 + rng.random() * 0.02, 30.5 + rng.random() * 0.02) for name in names}
    for scenario in (_scenario(spots, roads), _scenario(spots, None)):
        check, planner = CheckWays(scenario), ways_of(scenario)
        origins = [name for name in names for _ in names]
        destinations = [name for _ in names for name in names]
        for truck_class in ("small", "large", None):
            table = planner.table(names, names, truck_class)
            km, hours = check.pairs(origins, destinations, truck_class)
            assert km == pytest.approx(table.km.ravel(), abs=1e-6)
            if truck_class is not None:
                assert hours == pytest.approx(table.hours.ravel(), abs=1e-6)


def test_a_scenario_without_places_has_ways_too() -> None:
    network = _network(SQUARE, [(0, 1, 1, 1, -1), (1, 0, 1, 1, -1)])
    empty = replace(_scenario({}, network), yards=(), fields=())
    assert CheckWays(empty).pairs([], [], "small")[0].size == 0
