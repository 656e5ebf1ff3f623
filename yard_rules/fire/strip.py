"""Where straw is stacked, and the open strip of 6 m around it (H32)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from yard_rules.finding import Finding
from yard_rules.fire import marks
from yard_rules.fire.rules import SLACK
from yard_rules.fire.yard import Yard, as_array
from yard_rules.yard_drawing import Apron, StackArea, Thing


def check_stack_outside_area(yard: Yard) -> Iterator[Finding]:
    """A stack lies in a stack area or in a store."""
    for stack in yard.outdoor_stacks:
        if stack.id not in yard.area_of:
            yield yard.rules.missing("stack_outside_area", [stack.id], *marks.areas(stack.shape))


def check_strip_blocked(yard: Yard) -> Iterator[Finding]:
    """Nothing stands in the strip, and the strip lies within the site."""
    areas = yard.drawing.stack_areas
    if not areas:
        return
    limit = yard.rules.limit("ring_m")
    things = list(_standing(yard))
    shapes = as_array([shape for _, shape in things])
    area_shapes = as_array([area.shape for area in areas])
    away_m = shapely.distance(area_shapes[:, None], shapes[None, :])
    grown = shapely.buffer(area_shapes, SLACK["m"], join_style="mitre")
    for row, column in np.argwhere(away_m < limit.value - SLACK["m"]):
        area, thing = areas[row], things[column][0]
        if grown[row].covers(shapes[column]) or _is_elsewhere(area, thing):
            continue
        subject = sorted([area.id, thing.id]) if isinstance(thing, StackArea) else [area.id, thing.id]
        mark = marks.between(area.shape, shapes[column])
        yield from yard.rules.too_low("strip_blocked", subject, float(away_m[row, column]), [limit], "m", mark)


def _standing(yard: Yard) -> Iterator[tuple[Thing, BaseGeometry]]:
    drawing = yard.drawing
    outline = drawing.site.shape.exterior
    yield drawing.site, outline
    for thing in (*drawing.buildings, *drawing.scales, *drawing.aprons, *drawing.ponds, *yard.point_things):
        yield thing, thing.shape
    for area in drawing.stack_areas:
        yield area, area.shape
    for stack in yard.outdoor_stacks:
        if stack.id not in yard.area_of:
            yield stack, stack.shape
    on_outline = outline.buffer(yard.rules.value("fence_near_m"))
    for fence in drawing.fences:
        inside = fence.shape.difference(on_outline).intersection(drawing.site.shape)
        if not inside.is_empty:
            yield fence, inside


def _is_elsewhere(area: StackArea, thing: Thing) -> bool:
    """Whether another finding says it: an apron within the area; two areas say it once."""
    if isinstance(thing, Apron):
        return bool(area.shape.intersection(thing.shape).area > SLACK["m2"])
    return isinstance(thing, StackArea) and thing.id <= area.id
