"""Which ticket of a plant weighed the load that a yard sent: both scales write a ticket of their own."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from app.intake.models import Outcome

# Of several tickets for one load the one by which the plant took it counts, else one that is not closed yet.
_RANKS: Final = {Outcome.DELIVERED.value: 0, None: 1, Outcome.SENT_BACK.value: 2}


def arrivals_by_load(loads: Iterable[Any], arrivals: Iterable[Any], within: timedelta) -> dict[str, Any]:
    """Return the plant's ticket by the id of the yard's, one to one.

    `loads` are `linehaul_out` tickets with `closed_at`, `arrivals` are `linehaul_in` tickets; void ones are left out by
    the caller. An arrival is of the newest load that left before it, at most `within`, for this plant and from the yard
    that it names: of the same haul of the plan before one of the same truck.
    """
    departures = _Departures(loads)
    found: dict[str, Any] = {}
    for arrival in sorted(arrivals, key=lambda it: (_RANKS[it.outcome], it.opened_at, it.id)):
        load = departures.of(arrival, within)
        if load is not None:
            found.setdefault(load.id, arrival)
    return found


class _Departures:
    """Loads by truck in the order in which they left, and by haul."""

    def __init__(self, loads: Iterable[Any]) -> None:
        self._by_plate: dict[str, list[Any]] = {}
        self._by_haul: dict[tuple[Any, str], list[Any]] = {}
        for load in sorted(loads, key=lambda it: (it.closed_at, it.id)):
            self._by_plate.setdefault(load.plate, []).append(load)
            if load.haul_id is not None:
                self._by_haul.setdefault((load.haul_day, load.haul_id), []).append(load)

    def of(self, arrival: Any, within: timedelta) -> Any | None:
        of_haul = self._by_haul.get((arrival.haul_day, arrival.haul_id), ())
        return _newest_fitting(of_haul, arrival, within) or _newest_fitting(
            self._by_plate.get(arrival.plate, ()), arrival, within
        )


def _newest_fitting(loads: Sequence[Any], arrival: Any, within: timedelta) -> Any | None:
    """Looked for from the newest, so that a season of one truck is not looked through for each of its arrivals."""
    for at in range(bisect_right(loads, arrival.opened_at, key=lambda it: it.closed_at) - 1, -1, -1):
        load = loads[at]
        if arrival.opened_at - load.closed_at > within:
            return None
        if load.destination_id in (None, arrival.place_id) and arrival.origin_yard_id in (None, load.place_id):
            return load
    return None
