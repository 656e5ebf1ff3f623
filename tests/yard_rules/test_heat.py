"""The ladder of heat: levels, what they ask for, how they end, and what must hold for any readings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.yard_rules.test_heat_readings import BEGAN, BEIJING, DAY, HOUR, STACK, read, state
from yard_rules.acceptance import AcceptanceKind
from yard_rules.audiences import Audience
from yard_rules.heat.ladder import Ban, HeatLevel, Task, ladder
from yard_rules.heat.readings import HeatReading
from yard_rules.heat.schedule import IntervalReason, probe_places, probes_needed
from yard_rules.heat.state import Cause, EndsBy, HeatState, Sensor, heat_state
from yard_rules.rulebook import RULEBOOKS_FOLDER, read_rulebook

TODAY = date(2026, 11, 12)
NORMAL, WATCH, WARNING, ALARM, EMERGENCY = HeatLevel


def by_hand(hours: float, celsius: float, probe: str = "P1") -> HeatReading:
    return read(hours, celsius, probe, is_by_hand=True)


@pytest.mark.parametrize(
    ("celsius", "level"),
    [
        (-20, NORMAL),
        (44.9, NORMAL),
        (45, WATCH),
        (54.9, WATCH),
        (55, WARNING),
        (64.9, WARNING),
        (65, ALARM),
        (74.9, ALARM),
        (75, EMERGENCY),
        (130, EMERGENCY),
    ],
)
def test_the_hottest_probe_decides(celsius: float, level: HeatLevel) -> None:
    found = state(by_hand(1, celsius, "hot"), by_hand(1, 20 if celsius > 20 else -25, "cool"))
    assert (found.level, found.hottest_dc, found.hottest_probe) == (level, round(celsius * 10), "hot")


def test_every_level_says_how_often_to_probe_what_is_forbidden_what_to_do_and_whom_to_tell() -> None:
    rungs = ladder(TODAY)
    assert [rung.probe_every for rung in rungs] == [None, DAY, 8 * HOUR, 2 * HOUR, HOUR / 4]
    assert [rung.bans for rung in rungs] == [
        (),
        (Ban.MORE_BALES,),
        (Ban.MORE_BALES, Ban.LOADING),
        (Ban.MORE_BALES, Ban.LOADING),
        (Ban.MORE_BALES, Ban.LOADING, Ban.OPENING),
    ]
    assert [rung.tasks for rung in rungs] == [
        (),
        (Task.PLAN_DISPATCH,),
        (Task.OPEN, Task.CHECK_WET_LINE, Task.DISPATCH_FIRST),
        (
            Task.CHARGE_HOSE,
            Task.SECOND_PERSON,
            Task.CLEAR_NEIGHBOURS,
            Task.TAKE_DOWN,
            Task.CHECK_WET_LINE,
            Task.DISPATCH_FIRST,
        ),
        (Task.CALL_119, Task.EVACUATE, Task.STOP_VENTILATION),
    ]
    assert Audience.MANAGER in rungs[WARNING].told
    assert Audience.BRIGADE in rungs[ALARM].told
    assert Audience.BRIGADE not in rungs[WARNING].told
    assert set(rungs[EMERGENCY].told) == set(Audience)


def test_a_rise_of_five_degrees_a_day_raises_one_level() -> None:
    assert state(by_hand(0, 46), by_hand(24, 50.9)).level is WATCH
    raised = state(by_hand(0, 46), by_hand(24, 51))
    assert (raised.level, raised.reasons[0].cause) == (WARNING, Cause.RISE)
    assert state(by_hand(0, 30), by_hand(48, 39.9)).level is NORMAL
    assert state(by_hand(0, 30), by_hand(48, 40)).level is WATCH
    assert state(by_hand(0, 66), by_hand(20, 71)).level is EMERGENCY


def test_a_rise_within_hours_counts_like_one_within_a_day() -> None:
    assert state(by_hand(0, 46), by_hand(3, 51)).level is WARNING
    # It rose more than a day ago and has been even since.
    even = [by_hand(24 + 12 * step, 40) for step in range(7)]
    assert state(by_hand(0, 30), *even).level is NORMAL


def test_ten_degrees_in_a_day_above_fifty_five_are_an_emergency() -> None:
    fast = state(by_hand(0, 47), by_hand(24, 57))
    assert (fast.level, fast.reasons[0].cause) == (EMERGENCY, Cause.FAST_RISE)
    assert state(by_hand(0, 44), by_hand(24, 54.9)).level is WARNING
    assert state(by_hand(0, 47.1), by_hand(24, 57)).level is ALARM


def test_smoke_is_an_emergency_until_people_release_the_stack() -> None:
    cool = [by_hand(hours, 30) for hours in range(0, 100, 4)]
    told = heat_state(STACK, cool, moment=BEGAN + 99 * HOUR, smoke=[BEGAN + 10 * HOUR])
    assert (told.level, told.since, told.endings[0].by) == (EMERGENCY, BEGAN + 10 * HOUR, EndsBy.RELEASE)
    before = heat_state(STACK, cool, moment=BEGAN + 9 * HOUR, smoke=[BEGAN + 10 * HOUR])
    assert before.level is NORMAL
    released = heat_state(
        STACK, cool, moment=BEGAN + 15 * HOUR, smoke=[BEGAN + 10 * HOUR], releases=[BEGAN + 14 * HOUR]
    )
    assert (released.level, released.reasons[0].cause) == (WARNING, Cause.RELEASED)
    later = heat_state(STACK, cool, moment=BEGAN + 24 * HOUR, smoke=[BEGAN + 10 * HOUR], releases=[BEGAN + 14 * HOUR])
    assert later.level is WATCH
    again = heat_state(
        STACK,
        cool,
        moment=BEGAN + 90 * HOUR,
        smoke=[BEGAN + 10 * HOUR, BEGAN + 80 * HOUR],
        releases=[BEGAN + 14 * HOUR],
    )
    assert again.level is EMERGENCY


def test_a_level_is_left_after_two_readings_below_it_an_interval_apart() -> None:
    hot = [by_hand(0, 57), by_hand(1, 57)]
    assert state(*hot, by_hand(8, 50)).level is WARNING
    assert state(*hot, by_hand(8, 50), by_hand(15.9, 50)).level is WARNING
    assert state(*hot, by_hand(8, 50), by_hand(16, 50)).level is WATCH
    interrupted = [*hot, by_hand(8, 52), by_hand(12, 56), by_hand(16, 52)]
    assert state(*interrupted, by_hand(17, 52)).level is WARNING
    assert state(*interrupted, by_hand(24, 52)).level is WATCH


def test_how_many_readings_it_takes_is_a_setting(tmp_path: Path) -> None:
    text = (RULEBOOKS_FOLDER / "heat.toml").read_text(encoding="utf-8")
    three = tmp_path / "heat.toml"
    three.write_text(
        text.replace(
            'unit = "readings"\n\n[[readings_to_leave.values]]\nsince = 2023-01-01\nvalue = 2',
            'unit = "readings"\n\n[[readings_to_leave.values]]\nsince = 2023-01-01\nvalue = 3',
        ),
        encoding="utf-8",
    )
    book = read_rulebook(three)
    below = [by_hand(8, 50), by_hand(17, 50)]
    two = heat_state(STACK, [by_hand(0, 57), *below], moment=BEGAN + 18 * HOUR, book=book)
    assert two.level is WARNING
    third = by_hand(18, 50)
    assert heat_state(STACK, [by_hand(0, 57), *below, third], moment=BEGAN + 18 * HOUR, book=book).level is WATCH
    released = {"moment": BEGAN + 18 * HOUR, "releases": [BEGAN + HOUR], "book": book}
    assert heat_state(STACK, below, **released).level is WARNING  # type: ignore[arg-type]
    assert heat_state(STACK, [*below, third], **released).level is WATCH  # type: ignore[arg-type]


def test_what_may_end_a_level_is_told() -> None:
    hot = by_hand(0, 57)
    ending = state(hot).endings[0]
    assert (ending.by, ending.below_dc, ending.readings, ending.apart) == (EndsBy.READINGS, 550, 2, 8 * HOUR)
    assert ending.not_before is None
    begun = state(hot, by_hand(8, 50)).endings[0]
    assert begun.not_before == BEGAN + 16 * HOUR
    assert begun.reason.is_held


def test_an_emergency_does_not_end_by_readings() -> None:
    cool = [by_hand(hours, 30) for hours in range(1, 200, 2)]
    found = state(by_hand(0, 76), *cool)
    assert (found.level, found.endings[0].by) == (EMERGENCY, EndsBy.RELEASE)
    released = heat_state(STACK, [by_hand(0, 76), *cool], moment=BEGAN + 199 * HOUR, releases=[BEGAN + 100 * HOUR])
    assert released.level is NORMAL


def test_after_a_release_a_hot_reading_counts_again() -> None:
    readings = [by_hand(0, 76), by_hand(12, 66)]
    found = heat_state(STACK, readings, moment=BEGAN + 13 * HOUR, releases=[BEGAN + 10 * HOUR])
    assert found.level is ALARM


def test_a_silent_sensor_is_lost_after_twice_its_interval() -> None:
    stack = replace(STACK, sensors=(Sensor(probe="P1", placed_at=BEGAN, every=HOUR),))
    readings = [read(hours, 30) for hours in range(4)] + [by_hand(5, 30, "hand")]
    assert state(*readings, at_h=5, stack=stack).level is NORMAL
    assert state(*readings, at_h=4, stack=stack).changes_at == BEGAN + 5 * HOUR
    lost = state(*readings, at_h=5.1, stack=stack)
    assert (lost.level, lost.reasons[0].cause, lost.reasons[0].probe) == (WARNING, Cause.LOST_PROBE, "P1")
    assert (lost.since, lost.endings[0].by) == (BEGAN + 5 * HOUR, EndsBy.BEING_HEARD)
    assert state(*readings, read(6, 30), stack=stack).level is NORMAL
    withdrawn = replace(stack, sensors=(replace(stack.sensors[0], withdrawn_at=BEGAN + 4.5 * HOUR),))
    assert state(*readings, at_h=5.1, stack=withdrawn).level is NORMAL


def test_a_sensor_that_never_reported_is_lost_too() -> None:
    stack = replace(STACK, sensors=(Sensor(probe="new", placed_at=BEGAN + HOUR, every=HOUR),))
    assert state(by_hand(1, 30), at_h=2.9, stack=stack).level is NORMAL
    assert state(by_hand(1, 30), at_h=3.1, stack=stack).level is WARNING


def test_a_stack_that_nobody_probes_is_a_warning_after_two_days() -> None:
    assert heat_state(STACK, [], moment=BEGAN + 48 * HOUR).level is NORMAL
    found = heat_state(STACK, [], moment=BEGAN + 48.1 * HOUR)
    assert (found.level, found.reasons[0].cause, found.hottest_dc) == (WARNING, Cause.NOT_PROBED, None)


def test_a_stack_is_probed_daily_for_three_weeks_and_weekly_then() -> None:
    def due_after(days: float, **told: object) -> tuple[timedelta, tuple[IntervalReason, ...]]:
        at = days * 24
        found = heat_state(STACK, [by_hand(at, 30)], moment=BEGAN + at * HOUR, **told)  # type: ignore[arg-type]
        return found.next_probe_due - found.moment, found.interval.reasons

    assert due_after(20) == (DAY, (IntervalReason.FRESH,))
    # On the last fresh day the next round falls on a day for which a week is enough.
    assert due_after(21)[0] == 7 * DAY
    assert due_after(22) == (7 * DAY, (IntervalReason.SETTLED,))
    rain = date(2026, 11, 23) + DAY
    assert due_after(22, rain_days=[date(2026, 11, 23)]) == (DAY, (IntervalReason.RAIN,))
    assert due_after(22, rain_days=[rain])[0] == DAY
    # Rain in three days brings the round forward to that day's beginning.
    assert due_after(22, rain_days=[date(2026, 11, 26)])[0] == 2 * DAY + 16 * HOUR
    assert due_after(40, rain_days=[date(2026, 11, 23)])[0] == 7 * DAY


def test_a_new_addition_begins_the_three_weeks_anew() -> None:
    stack = replace(STACK, last_addition=BEGAN + 20 * DAY)
    found = heat_state(stack, [by_hand(30 * 24, 30)], moment=BEGAN + 30 * DAY)
    assert found.interval.reasons == (IntervalReason.FRESH,)


def test_the_hot_lane_is_probed_daily_as_long_as_it_stands() -> None:
    found = heat_state(
        replace(STACK, stacking=AcceptanceKind.HOT_LANE), [by_hand(60 * 24, 30)], moment=BEGAN + 60 * DAY
    )
    assert (found.interval.every, found.interval.reasons) == (DAY, (IntervalReason.MOISTURE,))
    apart = heat_state(
        replace(STACK, stacking=AcceptanceKind.STACK_APART), [by_hand(60 * 24, 30)], moment=BEGAN + 60 * DAY
    )
    assert apart.interval.every == 7 * DAY


def test_a_warm_stack_is_probed_as_its_level_says() -> None:
    found = state(by_hand(0, 66), at_h=1)
    assert found.next_probe_due == BEGAN + 2 * HOUR
    assert not found.is_overdue
    assert state(by_hand(0, 66), at_h=2.5).is_overdue


def test_a_stack_has_a_probe_for_each_25_tonnes_and_three_at_least() -> None:
    assert [probes_needed(tonnes * 1000, TODAY) for tonnes in (-1, 0, 50, 75, 76, 100, 101)] == [3, 3, 3, 3, 4, 4, 5]
    places = probe_places(50_000, TODAY)
    assert [place.height_permille for place in places] == [830, 500, 830]
    assert {(place.depth_from_cm, place.depth_to_cm) for place in places} == {(100, 150)}


def test_probes_that_were_read_lately_are_counted_against_those_needed() -> None:
    found = state(by_hand(0, 30, "old"), by_hand(40, 30, "a"), by_hand(50, 30, "b"))
    assert (found.probes_heard, found.probes_needed) == (2, 3)


def test_a_county_may_have_figures_of_its_own(tmp_path: Path) -> None:
    text = (RULEBOOKS_FOLDER / "heat.toml").read_text(encoding="utf-8")
    stricter = tmp_path / "heat.toml"
    stricter.write_text(text.replace("value = 45\n", "value = 40\n"), encoding="utf-8")
    assert heat_state(STACK, [by_hand(0, 41)], moment=BEGAN, book=read_rulebook(stricter)).level is WATCH


def test_every_reason_names_its_figures_and_their_sources() -> None:
    found = state(by_hand(0, 47), by_hand(24, 57), by_hand(24, 70, "other"))
    names = {figure.name for reason in found.reasons for figure in reason.figures}
    assert names == {"fast_rise_c_per_day", "fast_rise_above_c", "emergency_from_c", "alarm_from_c"}
    assert all(figure.source and not figure.verified for figure in found.figures)


# What holds for any readings, of two probes over four days.
temperatures = st.integers(-200, 1100)
series = st.lists(st.tuples(st.integers(0, 96 * 60), temperatures, st.sampled_from("AB"), st.booleans()), max_size=14)


def made(rows: list[tuple[int, int, str, bool]], plus_dc: int = 0) -> list[HeatReading]:
    return [
        HeatReading(
            probe=probe,
            measured_at=BEGAN + timedelta(minutes=minutes),
            received_at=BEGAN + timedelta(minutes=minutes),
            temperature_dc=value_dc + plus_dc,
            is_by_hand=is_by_hand,
        )
        for minutes, value_dc, probe, is_by_hand in rows
    ]


def at_the_end(readings: list[HeatReading], after: timedelta = timedelta(0)) -> HeatState:
    return heat_state(STACK, readings, moment=BEGAN + 4 * DAY + after)


@given(series, st.integers(0, 190))
@settings(max_examples=40, deadline=None)
def test_everything_hotter_by_as_much_never_gives_a_lower_level(
    rows: list[tuple[int, int, str, bool]], plus_dc: int
) -> None:
    assert at_the_end(made(rows, plus_dc)).level >= at_the_end(made(rows)).level


@given(series.filter(bool), st.integers(0, 190))
@settings(max_examples=40, deadline=None)
def test_a_hotter_last_reading_never_gives_a_lower_level(rows: list[tuple[int, int, str, bool]], plus_dc: int) -> None:
    rows = sorted(rows, key=lambda row: row[:2])
    minutes, value_dc, probe, is_by_hand = rows[-1]
    hotter = [*rows[:-1], (minutes, value_dc + plus_dc, probe, is_by_hand)]
    assert at_the_end(made(hotter)).level >= at_the_end(made(rows)).level


@given(series.filter(bool), series)
@settings(max_examples=40, deadline=None)
def test_one_more_probe_never_gives_a_lower_level(
    rows: list[tuple[int, int, str, bool]], more: list[tuple[int, int, str, bool]]
) -> None:
    rows = [*rows, (96 * 60, 200, "A", True)]  # so that nobody was silent
    others = [(minutes, value_dc, "C", is_by_hand) for minutes, value_dc, _probe, is_by_hand in more]
    assert at_the_end(made([*rows, *others])).level >= at_the_end(made(rows)).level


@given(series, st.integers(0, 60 * 24 * 40))
@settings(max_examples=30, deadline=None)
def test_silence_never_gives_a_lower_level(rows: list[tuple[int, int, str, bool]], minutes: int) -> None:
    later = at_the_end(made(rows), timedelta(minutes=minutes))
    assert later.level >= at_the_end(made(rows)).level


@given(series, st.integers(550, 1300), st.booleans())
@settings(max_examples=40, deadline=None)
def test_a_hot_reading_more_is_at_least_a_warning_at_once(
    rows: list[tuple[int, int, str, bool]], value_dc: int, is_by_hand: bool
) -> None:
    before = at_the_end(made(rows)).level
    more = heat_state(
        STACK, made([*rows, (96 * 60 + 1, value_dc, "A", is_by_hand)]), moment=BEGAN + 4 * DAY + timedelta(minutes=1)
    )
    assert more.level >= WARNING
    if is_by_hand and value_dc >= 750:
        assert more.level is EMERGENCY
    # One reading alone ends a level only where another before it was below it already.
    if before is EMERGENCY:
        assert more.level is EMERGENCY


def test_days_are_those_of_the_county() -> None:
    # Half past midnight of the twenty-third in the county, still the twenty-second in Greenwich.
    stack = replace(STACK, last_addition=datetime(2026, 11, 1, 0, 30, tzinfo=BEIJING))
    moment = datetime(2026, 11, 23, 0, 30, tzinfo=BEIJING)
    reading = by_hand((moment - BEGAN) / HOUR, 30)
    assert heat_state(stack, [reading], moment=moment).interval.reasons == (IntervalReason.SETTLED,)
    earlier = by_hand((moment - BEGAN) / HOUR - 1, 30)
    fresh = heat_state(stack, [earlier], moment=moment - timedelta(hours=1))
    assert fresh.interval.reasons == (IntervalReason.FRESH,)
