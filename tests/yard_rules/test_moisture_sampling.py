from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yard_rules.certificates import CertificateState
from yard_rules.dry_straw import DryStrawMethod
from yard_rules.moisture_sampling import (
    Hint,
    HintKind,
    Probe,
    bale_numbers,
    calibration_state,
    readings_asked,
    sampling_plan,
    sampling_table,
    summarised,
)
from yard_rules.rulebook import NoFigure

TODAY = date(2026, 11, 12)


def probes(*by_bale: tuple[int, ...]) -> list[Probe]:
    """Return the readings of bales 1, 2, …"""
    return [Probe(bale_number=n, moisture_permille=m) for n, bale in enumerate(by_bale, 1) for m in bale]


any_probes = st.lists(
    st.builds(Probe, bale_number=st.integers(1, 12), moisture_permille=st.integers(0, 1000)), min_size=1, max_size=30
)


@pytest.mark.parametrize(
    ("bales", "to_probe"), [(1, 1), (2, 2), (3, 3), (8, 8), (10, 10), (11, 10), (48, 10), (240, 10)]
)
def test_ten_bales_are_probed_twice_each_and_all_where_there_are_fewer(bales: int, to_probe: int) -> None:
    plan = sampling_plan(bales, TODAY)
    assert (plan.bales_to_probe, plan.probes_per_bale, len(plan.bale_numbers)) == (to_probe, 2, to_probe)


def test_the_bales_of_a_truck_are_spread_over_its_load() -> None:
    assert sampling_plan(48, TODAY).bale_numbers == (3, 8, 13, 17, 22, 27, 32, 37, 41, 46)
    assert bale_numbers(8, 8) == (1, 2, 3, 4, 5, 6, 7, 8)
    assert bale_numbers(9, 1) == (5,)


@given(st.integers(1, 400), st.data())
def test_the_bales_to_probe_are_different_ones_that_exist_with_equal_gaps(bales: int, data: st.DataObject) -> None:
    to_probe = data.draw(st.integers(1, bales))
    numbers = bale_numbers(bales, to_probe)
    assert len(numbers) == to_probe
    assert list(numbers) == sorted(set(numbers))
    assert numbers[0] >= 1
    assert numbers[-1] <= bales
    gaps = {later - earlier for earlier, later in pairwise(numbers)}
    assert not gaps or max(gaps) - min(gaps) <= 1


@given(st.integers(1, 400))
def test_the_tablets_table_says_the_same_for_every_load(bales: int) -> None:
    found = next(plan for up_to, plan in sampling_table(TODAY) if up_to is None or bales <= up_to)
    asked = sampling_plan(bales, TODAY)
    assert (found.bales_to_probe, found.probes_per_bale) == (asked.bales_to_probe, asked.probes_per_bale)


def test_a_load_that_is_dry_beyond_doubt_needs_one_reading_in_each_of_two_bales() -> None:
    def asked(
        bales: int | None, *by_bale: tuple[int, ...], method: DryStrawMethod = DryStrawMethod.CAP
    ) -> tuple[int, int]:
        return readings_asked(bales, probes(*by_bale), method, TODAY)

    assert asked(48, (140,), (150,)) == asked(None, (140,), (150,)) == (2, 2)
    assert asked(48, (140,)) == asked(48, (140, 141)) == (1, 2)  # twice in one bale says nothing of another
    assert asked(1, (140,)) == (1, 1)
    assert asked(48, (140,), (151,)) == (2, 20)
    assert asked(48, *[(140, 140)] * 9, (140, 151)) == (20, 20)
    assert asked(48, (140,), (150,), method=DryStrawMethod.FULL) == (2, 20)  # every per mille is paid for


@given(st.integers(1, 60), any_probes)
def test_no_load_is_asked_for_more_than_its_plan_and_none_counts_more_than_asked(bales: int, load: list[Probe]) -> None:
    plan = sampling_plan(bales, TODAY)
    for method in DryStrawMethod:
        done, asked = readings_asked(bales, load, method, TODAY)
        assert 1 <= done <= asked <= plan.bales_to_probe * plan.probes_per_bale


def test_a_load_without_bales_or_with_too_few_cannot_be_sampled() -> None:
    with pytest.raises(ValueError, match="load of 0 bales"):
        sampling_plan(0, TODAY)
    for bales, to_probe in ((3, 4), (3, 0)):
        with pytest.raises(ValueError, match="of 3 bales"):
            bale_numbers(bales, to_probe)


def test_a_load_is_summed_up_in_mean_spread_and_its_wettest_bale() -> None:
    load = summarised(probes((180, 200), (190, 191), (210, 230)), TODAY)
    # The bales' means are 190, 190.5 and 220: mean 200.17, standard deviation 17.18, that of the mean 9.92.
    assert (load.bales, load.readings, load.mean_permille) == (3, 6, 200)
    assert (load.spread_permille, load.standard_error_permille) == (17, 10)
    assert (load.lowest_permille, load.highest_permille, load.wettest_bale_permille) == (180, 230, 220)
    assert load.hints == ()


def test_half_a_per_mille_goes_up() -> None:
    assert summarised(probes((300,), (301,), (300,), (301,)), TODAY).mean_permille == 301


def test_a_bale_probed_more_often_does_not_count_for_more() -> None:
    assert summarised(probes((100,), (200, 200, 200)), TODAY).mean_permille == 150


def test_one_number_from_the_meter_has_no_spread() -> None:
    load = summarised(probes((190,)), TODAY)
    assert (load.mean_permille, load.wettest_bale_permille, load.spread_permille) == (190, 190, None)
    assert load.standard_error_permille is None
    assert load.hints == (Hint(kind=HintKind.TOO_FEW_BALES),)


@given(any_probes)
def test_the_mean_lies_between_the_readings_and_under_the_wettest_bale(readings: list[Probe]) -> None:
    load = summarised(readings, TODAY)
    assert load.lowest_permille <= load.mean_permille <= load.wettest_bale_permille <= load.highest_permille
    assert load.readings == len(readings)
    assert load.bales == len({probe.bale_number for probe in readings})


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=20))
def test_the_spread_is_the_standard_deviation_of_the_bales(permilles: list[int]) -> None:
    load = summarised(probes(*((permille,) for permille in permilles)), TODAY)
    assert load.spread_permille == pytest.approx(stdev(Fraction(p) for p in permilles), abs=0.51)
    assert load.standard_error_permille is not None
    assert load.spread_permille is not None
    assert load.standard_error_permille <= load.spread_permille


@given(any_probes)
def test_the_order_of_the_readings_does_not_matter(readings: list[Probe]) -> None:
    assert summarised(readings, TODAY) == summarised(readings[::-1], TODAY)


def outliers(*permilles: int) -> list[int]:
    hints = summarised(probes(*((permille,) for permille in permilles)), TODAY).hints
    return [bale for hint in hints if hint.kind is HintKind.OUTLIER for bale in hint.bale_numbers]


def test_a_bale_far_from_the_others_is_an_outlier_and_stays_in_the_mean() -> None:
    assert outliers(180, 185, 190, 195, 340) == [5]
    assert outliers(180, 340, 185, 190, 60, 195, 188) == [2, 5]
    assert summarised(probes((180,), (185,), (190,), (195,), (340,)), TODAY).mean_permille == 218


def test_bales_that_merely_differ_are_no_outliers() -> None:
    assert outliers(150, 180, 210, 240, 270) == []
    assert outliers(190, 191, 190, 189, 215) == []  # far in their measure, yet within what two readings differ by


def test_among_bales_that_are_alike_the_odd_one_is_an_outlier() -> None:
    assert outliers(190, 190, 190, 190, 190, 190, 190, 190, 190, 320) == [10]


def test_four_bales_are_too_few_to_call_one_odd() -> None:
    assert outliers(180, 185, 190, 340) == []


def kinds(readings: list[Probe], bales_of_load: int | None = None) -> set[HintKind]:
    return {hint.kind for hint in summarised(readings, TODAY, bales_of_load=bales_of_load).hints}


def test_two_bales_are_too_few_unless_there_were_no_more() -> None:
    two = probes((180, 190), (200, 205))
    assert kinds(two) == kinds(two, bales_of_load=48) == {HintKind.TOO_FEW_BALES}
    assert kinds(two, bales_of_load=2) == set()


def test_readings_that_are_all_equal_are_doubted() -> None:
    assert kinds(probes((190, 190), (190, 190), (190, 190))) == {HintKind.ALL_EQUAL}
    assert kinds(probes((190, 190), (190, 190), (190, 191))) == set()
    assert HintKind.ALL_EQUAL not in kinds(probes((190,), (190,)))


def test_readings_that_no_meter_gives_are_pointed_out_with_their_bales() -> None:
    load = summarised(probes((190, 49), (50, 600), (601, 300)), TODAY)
    assert load.hints == (Hint(kind=HintKind.OUTSIDE_METER_RANGE, bale_numbers=(1, 3)),)


def test_what_is_no_moisture_is_refused() -> None:
    for permille in (-1, 1001):
        with pytest.raises(ValueError, match="per mille"):
            Probe(bale_number=1, moisture_permille=permille)
    with pytest.raises(ValueError, match="no readings"):
        summarised([], TODAY)


def test_a_meter_is_calibrated_until_a_day() -> None:
    states = [calibration_state(TODAY + timedelta(days=days), TODAY) for days in (31, 30, -1)]
    assert states == [CertificateState.VALID, CertificateState.EXPIRES_SOON, CertificateState.LAPSED]
    assert calibration_state(None, TODAY) is CertificateState.NONE


def test_nothing_is_known_before_the_plan() -> None:
    with pytest.raises(NoFigure):
        sampling_plan(10, date(2022, 12, 31))
