"""Wishes in whole loads: tonnes stay, fields give whole loads, what is fixed is left as it is."""

from __future__ import annotations

import numpy as np
import pytest
from haul_days import LINE_KM, LineWays, collect, haul_day, line_county, truck

from solver.hauling.network import haul_flow
from solver.hauling.problem import Wish, haul_arrays
from solver.hauling.whole_loads import WholeLoads, whole_loads
from solver.scenario import Scenario


def decided(
    county: Scenario, wishes: list[Wish], lying_t: dict[str, float], fixed: frozenset[str] = frozenset()
) -> WholeLoads:
    arrays = haul_arrays(county, LineWays(LINE_KM), haul_day(county, wishes))
    most_t = np.array([lying_t.get(w.origin_ids[0], w.dry_t) for w in wishes])
    still = np.array([w.origin_ids[0] in fixed for w in wishes], dtype=bool)
    return whole_loads(arrays, haul_flow(arrays), tuple(wishes), most_t, fixed=still)


def test_two_fields_trade_tonnes_until_both_fill_whole_loads() -> None:
    lying_t = {"F1": 9.0, "F2": 9.0}
    county = line_county(lying_t, [truck("K1"), truck("K2")])
    result = decided(county, [collect("F1", 4.0), collect("F2", 5.0)], lying_t)
    assert {w.origin_ids[0]: w.dry_t for w in result.wishes} == pytest.approx({"F1": 3.0, "F2": 6.0}, abs=1e-3)
    assert result.loads.sum() == 3
    assert not result.rest_t.any()


def test_the_tonnes_of_the_day_stay() -> None:
    lying_t = {"F1": 7.7, "F2": 8.1, "F3": 6.4}
    county = line_county(lying_t, [truck("K1"), truck("K2"), truck("K3", cls="small")])
    wishes = [collect("F1", 4.3), collect("F2", 5.9), collect("F3", 3.1)]
    result = decided(county, wishes, lying_t)
    assert sum(w.dry_t for w in result.wishes) == pytest.approx(13.3, abs=1.1)


def test_no_field_gives_more_than_lies_there() -> None:
    lying_t = {"F1": 4.1, "F2": 5.2}
    county = line_county(lying_t, [truck("K1"), truck("K2")])
    result = decided(county, [collect("F1", 4.0), collect("F2", 5.0)], lying_t)
    for wish in result.wishes:
        assert wish.dry_t <= lying_t[wish.origin_ids[0]] + 1e-9


def test_what_must_leave_tonight_leaves_whole_and_says_its_rest() -> None:
    lying_t = {"F1": 4.0}
    county = line_county(lying_t, [truck("K1")])
    result = decided(county, [collect("F1", 4.0)], lying_t, fixed=frozenset({"F1"}))
    assert [w.dry_t for w in result.wishes] == [4.0]
    assert result.rest_t == pytest.approx([1.0])
    assert result.by_class() == {("F1", "Y1"): {"large": 2}}


def test_nothing_wanted_is_nothing_decided() -> None:
    result = decided(line_county({}, [truck("K1")]), [], {})
    assert result.wishes == ()
