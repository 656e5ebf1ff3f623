"""What breaks a rule, and the tolerances of every comparison."""

from __future__ import annotations

from dataclasses import dataclass

TIME_TOLERANCE_MIN = 1.0
MASS_TOLERANCE_T = 0.01
SUM_TOLERANCE = 0.005

# Binary fractions of decimal figures differ in the last digits: no comparison turns on those.
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Violation:
    """`row` counts from the header of `file`, which is row 1; None where no single row is to blame."""

    rule: int
    file: str
    row: int | None
    message: str


def row_of(index: int) -> int:
    """The row number in its file of the row at `index` of the plan's tuple."""
    return index + 2


def more_minutes(left_min: float, right_min: float) -> bool:
    """Whether the left time is beyond the right one by more than the tolerance."""
    return left_min > right_min + TIME_TOLERANCE_MIN + ROUNDING


def more_t(left_t: float, right_t: float) -> bool:
    """Whether the left mass is beyond the right one by more than the tolerance."""
    return left_t > right_t + MASS_TOLERANCE_T + ROUNDING


def differ_t(left_t: float, right_t: float) -> bool:
    return more_t(left_t, right_t) or more_t(right_t, left_t)


def clock(minutes: float) -> str:
    """Minutes after a midnight as `HH:MM`, rounded."""
    whole = round(minutes)
    sign = "-" if whole < 0 else ""
    return f"{sign}{abs(whole) // 60:02d}:{abs(whole) % 60:02d}"
