"""The made-up network: the same bytes for the same seed, plausible detours, everybody reached."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import osmnx
import pytest

from solver.road_files import write_roads
from solver.roads.detour import mean_detour
from solver.roads.drawing import draw_roads
from solver.roads.great_circle import great_circle_km
from solver.roads.matrices import ways_of
from solver.roads.schematic import build_schematic
from solver.roads.snapping import largest_strong_part, snap
from solver.scenario import Scenario
from solver.synthetic.haining import build_haining
from solver.synthetic.one_town import build_one_town

SEED = 7


@pytest.fixture(scope="module")
def haining() -> Scenario:
    county = replace(build_haining(), roads=None)
    return replace(county, roads=build_schematic(county, seed=SEED))


@pytest.fixture(scope="module")
def one_town() -> Scenario:
    town = replace(build_one_town(), roads=None)
    return replace(town, roads=build_schematic(town, seed=SEED))


def assert_everybody_is_reached(scenario: Scenario) -> None:
    ways = ways_of(scenario)
    hubs = [y.yard_id for y in scenario.yards] + [p.plant_id for p in scenario.plants]
    for truck_class in scenario.class_by_name:
        assert np.isfinite(ways.table(hubs, hubs, truck_class).km).all(), f"{truck_class} between yards and plants"
        admitted = [
            f.field_id for f in scenario.fields if f.max_truck_class is not None and scenario.admits(f, truck_class)
        ]
        if admitted:
            assert np.isfinite(ways.table(hubs, admitted, truck_class).km).all(), f"{truck_class} to its fields"
            assert np.isfinite(ways.table(admitted, hubs, truck_class).km).all(), f"{truck_class} from its fields"


def test_everybody_is_reached_in_the_county(haining: Scenario) -> None:
    assert_everybody_is_reached(haining)


def test_everybody_is_reached_in_the_town(one_town: Scenario) -> None:
    assert_everybody_is_reached(one_town)


def test_a_field_that_admits_all_is_reached_by_the_largest_class_sent_to_fields(one_town: Scenario) -> None:
    open_to_all = replace(one_town, roads=None, fields=tuple(replace(f, max_truck_class=None) for f in one_town.fields))
    scenario = replace(open_to_all, roads=build_schematic(open_to_all, seed=3))
    ranks = sorted({c.rank: c.truck_class for c in scenario.truck_classes}.items())
    usual = ranks[-2 if len(ranks) >= 3 else -1][1]
    fields, hubs = [f.field_id for f in scenario.fields], [y.yard_id for y in scenario.yards]
    assert np.isfinite(ways_of(scenario).table(hubs, fields, usual).km).all()


def test_the_county_has_the_size_and_the_kinds_of_roads_of_its_fields(haining: Scenario) -> None:
    roads = haining.roads
    assert roads is not None
    assert 7500 <= roads.node_lon.size <= 9500
    assert largest_strong_part(roads).size == roads.node_lon.size
    km = {
        name: roads.edge_length_m[roads.edge_road_class == i].sum() / 2000 for i, name in enumerate(roads.road_classes)
    }
    assert km["unclassified"] > km["tertiary"] > km["primary"] > 40
    assert km["track"] > 100
    top = max(c.rank for c in haining.truck_classes)
    small_roads = np.isin(roads.edge_road_class, [roads.road_classes.index(n) for n in ("track", "unclassified")])
    assert ((roads.edge_max_rank[small_roads] > 0) & (roads.edge_max_rank[small_roads] < top)).all()
    assert len(np.unique(roads.edge_max_rank)) == 4, "every class but the largest is the limit of some road"


def test_one_town_has_about_three_hundred_nodes(one_town: Scenario) -> None:
    assert one_town.roads is not None
    assert 200 <= one_town.roads.node_lon.size <= 450


def test_canals_and_crossings_make_plausible_detours(haining: Scenario, one_town: Scenario) -> None:
    for scenario in (haining, one_town):
        assert scenario.roads is not None
        lon, lat = [f.lon for f in scenario.fields], [f.lat for f in scenario.fields]
        assert 1.25 <= mean_detour(scenario.roads, lon=lon, lat=lat) <= 1.45
    sample = haining.fields[::15]
    ids = [f.field_id for f in sample]
    lon, lat = np.array([[f.lon, f.lat] for f in sample]).T
    straight_km = great_circle_km(lon[:, None], lat[:, None], lon, lat)
    apart = straight_km > 2
    quickest_km = ways_of(haining).table(ids, ids, None).km
    assert 1.25 <= (quickest_km[apart] / straight_km[apart]).mean() <= 1.5


def test_every_place_has_a_node_at_its_door(haining: Scenario) -> None:
    assert haining.roads is not None
    places = [*haining.fields, *haining.yards, *haining.plants]
    snapping = snap(haining.roads, lon=[p.lon for p in places], lat=[p.lat for p in places])
    assert snapping.distance_m.max() < 1.0


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_roads(tmp_path: Path, one_town: Scenario) -> None:
    town = replace(one_town, roads=None)
    files = []
    for name, seed in (("a", SEED), ("b", SEED), ("c", SEED + 1)):
        path = tmp_path / f"{name}.graphml"
        write_roads(path, build_schematic(town, seed=seed), town.truck_classes)
        files.append(path.read_bytes())
    assert files[0] == files[1]
    assert files[0] != files[2]


def test_the_county_file_stays_small_and_osmnx_opens_it(tmp_path: Path, haining: Scenario) -> None:
    assert haining.roads is not None
    path = tmp_path / "roads.graphml"
    write_roads(path, haining.roads, haining.truck_classes)
    assert path.stat().st_size < 6_000_000
    graph = osmnx.load_graphml(path)
    assert len(graph) == haining.roads.node_lon.size
    first = next(iter(graph.edges(data=True)))[2]
    assert isinstance(first["length"], float)
    assert isinstance(first["travel_time"], float)


def test_a_scenario_without_towns_or_with_one_field_still_gets_roads(one_town: Scenario) -> None:
    lonely = replace(one_town, roads=None, towns=(), yards=(), plants=(), fields=one_town.fields[:1])
    assert build_schematic(lonely, seed=1).node_lon.size > 20
    with pytest.raises(ValueError, match="no fields, yards or plants"):
        build_schematic(replace(lonely, fields=()), seed=1)


def test_two_places_at_one_spot_share_a_node_that_serves_both(one_town: Scenario) -> None:
    yard = one_town.yards[0]
    first, *others = one_town.fields
    scenario = replace(
        one_town, roads=None, fields=(replace(first, lon=yard.lon, lat=yard.lat), *others[:5], others[0])
    )
    scenario = replace(scenario, fields=(*scenario.fields[:-1], replace(others[0], field_id="TWIN")))
    assert_everybody_is_reached(replace(scenario, roads=build_schematic(scenario, seed=2)))


def test_places_far_apart_are_still_linked(one_town: Scenario) -> None:
    fields = tuple(replace(f, lon=f.lon + (0.4 if i % 2 else 0.0)) for i, f in enumerate(one_town.fields[:12]))
    scenario = replace(one_town, roads=None, fields=fields)
    roads = build_schematic(scenario, seed=4)
    assert largest_strong_part(roads).size == roads.node_lon.size


def test_the_picture_is_drawn(tmp_path: Path, one_town: Scenario) -> None:
    assert one_town.roads is not None
    out = tmp_path / "roads.png"
    draw_roads(one_town.roads, out, scenario=one_town)
    assert out.read_bytes().startswith(b"\x89PNG")
    assert out.stat().st_size > 20_000
