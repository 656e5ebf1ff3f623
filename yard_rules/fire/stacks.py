"""Stacks outdoors: size, gaps, groups, cover (H33, H37)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from yard_rules.finding import Finding
from yard_rules.fire import marks
from yard_rules.fire.rules import SLACK
from yard_rules.fire.yard import Yard, shapes_of
from yard_rules.yard_drawing import Cover, Stack


def check_stack_area_m2(yard: Yard) -> Iterator[Finding]:
    """No stack covers too much ground."""
    limits = [yard.rules.limit("stack_most_m2")]
    for stack in yard.drawing.stacks:
        mark = marks.areas(stack.shape)
        yield from yard.rules.too_high("stack_area_m2", [stack.id], stack.shape.area, limits, "m2", *mark)


def check_stack_mass(yard: Yard) -> Iterator[Finding]:
    """No stack is too heavy."""
    limits = [yard.rules.limit("stack_most_kg")]
    for stack in yard.drawing.stacks:
        mark = marks.areas(stack.shape)
        yield from yard.rules.too_high("stack_mass", [stack.id], yard.mass_kg(stack), limits, "kg", *mark)


def check_stack_height(yard: Yard) -> Iterator[Finding]:
    """No stack is too high, in metres and in layers."""
    rules = yard.rules
    in_m, in_layers = [rules.limit("stack_height_m")], [rules.limit("layers")]
    for stack in yard.drawing.stacks:
        mark = marks.areas(stack.shape)
        yield from rules.too_high("stack_height", [stack.id], stack.height_m, in_m, "m", *mark)
        if stack.layers is not None:
            yield from rules.too_high("stack_height", [stack.id], stack.layers, in_layers, "layers", *mark)


def check_stack_gap(yard: Yard) -> Iterator[Finding]:
    """Stacks of a group, and stacks in a store, stand apart."""
    for group in yard.outdoor_groups:
        yield from _gaps(yard, group, "stack_gap_m")
    for stacks in yard.indoor_stacks.values():
        yield from _gaps(yard, stacks, "indoor_gap_m")


def check_group_gap(yard: Yard) -> Iterator[Finding]:
    """Groups stand apart by 10 m and twice their height."""
    groups, rules = yard.outdoor_groups, yard.rules
    if len(groups) < 2:
        return
    stacks = [stack for group in groups for stack in group]
    group_of = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    highest_m = np.array([max(stack.height_m for stack in group) for group in groups])
    heights = rules.value("group_gap_heights")
    farthest_m = max(rules.value("group_gap_m"), heights * float(highest_m.max()))
    rows, columns, away_m = _near_pairs(stacks, farthest_m)
    firsts, seconds = group_of[rows], group_of[columns]
    higher_m = np.maximum(highest_m[firsts], highest_m[seconds])
    required_m = np.maximum(rules.value("group_gap_m"), heights * higher_m)
    too_near = (firsts != seconds) & (away_m < required_m - SLACK["m"])
    pairs = sorted(set(zip(firsts[too_near].tolist(), seconds[too_near].tolist(), strict=True)))
    for first, second in pairs:
        chosen = np.flatnonzero(too_near & (firsts == first) & (seconds == second))
        nearest = chosen[away_m[chosen].argmin()]
        subject = sorted({stacks[it].id for it in (*rows[chosen], *columns[chosen])})
        of_height = rules.limit("group_gap_heights", times=float(higher_m[nearest]))
        yield from rules.too_low(
            "group_gap",
            subject,
            float(away_m[nearest]),
            [rules.limit("group_gap_m"), of_height],
            "m",
            marks.between(stacks[rows[nearest]].shape, stacks[columns[nearest]].shape),
        )


def check_group_size(yard: Yard) -> Iterator[Finding]:
    """A group has few stacks, and not too much straw together."""
    rules = yard.rules
    for group in yard.outdoor_groups:
        subject, mark = [stack.id for stack in group], marks.outline(stack.shape for stack in group)
        most_stacks, most_kg = [rules.limit("group_most_stacks")], [rules.limit("group_most_kg")]
        yield from rules.too_high("group_size", subject, len(group), most_stacks, "stacks", *mark)
        mass_kg = sum(map(yard.mass_kg, group))
        yield from rules.too_high("group_size", subject, mass_kg, most_kg, "kg", *mark)


def check_stack_cover(yard: Yard) -> Iterator[Finding]:
    """A stack outdoors is covered, or sprayed."""
    for stack in yard.outdoor_stacks:
        if stack.cover not in (Cover.FIRE_SHEET, Cover.RETARDANT):
            yield yard.rules.missing("stack_cover", [stack.id], *marks.areas(stack.shape))


def check_yard_split(yard: Yard) -> Iterator[Finding]:
    """A very large yard is split into parts, each as far from the others as a building of grade 4 from the heavier."""
    limits = [yard.rules.limit("yard_most_t", times=1000)]
    mark = marks.middle(yard.drawing.site.shape)
    yield from yard.rules.too_high("yard_split", [yard.site_id], _heaviest_part_kg(yard), limits, "kg", mark)


def _heaviest_part_kg(yard: Yard) -> float:
    """The mass of the heaviest part, by the least distance of table 4.5.1 that parts of that mass may keep."""
    heaviest_kg = yard.outdoor_t * 1000
    if heaviest_kg <= yard.rules.value("yard_most_t") * 1000:
        return heaviest_kg
    masses_kg = np.array([yard.mass_kg(stack) for stack in yard.outdoor_stacks])
    for band, below in (("", "second_band_t"), ("second_band_", "third_band_t"), ("third_band_", None)):
        apart_m = yard.rules.value(f"to_grade_4_{band}m") - 2 * SLACK["m"]
        rows, columns, _away_m = _near_pairs(yard.outdoor_stacks, apart_m)
        size = len(masses_kg)
        linked = coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(size, size))
        _count, part_of = connected_components(linked, directed=False)
        heaviest_kg = float(np.bincount(part_of, weights=masses_kg).max())
        if below is not None and heaviest_kg < yard.rules.value(below) * 1000:
            break
    return heaviest_kg


def _gaps(yard: Yard, stacks: tuple[Stack, ...], figure: str) -> Iterator[Finding]:
    limit = yard.rules.limit(figure)
    for row, column, away_m in zip(*_near_pairs(stacks, limit.value), strict=True):
        first, second = stacks[row], stacks[column]
        subject, mark = sorted([first.id, second.id]), marks.between(first.shape, second.shape)
        yield from yard.rules.too_low("stack_gap", subject, float(away_m), [limit], "m", mark)


def _near_pairs(
    stacks: tuple[Stack, ...] | list[Stack], within_m: float
) -> tuple[np.ndarray[tuple[int], np.dtype[np.intp]], ...]:
    """Rows, columns and distances in metres of each pair, once, that is not farther apart."""
    shapes = shapes_of(stacks)
    rows, columns = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=within_m)
    once = rows < columns
    rows, columns = rows[once], columns[once]
    return rows, columns, shapely.distance(shapes[rows], shapes[columns])
