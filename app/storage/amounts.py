"""Amounts of stock, and a day's line of them: opening + in - out ± moved ± adjusted = closing."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from operator import add, neg, sub
from typing import Any


@dataclass(frozen=True, slots=True)
class Amount:
    """Bales, kilograms, and kilograms of dry straw."""

    bales: int = 0
    kg: int = 0
    dry_kg: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(*map(add, self._parts(), other._parts()))

    def __sub__(self, other: Amount) -> Amount:
        return Amount(*map(sub, self._parts(), other._parts()))

    def __neg__(self) -> Amount:
        return Amount(*map(neg, self._parts()))

    def __bool__(self) -> bool:
        return any(self._parts())

    def _parts(self) -> tuple[int, int, int]:
        return self.bales, self.kg, self.dry_kg


NOTHING = Amount()


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLine:
    """A stack's day, or the whole yard's, where `moved` is nothing. `adjusted`: found or missed in counting, dried
    away, and tickets of earlier days that became void."""

    opening: Amount = NOTHING
    came: Amount = NOTHING
    left: Amount = NOTHING
    moved: Amount = NOTHING
    adjusted: Amount = NOTHING

    @property
    def closing(self) -> Amount:
        """What is there in the evening."""
        return self.opening + self.came - self.left + self.moved + self.adjusted

    def __add__(self, other: DayLine) -> DayLine:
        return DayLine(**{it.name: getattr(self, it.name) + getattr(other, it.name) for it in fields(self)})


def line_columns(line: DayLine) -> dict[str, int]:
    """The figures of a line without `moved`, by the names of DayClosing's columns."""
    parts = {
        "opening": line.opening,
        "in": line.came,
        "out": line.left,
        "adjusted": line.adjusted,
        "closing": line.closing,
    }
    return {f"{step}_{name}": value for step, amount in parts.items() for name, value in asdict(amount).items()}


def kept_line(kept: dict[str, Any]) -> DayLine:
    """The line that a closing kept of a stack (`DayClosing.stacks`)."""
    return DayLine(**{it.name: Amount(*kept[it.name]) for it in fields(DayLine)})


def line_to_keep(line: DayLine) -> dict[str, list[int]]:
    """What a closing keeps of a stack's line."""
    return {it.name: list(asdict(getattr(line, it.name)).values()) for it in fields(DayLine)}
