"""How machines are shared out over homes."""

from __future__ import annotations

from itertools import pairwise

import pytest

from solver.synthetic.fleets import TRUCK_TERMS, apportion, make_trucks


def test_parts_add_up_and_nobody_goes_without() -> None:
    parts = apportion(10, [100.0, 1.0, 49.0])
    assert sum(parts) == 10
    assert parts == [6, 1, 3]


def test_a_part_more_goes_where_the_weight_per_part_is_largest() -> None:
    weights = [30.0, 20.0, 10.0]
    before, after = apportion(7, weights), apportion(8, weights)
    grown = [i for i in range(3) if after[i] > before[i]]
    assert grown == [max(range(3), key=lambda i: weights[i] / before[i])]


def test_trucks_are_numbered_through_and_start_in_turn_between_six_and_ten() -> None:
    trucks = make_trucks({"c8": {"Y1": 2}, "c48": {"Y1": 1, "Y2": 3}})
    assert [t.truck_id for t in trucks] == [f"T{i:03d}" for i in range(1, 7)]
    assert [t.home_yard_id for t in trucks] == ["Y1", "Y1", "Y1", "Y2", "Y2", "Y2"]
    assert {t.shift_start_min for t in trucks} == {360, 420, 480, 540, 600}


def test_a_larger_truck_costs_more_by_the_hour_and_kilometre_but_less_by_the_bale() -> None:
    for smaller, larger in pairwise(TRUCK_TERMS):
        assert smaller.rank < larger.rank
        assert smaller.yuan_per_h < larger.yuan_per_h
        assert smaller.yuan_per_km < larger.yuan_per_km
        assert smaller.yuan_per_h / smaller.bale_capacity > larger.yuan_per_h / larger.bale_capacity


def test_the_price_per_kilometre_is_that_of_the_table_less_the_hours_it_counts_already() -> None:
    loaded_and_empty_yuan_per_km = {"c8": (1.8, 2.4), "c18": (2.4, 3.0), "c30": (3.2, 4.0), "c48": (4.2, 5.2)}
    for terms in TRUCK_TERMS:
        middle = sum(loaded_and_empty_yuan_per_km[terms.truck_class]) / 2
        assert terms.yuan_per_km == pytest.approx(middle - terms.yuan_per_h / 40, abs=0.03)
