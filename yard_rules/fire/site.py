"""The site as a whole: its size, what lies outside of it, what lies in one place, holes in its fence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import shapely
from shapely import LineString

from yard_rules.finding import Finding
from yard_rules.fire import marks
from yard_rules.fire.rules import SLACK
from yard_rules.fire.yard import Yard, shapes_of
from yard_rules.yard_drawing import Apron, Building, BuildingUse, Stack, Thing

_M2_PER_MU: Final = 2000 / 3


def check_site_area(yard: Yard) -> Iterator[Finding]:
    """3 to 7 mu, in principle (H25)."""
    rules, site = yard.rules, yard.drawing.site
    area_mu = site.shape.area / _M2_PER_MU
    mark = marks.middle(site.shape)
    yield from rules.too_low("site_area", [site.id], area_mu, [rules.limit("site_least_mu")], "mu", mark)
    yield from rules.too_high("site_area", [site.id], area_mu, [rules.limit("site_most_mu")], "mu", mark)


def check_weaker_than_plan(yard: Yard) -> Iterator[Finding]:
    """What the county has set is not weaker than what the plan demands."""
    rules, mark = yard.rules, marks.middle(yard.drawing.site.shape)
    for name, plan in rules.weaker_than_plan().items():
        yield rules.weaker("weaker_than_plan", [yard.site_id], name, plan, mark)


def check_outside_site(yard: Yard) -> Iterator[Finding]:
    """What belongs to the yard stands within its site."""
    drawing, site = yard.drawing, yard.drawing.site.shape
    polygons: list[Thing] = [*_solid_things(yard), *drawing.stack_areas]
    outside = shapely.difference(shapes_of(polygons), site)
    for thing, shape, area_m2 in zip(polygons, outside, shapely.area(outside), strict=True):
        if area_m2 > SLACK["m2"]:
            yield from yard.rules.unwanted("outside_site", [thing.id], area_m2, "m2", *marks.areas(shape))
    things = yard.point_things
    for thing, away_m in zip(things, shapely.distance(site, shapes_of(things)), strict=True):
        if away_m > SLACK["m"]:
            yield from yard.rules.unwanted("outside_site", [thing.id], away_m, "m", marks.between(thing.shape, site))


def check_overlap(yard: Yard) -> Iterator[Finding]:
    """No two solid things stand in one place, and nothing stands inside of a stack."""
    yield from _polygons_in_one_place(yard)
    yield from _points_in_stacks(yard)


def check_fence_gap(yard: Yard) -> Iterator[Finding]:
    """The outline of the site is fence, gate or building all along (H31)."""
    drawing, site = yard.drawing, yard.drawing.site
    closed = shapely.union_all(shapes_of([*drawing.fences, *drawing.gates, *drawing.buildings]))
    near = shapely.buffer(closed, yard.rules.value("fence_near_m"), quad_segs=16)
    gaps = shapely.line_merge(shapely.difference(site.shape.exterior, near))
    for gap in shapely.get_parts(gaps):
        if isinstance(gap, LineString):
            yield from yard.rules.unwanted("fence_gap", [site.id], gap.length, "m", marks.line(gap))


def _solid_things(yard: Yard) -> list[Thing]:
    drawing = yard.drawing
    return [*drawing.stacks, *drawing.buildings, *drawing.scales, *drawing.aprons, *drawing.ponds]


def _polygons_in_one_place(yard: Yard) -> Iterator[Finding]:
    things = _solid_things(yard)
    shapes = shapes_of(things)
    rows, columns = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = rows < columns
    rows, columns = rows[once], columns[once]
    common = shapely.intersection(shapes[rows], shapes[columns])
    for row, column, shape, area_m2 in zip(rows, columns, common, shapely.area(common), strict=True):
        pair = things[row], things[column]
        if area_m2 > SLACK["m2"] and not _may_share(yard, pair):
            subject = sorted(thing.id for thing in pair)
            yield from yard.rules.unwanted("overlap", subject, area_m2, "m2", *marks.areas(shape))


def _may_share(yard: Yard, pair: tuple[Thing, Thing]) -> bool:
    """A stack in its own store; an apron in a store."""
    store = next((it for it in pair if isinstance(it, Building) and it.use is BuildingUse.STORE), None)
    if store is None:
        return False
    other = pair[0] if pair[1] is store else pair[1]
    is_at_home = isinstance(other, Stack) and yard.building_of.get(other.id) is store
    return is_at_home or isinstance(other, Apron)


def _points_in_stacks(yard: Yard) -> Iterator[Finding]:
    things, stacks = yard.point_things, yard.drawing.stacks
    if not things or not stacks:
        return
    points, shapes = shapes_of(things), shapes_of(stacks)
    rows, columns = shapely.STRtree(shapes).query(points, predicate="within")
    depth_m = shapely.distance(points[rows], shapely.get_exterior_ring(shapes[columns]))
    for row, column, deep_m in zip(rows, columns, np.asarray(depth_m), strict=True):
        subject = sorted([things[row].id, stacks[column].id])
        yield from yard.rules.unwanted("overlap", subject, float(deep_m), "m", marks.point(things[row].shape))
