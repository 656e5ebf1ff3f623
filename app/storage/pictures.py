"""The picture of a yard: its stacks as rectangles, as full as they are, in the colour of their age or moisture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.clock import business_day
from app.storage.models import BaleStack
from app.storage.queries import StackNow
from yard_rules.rulebook import rulebook

_LEAST_WIDTH_M, _LEAST_LENGTH_M = 40.0, 20.0


class Colouring(StrEnum):
    AGE = "age"
    MOISTURE = "moisture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A stack in the picture, metres; `look`: what its colour and letter say, `fill_m`: how much of its length is
    full."""

    now: StackNow
    look: str
    fill_m: float

    @property
    def stack(self) -> BaleStack:
        """The place itself."""
        return self.now.stack


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Metres; the ring is the strip that stays free (H32)."""

    width_m: float
    length_m: float
    ring_m: int
    stacks: Sequence[Drawn]


def picture(stacks: Sequence[StackNow], colouring: Colouring) -> Picture:
    """Return the yard's picture, as large as its stacks and the free strip around them need."""
    ring_m = rulebook("stacks").whole("ring_m", business_day())
    places = [each.stack for each in stacks]
    return Picture(
        width_m=max([place.x_m + place.width_m for place in places], default=_LEAST_WIDTH_M) + ring_m,
        length_m=max([place.y_m + place.length_m for place in places], default=_LEAST_LENGTH_M) + ring_m,
        ring_m=ring_m,
        stacks=[
            Drawn(now=each, look=_look(each, colouring), fill_m=min(1.0, each.fill) * each.stack.length_m)
            for each in stacks
        ],
    )


def _look(each: StackNow, colouring: Colouring) -> str:
    if each.content.bales <= 0:
        return "empty"
    found = each.heating if colouring is Colouring.AGE else each.class_now
    return "unknown" if found is None else found.value
