from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yard_rules.certificates import CertificateState
from yard_rules.rulebook import NoFigure, rulebook
from yard_rules.vehicle_limits import legal_gross_by_payload_kg, legal_gross_kg
from yard_rules.weighing import (
    Overload,
    StoredTareState,
    TareDrift,
    is_double_weighing,
    is_multiple_of_division,
    net_uncertainty_kg,
    net_weight,
    overload,
    stored_tare_state,
    tare_drift,
    two_weights_tolerance_kg,
    verification_state,
)

TODAY = date(2026, 11, 12)
weights_kg = st.integers(1, 120_000)


def test_the_figures_of_the_gate_are_those_of_the_design() -> None:
    figures = {name: figure.value for name, figure in rulebook("weighing").in_force(TODAY).items()}
    expected = {
        "steady_window_s": 3,
        "steady_spread_divisions": 1,
        "steady_frames": 10,
        "fresh_s": 2,
        "on_threshold_kg": 500,
        "off_threshold_kg": 100,
        "zero_warn_kg": 20,
        "zero_block_kg": 60,
        "minimum_divisions": 20,
        "double_weighing_min": 10,
        "pair_within_h": 24,
        "stored_tare_days": 30,
        "tare_drift_permille": 10,
        "tare_drift_kg": 60,
        "tare_alarm_permille": 30,
        "tare_alarm_kg": 100,
        "overload_warn_permille": 0,
        "overload_block_permille": 50,
        "two_weights_permille": 10,
        "two_weights_divisions": 2,
        "clock_skew_s": 120,
        "unsent_red_min": 120,
    }
    assert {name: figures[name] for name in expected} == expected


def test_eighteen_tonnes_gross_and_seven_tare_are_eleven_net() -> None:
    weight = net_weight(18_460, 7_200)
    assert (weight.gross_kg, weight.tare_kg, weight.net_kg, weight.is_loaded_first) == (18_460, 7_200, 11_260, True)


@given(weights_kg, weights_kg)
def test_net_is_the_same_in_either_order_and_never_negative(first_kg: int, second_kg: int) -> None:
    if first_kg == second_kg:
        with pytest.raises(ValueError, match="no load"):
            net_weight(first_kg, second_kg)
        return
    one, other = net_weight(first_kg, second_kg), net_weight(second_kg, first_kg)
    assert (one.gross_kg, one.tare_kg, one.net_kg) == (other.gross_kg, other.tare_kg, other.net_kg)
    assert one.net_kg > 0
    assert one.gross_kg - one.tare_kg == one.net_kg
    assert one.is_loaded_first != other.is_loaded_first


@pytest.mark.parametrize(("first_kg", "second_kg"), [(0, 7_200), (18_460, 0), (-20, 7_200)])
def test_a_truck_that_weighs_nothing_is_refused(first_kg: int, second_kg: int) -> None:
    with pytest.raises(ValueError, match="more than nothing"):
        net_weight(first_kg, second_kg)


def test_a_weight_that_the_scale_cannot_show_is_known() -> None:
    assert is_multiple_of_division(18_460, 20)
    assert is_multiple_of_division(-20, 20)
    assert not is_multiple_of_division(18_450, 20)
    assert is_multiple_of_division(18_450, 10)
    with pytest.raises(ValueError, match="division of 0 kg"):
        is_multiple_of_division(18_460, 0)


def test_a_light_trucks_load_is_sure_to_two_to_four_per_cent_only() -> None:
    assert (net_uncertainty_kg(10, TODAY), net_uncertainty_kg(20, TODAY)) == (20, 40)
    assert [net_uncertainty_kg(e, TODAY) * 100 // 900 for e in (10, 20)] == [2, 4]


def test_yard_and_plant_may_differ_by_one_per_cent_or_two_divisions() -> None:
    assert two_weights_tolerance_kg(5_500, 20, TODAY) == 55
    assert two_weights_tolerance_kg(900, 20, TODAY) == 40
    assert two_weights_tolerance_kg(4_000, 20, TODAY) == 40


def test_a_stored_tare_is_good_for_thirty_days() -> None:
    states = {days: stored_tare_state(TODAY - timedelta(days=days), TODAY) for days in (0, 30, 31, -1)}
    assert states == {
        0: StoredTareState.VALID,
        30: StoredTareState.VALID,
        31: StoredTareState.EXPIRED,
        -1: StoredTareState.NONE,
    }
    assert stored_tare_state(None, TODAY) is StoredTareState.NONE


@pytest.mark.parametrize(
    ("new_kg", "drift"),
    [
        (7_200, TareDrift.NONE),
        (7_260, TareDrift.NONE),
        (7_261, TareDrift.WARN),  # more than 60 kg
        (7_139, TareDrift.WARN),
        (7_300, TareDrift.WARN),
        (7_301, TareDrift.ALARM),  # more than 100 kg
        (7_099, TareDrift.ALARM),
    ],
)
def test_a_heavy_trucks_tare_drifts_by_kilograms(new_kg: int, drift: TareDrift) -> None:
    assert tare_drift(new_kg, [7_200], day=TODAY) is drift


@pytest.mark.parametrize(
    ("new_kg", "drift"),
    [
        (2_525, TareDrift.NONE),  # one per cent
        (2_526, TareDrift.WARN),
        (2_575, TareDrift.WARN),  # three per cent
        (2_576, TareDrift.ALARM),
    ],
)
def test_a_light_trucks_tare_drifts_by_its_share(new_kg: int, drift: TareDrift) -> None:
    assert tare_drift(new_kg, [2_500], day=TODAY) is drift


def test_what_the_scale_cannot_tell_apart_is_no_drift() -> None:
    assert tare_drift(2_540, [2_500], day=TODAY) is TareDrift.WARN
    assert tare_drift(2_540, [2_500], day=TODAY, division_kg=20) is TareDrift.NONE
    assert tare_drift(2_560, [2_500], day=TODAY, division_kg=20) is TareDrift.WARN


def test_one_bad_tare_of_the_past_does_not_count() -> None:
    assert tare_drift(7_200, [7_180, 9_000, 7_220], day=TODAY) is TareDrift.NONE
    assert tare_drift(9_000, [7_180, 9_000, 7_220], day=TODAY) is TareDrift.ALARM
    assert tare_drift(9_000, [], day=TODAY) is TareDrift.NONE


@pytest.mark.parametrize(
    ("gross_kg", "found"),
    [(18_000, Overload.NONE), (18_001, Overload.WARN), (18_899, Overload.WARN), (18_900, Overload.BLOCK)],
)
def test_overload_warns_at_the_legal_limit_and_blocks_at_five_per_cent_more(gross_kg: int, found: Overload) -> None:
    assert overload(gross_kg, legal_gross_kg(2, TODAY), TODAY) is found


def test_nothing_is_overloaded_where_the_limit_is_not_known() -> None:
    assert legal_gross_kg(None, TODAY) is None
    assert legal_gross_kg(6, TODAY) == 49_000
    assert overload(60_000, None, TODAY) is Overload.NONE


@pytest.mark.parametrize(
    ("payload_t", "limit_kg"), [(1.6, 4_500), (5, 18_000), (9, 18_000), (16, 36_000), (18, 36_000), (30, 49_000)]
)
def test_without_axles_the_payload_tells_what_a_truck_may_weigh(payload_t: float, limit_kg: int) -> None:
    assert legal_gross_by_payload_kg(payload_t, TODAY) == limit_kg


@pytest.mark.parametrize(("minutes", "is_double"), [(0, True), (10, True), (11, False), (-10, True), (-11, False)])
def test_the_same_plate_within_ten_minutes_is_weighed_twice(minutes: int, is_double: bool) -> None:
    last = datetime(2026, 11, 12, 9, 30, tzinfo=UTC)
    assert is_double_weighing(last, last + timedelta(minutes=minutes), TODAY) is is_double


@pytest.mark.parametrize(
    ("days_left", "state", "may_be_used"),
    [
        (31, CertificateState.VALID, True),
        (30, CertificateState.EXPIRES_SOON, True),
        (0, CertificateState.EXPIRES_SOON, True),
        (-1, CertificateState.LAPSED, False),
        (None, CertificateState.NONE, False),
    ],
)
def test_a_scale_weighs_for_trade_only_while_its_verification_lasts(
    days_left: int | None, state: CertificateState, may_be_used: bool
) -> None:
    until = None if days_left is None else TODAY + timedelta(days=days_left)
    assert verification_state(until, TODAY) is state
    assert state.may_be_used is may_be_used


def test_before_its_first_day_a_verification_is_none() -> None:
    until = TODAY + timedelta(days=200)
    first_days = (TODAY + timedelta(days=1), TODAY, TODAY - timedelta(days=1))
    states = [verification_state(until, TODAY, certified_from=first_day) for first_day in first_days]
    assert states == [CertificateState.NONE, CertificateState.VALID, CertificateState.VALID]


def test_nothing_is_known_before_the_plan() -> None:
    with pytest.raises(NoFigure):
        overload(20_000, 18_000, date(2022, 12, 31))
