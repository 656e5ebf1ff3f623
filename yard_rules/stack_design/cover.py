"""The fewest choices that meet all needs: sets that cover, solved exactly (HiGHS)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

_SECONDS = 5.0


def fewest(serves: NDArray[np.bool_], costs: NDArray[np.float64] | None = None) -> list[int] | None:
    """Return the fewest (or cheapest) columns so that each row has one of them; None where a row has none.

    `serves[i, j]`: choice j meets need i. Needs that are alike, or follow from others, may be there. Where the time is
    out, the best that was found.
    """
    needs, choices = serves.shape
    if not needs:
        return []
    if not serves.any(axis=1).all():
        return None
    kept = np.unique(serves, axis=0)
    costs = np.ones(choices) if costs is None else costs
    result = milp(
        costs,
        constraints=LinearConstraint(csr_array(kept.astype(float)), lb=1.0),
        integrality=np.ones(choices),
        bounds=Bounds(0, 1),
        options={"time_limit": _SECONDS, "mip_rel_gap": 1e-6},
    )
    if result.x is None:
        return _greedy(kept, costs)
    return [int(j) for j in np.flatnonzero(result.x > 0.5)]


def _greedy(serves: NDArray[np.bool_], costs: NDArray[np.float64]) -> list[int]:
    chosen: list[int] = []
    open_needs = np.ones(len(serves), dtype=bool)
    while open_needs.any():
        best = int(np.argmax(serves[open_needs].sum(axis=0) / costs))
        chosen.append(best)
        open_needs &= ~serves[:, best]
    return chosen
