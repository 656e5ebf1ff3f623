"""GeoJSON as we write it (RFC 7946): WGS-84, longitude first, seven decimals (a centimetre)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import numpy as np
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from app.file_exchange.coordinates import CoordinateSystem, from_wgs84

_DECIMALS = 7


def write_geojson(features: Iterable[tuple[BaseGeometry, Mapping[str, object]]]) -> bytes:
    """Return a feature collection in UTF-8; dates are written as 2026-11-12, what is empty as null."""
    given = list(features)
    outlines = shapely.transform(
        np.array([geometry for geometry, _properties in given], dtype=object),
        lambda points: np.round(points, _DECIMALS),
    )
    collection = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": mapping(outline), "properties": dict(properties)}
            for outline, (_geometry, properties) in zip(outlines, given, strict=True)
        ],
    }
    return json.dumps(collection, ensure_ascii=False, allow_nan=False, default=_plain).encode()


def in_system(
    features: Iterable[tuple[BaseGeometry, Mapping[str, object]]], system: CoordinateSystem
) -> Iterator[tuple[BaseGeometry, Mapping[str, object]]]:
    """Yield the features with their places, given in WGS-84, in another system: for maps that know no WGS-84."""
    for geometry, properties in features:
        if system is not CoordinateSystem.WGS84:
            geometry = shapely.transform(
                geometry, lambda points: np.column_stack(from_wgs84(points[:, 0], points[:, 1], system))
            )
        yield geometry, properties


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in GeoJSON")
