"""The seven rules, in order; every check takes the case and yields what breaks its rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from solver.plan import Plan
from solver.plan_check.baled_straw import check_baled_before_hauled, check_baling, check_cleared
from solver.plan_check.case import Case
from solver.plan_check.haul_sequence import check_hauls_driven
from solver.plan_check.loads import check_approvals, check_capacity, check_truck_admitted
from solver.plan_check.outages import check_machines_out, check_places_out
from solver.plan_check.season_sums import check_season
from solver.plan_check.service import check_bays, check_opening_hours, check_service_time
from solver.plan_check.stock import check_daily_intake, check_plant_stock, check_stock_rows, check_yard_stock
from solver.plan_check.summary_sums import check_cost_and_km, check_hauling_days, check_tonnes
from solver.plan_check.violation import Violation
from solver.plan_check.whereabouts import check_baler_days, check_calendar, check_truck_days
from solver.scenario import Scenario

CHECKS: tuple[Callable[[Case], Iterable[Violation]], ...] = (
    # 1. A field is baled only from ready_date, hauled only after it is baled, and left empty by clear_by or unserved.
    check_baling,
    check_baled_before_hauled,
    check_cleared,
    # 2. No baler and no truck in two places at once, faster than the ways allow, outside its shift, or away at night.
    check_calendar,
    check_truck_days,
    check_baler_days,
    check_machines_out,
    # 3. No load above payload or bale capacity; no truck where a field does not admit it.
    check_capacity,
    check_truck_admitted,
    # 4. No service outside opening hours or shorter than it takes; never more trucks than bays.
    check_opening_hours,
    check_service_time,
    check_bays,
    check_places_out,
    # 5. Yard and plant stock within their limits, intake at most the daily one, shortage as it is.
    check_yard_stock,
    check_plant_stock,
    check_daily_intake,
    # 6. Direct hauls only under an approval.
    check_approvals,
    # 7. Tonnes balance, stocks carry over, and the summary's sums are those of the files.
    check_hauls_driven,
    check_season,
    check_stock_rows,
    check_tonnes,
    check_cost_and_km,
    check_hauling_days,
)


def check_plan(scenario: Scenario, plan: Plan) -> tuple[Violation, ...]:
    """Everything that the plan does against the rules, by rule, file and row; empty for a clean plan."""
    case = Case.of(scenario, plan)
    found = {violation for check in CHECKS for violation in check(case)}
    return tuple(sorted(found, key=lambda v: (v.rule, v.file, v.row or 0, v.message)))
