"""Longitudes and latitudes about a place as metres, and back."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

_WGS84 = "EPSG:4326"


def metres_about(origin: tuple[float, float], lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return n x 2 metres east and north of the origin (longitude, latitude) for n x 2 degrees of WGS-84.

    Azimuthal equidistant: exact from the origin; between two points within 5 km of it off by under 1 mm in a kilometre.
    """
    x_m, y_m = _transformer(origin).transform(lonlat[:, 0], lonlat[:, 1])
    return np.column_stack([x_m, y_m])


def degrees_about(origin: tuple[float, float], metres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return n x 2 degrees (longitude, latitude) for n x 2 metres about the origin."""
    lon, lat = _transformer(origin).transform(metres[:, 0], metres[:, 1], direction="INVERSE")
    return np.column_stack([lon, lat])


@lru_cache(maxsize=64)
def _transformer(origin: tuple[float, float]) -> Transformer:
    lon, lat = origin
    local = f"+proj=aeqd +lat_0={lat:.12f} +lon_0={lon:.12f} +x_0=0 +y_0=0 +ellps=WGS84 +units=m +no_defs"
    return Transformer.from_crs(_WGS84, local, always_xy=True)
