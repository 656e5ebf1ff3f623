from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from app.database.engine import db
from app.dispatch.operations import import_scenario
from app.dispatch.register_scenario import register_scenario, scenario_from_register
from app.dispatch.scenario_rows import content_digest
from app.errors import CHANGED_MEANWHILE, STILL_REFERRED_TO, Refusal
from app.registry.changes import (
    Change,
    ChangeKind,
    apply_changes,
    apply_import,
    change_record,
    propose,
    stored_records,
    withdraw_record,
)
from app.registry.kinds import KINDS
from app.registry.models import FarmField, Grower, RegistryChange, Town
from tests.app.day_plan import PlannedTown
from tests.app.test_scenario_and_plan_rows import with_everything_optional


def field_row(number: int, **members: Any) -> dict[str, Any]:
    return {
        "field_id": f"N{number}",
        "town_id": "330481107",
        "grower": "示范户",
        "lon": 120.5,
        "lat": 30.5,
        "area_mu": 10.0,
        "crop": "rice",
        "dry_straw_t": 4.0,
        "ready_date": date(2026, 11, 10),
        "clear_by": date(2026, 11, 20),
        **members,
    }


def history(key: str, record_id: str) -> list[RegistryChange]:
    chosen = select(RegistryChange).where(RegistryChange.key == key, RegistryChange.record_id == record_id)
    return list(db.session.scalars(chosen.order_by(RegistryChange.id)))


def test_a_scenario_that_went_through_the_register_comes_back_as_it_was(app: Flask, town: PlannedTown) -> None:
    scenario = with_everything_optional(town.scenario)
    with app.app_context():
        register_scenario(db.session, scenario, source_name="one_town")
        db.session.commit()
        db.session.expunge_all()
        assert content_digest(scenario_from_register(db.session)) == content_digest(scenario)


def test_a_scenario_that_the_register_says_already_changes_nothing(app: Flask, town: PlannedTown) -> None:
    with app.app_context():
        import_scenario(db.session, town.scenario_folder)
        changes = db.session.scalar(select(func.count()).select_from(RegistryChange))
        assert register_scenario(db.session, town.scenario, source_name="again") is None
        assert db.session.scalar(select(func.count()).select_from(RegistryChange)) == changes


def test_what_a_newer_scenario_does_not_name_goes_out_of_use_but_stays(app: Flask, town: PlannedTown) -> None:
    first, *others = town.scenario.fields
    with app.app_context():
        register_scenario(db.session, town.scenario, source_name="first")
        register_scenario(db.session, replace(town.scenario, fields=tuple(others)), source_name="second")
        assert stored_records(db.session, "fields")[first.field_id]["withdrawn"]
        assert [f.field_id for f in scenario_from_register(db.session).fields] == [f.field_id for f in others]
        register_scenario(db.session, town.scenario, source_name="third")
        assert [change.after for change in history("fields", first.field_id)][1:] == [
            {"withdrawn": True},
            {"withdrawn": False},
        ]


def test_growers_that_fields_name_are_registered_in_their_town(county_app: Flask, town: PlannedTown) -> None:
    with county_app.app_context():
        names = {(f.town_id, f.grower) for f in town.scenario.fields}
        assert {(g.town_id, g.name) for g in db.session.scalars(select(Grower))} == names
        assert all(f.grower_id for f in db.session.scalars(select(FarmField)))


def test_rows_are_told_apart_as_added_changed_unchanged_and_missing(county_app: Flask) -> None:
    with county_app.app_context():
        kept, altered, *missing = stored_records(db.session, "fields").values()
        rows = [kept, {**altered, "area_mu": 99.5}, field_row(1)]
        proposal = propose(db.session, {"fields": rows}, withdraw_missing=False)
        assert proposal.counts() == {"fields": {"added": 1, "changed": 1}}
        assert proposal.unchanged == {"fields": 1}
        assert len(proposal.missing["fields"]) == len(missing)
        changed = next(change for change in proposal.changes if change.kind == ChangeKind.CHANGED)
        assert (changed.before, changed.after) == ({"area_mu": altered["area_mu"]}, {"area_mu": 99.5})


def test_what_a_row_does_not_carry_stays_as_it_is(county_app: Flask) -> None:
    with county_app.app_context():
        first = next(iter(stored_records(db.session, "fields")))
        proposal = propose(db.session, {"fields": [{"field_id": first, "area_mu": 1.25}]}, withdraw_missing=False)
        apply_changes(db.session, proposal.changes)
        record = db.session.scalar(select(FarmField).where(FarmField.field_id == first))
        assert record is not None
        assert (record.area_mu, record.version) == (1.25, 2)
        assert record.grower


def test_an_import_reversed_leaves_every_record_as_it_was(county_app: Flask) -> None:
    with county_app.app_context():
        before = {key: stored_records(db.session, key) for key in KINDS}
        first, *_ = before["fields"]
        rows = {
            "growers": [{"grower_id": "G1", "name": "示范户", "town_id": "330481107"}],
            "fields": [field_row(1, grower_id="G1"), {"field_id": first, "clear_by": date(2026, 11, 30)}],
        }
        done = apply_import(db.session, propose(db.session, rows, withdraw_missing=True).changes, source_name="x")
        made = db.session.scalars(select(RegistryChange).where(RegistryChange.import_id == done.id)).all()
        assert len(made) == sum(sum(of_kind.values()) for of_kind in done.counts.values())
        changes = propose(db.session, {key: list(before[key].values()) for key in rows}, withdraw_missing=False).changes
        taken_back = [
            Change(key="fields", record_id="N1", before={}, after=None),
            Change(key="growers", record_id="G1", before={}, after=None),
        ]
        apply_changes(db.session, [*taken_back, *changes])
        assert {key: stored_records(db.session, key) for key in KINDS} == before


def test_a_record_that_others_refer_to_is_not_taken_back(county_app: Flask) -> None:
    with county_app.app_context():
        with pytest.raises(Refusal) as refused:
            apply_changes(db.session, [Change(key="towns", record_id="330481107", before={}, after=None)])
        assert refused.value.kind is STILL_REFERRED_TO
        assert db.session.scalar(select(func.count()).select_from(Town)) == 1


def test_nobody_writes_over_what_they_have_not_seen(county_app: Flask) -> None:
    with county_app.app_context():
        record_id, record = next(iter(stored_records(db.session, "yards").items()))
        change_record(db.session, "yards", record_id, {"bays": record["bays"] + 1}, seen_version=1)
        with pytest.raises(Refusal) as refused:
            change_record(db.session, "yards", record_id, {"bays": 9}, seen_version=1)
        assert refused.value.kind is CHANGED_MEANWHILE


def test_a_withdrawn_record_keeps_what_it_said_and_can_come_back(county_app: Flask) -> None:
    with county_app.app_context():
        record_id = next(iter(stored_records(db.session, "trucks")))
        withdraw_record(db.session, "trucks", record_id)
        assert stored_records(db.session, "trucks")[record_id]["withdrawn"]
        withdraw_record(db.session, "trucks", record_id, withdrawn=False)
        assert not stored_records(db.session, "trucks")[record_id]["withdrawn"]


@pytest.mark.parametrize("statement", ["UPDATE registry_change SET actor_name = 'x'", "DELETE FROM registry_change"])
def test_the_history_cannot_be_changed(county_app: Flask, statement: str) -> None:
    with county_app.app_context(), pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(text(statement))
