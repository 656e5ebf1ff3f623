"""Drawings of yards for the examination, written down in metres as plain GeoJSON. All of it is synthetic."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from math import atan2, cos, degrees, pi, radians, sin
from typing import Any

from tests.yard_rules.layouts.raster import Geometry

Feature = dict[str, Any]
Position = tuple[float, float]


@dataclass(frozen=True)
class Drawing:
    """Features by id in the order in which they were drawn; every change gives a new drawing."""

    features: dict[str, Feature] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)

    def put(self, feature_id: str, kind: str, geometry: Geometry, **properties: Any) -> Drawing:
        """The drawing with a feature added, or put in the place of the one of this id."""
        feature = {
            "type": "Feature",
            "id": feature_id,
            "properties": {"kind": kind, **properties},
            "geometry": geometry,
        }
        return replace(self, features={**self.features, feature_id: feature})

    def without(self, *feature_ids: str) -> Drawing:
        for feature_id in feature_ids:
            assert feature_id in self.features, feature_id
        return replace(self, features={key: kept for key, kept in self.features.items() if key not in feature_ids})

    def but(self, feature_id: str, **properties: Any) -> Drawing:
        """The drawing with some properties of one feature changed; None takes a property away."""
        feature = deepcopy(self.features[feature_id])
        feature["properties"] |= properties
        feature["properties"] = {key: value for key, value in feature["properties"].items() if value is not None}
        return replace(self, features={**self.features, feature_id: feature})

    def reshaped(self, feature_id: str, geometry: Geometry) -> Drawing:
        feature = {**self.features[feature_id], "geometry": geometry}
        return replace(self, features={**self.features, feature_id: feature})

    def moved(self, feature_id: str, east_m: float, north_m: float) -> Drawing:
        return self.reshaped(
            feature_id, mapped(self.features[feature_id]["geometry"], lambda x, y: (x + east_m, y + north_m))
        )

    def shape(self, feature_id: str) -> Geometry:
        geometry: Geometry = self.features[feature_id]["geometry"]
        return geometry

    def of_kind(self, *kinds: str) -> list[str]:
        return [key for key, feature in self.features.items() if feature["properties"]["kind"] in kinds]

    def turned(self, angle_deg: float, east_m: float, north_m: float) -> Drawing:
        """The whole drawing turned to the left about its origin, then shifted; cameras turn with it."""
        turn = radians(angle_deg)

        def at(x: float, y: float) -> Position:
            return x * cos(turn) - y * sin(turn) + east_m, x * sin(turn) + y * cos(turn) + north_m

        features = deepcopy(self.features)
        for feature in features.values():
            feature["geometry"] = mapped(feature["geometry"], at)
            if "direction_deg" in feature["properties"]:
                feature["properties"]["direction_deg"] = (feature["properties"]["direction_deg"] - angle_deg) % 360
        return replace(self, features=features)

    def shuffled(self, order: list[str]) -> Drawing:
        return replace(self, features={key: self.features[key] for key in order})

    def in_degrees(self, longitude: float, latitude: float) -> Drawing:
        """The same yard in degrees of WGS-84, its metres laid down about a place by the radii of the ellipsoid there.

        Written from the ellipsoid's definition (a, 1/f), not by a projection: good to about 0.1 mm over 100 m.
        """
        metres = deepcopy(self.features)
        for feature in metres.values():
            feature["geometry"] = mapped(feature["geometry"], lambda x, y: _degrees_at(x, y, longitude, latitude))
        return replace(self, features=metres, about={**self.about, "unit": "degrees"})

    def geojson(self) -> dict[str, Any]:
        about = {
            "format": "yard-drawing/1",
            "yard_id": "Y99",
            "name": "Synthetic yard of the examination",
            "unit": "m",
            "synthetic": True,
        }
        return {
            "type": "FeatureCollection",
            "strawline": {**about, **self.about},
            "features": deepcopy(list(self.features.values())),
        }


def box(west: float, south: float, east: float, north: float) -> Geometry:
    return area((west, south), (east, south), (east, north), (west, north))


def area(*corners: Position) -> Geometry:
    return {"type": "Polygon", "coordinates": [[list(corner) for corner in (*corners, corners[0])]]}


def line(*points: Position) -> Geometry:
    return {"type": "LineString", "coordinates": [list(point) for point in points]}


def point(x: float, y: float) -> Geometry:
    return {"type": "Point", "coordinates": [x, y]}


def bearing_deg(from_point: Position, to_point: Position) -> float:
    """Degrees clockwise from north."""
    return degrees(atan2(to_point[0] - from_point[0], to_point[1] - from_point[1])) % 360


def mapped(geometry: Geometry, place: Any) -> Geometry:
    """A geometry with every position moved by a function of x and y."""

    def at(coordinates: Any) -> Any:
        if isinstance(coordinates[0], int | float):
            return list(place(*coordinates))
        return [at(part) for part in coordinates]

    return {"type": geometry["type"], "coordinates": at(geometry["coordinates"])}


def _degrees_at(x: float, y: float, longitude: float, latitude: float) -> Position:
    """Longitude and latitude of a point x m east and y m north of a place.

    Latitude first along the meridian, with its radius at the middle of the way; then east along the parallel reached,
    which bends off the straight line by x² tan(latitude) / 2a: taken back to second order.
    """
    semi_major_m, flattening = 6_378_137.0, 1 / 298.257223563
    eccentricity2 = flattening * (2 - flattening)

    def meridian_m(at_latitude: float) -> float:
        return semi_major_m * (1 - eccentricity2) / (1 - eccentricity2 * sin(at_latitude) ** 2) ** 1.5

    def normal_m(at_latitude: float) -> float:
        return semi_major_m / (1 - eccentricity2 * sin(at_latitude) ** 2) ** 0.5

    start = latitude * pi / 180
    reached = start + y / meridian_m(start + y / meridian_m(start) / 2)
    drop = x * x * sin(reached) / cos(reached) / (2 * meridian_m(reached) * normal_m(reached))
    east = x / (normal_m(reached) * cos(reached))
    return longitude + degrees(east), degrees(reached - drop)
