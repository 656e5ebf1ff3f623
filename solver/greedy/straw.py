"""The straw that lies baled in the fields and is not promised to a truck yet. Masses are whole kilograms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NEVER_MIN = 1e9
ALREADY_BALED = -1


@dataclass(slots=True)
class Piece:
    """Straw of one field baled on one day (`ALREADY_BALED`: before the season), there from `from_min` on."""

    bale_day: int
    from_min: float
    kg: int


class BaledStraw:
    """Pieces by field, oldest first.

    `open_kg`: (fields,) straw not promised yet, whenever it will be there. `ready_min`: (classes, fields) from when
    on a truck of the class finds a full load, or all that is open where that is less; `NEVER_MIN` where nothing is.
    `more_to_come`: (fields,) the balers will come back on a later day, so a part load had better wait.
    """

    def __init__(self, *, fields: int, class_kg: Sequence[int]) -> None:
        self._pieces: list[list[Piece]] = [[] for _ in range(fields)]
        self._class_kg = tuple(class_kg)
        self.open_kg: npt.NDArray[np.int64] = np.zeros(fields, dtype=np.int64)
        self.ready_min = np.full((len(self._class_kg), fields), NEVER_MIN)
        self.more_to_come = np.zeros(fields, dtype=bool)

    def add(self, field: int, piece: Piece) -> None:
        self._pieces[field].append(piece)
        self._pieces[field].sort(key=lambda each: each.from_min)
        self.open_kg[field] += piece.kg
        self.refresh(field)

    def available_kg(self, field: int, at_min: float) -> int:
        return sum(piece.kg for piece in self._pieces[field] if piece.from_min <= at_min)

    def take(self, field: int, kg: int) -> list[tuple[int, int]]:
        """Promise `kg` to a truck, oldest first; return what was baled when: (bale day, kg)."""
        taken = []
        pieces = self._pieces[field]
        while kg > 0:
            piece = pieces[0]
            part_kg = min(kg, piece.kg)
            taken.append((piece.bale_day, part_kg))
            piece.kg -= part_kg
            kg -= part_kg
            self.open_kg[field] -= part_kg
            if piece.kg == 0:
                pieces.pop(0)
        self.refresh(field)
        return taken

    def refresh(self, field: int) -> None:
        """Find anew from when on each class has its load there."""
        total_kg = int(self.open_kg[field])
        for index, class_kg in enumerate(self._class_kg):
            wanted_kg = min(total_kg, class_kg)
            self.ready_min[index, field] = NEVER_MIN
            if wanted_kg == 0 or (wanted_kg < class_kg and self.more_to_come[field]):
                continue
            found_kg = 0
            for piece in self._pieces[field]:
                found_kg += piece.kg
                if found_kg >= wanted_kg:
                    self.ready_min[index, field] = piece.from_min
                    break
