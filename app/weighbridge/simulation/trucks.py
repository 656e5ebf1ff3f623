"""Which trucks drive on, when, and how long they stand."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from app.weighbridge.simulation.playing import PlayedScale

STANDS_S: Final = 20.0
GAP_S: Final = 10.0

# More than six digits of a frame hold, or any deck bears, is a slip of the pen.
LARGEST_KG: Final = 200_000
_LARGEST: Final = {"seconds": 86_400 * 31, "kg": LARGEST_KG}

# A light truck empty, and a heavy one full.
_RANDOM_KG: Final = (4_000, 49_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truck:
    """A weight that drives on; not before `at_s` of the simulated clock where that is given."""

    kg: int
    at_s: float | None = None


class TruckFileFaults(ValueError):
    """Everything that is wrong with a file of trucks, one line each."""


def play_trucks(
    scale: PlayedScale,
    trucks: Iterable[Truck],
    *,
    stands_s: float = STANDS_S,
    gap_s: float = GAP_S,
    say: Callable[[str], None] = lambda line: None,
) -> None:
    """Let one truck after the other drive on, stand and drive off; return when the last is gone.

    Seconds are those of the simulated clock. A truck that comes while another stands waits for its turn.
    """
    for truck in trucks:
        scale.wait_s(gap_s if truck.at_s is None else max(0.0, truck.at_s - scale.deck.now_s()))
        say(f"{truck.kg} kg drives on")
        scale.wait_s(scale.deck.drive_on(truck.kg))
        say(f"{truck.kg} kg stands")
        scale.wait_s(stands_s)
        say("drives off")
        scale.wait_s(scale.deck.drive_off())
    scale.wait_s(gap_s)


def trucks_from_csv(path: Path) -> list[Truck]:
    """Return the trucks of a CSV file with the columns `seconds` and `kg`, in the order of the file.

    Raises TruckFileFaults with every bad cell, by row and column.
    """
    faults: list[str] = []
    trucks: list[Truck] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        missing = [column for column in _LARGEST if column not in (rows.fieldnames or ())]
        if missing:
            raise TruckFileFaults(f"row 1: the column {' and '.join(missing)} is missing")
        for number, row in enumerate(rows, start=2):
            cells = {column: _number(row[column], largest) for column, largest in _LARGEST.items()}
            faults += [
                f"row {number}, column {column}: {row[column] or ''!r} is no number from 0 to {_LARGEST[column]:,}"
                for column, value in cells.items()
                if value is None
            ]
            trucks.append(Truck(kg=round(cells["kg"] or 0), at_s=cells["seconds"]))
    if faults:
        raise TruckFileFaults("\n".join(faults))
    return trucks


def random_trucks(*, seed: int, division_kg: int) -> Iterator[Truck]:
    """Return trucks without end, in whole divisions; the same for the same seed."""
    chance = Random(f"trucks {seed}")
    while True:
        yield Truck(kg=round(chance.uniform(*_RANDOM_KG) / division_kg) * division_kg)


def _number(text: str | None, largest: int) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value <= largest else None
