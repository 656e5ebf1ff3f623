"""Coordinates as Chinese maps give them, and WGS-84, the only ones that are stored.

Formulas and constants: the public approximation of the GCJ-02 transform (as in PyWGS84ToGCJ02 and eviltransform) and
Baidu's addition to it. It differs from the official transform by a few metres at most.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Degrees = NDArray[np.float64]

# The transform's own ellipsoid, and the box outside which it does nothing.
_AXIS_M = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_CHINA_LON_DEGREES = (72.004, 137.8347)
_CHINA_LAT_DEGREES = (0.8293, 55.8271)
_BAIDU_TURNS = np.pi * 3000 / 180
_BAIDU_LON_DEGREES, _BAIDU_LAT_DEGREES = 0.0065, 0.006
_TWO_THIRDS = 2 / 3
# Each round makes the error about a thousand times smaller; three reach a millimetre.
_ROUNDS = 6


class CoordinateSystem(StrEnum):
    """What the coordinates of a file are; `wgs84` is also CGCS2000 (equal to about a metre)."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def to_wgs84(lon: Any, lat: Any, system: CoordinateSystem) -> tuple[Degrees, Degrees]:
    """Return WGS-84 longitudes and latitudes in degrees, of the shape of what was given."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    # Numbers that are no coordinates come out as such: they are judged elsewhere.
    with np.errstate(all="ignore"):
        if system is CoordinateSystem.BD09:
            lon, lat = _inverse(_gcj02_to_bd09, lon, lat)
        if system is not CoordinateSystem.WGS84:
            lon, lat = _inverse(_wgs84_to_gcj02, lon, lat)
    return lon, lat


def from_wgs84(lon: Any, lat: Any, system: CoordinateSystem) -> tuple[Degrees, Degrees]:
    """Return longitudes and latitudes in the given system, in degrees, of the shape of what was given."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if system is not CoordinateSystem.WGS84:
        lon, lat = _wgs84_to_gcj02(lon, lat)
    if system is CoordinateSystem.BD09:
        lon, lat = _gcj02_to_bd09(lon, lat)
    return lon, lat


def _wgs84_to_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    both = (20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)) * _TWO_THIRDS
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + both
    north += (20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)) * _TWO_THIRDS
    north += (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * _TWO_THIRDS
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + both
    east += (20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)) * _TWO_THIRDS
    east += (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * _TWO_THIRDS
    latitude = np.radians(lat)
    m = 1 - _ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    north = np.degrees(north / (_AXIS_M * (1 - _ECCENTRICITY_SQUARED) / (m * np.sqrt(m))))
    east = np.degrees(east / (_AXIS_M / np.sqrt(m) * np.cos(latitude)))
    inside = _in_china(lon, lat)
    return lon + np.where(inside, east, 0.0), lat + np.where(inside, north, 0.0)


def _gcj02_to_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU_TURNS)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU_TURNS)
    inside = _in_china(lon, lat)
    return (
        np.where(inside, radius * np.cos(angle) + _BAIDU_LON_DEGREES, lon),
        np.where(inside, radius * np.sin(angle) + _BAIDU_LAT_DEGREES, lat),
    )


def _inverse(
    shift: Callable[[Degrees, Degrees], tuple[Degrees, Degrees]], lon: Degrees, lat: Degrees
) -> tuple[Degrees, Degrees]:
    """The point that `shift` moves to the given one: found by going back what it overshoots."""
    found_lon, found_lat = lon, lat
    for _round in range(_ROUNDS):
        shifted_lon, shifted_lat = shift(found_lon, found_lat)
        found_lon, found_lat = found_lon + (lon - shifted_lon), found_lat + (lat - shifted_lat)
    return found_lon, found_lat


def _in_china(lon: Degrees, lat: Degrees) -> NDArray[np.bool_]:
    west, east = _CHINA_LON_DEGREES
    south, north = _CHINA_LAT_DEGREES
    return (lon > west) & (lon < east) & (lat > south) & (lat < north)
