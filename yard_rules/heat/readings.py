"""Which readings count, and for when: late ones, doubled ones, ones with a wrong clock, nonsense."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from yard_rules.heat.ladder import tenths
from yard_rules.rulebook import Rulebook

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatReading:
    """One reading in tenths of a degree Celsius; None where the probe sent something that is no number.

    `probe`: the sensor's id, or the place in the stack where somebody held the probe. `measured_at` by the probe's own
    clock, `received_at` by the server's; both know their zone.
    """

    probe: str
    measured_at: datetime
    received_at: datetime
    temperature_dc: int | None
    is_by_hand: bool = False

    def __post_init__(self) -> None:
        if self.measured_at.tzinfo is None or self.received_at.tzinfo is None:
            raise ValueError(f"a reading of {self.probe} without a time zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedReading:
    """A reading at the moment for which it counts.

    `temperature_dc` is None where the value cannot be one: `is_above_believed` tells on which side it lies. A reading
    whose clock was wrong (`is_clock_wrong`) may raise a level, never lower one.
    """

    at: datetime
    temperature_dc: int | None
    is_by_hand: bool
    is_above_believed: bool
    is_clock_wrong: bool
    told: HeatReading


def counted_by_probe(
    readings: Iterable[HeatReading], *, since: datetime, until: datetime, day: date, book: Rulebook
) -> dict[str, list[CountedReading]]:
    """Return, for each probe, its readings in the order of the moments for which they count.

    `since`: when the first bales came; a clock that says more than a day earlier is wrong, as is one that is ahead of
    the server's: those readings count for when they first came. Readings received after `until` are not known yet. Of
    two of one probe for one moment the hotter counts; what is no temperature gives way to what is one. A temperature
    outside of what the figures `lowest_believed_c` and `highest_believed_c` allow is none. The order of `readings` does
    not matter.
    """
    lowest_dc = tenths(book.figure("lowest_believed_c", day))
    highest_dc = tenths(book.figure("highest_believed_c", day))
    ahead = timedelta(seconds=book.whole("clock_ahead_s", day))
    by_moment: dict[str, dict[datetime, CountedReading]] = {}
    # Without a clock to trust, the same told twice would count twice: only the first to come does.
    told: set[tuple[str, datetime, int | None]] = set()
    for reading in sorted(readings, key=lambda it: it.received_at):
        if reading.received_at > until:
            break
        is_clock_wrong = not since - _A_DAY <= reading.measured_at <= reading.received_at + ahead
        if is_clock_wrong:
            if (same := (reading.probe, reading.measured_at, reading.temperature_dc)) in told:
                continue
            told.add(same)
        at = reading.received_at if is_clock_wrong else min(reading.measured_at, reading.received_at)
        value_dc = reading.temperature_dc
        is_believed = value_dc is not None and lowest_dc <= value_dc <= highest_dc
        counted = CountedReading(
            at=at,
            temperature_dc=value_dc if is_believed else None,
            is_by_hand=reading.is_by_hand,
            is_above_believed=value_dc is not None and value_dc > highest_dc,
            is_clock_wrong=is_clock_wrong,
            told=reading,
        )
        of_probe = by_moment.setdefault(reading.probe, {})
        if at not in of_probe or _weight(counted) > _weight(of_probe[at]):
            of_probe[at] = counted
    return {probe: [held[at] for at in sorted(held)] for probe, held in sorted(by_moment.items())}


def _weight(reading: CountedReading) -> tuple[bool, int, bool, bool, bool, datetime]:
    """By which of two for one moment counts; complete, so that the order in which they came does not matter."""
    return (
        reading.temperature_dc is not None,
        reading.temperature_dc or 0,
        reading.is_above_believed,
        not reading.is_clock_wrong,
        reading.is_by_hand,
        reading.told.received_at,
    )
