"""The roster of the watch (H30): somebody is in the yard day and night while straw is inside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations, pairwise

from yard_rules.finding import Finding, Severity
from yard_rules.rulebook import Figure, Rulebook, rulebook
from yard_rules.timed_finding import TimedFinding, finding_by_figures

_A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One person's watch, planned or kept; `ends` is None for who is still there."""

    shift_id: str
    who: str
    begins: datetime
    ends: datetime | None

    def __post_init__(self) -> None:
        if self.ends is not None and self.ends < self.begins:
            raise ValueError(f"shift {self.shift_id} ends before it begins")


@dataclass(frozen=True, slots=True, kw_only=True)
class StrawInside:
    """A time in which straw is in the yard; `ends` is None while it is."""

    begins: datetime
    ends: datetime | None


def roster_findings(
    yard_id: str,
    shifts: Sequence[Shift],
    straw: Iterable[StrawInside],
    *,
    begins: datetime,
    until: datetime,
    book: Rulebook | None = None,
) -> tuple[TimedFinding, ...]:
    """Return what is wrong with the watch from `begins` to `until`, by time; measured and required are minutes.

    - `watch_gap`: nobody there while straw is inside; required is none.
    - `watch_twice`: one person on two shifts at once.
    - `watch_overlap`: two people for longer than a hand-over (advice: it may be meant).
    - `watch_too_long`: one person for longer than `shift_most_min`; shifts that follow without a rest are one.
    - `watch_rest`: less than `rest_least_min` between two shifts of one person (advice).

    The same shift told twice counts once. What lies outside of the time asked about is not said, but for the whole of
    one person's watch or rest. Raises ValueError where `until` lies before `begins`. Sources: rulebooks/patrols.toml.
    """
    if until < begins:
        raise ValueError("a time that ends before it begins")
    figures = (book or rulebook("patrols")).in_force(until.date())
    known = list({shift.shift_id: shift for shift in shifts if shift.begins < until}.values())
    stays = [(max(it.begins, begins), min(it.ends or until, until)) for it in straw]
    found = [
        *_gaps(yard_id, known, stays, until, figures["watch_gap_min"]),
        *_overlaps(yard_id, known, begins, until, figures["handover_min"]),
        *_lengths(yard_id, known, begins, until, figures["shift_most_min"], figures["rest_least_min"]),
    ]
    days = int(figures["roster_mend_days"].value)
    timed = [_timed(it, days) for it in found]
    return tuple(sorted(timed, key=lambda it: (it.begins, it.finding.rule, it.finding.subject)))


def watch_gaps(
    yard_id: str,
    shifts: Sequence[Shift],
    straw: Iterable[StrawInside],
    *,
    begins: datetime,
    until: datetime,
    book: Rulebook | None = None,
) -> tuple[TimedFinding, ...]:
    """Return only the times in which nobody is there while straw is inside, as `roster_findings` does."""
    figures = (book or rulebook("patrols")).in_force(until.date())
    stays = [(max(it.begins, begins), min(it.ends or until, until)) for it in straw]
    known = [shift for shift in shifts if shift.begins < until]
    days = int(figures["roster_mend_days"].value)
    return tuple(_timed(it, days) for it in _gaps(yard_id, known, stays, until, figures["watch_gap_min"]))


_Found = tuple[str, tuple[str, ...], Severity, Figure, datetime, datetime]


def _gaps(
    yard_id: str, shifts: list[Shift], stays: list[tuple[datetime, datetime]], until: datetime, figure: Figure
) -> Iterator[_Found]:
    watched = _joined((shift.begins, shift.ends or until) for shift in shifts)
    for began, ended in _joined(stays):
        at = began
        for watch_began, watch_ended in [*watched, (ended, ended)]:
            gap_ended = min(watch_began, ended)
            if gap_ended - at > int(figure.value) * _A_MINUTE:
                yield "watch_gap", (yard_id,), Severity.MEND, figure, at, gap_ended
            at = max(at, watch_ended)


def _overlaps(yard_id: str, shifts: list[Shift], begins: datetime, until: datetime, figure: Figure) -> Iterator[_Found]:
    for one, other in combinations(sorted(shifts, key=lambda it: (it.begins, it.shift_id)), 2):
        began, ended = max(one.begins, other.begins, begins), min(one.ends or until, other.ends or until, until)
        if ended <= began:
            continue
        if one.who == other.who:
            yield "watch_twice", (yard_id, one.shift_id, other.shift_id), Severity.MEND, figure, began, ended
        elif ended - began > int(figure.value) * _A_MINUTE:
            yield "watch_overlap", (yard_id, one.shift_id, other.shift_id), Severity.ADVICE, figure, began, ended


def _lengths(
    yard_id: str, shifts: list[Shift], begins: datetime, until: datetime, most: Figure, rest: Figure
) -> Iterator[_Found]:
    for who in sorted({shift.who for shift in shifts}):
        watched = _joined((shift.begins, shift.ends or until) for shift in shifts if shift.who == who)
        for began, ended in watched:
            if ended - began > int(most.value) * _A_MINUTE and ended > begins:
                yield "watch_too_long", (yard_id, who), Severity.MEND, most, began, ended
        for (_began, ended), (next_began, _ended) in pairwise(watched):
            if next_began - ended < int(rest.value) * _A_MINUTE and next_began > begins:
                yield "watch_rest", (yard_id, who), Severity.ADVICE, rest, ended, next_began


def _timed(found: _Found, days: int) -> TimedFinding:
    rule, subject, severity, figure, began, ended = found
    return TimedFinding(
        finding=_finding(rule, subject, severity, figure, ended - began, days), begins=began, ends=ended
    )


def _finding(
    rule: str, subject: tuple[str, ...], severity: Severity, figure: Figure, lasted: timedelta, days: int
) -> Finding:
    required = 0.0 if rule == "watch_twice" else float(figure.value)
    return finding_by_figures(
        rule,
        subject,
        severity,
        () if rule == "watch_twice" else (figure,),
        measured=lasted / _A_MINUTE,
        required=required,
        unit="min",
        mend_days=days if severity is Severity.MEND else None,
    )


def _joined(times: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    joined: list[tuple[datetime, datetime]] = []
    for began, ended in sorted(times):
        if ended <= began:
            continue
        if joined and began <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], ended)
        else:
            joined.append((began, ended))
    return joined
