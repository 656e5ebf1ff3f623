"""Patrols: intervals, due rounds, punctuality."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yard_rules.festivals import festival_night, festival_table
from yard_rules.finding import Severity
from yard_rules.heat.ladder import HeatLevel
from yard_rules.patrols.interval import (
    Conditions,
    Danger,
    PatrolReason,
    Weather,
    is_red_flag,
    patrol_interval,
)
from yard_rules.patrols.punctuality import patrol_findings, punctuality, round_findings
from yard_rules.patrols.rounds import DueState, NextRound, PointScan, Round, due_rounds, intervals_ahead, next_round

BEIJING = timezone(timedelta(hours=8))
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NOON = datetime(2026, 11, 12, 12, tzinfo=BEIJING)
POINTS = frozenset({"gate", "north", "south"})
STRAW = Conditions(since=NOON - 4 * HOUR, stock_kg=100_000)


def gone_round(ended: datetime, round_id: str | None = None, points: frozenset[str] = POINTS) -> Round:
    scans = tuple(PointScan(point=point, at=ended - number * 3 * MINUTE) for number, point in enumerate(sorted(points)))
    return Round(round_id=round_id or ended.isoformat(), who="A", scans=scans, received_at=ended)


def minutes(conditions: Conditions, at: datetime = NOON) -> float | None:
    every = patrol_interval(conditions, at).every
    return None if every is None else every / MINUTE


def test_no_straw_needs_no_patrol() -> None:
    assert minutes(replace(STRAW, stock_kg=0)) is None
    assert minutes(replace(STRAW, stock_kg=-500)) is None
    # Whatever the books say, what is hot is there.
    assert minutes(replace(STRAW, stock_kg=0, heat=HeatLevel.ALARM)) == 30


def test_a_round_that_was_due_is_not_asked_for_once_everybody_has_to_leave_and_again_after_the_release() -> None:
    left = Conditions(since=NOON + 4 * HOUR, stock_kg=50_000, heat=HeatLevel.EMERGENCY, is_left=True)
    released = Conditions(since=NOON + 6 * HOUR, stock_kg=50_000, heat=HeatLevel.WARNING)

    def following(moment: datetime, *conditions: Conditions) -> NextRound:
        return next_round((replace(STRAW, since=NOON), *conditions), (), points=frozenset({"A"}), moment=moment)

    assert following(NOON + 3 * HOUR).is_overdue
    assert following(NOON + 5 * HOUR).is_overdue
    told = following(NOON + 5 * HOUR, left)
    assert (told.due_at, told.is_due, told.is_overdue) == (None, False, False)
    assert following(NOON + 6.5 * HOUR, left, released).due_at == NOON + 7 * HOUR


def test_nobody_goes_round_a_yard_that_everybody_has_left() -> None:
    assert minutes(replace(STRAW, heat=HeatLevel.EMERGENCY)) == 15
    assert minutes(replace(STRAW, heat=HeatLevel.EMERGENCY, is_left=True)) is None


@pytest.mark.parametrize(
    ("changed", "at", "every_min", "reason"),
    [
        ({}, NOON, 120, PatrolReason.STOCK),
        ({"stock_kg": 200_000}, NOON, 90, PatrolReason.MUCH_STOCK),
        ({}, NOON + 6 * HOUR, 90, PatrolReason.NIGHT),
        ({}, NOON - 6 * HOUR - MINUTE, 90, PatrolReason.NIGHT),
        ({}, NOON - 6 * HOUR, 120, PatrolReason.STOCK),
        ({"weather": Weather(humidity_permille=349, wind_force=2)}, NOON, 60, PatrolReason.RED_FLAG),
        ({"weather": Weather(humidity_permille=800, wind_force=6)}, NOON, 60, PatrolReason.RED_FLAG),
        ({"weather": Weather(humidity_permille=350, wind_force=5)}, NOON, 120, PatrolReason.STOCK),
        ({"heat": HeatLevel.WATCH}, NOON, 90, PatrolReason.HEAT_WATCH),
        ({"heat": HeatLevel.WARNING}, NOON, 60, PatrolReason.HEAT_WARNING),
        ({"heat": HeatLevel.ALARM}, NOON, 30, PatrolReason.HEAT_ALARM),
        ({"heat": HeatLevel.EMERGENCY}, NOON, 15, PatrolReason.HEAT_EMERGENCY),
        ({}, datetime(2027, 2, 6, 0, 30, tzinfo=BEIJING), 30, PatrolReason.FESTIVAL_NIGHT),
        *[({"dangers": frozenset({danger})}, NOON, None, PatrolReason(danger.value)) for danger in Danger],
    ],
)
def test_the_shortest_interval_that_applies_holds_and_says_why(
    changed: dict[str, object], at: datetime, every_min: int | None, reason: PatrolReason
) -> None:
    interval = patrol_interval(replace(STRAW, **changed), at)  # type: ignore[arg-type]
    assert interval.reasons == (reason,)
    assert interval.figures[0].source
    assert every_min is None or interval.every == every_min * MINUTE
    assert interval.every is not None
    assert interval.every <= 120 * MINUTE


def test_several_reasons_for_the_same_interval_are_all_named() -> None:
    night = replace(STRAW, stock_kg=300_000)
    assert set(patrol_interval(night, NOON + 8 * HOUR).reasons) == {PatrolReason.MUCH_STOCK, PatrolReason.NIGHT}


def test_unknown_weather_is_no_red_flag() -> None:
    assert not is_red_flag(None, NOON)


@pytest.mark.parametrize(
    ("at", "name"),
    [
        (datetime(2026, 2, 16, 16, 59, tzinfo=BEIJING), None),
        (datetime(2026, 2, 16, 17, tzinfo=BEIJING), "spring_festival"),
        (datetime(2026, 2, 17, 1, 59, tzinfo=BEIJING), "spring_festival"),
        (datetime(2026, 2, 17, 2, tzinfo=BEIJING), None),
        (datetime(2026, 2, 23, 1, tzinfo=BEIJING), "spring_festival"),
        (datetime(2026, 2, 24, 1, tzinfo=BEIJING), None),
        (datetime(2026, 4, 5, 20, tzinfo=BEIJING), "qingming"),
        (datetime(2027, 1, 1, 0, 30, tzinfo=BEIJING), "new_years_eve"),
    ],
)
def test_festival_nights_last_from_dusk_until_after_midnight(at: datetime, name: str | None) -> None:
    found = festival_night(at)
    assert (found.name if found else None) == name


def test_the_table_of_festivals_has_each_once_a_year_without_gaps() -> None:
    table = festival_table()
    years = range(2024, table.covers_until.year + 1)
    for name in {nights.name for nights in table.nights}:
        # By the day on which it begins, New Year's Eve of the lunar year may fall into either year.
        assert sorted(nights.last.year for nights in table.nights if nights.name == name) == list(years)
    assert not table.verified
    assert table.covers_until == date(2030, 12, 31)


def coming(at: datetime, *rounds: Round, conditions: tuple[Conditions, ...] = (STRAW,)) -> NextRound:
    return next_round(conditions, rounds, points=POINTS, moment=at)


def test_the_first_round_is_due_an_interval_after_straw_came() -> None:
    assert coming(NOON - 3 * HOUR).due_at == NOON - 2 * HOUR
    assert not coming(NOON - 2 * HOUR - MINUTE).is_due
    assert coming(NOON - 2 * HOUR).is_due


def test_a_round_is_overdue_ten_minutes_after_it_was_due() -> None:
    done = gone_round(NOON)
    assert [coming(NOON + 2 * HOUR + late * MINUTE, done).is_overdue for late in (0, 10, 11)] == [False, False, True]
    assert coming(NOON + 9 * HOUR, done).alarm_at == NOON + 2 * HOUR + 10 * MINUTE


def test_heat_brings_the_next_round_forward_at_once() -> None:
    hot = replace(STRAW, since=NOON + HOUR, heat=HeatLevel.ALARM)
    found = coming(NOON + HOUR, gone_round(NOON), conditions=(STRAW, hot))
    assert (found.due_at, found.is_due) == (NOON + HOUR, True)


def test_the_morning_puts_a_round_off_and_the_evening_brings_it_forward() -> None:
    morning = datetime(2026, 11, 13, 5, 0, tzinfo=BEIJING)
    assert coming(morning, gone_round(morning)).due_at == morning + 2 * HOUR
    evening = datetime(2026, 11, 12, 16, 20, tzinfo=BEIJING)
    # At six the interval becomes 90 minutes, of which 100 have passed.
    assert coming(evening, gone_round(evening)).due_at == evening + 100 * MINUTE


def test_how_often_rounds_are_due_is_known_ahead_until_straw_is_gone() -> None:
    told = intervals_ahead((STRAW,), moment=NOON, until=NOON + 36 * HOUR)
    assert [(at, it.every) for at, it in told] == [
        (NOON, 120 * MINUTE),
        (NOON + 6 * HOUR, 90 * MINUTE),
        (NOON + 18 * HOUR, 120 * MINUTE),
        (NOON + 30 * HOUR, 90 * MINUTE),
    ]
    gone = replace(STRAW, since=NOON + 8 * HOUR, stock_kg=0)
    assert len(intervals_ahead((STRAW, gone), moment=NOON, until=NOON + 36 * HOUR)) == 2
    assert intervals_ahead((gone,), moment=NOON + 9 * HOUR, until=NOON + 36 * HOUR) == ()


def test_the_clock_is_the_county_s_whatever_zone_a_round_was_told_in() -> None:
    evening = datetime(2026, 11, 12, 16, 20, tzinfo=BEIJING)
    told = gone_round(evening.astimezone(UTC))
    assert coming(evening, told).due_at == evening + 100 * MINUTE


def test_nothing_is_due_when_the_straw_is_gone_and_a_new_beginning_starts_anew() -> None:
    gone = replace(STRAW, since=NOON + HOUR, stock_kg=0)
    back = replace(STRAW, since=NOON + 3 * HOUR)
    found = coming(NOON + 2 * HOUR, gone_round(NOON), conditions=(STRAW, gone))
    assert (found.due_at, found.interval.every, found.is_overdue) == (None, None, False)
    assert coming(NOON + 4 * HOUR, gone_round(NOON), conditions=(STRAW, gone, back)).due_at == NOON + 5 * HOUR


def test_a_round_counts_only_when_it_saw_every_point_and_the_server_knows() -> None:
    partial = gone_round(NOON, points=frozenset({"gate", "north"}))
    assert coming(NOON, partial).last_at is None
    (missing,) = round_findings("Y01", partial, points=POINTS)
    assert (missing.rule, missing.subject[2:], missing.measured, missing.required) == (
        "patrol_points_missing",
        ("south",),
        2,
        3,
    )
    unsent = replace(gone_round(NOON), received_at=NOON + HOUR)
    assert coming(NOON + 30 * MINUTE, unsent).last_at is None
    assert coming(NOON + HOUR, unsent).last_at == NOON
    ahead = replace(gone_round(NOON + HOUR), received_at=NOON)
    assert coming(NOON, ahead).last_at == NOON


def test_a_round_ends_with_its_last_new_point() -> None:
    done = gone_round(NOON)
    lingering = replace(
        done,
        scans=(*done.scans, PointScan(point="gate", at=NOON + HOUR)),
        received_at=NOON + 2 * HOUR,
    )
    assert lingering.ended_at(POINTS) == NOON


def test_points_scanned_faster_than_one_walks_are_odd() -> None:
    scans = tuple(
        PointScan(point=point, at=NOON + number * timedelta(seconds=5)) for number, point in enumerate(POINTS)
    )
    (odd,) = round_findings("Y01", Round(round_id="R", who="A", scans=scans, received_at=NOON), points=POINTS)
    assert (odd.rule, odd.measured, odd.required, odd.severity) == ("patrol_points_too_fast", 5, 15, Severity.ADVICE)
    assert round_findings("Y01", gone_round(NOON), points=POINTS) == ()


def course(until: datetime, *ended: datetime) -> list[tuple[DueState, datetime | None]]:
    rounds = [gone_round(at) for at in ended]
    return [
        (due.state, due.done_at) for due in due_rounds([replace(STRAW, since=NOON)], rounds, points=POINTS, until=until)
    ]


def test_every_due_round_is_punctual_late_missed_open_or_overdue() -> None:
    two, four = NOON + 2 * HOUR, NOON + 4 * HOUR
    assert course(NOON + HOUR) == []
    assert course(two + 5 * MINUTE) == [(DueState.OPEN, None)]
    assert course(two + 15 * MINUTE) == [(DueState.OVERDUE, None)]
    assert course(four, two + 10 * MINUTE) == [(DueState.PUNCTUAL, two + 10 * MINUTE)]
    assert course(four, two + 11 * MINUTE) == [(DueState.LATE, two + 11 * MINUTE)]
    assert course(four + 5 * MINUTE, four + 2 * MINUTE) == [
        (DueState.MISSED, None),
        (DueState.PUNCTUAL, four + 2 * MINUTE),
    ]
    # An early round counts, and the next is due from it on.
    assert course(NOON + 3 * HOUR, NOON + HOUR) == [(DueState.PUNCTUAL, NOON + HOUR), (DueState.OPEN, None)]


def test_long_silence_is_as_many_missed_rounds_as_it_lasted() -> None:
    # Two hours each until six, ninety minutes then: due at 14, 16, 18 (as night falls), 19:30, 21, 22:30.
    states = course(NOON + 10.5 * HOUR)
    assert [state for state, _at in states] == [DueState.MISSED] * 5 + [DueState.OPEN]
    told = due_rounds([replace(STRAW, since=NOON)], [], points=POINTS, until=NOON + 10.6 * HOUR)
    assert {due.since for due in told} == {NOON}


def test_a_wait_begins_when_straw_comes_back() -> None:
    begun = replace(STRAW, since=NOON)
    gone = replace(STRAW, since=NOON + HOUR, stock_kg=0)
    back = replace(STRAW, since=NOON + 3 * HOUR)
    told = due_rounds([begun, gone, back], [], points=POINTS, until=NOON + 5 * HOUR)
    assert [(due.since, due.due_at) for due in told] == [(NOON + 3 * HOUR, NOON + 5 * HOUR)]


def test_punctuality_is_counted_without_what_is_still_open() -> None:
    until = NOON + 8.5 * HOUR
    rounds = [gone_round(NOON + 2 * HOUR), gone_round(NOON + 4.5 * HOUR)]
    told = due_rounds([replace(STRAW, since=NOON)], rounds, points=POINTS, until=until)
    found = punctuality(told, until)
    assert (found.due, found.punctual, found.late, found.missed, found.permille) == (4, 1, 2, 1, 250)
    assert found.longest_wait == 4 * HOUR
    nothing = punctuality([], until)
    assert (nothing.permille, nothing.longest_wait) == (None, timedelta(0))


def test_findings_name_the_rounds_that_did_not_come_with_their_times() -> None:
    until = NOON + 8.5 * HOUR
    rounds = [gone_round(NOON + 2 * HOUR), gone_round(NOON + 4.5 * HOUR, "late")]
    told = due_rounds([replace(STRAW, since=NOON)], rounds, points=POINTS, until=until)
    found = patrol_findings("Y01", told, until=until)
    assert [(it.finding.rule, it.finding.severity) for it in found] == [
        ("patrol_round_late", Severity.ADVICE),
        ("patrol_round_missed", Severity.MEND),
        ("patrol_round_overdue", Severity.MEND),
        ("patrol_unpunctual", Severity.MEND),
    ]
    late = found[0]
    assert (late.finding.subject, late.begins, late.ends) == (("Y01", "late"), NOON + 4 * HOUR, NOON + 4.5 * HOUR)
    assert (late.finding.measured, late.finding.required, late.finding.unit) == (150, 120, "min")
    assert late.finding.ask_brigade
    assert late.as_json()["begins"] == "2026-11-12T16:00:00+08:00"


def test_somebody_is_told_in_time_to_continue_the_table_of_festivals() -> None:
    late = datetime(2030, 11, 15, tzinfo=BEIJING)
    assert [it.finding.rule for it in patrol_findings("Y01", [], until=late)] == ["festival_table_ends"]
    assert patrol_findings("Y01", [], until=NOON) == ()


@given(
    st.lists(st.integers(0, 36 * 60), max_size=25),
    st.lists(st.tuples(st.integers(0, 36 * 60), st.sampled_from([50_000, 250_000]), st.sampled_from(HeatLevel))),
)
@settings(max_examples=25, deadline=None)
def test_no_wait_is_longer_than_an_interval_without_being_told(
    ended: list[int], changes: list[tuple[int, int, HeatLevel]]
) -> None:
    until = NOON + 36 * HOUR
    conditions = [replace(STRAW, since=NOON)] + [
        Conditions(since=NOON + at * MINUTE, stock_kg=stock, heat=heat) for at, stock, heat in changes
    ]
    rounds = [gone_round(NOON + at * MINUTE) for at in set(ended)]
    told = due_rounds(conditions, rounds, points=POINTS, until=until)
    assert [due.due_at for due in told] == sorted(due.due_at for due in told)
    for due in told:
        if due.state is DueState.PUNCTUAL:
            assert due.done_at is not None
            assert due.done_at <= due.alarm_at
            assert due.interval.every is not None
    # The interval is never longer than two hours, and ten minutes of grace.
    times = [NOON, *(NOON + at * MINUTE for at in sorted(set(ended))), until + timedelta(microseconds=1)]
    for before, after in pairwise(times):
        if after - before > 130 * MINUTE + timedelta(microseconds=1):
            assert any(due.since == before and due.state is not DueState.PUNCTUAL for due in told)


@given(
    st.lists(st.integers(0, 72 * 60), max_size=30),
    st.lists(st.tuples(st.integers(0, 72 * 60), st.sampled_from([0, 50_000, 250_000]), st.sampled_from(HeatLevel))),
    st.integers(0, 72 * 60),
)
@settings(max_examples=25, deadline=None)
def test_what_was_due_by_a_moment_stays_so_when_more_time_has_passed(
    ended: list[int], changes: list[tuple[int, int, HeatLevel]], known_min: int
) -> None:
    then, until = NOON + known_min * MINUTE, NOON + 72 * HOUR
    conditions = [replace(STRAW, since=NOON)] + [
        Conditions(since=NOON + at * MINUTE, stock_kg=stock, heat=heat) for at, stock, heat in changes
    ]
    rounds = [gone_round(NOON + at * MINUTE) for at in set(ended)]
    before = due_rounds(conditions, rounds, points=POINTS, until=then)
    now = due_rounds(conditions, rounds, points=POINTS, until=until)
    assert [due.due_at for due in before] == [due.due_at for due in now if due.due_at <= then]
    settled = [due for due in before if due.state in (DueState.PUNCTUAL, DueState.LATE, DueState.MISSED)]
    assert settled == [due for due in now[: len(before)] if due in settled]
    following = next_round(conditions, rounds, points=POINTS, moment=until)
    open_or_overdue = [due.due_at for due in now if due.state in (DueState.OPEN, DueState.OVERDUE)]
    assert not open_or_overdue or following.is_due
