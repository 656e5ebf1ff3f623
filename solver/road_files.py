"""`roads.graphml` of a scenario: an osmnx graph read as a stream into arrays, and written so that osmnx opens it."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat
from xml.sax.saxutils import escape

import numpy as np

from solver.faults import FaultLog
from solver.scenario import RoadNetwork, TruckClass

GRAPHML_LIMIT_BYTES = 256 * 1024 * 1024
EVERY_CLASS = -1

_ATTRIBUTE_LIMIT_CHARACTERS = 100_000
_NOT_GIVEN = ("", "None", "nan")
_WANTED = {"node": ("x", "y"), "edge": ("length", "travel_time", "highway", "max_truck_class")}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")


def read_roads(path: Path, *, rank_by_class: Mapping[str, int] | None, faults: FaultLog) -> RoadNetwork | None:
    """The network in the file's order of nodes and edges; None, with the faults noted, where it cannot be used.

    The row of a fault is the line of the XML. `rank_by_class` None leaves `max_truck_class` unchecked (and every
    road open), for a scenario whose classes are themselves at fault. Where osmnx has merged several values into a
    list, the smallest class and the first `highway` count.
    """
    try:
        if not path.is_file():
            faults.add(path.name, "is not a file")
            return None
        size = path.stat().st_size
        if size > GRAPHML_LIMIT_BYTES:
            faults.add(path.name, f"has {size:,} bytes; at most {GRAPHML_LIMIT_BYTES:,} are read")
            return None
        reader = _GraphReader(path.name, rank_by_class=rank_by_class, faults=faults)
        with path.open("rb") as stream:
            reader.read(stream)
    except OSError as error:
        faults.add(path.name, f"cannot be read: {error.strerror or error}")
        return None
    except expat.ExpatError as error:
        faults.add(path.name, f"is not well-formed XML: {expat.ErrorString(error.code)}", row=error.lineno)
        return None
    except (UnicodeError, ValueError) as error:
        faults.add(path.name, f"is not well-formed XML: {error}")
        return None
    return reader.network()


def write_roads(path: Path, roads: RoadNetwork, truck_classes: Sequence[TruckClass]) -> None:
    """Writes the network; `osmnx.load_graphml` gives nodes 0 … N-1 in order.

    Raises ValueError where an edge admits no class at all, which the format cannot say.
    """
    limit_by_rank = {
        rank: f'<data key="d5">{escape(_class_up_to(rank, truck_classes))}</data>'
        for rank in np.unique(roads.edge_max_rank).tolist()
        if rank >= 0
    }
    highway = [f'<data key="d4">{escape(name)}</data>' for name in roads.road_classes]
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(_HEAD)
        for i, (lon, lat) in enumerate(zip(roads.node_lon.tolist(), roads.node_lat.tolist(), strict=True)):
            stream.write(
                f'<node id="{i}"><data key="d0">{_exact(lon)}</data><data key="d1">{_exact(lat)}</data></node>\n'
            )
        edges = zip(
            roads.edge_from.tolist(),
            roads.edge_to.tolist(),
            roads.edge_length_m.tolist(),
            roads.edge_travel_time_s.tolist(),
            roads.edge_max_rank.tolist(),
            roads.edge_road_class.tolist(),
            strict=True,
        )
        for start, end, length_m, travel_time_s, rank, road_class in edges:
            stream.write(
                f'<edge source="{start}" target="{end}"><data key="d2">{_exact(length_m)}</data>'
                f'<data key="d3">{_exact(travel_time_s)}</data>'
                f"{highway[road_class] if road_class >= 0 else ''}{limit_by_rank.get(rank, '')}</edge>\n"
            )
        stream.write("</graph></graphml>\n")


_HEAD = """<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="g0" for="graph" attr.name="crs" attr.type="string"/>
<key id="d0" for="node" attr.name="x" attr.type="string"/>
<key id="d1" for="node" attr.name="y" attr.type="string"/>
<key id="d2" for="edge" attr.name="length" attr.type="string"/>
<key id="d3" for="edge" attr.name="travel_time" attr.type="string"/>
<key id="d4" for="edge" attr.name="highway" attr.type="string"/>
<key id="d5" for="edge" attr.name="max_truck_class" attr.type="string"/>
<graph edgedefault="directed"><data key="g0">epsg:4326</data>
"""


class _GraphReader:
    """Takes the events of an XML parser and keeps what a `RoadNetwork` needs."""

    def __init__(self, file: str, *, rank_by_class: Mapping[str, int] | None, faults: FaultLog) -> None:
        self._file = file
        self._rank_by_class = rank_by_class
        self._faults = faults
        self._sound = True
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        # An entity can grow without bound; osmnx writes no document type at all.
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._name_by_key: dict[str, str] = {}
        self._defaults: dict[str, dict[str, str]] = {"node": {}, "edge": {}}
        self._key: dict[str, str] | None = None
        self._directed = True
        self._element: str | None = None
        self._attributes: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._line = 0
        self._data_name: str | None = None
        self._characters: list[str] = []
        self._character_count = 0
        self._seen_graph = False
        self._node_index: dict[str, int] = {}
        self._lon: list[float] = []
        self._lat: list[float] = []
        self._edges: list[tuple[str, str, float, float, int, int, int]] = []
        self._road_class_index: dict[str, int] = {}
        self._rank_by_text: dict[str, int] = {}

    def read(self, stream: BinaryIO) -> None:
        self._parser.ParseFile(stream)

    def network(self) -> RoadNetwork | None:
        if not self._seen_graph:
            self._fault("holds no GraphML graph", line=1)
        elif not self._lon or not self._edges:
            self._fault("has no roads: at least one node and one edge are needed", line=1)
        for source, target, _, _, _, _, line in self._edges:
            for node in (source, target):
                if node not in self._node_index:
                    self._fault("an edge's source and target must be nodes of the graph", line=line, value=node)
        if not self._sound:
            return None
        index = self._node_index
        columns = list(zip(*self._edges, strict=True))
        return RoadNetwork(
            node_lon=np.array(self._lon, dtype=np.float64),
            node_lat=np.array(self._lat, dtype=np.float64),
            edge_from=np.array([index[node] for node in columns[0]], dtype=np.int64),
            edge_to=np.array([index[node] for node in columns[1]], dtype=np.int64),
            edge_length_m=np.array(columns[2], dtype=np.float64),
            edge_travel_time_s=np.array(columns[3], dtype=np.float64),
            edge_max_rank=np.array(columns[4], dtype=np.int64),
            edge_road_class=np.array(columns[5], dtype=np.int64),
            road_classes=tuple(self._road_class_index),
        )

    def _fault(self, allowed: str, *, line: int, column: str | None = None, value: str | None = None) -> None:
        self._sound = False
        self._faults.add(self._file, allowed, row=line, column=column, value=value)

    def _refuse_doctype(self, *_: object) -> None:
        raise ValueError("a document type or entity declaration is not allowed")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "key":
            self._key = attributes
            self._name_by_key[attributes.get("id", "")] = attributes.get("attr.name", "")
        elif name == "graph":
            self._seen_graph = True
            self._directed = attributes.get("edgedefault", "directed") != "undirected"
        elif name in _WANTED:
            self._element = name
            self._attributes = attributes
            self._values = dict(self._defaults[name])
            self._line = self._parser.CurrentLineNumber
        elif (name == "data" and self._element is not None) or (name == "default" and self._key is not None):
            key = attributes.get("key", "") if name == "data" else (self._key or {}).get("id", "")
            self._data_name = self._name_by_key.get(key)
            self._characters = []
            self._character_count = 0

    def _text(self, text: str) -> None:
        if self._data_name is not None and self._character_count < _ATTRIBUTE_LIMIT_CHARACTERS:
            self._characters.append(text)
            self._character_count += len(text)

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "data" and self._element is not None and self._data_name is not None:
            self._values[self._data_name] = "".join(self._characters).strip()
            self._data_name = None
        elif name == "default" and self._key is not None and self._data_name is not None:
            self._defaults.setdefault(self._key.get("for", ""), {})[self._data_name] = "".join(self._characters).strip()
            self._data_name = None
        elif name == "key":
            self._key = None
        elif name == "node" and self._element == "node":
            self._element = None
            self._add_node()
        elif name == "edge" and self._element == "edge":
            self._element = None
            self._add_edge()

    def _add_node(self) -> None:
        node = self._attributes.get("id", "")
        if node in self._node_index or not node:
            self._fault("a node needs an id of its own", line=self._line, value=node)
            return
        lon = self._number("x", least=-180.0, most=180.0)
        lat = self._number("y", least=-90.0, most=90.0)
        self._node_index[node] = len(self._lon)
        self._lon.append(lon)
        self._lat.append(lat)

    def _add_edge(self) -> None:
        length_m = self._number("length", least=0.0)
        travel_time_s = self._number("travel_time", least=0.0)
        highways = _listed(self._values.get("highway", ""))
        road_class = self._road_class_index.setdefault(highways[0] if highways else "", len(self._road_class_index))
        source, target = self._attributes.get("source", ""), self._attributes.get("target", "")
        rest = (length_m, travel_time_s, self._rank(), road_class, self._line)
        self._edges.append((source, target, *rest))
        if not self._directed and self._attributes.get("directed") != "true":
            self._edges.append((target, source, *rest))

    def _number(self, name: str, *, least: float, most: float = math.inf) -> float:
        text = self._values.get(name)
        number = float(text) if text is not None and _NUMBER.fullmatch(text) else math.nan
        if not math.isfinite(number) or not least <= number <= most:
            limits = f"{least:g} or more" if math.isinf(most) else f"from {least:g} to {most:g}"
            allowed = f"every {self._element or 'road'} needs a finite number, {limits}"
            self._fault(allowed, line=self._line, column=name, value=text)
        return number

    def _rank(self) -> int:
        text = self._values.get("max_truck_class", "")
        if self._rank_by_class is None:
            return EVERY_CLASS
        if text in self._rank_by_text:
            return self._rank_by_text[text]
        if text not in self._rank_by_class and text in _NOT_GIVEN:
            return EVERY_CLASS
        parts = [text] if text in self._rank_by_class else _listed(text)
        names = [name for name in parts if name in self._rank_by_class or name not in _NOT_GIVEN]
        if any(name not in self._rank_by_class for name in names):
            allowed = f"one of the truck classes {', '.join(self._rank_by_class)}, or empty"
            self._fault(allowed, line=self._line, column="max_truck_class", value=text)
            return EVERY_CLASS
        self._rank_by_text[text] = min((self._rank_by_class[name] for name in names), default=EVERY_CLASS)
        return self._rank_by_text[text]


def _listed(text: str) -> list[str]:
    """The parts of a Python list as osmnx writes it, or the text alone; nothing for an absent value."""
    if text.startswith("[") and text.endswith("]"):
        try:
            parts = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return [text]
        return [str(part).strip() for part in parts]
    return [] if text in _NOT_GIVEN else [text]


def _class_up_to(rank: int, truck_classes: Sequence[TruckClass]) -> str:
    """The largest class that a limit of `rank` admits."""
    admitted = [c for c in truck_classes if c.rank <= rank]
    if not admitted:
        raise ValueError(f"a road that admits no truck class (rank {rank}) cannot be written")
    return max(admitted, key=lambda c: c.rank).truck_class


def _exact(number: float) -> str:
    """The shortest decimal that reads back as the same number."""
    return np.format_float_positional(number, trim="-")
