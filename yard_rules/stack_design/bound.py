"""How many bales a ground can hold at most, whatever the layout: the proof is in docs/decisions/0018-stack-design.md.

For every reach ρ from half the gap of stacks to half the gap of groups: stacks, widened by half the gap of stacks, do
not overlap; nor do groups, widened by ρ; and all that lies in the stack ground widened by ρ, less what the apron takes.
A widened stack or group takes at least the ground of the most compact shape of its size. So the sizes of stacks and
groups, as whole bales, whose ground together is no more than there is, are the only ones that can be. In a rectangle
about the ground, what is widened is also compared with what it takes at least of that rectangle: it cannot grow beyond
its sides. A stack is counted as its legal capacity counts it: whole bales on ground of any size.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log2, pi, sqrt
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import fft
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from yard_rules.stack_design.figures import BoundFigures

# Shares of the way from half the gap of stacks to half the gap of groups.
_REACHES: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
# Circles are polygons within them: this makes up for the ground that is lost so.
_QUARTER: Final = 64
_ROUND: Final = 1 / np.cos(pi / 4 / _QUARTER)
# Of the search for the place where an apron takes the least.
_CELL_M: Final = 0.25
_TURNS: Final = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class UpperBound:
    """No layout holds more bales: of rectangular stacks, and of stacks of any shape."""

    bales: int
    any_shape_bales: int

    def __add__(self, other: UpperBound) -> UpperBound:
        """Return the bound of two grounds whose stacks have nothing to do with each other."""
        return UpperBound(bales=self.bales + other.bales, any_shape_bales=self.any_shape_bales + other.any_shape_bales)

    def at_least(self, bales: int) -> UpperBound:
        """Return the bound where a layout of so many bales is not excluded."""
        return UpperBound(bales=max(self.bales, bales), any_shape_bales=max(self.any_shape_bales, bales))


def upper_bound(
    ground: BaseGeometry, site: Polygon, figures: BoundFigures, *, apron_m: tuple[float, float] | None, ring_m: float
) -> UpperBound:
    """Return the bound for stacks in the ground (as for a bound: not too small).

    `apron_m`: width and length of an apron that has to lie in the site, `ring_m` from every stack; None: there is one
    already, which the ground leaves out, or one takes nothing of it.
    """
    apron = None if apron_m is None else _Apron(site=site, size_m=apron_m, ring_m=ring_m)
    parts = [part for part in shapely.get_parts(ground) if isinstance(part, Polygon)]
    whole = _upper_bound(ground, parts[0] if len(parts) == 1 else None, figures, apron)
    if len(parts) < 2:
        return whole
    # Of a group that stands in two parts each has some of the stacks; the apron may lie elsewhere.
    split = UpperBound(bales=0, any_shape_bales=0)
    for part in parts:
        split += _upper_bound(part, part, figures, None)
    return UpperBound(
        bales=min(whole.bales, split.bales), any_shape_bales=min(whole.any_shape_bales, split.any_shape_bales)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Apron:
    site: Polygon
    size_m: tuple[float, float]
    ring_m: float

    def takes_m2(self, room: BaseGeometry, reach_m: float) -> float:
        """Return the least part of a room that stacks and groups, widened by the reach, leave to it."""
        return least_loss_m2(room, self.site, self.size_m, self.ring_m - reach_m) if reach_m < self.ring_m else 0.0


def _upper_bound(ground: BaseGeometry, part: Polygon | None, figures: BoundFigures, apron: _Apron | None) -> UpperBound:
    """`part`: the ground, where it is in one piece."""
    at_most = int(ground.area * figures.bales_per_m2 + 1e-6)
    far_m = figures.group_gap_m / 2
    box = None if part is None else _Box.about(part, figures.stack_gap_m / 2)
    reaches_m = _reaches_m(figures)
    rooms = [(reach_m, _room(ground, reach_m)) for reach_m in reaches_m]
    if box is not None:
        rooms.append((far_m, rooms[-1][1].intersection(box.shape)))
    losses_m2: dict[int, float] = {}
    found = []
    for is_rectangle in (True, False):
        costs = [group_costs_m2(figures, reach_m, is_rectangle=is_rectangle) for reach_m in reaches_m]
        if box is not None:
            costs.append(box.widened_m2(costs[0], far_m - reaches_m[0]))
        bales = [most_bales(cost, room.area, at_most) for cost, (_reach, room) in zip(costs, rooms, strict=True)]
        best = int(np.argmin(bales))
        fewest = min(at_most, bales[best])
        # What the apron takes is searched for once: where the bound is least without it.
        if apron is not None:
            reach_m, room = rooms[best]
            if best not in losses_m2:
                losses_m2[best] = apron.takes_m2(room, reach_m)
            fewest = min(fewest, most_bales(costs[best], room.area - losses_m2[best], fewest))
        found.append(fewest)
    return UpperBound(bales=found[0], any_shape_bales=found[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    """The smallest rectangle about a ground, widened by half the gap of stacks: so widened, no stack sticks out of it.

    Within it what is widened more has less to grow: at its sides nothing.
    """

    shape: Polygon
    short_m: float
    reach_m: float

    @classmethod
    def about(cls, ground: Polygon, reach_m: float) -> _Box:
        shape = shapely.oriented_envelope(ground).buffer(reach_m * _ROUND, join_style="mitre")
        corners = shapely.get_coordinates(shape)
        sides_m = np.hypot(*np.diff(corners[:3], axis=0).T)
        return cls(shape=shape, short_m=float(sides_m.min()), reach_m=reach_m)

    def widened_m2(self, area_m2: NDArray[np.float64], by_m: float) -> NDArray[np.float64]:
        """Return the least area within the box of what has these areas and is widened by so much.

        In a rectangle with the shorter side b the least boundary of an area A is that of a quarter of a disc, of a
        strip, or of what leaves a quarter of a disc: min(√(πA), b, √(π(|D| - A))).
        """
        whole_m2 = self.shape.area
        bend_m2 = self.short_m**2 / pi
        slope = sqrt(pi) / 2
        root = np.sqrt(np.minimum(area_m2, whole_m2))
        # As a quarter of a disc …
        left_m = np.maximum(0.0, by_m - np.maximum(0.0, (sqrt(bend_m2) - root) / slope))
        grown = np.where(left_m > 0, np.maximum(root**2, bend_m2), (root + slope * by_m) ** 2)
        # … as a strip …
        strip_m = np.minimum(left_m, np.maximum(0.0, whole_m2 - bend_m2 - grown) / self.short_m)
        grown += self.short_m * strip_m
        # … and into the last corner.
        rest = np.sqrt(np.maximum(0.0, whole_m2 - grown))
        grown = whole_m2 - np.maximum(0.0, rest - slope * (left_m - strip_m)) ** 2
        cost: NDArray[np.float64] = np.where(area_m2 > 0, np.maximum(grown, area_m2), 0.0)
        return cost


def _reaches_m(figures: BoundFigures) -> list[float]:
    least_m, most_m = figures.stack_gap_m / 2, figures.group_gap_m / 2
    return sorted({least_m + share * (most_m - least_m) for share in _REACHES})


def _room(ground: BaseGeometry, reach_m: float) -> BaseGeometry:
    return ground.buffer(reach_m * _ROUND, quad_segs=_QUARTER)


def group_costs_m2(figures: BoundFigures, reach_m: float, *, is_rectangle: bool) -> NDArray[np.float64]:
    """Return, by the bales of a group, the least ground that it takes when widened by the reach, m²."""
    inner_m = min(reach_m, figures.stack_gap_m / 2)
    one = _stack_costs_m2(figures, inner_m, is_rectangle=is_rectangle)
    group = one
    for _ in range(figures.group_most_stacks - 1):
        group = _together(group, one, figures.group_most_bales)
    # Brunn and Minkowski: √|A ⊕ B| ≥ √|A| + √|B|.
    group = np.where(group > 0, (np.sqrt(group) + sqrt(pi) * (reach_m - inner_m)) ** 2, 0.0)
    return group


def most_bales(group_m2: NDArray[np.float64], area_m2: float, at_most: int) -> int:
    """Return the most bales that groups with these costs have together on so much ground, at most `at_most`."""
    # Two groups that are one group's worth together are cheaper as one: all but one pair hold more than that.
    groups = 2 * at_most / max(1, len(group_m2) - 1) + 1
    total = group_m2[group_m2 <= area_m2][: at_most + 1]
    for _ in range(ceil(log2(groups))):
        total = _together(total, total, at_most)
        total = total[total <= area_m2]
    return len(total) - 1


def least_loss_m2(room: BaseGeometry, site: Polygon, size_m: tuple[float, float], ring_m: float) -> float:
    """Return a lower bound of the part of the room within `ring_m` of a rectangle anywhere in the site, m².

    Every place and direction is near one of a grid of them; the rectangle, smaller by as much as the two may differ,
    lies within every rectangle that is near. Cells of the room count by the part of them that is room, cells of the
    rectangle only where they lie wholly in it.
    """
    turn = pi / _TURNS
    shrunk_m = _CELL_M / sqrt(2) + float(np.hypot(*size_m)) / 2 * turn / 2
    left, low, right, high = site.bounds
    count = (int(np.ceil((right - left) / _CELL_M)) + 1, int(np.ceil((high - low) / _CELL_M)) + 1)
    x, y = np.meshgrid(left + _CELL_M * np.arange(count[0]), low + _CELL_M * np.arange(count[1]), indexing="ij")
    boxes = shapely.box(x, y, x + _CELL_M, y + _CELL_M)
    shapely.prepare(room)
    shapely.prepare(site)
    parts = shapely.covers(room, boxes).astype(np.float64)
    crossed = shapely.intersects(room, boxes) & (parts == 0)
    parts[crossed] = shapely.area(shapely.intersection(boxes[crossed], room)) / _CELL_M**2
    outside = (~shapely.intersects(site, boxes)).astype(np.float64)
    radius = int(np.hypot(*size_m) / 2 / _CELL_M + ring_m / _CELL_M) + 2
    padded = tuple(fft.next_fast_len(n + 2 * radius) for n in count)
    around = np.ones(padded)
    around[: count[0], : count[1]] = outside
    parts_f, outside_f = fft.rfft2(parts, padded), fft.rfft2(around, padded)
    steps = _CELL_M * np.arange(-radius, radius + 1)
    grid = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1)
    least = np.inf
    for number in range(_TURNS):
        cos_a, sin_a = np.cos(number * turn), np.sin(number * turn)
        along = np.abs(grid[..., 0] * cos_a + grid[..., 1] * sin_a)
        across = np.abs(grid[..., 1] * cos_a - grid[..., 0] * sin_a)
        # The farthest corner of a cell from its middle, and how much smaller the rectangle is.
        beyond = _CELL_M / sqrt(2)
        over_x = np.maximum(0.0, along - (size_m[0] / 2 - shrunk_m))
        over_y = np.maximum(0.0, across - (size_m[1] / 2 - shrunk_m))
        covered = np.hypot(over_x, over_y) + beyond <= ring_m
        covered |= (along + beyond <= size_m[0] / 2 - shrunk_m) & (across + beyond <= size_m[1] / 2 - shrunk_m)
        solid = (along + beyond <= size_m[0] / 2 - shrunk_m) & (across + beyond <= size_m[1] / 2 - shrunk_m)
        lost = fft.irfft2(parts_f * np.conj(fft.rfft2(covered.astype(float), padded)), padded) * _CELL_M**2
        hit = fft.irfft2(outside_f * np.conj(fft.rfft2(solid.astype(float), padded)), padded)
        # The correlation counts from the kernel's corner: middles within the site's box only.
        lost, hit = np.roll(lost, (radius, radius), (0, 1)), np.roll(hit, (radius, radius), (0, 1))
        lost, hit = lost[: count[0], : count[1]], hit[: count[0], : count[1]]
        could = hit < 0.5
        if could.any():
            least = min(least, float(lost[could].min()))
    return 0.0 if least == np.inf else max(0.0, least)


def _stack_costs_m2(figures: BoundFigures, reach_m: float, *, is_rectangle: bool) -> NDArray[np.float64]:
    """The most compact shape is the square, or the disc: by Brunn and Minkowski with one of the radius."""
    area_m2 = np.arange(figures.stack_most_bales + 1) / figures.bales_per_m2
    if is_rectangle:
        widened_m2 = area_m2 + 4 * np.sqrt(area_m2) * reach_m + pi * reach_m**2
    else:
        widened_m2 = (np.sqrt(area_m2) + sqrt(pi) * reach_m) ** 2
    cost: NDArray[np.float64] = np.where(area_m2 > 0, widened_m2, 0.0)
    return cost


def _together(one: NDArray[np.float64], other: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """The least cost of a sum of bales split over both."""
    total = np.full(min(len(one) + len(other) - 1, most + 1), np.inf)
    for bales, cost in enumerate(other):
        end = min(bales + len(one), len(total))
        if bales >= len(total):
            break
        np.minimum(total[bales:end], one[: end - bales] + cost, out=total[bales:end])
    return total
