"""Designs on the twelve sites: bales against the upper bound, pieces of equipment, time.

Run with `python -m tests.yard_rules.stack_design.bench [SECONDS] [SITE...]`, a site by its number.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from time import perf_counter

from yard_rules.fire import FireRules
from yard_rules.stack_design import Goal, design_yard
from yard_rules.yard_drawing import read_yard_drawing

SITES = Path(__file__).parents[3] / "data" / "sites"
DAY = date(2026, 11, 1)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    wanted = sys.argv[2:]
    rules = FireRules(DAY)
    heads = (
        "site",
        "goal",
        "bales",
        "bound",
        "share",
        "any shape",
        "stacks",
        "ext",
        "hyd",
        "cam",
        "m",
        "min",
        "yuan/t",
    )
    print("{:24}{:6}{:>7}{:>7}{:>7}{:>11}{:>8}{:>5}{:>5}{:>5}{:>6}{:>6}{:>8}".format(*heads))
    for path in sorted(SITES.glob("*.geojson")):
        if wanted and path.name[:2] not in wanted:
            continue
        began = perf_counter()
        found = design_yard(read_yard_drawing(path), rules, seconds=seconds, goals=list(Goal))
        took_s = perf_counter() - began
        for proposal in found.proposals:
            it = proposal.figures
            print(
                f"{path.stem:24}{proposal.goal.value:6}{it.bales:7}{it.bound_bales:7}{it.bound_share:7.1%}"
                f"{it.bales / it.any_shape_bound_bales:11.1%}{it.stacks:8}{it.extinguishers:5}{it.hydrants:5}"
                f"{it.cameras:5}{it.truck_way_m:6.0f}{it.loading_min:6.1f}{it.yuan_per_t:8.0f}"
            )
        print(f"{'':24}{took_s:.1f} s", flush=True)


if __name__ == "__main__":
    main()
