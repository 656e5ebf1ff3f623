"""The figures that a design keeps, and those that it is built and priced from, as they were in force on a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cached_property
from math import ceil, floor, sqrt
from typing import Any, Final

from yard_rules.yard_drawing import Building, Neighbour, NeighbourUse

# A distance that is short by less than that is kept; a little more than the check forgives.
FORGIVEN_M: Final = 1.001e-3
Lookup = Callable[[str], float]
"""The value of a figure by its name in fire.toml or stacks.toml; of a pair of sources, the strictest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackFigures:
    """What limits stacks: areas m², distances m; `most_columns`: bales of one layer that one stack may have."""

    stack_most_m2: float
    most_columns: int
    stack_gap_m: int
    group_gap_m: int
    group_most_stacks: int
    layers: int
    bale_kg: float
    height_m: float

    @classmethod
    def read(cls, value: Lookup) -> StackFigures:
        """Return the figures; gaps are rounded up to whole metres, as the rows of `packing` are laid out in these."""
        layers = int(min(value("layers"), value("stack_height_m")))
        most_by_mass = floor(value("stack_most_kg") / value("bale_kg") / layers)
        most_by_group = floor(value("group_most_kg") / value("bale_kg") / layers / value("group_most_stacks"))
        return cls(
            stack_most_m2=value("stack_most_m2"),
            most_columns=min(floor(value("stack_most_m2")), most_by_mass, most_by_group),
            stack_gap_m=-floor(-value("stack_gap_m")),
            group_gap_m=-floor(-max(value("group_gap_m"), value("group_gap_heights") * layers)),
            group_most_stacks=int(value("group_most_stacks")),
            layers=layers,
            bale_kg=value("bale_kg"),
            height_m=float(layers),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IndoorFigures:
    """What limits stacks in a store besides their size, m."""

    gap_m: float
    wall_gap_m: float
    column_gap_m: float
    roof_gap_m: float
    aisle_m: float

    @classmethod
    def read(cls, value: Lookup) -> IndoorFigures:
        """Return the figures in force."""
        return cls(
            gap_m=value("indoor_gap_m"),
            wall_gap_m=value("wall_gap_m"),
            column_gap_m=value("column_gap_m"),
            roof_gap_m=value("roof_gap_m"),
            aisle_m=value("main_aisle_m"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundFigures:
    """What no layout that keeps the rules exceeds, bales as legal capacity counts them: `bales_per_m2` of all layers;
    `few_bales`: outdoors the codes ask for no distances yet. Gaps are what the check forgives smaller than demanded."""

    bales_per_m2: float
    stack_most_bales: int
    group_most_bales: int
    group_most_stacks: int
    stack_gap_m: float
    group_gap_m: float
    few_bales: int

    @classmethod
    def outdoors(cls, value: Lookup) -> BoundFigures:
        """Return the figures for stacks in the open. Of groups only the gap that low stacks keep too is sure."""
        stack = cls.indoors(value)
        return replace(
            stack,
            group_most_bales=min(
                floor(value("group_most_kg") / value("bale_kg")),
                int(value("group_most_stacks")) * stack.stack_most_bales,
            ),
            group_most_stacks=int(value("group_most_stacks")),
            stack_gap_m=value("stack_gap_m") - FORGIVEN_M,
            group_gap_m=max(value("group_gap_m"), value("stack_gap_m")) - FORGIVEN_M,
            few_bales=ceil(1000 * value("code_from_t") / value("bale_kg")) - 1,
        )

    @classmethod
    def indoors(cls, value: Lookup) -> BoundFigures:
        """Return the figures for stacks in a store, where there are no groups."""
        per_m2 = min(value("layers"), floor(value("stack_height_m"))) * value("bales_per_m2_and_layer")
        most = min(floor(value("stack_most_m2") * per_m2), floor(value("stack_most_kg") / value("bale_kg")))
        gap_m = value("indoor_gap_m") - FORGIVEN_M
        return cls(
            bales_per_m2=per_m2,
            stack_most_bales=most,
            group_most_bales=most,
            group_most_stacks=1,
            stack_gap_m=gap_m,
            group_gap_m=gap_m,
            few_bales=0,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DistanceFigures:
    """What limits where stacks may stand, m. `to_grade_m`: to buildings of grade 1 to 4, by the mass of a yard."""

    ring_m: float
    turning_m: float
    engine_width_m: float
    lane_m: float
    gate_m: float
    truck_way_m: float
    to_grade_m: tuple[float, float, float, float]
    civil_share: float
    civil_least_m: float
    flame_share: float
    transformer_m: float
    home_m: float
    railway_m: float
    road_m: float
    line_m: float
    line_poles: float
    pole_usual_m: float
    temporary_line_m: float
    extinguisher_m: float
    extinguisher_reach_m: float
    ring_near_m: float
    fence_near_m: float

    @classmethod
    def read(cls, value: Lookup, *, band: str = "") -> DistanceFigures:
        """Return the figures; `band`: "", "_second_band", "_third_band" by the mass of straw in the open."""
        by_grade = [value(f"to_grade_{grade}{band}_m") for grade in (2, 2, 3, 4)]
        plain = {f.name: value(f.name) for f in fields(cls) if f.name != "to_grade_m"}
        return cls(to_grade_m=(by_grade[0], by_grade[1], by_grade[2], by_grade[3]), **plain)

    def to_building_m(self, building: Building | Neighbour) -> float:
        """Return how far stacks stay from a building; of unknown grade as of the weakest."""
        return self.to_grade_m[(building.fire_grade or 4) - 1]

    def to_neighbour_m(self, neighbour: Neighbour) -> float:
        """Return how far stacks stay from a neighbour, 0 where nothing is demanded. Advice (water) is not counted."""
        grade_m = self.to_building_m(neighbour)
        return {
            NeighbourUse.HOME: max(self.home_m, self.civil_share * grade_m, self.civil_least_m),
            NeighbourUse.SCHOOL: max(self.home_m, self.civil_share * grade_m, self.civil_least_m),
            NeighbourUse.PUBLIC_BUILDING: max(self.home_m, self.civil_share * grade_m, self.civil_least_m),
            NeighbourUse.WORKSHOP: grade_m,
            NeighbourUse.STORE: grade_m,
            NeighbourUse.CLASS_A: max(self.civil_share * grade_m, self.civil_least_m),
            NeighbourUse.TRANSFORMER: self.transformer_m,
            NeighbourUse.OPEN_FLAME: self.flame_share * self.to_grade_m[3],
            NeighbourUse.RAILWAY: self.railway_m,
            NeighbourUse.ROAD: self.road_m,
        }.get(neighbour.use, 0.0)

    def to_line_m(self, pole_height_m: float | None, *, is_temporary: bool) -> float:
        """Return how far stacks stay from a power line."""
        if is_temporary:
            return self.temporary_line_m
        return max(self.line_m, self.line_poles * (pole_height_m or self.pole_usual_m))

    @property
    def uneven_m(self) -> float:
        """As `corner_m`, but of the wider of two lanes that meet at an inner corner where the other is the ring's."""
        half_m = self.engine_width_m / 2
        free_m = self.turning_m - half_m
        # Its path lies as far from the area as at an outer corner; the rest of each lane's width is beside the corner.
        offset_m = self.turning_m - free_m / sqrt(2)
        narrow_m = self.turning_m - (self.ring_m - offset_m)
        if narrow_m >= free_m:
            return self.corner_m
        return max(self.ring_m, self.turning_m - sqrt(free_m**2 - narrow_m**2) + offset_m + 0.02)

    @property
    def corner_m(self) -> float:
        """Width of a lane in which an engine that turns by 90° keeps one distance both round an outer and round an
        inner corner: half of it is the least offset at which its arc clears the corner by half its width."""
        half_m = self.engine_width_m / 2
        offset_m = self.turning_m - (self.turning_m - half_m) / sqrt(2)
        return max(self.ring_m, 2 * offset_m + 0.01)


@dataclass(frozen=True, kw_only=True)
class BuildingFigures:
    """What a design is built of and what that costs: rulebooks/stack_design.toml, by the names there."""

    apron_width_m: float
    apron_length_m: float
    flow_apron_length_m: float
    scale_width_m: float
    scale_length_m: float
    zone_gap_m: float
    zone_line_m: float
    hose_piece_m: float
    hose_most_pieces: float
    camera_range_m: float
    camera_view_deg: float
    camera_height_m: float
    light_reach_m: float
    grabber_m_per_s: float
    grabber_bales: float
    grabber_lift_s: float
    truck_m_per_s: float
    truck_bales: float
    lane_yuan_per_m2: float
    apron_yuan_per_m2: float
    stack_floor_yuan_per_m2: float
    scale_yuan: float
    fence_yuan_per_m: float
    extinguisher_yuan: float
    hydrant_yuan: float
    hose_yuan_per_piece: float
    camera_yuan: float
    light_yuan: float
    sheet_yuan_per_m2: float

    @classmethod
    def read(cls, value: Lookup) -> BuildingFigures:
        """Return the figures in force."""
        of_file: dict[str, Any] = {f.name: value(f.name) for f in fields(cls)}
        return cls(**of_file)


@dataclass(frozen=True, kw_only=True)
class DesignFigures:
    """All figures of a design."""

    stacks: StackFigures
    indoors: IndoorFigures
    distances: DistanceFigures
    building: BuildingFigures

    @cached_property
    def bale_t(self) -> float:
        return self.stacks.bale_kg / 1000
