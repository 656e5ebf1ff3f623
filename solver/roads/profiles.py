"""Sizes of truck classes, to which the tags of a road map are held."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from solver.scenario import TruckClass


@dataclass(frozen=True, slots=True)
class TruckProfile:
    """One truck class as a road sees it; `rank` orders the classes as in a scenario."""

    truck_class: str
    rank: int
    bales: int
    gross_t: float
    width_m: float
    height_m: float
    length_m: float
    heavy_goods: bool


def default_classes() -> tuple[TruckClass, ...]:
    """The four usual classes c8, c18, c30 and c48 with ranks 1 to 4 (payload: the middle of the operations notes)."""
    payload_t = {"c8": 1.65, "c18": 5.0, "c30": 9.0, "c48": 16.0}
    bales = {name: int(size["bales"]) for name, size in _sizes().items()}
    return tuple(TruckClass(name, i + 1, payload_t[name], bales[name]) for i, name in enumerate(bales))


def profiles_for(classes: Sequence[TruckClass]) -> tuple[TruckProfile, ...]:
    """The profile of each class, by rank: that of its name or, where there is none, of the next larger bale count."""
    sizes = _sizes()
    profiles = []
    for truck_class in sorted(classes, key=lambda c: c.rank):
        size = sizes.get(truck_class.truck_class)
        if size is None:
            fitting = [s for s in sizes.values() if s["bales"] >= truck_class.bale_capacity]
            size = fitting[0] if fitting else list(sizes.values())[-1]
        profiles.append(TruckProfile(truck_class=truck_class.truck_class, rank=truck_class.rank, **size))
    return tuple(profiles)


def most_bales(kind: str) -> Mapping[str, int]:
    """The largest truck, as its bales, by value of the tag `kind` (highway, tracktype, service)."""
    values: Mapping[str, int] = _document()["most_bales"][kind]
    return values


def _sizes() -> dict[str, dict[str, Any]]:
    return {name: size for name, size in _document().items() if name != "most_bales"}


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads((resources.files("solver.roads") / "truck_profiles.toml").read_text("utf-8"))
