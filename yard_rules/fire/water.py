"""Water for the fire engine: hydrants at both ends or a pond, its volume, and the reach of hoses (H35)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from yard_rules.finding import Finding
from yard_rules.fire import marks
from yard_rules.fire.hose_ways import HoseWays, LeastWays
from yard_rules.fire.site_ends import hydrant_ends
from yard_rules.fire.yard import Numbers, Yard
from yard_rules.yard_drawing import Building, HosePoint, Hydrant, Pond, Stack

_SAMPLED_M: Final = 0.5
_POND_SAMPLED_M: Final = 1.0
_ROUNDING: Final = 1e-6
_L_PER_S_TO_M3_PER_H: Final = 3.6


def check_hydrants_at_ends(yard: Yard) -> Iterator[Finding]:
    """A hydrant at each end of the site, or a pond."""
    if yard.drawing.ponds:
        return
    limits = [yard.rules.limit("hydrant_ends")]
    ends = hydrant_ends(yard.drawing)
    mark = marks.outline(ends.empty)
    yield from yard.rules.too_low("hydrants_at_ends", [yard.site_id], ends.served, limits, "ends", *mark)


def check_pond_volume(yard: Yard) -> Iterator[Finding]:
    """Where the pond stands for hydrants, it holds water for six hours."""
    ponds, rules = yard.drawing.ponds, yard.rules
    if not ponds or hydrant_ends(yard.drawing).served >= rules.value("hydrant_ends"):
        return
    limit = rules.limit(_flow(yard), times=rules.value("water_h") * _L_PER_S_TO_M3_PER_H)
    water_m3 = sum(pond.water_m3 for pond in ponds)
    mark = marks.outline(pond.shape for pond in ponds)
    yield from rules.too_low("pond_volume", [pond.id for pond in ponds], water_m3, [limit], "m3", *mark)


def check_hydrant_flow(yard: Yard) -> Iterator[Finding]:
    """Where hydrants at both ends are the yard's water, all together give what the code asks for, where it is known."""
    rules, hydrants = yard.rules, yard.drawing.hydrants
    flows = [it.flow_l_per_s for it in hydrants if it.flow_l_per_s is not None]
    is_known = bool(hydrants) and len(flows) == len(hydrants)
    if not is_known or hydrant_ends(yard.drawing).served < rules.value("hydrant_ends"):
        return
    if yard.all_t >= rules.value("flow_from_t"):
        mark = [marks.point(it.shape) for it in hydrants]
        ids = [it.id for it in hydrants]
        yield from rules.too_low("hydrant_flow", ids, sum(flows), [rules.limit(_flow(yard))], "L/s", *mark)


def check_hose_reach(yard: Yard) -> Iterator[Finding]:
    """Some hose reaches every place on the outline of each stack, around what stands in its way."""
    drawing = yard.drawing
    hoses = _hoses(yard)
    if not hoses:
        for stack in drawing.stacks:
            yield yard.rules.missing("hose_reach", [stack.id], *marks.areas(stack.shape))
        return
    buildings = {building.id: building for building in drawing.buildings}
    yield from _reached(yard, hoses, yard.outdoor_stacks, None)
    for store, stacks in yard.indoor_stacks.items():
        yield from _reached(yard, hoses, stacks, buildings[store])


def _flow(yard: Yard) -> str:
    """The figure of GB 50974 table 3.4.12 for all the straw of a yard."""
    bands = ("first", "second", "third")
    held = (band for band in bands if yard.all_t <= yard.rules.value(f"flow_{band}_band_t"))
    return f"flow_{next(held, 'fourth')}_l_per_s"


def _reached(
    yard: Yard, hoses: dict[float, Numbers], stacks: Sequence[Stack], around: Building | None
) -> Iterator[Finding]:
    """`around`: the stacks' own building, whose walls are in no hose's way."""
    if not stacks:
        return
    drawing, rules = yard.drawing, yard.rules
    share = max(rules.value("hose_share"), rules.value("hose_whole"))
    things = (*drawing.stacks, *drawing.ponds, *(it for it in drawing.buildings if it is not around))
    # Somewhat farther, so that a finding can say how far it is.
    ways = HoseWays(drawing.site.shape, [thing.shape for thing in things], 2 * share * max(hoses))
    least = {hose_m: ways.from_sources(sources) for hose_m, sources in hoses.items()}
    for stack in stacks:
        worst, way_m, hose_m = _worst(least, rules.value("hose_share"), stack)
        if not np.isfinite(way_m):
            yield rules.missing("hose_reach", [stack.id], marks.point(worst))
            continue
        limits = [rules.limit(name, times=hose_m) for name in ("hose_share", "hose_whole")]
        yield from rules.too_high("hose_reach", [stack.id], way_m, limits, "m", marks.point(worst))


def _worst(least: dict[float, LeastWays], share: float, stack: Stack) -> tuple[Point, float, float]:
    """The point of the outline that is reached worst, the way to it, and the length of the hose that does it best."""
    corners = shapely.get_coordinates(stack.shape.exterior)[:-1]
    if found := _reached_along_edges(least, share, corners):
        return Point(corners[0]), *found
    points = _sampled(stack.shape.exterior, _SAMPLED_M)
    hoses_m = np.array(list(least))
    ways_m = np.array([ways.lengths_m(points) for ways in least.values()])
    left_m = ways_m - share * hoses_m[:, None]
    worst = int(left_m.min(axis=0).argmax())
    best = int(left_m[:, worst].argmin())
    return Point(points[worst]), float(ways_m[best, worst]), float(hoses_m[best])


def _reached_along_edges(least: dict[float, LeastWays], share: float, corners: Numbers) -> tuple[float, float] | None:
    """A way and a hose, where one hose reaches all of the outline even when it only runs along it from its corners."""
    sides_m = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
    for hose_m, ways in least.items():
        to_corners_m = ways.lengths_m(corners)
        along_m = (to_corners_m + np.roll(to_corners_m, -1) + sides_m) / 2
        if (along_m <= share * hose_m).all():
            return float(to_corners_m.max()), hose_m
    return None


def _hoses(yard: Yard) -> dict[float, Numbers]:
    """The places that a hose begins at, n x 2, by its length in metres."""
    drawing = yard.drawing
    by_length: dict[float, list[Numbers]] = {}
    things: list[Hydrant | HosePoint | Pond] = [*drawing.hydrants, *drawing.hose_points, *drawing.ponds]
    for thing in things:
        if thing.hose_m is not None:
            by_length.setdefault(thing.hose_m, []).append(_begins_at(thing.shape))
    return {hose_m: np.concatenate(places) for hose_m, places in sorted(by_length.items())}


def _begins_at(shape: Point | Polygon) -> Numbers:
    return shapely.get_coordinates(shape) if isinstance(shape, Point) else _sampled(shape.exterior, _POND_SAMPLED_M)


def _sampled(ring: LineString, step_m: float) -> Numbers:
    """The corners of a ring, and points between them that lie no farther apart, n x 2."""
    corners = shapely.get_coordinates(ring)
    sides = np.diff(corners, axis=0)
    # A side of whole steps is cut in whole steps, however its length was rounded.
    parts = np.maximum(1, np.ceil(np.hypot(*sides.T) / step_m - _ROUNDING)).astype(int)
    side = np.repeat(np.arange(len(sides)), parts)
    number = np.arange(len(side)) - np.repeat(np.cumsum(parts) - parts, parts)
    return np.asarray(corners[side] + sides[side] * (number / parts[side])[:, None], dtype=np.float64)
