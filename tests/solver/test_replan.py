"""A plan repaired from now on: what is past or locked stays, the rest keeps the rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_county import FIRST, small_county

from solver.greedy import plan_greedy
from solver.plan import Plan
from solver.plan_check import check_plan
from solver.plan_files import PlanUnreadable
from solver.planner import plan_season
from solver.replan import Replanned, changed_scenario, replan
from solver.replan.balers import repaired_balers
from solver.replan.events import FAULT_CODES, EventFaults, Events, read_events
from solver.replan.locks import Lock, read_locks
from solver.roads.matrices import ways_of
from solver.scenario import Outage, Scenario
from solver.scenario_files import read_scenario, write_scenario

LAST = FIRST + timedelta(days=4)
NOW = datetime(2026, 11, 3, 10, 40)


@cache
def county() -> Scenario:
    return small_county(fields=24, days=5)


@cache
def plan() -> Plan:
    return plan_greedy(county(), ways_of(county()))


def event(kind: str, **members: Any) -> dict[str, Any]:
    return {"kind": kind, **{name.rstrip("_"): value for name, value in members.items()}}


def replanned(
    now: datetime, *events: Mapping[str, Any], locks: Mapping[str, Lock] | None = None, days: int | None = None
) -> Replanned:
    read = _read(now, *events)
    scenario = changed_scenario(county(), read)
    return replan(scenario, ways_of(scenario), plan(), now=now, events=read, locks=locks or {}, days=days)


def _read(now: datetime, *events: Mapping[str, Any]) -> Events:

    return read_events(json.dumps({"events": list(events)}), county(), now)


def moment(minutes: int) -> str:
    return f"{datetime.combine(FIRST, datetime.min.time()) + timedelta(minutes=minutes):%Y-%m-%d %H:%M}"


MINUTES = st.integers(0, 5 * 1440 - 1)


@st.composite
def any_event(draw: st.DrawFn, now_min: int) -> dict[str, Any]:
    start = draw(st.integers(max(now_min - 60, 0), min(now_min + 600, 5 * 1440 - 60)))
    until = draw(st.integers(max(start, now_min) + 1, min(max(start, now_min) + 1500, 5 * 1440)))
    span = {"from": moment(start), "until": moment(until)}
    hub = st.sampled_from(["Y1", "Y2", "P1"])
    place = st.sampled_from(["Y1", "Y2", "P1", *(f.field_id for f in county().fields)])
    truck = st.sampled_from([t.truck_id for t in county().trucks])
    kind = draw(st.sampled_from(KINDS))
    members: dict[str, Any] = {
        "breakdown": lambda: draw(st.one_of(
            st.builds(lambda t: {"truck": t}, truck),
            st.builds(lambda b: {"baler": b}, st.sampled_from([b.baler_id for b in county().balers])),
        )),
        "late_truck": lambda: {"truck": draw(truck)},
        "rain": dict,
        "closed_bay": lambda: {"place": draw(hub), "bays": draw(st.integers(1, 3))},
        "closed_place": lambda: {"place": draw(place)},
        "closed_road": lambda: {"places": [draw(place)], **draw(st.sampled_from([{}, {"detour_minutes": 9}]))},
        "plant_stop": lambda: {"plant": "P1"},
        "extra_field": lambda: {"field": extra_field(draw(st.integers(0, 4)))},
    }[kind]()  # fmt: skip
    return {"kind": kind, **members} | ({} if kind == "extra_field" else span)


KINDS = ("breakdown", "late_truck", "rain", "closed_bay", "closed_place", "closed_road", "plant_stop", "extra_field")


def extra_field(ready: int, **changes: object) -> dict[str, object]:
    given_: dict[str, object] = {
        "field_id": "X1", "town_id": "T1", "grower": "Somebody", "lon": 120.6, "lat": 30.5, "area_mu": 12.0,
        "crop": "rice", "dry_straw_t": 6.0, "ready_date": str(FIRST + timedelta(days=ready)), "clear_by": str(LAST),
        "already_baled_t": 1.5,
    }  # fmt: skip
    return given_ | changes


@st.composite
def happenings(draw: st.DrawFn) -> tuple[datetime, list[dict[str, Any]], dict[str, Lock]]:
    now_min = draw(st.integers(6 * 60, 5 * 1440 - 120))
    now = datetime.combine(FIRST, datetime.min.time()) + timedelta(minutes=now_min)
    events = draw(st.lists(any_event(now_min), min_size=1, max_size=4))
    seen = [e for e in events if e["kind"] == "extra_field"]
    events = [e for e in events if e["kind"] != "extra_field"] + seen[:1]
    later = [haul for haul in plan().hauls if haul.day >= now.date()]
    chosen = draw(st.lists(st.sampled_from(later), max_size=6, unique=True)) if later else []
    locks = {
        h.haul_id: Lock(h.day, h.haul_id, *draw(st.tuples(st.booleans(), st.booleans(), st.booleans()))) for h in chosen
    }
    return now, events, locks


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(happenings())
def test_nothing_past_or_locked_ever_moves(case: tuple[datetime, list[dict[str, Any]], dict[str, Lock]]) -> None:
    now, events, locks = case
    answer = replanned(now, *events, locks=locks)
    _nothing_past_moves(now, answer.plan)
    _nothing_locked_moves(now, answer, locks)
    assert answer.violations == ()
    assert check_plan(answer.scenario, answer.plan) == ()


def _nothing_past_moves(now: datetime, after: Plan) -> None:
    def begun(stop: Any) -> bool:
        return datetime.combine(stop.day, datetime.min.time()) + timedelta(minutes=stop.start_min) < now

    def what(stop: Any) -> tuple[Any, ...]:
        return (stop.day, stop.truck_id, stop.haul_id, stop.place_id, stop.action, stop.start_min, stop.end_min)

    begun_hauls = {s.haul_id for s in plan().truck_stops if begun(s) and s.haul_id}
    # nothing goes, and nothing comes before now
    assert {what(s) for s in after.truck_stops if begun(s)} == {what(s) for s in plan().truck_stops if begun(s)}
    assert begun_hauls <= {h.haul_id for h in after.hauls}
    before, is_ = (
        {(s.day, s.baler_id, s.field_id, s.start_min, s.end_min, s.area_mu) for s in p.baler_stops if begun(s)}
        for p in (plan(), after)
    )
    assert before == is_


def _sequences(of: Plan) -> dict[str, tuple[Any, ...]]:
    """By haul: its truck and day, its times, the hauls before and after it."""
    found: dict[str, tuple[Any, ...]] = {}
    runs: dict[tuple[Any, str], list[str]] = {}
    times: dict[str, list[tuple[int, int]]] = {}
    for stop in sorted(of.truck_stops, key=lambda s: (s.day, s.truck_id, s.seq)):
        run = runs.setdefault((stop.day, stop.truck_id), [""])
        if stop.haul_id != run[-1]:
            run.append(stop.haul_id)
        if stop.haul_id:
            times.setdefault(stop.haul_id, []).append((stop.start_min, stop.end_min))
    for key, run in runs.items():
        for before, haul_id, after in zip(run, run[1:], run[2:], strict=False):
            found[haul_id] = (key, tuple(times[haul_id]), (before, after))
    return found


def _nothing_locked_moves(now: datetime, answer: Replanned, locks: Mapping[str, Lock]) -> None:
    before, after = _sequences(plan()), _sequences(answer.plan)
    for haul_id, lock in locks.items():
        if not (lock.truck or lock.time or lock.order):
            continue
        # kept as it was, or called off and named; never somewhere else
        assert (haul_id in after) != (haul_id in answer.dropped_locks)
        if haul_id not in after:
            continue
        assert not lock.truck or after[haul_id][0] == before[haul_id][0]
        assert not lock.time or after[haul_id][1] == before[haul_id][1]
        if lock.order:
            gone = set(answer.dropped_locks) | {""}
            assert all(b in gone or a == b for a, b in zip(after[haul_id][2], before[haul_id][2], strict=True))


# --- what happens ----------------------------------------------------------------------------------------------------


def _busiest(now: datetime) -> str:
    """The truck with the most hauls still to begin on the day."""
    after = [
        s.truck_id
        for s in plan().truck_stops
        if s.day == now.date() and s.action == "load" and s.start_min > now.hour * 60 + now.minute
    ]
    return max(sorted(set(after)), key=after.count)


def test_without_events_the_plan_stays_as_it_is_and_nobody_is_told() -> None:
    answer = replanned(NOW)
    assert answer.told == ()
    assert sorted(answer.plan.truck_stops, key=str) == sorted(plan().truck_stops, key=str)
    assert sorted(answer.plan.baler_stops, key=str) == sorted(plan().baler_stops, key=str)


def test_a_truck_that_breaks_down_delivers_what_is_on_it_and_takes_no_more_that_day() -> None:
    truck_id = _busiest(NOW)
    answer = replanned(NOW, event("breakdown", truck=truck_id))
    begun = {s.haul_id for s in plan().truck_stops if s.day == NOW.date() and s.truck_id == truck_id
             and s.action == "load" and s.start_min < NOW.hour * 60 + NOW.minute}  # fmt: skip
    today = [s for s in answer.plan.truck_stops if s.day == NOW.date() and s.truck_id == truck_id and s.haul_id]
    assert {s.haul_id for s in today} == begun
    assert {t.own_id for t in answer.told if t.day == NOW.date()} >= {truck_id}
    assert answer.violations == ()
    outages = {(o.kind, o.own_id, o.day) for o in answer.scenario.outages}
    assert outages == {("truck", truck_id, NOW.date())}


def test_what_rain_takes_from_the_balers_is_baled_later() -> None:
    answer = replanned(NOW, event("rain", until="2026-11-03 18:00"))
    before, after = (sum(s.area_mu for s in p.baler_stops if s.day == NOW.date()) for p in (plan(), answer.plan))
    assert after < before
    assert any(s.day > NOW.date() for s in answer.plan.baler_stops)
    assert answer.violations == ()


def test_a_field_that_must_be_baled_today_takes_the_place_of_one_that_may_wait() -> None:
    """And the field of a locked haul gives way to nobody."""
    scenario = replace(county(), workable_fraction_by_date={})
    day = FIRST + timedelta(days=1)
    stops = [s for s in plan().baler_stops if s.day == day]
    fields = {f.field_id: replace(f, ready_date=FIRST, clear_by=LAST) for f in scenario.fields}
    urgent = next(f for f in fields if f not in {s.field_id for s in stops})
    fields[urgent] = replace(fields[urgent], clear_by=day)
    scenario = replace(scenario, fields=tuple(fields.values()))
    shift_over = {b.baler_id: ((max(s.end_min for s in stops if s.baler_id == b.baler_id), 2880),)
                  for b in scenario.balers if any(s.baler_id == b.baler_id for s in stops)}  # fmt: skip
    for held in ((), [f.field_id for f in scenario.fields]):
        made = repaired_balers(
            scenario, ways_of(scenario), day, stops, now=0, out=shift_over, extra_mu={urgent: 5.0}, detour_min={},
            held=held, dry_t_per_mu=lambda _: 0.4,
        )  # fmt: skip
        assert (made.undone_mu.get(urgent, 0.0) < 1.0) == (not held)
        assert sum(s.area_mu for s in made.stops) + sum(made.undone_mu.values()) == pytest.approx(
            sum(s.area_mu for s in stops) + 5.0
        )


def test_an_extra_field_is_baled_and_hauled_on_the_days_left() -> None:
    answer = replanned(NOW, event("extra_field", field=extra_field(1)))
    assert sum(row.dry_t for row in answer.plan.season if row.field_id == "X1") == pytest.approx(6.0, abs=0.5)
    assert answer.violations == ()


def test_a_stopped_plant_takes_nothing_while_it_stands() -> None:
    answer = replanned(NOW, event("plant_stop", plant="P1", until="2026-11-03 15:00"))
    begun = {s.haul_id for s in plan().truck_stops if s.day == NOW.date() and s.start_min < 640}
    served = [s for s in answer.plan.truck_stops if s.place_id == "P1" and s.day == NOW.date()]
    assert all(s.haul_id in begun or s.end_min <= 640 or s.start_min >= 900 for s in served)
    assert answer.violations == ()


def test_one_day_is_planned_where_one_is_asked_for() -> None:
    answer = replanned(NOW, event("late_truck", truck="K2", until="2026-11-03 13:00"), days=1)
    assert answer.plan.summary["to"] == NOW.date().isoformat()
    assert answer.violations == ()


def test_a_plan_that_was_repaired_is_repaired_again() -> None:
    """What the first events took away stays away, and the second plan keeps both."""
    first = replanned(NOW, event("plant_stop", plant="P1", until="2026-11-03 17:00"), event("breakdown", truck="K2"))
    later = NOW + timedelta(hours=2)
    read = _read(later, event("closed_bay", place="Y1"))
    second = replan(
        first.scenario, ways_of(first.scenario), first.plan, now=later, events=read, locks={}
    )  # fmt: skip
    assert second.violations == ()
    assert {o.own_id for o in second.scenario.outages} == {"P1", "K2", "Y1"}


def test_everything_closed_gives_a_plan_of_nothing_with_reasons() -> None:
    closed = [event("closed_place", place=p, until="2026-11-07 00:00") for p in ("Y1", "Y2", "P1")]
    answer = replanned(datetime(2026, 11, 2, 6, 1), *closed)
    assert not [h for h in answer.plan.hauls if h.day > FIRST]
    assert {u.field_id for u in answer.plan.unserved} == {f.field_id for f in county().fields}
    assert all(u.reason and u.would_be_served_if for u in answer.plan.unserved)
    assert answer.violations == ()


def test_a_moment_outside_the_plan_is_refused() -> None:
    with pytest.raises(ValueError, match="outside the plan"):
        replanned(datetime(2027, 1, 1))


# --- the check -------------------------------------------------------------------------------------------------------


def test_the_check_finds_who_works_in_an_outage() -> None:
    truck_id = _busiest(NOW)
    outages = (
        Outage("truck", truck_id, NOW.date(), 0, 2880), Outage("baler", "B1", NOW.date(), 0, 1440),
        Outage("place", "Y1", NOW.date(), 0, 1440), Outage("place", "P1", NOW.date(), 0, 1440, 2),
    )  # fmt: skip
    found = check_plan(replace(county(), outages=outages), plan())
    assert {(v.rule, v.file) for v in found} == {(2, "truck_stops.csv"), (2, "baler_stops.csv"), (4, "truck_stops.csv")}
    assert any("P1" in v.message for v in found)


def test_the_planner_keeps_outages() -> None:
    day = FIRST
    outages = (
        Outage("truck", "K2", day, 0, 720), Outage("baler", "B0", day, 660, 1440), Outage("place", "Y1", day, 480, 900),
        Outage("place", "P1", day, 0, 1440, 1),
    )  # fmt: skip
    scenario = replace(county(), outages=outages, direct_hauls=())
    made = plan_season(scenario, ways_of(scenario), days=1, seconds_per_day=0.2).plan
    assert made.hauls
    assert check_plan(scenario, made) == ()


# --- files -----------------------------------------------------------------------------------------------------------


def test_bad_events_are_refused_all_at_once_each_with_its_place() -> None:
    bad = [
        "rain",
        {"kind": "storm"},
        {"kind": "breakdown", "truck": "K9"},
        {"kind": "breakdown", "truck": "K1", "baler": "B1"},
        {"kind": "late_truck", "truck": "K1"},
        {"kind": "plant_stop", "plant": "P1", "until": "2026-11-03 10:00"},
        {"kind": "closed_bay", "place": "Y1", "bays": 0, "till": "noon"},
        {"kind": "rain", "date": "2026-11-03", "workable_fraction": 1.5},
        {"kind": "closed_road", "places": ["Y1", 7], "from": "tomorrow"},
        {"kind": "extra_field", "field": {"field_id": "Y1", "lat": "north"}},
    ]
    with pytest.raises(EventFaults) as refused:
        _read(NOW, *bad)  # type: ignore[arg-type]
    found = {(f.pointer, f.code) for f in refused.value.faults}
    assert found >= {
        ("/events/0", "no_object"), ("/events/1/kind", "unknown_kind"), ("/events/2/truck", "unknown_id"),
        ("/events/3", "exclude"), ("/events/4/until", "missing"), ("/events/5/until", "not_after"),
        ("/events/6/bays", "no_number"), ("/events/6/till", "unknown_member"), ("/events/7/date", "not_after"),
        ("/events/7/workable_fraction", "no_number"), ("/events/8/places/1", "unknown_id"),
        ("/events/8/from", "no_moment"), ("/events/9/field/field_id", "known_id"), ("/events/9/field/lat", "no_number"),
        ("/events/9/field/crop", "missing"),
    }  # fmt: skip
    assert {f.code for f in refused.value.faults} <= set(FAULT_CODES)


@pytest.mark.parametrize(
    ("text", "code"), [("{", "not_json"), ("[]", "no_object"), ("{}", "missing"), ('{"events": 3}', "no_list")]
)
def test_what_is_no_list_of_events_is_refused(text: str, code: str) -> None:
    with pytest.raises(EventFaults) as refused:
        read_events(text, county(), NOW)
    assert [f.code for f in refused.value.faults] == [code]


def test_locks_are_read_and_their_faults_told(tmp_path: Path) -> None:
    haul = plan().hauls[0]
    assert read_locks(tmp_path, plan()) == {}
    file = tmp_path / "locks.csv"
    file.write_text(f"date,haul_id,truck,time,order\n{haul.day},{haul.haul_id},1,,1\n")
    assert read_locks(tmp_path, plan()) == {haul.haul_id: Lock(haul.day, haul.haul_id, True, False, True)}
    file.write_text(f"date,haul_id,truck,time,order\n{haul.day},{haul.haul_id},yes,,\n{haul.day},H0,1,1,1\n")
    with pytest.raises(PlanUnreadable) as refused:
        read_locks(tmp_path, plan())
    assert [(f.row, f.column) for f in refused.value.faults] == [(2, "truck"), (3, "haul_id")]


def test_the_changed_scenario_is_a_scenario_folder(tmp_path: Path) -> None:
    events = (event("extra_field", field=extra_field(1)), event("closed_bay", place="P1", until="2026-11-03 12:00"),
              event("rain", date="2026-11-05", workable_fraction=0.25))  # fmt: skip
    answer = replanned(NOW, *events)
    write_scenario(answer.scenario, tmp_path / "scenario")
    again = read_scenario(tmp_path / "scenario")
    assert again.outages == answer.scenario.outages
    assert again.workable_fraction(FIRST + timedelta(days=3)) == 0.25
    assert check_plan(again, answer.plan) == ()
