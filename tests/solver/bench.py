"""How long the season's programme takes and how its cost stands above the bound: `python -m tests.solver.bench`.

The demo county, and a made-up one of 5,000 fields, 47 days, 15 yards and 6 plants (`season_county`, seed 1). The
programme of a season is decided twice (`season.company`); the time is that of both. What is driven in the end takes
`strawline plan data/haining --workers 2` about ten minutes and prints its distance to the bound itself.
"""

from __future__ import annotations

import time
from pathlib import Path

from solver.roads.matrices import ways_of
from solver.scenario import Scenario
from solver.scenario_files import read_scenario
from solver.season.bound import season_bound_yuan
from solver.season.geometry import season_geometry
from solver.season.programme import season_programme
from solver.season.state import SeasonState
from solver.synthetic.season_county import season_county

HAINING = Path("data/haining")


def run() -> None:
    """Print a line for each county."""
    _measure(read_scenario(HAINING))
    _measure(season_county(fields=5000, days=47, yards=15, plants=6, seed=1))


def _measure(county: Scenario) -> None:
    started = time.perf_counter()
    ways = ways_of(county)
    geometry = season_geometry(county, ways)
    at_hand = time.perf_counter()
    programme = season_programme(county, geometry, SeasonState(county), county.season_start)
    decided = time.perf_counter()
    bound = season_bound_yuan(county, geometry, ways)
    bounded = time.perf_counter()
    left_t = programme.cost_parts_yuan["left_in_field"] / county.value_yuan_per_t
    print(
        f"{county.name}: {len(county.fields)} fields, {len(county.dates)} days, {len(county.yards)} yards, "
        f"{len(county.plants)} plants\n"
        f"  ways {at_hand - started:.1f} s, programme {decided - at_hand:.1f} s, bound {bounded - decided:.1f} s\n"
        f"  programme {programme.cost_yuan:,.0f} yuan, {left_t:.1f} t left; bound {bound:,.0f} yuan, "
        f"{100 * (programme.cost_yuan - bound) / programme.cost_yuan:.2f} % below it"
    )


if __name__ == "__main__":
    run()
