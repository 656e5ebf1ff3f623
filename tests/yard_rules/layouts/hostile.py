"""Files that are no drawings, or faulty ones: what each must be told. Written from docs/yard_drawing.md."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.yard_rules.layouts.base_yards import small
from tests.yard_rules.layouts.drawing import area, box, line, point

Content = dict[str, Any]
# What a fault must name: the feature (None: the file) and the property or "geometry" (None: any).
Named = tuple[str | None, str | None]

THE_FILE: Named = (None, None)


@dataclass(frozen=True)
class HostileFile:
    name: str
    content: bytes
    named: frozenset[Named]


def raw(name: str, content: str | bytes) -> HostileFile:
    return HostileFile(name, content if isinstance(content, bytes) else content.encode(), frozenset({THE_FILE}))


def spoiled(name: str, spoil: Callable[[Content], Any], *named: Named) -> HostileFile:
    """The small yard after a change of its content in place."""
    content = small().geojson()
    spoil(content)
    return HostileFile(name, json.dumps(content).encode(), frozenset(named))


def spoiled_text(name: str, old: str, new: str, *named: Named) -> HostileFile:
    """The small yard with a piece of its text replaced, for what json.dumps does not write."""
    text = json.dumps(small().geojson())
    assert old in text, old
    return HostileFile(name, text.replace(old, new, 1).encode(), frozenset(named))


def feature(content: Content, feature_id: str) -> Content:
    found: Content = next(one for one in content["features"] if one["id"] == feature_id)
    return found


def with_property(feature_id: str, **properties: Any) -> Callable[[Content], Any]:
    return lambda content: feature(content, feature_id)["properties"].update(properties)


def with_shape(feature_id: str, geometry: Any) -> Callable[[Content], Any]:
    return lambda content: feature(content, feature_id).update(geometry=geometry)


def with_about(**about: Any) -> Callable[[Content], Any]:
    return lambda content: content["strawline"].update(about)


def in_place_of(feature_id: str, value: Any) -> Callable[[Content], Any]:
    def put(content: Content) -> None:
        content["features"] = [value if one["id"] == feature_id else one for one in content["features"]]

    return put


def without(feature_id: str) -> Callable[[Content], Any]:
    return lambda content: content["features"].remove(feature(content, feature_id))


def all_together(*spoils: Callable[[Content], Any]) -> Callable[[Content], Any]:
    def spoil(content: Content) -> None:
        for one in spoils:
            one(content)

    return spoil


def number_of(feature_id: str) -> str:
    """The place of a feature in the small yard's file, as faults name what has no id."""
    return f"#{list(small().features).index(feature_id) + 1}"


def _holed(geometry: Content, hole: Content) -> Content:
    return {"type": "Polygon", "coordinates": geometry["coordinates"] + hole["coordinates"]}


BOW_TIE = area((25, 9), (41, 17), (41, 9), (25, 17))
OPEN_RING = {"type": "Polygon", "coordinates": [[[25, 9], [41, 9], [41, 17], [25, 17]]]}
S1: Named = ("S1", "geometry")

HOSTILE_FILES = [
    raw("an empty file", ""),
    raw("no JSON", '{"type": "FeatureCollection", '),
    raw("bytes that are no UTF-8", b'{"type": "\xff\xfe"}'),
    raw("nested beyond all measure", "[" * 200_000),
    raw("a list", "[]"),
    raw("null", "null"),
    raw("a number of 5,000 digits", '{"type": "FeatureCollection", "strawline": ' + "9" * 5000 + "}"),
    raw("no features", '{"type": "FeatureCollection"}'),
    spoiled("features that are no list", lambda content: content.update(features={"a": 1}), THE_FILE),
    spoiled("no foreign member", lambda content: content.pop("strawline"), THE_FILE),
    spoiled("a foreign member that is text", lambda content: content.update(strawline="yard"), THE_FILE),
    spoiled("a later format", with_about(format="yard-drawing/2"), THE_FILE),
    spoiled("feet", with_about(unit="feet"), THE_FILE),
    spoiled("a unit that is a list", with_about(unit=["m"]), THE_FILE),
    spoiled("an origin off the globe", with_about(origin=[200, 95]), THE_FILE),
    spoiled("an origin of text", with_about(origin="here"), THE_FILE),
    spoiled("a name that is a number", with_about(name=7), THE_FILE),
    spoiled("no site", without("site"), THE_FILE),
    spoiled("no features at all", lambda content: content["features"].clear(), THE_FILE),
    spoiled(
        "two sites",
        lambda content: content["features"].append({**feature(content, "site"), "id": "site_2"}),
        ("site_2", None),
    ),
    spoiled("a feature that is null", in_place_of("S1", None), (number_of("S1"), None)),
    spoiled("a feature that is a list", in_place_of("S1", [[1]]), (number_of("S1"), None)),
    spoiled("an id left out", lambda content: feature(content, "S1").pop("id"), (number_of("S1"), None)),
    spoiled("an id that is a list", lambda content: feature(content, "S1").update(id=["S1"]), (number_of("S1"), None)),
    spoiled("an id that is a bool", lambda content: feature(content, "S1").update(id=True), (number_of("S1"), None)),
    spoiled("a long id", lambda content: feature(content, "S1").update(id="x" * 81), (number_of("S1"), None)),
    spoiled("a doubled id", lambda content: feature(content, "S2").update(id="S1"), ("S1", None)),
    spoiled(
        "ids that are doubled as text and number",
        all_together(
            lambda content: feature(content, "S1").update(id="7"), lambda content: feature(content, "S2").update(id=7)
        ),
        ("7", None),
    ),
    spoiled("properties that are null", lambda content: feature(content, "S1").update(properties=None), ("S1", None)),
    spoiled("an unknown kind", with_property("S1", kind="haystack"), ("S1", "kind")),
    spoiled("a kind that is a dictionary", with_property("S1", kind={}), ("S1", "kind")),
    spoiled("an unknown property", with_property("S1", colour="gold"), ("S1", "colour")),
    spoiled("a height of text", with_property("S1", height_m="3"), ("S1", "height_m")),
    spoiled("a height of true", with_property("S1", height_m=True), ("S1", "height_m")),
    spoiled("a height below the ground", with_property("S1", height_m=-3), ("S1", "height_m")),
    spoiled("a beam on the ground", with_property("gate", clear_height_m=0), ("gate", "clear_height_m")),
    spoiled("a beam of text", with_property("gate", clear_height_m="4 m"), ("gate", "clear_height_m")),
    spoiled("a lane's height", with_property("S1", clear_height_m=4), ("S1", "clear_height_m")),
    spoiled("a height of nothing", with_property("S1", height_m=0), ("S1", "height_m")),
    spoiled("no height", with_property("S1", height_m=None), ("S1", "height_m")),
    spoiled("a height that is no number", with_property("S1", height_m=float("nan")), ("S1", "height_m")),
    spoiled("a mass without end", with_property("S1", mass_kg=float("inf")), ("S1", "mass_kg")),
    spoiled("a mass of 400 digits", with_property("S1", mass_kg=10**400), ("S1", "mass_kg")),
    spoiled("half a layer", with_property("S1", layers=2.5), ("S1", "layers")),
    spoiled("a cover that is a list", with_property("S1", cover=["none"]), ("S1", "cover")),
    spoiled("a group that is a list", with_property("S1", group=["G"]), ("S1", "group")),
    spoiled("a view of 361°", with_property("C1", view_deg=361), ("C1", "view_deg")),
    spoiled("a gate for vehicles by text", with_property("gate", for_vehicles="yes"), ("gate", "for_vehicles")),
    spoiled("no geometry", with_shape("S1", None), S1),
    spoiled("a geometry that is text", with_shape("S1", "POLYGON"), S1),
    spoiled("a geometry of an unknown type", with_shape("S1", {"type": "Circle", "coordinates": [1, 2]}), S1),
    spoiled("a stack that is a point", with_shape("S1", point(30, 10)), S1),
    spoiled("a collection of geometries", with_shape("S1", {"type": "GeometryCollection", "geometries": []}), S1),
    spoiled("no coordinates", with_shape("S1", {"type": "Polygon"}), S1),
    spoiled("coordinates that are null", with_shape("S1", {"type": "Polygon", "coordinates": None}), S1),
    spoiled("empty coordinates", with_shape("S1", {"type": "Polygon", "coordinates": []}), S1),
    spoiled("an empty ring", with_shape("S1", {"type": "Polygon", "coordinates": [[]]}), S1),
    spoiled("a ring of two points", with_shape("S1", area((25, 9), (41, 9))), S1),
    spoiled("a ring that is not closed", with_shape("S1", OPEN_RING), S1),
    spoiled("a ring that crosses itself", with_shape("S1", BOW_TIE), S1),
    spoiled("a stack of a square centimetre", with_shape("S1", box(30, 10, 30.01, 10.01)), S1),
    spoiled("a stack of one line", with_shape("S1", area((25, 9), (41, 9), (30, 9))), S1),
    spoiled("a stack with a hole", with_shape("S1", _holed(box(25, 9, 41, 17), box(30, 10, 32, 12))), S1),
    spoiled("a gate of one point", with_shape("gate", line((1, 0))), ("gate", "geometry")),
    spoiled("a gate without length", with_shape("gate", line((1, 0), (1, 0))), ("gate", "geometry")),
    spoiled("coordinates of text", with_shape("L1", {"type": "Point", "coordinates": ["5", "33"]}), ("L1", "geometry")),
    spoiled("a coordinate of true", with_shape("L1", {"type": "Point", "coordinates": [True, 3]}), ("L1", "geometry")),
    spoiled("one coordinate only", with_shape("L1", {"type": "Point", "coordinates": [5]}), ("L1", "geometry")),
    spoiled("a point of points", with_shape("L1", {"type": "Point", "coordinates": [[5, 33]]}), ("L1", "geometry")),
    spoiled("a coordinate that is no number", with_shape("L1", point(float("nan"), 33)), ("L1", "geometry")),
    spoiled("a coordinate without end", with_shape("L1", point(float("-inf"), 33)), ("L1", "geometry")),
    spoiled("a coordinate of 1e308", with_shape("L1", point(1e308, 33)), ("L1", "geometry")),
    spoiled("a coordinate of 400 digits", with_shape("L1", point(10**400, 33)), ("L1", "geometry")),
    spoiled_text("a coordinate of 1e999", "[5, 33]", "[1e999, 33]", ("L1", "geometry")),
    spoiled("a light 6 km away", with_shape("L1", point(6_000, 33)), ("L1", "geometry")),
    spoiled("a stack outside of the site", with_shape("S1", box(100, 9, 116, 17)), S1),
    spoiled("a site that is a line", with_shape("site", line((0, 0), (50, 41))), ("site", "geometry"), THE_FILE),
    spoiled("a site that crosses itself", with_shape("site", BOW_TIE), ("site", "geometry")),
    spoiled(
        "half of an emoji in an id",
        all_together(with_property("S1", height_m=-1), lambda content: feature(content, "S1").update(id="\ud83d")),
        (number_of("S1"), "id"), (number_of("S1"), "height_m"),
    ),
    spoiled(
        "everything at once",
        all_together(
            with_about(unit="feet"),
            with_property("apron", colour="red"),
            with_property("S1", height_m="3", layers=2.5),
            with_shape("S2", BOW_TIE),
            with_property("H1", hose_m=-1),
            with_shape("L1", None),
            with_property("C1", kind="eye"),
        ),
        THE_FILE, ("apron", "colour"), ("S1", "height_m"), ("S1", "layers"), ("S2", "geometry"), ("H1", "hose_m"),
        ("L1", "geometry"), ("C1", "kind"),
    ),
]  # fmt: skip


def degrees_beyond_the_globe() -> bytes:
    """The small yard in metres that are said to be degrees: latitudes and longitudes that no place has."""
    yard = small().turned(0, 200, 100)
    return json.dumps({**yard.geojson(), "strawline": {**yard.geojson()["strawline"], "unit": "degrees"}}).encode()
