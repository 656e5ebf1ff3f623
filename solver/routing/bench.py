"""Our routing beside plain PyVRP on 5,000 stops and 15 depots: `python -m solver.routing.bench`.

`strawline bench routing FOLDER` does the same with files of known problems.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from solver.routing.comparison import compare
from solver.routing.readers import Instance
from solver.routing.synthetic import many_depots

SECONDS = 60.0
SEED = 1
WORKERS = 2


def main() -> None:
    """Print both costs, at the same wall time."""
    instance = Instance(f"large-{SEED}", many_depots(seed=SEED), 1, "round", None)
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as executor:
        rows = compare(
            [instance], seconds=SECONDS, seed=SEED, workers=WORKERS, executor=executor, clock="wall", best_known={}
        )
        for row in rows:
            beside = f"{row.ours_to_plain:+.1f} % (goal: -15 %)" if row.ours_to_plain is not None else "not comparable"
            print(f"routing: {row.stops:,} stops, {SECONDS:.0f} s each: ours {row.ours}, plain {row.plain}, {beside}")


if __name__ == "__main__":
    main()
