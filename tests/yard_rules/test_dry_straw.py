from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yard_rules.dry_straw import DryStrawMethod, dry_straw_kg, dry_straw_ratios
from yard_rules.rounding import whole_kg
from yard_rules.rulebook import NoFigure

TODAY = date(2026, 11, 12)
CAP, FULL = DryStrawMethod.CAP, DryStrawMethod.FULL
nets_kg = st.integers(0, 100_000)
moistures_permille = st.integers(0, 1000)
methods = st.sampled_from(DryStrawMethod)


@pytest.mark.parametrize(
    ("moisture_permille", "cap", "full"),
    [
        (150, "1.000", "1.214"),
        (200, "1.000", "1.143"),
        (300, "1.000", "1.000"),
        (350, "0.929", "0.929"),
        (400, "0.857", "0.857"),
        (500, "0.714", "0.714"),
    ],
)
def test_the_factors_are_those_of_the_published_table(moisture_permille: int, cap: str, full: str) -> None:
    for method, factor in ((CAP, cap), (FULL, full)):
        per_1000_t = dry_straw_kg(1_000_000, moisture_permille, method=method, day=TODAY)
        assert (Decimal(per_1000_t) / 1_000_000).quantize(Decimal("0.001")) == Decimal(factor)


def test_straw_counts_as_weighed_up_to_thirty_per_cent_unless_the_other_reading_is_chosen() -> None:
    assert dry_straw_kg(11_260, 150, day=TODAY) == 11_260
    assert dry_straw_kg(11_260, 150, method=FULL, day=TODAY) == 13_673  # 11,260 x 850 / 700 = 13,672.86
    assert dry_straw_kg(11_260, 301, day=TODAY) == 11_244  # 11,260 x 699 / 700 = 11,243.91


def test_half_a_kilogram_goes_up() -> None:
    assert dry_straw_kg(350, 301, day=TODAY) == 350  # 349.5
    assert [whole_kg(Fraction(n, 2)) for n in (1, 2, 3, -1, -3)] == [1, 1, 2, -1, -2]
    assert [whole_kg(Decimal(kg)) for kg in ("0.4999", "0.5", "-0.5", "0")] == [0, 1, -1, 0]


@given(nets_kg, moistures_permille)
def test_capped_straw_never_counts_more_than_it_weighs_nor_more_than_in_full(net_kg: int, permille: int) -> None:
    capped = dry_straw_kg(net_kg, permille, day=TODAY)
    assert 0 <= capped <= net_kg
    assert capped <= dry_straw_kg(net_kg, permille, method=FULL, day=TODAY)


@given(nets_kg, st.integers(300, 1000))
def test_both_readings_agree_from_the_base_moisture_on(net_kg: int, permille: int) -> None:
    assert dry_straw_kg(net_kg, permille, day=TODAY) == dry_straw_kg(net_kg, permille, method=FULL, day=TODAY)


@given(nets_kg, st.integers(0, 999), methods)
def test_wetter_straw_never_counts_more(net_kg: int, permille: int, method: DryStrawMethod) -> None:
    drier, wetter = (dry_straw_kg(net_kg, m, method=method, day=TODAY) for m in (permille, permille + 1))
    assert wetter <= drier


@pytest.mark.parametrize("method", DryStrawMethod)
def test_a_browser_computes_the_same_kilograms_from_the_ratios_at_every_moisture(method: DryStrawMethod) -> None:
    denominator, numerators = dry_straw_ratios(method, TODAY)
    assert len(numerators) == 1001
    for net_kg in (0, 1, 7, 20, 349, 350, 860, 5_500, 11_260, 49_000, 99_999):
        for moisture_permille, numerator in enumerate(numerators):
            in_browser = (2 * net_kg * numerator + denominator) // (2 * denominator)
            assert in_browser == dry_straw_kg(net_kg, moisture_permille, method=method, day=TODAY)


@given(nets_kg, moistures_permille, methods)
def test_a_browser_computes_the_same_kilograms_for_any_load(net_kg: int, permille: int, method: DryStrawMethod) -> None:
    denominator, numerators = dry_straw_ratios(method, TODAY)
    in_browser = (2 * net_kg * numerators[permille] + denominator) // (2 * denominator)
    assert in_browser == dry_straw_kg(net_kg, permille, method=method, day=TODAY)
    assert 2 * net_kg * max(numerators) < 2**53  # exact in a browser's numbers


@pytest.mark.parametrize(("net_kg", "permille"), [(-1, 200), (1000, -1), (1000, 1001)])
def test_impossible_loads_are_refused(net_kg: int, permille: int) -> None:
    with pytest.raises(ValueError, match=r"(net weight|moisture) of"):
        dry_straw_kg(net_kg, permille, day=TODAY)


def test_nothing_is_known_before_the_plan() -> None:
    with pytest.raises(NoFigure):
        dry_straw_kg(1000, 200, day=date(2022, 12, 31))
