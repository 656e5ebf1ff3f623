"""The roster of the watch: gaps, overlaps, shifts that are too long."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yard_rules.finding import Severity
from yard_rules.watch_roster import Shift, StrawInside, roster_findings

BEIJING = timezone(timedelta(hours=8))
HOUR = timedelta(hours=1)
DAWN = datetime(2026, 11, 12, 6, tzinfo=BEIJING)
ALWAYS = [StrawInside(begins=DAWN - 100 * HOUR, ends=None)]


def shift(who: str, begins_h: float, ends_h: float | None, shift_id: str | None = None) -> Shift:
    return Shift(
        shift_id=shift_id or f"{who}{begins_h}",
        who=who,
        begins=DAWN + begins_h * HOUR,
        ends=None if ends_h is None else DAWN + ends_h * HOUR,
    )


def found(
    *shifts: Shift, straw: list[StrawInside] = ALWAYS, hours: float = 24
) -> list[tuple[str, tuple[str, ...], float, float]]:
    told = roster_findings("Y01", shifts, straw, begins=DAWN, until=DAWN + hours * HOUR)
    return [
        (it.finding.rule, it.finding.subject[1:], (it.begins - DAWN) / HOUR, ((it.ends or DAWN) - DAWN) / HOUR)
        for it in told
    ]


def test_a_day_of_two_shifts_is_in_order() -> None:
    assert found(shift("A", 0, 12), shift("B", 12, 24)) == []
    assert found(shift("A", 0, 12.5), shift("B", 12, 24)) == [("watch_too_long", ("A",), 0, 12.5)]


def test_gaps_count_while_straw_is_inside_only() -> None:
    shifts = shift("A", 1, 8), shift("B", 8.5, 20)
    assert found(*shifts) == [("watch_gap", (), 0, 1), ("watch_gap", (), 8, 8.5), ("watch_gap", (), 20, 24)]
    inside = [
        StrawInside(begins=DAWN - HOUR, ends=DAWN + 0.5 * HOUR),
        StrawInside(begins=DAWN + 8.25 * HOUR, ends=DAWN + 19 * HOUR),
    ]
    assert found(*shifts, straw=inside) == [("watch_gap", (), 0, 0.5), ("watch_gap", (), 8.25, 8.5)]
    assert found(straw=[]) == []
    assert found() == [("watch_gap", (), 0, 24)]


def test_a_gap_is_to_be_mended_and_names_its_source() -> None:
    (gap,) = roster_findings("Y01", [shift("A", 0, 11)], ALWAYS, begins=DAWN, until=DAWN + 12 * HOUR)
    finding = gap.finding
    assert (finding.severity, finding.measured, finding.required, finding.unit) == (Severity.MEND, 60, 0, "min")
    assert (finding.ask_brigade, finding.bases[0].source[:3]) == (False, "H30")


def test_who_is_still_there_watches_until_now() -> None:
    assert found(shift("A", 0, None), hours=10) == []
    assert found(shift("A", 0, None), hours=13) == [("watch_too_long", ("A",), 0, 13)]


def test_one_person_cannot_watch_twice_at_once() -> None:
    told = found(shift("A", 0, 8), shift("A", 7, 12), shift("B", 12, 24))
    assert told == [("watch_twice", ("A0", "A7"), 7, 8)]
    # The same shift told twice is one.
    assert found(shift("A", 0, 12, "s"), shift("A", 0, 12, "s"), hours=12) == []


def test_two_people_for_longer_than_a_hand_over_are_looked_at() -> None:
    assert found(shift("A", 0, 8), shift("B", 7, 12), hours=12) == []
    assert found(shift("A", 0, 8), shift("B", 6, 12), hours=12) == [("watch_overlap", ("A0", "B6"), 6, 8)]


def test_shifts_without_a_rest_between_them_are_one_long_one() -> None:
    assert found(shift("A", 0, 8), shift("A", 8, 16), hours=16) == [("watch_too_long", ("A",), 0, 16)]
    told = found(shift("A", 0, 8), shift("B", 8, 12), shift("A", 12, 20), hours=20)
    assert told == [("watch_rest", ("A",), 8, 12)]


def test_a_long_watch_of_days_before_is_not_told_again() -> None:
    before = shift("A", -20, -1)
    assert found(before, shift("B", 0, 12), shift("C", 12, 24)) == []
    running = shift("A", -20, 1)
    assert ("watch_too_long", ("A",), -20, 1) in found(running, shift("B", 1, 12), shift("C", 12, 24))


def test_a_shift_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before"):
        shift("A", 2, 1)
    with pytest.raises(ValueError, match="ends before"):
        roster_findings("Y01", [], [], begins=DAWN, until=DAWN - HOUR)


@given(st.lists(st.tuples(st.integers(-10, 30), st.integers(0, 14), st.sampled_from("ABC")), max_size=8))
@settings(max_examples=40, deadline=None)
def test_gaps_and_watches_together_are_the_whole_time(rows: list[tuple[int, int, str]]) -> None:
    shifts = [shift(who, begins, begins + lasts, f"{n}") for n, (begins, lasts, who) in enumerate(rows)]
    gaps = [(begins, ends) for rule, _subject, begins, ends in found(*shifts) if rule == "watch_gap"]
    for half_hour in range(48):
        at = (half_hour + 0.5) / 2
        is_watched = any(begins <= at < begins + lasts for begins, lasts, _who in rows)
        assert is_watched != any(begins <= at < ends for begins, ends in gaps)
