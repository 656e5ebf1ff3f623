"""A good plan is broken in many ways, and each is caught under its rule."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from checked_plan import D1, D2, D3, checked_plan, checked_scenario

from solver.plan import Plan, SeasonRow, UnservedRow
from solver.plan_check import check_plan
from solver.scenario import OpeningHours, Scenario

Mutation = Callable[[Scenario, Plan], tuple[Scenario, Plan]]


def test_the_good_plan_keeps_every_rule() -> None:
    scenario = checked_scenario()
    assert check_plan(scenario, checked_plan(scenario)) == ()


def _at(rows: tuple[Any, ...], **wanted: object) -> int:
    [index] = [i for i, row in enumerate(rows) if all(getattr(row, name) == value for name, value in wanted.items())]
    return index


def _row(name: str, wanted: dict[str, object], **changes: object) -> Mutation:
    """Changes the one row of the plan's `name` that has the wanted members."""

    def mutate(scenario: Scenario, plan: Plan) -> tuple[Scenario, Plan]:
        rows = list(getattr(plan, name))
        index = _at(getattr(plan, name), **wanted)
        rows[index] = replace(rows[index], **changes)
        return scenario, replace(plan, **{name: tuple(rows)})

    return mutate


def _without(name: str, **wanted: object) -> Mutation:
    def mutate(scenario: Scenario, plan: Plan) -> tuple[Scenario, Plan]:
        rows = list(getattr(plan, name))
        del rows[_at(getattr(plan, name), **wanted)]
        return scenario, replace(plan, **{name: tuple(rows)})

    return mutate


def _twice(name: str, **wanted: object) -> Mutation:
    def mutate(scenario: Scenario, plan: Plan) -> tuple[Scenario, Plan]:
        rows = getattr(plan, name)
        return scenario, replace(plan, **{name: (*rows, rows[_at(rows, **wanted)])})

    return mutate


def _added(name: str, row: object) -> Mutation:
    return lambda scenario, plan: (scenario, replace(plan, **{name: (*getattr(plan, name), row)}))


def _moved(minutes: int, **wanted: object) -> Mutation:
    """Shifts one truck stop's three times."""

    def mutate(scenario: Scenario, plan: Plan) -> tuple[Scenario, Plan]:
        stop = plan.truck_stops[_at(plan.truck_stops, **wanted)]
        times = {name: getattr(stop, name) + minutes for name in ("arrive_min", "start_min", "end_min")}
        return _row("truck_stops", wanted, **times)(scenario, plan)

    return mutate


def _day_moved(minutes: int, name: str, **wanted: object) -> Mutation:
    """Shifts all rows of one truck's or baler's day."""

    def mutate(scenario: Scenario, plan: Plan) -> tuple[Scenario, Plan]:
        rows = tuple(
            replace(
                row,
                arrive_min=row.arrive_min + minutes,
                start_min=row.start_min + minutes,
                end_min=row.end_min + minutes,
            )
            if all(getattr(row, key) == value for key, value in wanted.items())
            else row
            for row in getattr(plan, name)
        )
        return scenario, replace(plan, **{name: rows})

    return mutate


def _swapped(first: dict[str, object], second: dict[str, object]) -> Mutation:
    """Two truck stops change their places in the sequence and in time."""

    def mutate(scenario: Scenario, plan: Plan) -> tuple[Scenario, Plan]:
        rows = list(plan.truck_stops)
        i, j = _at(plan.truck_stops, **first), _at(plan.truck_stops, **second)
        names = ("seq", "arrive_min", "start_min", "end_min")
        rows[i] = replace(plan.truck_stops[i], **{name: getattr(plan.truck_stops[j], name) for name in names})
        rows[j] = replace(plan.truck_stops[j], **{name: getattr(plan.truck_stops[i], name) for name in names})
        return scenario, replace(plan, truck_stops=tuple(rows))

    return mutate


def _scenario(name: str, wanted: dict[str, object], **changes: object) -> Mutation:
    """Changes the limit instead of the plan: one row of the scenario."""

    def mutate(scenario: Scenario, plan: Plan) -> tuple[Scenario, Plan]:
        rows = list(getattr(scenario, name))
        index = _at(getattr(scenario, name), **wanted)
        rows[index] = replace(rows[index], **changes)
        return replace(scenario, **{name: tuple(rows)}), plan

    return mutate


def _setting(**changes: Any) -> Mutation:
    return lambda scenario, plan: (replace(scenario, **changes), plan)


def _summary(path: str, change: Callable[[Any], Any]) -> Mutation:
    def mutate(scenario: Scenario, plan: Plan) -> tuple[Scenario, Plan]:
        summary = copy.deepcopy(plan.summary)
        *parents, name = path.split("/")
        member = summary
        for parent in parents:
            member = member[parent]
        member[name] = change(member.get(name))
        return scenario, replace(plan, summary=summary)

    return mutate


def _no_summary(path: str) -> Mutation:
    def mutate(scenario: Scenario, plan: Plan) -> tuple[Scenario, Plan]:
        summary = copy.deepcopy(plan.summary)
        *parents, name = path.split("/")
        member = summary
        for parent in parents:
            member = member[parent]
        del member[name]
        return scenario, replace(plan, summary=summary)

    return mutate


def _together(*mutations: Mutation) -> Mutation:
    def mutate(scenario: Scenario, plan: Plan) -> tuple[Scenario, Plan]:
        for mutation in mutations:
            scenario, plan = mutation(scenario, plan)
        return scenario, plan

    return mutate


BROKEN_PLANS: list[tuple[str, int, Mutation]] = [
    # 1. Baled when ready, hauled after baling, clear in time.
    ("baled the day before it is ready", 1, _row("baler_stops", {"field_id": "F3"}, day=D1)),
    ("more area baled than the field has", 1, _row("baler_stops", {"field_id": "F2"}, area_mu=10.2)),
    ("a negative area baled", 1, _row("baler_stops", {"field_id": "F3"}, area_mu=-1.0)),
    ("an unknown field baled", 1, _row("baler_stops", {"field_id": "F3"}, field_id="F9")),
    ("one part not baled", 1, _without("baler_stops", baler_id="B2", day=D1)),
    ("baled after it is loaded", 1, _day_moved(240, "baler_stops", baler_id="B1", day=D1)),
    ("loaded while its last part is baled", 1, _row("baler_stops", {"field_id": "F2"}, end_min=742)),
    ("loaded after clear_by", 1, _row("truck_stops", {"haul_id": "H5", "action": "load"}, day=D3)),
    ("straw left and not listed", 1, _without("unserved", field_id="F5")),
    ("straw left and listed with too little", 1, _row("unserved", {"field_id": "F3"}, dry_t=0.9)),
    ("a served field listed", 1, _added("unserved", UnservedRow("F2", 0.5, "", ""))),
    ("an unserved field listed twice", 1, _twice("unserved", field_id="F5")),
    ("an unknown field listed", 1, _row("unserved", {"field_id": "F5"}, field_id="F9")),
    ("the programme hauls before it bales", 1, _row("season", {"field_id": "F3"}, bale_date=D3 + timedelta(days=1))),
    ("more loaded than lies there", 1, _row("truck_stops", {"haul_id": "M1", "place_id": "F4"}, dry_t=1.3)),
    # 2. One place at a time, by the ways, within the shift, home at night.
    ("an unknown truck", 2, _row("truck_stops", {"haul_id": "H1", "action": "load"}, truck_id="S9")),
    ("an unknown baler", 2, _row("baler_stops", {"field_id": "F3"}, baler_id="B9")),
    ("an unknown place", 2, _row("truck_stops", {"haul_id": "H1", "action": "load"}, place_id="F9")),
    ("no leave", 2, _without("truck_stops", truck_id="S1", day=D1, action="leave")),
    ("no return", 2, _without("truck_stops", truck_id="S1", day=D1, action="return")),
    ("two returns", 2, _row("truck_stops", {"haul_id": "D1", "action": "unload"}, action="return")),
    ("leaves from another yard", 2, _row("truck_stops", {"truck_id": "S1", "day": D1, "seq": 0}, place_id="Y2")),
    ("ends the day elsewhere", 2, _row("truck_stops", {"truck_id": "S1", "day": D1, "seq": 7}, place_id="P1")),
    ("leaves with straw aboard", 2, _row("truck_stops", {"truck_id": "S1", "day": D1, "seq": 0}, dry_t=1.0)),
    ("leave takes ten minutes", 2, _row("truck_stops", {"truck_id": "S1", "day": D1, "seq": 0}, arrive_min=490)),
    ("arrives faster than the way", 2, _row("truck_stops", {"haul_id": "M1", "place_id": "F4"}, arrive_min=619)),
    ("returns faster than the way", 2, _moved(-10, truck_id="G2", day=D1, action="return")),
    ("starts before its shift", 2, _moved(-200, truck_id="S1", day=D1, action="leave")),
    ("returns after its shift", 2, _moved(600, truck_id="G2", day=D1, action="return")),
    ("served before it arrives", 2, _row("truck_stops", {"haul_id": "H2", "action": "load"}, arrive_min=575)),
    ("ends before it starts", 2, _row("truck_stops", {"haul_id": "H2", "action": "load"}, end_min=560)),
    ("two rows with one seq", 2, _row("truck_stops", {"haul_id": "H2", "action": "load"}, seq=2)),
    ("a row before the season", 2, _row("truck_stops", {"haul_id": "H2", "action": "load"}, day=date(2026, 10, 31))),
    ("an unknown action", 2, _row("truck_stops", {"haul_id": "H2", "action": "load"}, action="wait")),
    ("a truck on the road and at work the day after", 2, _day_moved(-470, "truck_stops", truck_id="G2", day=D3)),
    (
        "back after midnight and already away again",
        2,
        _together(
            _setting(trucks=tuple(replace(t, shift_start_min=0, shift_hours=40.0) for t in checked_scenario().trucks)),
            _moved(1300, truck_id="G2", day=D1, action="return"),
        ),
    ),
    (
        "a baler back after midnight and already away again",
        2,
        _together(
            _setting(balers=tuple(replace(b, shift_hours=40.0) for b in checked_scenario().balers)),
            _row("baler_stops", {"field_id": "F1", "baler_id": "B2"}, end_min=1440 + 430),
        ),
    ),
    ("a baler away before its shift", 2, _row("baler_stops", {"baler_id": "B1", "field_id": "F1"}, arrive_min=421)),
    ("a baler home after its shift", 2, _row("baler_stops", {"field_id": "F2"}, end_min=899)),
    ("a baler faster than the way", 2, _row("baler_stops", {"field_id": "F2"}, arrive_min=523)),
    ("a baler faster than its rate", 2, _row("baler_stops", {"field_id": "F2"}, end_min=580)),
    ("a baler that bales more than the weather allows", 2, _row("baler_stops", {"field_id": "F3"}, end_min=730)),
    ("a baler stop twice", 2, _twice("baler_stops", field_id="F2")),
    ("a baler after the season", 2, _row("baler_stops", {"field_id": "F3"}, day=D3 + timedelta(days=1))),
    # 3. Payload, bales, admission.
    ("too few bales written", 3, _row("hauls", {"haul_id": "L1"}, bales=19)),
    ("too many bales written", 3, _row("hauls", {"haul_id": "L2"}, bales=11)),
    ("more bales than the parts make", 3, _row("hauls", {"haul_id": "M1"}, bales=14)),
    ("above the payload", 3, _row("hauls", {"haul_id": "H1"}, dry_t=2.1)),
    ("a large truck for a small field", 3, _row("truck_stops", {"haul_id": "M1", "place_id": "F4"}, place_id="F1")),
    # 4. Hours, service, bays.
    ("served after closing", 4, _day_moved(720, "truck_stops", truck_id="S1", day=D1)),
    ("served before opening", 4, _row("truck_stops", {"haul_id": "L4", "action": "unload"}, start_min=470)),
    ("loaded too quickly", 4, _row("truck_stops", {"haul_id": "L1", "action": "load"}, end_min=680)),
    ("loaded at a field too quickly", 4, _row("truck_stops", {"haul_id": "H1", "action": "load"}, end_min=550)),
    ("unloaded too quickly", 4, _row("truck_stops", {"haul_id": "D1", "action": "unload"}, end_min=780)),
    (
        "two trucks at one field",
        4,
        _row("truck_stops", {"haul_id": "D1", "place_id": "F2"}, place_id="F1", start_min=645),
    ),
    # 5. Stocks.
    ("a shortage hidden", 5, _row("stock", {"place_id": "P2", "day": D2}, short_t=0.0)),
    ("a shortage made up", 5, _row("stock", {"place_id": "P1", "day": D2}, short_t=1.0)),
    # 6. Approvals.
    ("a direct haul from another town", 6, _row("hauls", {"haul_id": "D1"}, origin_ids=("F3",))),
    ("a direct haul to another plant", 6, _row("hauls", {"haul_id": "D1"}, destination_id="P2")),
    ("a direct haul after the approval", 6, _row("hauls", {"haul_id": "D1"}, day=D3)),
    # 7. Balance and sums.
    ("an unknown haul driven", 7, _row("truck_stops", {"haul_id": "H1", "action": "load"}, haul_id="H9")),
    ("a haul that nobody drives", 7, _without("truck_stops", haul_id="C3", action="load")),
    ("an unload missing", 7, _without("truck_stops", haul_id="D1", action="unload")),
    ("a haul id twice", 7, _twice("hauls", haul_id="H1")),
    ("a haul removed", 7, _without("hauls", haul_id="L2")),
    ("less unloaded than loaded", 7, _row("truck_stops", {"haul_id": "H1", "action": "unload"}, dry_t=1.9)),
    ("less written than hauled", 7, _row("hauls", {"haul_id": "H1"}, dry_t=1.95)),
    ("straw from nowhere", 7, _row("truck_stops", {"haul_id": "M1", "place_id": "F4"}, dry_t=-1.2)),
    ("a wrong kind", 7, _row("hauls", {"haul_id": "D1"}, kind="collect")),
    ("no such kind", 7, _row("hauls", {"haul_id": "D1"}, kind="move")),
    ("a linehaul from yard to yard", 7, _row("hauls", {"haul_id": "L2"}, destination_id="Y1")),
    ("a haul on another day", 7, _row("hauls", {"haul_id": "H4"}, day=D1)),
    ("unloaded elsewhere", 7, _row("truck_stops", {"haul_id": "H5", "action": "unload"}, place_id="Y2")),
    ("origins in another order", 7, _row("hauls", {"haul_id": "M1"}, origin_ids=("F4", "F2"))),
    ("an origin twice", 7, _row("hauls", {"haul_id": "M1"}, origin_ids=("F2", "F2", "F4"))),
    (
        "another haul in between",
        7,
        _swapped({"haul_id": "H1", "action": "unload"}, {"haul_id": "H2", "action": "load"}),
    ),
    ("a haul on two trucks", 7, _row("truck_stops", {"haul_id": "H5", "action": "unload"}, truck_id="G2", seq=9)),
    ("a stock row missing", 7, _without("stock", place_id="Y2", day=D3)),
    ("a stock row twice", 7, _twice("stock", place_id="Y2", day=D3)),
    ("a stock row of an unknown place", 7, _row("stock", {"place_id": "Y2", "day": D3}, place_id="Y9")),
    ("a stock that does not carry over", 7, _row("stock", {"place_id": "Y1", "day": D2}, opening_t=6.5)),
    ("an intake that is none", 7, _row("stock", {"place_id": "Y1", "day": D2}, in_t=4.5)),
    ("an outgo that is none", 7, _row("stock", {"place_id": "Y1", "day": D1}, out_t=4.5)),
    ("a use above the need", 7, _row("stock", {"place_id": "P1", "day": D1}, used_t=4.0)),
    ("a closing stock that is none", 7, _row("stock", {"place_id": "P1", "day": D3}, closing_t=7.0)),
    ("a season row too small", 7, _row("season", {"field_id": "F4"}, dry_t=1.1)),
    ("a season row missing", 7, _without("season", field_id="F3")),
    ("a season row on another day", 7, _row("season", {"field_id": "F4"}, haul_date=D3)),
    ("a season row to another place", 7, _row("season", {"field_id": "F4"}, destination_id="Y1")),
    ("a season row of an unknown field", 7, _added("season", SeasonRow("F9", D1, D1, "Y1", 0.0))),
    ("a season row below zero", 7, _added("season", SeasonRow("F4", None, D1, "Y1", -0.005))),
    ("more of a part than was baled", 7, _row("season", {"field_id": "F2", "bale_date": None}, bale_date=D1)),
    ("more already baled than there was", 7, _row("season", {"field_id": "F3"}, bale_date=None)),
    *(
        (f"tonnes.{name} wrong", 7, _summary(f"tonnes/{name}", lambda value: value + 0.02))
        for name in ("straw", "baled", "hauled", "left", "linehauled", "short")
    ),
    *(
        (f"cost_yuan.{name} too low", 7, _summary(f"cost_yuan/{name}", lambda value: value * 0.98 - 2))
        for name in (
            *("truck_day", "truck_hour", "truck_km", "baler_hour", "baler_km"),
            *("left_in_field", "shortage", "lateness", "total"),
        )
    ),
    *(
        (f"km.{name} wrong", 7, _summary(f"km/{name}", lambda value: value * 1.02))
        for name in ("loaded", "empty", "baler")
    ),
    ("a sum missing", 7, _no_summary("tonnes/hauled")),
    ("no costs", 7, _no_summary("cost_yuan")),
    ("a sum as text", 7, _summary("tonnes/hauled", str)),
    ("a bound above the total", 7, _summary("lower_bound_yuan", lambda value: value * 2)),
    ("a gap too small", 7, _summary("gap_percent", lambda value: value - 1)),
    ("a day without its hauling", 7, _no_summary(f"hauling/{D2}")),
    ("hauling on a day outside", 7, _summary("hauling/2026-12-24", lambda _: {"wanted_t": 0.0, "hauled_t": 0.0})),
    ("hauled_t too high", 7, _summary(f"hauling/{D3}/hauled_t", lambda value: value + 1)),
    ("wanted_t not given", 7, _no_summary(f"hauling/{D3}/wanted_t")),
    ("wanted_t beside its cost", 7, _summary(f"hauling/{D3}/wanted_t", lambda value: value + 1)),
    ("hauling cost too low", 7, _summary(f"hauling/{D3}/cost_yuan", lambda value: value * 0.97)),
    ("hauling bound above its cost", 7, _summary(f"hauling/{D3}/lower_bound_yuan", lambda value: value * 2)),
    ("hauling gap too small", 7, _summary(f"hauling/{D3}/gap_percent", lambda _: 1.0)),
    *(
        (f"wanted_t {bad!r:.9}", 7, _summary(f"hauling/{D3}/wanted_t", lambda _, bad=bad: bad))
        for bad in (float("inf"), float("nan"), 10**400, True, "6.0", None, [6.0])
    ),
    ("hauling as a list", 7, _summary("hauling", lambda _: [])),
    ("a period that begins late", 7, _together(_summary("from", lambda _: str(D2)), _summary("to", lambda _: str(D3)))),
    ("a period without end", 7, _summary("from", lambda _: str(D1))),
]

# Limits tightened under an unchanged plan: the rule of the limit is broken, and no other.
BROKEN_LIMITS: list[tuple[str, int, Mutation]] = [
    ("ready later", 1, _scenario("fields", {"field_id": "F2"}, ready_date=D2)),
    ("to be clear earlier", 1, _scenario("fields", {"field_id": "F3"}, clear_by=D2)),
    ("a shorter truck shift", 2, _scenario("trucks", {"truck_id": "S1"}, shift_hours=4.0)),
    ("a later truck shift", 2, _scenario("trucks", {"truck_id": "S1"}, shift_start_min=402)),
    ("a shorter baler shift", 2, _scenario("balers", {"baler_id": "B1"}, shift_hours=2.8)),
    ("a later baler shift", 2, _scenario("balers", {"baler_id": "B2"}, shift_start_min=423)),
    ("a slower baler", 2, _scenario("balers", {"baler_id": "B2"}, rate_mu_per_h=7.5)),
    ("worse weather", 2, _setting(workable_fraction_by_date={D2: 0.08})),
    ("rain all day", 2, _setting(workable_fraction_by_date={D2: 0.0})),
    ("a smaller payload", 3, _scenario("truck_classes", {"truck_class": "large"}, payload_t=4.98)),
    ("fewer bales in a truck", 3, _scenario("truck_classes", {"truck_class": "small"}, bale_capacity=7)),
    ("smaller bales", 3, _setting(bale_dry_t=0.24)),
    ("a field for small trucks", 3, _scenario("fields", {"field_id": "F4"}, max_truck_class="small")),
    ("closing earlier", 4, _scenario("yards", {"yard_id": "Y1"}, hours=OpeningHours(360, 661))),
    ("opening later", 4, _scenario("yards", {"yard_id": "Y1"}, hours=OpeningHours(422, 1200))),
    ("closed at midnight", 4, _scenario("yards", {"yard_id": "Y2"}, hours=OpeningHours(5, 1440))),
    ("closed on the day", 4, _setting(hours_by_place_and_date={("Y1", D3): None})),
    ("opened the day after", 4, _scenario("yards", {"yard_id": "Y2"}, opens_on=D3)),
    ("fewer bays", 4, _scenario("yards", {"yard_id": "Y1"}, bays=1)),
    ("slower loading", 4, _setting(load_minutes_per_t=7.0)),
    ("slower unloading", 4, _setting(unload_minutes_per_t=5.0)),
    ("longer weighing", 4, _setting(weigh_minutes=3.0)),
    ("a smaller yard", 5, _scenario("yards", {"yard_id": "Y1"}, capacity_t=9.9)),
    ("a smaller yard at a moment of the day", 5, _scenario("yards", {"yard_id": "Y2"}, capacity_t=9.1)),
    ("a smaller plant store", 5, _scenario("plants", {"plant_id": "P1"}, storage_t=8.9)),
    ("a smaller intake", 5, _scenario("plants", {"plant_id": "P1"}, daily_max_t=7.9)),
    ("the approval gone", 6, _setting(direct_hauls=())),
    (
        "the approval a day late",
        6,
        _setting(direct_hauls=(replace(checked_scenario().direct_hauls[0], valid_from=D2),)),
    ),
]


@pytest.mark.parametrize(("rule", "mutate"), [m[1:] for m in BROKEN_PLANS], ids=[m[0] for m in BROKEN_PLANS])
def test_a_broken_plan_is_caught(rule: int, mutate: Mutation) -> None:
    scenario = checked_scenario()
    violations = check_plan(*mutate(scenario, checked_plan(scenario)))
    assert rule in {violation.rule for violation in violations}


@pytest.mark.parametrize(("rule", "mutate"), [m[1:] for m in BROKEN_LIMITS], ids=[m[0] for m in BROKEN_LIMITS])
def test_a_tighter_limit_is_broken_and_no_other_rule(rule: int, mutate: Mutation) -> None:
    scenario = checked_scenario()
    violations = check_plan(*mutate(scenario, checked_plan(scenario)))
    assert {violation.rule for violation in violations} == {rule}


# What lies within the tolerances, or is allowed, breaks nothing.
ALLOWED: list[tuple[str, Mutation]] = [
    ("a minute early by the way", _row("truck_stops", {"haul_id": "M1", "place_id": "F4"}, arrive_min=621)),
    ("a minute before the shift", _scenario("trucks", {"truck_id": "S1"}, shift_start_min=401)),
    ("a minute after closing", _scenario("yards", {"yard_id": "Y1"}, hours=OpeningHours(360, 685))),
    ("ten kilos above the payload", _scenario("truck_classes", {"truck_class": "large"}, payload_t=4.991)),
    ("ten kilos above the capacity", _scenario("yards", {"yard_id": "Y1"}, capacity_t=9.99)),
    ("fewer bales for a load of several fields", _row("hauls", {"haul_id": "M1"}, bales=13)),
    ("hours that touch at midnight", _scenario("yards", {"yard_id": "Y2"}, hours=OpeningHours(1080, 2520))),
    ("a stock ten kilos off", _row("stock", {"place_id": "Y1", "day": D3}, closing_t=8.01)),
    ("a crumb listed as unserved", _added("unserved", UnservedRow("F2", 0.005, "", ""))),
    ("a cost within half a percent", _summary("cost_yuan/truck_km", lambda value: value * 1.004)),
    ("no bound at all", _together(_no_summary("lower_bound_yuan"), _no_summary("gap_percent"))),
    (
        "the whole season as its period",
        _together(_summary("from", lambda _: str(D1)), _summary("to", lambda _: str(D3))),
    ),
    (
        "rows of the season split",
        _together(
            _row("season", {"field_id": "F4"}, dry_t=1.0), _added("season", SeasonRow("F4", None, D2, "Y2", 0.2))
        ),
    ),
]


@pytest.mark.parametrize("mutate", [m[1] for m in ALLOWED], ids=[m[0] for m in ALLOWED])
def test_what_is_allowed_breaks_nothing(mutate: Mutation) -> None:
    scenario = checked_scenario()
    assert check_plan(*mutate(scenario, checked_plan(scenario))) == ()
