"""Maps of OpenStreetMap made into networks: directions, speeds, truck access, junctions, turn restrictions."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path

import networkx as nx
import numpy as np
import osmnx
import pytest
from ways_world import network, place, world

from solver.faults import FaultLog
from solver.road_files import read_roads, write_roads
from solver.roads.great_circle import great_circle_km
from solver.roads.matrices import ways_of
from solver.roads.osm import read_extract
from solver.roads.osm_network import BuiltRoads, MapExtract, MapWay, TurnRestriction, build_network
from solver.roads.profiles import default_classes, profiles_for
from solver.roads.snapping import snap
from solver.roads.tags import RoadMeaning, amount, meaning
from solver.scenario import TruckClass

GEO = Path(__file__).parents[4] / "shared" / "geo"
PROFILES = profiles_for(default_classes())
RANKS = {c.truck_class: c.rank for c in default_classes()}


def read(tags: Mapping[str, str]) -> RoadMeaning | None:
    return meaning(tags, PROFILES)


@pytest.mark.parametrize(
    ("tags", "largest"),
    [
        ({"highway": "tertiary"}, None),
        ({"highway": "tertiary", "maxweight": "20"}, "c30"),
        ({"highway": "tertiary", "maxweight": "7.5"}, "c8"),
        ({"highway": "tertiary", "maxweight": "10000 kg"}, "c18"),
        ({"highway": "tertiary", "maxweight": "none"}, None),
        ({"highway": "tertiary", "maxweightrating": "12 t"}, "c18"),
        ({"highway": "tertiary", "maxweight:hgv": "12"}, "c18"),
        ({"highway": "tertiary", "maxheight": "3.2"}, "c8"),
        ({"highway": "tertiary", "maxheight": "default"}, None),
        ({"highway": "tertiary", "maxheight": "14'6\""}, None),
        ({"highway": "tertiary", "maxwidth": "2.5 m"}, "c18"),
        ({"highway": "tertiary", "maxwidth": "2.2"}, "c8"),
        ({"highway": "tertiary", "maxlength": "9"}, "c30"),
        ({"highway": "tertiary", "hgv": "no"}, "c8"),
        ({"highway": "tertiary", "hgv": "delivery"}, None),
        ({"highway": "tertiary", "motor_vehicle": "no"}, "none"),
        ({"highway": "tertiary", "motor_vehicle": "no", "hgv": "yes"}, None),
        ({"highway": "tertiary", "hgv": "no", "goods": "no"}, "none"),
        ({"highway": "track", "motor_vehicle": "agricultural;forestry", "tracktype": "grade1"}, "c30"),
        ({"highway": "service", "access": "private"}, "none"),
        ({"highway": "service", "access": "private", "motor_vehicle": "destination"}, None),
        ({"highway": "service", "service": "driveway"}, "c30"),
        ({"highway": "service", "service": "alley"}, "c8"),
        ({"highway": "service"}, None),
        ({"highway": "track"}, "c18"),
        ({"highway": "track", "tracktype": "grade2"}, "c30"),
        ({"highway": "track", "tracktype": "grade4"}, "c8"),
        ({"highway": "footway"}, "none"),
        ({"highway": "construction"}, "none"),
        ({"highway": "residential", "area": "yes"}, "none"),
        ({"highway": "tertiary", "maxweight": "2"}, "none"),
    ],
)
def test_tags_say_which_trucks_may_pass(tags: dict[str, str], largest: str | None) -> None:
    found = read(tags)
    if largest == "none":
        assert found is None
    else:
        assert found is not None
        assert found.max_rank == (-1 if largest is None else RANKS[largest])


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        ({"highway": "secondary"}, 40, 40),
        ({"highway": "secondary", "maxspeed": "30"}, 30, 30),
        ({"highway": "secondary", "maxspeed": "100"}, 40, 40),
        ({"highway": "secondary", "maxspeed": "20 mph"}, 32.18688, 32.18688),
        ({"highway": "secondary", "maxspeed": "CN:rural"}, 40, 40),
        ({"highway": "secondary", "maxspeed:backward": "20"}, 40, 20),
        ({"highway": "living_street", "maxspeed": "walk"}, 7, 7),
        ({"highway": "primary_link", "maxspeed": "none"}, 30, 30),
        ({"highway": "secondary", "oneway": "yes"}, 40, None),
        ({"highway": "secondary", "oneway": "-1"}, None, 40),
        ({"highway": "tertiary", "junction": "roundabout"}, 30, None),
        ({"highway": "tertiary", "junction": "roundabout", "oneway": "no"}, 30, 30),
        ({"highway": "motorway"}, 75, None),
        ({"highway": "motorway", "maxspeed:hgv": "60"}, 60, None),
    ],
)
def test_tags_give_directions_and_the_speed_of_a_loaded_truck(
    tags: dict[str, str], forward: float | None, backward: float | None
) -> None:
    found = read(tags)
    assert found is not None
    assert (found.forward_km_h, found.backward_km_h) == (
        forward if forward is None else pytest.approx(forward),
        backward if backward is None else pytest.approx(backward),
    )


def test_a_reversible_road_is_not_used_and_a_link_counts_as_its_road() -> None:
    assert read({"highway": "primary", "oneway": "reversible"}) is None
    found = read({"highway": "primary_link"})
    assert found is not None
    assert found.road_class == "primary"


def test_of_several_amounts_the_least_counts_and_what_cannot_be_read_is_none() -> None:
    assert amount("7.5;3.5", {"": 1.0}) == 3.5
    assert amount("12'6\"", {"'": 0.3048}) == pytest.approx(3.81)
    assert amount("narrow", {"": 1.0}) is None
    assert amount(None, {"": 1.0}) is None


def test_a_class_of_another_name_takes_the_size_of_the_next_larger_truck() -> None:
    names = [TruckClass("tiny", 1, 1.0, 6), TruckClass("wagon", 5, 9.0, 24), TruckClass("train", 9, 20.0, 72)]
    assert [(p.truck_class, p.rank, p.bales) for p in profiles_for(names)] == [
        ("tiny", 1, 8),
        ("wagon", 5, 30),
        ("train", 9, 48),
    ]


def built(
    ways: Sequence[MapWay],
    lon_lat: Mapping[int, tuple[float, float]],
    restrictions: Sequence[TurnRestriction] = (),
    blocked: frozenset[int] = frozenset(),
) -> BuiltRoads:
    return build_network(MapExtract(ways, lon_lat, blocked, restrictions), PROFILES)


# A cross: 1 west, 2 north, 3 east, 4 south of the middle 0; a ring road joins the four.
CROSS = {0: (120.0, 30.0), 1: (119.999, 30.0), 2: (120.0, 30.001), 3: (120.001, 30.0), 4: (120.0, 29.999)}
ARMS = [MapWay(10 + n, (n, 0), {"highway": "tertiary"}) for n in (1, 2, 3, 4)]
RING = MapWay(20, (1, 2, 3, 4, 1), {"highway": "track"})


def time_s(roads: BuiltRoads, start: tuple[float, float], end: tuple[float, float]) -> float:
    scenario = world([place("a", *start), place("b", *end)], roads.network)
    return float(ways_of(scenario).table(["a"], ["b"], None).hours[0, 0]) * 3600


def test_ways_are_cut_at_junctions_and_keep_their_length() -> None:
    roads = built([*ARMS, RING], CROSS)
    assert roads.network.node_lon.size == 5
    assert roads.network.edge_from.size == 16
    arm_m = great_circle_km(120.0, 30.0, 120.001, 30.0) * 1000
    assert time_s(roads, CROSS[1], CROSS[3]) == pytest.approx(2 * arm_m / 30 * 3.6, abs=0.2)


def test_bends_are_dropped_but_a_node_stays_every_hundred_metres() -> None:
    lon_lat = {i: (120.0 + 0.0004 * i, 30.0) for i in range(21)}  # some 38.5 m apart
    roads = built([MapWay(1, tuple(range(21)), {"highway": "tertiary"})], lon_lat)
    total_m = great_circle_km(*lon_lat[0], *lon_lat[20]) * 1000
    assert roads.network.edge_length_m.sum() / 2 == pytest.approx(total_m, abs=0.5)
    assert roads.network.edge_length_m.max() < 140
    assert roads.network.node_lon.size == 8


def test_a_forbidden_turn_is_gone_round() -> None:
    free = built([*ARMS, RING], CROSS)
    barred = built([*ARMS, RING], CROSS, [TurnRestriction(11, 0, 13, only=False)])
    assert barred.restrictions_kept == 1
    assert time_s(barred, CROSS[1], CROSS[3]) > time_s(free, CROSS[1], CROSS[3]) + 10
    assert time_s(barred, CROSS[1], CROSS[2]) == pytest.approx(time_s(free, CROSS[1], CROSS[2]), abs=0.01)
    assert time_s(barred, CROSS[3], CROSS[1]) == pytest.approx(time_s(free, CROSS[3], CROSS[1]), abs=0.01)


def test_a_prescribed_turn_leaves_no_other() -> None:
    free = built([*ARMS, RING], CROSS)
    barred = built([*ARMS, RING], CROSS, [TurnRestriction(11, 0, 12, only=True)])
    assert time_s(barred, CROSS[1], CROSS[3]) > time_s(free, CROSS[1], CROSS[3]) + 10
    assert time_s(barred, CROSS[1], CROSS[2]) == pytest.approx(time_s(free, CROSS[1], CROSS[2]), abs=0.01)
    assert time_s(barred, CROSS[4], CROSS[3]) == pytest.approx(time_s(free, CROSS[4], CROSS[3]), abs=0.01)


def test_two_restrictions_on_one_road_hold_together_one_after_the_other() -> None:
    # 5 lies beyond 3: the turns 1-0-3 and 3... are barred in a row, so both copies must be linked rightly.
    lon_lat = CROSS | {5: (120.002, 30.0), 6: (120.001, 30.001)}
    ways = [
        *ARMS,
        RING,
        MapWay(30, (3, 5), {"highway": "tertiary"}),
        MapWay(31, (3, 6), {"highway": "tertiary"}),
        MapWay(32, (5, 6), {"highway": "track"}),
    ]
    restrictions = [TurnRestriction(11, 0, 12, only=False), TurnRestriction(13, 3, 30, only=False)]
    free, barred = built(ways, lon_lat), built(ways, lon_lat, restrictions)
    assert barred.restrictions_kept == 2
    assert time_s(barred, CROSS[1], lon_lat[6]) == pytest.approx(time_s(free, CROSS[1], lon_lat[6]), abs=0.01)
    assert time_s(barred, CROSS[1], lon_lat[5]) > time_s(free, CROSS[1], lon_lat[5]) + 10


def test_a_restriction_on_a_road_left_out_is_counted_as_not_kept() -> None:
    roads = built([*ARMS, RING], CROSS, [TurnRestriction(11, 0, 99, only=False)])
    assert (roads.restrictions_kept, roads.restrictions_skipped) == (0, 1)


def test_a_barrier_ends_the_road_on_either_side() -> None:
    lon_lat = {1: (120.0, 30.0), 2: (120.001, 30.0), 3: (120.002, 30.0), 4: (120.001, 30.002)}
    ways = [
        MapWay(1, (1, 2, 3), {"highway": "tertiary"}),
        MapWay(2, (1, 4, 3), {"highway": "tertiary"}),
    ]
    free, barred = built(ways, lon_lat), built(ways, lon_lat, blocked=frozenset([2]))
    assert time_s(barred, lon_lat[1], lon_lat[3]) > time_s(free, lon_lat[1], lon_lat[3]) + 10


def test_a_map_without_a_road_for_trucks_is_refused() -> None:
    with pytest.raises(ValueError, match="no road that a truck can use"):
        built([MapWay(1, (1, 2), {"highway": "footway"})], CROSS)
    with pytest.raises(ValueError, match="in both directions"):
        built([MapWay(1, (1, 2), {"highway": "tertiary", "oneway": "yes"})], CROSS)


MAP = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
 <node id="1" lon="120.000" lat="30.0"/>
 <node id="2" lon="120.010" lat="30.0"><tag k="barrier" v="bollard"/></node>
 <node id="3" lon="120.020" lat="30.0"/>
 <node id="4" lon="120.010" lat="30.01"/>
 <way id="1"><nd ref="1"/><nd ref="4"/><tag k="highway" v="tertiary"/></way>
 <way id="2"><nd ref="4"/><nd ref="3"/><tag k="highway" v="tertiary"/><tag k="maxweight" v="6"/></way>
 <way id="3"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="residential"/></way>
 <way id="4"><nd ref="1"/><nd ref="3"/><tag k="building" v="yes"/></way>
 <relation id="1"><member type="way" ref="1" role="from"/><member type="node" ref="4" role="via"/>
  <member type="way" ref="2" role="to"/><tag k="type" v="restriction"/><tag k="restriction" v="no_left_turn"/>
 </relation>
 <relation id="2"><member type="way" ref="1" role="from"/><member type="way" ref="3" role="via"/>
  <member type="way" ref="2" role="to"/><tag k="type" v="restriction"/><tag k="restriction" v="no_u_turn"/></relation>
 <relation id="3"><member type="way" ref="2" role="from"/><member type="node" ref="4" role="via"/>
  <member type="way" ref="1" role="to"/><tag k="type" v="restriction"/><tag k="restriction" v="no_right_turn"/>
  <tag k="except" v="bus;hgv"/></relation>
</osm>
"""


@pytest.mark.parametrize("name", ["map.osm", "map.osm.gz"])
def test_a_map_file_gives_roads_barriers_and_restrictions(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(MAP.encode()) if name.endswith("gz") else MAP.encode())
    extract = read_extract(path)
    assert [way.way_id for way in extract.ways] == [1, 2, 3]
    assert extract.ways[1].tags == {"highway": "tertiary", "maxweight": "6"}
    assert extract.lon_lat[4] == (120.01, 30.01)
    assert extract.blocked == {2}
    assert extract.restrictions == [TurnRestriction(1, 4, 2, only=False)]
    assert extract.skipped_restrictions == 2


def test_a_box_cuts_roads_off_at_its_edge(tmp_path: Path) -> None:
    path = tmp_path / "map.osm"
    path.write_text(MAP)
    extract = read_extract(path, box=(119.99, 29.99, 120.03, 30.005))
    assert set(extract.lon_lat) == {1, 2, 3}
    assert [way.way_id for way in extract.ways] == [1, 2, 3]


def test_a_way_that_leaves_the_extract_is_not_bridged() -> None:
    lon_lat = {1: (120.0, 30.0), 2: (120.001, 30.0), 4: (120.003, 30.0), 5: (120.004, 30.0)}
    roads = built([MapWay(1, (1, 2, 3, 4, 5), {"highway": "tertiary"})], lon_lat)
    assert roads.network.node_lon.size == 2
    assert roads.nodes_outside == 2


def test_a_file_that_is_no_map_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_extract(tmp_path / "missing.osm")
    (tmp_path / "map.txt").write_text("x")
    with pytest.raises(ValueError, match=r"ends in \.osm"):
        read_extract(tmp_path / "map.txt")
    for name in ("bad.osm", "bad.osm.gz", "bad.osm.pbf"):
        (tmp_path / name).write_bytes(b"\x00\x01 this is no map" * 40)
        with pytest.raises(ValueError, match="no readable map"):
            read_extract(tmp_path / name)


@pytest.mark.parametrize("name", ["andorra.osm.pbf", "north-bayreuth.osm.gz"])
def test_a_real_extract_becomes_a_network_that_a_scenario_and_osmnx_can_read(tmp_path: Path, name: str) -> None:
    if not (GEO / name).exists():
        pytest.skip(f"{name} is not here")
    roads = build_network(read_extract(GEO / name), PROFILES)
    found = roads.network
    assert found.node_lon.size > 4000
    graph = nx.DiGraph(list(zip(found.edge_from.tolist(), found.edge_to.tolist(), strict=True)))
    assert nx.is_strongly_connected(graph)
    assert len(graph) == found.node_lon.size
    assert set(np.unique(found.edge_max_rank)) <= {-1, 1, 2, 3}
    speed_km_h = found.edge_length_m / np.maximum(found.edge_travel_time_s, 0.1) * 3.6
    assert speed_km_h[found.edge_length_m > 50].max() < 76
    path = tmp_path / "roads.graphml"
    write_roads(path, found, default_classes())
    faults = FaultLog()
    again = read_roads(path, rank_by_class=RANKS, faults=faults)
    assert not faults
    assert again is not None
    np.testing.assert_array_equal(again.edge_max_rank, found.edge_max_rank)
    np.testing.assert_array_equal(again.edge_length_m, found.edge_length_m)
    opened = osmnx.load_graphml(path)
    assert len(opened) == found.node_lon.size
    length_m = [data["length"] for _, _, data in opened.edges(data=True)]
    assert sum(length_m) == pytest.approx(found.edge_length_m.sum())


def test_the_restrictions_of_a_real_extract_are_kept() -> None:
    if not (GEO / "north-bayreuth.osm.gz").exists():
        pytest.skip("north-bayreuth.osm.gz is not here")
    roads = build_network(read_extract(GEO / "north-bayreuth.osm.gz"), PROFILES)
    assert roads.restrictions_kept + roads.restrictions_skipped == 40
    assert roads.restrictions_kept >= 30


def test_snapping_keeps_the_distance_and_tells_the_far_from_the_too_far() -> None:
    roads = network([(120.0, 30.0), (120.001, 30.0)], [(0, 1, 96.0, 5.0, -1), (1, 0, 96.0, 5.0, -1)])
    snapping = snap(roads, lon=[120.0, 120.0, 120.0], lat=[30.001, 30.01, 30.05])
    assert snapping.node.tolist() == [0, 0, 0]
    np.testing.assert_allclose(snapping.distance_m, [111.2, 1112.0, 5559.8], rtol=1e-3)
    assert snapping.far.tolist() == [1, 2]
    assert snapping.too_far.tolist() == [2]


def test_of_nodes_at_one_spot_the_first_is_joined() -> None:
    nodes = [(120.001, 30.0), (120.0, 30.0), (120.0, 30.0), (120.0, 30.0)]
    edges = [(i, (i + 1) % 4, 10.0, 1.0, -1) for i in range(4)]
    assert snap(network(nodes, edges), lon=120.0, lat=30.0).node.tolist() == [1]


def test_a_network_without_nodes_cannot_be_joined() -> None:
    with pytest.raises(ValueError, match="no nodes"):
        snap(network([], []), lon=[120.0], lat=[30.0])
