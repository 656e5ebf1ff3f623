"""Ways between places: kilometres and hours, with or without a road network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class WayTable:
    """`km` and `hours`: (origins, destinations); inf where there is no way for the class."""

    km: npt.NDArray[np.float64]
    hours: npt.NDArray[np.float64]


class Ways(Protocol):
    """Where a scenario's places lie to each other."""

    def table(self, origins: Sequence[str], destinations: Sequence[str], truck_class: str | None) -> WayTable:
        """Ways from every origin to every destination (ids of fields, yards or plants).

        `truck_class` None is a baler: it uses every edge, and its hours are km over its own speed, so only `km`
        of the answer is meant for it.
        """
