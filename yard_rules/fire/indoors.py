"""Straw in a store building: walls, roof, aisle, size (XF 1131, GB 50016 table 3.3.2)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from yard_rules.finding import Finding
from yard_rules.fire import marks
from yard_rules.fire.rules import SLACK
from yard_rules.fire.ways import TOUCH_M, ground_without, widest_m
from yard_rules.fire.yard import Yard, shapes_of
from yard_rules.yard_drawing import Building, BuildingUse, Stack

_Near = np.ndarray[tuple[int], np.dtype[np.bool_]]


def check_wall_gap(yard: Yard) -> Iterator[Finding]:
    """An indoor stack stays off the wall."""
    limits = [yard.rules.limit("wall_gap_m")]
    for stack, store in _housed(yard):
        wall = store.shape.exterior
        mark = marks.between(stack.shape, wall)
        yield from yard.rules.too_low("wall_gap", [stack.id, store.id], stack.shape.distance(wall), limits, "m", mark)


def check_column_gap(yard: Yard) -> Iterator[Finding]:
    """An indoor stack stays off the columns of its store."""
    limits = [yard.rules.limit("column_gap_m")]
    for stack, store in _housed(yard):
        for column in yard.columns_in(store):
            gap_m, mark = stack.shape.distance(column.shape), marks.between(stack.shape, column.shape)
            yield from yard.rules.too_low("column_gap", [stack.id, column.id], gap_m, limits, "m", mark)


def check_roof_gap(yard: Yard) -> Iterator[Finding]:
    """An indoor stack stays below the roof."""
    limits = [yard.rules.limit("roof_gap_m")]
    for stack, store in _housed(yard):
        if store.height_m is not None:
            gap_m = store.height_m - stack.height_m
            mark = marks.areas(stack.shape)
            yield from yard.rules.too_low("roof_gap", [stack.id, store.id], gap_m, limits, "m", *mark)


def check_indoor_aisle(yard: Yard) -> Iterator[Finding]:
    """An aisle of 2 m, in one piece, comes up to every stack of a store."""
    limit = yard.rules.limit("main_aisle_m")
    for store in _stores(yard):
        stacks = yard.indoor_stacks.get(store.id, ())
        if not stacks:
            continue
        solid = [it.shape for it in (*stacks, *yard.columns_in(store))]
        floor, shapes = ground_without(store.shape, solid, []), shapes_of(stacks)

        def reached(width_m: float, floor=floor, shapes=shapes) -> _Near:  # type: ignore[no-untyped-def]
            places = floor.places(width_m)
            if not len(places):
                return np.zeros(len(shapes), dtype=bool)
            near = shapely.distance(places[:, None], shapes[None, :]) <= width_m / 2 + TOUCH_M
            # Of pieces that reach equally many, the one that reaches the first stack.
            return np.asarray(max(near, key=_most_first), dtype=bool)

        is_reached = reached(limit.value - SLACK["m"])
        if not is_reached.all():
            widest = widest_m(lambda width_m, reached=reached: bool(reached(width_m).all()), limit.value)  # type: ignore[misc]
            left_out = [stacks[row] for row in np.flatnonzero(~is_reached)]
            subject, mark = [store.id, *(stack.id for stack in left_out)], marks.outline(it.shape for it in left_out)
            yield from yard.rules.too_low("indoor_aisle", subject, widest, [limit], "m", *mark)


def check_store_building(yard: Yard) -> Iterator[Finding]:
    """A store is not too large."""
    limits = [yard.rules.limit("store_most_m2")]
    for store in _stores(yard):
        mark = marks.areas(store.shape)
        yield from yard.rules.too_high("store_building", [store.id], store.shape.area, limits, "m2", *mark)


def check_compartment(yard: Yard) -> Iterator[Finding]:
    """A fire compartment of a store is not too large."""
    limits = [yard.rules.limit("compartment_most_m2")]
    for store in _stores(yard):
        area_m2 = store.shape.area if store.compartment_m2 is None else store.compartment_m2
        mark = marks.areas(store.shape)
        yield from yard.rules.too_high("compartment", [store.id], area_m2, limits, "m2", *mark)


def _most_first(is_near: _Near) -> tuple[int, list[bool]]:
    return int(is_near.sum()), is_near.tolist()


def _stores(yard: Yard) -> list[Building]:
    return [building for building in yard.drawing.buildings if building.use is BuildingUse.STORE]


def _housed(yard: Yard) -> Iterator[tuple[Stack, Building]]:
    for store in _stores(yard):
        for stack in yard.indoor_stacks.get(store.id, ()):
            yield stack, store
