"""How often a stack is probed, with how many probes, and when the next round is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from yard_rules.acceptance import AcceptanceKind, acceptance_table
from yard_rules.heat.ladder import HeatLevel
from yard_rules.rulebook import Figure, Rulebook, rulebook

_A_DAY = timedelta(days=1)


class IntervalReason(StrEnum):
    """Why a stack is probed as often as it is."""

    FRESH = "fresh"
    SETTLED = "settled"
    RAIN = "rain"
    MOISTURE = "moisture"  # stacked apart, or in the hot lane
    LEVEL = "level"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeInterval:
    """The longest time between two rounds, and what asks for it; `figures`: those of the reasons."""

    every: timedelta
    reasons: tuple[IntervalReason, ...]
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbingNeeds:
    """What decides how often a stack is probed, but for its heat.

    `rain_days`: days on which rain may have come through a roof or under a sheet. `stacking`: the wettest class of
    bales in it, where known.
    """

    last_addition: date
    rain_days: frozenset[date]
    stacking: AcceptanceKind | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbePlace:
    """Where a probe goes: height over the stack's height in per mille, and how deep."""

    height_permille: int
    depth_from_cm: int
    depth_to_cm: int


def probe_interval(
    needs: ProbingNeeds, level: HeatLevel, day: date, book: Rulebook | None = None, *, figures_of: date | None = None
) -> ProbeInterval:
    """Return how often a stack is probed on a day: the shortest interval of all that apply.

    `figures_of`: the day whose figures count, that day itself if left out. Raises NoFigure before 2023. Source:
    `*_probe_every_min`, `fresh_days`, `rain_days` of rulebooks/heat.toml; for bales stacked apart and the hot lane
    rulebooks/acceptance.toml.
    """
    book, figures_of = book or rulebook("heat"), figures_of or day
    age_days = (day - needs.last_addition).days
    rules: list[tuple[IntervalReason, timedelta, tuple[Figure, ...]]] = []

    def add(reason: IntervalReason, *names: str) -> None:
        found = tuple(book.figure(name, figures_of) for name in names)
        rules.append((reason, timedelta(minutes=int(found[0].value)), found))

    if age_days <= book.whole("fresh_days", figures_of):
        add(IntervalReason.FRESH, "fresh_probe_every_min", "fresh_days")
    else:
        add(IntervalReason.SETTLED, "settled_probe_every_min", "fresh_days")
    rained_on = timedelta(days=book.whole("rain_days", figures_of))
    if any(timedelta(0) <= day - rain <= rained_on for rain in needs.rain_days):
        add(IntervalReason.RAIN, "rain_probe_every_min", "rain_days")
    stacking = _stacking(needs.stacking, figures_of)
    if stacking is not None and (stacking[1] is None or age_days <= stacking[1]):
        rules.append((IntervalReason.MOISTURE, stacking[0], stacking[2]))
    if level > HeatLevel.NORMAL:
        add(IntervalReason.LEVEL, f"{level.name.lower()}_probe_every_min")
    every = min(interval for _reason, interval, _figures in rules)
    applying = [rule for rule in rules if rule[1] == every]
    return ProbeInterval(
        every=every,
        reasons=tuple(reason for reason, _interval, _figures in applying),
        figures=tuple(dict.fromkeys(figure for _reason, _interval, found in applying for figure in found)),
    )


def first_moment_after(
    heard: datetime,
    intervals: int,
    needs: ProbingNeeds,
    level: HeatLevel,
    day: date,
    book: Rulebook | None = None,
) -> datetime:
    """Return the first moment at which so many intervals have passed since `heard`, each day with its own interval.

    Days are those of the zone of `heard`; `day`: whose figures count. With one interval it is when the next round is
    due, with `lost_after_intervals` when a probe is lost. Rain that is known already may bring it forward; once it has
    passed, no later interval puts it off again.
    """
    on = heard.date()
    while True:
        reached = heard + intervals * probe_interval(needs, level, on, book, figures_of=day).every
        if reached.date() <= on:
            return max(reached, _begin_of(on, heard)) if on > heard.date() else reached
        on += _A_DAY


def probes_needed(mass_kg: int, day: date, book: Rulebook | None = None) -> int:
    """Return how many probes a stack of that mass has at least. Source: `kg_per_probe`, `least_probes`."""
    book = book or rulebook("heat")
    kg_per_probe = book.whole("kg_per_probe", day)
    return max(book.whole("least_probes", day), -(-max(0, mass_kg) // kg_per_probe))


def probe_places(mass_kg: int, day: date, book: Rulebook | None = None) -> tuple[ProbePlace, ...]:
    """Return a place for each probe that a stack needs: in turns the middle of the top third and mid-height.

    Heat rises, so the top gets the odd one. Along the stack they are spread evenly. Source: `probe_height_*`,
    `probe_depth_*` of rulebooks/heat.toml.
    """
    book = book or rulebook("heat")
    heights = [book.whole(f"probe_height_{name}_permille", day) for name in ("high", "low")]
    depth_from_cm, depth_to_cm = (book.whole(f"probe_depth_{name}_cm", day) for name in ("from", "to"))
    return tuple(
        ProbePlace(height_permille=heights[number % 2], depth_from_cm=depth_from_cm, depth_to_cm=depth_to_cm)
        for number in range(probes_needed(mass_kg, day, book))
    )


def _begin_of(day: date, like: datetime) -> datetime:
    return datetime.combine(day, time.min, like.tzinfo)


def _stacking(kind: AcceptanceKind | None, day: date) -> tuple[timedelta, int | None, tuple[Figure, ...]] | None:
    if kind is None:
        return None
    stacking = next(row.stacking for row in acceptance_table(day) if row.stacking.kind is kind)
    if stacking.probe_every_h is None:
        return None
    return timedelta(hours=stacking.probe_every_h), stacking.probe_for_days, stacking.figures
