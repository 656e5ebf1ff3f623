"""Every rule of a yard's layout, one function each, and the check of a whole drawing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from yard_rules.finding import Finding, worst_first
from yard_rules.fire import (
    cameras,
    distances,
    extinguishers,
    gates,
    indoors,
    ring_lane,
    site,
    stacks,
    strip,
    vehicles,
    water,
    ways_out,
)
from yard_rules.fire.rules import FireRules
from yard_rules.fire.yard import Yard
from yard_rules.yard_drawing import YardDrawing

Check = Callable[[Yard], Iterable[Finding]]

CHECKS: Final[tuple[Check, ...]] = (
    site.check_weaker_than_plan,
    site.check_site_area,
    site.check_outside_site,
    site.check_overlap,
    site.check_fence_gap,
    gates.check_gate_missing,
    gates.check_gate_width,
    gates.check_gate_height,
    gates.check_gate_road,
    gates.check_gate_room,
    strip.check_stack_outside_area,
    strip.check_strip_blocked,
    ring_lane.check_ring_width,
    ring_lane.check_ring_turning,
    ring_lane.check_ring_access,
    ring_lane.check_lane_height,
    ring_lane.check_cross_lane,
    distances.check_lane_to_stack,
    stacks.check_stack_area_m2,
    stacks.check_stack_mass,
    stacks.check_stack_height,
    stacks.check_stack_gap,
    stacks.check_group_gap,
    stacks.check_group_size,
    stacks.check_stack_cover,
    stacks.check_yard_split,
    ways_out.check_escape_way,
    indoors.check_wall_gap,
    indoors.check_column_gap,
    indoors.check_roof_gap,
    indoors.check_indoor_aisle,
    indoors.check_store_building,
    indoors.check_compartment,
    distances.check_building_distance,
    distances.check_home_distance,
    distances.check_class_a_distance,
    distances.check_transformer_distance,
    distances.check_open_flame_distance,
    distances.check_railway_distance,
    distances.check_road_distance,
    distances.check_site_road_distance,
    distances.check_water_distance,
    distances.check_line_distance,
    distances.check_temporary_line_distance,
    water.check_hydrants_at_ends,
    water.check_pond_volume,
    water.check_hydrant_flow,
    water.check_hose_reach,
    extinguishers.check_extinguisher_kind,
    extinguishers.check_extinguisher_spacing,
    extinguishers.check_extinguisher_reach,
    cameras.check_camera_blind,
    vehicles.check_apron_missing,
    vehicles.check_apron_in_stack_area,
    vehicles.check_truck_way,
    vehicles.check_light_missing,
)


def check_yard(drawing: YardDrawing, rules: FireRules) -> tuple[Finding, ...]:
    """Return everything that the drawing breaks, worst first; what each rule measures: docs/yard_drawing.md."""
    yard = Yard(drawing, rules)
    return worst_first(finding for check in CHECKS for finding in check(yard))
