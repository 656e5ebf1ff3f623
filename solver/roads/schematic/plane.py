"""A local plane in metres for a county: good to some metres over 50 km."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from solver.scenario import EARTH_RADIUS_KM

Floats = npt.NDArray[np.float64]

DEGREE_M = EARTH_RADIUS_KM * 1000.0 * np.pi / 180.0


@dataclass(frozen=True, slots=True)
class LocalPlane:
    """Metres east and north of a middle point."""

    lon: float
    lat: float

    def xy(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Floats:
        """(n, 2) metres for degrees."""
        east = (np.asarray(lon, dtype=np.float64) - self.lon) * DEGREE_M * np.cos(np.radians(self.lat))
        north = (np.asarray(lat, dtype=np.float64) - self.lat) * DEGREE_M
        return np.column_stack((east, north))

    def lon_lat(self, xy: Floats) -> tuple[Floats, Floats]:
        """Degrees for (n, 2) metres."""
        lon = self.lon + xy[:, 0] / (DEGREE_M * np.cos(np.radians(self.lat)))
        return lon, self.lat + xy[:, 1] / DEGREE_M
