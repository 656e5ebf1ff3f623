"""Which readings count: late, doubled, with wrong clocks, nonsense."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yard_rules.heat.ladder import HeatLevel
from yard_rules.heat.readings import HeatReading
from yard_rules.heat.state import Cause, HeatStack, HeatState, Sensor, heat_state

BEIJING = timezone(timedelta(hours=8))
BEGAN = datetime(2026, 11, 1, 8, tzinfo=BEIJING)
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
STACK = HeatStack(stack_id="S1", since=BEGAN, last_addition=BEGAN, mass_kg=40_000)


def read(hours: float, celsius: float | None, probe: str = "P1", **told: object) -> HeatReading:
    """A sensor's reading so many hours after the stack was begun, received when it was measured unless told."""
    at = BEGAN + hours * HOUR
    values: dict[str, object] = {
        "probe": probe,
        "measured_at": at,
        "received_at": at,
        "temperature_dc": None if celsius is None else round(celsius * 10),
        **told,
    }
    return HeatReading(**values)  # type: ignore[arg-type]


def state(*readings: HeatReading, at_h: float | None = None, stack: HeatStack = STACK) -> HeatState:
    last = max(reading.received_at for reading in readings)
    return heat_state(stack, readings, moment=last if at_h is None else BEGAN + at_h * HOUR)


def test_what_is_not_received_yet_is_not_known() -> None:
    late = read(20, 70, received_at=BEGAN + 30 * HOUR)
    assert state(read(10, 40), late, at_h=29).level is HeatLevel.NORMAL
    assert state(read(10, 40), late, at_h=30).level is HeatLevel.EMERGENCY  # 30 degrees in ten hours


def test_a_late_hot_reading_counts_for_its_own_hour_and_ends_by_the_cooler_ones_after_it() -> None:
    steady = [read(hours, 48, is_by_hand=True) for hours in range(0, 120, 12)]
    hot = read(1, 56, received_at=BEGAN + 110 * HOUR, is_by_hand=True)
    known = state(*steady, hot, at_h=110)
    assert known.level is HeatLevel.WATCH
    assert known.hottest_dc == 480


@given(st.randoms(use_true_random=False))
@settings(max_examples=15)
def test_neither_the_order_nor_doubles_change_anything(chance: random.Random) -> None:
    readings = [read(hours, 30 + 4 * (hours % 7), f"P{hours % 3}") for hours in range(0, 60, 3)]
    readings += [read(30, 66, "P1"), read(30, None, "P1"), read(31, 150, "P2"), read(31, -40, "P2")]
    shuffled = [*readings, *chance.sample(readings, 10)]
    chance.shuffle(shuffled)
    assert state(*shuffled, at_h=70) == state(*readings, at_h=70)


def test_of_two_readings_of_a_probe_for_one_moment_the_hotter_counts() -> None:
    for pair in ((50, 58), (58, 50)):
        assert state(*(read(5, celsius) for celsius in pair)).level is HeatLevel.WARNING


@pytest.mark.parametrize("told_at", [datetime(1970, 1, 1, tzinfo=UTC), BEGAN + 40 * DAY])
def test_a_hot_reading_with_a_wrong_clock_counts_when_it_came(told_at: datetime) -> None:
    wrong = read(10, 57, measured_at=told_at)
    found = state(read(9, 50), wrong)
    assert found.level >= HeatLevel.WARNING
    assert found.reasons[0].measured_at == BEGAN + 10 * HOUR


def test_a_cool_reading_with_a_wrong_clock_ends_nothing() -> None:
    hot = read(0, 58, is_by_hand=True)
    lost = datetime(1970, 1, 1, tzinfo=UTC)
    cool = [read(hours, 30 + hours / 10, measured_at=lost, is_by_hand=True) for hours in (4, 13, 22, 40)]
    assert state(hot, *cool).level is HeatLevel.WARNING
    right = [read(hours, 30, is_by_hand=True) for hours in (4, 13, 22, 40)]
    assert state(hot, *right).level is HeatLevel.NORMAL


def test_a_reading_with_a_wrong_clock_that_is_told_twice_does_not_confirm_itself() -> None:
    lost = datetime(1970, 1, 1, tzinfo=UTC)
    quiet = [read(hours, 30) for hours in range(5)]
    jumped = [read(hours, 85, measured_at=lost) for hours in (5, 5.1)]
    assert state(*quiet, *jumped).level is HeatLevel.WARNING
    assert state(*quiet, jumped[0], read(5.1, 85)).level is HeatLevel.EMERGENCY


def test_a_clock_that_is_older_than_the_stack_by_more_than_a_day_is_wrong() -> None:
    def counted_at(hours: float) -> datetime | None:
        old = read(10, 57, measured_at=BEGAN + hours * HOUR)
        return state(old).reasons[0].measured_at

    assert counted_at(-23) == BEGAN - 23 * HOUR
    assert counted_at(-25) == BEGAN + 10 * HOUR


def test_a_clock_that_is_a_minute_ahead_is_right() -> None:
    ahead = read(10, 40, measured_at=BEGAN + 10 * HOUR + MINUTE)
    assert state(ahead).hottest_dc == 400


@pytest.mark.parametrize("celsius", [-40.0, 150.0, None])
def test_nonsense_is_a_broken_probe_and_no_temperature(celsius: float | None) -> None:
    found = state(read(0, 30), read(1, celsius))
    assert (found.level, found.reasons[0].cause, found.hottest_dc) == (HeatLevel.WARNING, Cause.NONSENSE, 300)
    assert found.reasons[0].probe == "P1"


def test_a_hot_probe_that_fails_upwards_may_have_burnt() -> None:
    assert state(read(0, 66), read(1, 150)).level is HeatLevel.EMERGENCY
    assert state(read(0, 66), read(1, -40)).level is HeatLevel.ALARM
    assert state(read(0, 47), read(1, 150)).level is HeatLevel.WARNING


def test_nonsense_ends_no_alarm() -> None:
    hot = [read(0, 66, is_by_hand=True), read(1, 60, is_by_hand=True)]
    assert state(*hot, *(read(hours, -40) for hours in range(2, 30, 2))).level is HeatLevel.ALARM
    assert state(*hot, read(3, 60, is_by_hand=True)).level is HeatLevel.WARNING


def test_a_probe_that_shows_nonsense_is_not_heard() -> None:
    stack = HeatStack(
        stack_id="S1",
        since=BEGAN,
        last_addition=BEGAN,
        mass_kg=40_000,
        sensors=(Sensor(probe="P1", placed_at=BEGAN, every=HOUR),),
    )
    found = state(read(0, 30), read(1, None), read(2, None), read(3, None), stack=stack)
    assert {reason.cause for reason in found.reasons} == {Cause.NONSENSE, Cause.LOST_PROBE}


def test_a_jump_is_a_warning_until_the_next_reading_confirms_it() -> None:
    quiet = [read(hours, 30) for hours in range(5)]
    jumped = state(*quiet, read(5, 85))
    assert (jumped.level, jumped.reasons[0].cause) == (HeatLevel.WARNING, Cause.JUMP)
    assert state(*quiet, read(5, 85), read(5.2, 84)).level is HeatLevel.EMERGENCY


def test_a_jump_that_is_not_confirmed_passes() -> None:
    quiet = [read(hours, 30) for hours in range(5)]
    after = [read(hours, 30) for hours in range(6, 60)]
    assert state(*quiet, read(5, 85), *after).level is HeatLevel.NORMAL
    # Eight hours apart, the first and the ninth are below a warning.
    assert [state(*quiet, read(5, 85), *after[:many]).level for many in (8, 9)] == [HeatLevel.WARNING, HeatLevel.WATCH]


@pytest.mark.parametrize("celsius", [85, 150, None])
def test_what_cannot_be_believed_is_measured_by_hand_within_a_quarter_of_an_hour(celsius: float | None) -> None:
    odd = state(*(read(hours, 30) for hours in range(5)), read(5, celsius))
    assert odd.next_probe_due == BEGAN + 5.25 * HOUR
    again = state(*(read(hours, 30) for hours in range(5)), read(5, celsius), read(5.1, 31, is_by_hand=True))
    assert again.next_probe_due == BEGAN + 13.1 * HOUR  # it stays a warning for eight hours
    hot = state(*(read(hours, 30) for hours in range(5)), read(5, celsius), read(5.1, 84, is_by_hand=True))
    assert hot.level is HeatLevel.EMERGENCY


def test_nonsense_between_two_hot_readings_confirms_nothing() -> None:
    quiet = [read(hours, 30) for hours in range(5)]
    flickering = [*quiet, read(5, 85), read(5.1, None), read(5.2, 85)]
    assert state(*flickering).level is HeatLevel.WARNING
    assert state(*flickering, read(5.3, 85)).level is HeatLevel.EMERGENCY


def test_a_jump_that_is_not_confirmed_is_no_rate() -> None:
    warm = [read(hours, 47) for hours in range(5)]
    assert state(*warm, read(5, 85)).level is HeatLevel.WARNING
    assert state(*warm, read(5, 85), read(6, 47)).level is HeatLevel.WARNING


def test_a_jump_that_is_confirmed_is_where_the_straw_cools_from() -> None:
    hot = [read(0, 40), read(5, 66), read(5.2, 66)]
    assert state(*hot, read(5.4, 15)).hottest_dc in (659, 660)


def test_a_jump_does_not_show_that_it_is_cooler() -> None:
    hot = [read(0, 66, is_by_hand=True), read(1, 50, is_by_hand=True)]
    assert state(*hot, read(3, 80)).level is HeatLevel.ALARM
    assert state(*hot, read(3, 53)).level is HeatLevel.WARNING


def test_a_jump_measured_by_hand_counts_at_once() -> None:
    assert state(read(0, 30), read(1, 76, is_by_hand=True)).level is HeatLevel.EMERGENCY


def test_the_first_reading_of_a_probe_has_nothing_to_jump_from() -> None:
    assert state(read(0, 76)).level is HeatLevel.EMERGENCY


def test_a_probe_that_fell_out_of_the_straw_does_not_end_an_alarm_within_hours() -> None:
    hot = [read(hours, 68) for hours in range(3)]
    fallen = [read(sixths / 6, 15) for sixths in range(13, 39)]
    found = state(*hot, *fallen)
    assert found.level is HeatLevel.ALARM
    # It cools by half a degree an hour at most.
    assert found.hottest_dc == 680 - 21


def test_a_reading_or_a_stack_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        HeatReading(probe="P", measured_at=datetime(2026, 1, 1), received_at=BEGAN, temperature_dc=1)
    with pytest.raises(ValueError, match="zone"):
        HeatStack(stack_id="S", since=datetime(2026, 1, 1), last_addition=BEGAN, mass_kg=1)
    with pytest.raises(ValueError, match="zone"):
        heat_state(STACK, [], moment=datetime(2026, 11, 12))
