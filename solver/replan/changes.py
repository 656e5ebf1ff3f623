"""The scenario as the events have changed it, such that the check can judge the plan after them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from solver.replan.events import Events, Out, minutes_within
from solver.scenario import MINUTES_PER_DAY, Outage, Scenario

Span = tuple[int, int]


def changed_scenario(scenario: Scenario, events: Events) -> Scenario:
    """The scenario with the extra fields and the weather of the events, without their outages."""
    return replace(
        scenario,
        fields=(*scenario.fields, *events.fields),
        workable_fraction_by_date={
            **scenario.workable_fraction_by_date,
            **{
                day: min(fraction, scenario.workable_fraction(day))
                for day, fraction in events.workable.items()
                if scenario.season_start <= day <= scenario.season_end
            },
        },
    )


def with_outages(
    scenario: Scenario,
    events: Events,
    now: datetime,
    begun: Mapping[date, Sequence[tuple[str, str, int, int]]],
) -> Scenario:
    """The scenario with an outage for every event that takes something away from `now` on. An outage leaves out what
    was `begun` (kind, id, from and until in minutes, by date): that is finished."""
    outages: list[Outage] = []
    for known in scenario.outages:
        cut = _begun(begun, known.kind, known.own_id, known.day)
        outages.extend(
            replace(known, from_min=first, until_min=until)
            for first, until in _without((known.from_min, known.until_min), cut)
        )
    for out in events.outs:
        day = max(out.start, now).date()
        while day <= scenario.season_end and datetime.combine(day, datetime.min.time()) < out.end:
            span = minutes_within(max(out.start, now), out.end, day)
            if span is not None:
                last = min(span[1], MINUTES_PER_DAY)
                cut = _begun(begun, out.kind, out.own_id, day)
                for first, until in _without((span[0], last), cut):
                    outages.append(Outage(out.kind, out.own_id, day, first, until, out.bays))
            day += timedelta(days=1)
    return replace(scenario, outages=tuple(dict.fromkeys(outages)))


def known_outs(scenario: Scenario) -> tuple[Out, ...]:
    """The outages that the scenario has already, as events."""
    outs = []
    for known in scenario.outages:
        midnight = datetime.combine(known.day, datetime.min.time())
        span = midnight + timedelta(minutes=known.from_min), midnight + timedelta(minutes=known.until_min)
        outs.append(Out(known.kind, known.own_id, *span, known.bays))
    return tuple(outs)


def _begun(begun: Mapping[date, Sequence[tuple[str, str, int, int]]], kind: str, own_id: str, day: date) -> list[Span]:
    """What was begun there, in minutes of the day, the night before it included."""
    return [
        (first - offset, last - offset)
        for of_day, offset in ((day, 0), (day - timedelta(days=1), MINUTES_PER_DAY))
        for its_kind, its_id, first, last in begun.get(of_day, ())
        if (its_kind, its_id) == (kind, own_id)
    ]


def _without(span: Span, cut: Sequence[Span]) -> list[Span]:
    """The parts of the span that none of `cut` covers."""
    parts, first = [], span[0]
    for a, b in sorted(cut):
        if b <= first or a >= span[1]:
            continue
        if a > first:
            parts.append((first, a))
        first = max(first, b)
    if first < span[1]:
        parts.append((first, span[1]))
    return parts
