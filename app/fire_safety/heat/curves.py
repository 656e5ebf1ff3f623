"""The curves of a stack's heat: what its probes showed, each reading at its own moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from yard_rules.heat.readings import HeatReading

_MOST_CURVES: Final = 6
# More would lie one upon the other on a chart of half a screen.
MOST_POINTS: Final = 120
_A_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCurve:
    """What one probe showed, by time to the minute, in tenths of a degree Celsius."""

    probe: str
    points: Sequence[tuple[datetime, int]]


def heat_curves(readings: Iterable[HeatReading], begins: datetime, until: datetime) -> list[HeatCurve]:
    """Return the curves of the probes that were hottest in a time, the hottest first: at most six.

    Of two readings in one minute the hotter counts. A probe with more than MOST_POINTS keeps the hottest and the
    coldest of each of as many stretches of equal length as leave room, and its last reading.
    """
    by_probe: dict[str, dict[datetime, int]] = {}
    for reading in readings:
        if reading.temperature_dc is not None and begins <= reading.measured_at <= until:
            of_probe = by_probe.setdefault(reading.probe, {})
            minute = reading.measured_at.replace(second=0, microsecond=0)
            of_probe[minute] = max(reading.temperature_dc, of_probe.get(minute, reading.temperature_dc))
    hottest = sorted(by_probe, key=lambda probe: (-max(by_probe[probe].values()), probe))[:_MOST_CURVES]
    # The first reading may lie in the minute in which the time begins.
    return [
        HeatCurve(probe=probe, points=_thinned(sorted(by_probe[probe].items()), begins - _A_MINUTE, until))
        for probe in hottest
    ]


def _thinned(
    points: Sequence[tuple[datetime, int]], begins: datetime, until: datetime
) -> Sequence[tuple[datetime, int]]:
    if len(points) <= MOST_POINTS:
        return points
    stretch = (until - begins) / (MOST_POINTS // 2 - 1)
    kept = {points[-1]}
    for _number, group in groupby(points, key=lambda point: (point[0] - begins) // stretch):
        within = list(group)
        kept |= {max(within, key=lambda point: point[1]), min(within, key=lambda point: point[1])}
    return sorted(kept)
