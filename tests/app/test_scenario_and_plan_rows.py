from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import func, select

from app.database.base import Base
from app.database.engine import db
from app.dispatch.models import PlanVersion
from app.dispatch.operations import import_plan, import_scenario
from app.dispatch.plan_rows import stored_plan
from app.dispatch.queries import current_plan, current_season
from app.dispatch.scenario_rows import scenario_of, store_scenario
from app.dispatch.season_models import Season
from app.errors import BAD_SCENARIO, BROKEN_PLAN, FOREIGN_PLAN, NO_SEASON, UNREADABLE_PLAN, Refusal
from app.registry.changes import change_record, withdraw_record
from solver.plan import Plan
from solver.plan_files import write_plan
from solver.scenario import DirectHaulApproval, OpeningHours, RoadNetwork, Scenario
from solver.scenario_files import write_scenario
from tests.app.day_plan import PlannedTown


def rows_by_table() -> dict[str, int]:
    return {
        table.name: db.session.execute(select(func.count()).select_from(table)).scalar_one()
        for table in Base.metadata.sorted_tables
        if table.name not in ("account", "role", "account_role")
    }


def with_everything_optional(scenario: Scenario) -> Scenario:
    """The scenario with the members that the small town does not use."""
    yard, plant, day = scenario.yards[0], scenario.plants[0], scenario.season_start
    triangle = RoadNetwork(
        node_lon=np.array([120.61, 120.62, 120.63, 120.64]),
        node_lat=np.array([30.5, 30.51, 30.5, 30.49]),
        edge_from=np.array([0, 1, 1, 2, 2, 3]),
        edge_to=np.array([1, 0, 2, 1, 3, 2]),
        edge_length_m=np.array([1500.0, 1500.0, 1400.5, 1400.5, 900.0, 900.0]),
        edge_travel_time_s=np.array([90.0, 90.0, 84.25, 84.25, 60.0, 60.0]),
        edge_max_rank=np.array([-1, -1, -1, -1, 1, 1]),
        edge_road_class=np.array([0, 0, 0, 0, 1, 1]),
        road_classes=("secondary", "track"),
    )
    return replace(
        scenario,
        fields=(replace(scenario.fields[0], already_baled_t=1.25, max_truck_class=None), *scenario.fields[1:]),
        yards=(replace(yard, opens_on=day, adjacent_plant_id=plant.plant_id), *scenario.yards[1:]),
        direct_hauls=(DirectHaulApproval(scenario.towns[0].town_id, plant.plant_id, day, scenario.season_end),),
        hours_by_place_and_date={(yard.yard_id, day): None, (plant.plant_id, day): OpeningHours(300, 1500)},
        workable_fraction_by_date={day: 0.0, scenario.season_end: 0.35},
        roads=triangle,
    )


def test_a_stored_scenario_comes_back_as_it_was(app: Flask, town: PlannedTown) -> None:
    scenario = with_everything_optional(town.scenario)
    with app.app_context():
        season_id = store_scenario(db.session, scenario).id
        db.session.commit()
        db.session.expunge_all()
        back = scenario_of(db.session, db.session.get_one(Season, season_id))
    assert replace(back, roads=None) == replace(scenario, roads=None)
    for member in fields(RoadNetwork):
        assert np.array_equal(getattr(back.roads, member.name), getattr(scenario.roads, member.name))


def test_the_same_scenario_is_stored_once(app: Flask, town: PlannedTown) -> None:
    with app.app_context():
        first = import_scenario(db.session, town.scenario_folder).id
        assert import_scenario(db.session, town.scenario_folder).id == first
        assert len(db.session.scalars(select(Season)).all()) == 1


def test_the_season_imported_last_is_the_one_shown(app: Flask, town: PlannedTown) -> None:
    with app.app_context():
        import_scenario(db.session, town.scenario_folder)
        newer = store_scenario(db.session, replace(town.scenario, name="next year"))
        assert current_season(db.session).id == newer.id


def test_a_stored_plan_comes_back_as_it_was(app: Flask, town: PlannedTown) -> None:
    with app.app_context():
        import_scenario(db.session, town.scenario_folder)
        version_id = import_plan(db.session, town.plan_folder).id
        db.session.commit()
        db.session.expunge_all()
        back = stored_plan(db.session, db.session.get_one(PlanVersion, version_id))
    assert back.season == town.plan.season
    assert back.summary == town.plan.summary
    for member, order in (
        ("hauls", lambda h: h.haul_id),
        ("truck_stops", lambda s: (s.truck_id, s.seq)),
        ("baler_stops", lambda s: (s.baler_id, s.seq)),
        ("stock", lambda r: r.place_id),
        ("unserved", lambda r: r.field_id),
    ):
        assert getattr(back, member) == tuple(sorted(getattr(town.plan, member), key=order)), member


def test_the_same_plan_is_stored_once_and_a_new_one_is_a_new_version(county_app: Flask, town: PlannedTown) -> None:
    with county_app.app_context():
        first = current_plan(db.session, current_season(db.session)).id
        assert import_plan(db.session, town.plan_folder).id == first


def test_a_plan_without_scenario_and_programme_is_checked_against_the_county(
    app: Flask, town: PlannedTown, tmp_path: Path
) -> None:
    write_plan(town.programme, tmp_path / "season")
    with app.app_context():
        import_scenario(db.session, town.scenario_folder)
        version = import_plan(db.session, tmp_path / "season")
        assert (version.first_day, version.last_day) == (town.scenario.season_start, town.scenario.season_end)
        assert version.programme_summary is None


def overloaded(plan: Plan) -> Plan:
    return replace(plan, hauls=(replace(plan.hauls[0], dry_t=plan.hauls[0].dry_t + 90.0), *plan.hauls[1:]))


def too_fast(plan: Plan) -> Plan:
    moved = {"arrive_min": 1, "start_min": 2, "end_min": 3}
    return replace(
        plan, truck_stops=(plan.truck_stops[0], replace(plan.truck_stops[1], **moved), *plan.truck_stops[2:])
    )


@pytest.mark.parametrize("spoil", [overloaded, too_fast])
def test_a_plan_that_breaks_a_rule_is_refused_and_nothing_is_written(
    app: Flask, town: PlannedTown, tmp_path: Path, spoil: Callable[[Plan], Plan]
) -> None:
    write_plan(spoil(town.programme), tmp_path / "bad")
    with app.app_context():
        import_scenario(db.session, town.scenario_folder)
        db.session.commit()
        before = rows_by_table()
        with pytest.raises(Refusal) as refused:
            import_plan(db.session, tmp_path / "bad")
        assert rows_by_table() == before
    assert refused.value.kind is BROKEN_PLAN
    assert any(detail.startswith("rule ") for detail in refused.value.details)


def test_a_plan_with_faults_in_its_files_is_refused_with_all_of_them(
    county_app: Flask, town: PlannedTown, tmp_path: Path
) -> None:
    write_plan(town.plan, tmp_path / "plan")
    with (tmp_path / "plan" / "hauls.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["today", "H-1", "collect", "F1", "Y1", "much", "1"]])
    with county_app.app_context():
        before = rows_by_table()
        with pytest.raises(Refusal) as refused:
            import_plan(db.session, tmp_path / "plan")
        assert rows_by_table() == before
    assert refused.value.kind is UNREADABLE_PLAN
    assert len(refused.value.details) >= 2


def test_a_programme_with_faults_is_refused(county_app: Flask, town: PlannedTown, tmp_path: Path) -> None:
    write_plan(town.plan, tmp_path / "plan")
    write_scenario(town.day_scenario, tmp_path / "plan" / "scenario")
    programme = tmp_path / "plan" / "programme"
    programme.mkdir()
    (programme / "season.csv").write_text("field_id,bale_date,haul_date,destination_id,dry_t\nF1,,never,Y1,nan\n")
    (programme / "stock.csv").write_text("date,place_id\n")
    (programme / "summary.json").write_text("[]")
    with county_app.app_context(), pytest.raises(Refusal) as refused:
        import_plan(db.session, tmp_path / "plan")
    assert refused.value.kind is UNREADABLE_PLAN
    found = " ".join(refused.value.details)
    assert all(file in found for file in ("programme/season.csv", "programme/stock.csv", "programme/summary.json"))


def test_a_plan_for_another_county_is_refused(county_app: Flask, town: PlannedTown, tmp_path: Path) -> None:
    other = replace(
        town.day_scenario,
        fields=(replace(town.day_scenario.fields[0], field_id="ELSEWHERE"), *town.day_scenario.fields[1:]),
    )
    write_plan(town.plan, tmp_path / "plan")
    write_scenario(other, tmp_path / "plan" / "scenario")
    with county_app.app_context(), pytest.raises(Refusal) as refused:
        import_plan(db.session, tmp_path / "plan")
    assert refused.value.kind is FOREIGN_PLAN
    assert refused.value.details == ("ELSEWHERE",)


def test_a_scenario_with_faults_is_refused_with_all_of_them(app: Flask, town: PlannedTown, tmp_path: Path) -> None:
    write_scenario(town.scenario, tmp_path / "bad")
    for file in ("yards.csv", "trucks.csv"):
        (tmp_path / "bad" / file).unlink()
    with app.app_context(), pytest.raises(Refusal) as refused:
        import_scenario(db.session, tmp_path / "bad")
    assert refused.value.kind is BAD_SCENARIO
    assert all(any(file in detail for detail in refused.value.details) for file in ("yards.csv", "trucks.csv"))


def test_a_plan_needs_a_county_first(app: Flask, town: PlannedTown) -> None:
    with app.app_context(), pytest.raises(Refusal) as refused:
        import_plan(db.session, town.plan_folder)
    assert refused.value.kind is NO_SEASON


def test_the_kilometres_of_the_machines_are_those_of_the_summary(county_app: Flask, town: PlannedTown) -> None:
    with county_app.app_context():
        version = current_plan(db.session, current_season(db.session))
        found = {
            name: db.session.execute(
                select(func.sum(Base.metadata.tables[table].c[column])).where(
                    Base.metadata.tables[table].c.plan_id == version.id
                )
            ).scalar_one()
            for name, table, column in (
                ("loaded", "plan_truck_day", "loaded_km"),
                ("empty", "plan_truck_day", "empty_km"),
                ("baler", "plan_baler_day", "km"),
                ("trucks_yuan", "plan_truck_day", "cost_yuan"),
                ("balers_yuan", "plan_baler_day", "cost_yuan"),
            )
        }
    cost, km = town.plan.summary["cost_yuan"], town.plan.summary["km"]
    assert found["loaded"] == pytest.approx(km["loaded"], rel=1e-3)
    assert found["empty"] == pytest.approx(km["empty"], rel=1e-3)
    assert found["baler"] == pytest.approx(km["baler"], rel=1e-3)
    assert found["trucks_yuan"] == pytest.approx(cost["truck_day"] + cost["truck_hour"] + cost["truck_km"], rel=1e-3)
    assert found["balers_yuan"] == pytest.approx(cost["baler_hour"] + cost["baler_km"], rel=1e-3)


def test_the_planned_day_is_the_one_of_the_scenario_beside_the_plan(county_app: Flask, town: PlannedTown) -> None:
    with county_app.app_context():
        version = current_plan(db.session, current_season(db.session))
        assert (version.first_day, version.last_day) == (town.day, town.day)
        assert isinstance(version.first_day, date)


def test_a_plan_of_what_the_register_says_by_now_has_a_season_of_its_own(
    county_app: Flask, town: PlannedTown, tmp_path: Path
) -> None:
    with county_app.app_context():
        first = current_season(db.session)
        change_record(db.session, "yards", town.scenario.yards[0].yard_id, {"name": "another name"})
        version = import_plan(db.session, town.plan_folder)
        assert version.season_id != first.id
        renamed = scenario_of(db.session, current_season(db.session)).yards[0]
        assert renamed.name == "another name"
        assert scenario_of(db.session, first).yards[0].name == town.scenario.yards[0].name


def test_a_plan_stays_with_the_season_that_knows_what_was_withdrawn_since(county_app: Flask, town: PlannedTown) -> None:
    with county_app.app_context():
        first = current_season(db.session)
        withdraw_record(db.session, "fields", town.plan.season[0].field_id)
        assert import_plan(db.session, town.plan_folder).season_id == first.id
