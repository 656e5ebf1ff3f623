"""Roads of a place from the net: Nominatim and Overpass are played by a server on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import osmnx
import pytest
from click.testing import CliRunner

from app.dispatch.roads_commands import roads
from solver.faults import FaultLog
from solver.road_files import read_roads
from solver.roads.osm_network import build_network
from solver.roads.place import PlaceNotFetchedError, fetch_extract
from solver.roads.profiles import default_classes, profiles_for

SQUARE = [[119.99, 29.99], [120.05, 29.99], [120.05, 30.05], [119.99, 30.05], [119.99, 29.99]]
FOUND = {
    "place_id": 1,
    "osm_type": "relation",
    "osm_id": 1,
    "lat": "30.02",
    "lon": "120.02",
    "class": "boundary",
    "type": "administrative",
    "place_rank": 16,
    "importance": 0.5,
    "addresstype": "town",
    "name": "Sampleton",
    "display_name": "Sampleton",
    "boundingbox": ["29.99", "30.05", "119.99", "120.05"],
    "geojson": {"type": "Polygon", "coordinates": [SQUARE]},
}
NODES = {1: (120.0, 30.0), 2: (120.01, 30.0), 3: (120.02, 30.0), 4: (120.01, 30.01), 5: (120.02, 30.01)}
WAYS: list[tuple[int, list[int], dict[str, str]]] = [
    (10, [1, 2, 3], {"highway": "tertiary", "maxweight": "12"}),
    (11, [3, 4, 1], {"highway": "unclassified", "oneway": "-1"}),
    (12, [2, 4], {"highway": "residential"}),
    (13, [3, 5, 4, 3], {"highway": "tertiary", "junction": "roundabout"}),
    (14, [2, 5], {"highway": "motorway"}),
]
OVERPASS = {
    "elements": [
        *({"type": "node", "id": i, "lon": lon, "lat": lat, "tags": {}} for i, (lon, lat) in NODES.items()),
        *({"type": "way", "id": i, "nodes": nodes, "tags": tags} for i, nodes, tags in WAYS),
    ]
}


class _StandIn(BaseHTTPRequestHandler):
    """Answers /search as Nominatim and /interpreter as Overpass; remembers what was asked."""

    asked: list[str]

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        self.asked.append(self.path)
        self._answer([FOUND] if query.get("q") == ["Sampleton"] else [])

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.asked.append(parse_qs(body)["data"][0])
        self._answer(OVERPASS)

    def _answer(self, content: Any) -> None:
        data = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def stand_in() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    handler = type("Handler", (_StandIn,), {"asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_roads_of_a_place_are_fetched_and_their_tags_judged(stand_in: tuple[str, list[str]]) -> None:
    url, asked = stand_in
    before = dict(vars(osmnx.settings))
    extract = fetch_extract("Sampleton", nominatim_url=url, overpass_url=url)
    assert dict(vars(osmnx.settings)) == before
    assert any(path.startswith("/search") for path in asked)
    assert any('["highway"~"^(motorway|' in query for query in asked)
    ways = {way.way_id: way for way in extract.ways if way.way_id != 13}
    assert ways[10].nodes == (1, 2, 3)
    assert ways[10].tags == {"highway": "tertiary", "maxweight": "12"}
    assert ways[11].nodes == (1, 4, 3)
    assert ways[11].tags["oneway"] == "yes"
    ring = next(way for way in extract.ways if way.way_id == 13)
    assert set(zip(ring.nodes, ring.nodes[1:], strict=False)) == {(3, 5), (5, 4), (4, 3)}
    built = build_network(extract, profiles_for(default_classes()))
    assert built.network.node_lon.size == 5
    assert set(built.network.edge_max_rank.tolist()) == {-1, 2}
    names = built.network.road_classes
    motorway = built.network.edge_road_class == names.index("motorway")
    assert motorway.any()
    pairs = set(zip(built.network.edge_from[motorway].tolist(), built.network.edge_to[motorway].tolist(), strict=True))
    assert not any((b, a) in pairs for a, b in pairs), "a motorway is one-way"


def test_an_unknown_place_and_a_dead_server_are_told_apart(stand_in: tuple[str, list[str]]) -> None:
    url, _ = stand_in
    with pytest.raises(PlaceNotFetchedError, match="no roads for 'Nowhere'"):
        fetch_extract("Nowhere", nominatim_url=url, overpass_url=url)
    with pytest.raises(PlaceNotFetchedError, match="no answer for 'Sampleton'"):
        fetch_extract("Sampleton", nominatim_url="http://127.0.0.1:9", overpass_url=url)


def test_roads_build_place_writes_a_network(stand_in: tuple[str, list[str]], tmp_path: Path) -> None:
    url, _ = stand_in
    out = tmp_path / "roads.graphml"
    arguments = ["build", "--place", "Sampleton", "--nominatim-url", url, "--overpass-url", url, "--out", str(out)]
    result = CliRunner().invoke(roads, arguments)
    assert result.exit_code == 0, result.output
    assert "OpenStreetMap contributors" in result.output
    faults = FaultLog()
    assert read_roads(out, rank_by_class={"c18": 2}, faults=faults) is not None
    assert not faults
