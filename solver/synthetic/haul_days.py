"""Made-up hauling days for benchmarks: loads that are alike for every truck, so that any routing engine can be asked.

The three days are a fixed set: A, B and C of `strawline bench hauls`. All of it is synthetic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse.csgraph import floyd_warshall

from solver.hauling.problem import HORIZON_MIN, LARGEST_TOUR, HaulArrays

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SEED: Final = 20261112
# One load weighs 1: what is counted here are loads.
LOAD_T: Final = 1.0
LOADING_MIN: Final = 12.0
UNLOADING_MIN: Final = 7.0
WEIGHING_MIN: Final = 2.0
ROADS_PER_AIR_LINE: Final = 1.3
# A way there may be so much longer than the way back.
ASYMMETRY: Final = 0.12
SHIFT_MIN: Final = 600.0
EARLIEST_MIN: Final = 420.0
# Of the fields, so many have their bales from the evening before; the others become ready until so late.
READY_SHARE: Final = 0.5
LATEST_READY_MIN: Final = 780.0
NEAREST_YARDS: Final = 3
NEARER_SHARES: Final = (0.7, 0.2, 0.1)
# Of a bay's minutes in a shift, loads may fill so much.
BAY_SHARE: Final = 0.65
MOST_BAYS: Final = 3


@dataclass(frozen=True, slots=True)
class HaulClass:
    """Trucks of one price: yuan per day, hour and km; km/h; share of the fleet; share of the fields it can enter."""

    name: str
    yuan_per_day: float
    yuan_per_h: float
    yuan_per_km: float
    km_per_h: float
    fleet_share: float
    field_share: float


@dataclass(frozen=True, slots=True)
class HaulDayKind:
    """What a made-up day is like. `has_bays`: one to three at yards and plants, one at fields; else no limits."""

    fields: int
    yards: int
    plants: int
    hauls: int
    trucks: int
    side_km: float
    classes: tuple[HaulClass, ...]
    has_bays: bool
    left_yuan: float
    is_empty_km_only: bool = False

    def sized(self, share: float) -> HaulDayKind:
        """The same kind with this share of its fields, places, hauls and trucks, on a smaller square."""
        of = {n: max(round(getattr(self, n) * share), 2) for n in ("fields", "yards", "plants", "hauls", "trucks")}
        return replace(self, **of, side_km=self.side_km * share**0.5)


EMPTY_KM = (HaulClass("truck", 0.0, 0.0, 1.0, 30.0, 1.0, 1.0),)
FLEET = (
    HaulClass("tractor with trailer", 160.0, 55.0, 2.2, 24.0, 0.25, 1.0),
    HaulClass("light truck", 240.0, 70.0, 2.4, 34.0, 0.30, 0.95),
    HaulClass("truck", 320.0, 78.0, 2.9, 36.0, 0.25, 0.8),
    HaulClass("hired truck", 60.0, 120.0, 2.9, 36.0, 0.20, 0.8),
)
HAUL_DAYS: Final = {
    "A": HaulDayKind(110, 12, 5, 573, 70, 34.0, EMPTY_KM, False, 1_000.0, is_empty_km_only=True),
    "B": HaulDayKind(300, 15, 6, 1_500, 150, 34.0, FLEET, True, 2_000.0),
    "C": HaulDayKind(1_200, 60, 24, 6_000, 600, 68.0, FLEET, True, 2_000.0),
}


def synthetic_haul_day(kind: HaulDayKind, seed: int = SEED) -> HaulArrays:
    """Return the day as arrays: each wish is a number of loads from one place to another, fields' first."""
    dice = np.random.default_rng(seed)
    hubs = kind.yards + kind.plants
    at_km = np.vstack([_spread(dice, kind.yards, kind.side_km), _spread(dice, kind.plants, kind.side_km)])
    at_km = np.vstack([at_km, dice.uniform(0.0, kind.side_km, (kind.fields, 2))])
    km = _ways(dice, at_km)
    origins, destination, loads = _hauls(dice, kind, km)
    classes = kind.classes
    counts = _whole(np.array([c.fleet_share for c in classes]) * kind.trucks)
    truck_class = np.repeat(np.arange(len(classes)), counts)
    enters = np.array([dice.random(kind.fields) < c.field_share for c in classes])
    enters[0] = True
    count = hubs + kind.fields
    admitted = np.ones((len(loads), len(classes)), dtype=bool)
    from_field = origins >= hubs
    admitted[from_field] = enters[:, origins[from_field] - hubs].T
    ready = np.where(
        dice.random(kind.fields) < READY_SHARE, 0.0, dice.uniform(EARLIEST_MIN, LATEST_READY_MIN, kind.fields)
    )
    bays = np.full(count, len(truck_class) + 1)
    if kind.has_bays:
        drawn = dice.integers(1, MOST_BAYS + 1, hubs)
        least = _least_bays(origins, destination, loads, hubs)
        bays = np.concatenate([np.clip(drawn, least, MOST_BAYS), np.ones(kind.fields, dtype=np.int64)])
    slack = np.zeros((count, HORIZON_MIN))
    slack[:hubs] = np.bincount(origins[~from_field], loads[~from_field], minlength=hubs)[:, None]
    for field, minute in enumerate(ready):
        slack[hubs + field, int(np.ceil(minute)) :] = loads[from_field & (origins == hubs + field)].sum()
    all_origins = np.full((len(loads), LARGEST_TOUR), -1)
    all_origins[:, 0] = origins
    parts = np.zeros((len(loads), LARGEST_TOUR))
    parts[:, 0] = loads
    width = len(str(count))
    names = [
        *(f"Y{n:0{width}}" for n in range(1, kind.yards + 1)),
        *(f"P{n:0{width}}" for n in range(1, kind.plants + 1)),
        *(f"F{n:0{width}}" for n in range(1, kind.fields + 1)),
    ]
    return HaulArrays(
        place_ids=tuple(names),
        hubs=hubs,
        yards=kind.yards,
        classes=tuple(c.name for c in classes),
        load_t=np.full(len(classes), LOAD_T),
        travel_min=np.stack([km / c.km_per_h * 60.0 for c in classes]),
        travel_km=np.stack([km for _ in classes]),
        bays=bays.astype(np.int64),
        blocked=np.zeros((count, HORIZON_MIN), dtype=np.int16),
        slack_t=slack,
        capacity_t=np.full(count, np.inf),
        origins=all_origins,
        parts_t=parts,
        destination=destination,
        wanted_t=loads,
        admitted=admitted,
        is_tour=np.zeros(len(loads), dtype=bool),
        truck_ids=tuple(f"T{n:04}" for n in range(1, len(truck_class) + 1)),
        truck_class=truck_class,
        truck_home=dice.integers(0, kind.yards, len(truck_class)),
        shift_start=np.full(len(truck_class), EARLIEST_MIN),
        shift_end=np.full(len(truck_class), EARLIEST_MIN + SHIFT_MIN),
        yuan_per_day=np.array([classes[c].yuan_per_day for c in truck_class]),
        yuan_per_min=np.array([classes[c].yuan_per_h / 60.0 for c in truck_class]),
        yuan_per_km=np.array([classes[c].yuan_per_km for c in truck_class]),
        load_min_per_t=LOADING_MIN,
        unload_min_per_t=UNLOADING_MIN,
        value_yuan_per_t=kind.left_yuan,
        weigh_min=WEIGHING_MIN,
    )


def without_bays(day: HaulArrays) -> HaulArrays:
    """Return the same day with a bay for every truck everywhere."""
    return replace(day, bays=np.full_like(day.bays, len(day.truck_ids) + 1))


def _spread(dice: np.random.Generator, count: int, side_km: float) -> Floats:
    """Places that keep apart: of some drawn for each, the one farthest from those before."""
    places = dice.uniform(0.0, side_km, (1, 2))
    while len(places) < count:
        drawn = dice.uniform(0.0, side_km, (8, 2))
        apart = np.linalg.norm(drawn[:, None] - places[None], axis=2).min(axis=1)
        places = np.vstack([places, drawn[apart.argmax()]])
    return places


def _ways(dice: np.random.Generator, at_km: Floats) -> Floats:
    """Kilometres by road, longer one way than the other, no detour shorter than the way itself."""
    air = np.linalg.norm(at_km[:, None] - at_km[None], axis=2)
    km = air * ROADS_PER_AIR_LINE * (1.0 + ASYMMETRY * dice.random(air.shape))
    np.fill_diagonal(km, 0.0)
    return np.round(np.asarray(floyd_warshall(km)), 3)


def _hauls(dice: np.random.Generator, kind: HaulDayKind, km: Floats) -> tuple[Ints, Ints, Floats]:
    """Origins, destinations and loads: of each field one to six to one of the nearest yards, the rest from yards to
    plants."""
    hubs = kind.yards + kind.plants
    fields = np.arange(hubs, hubs + kind.fields)
    of_field = dice.integers(1, 7, kind.fields).astype(float)
    room = np.full(hubs, MOST_BAYS * SHIFT_MIN * BAY_SHARE)
    # yards keep room for what leaves them again
    leaving = max(kind.hauls - of_field.sum(), 0.0) / of_field.sum()
    per_load = UNLOADING_MIN + WEIGHING_MIN + leaving * (LOADING_MIN + WEIGHING_MIN)
    to_yard = np.array(
        [_roomy(dice, km[f, : kind.yards], room, n * per_load) for f, n in zip(fields, of_field, strict=True)]
    )
    collected = np.bincount(to_yard, of_field, minlength=kind.yards).astype(float)
    yards, plants = _linehauls(dice, kind, km, collected)
    pairs, of_pair = np.unique(np.stack([yards, plants]), axis=1, return_counts=True)
    return (
        np.concatenate([fields, pairs[0]]),
        np.concatenate([to_yard, pairs[1]]),
        np.concatenate([of_field, of_pair.astype(float)]),
    )


def _linehauls(dice: np.random.Generator, kind: HaulDayKind, km: Floats, collected: Floats) -> tuple[Ints, Ints]:
    """Yard and plant of each load from yards to plants: about as much as was collected there, mostly to one nearby."""
    hubs = kind.yards + kind.plants
    rest = kind.hauls - int(collected.sum())
    yards = dice.permutation(np.repeat(np.arange(kind.yards), _whole(collected / collected.sum() * rest)))
    room = np.full(hubs, MOST_BAYS * SHIFT_MIN * BAY_SHARE)
    plants = [
        kind.yards + _roomy(dice, km[yard, kind.yards : hubs], room[kind.yards :], UNLOADING_MIN + WEIGHING_MIN)
        for yard in yards
    ]
    return yards, np.array(plants)


def _roomy(dice: np.random.Generator, km: Floats, room: Floats, minutes: float) -> int:
    """One of the nearest places that have room for so many minutes more, which are taken."""
    order = np.argsort(km, kind="stable")
    nearest = order[room[order] >= minutes][:NEAREST_YARDS]
    chosen = int(dice.choice(nearest, p=np.array(NEARER_SHARES[: len(nearest)]) / sum(NEARER_SHARES[: len(nearest)])))
    room[chosen] -= minutes
    return chosen


def _least_bays(origins: Ints, destination: Ints, loads: Floats, hubs: int) -> Ints:
    """Bays without which a hub's loads would fill more than BAY_SHARE of a shift."""
    minutes = np.bincount(destination, loads * (UNLOADING_MIN + WEIGHING_MIN), minlength=hubs)[:hubs]
    out = origins < hubs
    minutes += np.bincount(origins[out], loads[out] * (LOADING_MIN + WEIGHING_MIN), minlength=hubs)[:hubs]
    return np.ceil(minutes / (SHIFT_MIN * BAY_SHARE)).astype(np.int64)


def _whole(shares: Floats) -> Ints:
    """Whole numbers of the same sum, by largest remainder."""
    whole = np.floor(shares).astype(np.int64)
    extra = np.argsort(whole - shares, kind="stable")[: round(shares.sum()) - whole.sum()]
    whole[extra] += 1
    return whole
