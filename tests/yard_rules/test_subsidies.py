from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yard_rules.rulebook import NoFigure
from yard_rules.subsidies import DryStraw, rate_fen_per_t, subsidy_fen, subsidy_rate, subsidy_shares_fen

STRAW = st.lists(
    st.builds(
        DryStraw,
        body_id=st.none() | st.sampled_from(["B1", "B2", "B3"]),
        dry_kg=st.integers(0, 30_000),
        fen_per_t=st.sampled_from([15_000, 14_999, 15_333, 1]),
    ),
    max_size=40,
)


def test_a_tonne_of_dry_straw_is_paid_with_150_yuan() -> None:
    assert rate_fen_per_t(date(2026, 11, 12)) == 15_000
    assert subsidy_rate(date(2026, 11, 12)).source.startswith("H6, 四(一)4")
    with pytest.raises(NoFigure):
        rate_fen_per_t(date(2022, 12, 31))


@given(STRAW)
def test_the_parts_add_up_and_no_body_is_off_by_a_fen(straw: list[DryStraw]) -> None:
    shares = subsidy_shares_fen(straw)
    assert sum(shares) == subsidy_fen(straw)
    assert all(share >= 0 for share in shares)
    for body in {it.body_id for it in straw}:
        exact = sum(it.dry_kg * it.fen_per_t for it in straw if it.body_id == body) / 1000
        assert abs(sum(share for it, share in zip(straw, shares, strict=True) if it.body_id == body) - exact) < 1.5


def test_at_the_usual_rate_every_ticket_has_its_own_amount_exactly() -> None:
    straw = [DryStraw(body_id=body, dry_kg=kg, fen_per_t=15_000) for body, kg in (("B1", 7), ("B2", 8_001), (None, 0))]
    assert subsidy_shares_fen(straw) == [105, 120_015, 0]
