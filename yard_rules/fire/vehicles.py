"""Where trucks are loaded, and how they get there without driving among the stacks (H38); light to do it by (H27)."""

from __future__ import annotations

from collections.abc import Iterator

import shapely

from yard_rules.finding import Finding
from yard_rules.fire import marks
from yard_rules.fire.rules import SLACK
from yard_rules.fire.ways import TOUCH_M, distances_m, ground_without, widest_m
from yard_rules.fire.yard import Yard, shapes_of
from yard_rules.yard_drawing import Apron


def check_apron_missing(yard: Yard) -> Iterator[Finding]:
    """Where there are stacks, there is a place to load."""
    if yard.drawing.stacks and not yard.drawing.aprons:
        yield yard.rules.missing("apron_missing", [yard.site_id])


def check_apron_in_stack_area(yard: Yard) -> Iterator[Finding]:
    """Nothing is loaded within a stack area."""
    for apron in yard.drawing.aprons:
        for area in yard.drawing.stack_areas:
            common = apron.shape.intersection(area.shape)
            if common.area > SLACK["m2"]:
                subject = [apron.id, area.id]
                yield from yard.rules.unwanted("apron_in_stack_area", subject, common.area, "m2", *marks.areas(common))


def check_truck_way(yard: Yard) -> Iterator[Finding]:
    """From a gate over the scale to each apron there is a way outside of the stack areas."""
    drawing, rules = yard.drawing, yard.rules
    if not yard.vehicle_gates or not drawing.aprons:
        return
    limit = rules.limit("truck_way_m")
    solid = [it.shape for it in (*drawing.stack_areas, *drawing.stacks, *drawing.buildings, *drawing.ponds)]
    thin = [it.shape for it in (*drawing.fences, *yard.point_things)]
    ground = ground_without(drawing.site.shape, solid, thin)
    gates, scales = shapely.union_all(shapes_of(yard.vehicle_gates)), shapely.union_all(shapes_of(drawing.scales))
    for apron in drawing.aprons:

        def arrives(width_m: float, apron: Apron = apron) -> bool:
            places = ground.places(width_m)
            near_m = width_m / 2 + TOUCH_M
            does = (distances_m(places, gates) <= near_m) & (distances_m(places, apron.shape) <= near_m)
            if drawing.scales:
                does &= shapely.intersects(places, scales)
            return bool(does.any())

        if not arrives(limit.value - SLACK["m"]):
            widest = widest_m(arrives, limit.value)
            mark = marks.between(gates, apron.shape)
            yield from rules.too_low("truck_way", [apron.id], widest, [limit], "m", mark)


def check_light_missing(yard: Yard) -> Iterator[Finding]:
    """There is light."""
    if not yard.drawing.lights:
        yield yard.rules.missing("light_missing", [yard.site_id])
