"""What a proposal comes to: bales, pieces of equipment, ways, minutes and yuan."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from yard_rules.fire.hose_ways import HoseWays
from yard_rules.fire.yard import as_array
from yard_rules.stack_design.bound import UpperBound
from yard_rules.stack_design.figures import DesignFigures
from yard_rules.stack_design.indoors import stores_of
from yard_rules.yard_drawing import YardDrawing

_FAR_M: Final = 10_000.0


class Goal(StrEnum):
    ROOM = "room"  # the most bales
    FLOW = "flow"  # the least minutes for a truck
    COST = "cost"  # the least yuan for each tonne of room


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalFigures:
    """`truck_way_m`: gate, scale, apron, one way; `loading_min`: from gate to gate with a full load, trucks that are
    loaded at once sharing it; yuan: what is built new, estimates."""

    bales: int
    tonnes: float
    bound_bales: int
    bound_share: float
    any_shape_bound_bales: int
    stacks: int
    groups: int
    extinguishers: int
    hydrants: int
    hose_m: float
    cameras: int
    lights: int
    lane_m2: float
    truck_way_m: float
    loading_min: float
    cost_yuan: int
    yuan_per_t: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A whole drawing that breaks no rule which the site itself keeps."""

    goal: Goal
    drawing: YardDrawing
    figures: ProposalFigures

    def as_json(self) -> dict[str, Any]:
        """Return goal and figures as plain values."""
        return {"goal": self.goal.value, **asdict(self.figures)}


def proposal_figures(
    drawing: YardDrawing, site: YardDrawing, figures: DesignFigures, bound: UpperBound
) -> ProposalFigures:
    """Return the figures of a layout; `site`: the drawing that it was made from, whose things cost nothing."""
    bales = sum(stack.bales or 0 for stack in drawing.stacks)
    tonnes = bales * figures.bale_t
    most = bound.bales
    lane_m2 = sum(lane.shape.area for lane in drawing.lanes)
    way_m = truck_way_m(drawing)
    cost = cost_yuan(drawing, site, figures)
    return ProposalFigures(
        bales=bales,
        tonnes=round(tonnes, 1),
        bound_bales=most,
        bound_share=round(bales / most, 4) if most else 1.0,
        any_shape_bound_bales=bound.any_shape_bales,
        stacks=len(drawing.stacks),
        groups=len({stack.group for stack in drawing.stacks}),
        extinguishers=len(drawing.extinguishers),
        hydrants=len(drawing.hydrants),
        hose_m=_hose_m(drawing),
        cameras=len(drawing.cameras),
        lights=len(drawing.lights),
        lane_m2=round(lane_m2, 1),
        truck_way_m=round(way_m, 1),
        loading_min=round(_loading_min(drawing, way_m, figures), 1),
        cost_yuan=cost,
        yuan_per_t=round(cost / tonnes, 1) if tonnes else 0.0,
    )


def truck_way_m(drawing: YardDrawing) -> float:
    """Return the shortest way from a gate over the scale to the apron, about stack areas and buildings, m."""
    gates = [gate.shape.centroid for gate in drawing.gates if gate.for_vehicles]
    stops = [[it.shape.centroid for it in drawing.scales], [it.shape.centroid for it in drawing.aprons]]
    obstacles: list[BaseGeometry] = [it.shape for it in [*drawing.stack_areas, *drawing.buildings, *drawing.ponds]]
    ways = HoseWays(drawing.site.shape, obstacles, _FAR_M)
    here, total = gates, 0.0
    for places in stops:
        if not here or not places:
            continue
        lengths = ways.from_sources(shapely.get_coordinates(here)).lengths_m(shapely.get_coordinates(places))
        at = int(np.argmin(lengths))
        total += float(lengths[at])
        here = [places[at]]
    return total


def cost_yuan(drawing: YardDrawing, site: YardDrawing, figures: DesignFigures) -> int:
    """Return what is built new, in yuan: estimates of rulebooks/stack_design.toml."""
    price = figures.building
    held = {thing.id for thing in site.things()}
    lanes = shapely.union_all([lane.shape for lane in drawing.lanes])
    roofs = shapely.union_all([it.shape for it in stores_of(drawing)])
    # Under a roof there is a floor, and no sheet is wanted.
    in_the_open = [stack for stack in drawing.stacks if not roofs.covers(stack.shape)]
    ground = sum(stack.shape.area for stack in in_the_open)
    sides = sum(stack.shape.length * stack.height_m for stack in in_the_open)
    total = lanes.area * price.lane_yuan_per_m2
    total += ground * price.stack_floor_yuan_per_m2 + (ground + sides) * price.sheet_yuan_per_m2
    total += sum(it.shape.area for it in drawing.aprons if it.id not in held) * price.apron_yuan_per_m2
    total += sum(it.shape.length for it in drawing.fences if it.id not in held) * price.fence_yuan_per_m
    total += price.scale_yuan * sum(it.id not in held for it in drawing.scales)
    total += price.extinguisher_yuan * sum(it.id not in held for it in drawing.extinguishers)
    total += price.hydrant_yuan * sum(it.id not in held for it in drawing.hydrants)
    total += price.hose_yuan_per_piece * max(0.0, _hose_m(drawing) - _hose_m(site)) / price.hose_piece_m
    total += price.camera_yuan * sum(it.id not in held for it in drawing.cameras)
    total += price.light_yuan * sum(it.id not in held for it in drawing.lights)
    return round(total)


def _hose_m(drawing: YardDrawing) -> float:
    """Hose that lies ready."""
    return (
        sum(it.hose_m or 0.0 for it in drawing.hydrants)
        + sum(it.hose_m or 0.0 for it in drawing.ponds)
        + sum(it.hose_m for it in drawing.hose_points)
    )


def _loading_min(drawing: YardDrawing, way_m: float, figures: DesignFigures) -> float:
    building = figures.building
    if not drawing.aprons or not drawing.stacks:
        return 0.0
    weights = np.array([stack.bales or 0 for stack in drawing.stacks], dtype=float)
    aprons = [it.shape for it in drawing.aprons]
    middles = as_array([it.shape.centroid for it in drawing.stacks])
    away = np.asarray(shapely.distance(middles[:, None], as_array(aprons)[None, :])).min(axis=1)
    grabber_m = float((away * weights).sum() / max(1.0, weights.sum()))
    rounds = -(-building.truck_bales // building.grabber_bales)
    loading_s = rounds * (2 * grabber_m / building.grabber_m_per_s + building.grabber_lift_s)
    longest_m = max(max(it.minimum_rotated_rectangle.length / 2 - building.apron_width_m for it in aprons), 1.0)
    at_once = max(1, int(longest_m / building.apron_length_m + 1e-6))
    return (2 * way_m / building.truck_m_per_s + loading_s / at_once) / 60
