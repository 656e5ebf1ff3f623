"""What a recycling point pays and gets, and who bears it (H19)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yard_rules.purchases import (
    PurchaseRates,
    purchase_cost,
    purchase_rates,
    recovery_least_permille,
    recovery_permille,
)
from yard_rules.rulebook import NoFigure

DAY = date(2026, 5, 12)


def test_film_is_bought_at_2_yuan_with_30_percent_for_the_point_and_both_halves_are_borne_by_city_and_town() -> None:
    rates = purchase_rates("film", DAY)
    cost = purchase_cost(rates, 120, is_recyclable=True)
    assert (cost.price_fen, cost.fee_fen) == (24_000, 7_200)
    assert (cost.city_fen, cost.town_fen) == (15_600, 15_600)
    assert cost.recycling_fen == 7_200
    assert purchase_cost(rates, 120, is_recyclable=False).recycling_fen == 0
    with pytest.raises(NoFigure):
        purchase_rates("film", date(2022, 12, 31))
    with pytest.raises(FileNotFoundError):
        purchase_rates("nobody buys by this", DAY)


@given(
    st.builds(
        PurchaseRates,
        buying_fen_per_kg=st.integers(0, 1000),
        handling_permille=st.integers(0, 1000),
        city_permille=st.integers(0, 1000),
        recycling_fen_per_kg=st.integers(0, 200),
    ),
    st.integers(0, 50_000),
    st.booleans(),
)
def test_no_fen_is_lost_between_city_and_town(rates: PurchaseRates, kg: int, is_recyclable: bool) -> None:
    cost = purchase_cost(rates, kg, is_recyclable=is_recyclable)
    whole = cost.price_fen + cost.fee_fen
    assert cost.city_fen + cost.town_fen == whole
    assert abs(1000 * cost.city_fen - whole * rates.city_permille) < 1000
    assert abs(2000 * cost.fee_fen - 2 * cost.price_fen * rates.handling_permille) <= 1000


def test_an_odd_fen_of_equal_parts_is_the_citys() -> None:
    rates = PurchaseRates(buying_fen_per_kg=199, handling_permille=300, city_permille=500, recycling_fen_per_kg=60)
    cost = purchase_cost(rates, 1, is_recyclable=False)
    assert (cost.price_fen, cost.fee_fen, cost.city_fen, cost.town_fen) == (199, 60, 130, 129)


def test_a_year_is_held_against_its_target() -> None:
    assert [recovery_least_permille("film", year) for year in (2023, 2024, 2026)] == [900, 920, 920]
    assert recovery_permille(915, 1000) == 915
    assert recovery_permille(5, 0) is None
