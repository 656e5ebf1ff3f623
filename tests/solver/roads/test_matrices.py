"""Ways between places: by hand on tiny networks, against networkx on random ones."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ways_world import CLASSES, network, place, world, yard

from solver.roads.bench import grid_edges
from solver.roads.great_circle import great_circle_km
from solver.roads.matrices import PlaceWithoutRoadError, ways_of
from solver.roads.shortest import graph_between, packing_for, weighted_graph
from solver.roads.way_rows import WayRows
from solver.scenario import EARTH_RADIUS_KM

DEGREE_KM = EARTH_RADIUS_KM * np.pi / 180


def both(a: int, b: int, length_m: float, time_s: float, rank: int = -1) -> list[tuple[int, int, float, float, int]]:
    return [(a, b, length_m, time_s, rank), (b, a, length_m, time_s, rank)]


def test_without_roads_a_way_is_the_great_circle_times_the_detour() -> None:
    scenario = world([place("a", 120.0, 30.0), place("b", 120.0, 30.1)], None)
    table = ways_of(scenario).table(["a"], ["b", "a"], "small")
    assert table.km[0, 0] == pytest.approx(0.1 * DEGREE_KM * 1.3)
    assert table.hours[0, 0] == pytest.approx(0.1 * DEGREE_KM * 1.3 / 30)
    assert table.km[0, 1] == 0.0
    assert table.hours[0, 1] == 0.0


def test_an_unknown_place_or_class_is_a_key_error() -> None:
    nodes = [(120.0, 30.0), (120.01, 30.0)]
    for roads in (None, network(nodes, both(0, 1, 1000, 60))):
        ways = ways_of(world([place("a", 120.0, 30.0)], roads))
        with pytest.raises(KeyError):
            ways.table(["nowhere"], ["a"], "small")
        with pytest.raises(KeyError):
            ways.table(["a"], ["a"], "nothing")


def test_a_way_is_approach_road_approach() -> None:
    roads = network([(120.0, 30.0), (120.02, 30.0)], both(0, 1, 2500, 180))
    scenario = world([place("a", 120.0, 30.002), place("b", 120.02, 29.999)], roads)
    table = ways_of(scenario).table(["a"], ["b"], "huge")
    approach_km = (0.002 + 0.001) * DEGREE_KM * 1.3
    assert table.km[0, 0] == pytest.approx(2.5 + approach_km, abs=1e-9)
    assert table.hours[0, 0] == pytest.approx(180 / 3600 + approach_km / 30, abs=1e-9)


def test_two_places_at_one_node_are_both_approaches_apart_and_a_place_is_at_itself() -> None:
    roads = network([(120.0, 30.0), (120.02, 30.0)], both(0, 1, 2500, 180))
    scenario = world([place("a", 120.0, 30.002), place("b", 120.0, 29.999)], roads)
    table = ways_of(scenario).table(["a", "b"], ["a", "b"], None)
    assert table.km[0, 1] == pytest.approx(0.003 * DEGREE_KM * 1.3)
    assert table.km[1, 0] == pytest.approx(0.003 * DEGREE_KM * 1.3)
    assert table.km[0, 0] == table.km[1, 1] == table.hours[0, 0] == 0.0


def test_the_quickest_way_is_taken_and_of_equally_quick_ones_the_shortest() -> None:
    nodes = [(120.0, 30.0), (120.01, 30.0), (120.02, 30.0), (120.01, 30.01)]
    edges = both(0, 1, 900, 50) + both(1, 2, 900, 50) + both(0, 3, 700, 60) + both(3, 2, 700, 40) + both(0, 2, 900, 101)
    scenario = world([place("a", 120.0, 30.0), place("b", 120.02, 30.0)], network(nodes, edges))
    table = ways_of(scenario).table(["a"], ["b"], "small")
    assert table.hours[0, 0] * 3600 == pytest.approx(100)
    assert table.km[0, 0] == pytest.approx(1.4)


def test_of_parallel_edges_the_quickest_then_the_shortest_counts_for_each_class() -> None:
    nodes = [(120.0, 30.0), (120.02, 30.0)]
    edges = [(0, 1, 2000, 100, -1), (0, 1, 1800, 90, 2), (0, 1, 1700, 90, 2), (0, 1, 1, 500, -1), (1, 0, 2000, 100, -1)]
    scenario = world([place("a", 120.0, 30.0), place("b", 120.02, 30.0)], network(nodes, edges))
    ways = ways_of(scenario)
    assert ways.table(["a"], ["b"], "medium").km[0, 0] == pytest.approx(1.7)
    assert ways.table(["a"], ["b"], "large").km[0, 0] == pytest.approx(2.0)
    assert ways.table(["a"], ["b"], None).km[0, 0] == pytest.approx(1.7)


def test_an_edge_admits_its_class_and_smaller_ones_only() -> None:
    nodes = [(120.0, 30.0), (120.02, 30.0), (120.01, 30.01)]
    edges = both(0, 1, 2000, 100, 2) + both(0, 2, 3000, 300) + both(2, 1, 3000, 300, 3)
    scenario = world([place("a", 120.0, 30.0), place("b", 120.02, 30.0)], network(nodes, edges))
    ways = ways_of(scenario)
    assert ways.table(["a"], ["b"], "small").km[0, 0] == pytest.approx(2.0)
    assert ways.table(["a"], ["b"], "medium").km[0, 0] == pytest.approx(2.0)
    assert ways.table(["a"], ["b"], "large").km[0, 0] == pytest.approx(6.0)
    shut = ways.table(["a"], ["b", "a"], "huge")
    assert np.isinf(shut.km[0, 0])
    assert np.isinf(shut.hours[0, 0])
    assert shut.km[0, 1] == 0.0


def test_one_ways_make_the_way_back_another_one() -> None:
    nodes = [(120.0, 30.0), (120.02, 30.0), (120.01, 30.01)]
    edges = [(0, 1, 2000, 100, -1), (1, 2, 1500, 90, -1), (2, 0, 1500, 90, -1)]
    scenario = world([place("a", 120.0, 30.0), place("b", 120.02, 30.0)], network(nodes, edges))
    table = ways_of(scenario).table(["a", "b"], ["a", "b"], "small")
    assert table.km[0, 1] == pytest.approx(2.0)
    assert table.km[1, 0] == pytest.approx(3.0)


def test_places_join_the_largest_strongly_connected_part_whatever_is_nearer() -> None:
    nodes = [(120.0, 30.0), (120.02, 30.0), (120.01, 30.01), (120.0, 30.005), (120.001, 30.006)]
    edges = both(0, 1, 2000, 100) + both(1, 2, 2000, 100) + both(3, 4, 100, 10) + [(0, 3, 600, 60, -1)]
    scenario = world([place("a", 120.0, 30.005), place("b", 120.02, 30.0)], network(nodes, edges))
    table = ways_of(scenario).table(["a"], ["b"], "small")
    assert table.km[0, 0] == pytest.approx(2.0 + 0.005 * DEGREE_KM * 1.3)


def test_a_place_without_a_road_within_three_kilometres_is_refused_by_name() -> None:
    roads = network([(120.0, 30.0), (120.02, 30.0)], both(0, 1, 2000, 100))
    near = place("near", 120.0, 30.0 + 2.9 / DEGREE_KM)
    assert ways_of(world([near], roads)).table(["near"], ["near"], None).km[0, 0] == 0.0
    with pytest.raises(PlaceWithoutRoadError, match=r"within 3 km of far \(3\.1 km\)"):
        ways_of(world([near, place("far", 120.0, 30.0 + 3.1 / DEGREE_KM)], roads))


def test_edges_of_no_length_and_no_time_are_ways_all_the_same() -> None:
    nodes = [(120.0, 30.0), (120.01, 30.0), (120.02, 30.0)]
    roads = network(nodes, both(0, 1, 0.0, 0.0) + both(1, 2, 500.0, 0.0))
    scenario = world([place("a", 120.0, 30.0), place("b", 120.02, 30.0)], roads)
    table = ways_of(scenario).table(["a"], ["b"], "small")
    assert table.km[0, 0] == pytest.approx(0.5, abs=0.001)
    assert table.hours[0, 0] == pytest.approx(0.0, abs=1e-6)


def test_few_origins_and_few_destinations_give_the_same_figures_as_all_at_once() -> None:
    scenario = _random_world(seed=5, nodes=60, edges=200)
    ids = [f.field_id for f in scenario.fields]
    whole = ways_of(scenario).table(ids, ids, "large")
    few = ways_of(scenario)
    np.testing.assert_array_equal(few.table(ids, ids[:3], "large").km, whole.km[:, :3])
    np.testing.assert_array_equal(few.table(ids[:2], ids, "large").hours, whole.hours[:2])
    np.testing.assert_array_equal(few.table(ids, ids, "large").km, whole.km)


def test_rows_on_disk_are_read_again_and_spoilt_files_are_not(tmp_path: Path) -> None:
    scenario = _random_world(seed=6, nodes=40, edges=120)
    ids = [f.field_id for f in scenario.fields]
    first = ways_of(scenario, cache_folder=tmp_path).table(ids, ids, "medium")
    files = sorted(tmp_path.iterdir())
    assert len(files) == 1
    again = ways_of(scenario, cache_folder=tmp_path)
    np.testing.assert_array_equal(again.table(ids, ids, "medium").km, first.km)
    assert sorted(tmp_path.iterdir()) == files
    stored = np.load(files[0])
    stored[:, 1:] += 1000 * 2.0**20
    np.save(files[0], stored)
    altered = ways_of(scenario, cache_folder=tmp_path).table(ids, ids, "medium")
    assert not np.array_equal(altered.hours, first.hours), "the rows of the file must be what is answered"
    files[0].write_bytes(b"not an array")
    repaired = ways_of(scenario, cache_folder=tmp_path).table(ids, ids, "medium")
    np.testing.assert_array_equal(repaired.km, first.km)


def test_classes_that_may_use_the_same_edges_share_their_rows() -> None:
    nodes = [(120.0, 30.0), (120.02, 30.0)]
    ways = ways_of(world([place("a", 120.0, 30.0)], network(nodes, both(0, 1, 2000, 100, 2))))
    rows = ways._rows_by_class  # type: ignore[attr-defined]
    assert rows["small"] is rows["medium"] is rows[None]
    assert rows["large"] is rows["huge"]
    assert rows["small"] is not rows["large"]


def test_units_are_coarser_where_a_network_is_too_large_for_fine_ones() -> None:
    count = 40_000
    forth = np.arange(count - 1)
    edge_from, edge_to = np.concatenate((forth, forth + 1)), np.concatenate((forth + 1, forth))
    time_s, length_m = np.full(edge_from.size, 1800.0), np.full(edge_from.size, 30_000.0)
    packing = packing_for(edge_from, edge_to, time_s=time_s, length_m=length_m, nodes=count)
    assert packing.time_unit_s > 0.001
    total = np.array([packing.weights(time_s=time_s, length_m=length_m)[: count - 1].sum()])
    assert total[0] < 2.0**53
    km, hours = packing.unpack(total)
    assert km[0] == pytest.approx(30.0 * (count - 1), rel=1e-3)
    assert hours[0] == pytest.approx(0.5 * (count - 1), rel=1e-3)


def _random_world(*, seed: int, nodes: int, edges: int):  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(seed)
    at = [(120 + 0.02 * x, 30 + 0.02 * y) for x, y in rng.random((nodes, 2))]
    rows = [
        (
            int(a),
            int(b),
            float(rng.integers(0, 30)) * 100.0,
            float(rng.integers(1, 10)) * 10.0,
            int(rng.integers(-1, 5) or -1),
        )
        for a, b in rng.integers(0, nodes, (edges, 2))
    ]
    rows += [(i, (i + 1) % nodes, 1000.0, 100.0, -1) for i in range(nodes)]
    places = [place(f"p{i}", 120 + 0.02 * x, 30 + 0.02 * y) for i, (x, y) in enumerate(rng.random((12, 2)))]
    return world(places, network(at, rows), [yard("y", 120.01, 30.01)])


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    nodes=st.integers(2, 30),
    edges=st.integers(0, 90),
    truck_class=st.sampled_from([None, *(c.truck_class for c in CLASSES)]),
)
def test_ways_equal_those_of_networkx(seed: int, nodes: int, edges: int, truck_class: str | None) -> None:
    scenario = _random_world(seed=seed, nodes=nodes, edges=edges)
    roads = scenario.roads
    rank = 0 if truck_class is None else scenario.class_by_name[truck_class].rank
    graph = nx.DiGraph()
    graph.add_nodes_from(range(nodes))
    for a, b, length, time, limit in zip(
        roads.edge_from.tolist(),
        roads.edge_to.tolist(),
        roads.edge_length_m.tolist(),
        roads.edge_travel_time_s.tolist(),
        roads.edge_max_rank.tolist(),
        strict=True,
    ):
        weight = int(time) * 10_000_000 + int(length)
        if (limit == -1 or limit >= rank) and weight < graph.get_edge_data(a, b, {"weight": np.inf})["weight"]:
            graph.add_edge(a, b, weight=weight)
    ids = [f.field_id for f in scenario.fields] + ["y"]
    places = [*scenario.fields, *scenario.yards]
    table = ways_of(scenario).table(ids, ids, truck_class)
    approach_km = [
        great_circle_km(p.lon, p.lat, roads.node_lon, roads.node_lat).min() * scenario.detour_factor for p in places
    ]
    at = [int(great_circle_km(p.lon, p.lat, roads.node_lon, roads.node_lat).argmin()) for p in places]
    for i in range(len(ids)):
        best = nx.single_source_dijkstra_path_length(graph, at[i])
        for j in range(len(ids)):
            if i == j:
                assert table.km[i, j] == table.hours[i, j] == 0.0
            elif at[j] not in best:
                assert np.isinf(table.km[i, j])
                assert np.isinf(table.hours[i, j])
            else:
                time_s, length_m = divmod(best[at[j]], 10_000_000)
                approaches_km = approach_km[i] + approach_km[j]
                # A stored edge has at least weight 1, a tenth of a metre, where its length is 0.
                assert table.km[i, j] == pytest.approx(length_m / 1000 + approaches_km, abs=1e-6)
                assert table.hours[i, j] == pytest.approx(time_s / 3600 + approaches_km / 30, abs=1e-6)


def test_contraction_changes_no_way_of_a_whole_street_grid() -> None:
    edges, limit = grid_edges(nodes=2500, edges=6000, seed=4)
    places = np.sort(np.random.default_rng(4).choice(2500, 60, replace=False))
    plain = weighted_graph(edges, nodes=2500, weight_limit=limit).rows(places, places)
    rows = WayRows(edges, places, nodes=2500, weight_limit=limit)
    np.testing.assert_array_equal(rows.weights(np.arange(60), np.arange(60)), plain)
    smaller = graph_between(edges, places, nodes=2500, weight_limit=limit)
    assert smaller.forward.shape[0] < 1000
