from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yard_rules.acceptance import AcceptanceKind
from yard_rules.shares import split
from yard_rules.stacks import HeatingAge, StackPlan, default_stacks, heating_age

DAY = date(2026, 11, 12)
# metres and bales of rulebooks/stacks.toml
RING_M, STACK_GAP_M, GROUP_GAP_M, MOST_M2, BALE_KG = 6, 4, 10, 150, 110


@given(st.integers(-1_000_000, 1_000_000), st.lists(st.integers(0, 5_000), min_size=1, max_size=20))
def test_the_parts_of_a_split_add_up_and_none_is_a_whole_off(total: int, weights: list[int]) -> None:
    parts = split(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    if whole:
        assert all(abs(part * whole - total * weight) < whole for part, weight in zip(parts, weights, strict=True))


def test_what_is_left_over_goes_to_the_largest_remainders() -> None:
    assert split(10, [1, 1, 1]) == [4, 3, 3]
    assert split(100, [1, 2, 4]) == [14, 29, 57]
    assert split(-10, [1, 2, 0]) == [-3, -7, 0]
    assert split(7, [0, 0]) == [4, 3]
    for weights in ([], [1, -1]):
        with pytest.raises(ValueError, match="weights"):
            split(1, weights)


@pytest.mark.parametrize("capacity_kg", [0, 20_000, 140_000, 300_000, 520_000])
def test_a_yard_begins_with_stacks_for_its_capacity_and_one_for_each_wet_class(capacity_kg: int) -> None:
    stacks = default_stacks(capacity_kg, DAY)
    kinds = [stack.kind for stack in stacks]
    assert kinds.count(AcceptanceKind.HOT_LANE) == kinds.count(AcceptanceKind.STACK_APART) == 1
    assert kinds.count(AcceptanceKind.STACK_FREELY) >= 1
    assert sum(stack.most_bales for stack in stacks) * BALE_KG >= capacity_kg
    for stack in stacks:
        assert stack.width_m * stack.length_m <= MOST_M2
        assert stack.most_bales * BALE_KG <= 50_000
        assert min(stack.x_m, stack.y_m) >= RING_M


def test_stacks_and_groups_stand_apart() -> None:
    stacks = default_stacks(520_000, DAY)
    for number, one in enumerate(stacks):
        for other_number, other in enumerate(stacks[:number]):
            least_m = STACK_GAP_M if number // 4 == other_number // 4 else GROUP_GAP_M
            assert distance_m(one, other) >= least_m


def test_straw_is_dangerous_from_two_to_six_weeks_after_stacking() -> None:
    ages = {days: heating_age(days, DAY) for days in (0, 13, 14, 42, 43)}
    assert ages == {
        0: HeatingAge.FRESH, 13: HeatingAge.FRESH, 14: HeatingAge.DANGER, 42: HeatingAge.DANGER, 43: HeatingAge.SETTLED,
    }  # fmt: skip


def test_a_negative_capacity_is_refused() -> None:
    with pytest.raises(ValueError, match="capacity"):
        default_stacks(-1, DAY)


def distance_m(one: StackPlan, other: StackPlan) -> int:
    """The larger of the gaps across and along."""
    across = max(one.x_m, other.x_m) - min(one.x_m + one.width_m, other.x_m + other.width_m)
    along = max(one.y_m, other.y_m) - min(one.y_m + one.length_m, other.y_m + other.length_m)
    return max(across, along)
