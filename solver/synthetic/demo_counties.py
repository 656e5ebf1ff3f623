"""The made-up counties as they are committed: with their roads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from solver.roads.schematic import build_schematic
from solver.scenario import Scenario
from solver.synthetic import haining, one_town


def haining_with_roads() -> Scenario:
    """The county of `haining.build_haining` with a schematic road network."""
    return _with_roads(haining.build_haining(), seed=haining.ROAD_SEED)


def one_town_with_roads() -> Scenario:
    """The small county of `one_town.build_one_town` with a schematic road network."""
    return _with_roads(one_town.build_one_town(), seed=one_town.ROAD_SEED)


# By the name of the folder that holds it.
DEMO_COUNTIES: Mapping[str, Callable[[], Scenario]] = {"haining": haining_with_roads, "one_town": one_town_with_roads}


def _with_roads(scenario: Scenario, *, seed: int) -> Scenario:
    return replace(scenario, roads=build_schematic(scenario, seed=seed))
