"""The properties of a feature: read by the table of kinds, with every fault."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from yard_rules.yard_drawing.kinds import Amount, Kind, Property, Text, Truth, Words
from yard_rules.yard_drawing.model import Site

_LONGEST_SHOWN: Final = 60


def read_properties(kind: Kind, properties: Mapping[Any, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return the values by name, and faults as (property, text); null counts as left out."""
    known: dict[str, Property] = dict(kind.properties)
    if kind.thing is not Site:
        known["name"] = Text()
    values: dict[str, Any] = {}
    faults = [
        (str(name)[:_LONGEST_SHOWN], f"is not a property of kind {kind.thing.kind}")
        for name in properties
        if name != "kind" and name not in known
    ]
    for name, wanted in known.items():
        value = properties.get(name)
        if value is None:
            if wanted.is_needed:
                faults.append((name, "is missing"))
            continue
        try:
            values[name] = _read(wanted, value)
        except ValueError as fault:
            faults.append((name, str(fault)))
    return values, faults


def shown(value: Any) -> str:
    """Return a value as it may stand in a message: short and on one line."""
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def is_text(value: Any, longest: int) -> bool:
    """Return whether a value is a text that can be shown, of 1 to `longest` characters."""
    return isinstance(value, str) and len(value.strip()) > 0 and len(value) <= longest and value.isprintable()


def _read(wanted: Property, value: Any) -> Any:
    match wanted:
        case Words():
            words = [word.value for word in wanted.of]
            if not isinstance(value, str) or value not in words:
                raise ValueError(f"{shown(value)} is none of {', '.join(words)}")
            return wanted.of(value)
        case Truth():
            if not isinstance(value, bool):
                raise ValueError(f"{shown(value)} is neither true nor false")
            return value
        case Text():
            if not is_text(value, wanted.longest):
                raise ValueError(f"{shown(value)} is not a text of 1 to {wanted.longest} characters")
            return value.strip()
        case Amount():
            return _amount(wanted, value)


def _amount(wanted: Amount, value: Any) -> float | int:
    what = "whole number" if wanted.is_whole else "number"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{shown(value)} is not a {what}")
    if not wanted.above < value <= wanted.most or not math.isfinite(value):
        raise ValueError(f"{shown(value)} is not above {wanted.above:g} and at most {wanted.most:g}")
    if wanted.is_whole and value != int(value):
        raise ValueError(f"{shown(value)} is not a whole number")
    return int(value) if wanted.is_whole else float(value)
