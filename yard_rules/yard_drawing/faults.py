"""What is wrong with the file of a drawing, so that nothing can be judged from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DrawingFault:
    """`feature`: its id, or its place in the file (`#3`), or None for the file; `part`: the property or `geometry`."""

    feature: str | None
    part: str | None
    text: str

    def __str__(self) -> str:
        where = ": ".join(part for part in (self.feature and f"feature {self.feature}", self.part) if part)
        return f"{where}: {self.text}" if where else self.text


class DrawingFaults(ValueError):
    """Every fault of the file, in the order of the file."""

    def __init__(self, faults: Sequence[DrawingFault]) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = tuple(faults)

    @classmethod
    def of_text(cls, text: str) -> DrawingFaults:
        """Return the faults of a file of which nothing more can be said."""
        return cls([DrawingFault(None, None, text)])
