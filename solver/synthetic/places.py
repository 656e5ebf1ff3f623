"""The real towns and the made-up sites that the synthetic county is built on."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

# Kilometres per degree at the county's latitude, 30.43 N, on a sphere of 6371.0088 km.
KM_PER_DEGREE_LON = 95.88
KM_PER_DEGREE_LAT = 111.195


@dataclass(frozen=True, slots=True)
class TownSite:
    """A town: its seat, and the disc that stands for its farm land."""

    town_id: str
    key: str
    name: str
    lon: float
    lat: float
    centre: tuple[float, float]
    radius_km: float
    villages: int
    straw_weight: float


@dataclass(frozen=True, slots=True)
class CountyPlaces:
    """`yards` and `plants`: their rows of the data file, with `town` as the key of a town."""

    towns: tuple[TownSite, ...]
    yards: tuple[Mapping[str, Any], ...]
    plants: tuple[Mapping[str, Any], ...]
    river_bank: npt.NDArray[np.float64]
    grower_names: Mapping[str, str]
    one_town_names: Mapping[str, str]

    def town(self, key: str) -> TownSite:
        return next(t for t in self.towns if t.key == key)


def haining_places() -> CountyPlaces:
    """The towns, yards and plants of `haining_places.toml`; `river_bank` is (points, 2) of lon, lat."""
    content = tomllib.loads(files(__package__).joinpath("haining_places.toml").read_text(encoding="utf-8"))
    return CountyPlaces(
        towns=tuple(TownSite(**{**row, "centre": tuple(row["centre"])}) for row in content["towns"]),
        yards=tuple(content["yards"]),
        plants=tuple(content["plants"]),
        river_bank=np.array(content["river_bank"]),
        grower_names=content["grower_names"],
        one_town_names=content["one_town_names"],
    )


def plane_km(lon: npt.ArrayLike, lat: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """(points, 2): kilometres east and north, good to a few metres within the county."""
    east = np.asarray(lon, dtype=float) * KM_PER_DEGREE_LON
    north = np.asarray(lat, dtype=float) * KM_PER_DEGREE_LAT
    return np.stack([east, north], axis=-1)
