"""What is wrong with a file that was handed in: every fault with its place, none of them fatal to finding the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

FAULT_LIMIT = 10_000
SHOWN_VALUE_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: `row` counts from the header, which is row 1; `allowed` says what is wrong or would be right."""

    file: str
    row: int | None
    column: str | None
    value: str | None
    allowed: str

    def __str__(self) -> str:
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column {self.column}")
        value = "" if self.value is None else f"{self.value!r}: "
        return f"{', '.join(place)}: {value}{self.allowed}"


class FaultLog:
    """Collects faults; past `FAULT_LIMIT` it only counts, so that a hostile file cannot fill the memory."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._not_kept = 0

    def add(
        self, file: str, allowed: str, *, row: int | None = None, column: str | None = None, value: object = None
    ) -> None:
        if len(self._faults) >= FAULT_LIMIT:
            self._not_kept += 1
            return
        shown = None if value is None else str(value)
        if shown is not None and len(shown) > SHOWN_VALUE_CHARACTERS:
            shown = f"{shown[:SHOWN_VALUE_CHARACTERS]}… ({len(shown)} characters)"
        self._faults.append(Fault(file=file, row=row, column=column, value=shown, allowed=allowed))

    def __bool__(self) -> bool:
        return bool(self._faults)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.all())

    def all(self) -> tuple[Fault, ...]:
        """The faults by file and row, then a last one with the number of those not kept, if any."""
        ordered = sorted(self._faults, key=lambda fault: (fault.file, fault.row or 0))
        if self._not_kept:
            ordered.append(Fault("", None, None, None, f"{self._not_kept} more faults are not listed"))
        return tuple(ordered)


def faults_text(faults: tuple[Fault, ...], *, at_most: int = 20) -> str:
    """The first faults, one a line, and how many more there are."""
    lines = [str(fault) for fault in faults[:at_most]]
    if len(faults) > at_most:
        lines.append(f"… and {len(faults) - at_most} more")
    return "\n".join(lines)
