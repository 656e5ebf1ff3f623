"""Kilometres of many single legs, looked up in few tables of ways."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from solver.roads.ways import Ways
from solver.scenario import Scenario

CELLS_PER_TABLE = 2_000_000


class LegLengths:
    """Looks legs up by class, one table for each kind of leg: to a yard or plant, from one, and field to field."""

    def __init__(self, scenario: Scenario, ways: Ways) -> None:
        self._ways = ways
        self._hub_ids = {y.yard_id for y in scenario.yards} | {p.plant_id for p in scenario.plants}

    def km(
        self, origin_ids: Sequence[str], destination_ids: Sequence[str], truck_class: str | None
    ) -> npt.NDArray[np.float64]:
        """Kilometres of leg i from `origin_ids[i]` to `destination_ids[i]`, (legs,); inf where there is no way."""
        km = np.zeros(len(origin_ids))
        from_hub = np.array([place_id in self._hub_ids for place_id in origin_ids], dtype=bool)
        to_hub = np.array([place_id in self._hub_ids for place_id in destination_ids], dtype=bool)
        stays = np.array([a == b for a, b in zip(origin_ids, destination_ids, strict=True)], dtype=bool)
        for mask in (from_hub & ~stays, ~from_hub & to_hub, ~from_hub & ~to_hub & ~stays):
            legs = np.flatnonzero(mask).tolist()
            if legs:
                km[legs] = self._looked_up(
                    [origin_ids[i] for i in legs], [destination_ids[i] for i in legs], truck_class
                )
        return km

    def _looked_up(
        self, origin_ids: Sequence[str], destination_ids: Sequence[str], truck_class: str | None
    ) -> npt.NDArray[np.float64]:
        origins, origin_of = np.unique(np.array(origin_ids, dtype=object), return_inverse=True)
        destinations, destination_of = np.unique(np.array(destination_ids, dtype=object), return_inverse=True)
        km = np.empty(len(origin_ids))
        block = max(1, CELLS_PER_TABLE // len(destinations))
        for first in range(0, len(origins), block):
            legs = np.flatnonzero((origin_of >= first) & (origin_of < first + block))
            used, column_of = np.unique(destination_of[legs], return_inverse=True)
            table = self._ways.table(list(origins[first : first + block]), list(destinations[used]), truck_class)
            km[legs] = table.km[origin_of[legs] - first, column_of]
        return km
