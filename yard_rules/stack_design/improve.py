"""A layout that is drawn, made right with few moves: what can stay stays where it is.

Stacks are moved a little where that ends what they break (`nudges`). Of the conflicts that are left, the fewest stacks
whose going ends them (a set cover: each conflict wants one of its stacks gone) are put where there is room, as many
bales as they held. Equipment is added where a finding asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import pi
from typing import Any, Final

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from yard_rules.finding import Finding, Severity
from yard_rules.fire import FireRules, check_yard
from yard_rules.fire.cameras import check_camera_blind
from yard_rules.fire.checks import Check
from yard_rules.fire.extinguishers import check_extinguisher_reach, check_extinguisher_spacing
from yard_rules.fire.strip import check_strip_blocked
from yard_rules.fire.vehicles import check_light_missing
from yard_rules.fire.yard import Yard
from yard_rules.stack_design.cover import fewest
from yard_rules.stack_design.design import NoDesign, design_figures
from yard_rules.stack_design.equipment import with_equipment
from yard_rules.stack_design.figures import DesignFigures
from yard_rules.stack_design.ground import stack_ground
from yard_rules.stack_design.layout import drawn_stacks, fire_lanes, stack_areas
from yard_rules.stack_design.nudges import MISS_M, nudged, stack_conflicts
from yard_rules.stack_design.packing import columns_of, directions, packed
from yard_rules.yard_drawing import Stack, StackArea, YardDrawing

_ASKING: Final[Mapping[str, Sequence[Check]]] = {
    "extinguisher": (check_extinguisher_spacing, check_extinguisher_reach),
    "camera": (check_camera_blind,),
    "light": (check_light_missing,),
}


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
    """Return the drawing with as few moves as mend what stacks and equipment have wrong.

    Stacks in a store stay. Raises NoDesign where no stack can stand, or the equipment finds no place.
    """
    figures = design_figures(rules, drawing)
    outdoor = Yard(drawing, rules).outdoor_stacks
    ground = stack_ground(drawing, figures.distances)
    moved = nudged(outdoor, ground, shapely.union_all([it.shape for it in drawing.stack_areas]), figures)
    found: list[Improvement] = []
    refused: list[NoDesign] = []
    # A move may leave no room for the ring where a stack that goes does.
    for start in [moved] if moved == tuple(outdoor) else [moved, outdoor]:
        try:
            found.append(_improved(drawing, start, ground, figures, rules))
        except NoDesign as error:
            refused.append(error)
            continue
        if not found[-1].findings_after:
            break
    if not found:
        raise refused[-1]
    return min(found, key=lambda it: (it.findings_after, -it.bales_after, len(it.moves)))


def _improved(
    drawing: YardDrawing, outdoor: Sequence[Stack], ground: BaseGeometry, figures: DesignFigures, rules: FireRules
) -> Improvement:
    outdoor_ids = {it.id for it in outdoor}
    going = _going(outdoor, ground, figures)
    indoor = [stack for stack in drawing.stacks if stack.id not in outdoor_ids]
    kept = [stack for stack in outdoor if stack.id not in going]
    fresh = _regained([stack for stack in outdoor if stack.id in going], kept, ground, figures)
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
    # What stood in the lane stands elsewhere then.
    wanted = {it.kind for it in drawing.things() if it.id in blocked} | _asked_for(planned, rules)
    fitted = with_equipment(planned, figures, rules, kinds=wanted)
    if fitted is None:
        raise NoDesign(["extinguishers, cameras or hoses cannot reach every stack from where they may stand"])
    laned = replace(fitted, lanes=fire_lanes(fitted, figures.distances))
    result = min((laned, fitted), key=lambda it: len(_grave(it, rules)))
    return Improvement(
        drawing=result,
        moves=tuple(_moves(drawing, result)),
        findings_before=len(_grave(drawing, rules)),
        findings_after=len(_grave(result, rules)),
        bales_before=_bales(drawing.stacks, figures),
        bales_after=_bales(result.stacks, figures),
    )


def _asked_for(drawing: YardDrawing, rules: FireRules) -> set[str]:
    """Kinds of equipment of which findings say that there is too little."""
    yard = Yard(drawing, rules)
    return {kind for kind, checks in _ASKING.items() if any(next(iter(check(yard)), None) for check in checks)}


def _areas(drawing: YardDrawing, stacks: Sequence[Stack], figures: DesignFigures, rules: FireRules) -> list[Polygon]:
    """The areas that are drawn, where they hold all stacks and their strip is free; else new ones."""
    drawn = [area.shape for area in drawing.stack_areas]
    around = [area.buffer(MISS_M, join_style="mitre") for area in drawn]
    movable = replace(drawing, stacks=(), extinguishers=(), cameras=(), lights=())
    if all(any(it.covers(stack.shape) for it in around) for stack in stacks) and not list(
        check_strip_blocked(Yard(movable, rules))
    ):
        return drawn
    return stack_areas(drawing, [stack.shape for stack in stacks], figures.distances)


def _going(stacks: Sequence[Stack], ground: BaseGeometry, figures: DesignFigures) -> set[str]:
    """The fewest stacks without which no two, and no group, break a rule."""
    conflicts = stack_conflicts(stacks, ground, figures)
    serves = np.zeros((len(conflicts), len(stacks)), dtype=bool)
    for row, members_of in enumerate(conflicts):
        serves[row, list(members_of)] = True
    return {stacks[number].id for number in fewest(serves) or []}


def _regained(
    gone: Sequence[Stack], kept: Sequence[Stack], ground: BaseGeometry, figures: DesignFigures
) -> list[Stack]:
    """Stacks in the ground that those which stay leave, until they hold what those that go held."""
    fresh: list[Stack] = []
    if not gone:
        return fresh
    for stack in _added(kept, ground, figures):
        if _bales(fresh, figures) >= _bales(gone, figures):
            break
        fresh.append(stack)
    return fresh


def _added(kept: Sequence[Stack], ground: BaseGeometry, figures: DesignFigures) -> list[Stack]:
    """As many stacks as those which stay leave room for."""
    if kept:
        taken = shapely.union_all([it.shape.buffer(figures.stacks.group_gap_m + MISS_M, quad_segs=32) for it in kept])
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
    near = figures.distances.ring_m - MISS_M
    return {
        it.id
        for it in things
        if any(area.distance(it.shape) < near and not area.covers(it.shape) for area in areas)
        or any(stack.shape.distance(it.shape) < MISS_M for stack in drawing.stacks)
    }


def _moves(before: YardDrawing, after: YardDrawing) -> Iterator[Move]:
    had = {thing.id: thing for thing in before.things() if thing.kind in _MOVED}
    has = {thing.id: thing for thing in after.things() if thing.kind in _MOVED}
    for kind in _MOVED:
        gone = [it for it in had.values() if it.kind == kind and (it.id not in has or has[it.id].shape != it.shape)]
        came = [it for it in has.values() if it.kind == kind and (it.id not in had or had[it.id].shape != it.shape)]
        # A thing that kept its name was moved itself; of the others each takes the place of one that is gone.
        gone.sort(key=lambda it: it.id not in has)
        came.sort(key=lambda it: it.id not in had)
        same = sum(it.id in has for it in gone)
        gone[:same] = sorted(gone[:same], key=lambda it: it.id)
        came[:same] = sorted(came[:same], key=lambda it: it.id)
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


def _bales(stacks: Iterable[Stack], figures: DesignFigures) -> int:
    layers = figures.stacks.layers
    return sum(it.bales if it.bales is not None else int(it.shape.area * (it.layers or layers)) for it in stacks)
