"""What the tags of an OpenStreetMap way mean for a loaded bale truck."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from solver.roads.profiles import TruckProfile, most_bales
from solver.roads.speeds import LOADED_TRUCK_KM_H

EVERY_CLASS = -1
USED_TAGS = (
    *("highway", "junction", "oneway", "area", "tracktype", "service"),
    *("access", "vehicle", "motor_vehicle", "goods", "hgv"),
    *("maxspeed", "maxspeed:forward", "maxspeed:backward", "maxspeed:hgv"),
    *("maxweight", "maxweightrating", "maxweight:hgv", "maxwidth", "maxheight", "maxlength"),
)
BLOCKING_BARRIERS = frozenset(
    ("bollard", "block", "jersey_barrier", "cycle_barrier", "motorcycle_barrier", "chain", "log", "debris", "stile")
)

_OPEN_VALUES = frozenset(
    (
        *("yes", "designated", "permissive", "destination", "delivery", "official", "customers"),
        *("agricultural", "discouraged", "unknown", "public"),
    )
)
_WALKING_KM_H = 7.0
_TONNES = {
    "": 1.0,
    "t": 1.0,
    "ton": 1.0,
    "tons": 1.0,
    "kg": 0.001,
    "lbs": 0.00045359237,
    "lb": 0.00045359237,
    "st": 0.90718474,
}
_METRES = {"": 1.0, "m": 1.0, "cm": 0.01, "ft": 0.3048, "'": 0.3048}
_KM_H = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
_AMOUNT = re.compile(r"\s*([0-9]+(?:[.,][0-9]+)?)\s*([a-z/']*)\s*")
_FEET_INCHES = re.compile(r"""\s*([0-9]+)\s*(?:'|ft)\s*([0-9]+(?:\.[0-9]+)?)\s*(?:"|''|in)\s*""")


@dataclass(frozen=True, slots=True)
class RoadMeaning:
    """`max_rank`: the highest class rank admitted, -1 for every class; speeds are None against a one-way."""

    road_class: str
    max_rank: int
    forward_km_h: float | None
    backward_km_h: float | None


def meaning(tags: Mapping[str, str], profiles: Sequence[TruckProfile]) -> RoadMeaning | None:
    """What a way with these tags is to trucks of these classes (ascending by rank); None if it carries none."""
    highway = tags.get("highway", "")
    if highway not in LOADED_TRUCK_KM_H or tags.get("area") == "yes":
        return None
    forward, backward = _directions(tags)
    max_rank = _max_rank(tags, profiles)
    if max_rank == 0 or not (forward or backward):
        return None
    return RoadMeaning(
        road_class=highway.removesuffix("_link"),
        max_rank=max_rank,
        forward_km_h=_speed_km_h(tags, "forward") if forward else None,
        backward_km_h=_speed_km_h(tags, "backward") if backward else None,
    )


def _directions(tags: Mapping[str, str]) -> tuple[bool, bool]:
    """Whether the way may be driven along and against its order of nodes."""
    oneway = tags.get("oneway", "")
    if oneway in ("yes", "true", "1"):
        return True, False
    if oneway in ("-1", "reverse"):
        return False, True
    if oneway == "reversible":  # nobody knows when it runs which way
        return False, False
    implied = tags.get("junction") in ("roundabout", "circular") or tags.get("highway") == "motorway"
    return True, oneway in ("no", "false", "0", "alternating") or not implied


def _max_rank(tags: Mapping[str, str], profiles: Sequence[TruckProfile]) -> int:
    """The highest rank up to which every class is admitted, -1 for all, 0 for none."""
    admitted = 0
    for profile in profiles:
        if not (_open_to(tags, profile) and _carries(tags, profile)):
            return admitted
        admitted = profile.rank
    return EVERY_CLASS


def _open_to(tags: Mapping[str, str], profile: TruckProfile) -> bool:
    """The most special of the access tags decides; where there is none, the road is open.

    What is open to heavy goods vehicles is open to light ones; what is closed to them need not be.
    """
    if not profile.heavy_goods:
        special = [tags["goods"]] if "goods" in tags else []
        special += [tags["hgv"]] if _open(tags.get("hgv", "")) else []
    else:
        special = [tags["hgv"]] if "hgv" in tags else []
    values = [*special, *(tags[key] for key in ("motor_vehicle", "vehicle", "access") if key in tags)]
    return _open(values[0]) if values else True


def _open(value: str) -> bool:
    return any(part.strip() in _OPEN_VALUES for part in value.split(";"))


def _carries(tags: Mapping[str, str], profile: TruckProfile) -> bool:
    """Whether mass, width, height, length and the kind of road let the truck pass; an unreadable limit is none."""
    weight_keys = ("maxweight", "maxweightrating", *(("maxweight:hgv",) if profile.heavy_goods else ()))
    limits = (
        *((amount(tags.get(key), _TONNES), profile.gross_t) for key in weight_keys),
        (amount(tags.get("maxwidth"), _METRES), profile.width_m),
        (amount(tags.get("maxheight"), _METRES), profile.height_m),
        (amount(tags.get("maxlength"), _METRES), profile.length_m),
    )
    if any(limit is not None and size > limit for limit, size in limits):
        return False
    kind, value = tags["highway"], ""
    if kind == "track":
        kind, value = "tracktype", tags.get("tracktype", "")
    elif kind == "service":
        kind, value = "service", tags.get("service", "")
    else:
        kind, value = "highway", kind
    by_value = most_bales(kind)
    bales = by_value.get(value, by_value.get("") if kind == "tracktype" else None)
    return bales is None or profile.bales <= bales


def _speed_km_h(tags: Mapping[str, str], direction: str) -> float:
    """The speed of a loaded truck on this class of road, or what signs allow where that is less."""
    speed = LOADED_TRUCK_KM_H[tags["highway"]]
    for key in ("maxspeed", f"maxspeed:{direction}", "maxspeed:hgv"):
        limit = _WALKING_KM_H if tags.get(key) == "walk" else amount(tags.get(key), _KM_H)
        if limit is not None and limit > 0:
            speed = min(speed, limit)
    return speed


def amount(text: str | None, units: Mapping[str, float]) -> float | None:
    """The least of the amounts in a tag ("7.5", "3500 kg", "3.5 t;7.5 t", "12'6\\""); None where it holds none."""
    found = []
    for part in (text or "").lower().split(";"):
        inches = _FEET_INCHES.fullmatch(part)
        if inches and "'" in units:
            found.append(float(inches[1]) * 0.3048 + float(inches[2]) * 0.0254)
            continue
        match = _AMOUNT.fullmatch(part)
        if match and match[2] in units:
            found.append(float(match[1].replace(",", ".")) * units[match[2]])
    return min(found, default=None)
