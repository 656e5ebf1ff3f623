"""Where bales lie in a yard: the stacks that it begins with, and when a stack is most likely to heat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import count
from math import ceil
from typing import Final

from yard_rules.acceptance import AcceptanceKind
from yard_rules.rulebook import rulebook
from yard_rules.shares import split

# The two special places are worth their room from this capacity on; below it there is one of each all the same.
_LEAST_FREE_STACKS: Final = 1
_WIDTH_M: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPlan:
    """A rectangle in the yard's own picture, metres from its upper left corner; `most_bales`: of 1 m x 1 m."""

    kind: AcceptanceKind
    x_m: int
    y_m: int
    width_m: int
    length_m: int
    most_bales: int


class HeatingAge(StrEnum):
    """How long straw has been stacked, as fires go by it."""

    FRESH = "fresh"
    DANGER = "danger"
    SETTLED = "settled"


def default_stacks(capacity_kg: int, day: date) -> list[StackPlan]:
    """Return the stacks of a yard that nobody has drawn yet: one hot lane, one stack apart, the others for dry bales.

    They hold together at least `capacity_kg` (where that is above 0) and none more than the rulebook lets one hold.
    Groups of four stand apart by the rulebook's distances, two groups beside each other. It is a picture to work with,
    not a layout that was checked against the ground. Raises ValueError for a negative capacity. Sources:
    rulebooks/stacks.toml.
    """
    if capacity_kg < 0:
        raise ValueError(f"a capacity of {capacity_kg} kg")
    book = rulebook("stacks")
    bale_kg, per_m2 = book.whole("bale_kg", day), book.whole("bales_per_m2_and_layer", day)
    layers, low_layers = book.whole("layers", day), book.whole("hot_lane_layers", day)
    length_m = book.whole("stack_most_m2", day) // _WIDTH_M
    most_bales = min(length_m * _WIDTH_M * per_m2 * layers, book.whole("stack_most_kg", day) // bale_kg)
    low_bales = length_m * _WIDTH_M * per_m2 * low_layers
    bales_in_all = ceil(capacity_kg / bale_kg)
    free_bales = max(0, bales_in_all - most_bales - low_bales)
    free_stacks = max(_LEAST_FREE_STACKS, ceil(free_bales / most_bales))
    held = [max(1, bales) for bales in split(free_bales, [1] * free_stacks)]
    contents = [
        (AcceptanceKind.HOT_LANE, low_bales),
        (AcceptanceKind.STACK_APART, most_bales),
        *((AcceptanceKind.STACK_FREELY, bales) for bales in held),
    ]
    places = _places(length_m, day)
    return [
        StackPlan(kind=kind, x_m=x_m, y_m=y_m, width_m=_WIDTH_M, length_m=length_m, most_bales=bales)
        for (kind, bales), (x_m, y_m) in zip(contents, places, strict=False)
    ]


def heating_age(age_days: int, day: date) -> HeatingAge:
    """Return in which part of its life straw is that has been stacked for so many days. Sources:
    rulebooks/stacks.toml."""
    book = rulebook("stacks")
    if age_days < book.whole("heating_from_days", day):
        return HeatingAge.FRESH
    return HeatingAge.DANGER if age_days <= book.whole("heating_until_days", day) else HeatingAge.SETTLED


def _places(length_m: int, day: date) -> Iterator[tuple[int, int]]:
    """Upper left corners, one after the other: two by two in a group, two groups in a row."""
    book = rulebook("stacks")
    ring_m, gap_m, group_gap_m = (book.whole(name, day) for name in ("ring_m", "stack_gap_m", "group_gap_m"))
    in_group = book.whole("group_most_stacks", day)
    group_width_m, group_length_m = 2 * _WIDTH_M + gap_m, (in_group // 2) * (length_m + gap_m) - gap_m
    for number in count():
        group, within = divmod(number, in_group)
        group_row, group_column = divmod(group, 2)
        row, column = divmod(within, 2)
        yield (
            ring_m + group_column * (group_width_m + group_gap_m) + column * (_WIDTH_M + gap_m),
            ring_m + group_row * (group_length_m + group_gap_m) + row * (length_m + gap_m),
        )
