"""What a benchmark is: commands, and what is read from their answers beside what was asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that was measured. `asked`: the limit, None where nothing was asked; `goal`: what would be better
    still. `better`: which side of the limit is the right one."""

    what: str
    value: float | None
    unit: str
    asked: float | None = None
    goal: float | None = None
    better: Literal["less", "more"] = "less"

    @property
    def holds(self) -> bool | None:
        """Whether what was asked is met; None where nothing was."""
        if self.asked is None:
            return None
        if self.value is None:
            return False
        return self.value <= self.asked if self.better == "less" else self.value >= self.asked


@dataclass(frozen=True, slots=True)
class Answer:
    """What the commands said. `series`: numbers for the pictures, small enough to be kept beside the document."""

    figures: tuple[Figure, ...]
    series: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """What a command wrote to its standard output, and its seconds by the clock."""

    text: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """`commands`: as one would type them in the root folder, in order. `read`: from what each wrote to its standard
    output. `minutes`: about how long on two cores. A long one runs only when it is named. `writes`: a folder
    that is to be empty before it begins."""

    name: str
    title: str
    commands: tuple[str, ...]
    read: Callable[[Sequence[Output]], Answer]
    minutes: float
    is_long: bool = False
    writes: Path | None = None


def number_in(text: str, pattern: str) -> float:
    """The number in the first group of the pattern; a bench that says something else now is an error."""
    found = re.search(pattern, text)
    if found is None:
        raise ValueError(f"the answer does not say {pattern!r}:\n{text[-2000:]}")
    return float(found.group(1).replace(",", ""))


def numbers_in(text: str, pattern: str) -> list[float]:
    """The numbers in the first group of every match."""
    found = [float(value.replace(",", "")) for value in re.findall(pattern, text)]
    if not found:
        raise ValueError(f"the answer does not say {pattern!r}:\n{text[-2000:]}")
    return found
