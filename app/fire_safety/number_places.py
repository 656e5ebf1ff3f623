"""Where the numbers of findings stand on a yard's picture: each by its place, none over another, none cut off."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

# In letters of the picture.
LABEL_HEIGHT: Final = 1.3
_WIDE_LETTER, _LETTER, _PADDING = 1.0, 0.62, 0.6
_NEAR: Final = 0.9
_RINGS: Final = (_NEAR, 2.6, 4.2, 6.0, 8.5, 11.5, 15.0, 20.0)
# First above and below, where the fewest other numbers of a row of stacks are.
_TURNS: Final = np.radians([90, 270, 45, 135, 0, 180, 315, 225, 68, 112, 22, 158, 338, 202, 292, 248])
_WAYS: Final = np.column_stack([np.cos(_TURNS), np.sin(_TURNS)])
# What it costs to cover a number, the place of a finding, or the name or sign of a thing, in rings farther out.
_OVER_NUMBER, _OVER_PLACE, _OVER_THING = 1000.0, 60.0, 12.0

Numbers = NDArray[np.float64]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A finding's number for a place, in metres, and the measure that stands with it where there is room; `extent` of
    the place: the number needs no leader within it."""

    number: int
    measure: str
    at: tuple[float, float]
    extent: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPlace:
    """`box`: least x, least y, width and height in metres, around `text`; `leader`: from the place to the box where it
    stands away from it."""

    number: int
    text: str
    box: Box
    leader: tuple[tuple[float, float], tuple[float, float]] | None

    @property
    def middle(self) -> tuple[float, float]:
        x, y, width, height = self.box
        return x + width / 2, y + height / 2


def words_width(words: str) -> float:
    """Return about how wide words are, in letters of their own size."""
    return sum(_WIDE_LETTER if unicodedata.east_asian_width(it) in "WF" else _LETTER for it in words)


def number_places(wanted: Sequence[Wanted], frame: Box, letter_m: float, things: Sequence[Box]) -> list[NumberPlace]:
    """Return a place for each number within the frame (least x, least y, width, height), in the order asked for.

    Numbers find their places first, then each is widened by its measure if that covers nothing. `things`: boxes of
    names and signs, covered only where there is nothing else.
    """
    if not wanted:
        return []
    half = _NEAR * letter_m / 2
    spots = np.array([[x - half, y - half, x + half, y + half] for x, y in (it.at for it in wanted)])
    known = np.vstack([spots, _as_corners(things)])
    costs = np.concatenate([np.full(len(spots), _OVER_PLACE), np.full(len(things), _OVER_THING)])
    boxes: Numbers = np.zeros((0, 4))
    rings = []
    for one in wanted:
        box, ring = _cheapest(one, _as_corners([frame])[0], letter_m, boxes, known, costs)
        boxes = np.vstack([boxes, box])
        rings.append(ring)
    return [
        _place(one, row, rings[row], boxes, known, _as_corners([frame])[0], letter_m) for row, one in enumerate(wanted)
    ]


def _cheapest(
    one: Wanted, frame: Numbers, letter_m: float, boxes: Numbers, known: Numbers, costs: Numbers
) -> tuple[Numbers, int]:
    """The place about the finding's spot that covers least, and how far out it is; the nearer the better."""
    size = np.array([_width(str(one.number), letter_m), LABEL_HEIGHT * letter_m])
    found, least, out = frame, np.inf, 0
    for ring, reach in enumerate(_RINGS):
        middles = np.array(one.at) + _WAYS * (reach * letter_m + size / 2 - _NEAR * letter_m / 4)
        middles = np.clip(middles, frame[:2] + size / 2, frame[2:] - size / 2)
        choices = np.hstack([middles - size / 2, middles + size / 2])
        price = ring + _covers(choices, boxes).sum(axis=1) * _OVER_NUMBER + _covers(choices, known) @ costs
        best = int(np.argmin(price))
        if price[best] < least:
            found, least, out = choices[best], price[best], ring
        if least <= ring + 1:
            break
    return found, out


def _place(
    one: Wanted, row: int, ring: int, boxes: Numbers, known: Numbers, frame: Numbers, letter_m: float
) -> NumberPlace:
    """The number with its measure, to the right or to the left, where that is free; else the number alone."""
    corners, text = boxes[row].copy(), str(one.number)
    longer = f"{one.number} · {one.measure}"
    more = _width(longer, letter_m) - (corners[2] - corners[0])
    others = np.vstack([np.delete(boxes, row, axis=0), known])
    for low, high in ((0.0, more), (-more, 0.0)) if one.measure else ():
        wider = corners + np.array([low, 0.0, high, 0.0])
        added = (
            np.array([corners[2], corners[1], wider[2], wider[3]])
            if high
            else np.array([*wider[:2], corners[0], wider[3]])
        )
        if wider[0] >= frame[0] and wider[2] <= frame[2] and not _covers(added[None], others).any():
            boxes[row] = corners = wider
            text = longer
            break
    x, y = float(corners[0]), float(corners[1])
    end = np.clip(one.at, corners[:2], corners[2:])
    west, south, wide, high = one.extent
    middle_x, middle_y = (corners[:2] + corners[2:]) / 2
    is_there = ring == 0 or (0 <= middle_x - west <= wide and 0 <= middle_y - south <= high)
    return NumberPlace(
        number=one.number,
        text=text,
        box=(x, y, float(corners[2]) - x, float(corners[3]) - y),
        leader=None if is_there else (one.at, (float(end[0]), float(end[1]))),
    )


def _covers(choices: Numbers, boxes: Numbers) -> NDArray[np.bool_]:
    """Which of the choices (rows) lie over which of the boxes (columns)."""
    west, south, east, north = (choices[:, place, None] for place in range(4))
    apart = (west >= boxes[:, 2] - 1e-9) | (east <= boxes[:, 0] + 1e-9)
    return ~(apart | (south >= boxes[:, 3] - 1e-9) | (north <= boxes[:, 1] + 1e-9))


def _width(text: str, letter_m: float) -> float:
    return (words_width(text) + _PADDING) * letter_m


def _as_corners(boxes: Sequence[Box]) -> Numbers:
    found = np.array(boxes, dtype=np.float64).reshape(-1, 4)
    return np.hstack([found[:, :2], found[:, :2] + found[:, 2:]])
