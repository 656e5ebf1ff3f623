"""Whatever can be read is judged: the check never stumbles over a plan, however wrong."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

from checked_plan import D1, D2, D3, checked_plan, checked_scenario
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.plan import Plan
from solver.plan_check import check_plan

SCENARIO = checked_scenario()
PLAN = checked_plan(SCENARIO)
TABLES = ("season", "baler_stops", "hauls", "truck_stops", "stock", "unserved")
IDS = (
    "",
    "F1",
    "F5",
    "Y1",
    "Y2",
    "P1",
    "B1",
    "S1",
    "G2",
    "H1",
    "L1",
    "T1",
    "load",
    "unload",
    "leave",
    "return",
    "none",
)

_VALUES: dict[type, st.SearchStrategy[Any]] = {
    str: st.sampled_from(IDS),
    date: st.sampled_from([D1, D2, D3, date(1900, 1, 1), date(2999, 12, 31)]),
    int: st.integers(-3, 10_080),
    float: st.floats(-1e12, 1e12) | st.integers(0, 9).map(float),
    tuple: st.lists(st.sampled_from(IDS), min_size=1, max_size=3).map(tuple),
    type(None): st.none(),
}
_SUMMARIES = st.dictionaries(
    st.sampled_from(["from", "to", "tonnes", "cost_yuan", "km", "hauling", "gap_percent", "lower_bound_yuan"]),
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just("2026-11-02") | st.lists(st.integers()),
)


@settings(max_examples=80, deadline=None)
@given(data=st.data(), summary=_SUMMARIES)
def test_any_plan_is_judged(data: st.DataObject, summary: dict[str, Any]) -> None:
    plan: Plan = replace(PLAN, summary={**PLAN.summary, **summary})
    for _ in range(data.draw(st.integers(1, 6))):
        table = data.draw(st.sampled_from(TABLES))
        rows = list(getattr(plan, table))
        index = data.draw(st.integers(0, len(rows) - 1))
        name = data.draw(st.sampled_from([field.name for field in fields(rows[index])]))
        rows[index] = replace(rows[index], **{name: data.draw(_VALUES[type(getattr(rows[index], name))])})
        plan = replace(plan, **{table: tuple(rows)})
    for violation in check_plan(SCENARIO, plan):
        assert 1 <= violation.rule <= 7
        assert violation.message
