"""A sheet of plain cells, whatever file it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

Cell = str | int | float | bool | date | datetime | time | timedelta


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as its program shows it: `rows[0]` bears the number `first_row`; an empty cell is an empty text."""

    name: str
    rows: Sequence[Sequence[Cell]]
    first_row: int = 1
