"""A drawing from its GeoJSON file, or everything that is wrong with it."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from yard_rules.yard_drawing.faults import DrawingFault, DrawingFaults
from yard_rules.yard_drawing.geometry_in import GeometryFault, outline_fault, read_geometry
from yard_rules.yard_drawing.kinds import FORMAT, KINDS, Kind
from yard_rules.yard_drawing.model import Site, Stack, Thing, YardDrawing
from yard_rules.yard_drawing.projection import metres_about
from yard_rules.yard_drawing.properties_in import is_text, read_properties, shown
from yard_rules.yard_drawing.units import unit_fault

MOST_FEATURES: Final = 5_000
MOST_POINTS: Final = 100_000
FARTHEST_M: Final = 5_000
_UNITS: Final = ("m", "degrees")
_HEAD: Final = {"format", "yard_id", "name", "unit", "origin", "synthetic"}
_LONGEST_TEXT: Final = 200
_TRACE_M: Final = 1e-9


def read_yard_drawing(path: Path) -> YardDrawing:
    """Return the drawing that a file holds; raises DrawingFaults with all faults, OSError where it cannot be read."""
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as fault:
        raise DrawingFaults([DrawingFault(None, None, f"not a JSON file in UTF-8: {fault}")]) from fault
    return from_geojson(content)


def from_geojson(content: Any) -> YardDrawing:
    """Return the drawing that a GeoJSON value (as of json.loads) holds; raises DrawingFaults with all faults."""
    reading = _Reading()
    reading.read(content)
    if reading.faults or reading.site is None:
        raise DrawingFaults(reading.faults)
    by_field: dict[str, list[Thing]] = {}
    for thing in reading.things:
        by_field.setdefault(KINDS[thing.kind].plural, []).append(thing)
    by_field.pop("site")
    of_kinds: dict[str, Any] = {plural: tuple(things) for plural, things in by_field.items()}
    head = reading.head
    return YardDrawing(
        yard_id=head["yard_id"],
        name=head["name"],
        is_synthetic=head.get("synthetic") or False,
        origin=reading.origin,
        site=reading.site,
        **of_kinds,
    )


class _Reading:
    """Goes through a file once and notes faults as it meets them."""

    def __init__(self) -> None:
        self.faults: list[DrawingFault] = []
        self.head: dict[str, Any] = {}
        self.origin: tuple[float, float] | None = None
        self.site: Site | None = None
        self.things: list[Thing] = []
        self._points = 0

    def read(self, content: Any) -> None:
        if not isinstance(content, Mapping) or content.get("type") != "FeatureCollection":
            return self._fault(None, None, "not a GeoJSON FeatureCollection")
        self._read_head(content.get("strawline"))
        features = content.get("features")
        if not isinstance(features, list):
            return self._fault(None, "features", "is not a list")
        if len(features) > MOST_FEATURES:
            return self._fault(None, "features", f"{len(features)} features, at most {MOST_FEATURES}")
        if (wrong := unit_fault(self.head.get("unit"), features)) is not None:
            # Each of the things would be told as wrong, and none is.
            return self._fault(None, "strawline.unit", wrong)
        drafts = [
            draft for number, it in enumerate(features, 1) if (draft := self._draft(f"#{number}", it)) is not None
        ]
        self._check_ids(drafts)
        if self._points > MOST_POINTS:
            return self._fault(None, "features", f"{self._points} points, at most {MOST_POINTS}")
        sites = [draft for draft in drafts if draft.kind.thing is Site]
        if not sites:
            self._fault(None, "features", "no site" + ("" if not self.faults else " that can be read"))
        for draft in sites[1:]:
            self._fault(draft.id, "kind", "a second site; a drawing has one")
        if self.head.get("unit") == "degrees" and drafts:
            self.origin = self.origin or _centre((sites or drafts)[0].shape)
            self._to_metres(drafts)
        for draft in drafts:
            draft.shape = shapely.transform(draft.shape, _without_traces)
        self._check_outlines(drafts)
        self._check_places(drafts)
        if not self.faults:
            self.things = [draft.kind.thing(id=draft.id, shape=draft.shape, **draft.values) for draft in drafts]
            self.site = next(thing for thing in self.things if isinstance(thing, Site))
        return None

    def _read_head(self, head: Any) -> None:
        if not isinstance(head, Mapping):
            return self._fault(None, "strawline", "the member with format, yard_id, name and unit is missing")
        for name in sorted(map(str, head.keys() - _HEAD)):
            self._fault(None, f"strawline.{name}", "not a member of the format")
        if head.get("format") != FORMAT:
            self._fault(None, "strawline.format", f"{shown(head.get('format'))} is not {FORMAT}")
        for name in ("yard_id", "name"):
            value = head.get(name)
            if not is_text(value, _LONGEST_TEXT):
                self._fault(
                    None, f"strawline.{name}", f"{shown(value)} is not a text of 1 to {_LONGEST_TEXT} characters"
                )
        if head.get("unit") not in _UNITS:
            self._fault(None, "strawline.unit", f"{shown(head.get('unit'))} is neither m nor degrees")
        if not isinstance(head.get("synthetic", False), bool | None):
            self._fault(None, "strawline.synthetic", f"{shown(head.get('synthetic'))} is neither true nor false")
        self._read_origin(head.get("origin"))
        self.head = dict(head)
        return None

    def _read_origin(self, origin: Any) -> None:
        if origin is None:
            return
        is_pair = isinstance(origin, list) and len(origin) == 2
        if not is_pair or not all(_is_number(part) for part in origin):
            self._fault(None, "strawline.origin", f"{shown(origin)} is not [longitude, latitude]")
        elif abs(origin[0]) > 180 or abs(origin[1]) > 85:
            self._fault(None, "strawline.origin", f"{shown(origin)} is not on the globe (latitudes up to 85°)")
        else:
            self.origin = (float(origin[0]), float(origin[1]))

    def _draft(self, place: str, feature: Any) -> _Draft | None:
        if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
            self._fault(place, None, "is not a GeoJSON Feature")
            return None
        feature_id = _feature_id(feature.get("id"))
        if feature_id is None:
            self._fault(
                place, "id", f"{shown(feature.get('id'))} is no id: a text of 1 to 80 characters or a whole number"
            )
        name = feature_id or place
        properties = feature.get("properties")
        if not isinstance(properties, Mapping):
            self._fault(name, "properties", "are missing")
            return None
        kind = KINDS.get(properties["kind"]) if isinstance(properties.get("kind"), str) else None
        if kind is None:
            self._fault(name, "kind", f"{shown(properties.get('kind'))} is none of {', '.join(KINDS)}")
            return None
        values, faults = read_properties(kind, properties)
        for part, text in faults:
            self._fault(name, part, text)
        try:
            shape = read_geometry(kind, feature.get("geometry"), is_degrees=self.head.get("unit") == "degrees")
        except GeometryFault as fault:
            self._fault(name, "geometry", str(fault))
            return None
        self._points += int(shapely.get_num_coordinates(shape))
        return _Draft(name, kind, values, shape)

    def _check_ids(self, drafts: list[_Draft]) -> None:
        for feature_id, times in Counter(draft.id for draft in drafts).items():
            if times > 1:
                self._fault(feature_id, "id", f"{times} features have this id")

    def _to_metres(self, drafts: list[_Draft]) -> None:
        if self.origin is None:
            return
        for draft in drafts:
            draft.shape = shapely.transform(draft.shape, lambda lonlat: metres_about(self.origin or (0, 0), lonlat))
            if not np.isfinite(shapely.get_coordinates(draft.shape)).all():
                self._fault(draft.id, "geometry", "lies too far away")
                draft.is_sound = False

    def _check_outlines(self, drafts: list[_Draft]) -> None:
        for draft in drafts:
            if draft.is_sound and (text := outline_fault(draft.shape)) is not None:
                self._fault(draft.id, "geometry", text)
                draft.is_sound = False

    def _check_places(self, drafts: list[_Draft]) -> None:
        sound = [draft for draft in drafts if draft.is_sound]
        site = next((draft for draft in sound if draft.kind.thing is Site), None)
        if site is None:
            return
        away_m = shapely.distance(site.shape, np.array([draft.shape for draft in sound]))
        for draft, distance_m in zip(sound, away_m, strict=True):
            farthest_m = max(float(distance_m), _extent_m(draft.shape) if draft is site else 0.0)
            if farthest_m > FARTHEST_M:
                what = "is" if draft is site else "lies"
                away = "across" if draft is site else "from the site"
                self._fault(
                    draft.id, "geometry", f"{what} {farthest_m / 1000:,.1f} km {away}; at most {FARTHEST_M / 1000:.0f}"
                )
            elif draft.kind.thing is Stack and distance_m > 0:
                self._fault(draft.id, "geometry", f"the stack lies outside of the site, {distance_m:.2f} m away")

    def _fault(self, feature: str | None, part: str | None, text: str) -> None:
        self.faults.append(DrawingFault(feature, part, text))


class _Draft:
    """A feature that could be read so far."""

    __slots__ = ("id", "is_sound", "kind", "shape", "values")

    def __init__(self, feature_id: str, kind: Kind, values: dict[str, Any], shape: BaseGeometry) -> None:
        self.id = feature_id
        self.kind = kind
        self.values = values
        self.shape = shape
        self.is_sound = True


def _feature_id(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value).strip()
    return text if 0 < len(text) <= 80 and text.isprintable() else None


def _without_traces(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lengths too small to be lengths are 0: arithmetic with them overflows."""
    return np.where(np.abs(places) < _TRACE_M, 0.0, places)


def _centre(shape: BaseGeometry) -> tuple[float, float]:
    west, south, east, north = shape.bounds
    return (west + east) / 2, (south + north) / 2


def _extent_m(shape: BaseGeometry) -> float:
    corners: NDArray[np.float64] = np.array(shape.bounds).reshape(2, 2)
    return float(math.hypot(*(corners[1] - corners[0])))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < math.inf
