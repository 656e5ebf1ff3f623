"""That nobody is caught between stacks (H33)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from yard_rules.finding import Finding
from yard_rules.fire import marks
from yard_rules.fire.rules import SLACK
from yard_rules.fire.ways import TOUCH_M, Ground, distances_m, ground_without, widest_m
from yard_rules.fire.yard import Shapes, Yard, as_array, shapes_of
from yard_rules.yard_drawing import Stack


def check_escape_way(yard: Yard) -> Iterator[Finding]:
    """Between stacks there is no place for people without a way out of 1.2 m."""
    drawing = yard.drawing
    if yard.outdoor_stacks:
        solid = [it.shape for it in (*yard.outdoor_stacks, *drawing.buildings, *drawing.ponds)]
        ground = ground_without(drawing.site.shape, solid, [fence.shape for fence in drawing.fences])
        gates = shapely.union_all(shapes_of(drawing.gates)) if drawing.gates else None
        yield from _pockets(yard, ground, yard.outdoor_stacks, gates)
    for building in drawing.buildings:
        if stacks := yard.indoor_stacks.get(building.id):
            solid = [it.shape for it in (*stacks, *yard.columns_in(building))]
            floor = ground_without(building.shape, solid, [])
            yield from _pockets(yard, floor, stacks, None)


def _pockets(yard: Yard, ground: Ground, stacks: Sequence[Stack], out: BaseGeometry | None) -> Iterator[Finding]:
    """`out`: where the way out ends; None: on the largest piece of ground."""
    limit = yard.rules.limit("escape_m")
    width_m = limit.value - SLACK["m"]
    places = ground.places(width_m)
    reach_m = limit.value / 2 + TOUCH_M
    shapes = shapes_of(stacks)
    for pocket in places[~_is_out(places, width_m, out)]:
        beside = np.flatnonzero(shapely.distance(shapes, pocket) <= reach_m)
        if not beside.size:
            continue

        def leaves(narrow_m: float, pocket: BaseGeometry = pocket) -> bool:
            wider = ground.places(narrow_m)
            return bool((_is_out(wider, narrow_m, out) & shapely.intersects(wider, pocket)).any())

        subject = [stacks[int(row)].id for row in beside]
        mark = marks.areas(shapely.buffer(pocket, width_m / 2))
        yield from yard.rules.too_low("escape_way", subject, widest_m(leaves, limit.value), [limit], "m", *mark)


def _is_out(places: Shapes, width_m: float, out: BaseGeometry | None) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    is_out = np.zeros(len(places), dtype=bool)
    if not len(places):
        return is_out
    if out is not None:
        is_out = distances_m(places, out) <= width_m / 2 + TOUCH_M
    if not is_out.any():
        is_out[int(np.argmax(shapely.area(as_array(list(places)))))] = True
    return is_out
