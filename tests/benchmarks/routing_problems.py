"""Made-up routing problems in the files that everybody reads: `python -m tests.benchmarks.routing_problems FOLDER`.

Two of each kind: CVRPLIB, Solomon's texts (time windows), Cordeau's texts (several depots). Half of the stops stand in
clumps.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

SEED = 20261112
SIDE = 1000
Ints = npt.NDArray[np.int64]


def write_problems(folder: Path) -> None:
    """Write the files; they are the same on every machine."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, stops in enumerate((200, 400)):
        dice = np.random.default_rng((SEED, number))
        (folder / f"C{stops}.vrp").write_text(_cvrplib(dice, stops), encoding="utf-8")
        (folder / f"W{stops}.txt").write_text(_solomon(dice, stops), encoding="utf-8")
        (folder / f"D{stops}.txt").write_text(_cordeau(dice, stops, depots=4), encoding="utf-8")


def _sites(dice: np.random.Generator, count: int) -> Ints:
    """Half of the stops in clumps, half anywhere."""
    clumps = dice.uniform(0, SIDE, (8, 2))
    near = clumps[dice.integers(len(clumps), size=count // 2)] + dice.normal(0, SIDE / 25, (count // 2, 2))
    anywhere = dice.uniform(0, SIDE, (count - count // 2, 2))
    return np.clip(np.rint(np.vstack((near, anywhere))), 0, SIDE).astype(np.int64)


def _cvrplib(dice: np.random.Generator, stops: int) -> str:
    at = np.vstack(([SIDE // 3, SIDE // 2], _sites(dice, stops)))
    demand = np.concatenate(([0], dice.integers(1, 50, stops)))
    lines = [
        f"NAME : C{stops}", "COMMENT : made up", "TYPE : CVRP", f"DIMENSION : {stops + 1}",
        "EDGE_WEIGHT_TYPE : EUC_2D", f"CAPACITY : {int(demand.sum() / stops * 12)}", "NODE_COORD_SECTION",
        *(f"{i} {x} {y}" for i, (x, y) in enumerate(at, start=1)),
        "DEMAND_SECTION", *(f"{i} {d}" for i, d in enumerate(demand, start=1)),
        "DEPOT_SECTION", "1", "-1", "EOF",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _solomon(dice: np.random.Generator, stops: int) -> str:
    """Windows of a tenth to a third of the day, all reachable from the depot and back."""
    depot, day, service = np.array([SIDE // 2, SIDE // 2]), 5 * SIDE, 20
    at = _sites(dice, stops)
    away = np.ceil(np.hypot(*(at - depot).T)).astype(np.int64)
    width = dice.integers(day // 10, day // 3, stops)
    ready = away + (dice.random(stops) * np.maximum(day - 2 * away - service - width, 1)).astype(np.int64)
    due = np.minimum(ready + width, day - away - service)
    demand = dice.integers(1, 40, stops)
    rows = [
        (0, *depot, 0, 0, day, 0),
        *zip(range(1, stops + 1), *at.T, demand, ready, due, [service] * stops, strict=True),
    ]
    vehicles = f"  {stops // 4}         {int(demand.sum() / stops * 15)}"
    head = [f"W{stops}", "", "VEHICLE", "NUMBER     CAPACITY", vehicles, "", "CUSTOMER",
            "CUST NO.  XCOORD.  YCOORD.  DEMAND  READY TIME  DUE DATE  SERVICE TIME", ""]  # fmt: skip
    return "\n".join([*head, *(" ".join(str(int(v)) for v in row) for row in rows)]) + "\n"


def _cordeau(dice: np.random.Generator, stops: int, *, depots: int) -> str:
    at, home = _sites(dice, stops), dice.integers(SIDE // 5, 4 * SIDE // 5, (depots, 2))
    demand = dice.integers(1, 30, stops)
    capacity = int(demand.sum() / stops * 14)
    vehicles = int(np.ceil(1.3 * demand.sum() / capacity / depots))
    every = " ".join(str(2**d) for d in range(depots))
    lines = [f"2 {vehicles} {stops} {depots}", *[f"0 {capacity}"] * depots]
    lines += [
        f"{i} {x} {y} 0 {q} 1 {depots} {every}" for i, ((x, y), q) in enumerate(zip(at, demand, strict=True), start=1)
    ]
    lines += [f"{stops + d} {x} {y} 0 0 0 0" for d, (x, y) in enumerate(home, start=1)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    write_problems(Path(sys.argv[1]))
