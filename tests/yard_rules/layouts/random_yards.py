"""Yards of chance: nothing stands where it should, so that every distance has a value of its own. All synthetic."""

from __future__ import annotations

from math import cos, radians, sin

import numpy as np

from tests.yard_rules.layouts.drawing import Drawing, area, line, point
from tests.yard_rules.layouts.raster import Geometry, Points, gap_m

USES = ["home", "school", "public_building", "workshop", "store", "transformer", "open_flame", "railway", "road",
        "water"]  # fmt: skip


def random_yard(seed: int) -> Drawing:
    """A yard of about 90 m × 64 m with one stack area, five stacks at odd angles and about forty other things."""
    chance = np.random.default_rng(seed)
    outline = [(0.0, 0.0), (88 + 6 * chance.random(), 2 * chance.random()), (86.0, 62 + 5 * chance.random()),
               (3 * chance.random(), 60.0)]  # fmt: skip
    yard = Drawing().put("site", "site", area(*outline))
    yard = yard.put(
        "fence", "fence", line(outline[0], *outline[1:], _between(outline[3], outline[0], 0.2 * chance.random()))
    )
    gate = (_between(outline[3], outline[0], 0.5), _between(outline[3], outline[0], 0.57))
    yard = yard.put("gate", "gate", line(*gate), for_vehicles=True, road="township")
    yard = yard.put("area", "stack_area", _turned_box(chance, (53, 30), (40, 32), 8))
    yard = _with_stacks(yard, chance)
    for number in range(3):
        yard = yard.put(
            f"B{number}",
            "building",
            _turned_box(chance, _place(chance, 4, 30, 4, 60), (4, 6), 180),
            fire_grade=int(chance.integers(1, 5)),
            use="workshop",
            height_m=float(2 + 3 * chance.random()),
        )
    yard = yard.put("scale", "scale", _turned_box(chance, (10, 33), (10, 3), 20))
    yard = yard.put("apron", "apron", _turned_box(chance, _place(chance, 18, 28, 15, 45), (8, 14), 30))
    for number, kind in enumerate(["light", "hydrant", "hydrant", "light", "hydrant"]):
        hose = {"hose_m": float(chance.integers(30, 70))} if kind == "hydrant" else {}
        yard = yard.put(f"P{number}", kind, point(*_place(chance, 3, 85, 3, 58)), **hose)
    for number in range(9):
        yard = yard.put(f"E{number}", "extinguisher", point(*_place(chance, 3, 85, 3, 58)))
    for number in range(3):
        yard = yard.put(
            f"C{number}",
            "camera",
            point(*_place(chance, 3, 85, 3, 58)),
            direction_deg=float(360 * chance.random()),
            view_deg=float(40 + 120 * chance.random()),
            range_m=float(20 + 50 * chance.random()),
            height_m=float(2 + 3 * chance.random()),
        )
    for number, use in enumerate(USES):
        turn = radians(360 * number / len(USES) + 20 * chance.random())
        away = 40 + 40 * chance.random()
        place = (45 + (25 + away) * cos(turn), 30 + (10 + away) * sin(turn))
        yard = yard.put(
            f"N_{use}",
            "neighbour",
            _turned_box(chance, place, (6, 9), 180),
            use=use,
            fire_grade=int(chance.integers(1, 5)),
        )
    for number in range(2):
        ends = _place(chance, -20, 60, 58, 80), _place(chance, 85, 130, -10, 60)
        yard = yard.put(
            f"W{number}",
            "power_line",
            line(*ends),
            pole_height_m=float(6 + 6 * chance.random()),
            is_temporary=number == 1,
        )
    return yard


def _with_stacks(yard: Drawing, chance: np.random.Generator) -> Drawing:
    """Five stacks that do not overlap; some lie over the edge of the stack area."""
    stacks: list[Geometry] = []
    while len(stacks) < 5:
        shape = _turned_box(
            chance, _place(chance, 38, 68, 16, 44), (8 + 3 * chance.random(), 6 + 2 * chance.random()), 60
        )
        if all(gap_m(shape, other, 0.5) > 0.3 for other in stacks):
            stacks.append(shape)
    for number, shape in enumerate(stacks):
        yard = yard.put(
            f"S{number}",
            "stack",
            shape,
            height_m=float(2 + 1.5 * chance.random()),
            mass_kg=30_000,
            group="AB"[number % 2],
            cover="fire_sheet",
        )
    return yard


def _place(chance: np.random.Generator, west: float, east: float, south: float, north: float) -> tuple[float, float]:
    return float(chance.uniform(west, east)), float(chance.uniform(south, north))


def _between(start: tuple[float, float], end: tuple[float, float], share: float) -> tuple[float, float]:
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


def _turned_box(
    chance: np.random.Generator, centre: tuple[float, float], size_m: tuple[float, float], most_deg: float
) -> Geometry:
    turn = radians(most_deg * (2 * chance.random() - 1))
    corners: Points = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * np.array(size_m) / 2
    turned = corners @ np.array([[cos(turn), sin(turn)], [-sin(turn), cos(turn)]]) + np.array(centre)
    return area(*((float(x), float(y)) for x, y in turned))
