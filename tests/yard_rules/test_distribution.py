from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yard_rules.distribution import BonusPer, Collected, Formula, distribution, is_cut

FORMULAS = st.builds(
    Formula,
    base_fen_per_t=st.integers(0, 30_000),
    bonus_per=st.sampled_from(BonusPer),
    bonus_fen=st.integers(0, 20_000),
)
BODIES = st.lists(
    st.builds(
        Collected,
        dry_kg=st.integers(0, 500_000),
        removed_centimu=st.integers(0, 50_000),
        removed_kg=st.integers(0, 500_000),
    ),
    min_size=1,
    max_size=12,
)


@given(st.integers(0, 10**9), FORMULAS, BODIES)
def test_the_parts_are_exactly_what_was_paid(amount: int, formula: Formula, bodies: list[Collected]) -> None:
    parts = distribution(amount, formula, bodies)
    assert sum(it.amount_fen for it in parts) == amount
    assert all(min(it.base_fen, it.bonus_fen, it.rest_fen) >= 0 for it in parts)


def test_base_bonus_and_the_rest_by_weight() -> None:
    formula = Formula(base_fen_per_t=10_000, bonus_per=BonusPer.MU, bonus_fen=500)
    bodies = [
        Collected(dry_kg=10_000, removed_centimu=2_000, removed_kg=0),
        Collected(dry_kg=30_000, removed_centimu=0, removed_kg=0),
    ]
    first, second = distribution(600_000, formula, bodies)
    assert (first.base_fen, first.bonus_fen, first.rest_fen) == (100_000, 10_000, 47_500)
    assert (second.base_fen, second.bonus_fen, second.rest_fen) == (300_000, 0, 142_500)
    assert not is_cut(600_000, formula, bodies)


def test_a_bonus_per_tonne_counts_what_came_off_such_fields() -> None:
    formula = Formula(base_fen_per_t=0, bonus_per=BonusPer.T, bonus_fen=3_000)
    parts = distribution(60_000, formula, [Collected(dry_kg=4_000, removed_centimu=9, removed_kg=2_500)])
    assert (parts[0].bonus_fen, parts[0].rest_fen) == (7_500, 52_500)


def test_where_there_is_too_little_base_and_bonus_are_cut_alike() -> None:
    formula = Formula(base_fen_per_t=15_000, bonus_per=BonusPer.T, bonus_fen=15_000)
    bodies = [Collected(dry_kg=1_000, removed_centimu=0, removed_kg=1_000)]
    assert is_cut(15_000, formula, bodies)
    part = distribution(15_000, formula, bodies)[0]
    assert (part.base_fen, part.bonus_fen, part.rest_fen) == (7_500, 7_500, 0)


def test_what_cannot_be_divided_is_refused() -> None:
    formula = Formula(base_fen_per_t=0, bonus_per=BonusPer.NONE, bonus_fen=0)
    for amount, bodies in ((-1, [Collected(dry_kg=1, removed_centimu=0, removed_kg=0)]), (1, [])):
        with pytest.raises(ValueError, match="fen for"):
            distribution(amount, formula, bodies)
    assert distribution(0, formula, []) == []
    with pytest.raises(ValueError, match="gives"):
        Formula(base_fen_per_t=-1, bonus_per=BonusPer.NONE, bonus_fen=0)
