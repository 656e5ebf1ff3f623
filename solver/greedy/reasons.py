"""Why a field keeps straw under the dispatcher's rule, and what would have served it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from solver.greedy.county import County
from solver.greedy.straw import NEVER_MIN


def unserved_reasons(
    county: County,
    *,
    unbaled_mu: npt.NDArray[np.float64],
    open_kg: npt.NDArray[np.int64],
    no_room: npt.NDArray[np.bool_],
) -> dict[str, tuple[str, str]]:
    """Return reason and remedy by field id, for every field with straw that is not baled or not fetched."""
    reachable = (county.to_field_min.min(axis=1) < NEVER_MIN) & county.admits & county.class_used[:, None]
    reasons = {}
    for field in np.flatnonzero((unbaled_mu > 0) | (open_kg > 0)):
        due = min(county.fields[field].clear_by, county.scenario.season_end).isoformat()
        reasons[county.field_ids[field]] = _reason(
            has_truck=bool(reachable[:, field].any()),
            baled=float(unbaled_mu[field]) * float(county.kg_per_mu[field]) <= float(open_kg[field]),
            no_room=bool(no_room[field]),
            too_early=bool(county.due_day[field] < 0),
            due=due,
        )
    return reasons


def _reason(*, has_truck: bool, baled: bool, no_room: bool, too_early: bool, due: str) -> tuple[str, str]:
    if too_early:
        return "its deadline is before the season starts", "the season started earlier"
    if not has_truck:
        return "no truck that it admits has a way to it", "a truck of a class that it admits, or a wider way"
    if not baled:
        return (
            f"no baler hours were left for it by its deadline, {due}",
            f"more baler hours near it by {due}, or a later deadline",
        )
    if no_room:
        return (
            f"no yard in reach had room for its straw by its deadline, {due}",
            f"more room in the yards near it, or more trucks from the yards to the plants, by {due}",
        )
    return (
        f"no truck that it admits had hours left by its deadline, {due}",
        f"more truck hours of a class that it admits by {due}, or a later deadline",
    )
