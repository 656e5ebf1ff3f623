"""Which yard is the nearest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from solver.roads.ways import Ways
from solver.scenario import Scenario


def nearest_yard(scenario: Scenario, place_ids: Sequence[str], ways: Ways) -> npt.NDArray[np.int64]:
    """(places,) index of the yard with the quickest way from each place, of equal ones the first."""
    yard_ids = [y.yard_id for y in scenario.yards]
    return np.asarray(np.argmin(ways.table(place_ids, yard_ids, None).hours, axis=1), dtype=np.int64)
