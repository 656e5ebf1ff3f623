"""Numbers and units as indicators write them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from app.weighbridge.readings import FrameError, FrameFault, Reading, WeightKind

# Kilograms in one of the unit. Pounds are not there: no scale that trades straw shows them, they are a wrong setting.
KG_IN: Final = {b"kg": Decimal(1), b"g": Decimal("0.001"), b"t": Decimal(1000)}

# Always two characters: a unit that lost its k would make tonnes of kilograms, or grams.
UNITS_OF_TWO: Final = {b"kg": b"kg", b" g": b"g", b"g ": b"g", b" t": b"t", b"t ": b"t"}

_NUMBER = re.compile(rb" *([+-]?) *([0-9]+(?:\.[0-9]*)?|\.[0-9]+) *")


def number_in(text: bytes) -> Decimal | None:
    """Return the number of a field with its sign, leading blanks and point; None where it is none."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    size = Decimal(found[2].decode())
    return -size if found[1] == b"-" else size


def reading_of(
    value_kg: Decimal, kind: WeightKind, raw: bytes, *, steady: bool | None = None, overload: bool = False
) -> Reading:
    """Return the reading; minus zero becomes zero."""
    value_kg = value_kg or abs(value_kg)
    return Reading(value_kg=value_kg, kind=kind, steady=steady, overload=overload, negative=value_kg < 0, raw=raw)


def out_of_range(raw: bytes, kind: WeightKind, *, below: bool = False) -> Reading:
    """Return the reading of a display that shows no digits because the load is above (or below) its range."""
    return reading_of(Decimal("-Infinity" if below else "Infinity"), kind, raw, overload=True)


def fault(reason: FrameFault, raw: bytes) -> FrameError:
    """Return the error for these bytes."""
    return FrameError(reason=reason, raw=raw)
