"""A layout that is drawn, made right with few moves: what can stay stays where it is.

The fewest stacks whose going ends every conflict (a set cover: each conflict wants one of its stacks gone) are put
where there is room, further stacks where there is more; then the equipment that is missing is added.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from math import pi
from typing import Any, Final

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from yard_rules.finding import Finding, Severity
from yard_rules.fire import FireRules, check_yard
from yard_rules.fire.strip import check_strip_blocked
from yard_rules.fire.yard import Yard
from yard_rules.stack_design.cover import fewest
from yard_rules.stack_design.design import NoDesign, design_figures
from yard_rules.stack_design.equipment import with_equipment
from yard_rules.stack_design.figures import DesignFigures
from yard_rules.stack_design.ground import stack_ground
from yard_rules.stack_design.layout import drawn_stacks, fire_lanes, stack_areas
from yard_rules.stack_design.packing import columns_of, directions, packed
from yard_rules.yard_drawing import Stack, StackArea, YardDrawing

_MISS_M: Final = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One thing to do: `what` is move, take_away or add; `thing`: its id in the new drawing, or the old one's."""

    what: str
    thing: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Improvement:
    """Findings: those that block or are to be mended."""

    drawing: YardDrawing
    moves: tuple[Move, ...]
    findings_before: int
    findings_after: int
    bales_before: int
    bales_after: int

    def as_json(self) -> dict[str, Any]:
        """Return moves and figures as plain values."""
        return {
            "moves": [asdict(move) for move in self.moves],
            "findings_before": self.findings_before,
            "findings_after": self.findings_after,
            "bales_before": self.bales_before,
            "bales_after": self.bales_after,
        }


def improve_yard(drawing: YardDrawing, rules: FireRules) -> Improvement:
    """Return the drawing with as few moves as mend what stacks and equipment have wrong; then stacks added.

    Stacks in a store stay. Raises NoDesign where no stack can stand, or the equipment finds no place.
    """
    figures = design_figures(rules, drawing)
    yard = Yard(drawing, rules)
    outdoor = yard.outdoor_stacks
    ground = stack_ground(drawing, figures.distances)
    going = _going(outdoor, ground, figures)
    indoor = [stack for stack in drawing.stacks if stack.id in yard.building_of]
    kept = [stack for stack in outdoor if stack.id not in going]
    fresh = _added(kept, ground, figures)
    stacks = [*kept, *fresh]
    if not stacks and not indoor:
        raise NoDesign(["no place is left for a stack"])
    areas = _areas(drawing, stacks, figures, rules)
    if stacks and not areas:
        # What was added may be what leaves no room for the ring.
        fresh, stacks = [], kept
        areas = _areas(drawing, stacks, figures, rules)
    if stacks and not areas:
        raise NoDesign(["the stacks that could stay leave no room for a lane all around: design the yard anew"])
    planned = replace(
        drawing,
        stacks=(*indoor, *stacks),
        stack_areas=tuple(StackArea(id=f"area-{n}", shape=it) for n, it in enumerate(areas, start=1)),
        lanes=(),
    )
    blocked = _in_the_strip(planned, figures)
    planned = replace(
        planned,
        extinguishers=tuple(it for it in planned.extinguishers if it.id not in blocked),
        cameras=tuple(it for it in planned.cameras if it.id not in blocked),
        lights=tuple(it for it in planned.lights if it.id not in blocked),
    )
    fitted = with_equipment(planned, figures, rules)
    if fitted is None:
        raise NoDesign(["extinguishers, cameras or hoses cannot reach every stack from where they may stand"])
    laned = replace(fitted, lanes=fire_lanes(fitted, figures.distances))
    result = min((laned, fitted), key=lambda it: len(_grave(it, rules)))
    return Improvement(
        drawing=result,
        moves=tuple(_moves(drawing, result)),
        findings_before=len(_grave(drawing, rules)),
        findings_after=len(_grave(result, rules)),
        bales_before=_bales(drawing, figures),
        bales_after=_bales(result, figures),
    )


def _areas(drawing: YardDrawing, stacks: Sequence[Stack], figures: DesignFigures, rules: FireRules) -> list[Polygon]:
    """The areas that are drawn, where they hold all stacks and their strip is free; else new ones."""
    drawn = [area.shape for area in drawing.stack_areas]
    around = [area.buffer(_MISS_M, join_style="mitre") for area in drawn]
    movable = replace(drawing, stacks=(), extinguishers=(), cameras=(), lights=())
    if all(any(it.covers(stack.shape) for it in around) for stack in stacks) and not list(
        check_strip_blocked(Yard(movable, rules))
    ):
        return drawn
    return stack_areas(drawing, [stack.shape for stack in stacks], figures.distances)


def _going(stacks: Sequence[Stack], ground: BaseGeometry, figures: DesignFigures) -> set[str]:
    """The fewest stacks without which no two, and no group, break a rule."""
    limits = figures.stacks
    reached = ground.buffer(_MISS_M, join_style="mitre")
    conflicts: list[tuple[int, ...]] = []
    for number, stack in enumerate(stacks):
        if (
            not reached.covers(stack.shape)
            or stack.shape.area > limits.stack_most_m2 + 0.1
            or stack.height_m > limits.height_m + _MISS_M
            or (stack.layers or 0) > limits.layers
        ):
            conflicts.append((number,))
    for (i, one), (j, other) in combinations(enumerate(stacks), 2):
        is_one_group = one.group is not None and one.group == other.group
        gap_m = limits.stack_gap_m if is_one_group else limits.group_gap_m
        if one.shape.distance(other.shape) < gap_m - _MISS_M:
            conflicts.append((i, j))
    for group in {stack.group for stack in stacks if stack.group is not None}:
        members = [number for number, stack in enumerate(stacks) if stack.group == group]
        # Of every five of a group one has to go.
        conflicts += list(combinations(members, limits.group_most_stacks + 1))
    serves = np.zeros((len(conflicts), len(stacks)), dtype=bool)
    for row, members_of in enumerate(conflicts):
        serves[row, list(members_of)] = True
    return {stacks[number].id for number in fewest(serves) or []}


def _added(kept: Sequence[Stack], ground: BaseGeometry, figures: DesignFigures) -> list[Stack]:
    """Stacks in the ground that those which stay leave."""
    if kept:
        taken = shapely.union_all([it.shape.buffer(figures.stacks.group_gap_m + _MISS_M, quad_segs=32) for it in kept])
        ground = ground.difference(taken)
    angles = [angle + turn for angle in directions(ground) for turn in (0.0, pi / 2)]
    best = max((packed(ground, figures.stacks, angle_rad=angle, step_m=0.5) for angle in angles), key=columns_of)
    drawn = drawn_stacks(best, figures, taken=[stack.group or "" for stack in kept])
    held = {stack.id for stack in kept}
    return [replace(it, id=f"{it.id}-new") if it.id in held else it for it in drawn]


def _in_the_strip(drawing: YardDrawing, figures: DesignFigures) -> set[str]:
    """Ids of what stands in the lane about a stack area and is easily moved."""
    areas = [area.shape for area in drawing.stack_areas]
    things = [*drawing.extinguishers, *drawing.cameras, *drawing.lights]
    near = figures.distances.ring_m - _MISS_M
    return {
        it.id
        for it in things
        if any(area.distance(it.shape) < near and not area.covers(it.shape) for area in areas)
        or any(stack.shape.distance(it.shape) < _MISS_M for stack in drawing.stacks)
    }


def _moves(before: YardDrawing, after: YardDrawing) -> Iterator[Move]:
    had = {thing.id: thing for thing in before.things() if thing.kind in _MOVED}
    has = {thing.id: thing for thing in after.things() if thing.kind in _MOVED}
    for kind in _MOVED:
        gone = [it for it in had.values() if it.kind == kind and (it.id not in has or has[it.id].shape != it.shape)]
        came = [it for it in has.values() if it.kind == kind and (it.id not in had or had[it.id].shape != it.shape)]
        for number, new in enumerate(came):
            middle = new.shape.centroid
            place = f"x {middle.x:.1f} m, y {middle.y:.1f} m"
            if number < len(gone):
                yield Move(what="move", thing=gone[number].id, text=f"move {kind} {gone[number].id} to {place}")
            else:
                yield Move(what="add", thing=new.id, text=f"add {kind} {new.id} at {place}")
        for old in gone[len(came) :]:
            yield Move(what="take_away", thing=old.id, text=f"take away {kind} {old.id}")
    for hydrant in after.hydrants:
        old_hose_m = next((it.hose_m for it in before.hydrants if it.id == hydrant.id), hydrant.hose_m)
        if hydrant.hose_m != old_hose_m:
            yield Move(what="add", thing=hydrant.id, text=f"lay {hydrant.hose_m:g} m of hose ready at {hydrant.id}")


_MOVED: Final = ("stack", "extinguisher", "hydrant", "camera", "light")


def _grave(drawing: YardDrawing, rules: FireRules) -> list[Finding]:
    return [it for it in check_yard(drawing, rules) if it.severity is not Severity.ADVICE]


def _bales(drawing: YardDrawing, figures: DesignFigures) -> int:
    layers = figures.stacks.layers
    return sum(
        it.bales if it.bales is not None else int(it.shape.area * (it.layers or layers)) for it in drawing.stacks
    )
