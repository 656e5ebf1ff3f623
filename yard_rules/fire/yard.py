"""A drawing as the checks look at it: who stands in what, what weighs how much, what is in the way."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from yard_rules.fire.rules import SLACK, FireRules
from yard_rules.yard_drawing import (
    Building,
    BuildingUse,
    Column,
    Extinguisher,
    Gate,
    GateRoad,
    Stack,
    StackArea,
    Thing,
    YardDrawing,
)

Shapes = NDArray[np.object_]
Numbers = NDArray[np.float64]
_DRAWN_M2: Final = 0.01


def shapes_of(things: Iterable[Thing]) -> Shapes:
    """Return the outlines as an array."""
    return as_array([thing.shape for thing in things])


def as_array(shapes: Sequence[BaseGeometry]) -> Shapes:
    """Return shapes as an array, also where there are none."""
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array


class Yard:
    """A drawing and the rules of a day; everything worked out from them is worked out once."""

    def __init__(self, drawing: YardDrawing, rules: FireRules) -> None:
        self.drawing = drawing
        self.rules = rules

    @property
    def site_id(self) -> str:
        """The id of the site, subject of what concerns the yard as a whole."""
        return self.drawing.site.id

    @cached_property
    def building_of(self) -> Mapping[str, Building]:
        """The store in which a stack lies wholly, by the stack's id; indoor stacks only."""
        stores = [it for it in self.drawing.buildings if it.use is BuildingUse.STORE]
        return {stack.id: store for stack, store in self._held(stores) if isinstance(store, Building)}

    @cached_property
    def area_of(self) -> Mapping[str, StackArea]:
        """The stack area in which a stack lies wholly, by the stack's id."""
        return {stack.id: area for stack, area in self._held(self.drawing.stack_areas) if isinstance(area, StackArea)}

    @cached_property
    def outdoor_stacks(self) -> tuple[Stack, ...]:
        return tuple(stack for stack in self.drawing.stacks if stack.id not in self.building_of)

    @cached_property
    def indoor_stacks(self) -> Mapping[str, tuple[Stack, ...]]:
        """The stacks in each store that holds any, by the store's id."""
        held: dict[str, list[Stack]] = {}
        for stack in self.drawing.stacks:
            if (store := self.building_of.get(stack.id)) is not None:
                held.setdefault(store.id, []).append(stack)
        return {store: tuple(stacks) for store, stacks in sorted(held.items())}

    def columns_in(self, building: Building) -> list[Column]:
        """Return the columns that stand in a building."""
        return [it for it in self.drawing.columns if it.shape.intersects(building.shape)]

    @cached_property
    def outdoor_groups(self) -> Sequence[tuple[Stack, ...]]:
        """The groups of outdoor stacks; a stack without a group is one of its own."""
        groups: dict[tuple[str, str], list[Stack]] = {}
        for stack in self.outdoor_stacks:
            key = ("stack", stack.id) if stack.group is None else ("group", stack.group)
            groups.setdefault(key, []).append(stack)
        return [tuple(stacks) for _, stacks in sorted(groups.items())]

    @cached_property
    def stack_places(self) -> Sequence[StackArea | Building]:
        """Stack areas, and stores that hold stacks and do not lie in a stack area: what the ring goes round."""
        areas = self.drawing.stack_areas
        stores = [
            store
            for store in self.drawing.buildings
            if store.id in self.indoor_stacks
            and not any(area.shape.buffer(SLACK["m"]).covers(store.shape) for area in areas)
        ]
        return [*areas, *stores]

    @cached_property
    def vehicle_gates(self) -> tuple[Gate, ...]:
        return tuple(gate for gate in self.drawing.gates if gate.for_vehicles)

    @cached_property
    def gates_at_roads(self) -> tuple[Gate, ...]:
        """Gates for vehicles at a road that the plan wants (H26)."""
        return tuple(gate for gate in self.vehicle_gates if gate.road in (GateRoad.TOWNSHIP, GateRoad.VILLAGE_MAIN))

    @cached_property
    def extinguishers(self) -> tuple[Extinguisher, ...]:
        """Those that count."""
        return tuple(it for it in self.drawing.extinguishers if it.counts)

    @cached_property
    def outdoor_t(self) -> float:
        return sum(map(self.mass_kg, self.outdoor_stacks)) / 1000

    @cached_property
    def all_t(self) -> float:
        return sum(map(self.mass_kg, self.drawing.stacks)) / 1000

    @cached_property
    def point_things(self) -> Sequence[Thing]:
        """What stands on the ground without a size worth drawing."""
        drawing = self.drawing
        return [
            *drawing.hydrants,
            *drawing.hose_points,
            *drawing.extinguishers,
            *drawing.cameras,
            *drawing.lights,
        ]

    def bales(self, stack: Stack) -> int:
        """Return how many bales lie there: as drawn, else what the stack's ground and layers hold."""
        if stack.bales is not None:
            return stack.bales
        return math.floor(ground_m2(stack) * layers(stack) * self.rules.value("bales_per_m2_and_layer"))

    def mass_kg(self, stack: Stack) -> float:
        """Return what a stack weighs: as drawn, else by its bales."""
        return self.bales(stack) * self.rules.value("bale_kg") if stack.mass_kg is None else stack.mass_kg

    def _held(self, places: Sequence[Thing]) -> list[tuple[Stack, Thing]]:
        """Pairs of a stack and the first place, by id, that holds it wholly."""
        stacks = self.drawing.stacks
        if not stacks or not places:
            return []
        grown = shapely.buffer(shapes_of(places), SLACK["m"], join_style="mitre")
        holds = shapely.covers(grown[None, :], shapes_of(stacks)[:, None])
        first = holds.argmax(axis=1)
        return [(stacks[row], places[first[row]]) for row in np.flatnonzero(holds.any(axis=1))]


def ground_m2(stack: Stack) -> float:
    """Return the ground of a stack for counting the bales on it: that of a stack of whole bales is no less for corners
    that a file keeps to a tenth of a millimetre, which over a long side is nearly a hundredth of a square metre."""
    return stack.shape.area + _DRAWN_M2


def layers(stack: Stack) -> int:
    """Return how many bales a stack is high: as drawn, else by its height and bales of 1 m, at least one."""
    return max(1, math.floor(stack.height_m + 1e-6)) if stack.layers is None else stack.layers
