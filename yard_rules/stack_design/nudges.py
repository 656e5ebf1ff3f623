"""Stacks that break a gap or stick out of their ground by a little, moved a little: one of them, or two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from yard_rules.fire.yard import as_array
from yard_rules.stack_design.figures import DesignFigures
from yard_rules.yard_drawing import Stack

MISS_M: Final = 1e-3
# Farther is no small move: then the layout is looked for anew.
_FARTHEST_M: Final = 4.0
_STEP_M: Final = 0.25
# A move out of the drawn stack area makes another ring: any move within it is rather taken.
_OUT_OF_AREA_M: Final = 100.0


def stack_conflicts(stacks: Sequence[Stack], ground: BaseGeometry, figures: DesignFigures) -> list[tuple[int, ...]]:
    """Return what breaks a rule as rows of stacks by number, of each of which one has to go or to move."""
    limits = figures.stacks
    reached = ground.buffer(MISS_M, join_style="mitre")
    conflicts: list[tuple[int, ...]] = [
        (number,)
        for number, stack in enumerate(stacks)
        if not reached.covers(stack.shape) or _is_too_large(stack, figures)
    ]
    for (i, one), (j, other) in combinations(enumerate(stacks), 2):
        if one.shape.distance(other.shape) < _gap_m(one, other, figures) - MISS_M:
            conflicts.append((i, j))
    for group in {stack.group for stack in stacks if stack.group is not None}:
        members = [number for number, stack in enumerate(stacks) if stack.group == group]
        # Of every five of a group one has to go.
        conflicts += list(combinations(members, limits.group_most_stacks + 1))
    return conflicts


def nudged(
    stacks: Sequence[Stack], ground: BaseGeometry, area: BaseGeometry, figures: DesignFigures
) -> tuple[Stack, ...]:
    """Return the stacks, those moved along their sides that end a conflict so: as few as do, as little as does, rather
    within the stack area. What no small move ends stays as it is."""
    held = list(stacks)
    for knot in _knots(stack_conflicts(held, ground, figures)):
        members = {number for conflict in knot for number in conflict}
        if any(len(it) > 2 for it in knot) or any(_is_too_large(held[number], figures) for number in members):
            continue
        ways = _Ways(held, ground, area, figures)
        singles = [number for number in sorted(members) if all(number in it for it in knot)]
        moved = ways.of_one(singles) or ways.of_two(_pairs(knot, members, held, figures))
        for number, shape in moved:
            held[number] = replace(held[number], shape=shape)
    return tuple(held)


@dataclass(frozen=True, slots=True)
class _Choices:
    """Where one stack may be moved to, the cheapest first."""

    shapes: list[Polygon]
    costs: NDArray[np.float64]


class _Ways:
    def __init__(
        self, stacks: Sequence[Stack], ground: BaseGeometry, area: BaseGeometry, figures: DesignFigures
    ) -> None:
        self._stacks, self._figures = stacks, figures
        self._ground = ground.buffer(MISS_M, join_style="mitre")
        self._area = area.buffer(MISS_M, join_style="mitre")
        shapely.prepare(self._ground)
        shapely.prepare(self._area)

    def of_one(self, numbers: Sequence[int]) -> list[tuple[int, Polygon]]:
        """The least move of one of these stacks that keeps it clear of all others; empty where there is none."""
        found = [(number, self._choices(number)) for number in numbers]
        possible = [(it.costs[0], number, it.shapes[0]) for number, it in found if it.shapes]
        return [min(possible, key=lambda it: it[:2])[1:]] if possible else []

    def of_two(self, pairs: Iterator[tuple[int, int]]) -> list[tuple[int, Polygon]]:
        """The least moves of two stacks; empty where there are none."""
        best: list[tuple[int, Polygon]] = []
        least = np.inf
        for one, other in pairs:
            ones, others = self._choices(one, without=other), self._choices(other, without=one)
            if not ones.shapes or not others.shapes or ones.costs[0] + others.costs[0] >= least:
                continue
            gap_m = _gap_m(self._stacks[one], self._stacks[other], self._figures)
            away_m = shapely.distance(as_array(ones.shapes)[:, None], as_array(others.shapes)[None, :])
            costs = np.where(away_m >= gap_m - MISS_M, ones.costs[:, None] + others.costs[None, :], np.inf)
            row, column = np.unravel_index(np.argmin(costs), costs.shape)
            if costs[row, column] < least:
                least = costs[row, column]
                best = [(one, ones.shapes[row]), (other, others.shapes[column])]
        return best

    def _choices(self, number: int, *, without: int | None = None) -> _Choices:
        """`without`: a stack that is to be moved as well."""
        stack = self._stacks[number]
        others = [it for place, it in enumerate(self._stacks) if place not in (number, without)]
        gaps_m = np.array([_gap_m(stack, it, self._figures) for it in others])
        steps_m = np.arange(_STEP_M, _FARTHEST_M + _STEP_M / 2, _STEP_M)
        tried = [translate(stack.shape, *(way * step_m)) for way in _sides(stack.shape) for step_m in steps_m]
        shapes = as_array(tried)
        fits = shapely.covers(self._ground, shapes)
        if others:
            away_m = shapely.distance(shapes[:, None], as_array([it.shape for it in others])[None, :])
            fits &= (away_m >= gaps_m - MISS_M).all(axis=1)
        costs = np.tile(steps_m, len(tried) // len(steps_m))
        costs = costs + np.where(shapely.covers(self._area, shapes), 0.0, _OUT_OF_AREA_M)
        rows = [row for row in np.argsort(costs, kind="stable") if fits[row]]
        return _Choices([tried[row] for row in rows], costs[rows])


def _knots(conflicts: Sequence[tuple[int, ...]]) -> list[list[tuple[int, ...]]]:
    """The conflicts that share stacks, together."""
    knots: list[list[tuple[int, ...]]] = []
    for conflict in conflicts:
        shared = [knot for knot in knots if any(set(conflict) & set(it) for it in knot)]
        knots = [knot for knot in knots if knot not in shared]
        knots.append([it for knot in shared for it in knot] + [conflict])
    return knots


def _pairs(
    knot: Sequence[tuple[int, ...]], members: set[int], stacks: Sequence[Stack], figures: DesignFigures
) -> Iterator[tuple[int, int]]:
    """Two stacks of which each conflict has one; the second may be one that only makes room."""
    for one in sorted(members):
        reach_m = _FARTHEST_M + figures.stacks.group_gap_m
        for other, stack in enumerate(stacks):
            is_twice = other in members and other < one
            if other == one or is_twice or stack.shape.distance(stacks[one].shape) > reach_m:
                continue
            if all(one in it or other in it for it in knot):
                yield one, other


def _sides(shape: Polygon) -> list[NDArray[np.float64]]:
    """The four ways along the sides of a stack, each 1 m long."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
    way = (corners[1] - corners[0]) / np.hypot(*(corners[1] - corners[0]))
    across = np.array([-way[1], way[0]])
    return [way, -way, across, -across]


def _gap_m(one: Stack, other: Stack, figures: DesignFigures) -> float:
    is_one_group = one.group is not None and one.group == other.group
    return figures.stacks.stack_gap_m if is_one_group else figures.stacks.group_gap_m


def _is_too_large(stack: Stack, figures: DesignFigures) -> bool:
    limits = figures.stacks
    return (
        stack.shape.area > limits.stack_most_m2 + 0.1
        or stack.height_m > limits.height_m + MISS_M
        or (stack.layers or 0) > limits.layers
    )
