"""GeoJSON as we write it (RFC 7946): WGS-84, longitude first, seven decimals (a centimetre)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

_DECIMALS = 7


def write_geojson(features: Iterable[tuple[BaseGeometry, Mapping[str, object]]]) -> bytes:
    """Return a feature collection in UTF-8; dates are written as 2026-11-12, what is empty as null."""
    collection = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": _geometry(geometry), "properties": dict(properties)}
            for geometry, properties in features
        ],
    }
    return json.dumps(collection, ensure_ascii=False, allow_nan=False, default=_plain).encode()


def _geometry(geometry: BaseGeometry) -> dict[str, Any]:
    shape: dict[str, Any] = shapely.geometry.mapping(geometry)
    return {"type": shape["type"], "coordinates": _rounded(shape["coordinates"])}


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates, (tuple, list)):
        return [_rounded(part) for part in coordinates]
    return round(coordinates, _DECIMALS)


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in GeoJSON")
