"""GeoJSON as we write it (RFC 7946): WGS-84, longitude first, seven decimals (a centimetre)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

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


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in GeoJSON")
