"""Where the fields of a made-up county lie: clusters round villages, inside a town's disc, north of the river."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from solver.synthetic.places import KM_PER_DEGREE_LAT, KM_PER_DEGREE_LON, TownSite, plane_km

VILLAGE_SPACING_KM = 0.95
VILLAGE_SPREAD_KM = 0.55
FIELD_SPACING_KM = 0.11
SEAT_RADIUS_KM = 0.9  # built-up land round a town's seat
BANK_DISTANCE_KM = 0.5
TRIES = 4000


@dataclass(frozen=True, slots=True, eq=False)
class FieldSites:
    """Parallel arrays over N fields, by town and village: `town` indexes the towns, `village` numbers all villages."""

    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    town: npt.NDArray[np.int64]
    village: npt.NDArray[np.int64]


def scatter_fields(
    towns: Sequence[TownSite],
    river_bank: npt.NDArray[np.float64],
    *,
    field_counts: Sequence[int],
    rng: np.random.Generator,
) -> FieldSites:
    """`field_counts[i]` fields in town i. Raises ValueError where a town has no room for them."""
    land = _Land(towns, river_bank)
    xy: list[npt.NDArray[np.float64]] = []
    town_of: list[int] = []
    village_of: list[int] = []
    villages_before = 0
    for index, (town, count) in enumerate(zip(towns, field_counts, strict=True)):
        centres = _village_centres(land, index, town, rng)
        taken = np.empty((0, 2))
        villages = np.sort(np.arange(count) % len(centres))
        for village in villages:
            point = _free_spot(land, index, centres[village], taken, rng)
            taken = np.vstack([taken, point])
        xy.append(taken)
        town_of += [index] * count
        village_of += (villages + villages_before).tolist()
        villages_before += len(centres)
    points = np.concatenate(xy)
    return FieldSites(
        lon=np.round(points[:, 0] / KM_PER_DEGREE_LON, 5),
        lat=np.round(points[:, 1] / KM_PER_DEGREE_LAT, 5),
        town=np.array(town_of),
        village=np.array(village_of),
    )


class _Land:
    """Which land is whose: a point belongs to the town whose disc it is deepest in."""

    def __init__(self, towns: Sequence[TownSite], river_bank: npt.NDArray[np.float64]) -> None:
        self.centres = plane_km([t.centre[0] for t in towns], [t.centre[1] for t in towns])
        self.seats = plane_km([t.lon for t in towns], [t.lat for t in towns])
        self.radii = np.array([t.radius_km for t in towns])
        self.bank = plane_km(river_bank[:, 0], river_bank[:, 1])

    def is_farm_land(self, town: int, point: npt.NDArray[np.float64]) -> bool:
        depth = np.sum((self.centres - point) ** 2, axis=1) - self.radii**2
        bank = np.interp(point[0], self.bank[:, 0], self.bank[:, 1])
        return bool(
            depth[town] <= 0
            and np.argmin(depth) == town
            and point[1] > bank + BANK_DISTANCE_KM
            and np.min(np.sum((self.seats - point) ** 2, axis=1)) > SEAT_RADIUS_KM**2
        )


def _village_centres(land: _Land, index: int, town: TownSite, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """(villages, 2): spots of the town's land, apart from each other where there is room."""
    centres = np.empty((0, 2))
    spacing = VILLAGE_SPACING_KM
    for attempt in range(TRIES):
        if len(centres) == town.villages:
            return centres
        if attempt % 200 == 199:
            spacing *= 0.8
        point = land.centres[index] + town.radius_km * rng.uniform(-1, 1, 2)
        if land.is_farm_land(index, point) and _is_apart(point, centres, spacing):
            centres = np.vstack([centres, point])
    raise ValueError(f"no room for {town.villages} villages in {town.key}")


def _free_spot(
    land: _Land,
    index: int,
    centre: npt.NDArray[np.float64],
    taken: npt.NDArray[np.float64],
    rng: np.random.Generator,
) -> npt.NDArray[np.float64]:
    for attempt in range(TRIES):
        spread = VILLAGE_SPREAD_KM * (1 + attempt / 50)
        point = np.asarray(centre + spread * rng.standard_normal(2))
        if land.is_farm_land(index, point) and _is_apart(point, taken, FIELD_SPACING_KM):
            return point
    raise ValueError(f"no room for another field near {centre}")


def _is_apart(point: npt.NDArray[np.float64], others: npt.NDArray[np.float64], distance_km: float) -> bool:
    return not len(others) or bool(np.min(np.sum((others - point) ** 2, axis=1)) >= distance_km**2)
