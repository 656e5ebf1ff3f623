"""A whole drawing from placed stacks: stack areas, lanes, fence, and the equipment that it needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import shapely
from shapely import LineString, MultiLineString, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import linemerge

from yard_rules.fire import FireRules
from yard_rules.stack_design.equipment import with_equipment
from yard_rules.stack_design.figures import DesignFigures, DistanceFigures
from yard_rules.stack_design.ground import SLACK_M, ring_ground
from yard_rules.stack_design.packing import PlacedStack
from yard_rules.stack_design.zones import Zones, gate_way
from yard_rules.yard_drawing import Apron, Cover, Fence, Lane, Scale, Stack, StackArea, YardDrawing

_SNAP_M: Final = 3e-4


def bare(drawing: YardDrawing) -> YardDrawing:
    """Return the drawing without what a design makes anew: stacks, their areas, lanes, and what is easily moved."""
    return replace(drawing, stacks=(), stack_areas=(), lanes=(), extinguishers=(), cameras=(), lights=())


def laid_out(
    drawing: YardDrawing,
    stacks: Sequence[PlacedStack],
    zones: Zones,
    figures: DesignFigures,
    rules: FireRules,
    *,
    near: BaseGeometry | None = None,
) -> YardDrawing | None:
    """Return the whole drawing; None where the stacks have no stack area or the equipment no place; `near` as there.

    Stacks that the drawing has already, in stores, stay.
    """
    planned = with_zones(drawing, zones)
    areas = stack_areas(planned, [stack.outline for stack in stacks], figures.distances, near=near)
    if stacks and not areas:
        return None
    planned = replace(
        planned,
        stacks=(*planned.stacks, *drawn_stacks(stacks, figures)),
        stack_areas=tuple(StackArea(id=f"area-{n}", shape=it) for n, it in enumerate(areas, start=1)),
        fences=(*planned.fences, *_missing_fence(planned, figures.distances)),
    )
    planned = replace(planned, lanes=fire_lanes(planned, figures.distances))
    return with_equipment(planned, figures, rules)


def with_zones(drawing: YardDrawing, zones: Zones) -> YardDrawing:
    """Return the drawing with scale and apron where the zones lie."""
    if zones.scale is not None:
        drawing = replace(drawing, scales=(*drawing.scales, Scale(id="scale-new", shape=zones.scale)))
    if zones.apron is not None:
        drawing = replace(drawing, aprons=(*drawing.aprons, Apron(id="apron-new", shape=zones.apron)))
    return drawing


def stack_areas(
    drawing: YardDrawing, outlines: Sequence[Polygon], distances: DistanceFigures, *, near: BaseGeometry | None = None
) -> list[Polygon]:
    """Return the areas: the hull of all stacks, or where that comes too near to something, its part that does not.

    `near`: what is too near to scale and apron; None: what leaves room to turn at each of their corners. Empty where
    the ring would be too narrow about any of them.
    """
    if not outlines:
        return []
    hull: BaseGeometry = shapely.convex_hull(shapely.union_all(outlines))
    plain = _plain_ground(drawing, distances)
    if plain.buffer(_SNAP_M, join_style="mitre").covers(hull):
        return [hull] if isinstance(hull, Polygon) else []
    if near is None:
        near = shapely.union_all([wide(it.shape, distances) for it in [*drawing.scales, *drawing.aprons]])
    ground = ring_ground(drawing, distances).difference(near)
    parts = [it for it in shapely.get_parts(hull.intersection(ground)) if isinstance(it, Polygon)]
    areas = [it for it in parts if any(it.intersects(outline) for outline in outlines)]
    reached = [it.buffer(_SNAP_M, join_style="mitre") for it in areas]
    if not all(any(it.covers(outline) for it in reached) for outline in outlines):
        return []
    return areas


def wide(shape: BaseGeometry, distances: DistanceFigures) -> BaseGeometry:
    """Return the ground about scale or apron that leaves an engine room to turn at its corners."""
    return shape.buffer(distances.corner_m - SLACK_M, join_style="mitre")


def _plain_ground(drawing: YardDrawing, distances: DistanceFigures) -> BaseGeometry:
    """The ring's width from everything, without more room at inner corners: enough about a convex area."""
    site = drawing.site.shape
    things = [
        *drawing.buildings,
        *drawing.scales,
        *drawing.aprons,
        *drawing.ponds,
        *drawing.hydrants,
        *drawing.hose_points,
    ]
    kept = shapely.union_all([it.shape.buffer(distances.ring_m - SLACK_M, quad_segs=64) for it in things])
    return site.difference(site.exterior.buffer(distances.ring_m - SLACK_M, quad_segs=64)).difference(kept)


def drawn_stacks(
    stacks: Sequence[PlacedStack], figures: DesignFigures, *, taken: Iterable[str] = ()
) -> tuple[Stack, ...]:
    """Return the stacks as they are drawn, a letter for each group; `taken`: groups that there are already."""
    letters = [chr(ord("A") + n) if n < 26 else f"G{n}" for n in range(26 + len(stacks))]
    free = [letter for letter in letters if letter not in set(taken)]
    made = []
    counts: dict[int, int] = {}
    for stack in stacks:
        counts[stack.group] = counts.get(stack.group, 0) + 1
        group = free[stack.group]
        bales = stack.columns * figures.stacks.layers
        made.append(
            Stack(
                id=f"stack-{group}{counts[stack.group]}",
                shape=stack.outline,
                name=f"{group}{counts[stack.group]}",
                group=group,
                height_m=figures.stacks.height_m,
                layers=figures.stacks.layers,
                bales=bales,
                mass_kg=bales * figures.stacks.bale_kg,
                cover=Cover.FIRE_SHEET,
            )
        )
    return tuple(made)


def _missing_fence(drawing: YardDrawing, distances: DistanceFigures) -> list[Fence]:
    near = [it.shape for it in [*drawing.fences, *drawing.gates, *drawing.buildings]]
    outline = drawing.site.shape.exterior
    left = (
        outline.difference(shapely.union_all([it.buffer(distances.fence_near_m - 0.05) for it in near]))
        if near
        else outline
    )
    if left.length < 0.05:
        return []
    merged = linemerge(left) if isinstance(left, MultiLineString) else left
    shape = merged if isinstance(merged, LineString | MultiLineString) else LineString(outline.coords)
    return [Fence(id="fence-new", shape=shape)]


def fire_lanes(drawing: YardDrawing, distances: DistanceFigures) -> tuple[Lane, ...]:
    """The ring about each area, wider at corners, and the ways in from the gates."""
    site = drawing.site.shape
    ring = shapely.union_all(
        [area.shape.buffer(distances.corner_m, join_style="mitre") for area in drawing.stack_areas]
    )
    ways = [gate_way(gate, site, distances.corner_m) for gate in drawing.gates if gate.for_vehicles]
    standing = [*drawing.stack_areas, *drawing.buildings, *drawing.scales, *drawing.aprons, *drawing.ponds]
    lane = (
        shapely.union_all([ring, *ways]).intersection(site).difference(shapely.union_all([it.shape for it in standing]))
    )
    parts = [it for it in shapely.get_parts(lane) if isinstance(it, Polygon) and it.area > 1.0]
    return tuple(Lane(id=f"lane-{n}", shape=it) for n, it in enumerate(parts, start=1))
